"""The routine that appends a price appends rows of capabilities and lifetimes too."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.larder.capability import FIGURES
from service.larder.hazard import HAZARD
from service.larder.lifetimes import LIVES
from service.larder.load import parse, read
from tools import larder as files
from tools import prices as tool
from tools.larder_rows import RowError

TEXTS = read(tool.LARDER)
NEWEST = max(life.checked for lives in parse(TEXTS).lifetimes.lives.values() for life in lives)
DAY = NEWEST + datetime.timedelta(days=1)
"""The day after all that was looked at."""

CAPABILITY = f"""
[[capability]]
model = "openai/gpt-4.1"
released = 2025-04-14
open_weights = false
value = 137.5
standard_deviation = 1.5
is_guess = false
kind = "published"
index_date = {DAY}
checked = {DAY}
source = "Epoch AI, Epoch Capabilities Index (CC-BY)"
note = "a comma, and a \\"quote\\""
"""
LIFETIME = f"""
[[lifetime]]
provider = "openai"
model = "gpt-6-sol"
announced = {DAY}
shutdown = 2028-01-14
checked = {DAY}
source = "OpenAI deprecations page"
href = "developers.openai.com/api/docs/deprecations"
"""


def test_rows_are_appended_behind_the_others() -> None:
    """Each row is a line at the end of its file, all else stays, and its cells hold what the change says."""
    after, day = files.changed(TEXTS, CAPABILITY + LIFETIME, DAY)
    assert day == DAY and {path for path in TEXTS if after[path] != TEXTS[path]} == {FIGURES, LIVES}
    for path in (FIGURES, LIVES):
        assert after[path].startswith(TEXTS[path]) and after[path].count(b"\n") == TEXTS[path].count(b"\n") + 1
    larder = parse(after)
    figure = larder.capabilities.find("azure/gpt-4.1", DAY)
    assert figure and (figure.value, figure.note) == (137.5, 'a comma, and a "quote"')
    before = larder.capabilities.find("azure/gpt-4.1", NEWEST)
    assert before and before.value == 136.79
    assert larder.lifetimes.lives["openai/gpt-6-sol"][-1].shutdown == datetime.date(2028, 1, 14)


def test_a_hazard_is_appended_like_an_assumption() -> None:
    """New values of a lifetime class follow its older ones."""
    step = "[[proprietary.values.steps]]\nfrom_months = {}\nper_year = {}\n"
    change = (
        f"""[[proprietary.values]]
from = {DAY}
kind = "published"
source = {{ title = "A fit" }}
checked = {DAY}
notice_months = 5
"""
        + step.format(0, 0.1)
        + step.format(12, 1.1)
    )
    after, day = files.changed(TEXTS, change, DAY)
    assert day == DAY and {path for path in TEXTS if after[path] != TEXTS[path]} == {HAZARD}
    hazard = parse(after).hazards["proprietary"]
    assert hazard.at(DAY).at(18) == 1.1
    assert hazard.at(NEWEST) == parse(TEXTS).hazards["proprietary"].at(NEWEST)


def test_a_file_without_a_last_line_end_gets_one() -> None:
    """The row stands on a line of its own."""
    texts = TEXTS | {LIVES: TEXTS[LIVES].rstrip()}
    assert files.changed(texts, LIFETIME, DAY) == files.changed(TEXTS, LIFETIME, DAY)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (CAPABILITY.replace("[[capability]]", "[capability]"), r"written \[\[capability\]\], in two brackets"),
        (
            CAPABILITY.replace("value =", "figure ="),
            "capability openai/gpt-4.1, .: there is no figure; the columns are",
        ),
        (CAPABILITY.replace("index_date", "# "), "state index_date, a date such as"),
        (CAPABILITY.replace(f"checked = {DAY}", 'checked = "today"'), "state checked, a date such as"),
        (CAPABILITY.replace(f"index_date = {DAY}", "index_date = 2099-01-01"), "index_date 2099-01-01 is after today"),
        (
            LIFETIME.replace(f"checked = {DAY}", "checked = 2099-01-01"),
            "lifetime openai, gpt-6-sol: checked 2099-01-01",
        ),
        (LIFETIME.replace('source = "', 'source = "A\\n'), "has several lines; write it in one"),
        (LIFETIME.replace("shutdown = 2028-01-14", "shutdown = [2028]"), r"\[2028\] is no text, number, date"),
    ],
)
def test_a_row_that_is_out_of_form_is_refused(change: str, complaint: str) -> None:
    """What is wrong with a row is said before anything is checked or written."""
    with pytest.raises(RowError, match=complaint):
        files.changed(TEXTS, change, DAY)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (CAPABILITY.replace("137.5", "1375"), f"openai/gpt-4.1 of {DAY}: 1375 is outside the scale"),
        (CAPABILITY.replace("value = 137.5\n", ""), "Object missing required field `value`"),
        (LIFETIME.replace("2028-01-14", "2020-01-14"), "shutdown 2020-01-14 is before announced"),
        (LIFETIME.replace('"openai"', '"opeanai"'), "nobody knows the provider opeanai"),
    ],
)
def test_a_row_that_cannot_be_true_is_not_written(
    change: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """A fault is refused by the rules of the start, and the files stay as they are."""
    folder = tmp_path / "data"
    shutil.copytree(tool.LARDER, folder)
    monkeypatch.setattr(tool, "LARDER", folder)
    (tmp_path / "change.toml").write_text(change)
    assert tool.main([str(tmp_path / "change.toml"), "--write"], DAY) == tool.REFUSED
    assert complaint in capsys.readouterr().err
    assert read(folder) == TEXTS


def test_rows_are_written_with_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """With --write the larder on disk is the one that was shown, and no example moves: no assessment reads these facts."""
    folder = tmp_path / "data"
    shutil.copytree(tool.LARDER, folder)
    monkeypatch.setattr(tool, "LARDER", folder)
    (tmp_path / "change.toml").write_text(CAPABILITY + LIFETIME)
    assert tool.main([str(tmp_path / "change.toml"), "--write"], DAY) == 0
    said = capsys.readouterr().out
    assert f"written: service/larder/data/{FIGURES}\nwritten: service/larder/data/{LIVES}" in said
    assert "<- moved" not in said
    assert read(folder) == files.changed(TEXTS, CAPABILITY + LIFETIME, DAY)[0]
