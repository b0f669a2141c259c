"""The routine that appends a price shows what moves before anything is written."""

from __future__ import annotations

import datetime
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from service import catalogue

ROOT = Path(__file__).parent.parent
CHANGE = """
[[offer]]
id = "azure/gpt-4.1-mini"
[[offer.values]]
from = 2026-12-01
input_usd_per_mtok = 0.3
output_usd_per_mtok = 1.2
training_usd_per_mtok = 4.0
hosting_usd_per_hour = 500.0
last_training_date = 2026-11-30
kind = "quoted"
source = { title = "A price list" }
checked = 2026-12-01
confidence = "high"

[[hourly_rate.values]]
from = 2026-11-30
value = 101
kind = "published"
source = { title = "A wage table" }
checked = 2026-11-30
"""


@pytest.fixture(scope="module")
def tool() -> Any:
    """Return tools/prices.py as a module."""
    spec = importlib.util.spec_from_file_location("prices_tool", ROOT / "tools" / "prices.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_change_is_appended_in_its_place(tool: Any) -> None:
    """New terms follow the offer's older ones, a new value its assumption's; both hold from their dates on."""
    after, day = tool.changed(tool.read_larder(), CHANGE)
    assert day == datetime.date(2026, 12, 1)
    larder = catalogue.parse(after)
    offer = larder.offers["azure/gpt-4.1-mini"]
    new, old = offer.at(day), offer.at(datetime.date(2026, 11, 30))
    assert new is not None and old is not None
    assert (new.hosting_usd_per_hour, old.hosting_usd_per_hour) == (500.0, 1.7)
    assert larder.assumptions["hourly_rate"].at(day).value == 101
    assert len(larder.offers) == len(catalogue.load().offers)


def test_a_moved_verdict_is_shown(tool: Any) -> None:
    """When the provider stops training its base model, the verdict on ticket triage moves, the others stay."""
    after, day = tool.changed(tool.read_larder(), CHANGE)
    was, now = tool.verdicts(catalogue.load(), day), tool.verdicts(catalogue.parse(after), day)
    assert was["ticket-triage"][0] != now["ticket-triage"][0]
    assert was["policy-answers"][0] == now["policy-answers"][0]


def test_a_price_that_cannot_be_true_is_refused(
    tool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """A slip of the unit is refused before anything is written."""
    path = tmp_path / "change.toml"
    path.write_text(CHANGE.replace("training_usd_per_mtok = 4.0", "training_usd_per_mtok = 400000.0"))
    monkeypatch.setattr("sys.argv", ["prices.py", str(path), "--write"])
    before = tool.read_larder()
    assert tool.main() == 1
    assert "a thousand times off" in capsys.readouterr().err
    assert tool.read_larder() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            CHANGE.replace("[[hourly_rate.values]]", "[[hourly_rates.values]]"),
            "'hourly_rates'; the nearest are hourly_rate",
        ),
        ("[[offers.values]]\nfrom = 2026-12-01\n", "no assumption is called 'offers'"),
        ("[[zzzzqqqq.values]]\nfrom = 2026-12-01\n", "'zzzzqqqq'; GET /v1/assumptions lists them"),
        ("[[hourly_rate.values]]\nvalue = 1\n", "hourly_rate: each of its [[...values]] states from"),
        ("[[offer]]\nname = 'no id'\n", 'id = "provider/model"'),
        ("hourly_rate = 3\n", "hourly_rate: each of its [[...values]] states from"),
        ("", "nothing to append"),
        ("[[offer]\n", "Expected"),
    ],
)
def test_a_change_that_cannot_be_read_is_explained(
    tool: Any, change: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """An unknown assumption is answered with the nearest known ones, a change out of form with its mend: exit code 2."""
    path = tmp_path / "change.toml"
    path.write_text(change)
    monkeypatch.setattr("sys.argv", ["prices.py", str(path), "--write"])
    before = tool.read_larder()
    assert tool.main() == 2
    error = capsys.readouterr().err
    assert said in error and str(path) in error
    assert tool.read_larder() == before


def test_a_change_file_that_is_missing_is_named(tool: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """A path without a file is answered with its name: exit code 2."""
    monkeypatch.setattr("sys.argv", ["prices.py", "no-such-change.toml"])
    assert tool.main() == 2
    assert "no-such-change.toml" in capsys.readouterr().err
