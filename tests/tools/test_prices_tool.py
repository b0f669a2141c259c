"""The routine that appends a price shows what moves before anything is written, and writes just the change."""

from __future__ import annotations

import datetime
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from service.larder.load import Catalogue, parse, read
from tools import larder as files
from tools import prices as tool
from tools.ages import ages

ROOT = Path(__file__).parents[2]
TEXTS = read(tool.LARDER)
KNOWN = parse(TEXTS)
LABOUR, AZURE = "assumptions/labour.toml", "offers/azure.toml"

NEWEST = max(v.from_date for held in (KNOWN.assumptions, KNOWN.offers) for entry in held.values() for v in entry.values)
DAY = NEWEST + datetime.timedelta(days=1)
"""The day after all that the larder holds, whatever was appended to it."""
LATER = DAY + datetime.timedelta(days=1)

TERMS = f"""input_usd_per_mtok = 0.3
output_usd_per_mtok = 1.2
training_usd_per_mtok = 4.0
has_successor = true
new_customers_note = "Open; no end is known."
kind = "quoted"
source = {{ title = "A price list" }}
checked = {DAY}
confidence = "high"
"""
FEE = "hosting_usd_per_hour = 1.7\n"
OFFER = f"""
[[offer]]
id = "azure/gpt-4.1-mini"
[[offer.values]]
from = {LATER}
{FEE}{TERMS}"""
RATE = f"""
[[hourly_rate.values]]
from = {DAY}
value = 101
kind = "published"
source = {{ title = "A wage table" }}
checked = {DAY}
"""
CHANGE = OFFER + RATE
RATE_VALUE = f'from = {DAY}, value = 101, kind = "published", source = {{ title = "A wage table" }}, checked = {DAY}'


def appended(source: str) -> Catalogue:
    """Return the checked larder with a change in it."""
    return parse(files.changed(TEXTS, source, LATER)[0])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the larder, which the command writes to."""
    copied = tmp_path / "data"
    shutil.copytree(tool.LARDER, copied)
    monkeypatch.setattr(tool, "LARDER", copied)
    return copied


def run(folder: Path, change: str, today: datetime.date = LATER) -> int:
    """Return the exit code of the command, told to write a change."""
    path = folder.parent / "change.toml"
    path.write_text(change)
    return tool.main([str(path), "--write"], today)


def test_a_change_is_appended_in_its_place() -> None:
    """New terms follow the offer's older ones, a new value its assumption's; both hold from their dates on."""
    after, day = files.changed(TEXTS, CHANGE, LATER)
    assert day == LATER
    larder = parse(after)
    offer, before = larder.offers["azure/gpt-4.1-mini"], KNOWN.offers["azure/gpt-4.1-mini"]
    assert offer.at(LATER) == offer.values[-1] and offer.values[-1].output_usd_per_mtok == 1.2
    assert offer.at(DAY) == before.at(DAY) and offer.values[:-1] == before.values
    assert larder.assumptions["hourly_rate"].at(DAY).value == 101
    assert larder.offers.keys() == KNOWN.offers.keys()


def test_nothing_but_the_change_is_new() -> None:
    """Every line of the larder stays, comments too, and the appended lines stand together behind their predecessors."""
    after, _ = files.changed(TEXTS, CHANGE, LATER)
    assert after.keys() == TEXTS.keys()
    assert {path for path in TEXTS if after[path] != TEXTS[path]} == {AZURE, LABOUR}
    for path, lines in ((AZURE, 12), (LABOUR, 6)):
        old, new = TEXTS[path].splitlines(keepends=True), after[path].splitlines(keepends=True)
        place = next(at for at, line in enumerate(new) if at == len(old) or line != old[at])
        assert new[:place] + new[place + lines :] == old
        assert new[place].startswith(b"[[") and new[place - 1].strip() and not new[place - 1].startswith(b"#")


def new_offer(name: str) -> str:
    """Return a change that adds an offer."""
    fields = 'weights = "n"\nname = "N"\nserving = "adapter"\nhosting_kind = "by_hour"\nlifetime_class = "proprietary"\nbase_model = "azure/gpt-4.1-mini"'
    return OFFER.replace('id = "azure/gpt-4.1-mini"', f'id = "{name}"\n{fields}')


def test_a_new_offer_stands_behind_the_others_of_its_provider() -> None:
    """A new offer follows its provider's last one, before the remarks on what was left out."""
    after = files.changed(TEXTS, new_offer("azure/new"), LATER)[0][AZURE].decode()
    last = [name for name in KNOWN.offers if name.startswith("azure/")][-1]
    assert after.index("\n\n# ---- Left out") > after.index('\n\n[[offer]]\nid = "azure/new"') > after.index(last)
    assert [name for name in appended(new_offer("azure/new")).offers if name.startswith("azure/")][-1] == "azure/new"


def test_the_first_offer_of_a_provider_makes_its_file(folder: Path, capsys: Any) -> None:
    """An offer of a provider without a file gets one, which editors can check; it is taken back like any other."""
    assert run(folder, new_offer("newcomer/new")) == 0
    assert "written: service/larder/data/offers/newcomer.toml" in capsys.readouterr().out
    made = folder / "offers" / "newcomer.toml"
    assert made.read_text().startswith('#:schema ../schema/offers.json\n\n[[offer]]\nid = "newcomer/new"\n')
    made.unlink()
    (folder / LABOUR).write_bytes(TEXTS[LABOUR] + b"# meanwhile\n")
    with pytest.raises(files.WriteError, match=r"labour.toml did not hold .* restored: offers/newcomer.toml"):
        files.write(folder, TEXTS, files.changed(TEXTS, new_offer("newcomer/new"), LATER)[0])
    assert not made.exists()


def test_a_file_without_a_last_line_end_gets_one() -> None:
    """What is appended behind a last line that no line end closes begins on a line of its own."""
    texts = TEXTS | {LABOUR: TEXTS[LABOUR].rstrip() + b"\n# The last word"}
    texts |= {AZURE: TEXTS[AZURE].rstrip()}
    after = files.changed(texts, RATE, LATER)[0]
    assert {path for path in texts if after[path] != texts[path]} == {LABOUR}
    assert after[LABOUR].endswith(b"\n# The last word\n")
    assert parse(after).assumptions["hourly_rate"].at(DAY).value == 101
    alone = {**TEXTS, LABOUR: TEXTS[LABOUR].split(b"\n\n[engineering")[0]}
    assert b'"\n[[hourly_rate.values]]\n' in files.changed(alone, RATE, LATER)[0][LABOUR]


@pytest.mark.parametrize("new_first", [True, False])
def test_each_offer_gets_its_own_terms(new_first: bool) -> None:
    """New terms are those under the offer's own id, whichever other offer names it as its base model."""
    fields = 'weights = "n"\nname = "N"\nserving = "adapter"\nhosting_kind = "by_token"\nlifetime_class = "proprietary"\nbase_model = "openai/gpt-4.1-mini"'
    new = f'[[offer]]\nid = "azure/gpt-newer"\n{fields}\n[[offer.values]]\nfrom = {DAY}\n{TERMS}'
    new = new.replace("= 0.3", "= 0.9").replace("= 1.2", "= 3.6")
    known = f'[[offer]]\nid = "openai/gpt-4.1-mini"\n[[offer.values]]\nfrom = {DAY}\n{TERMS}'
    known = known.replace("= 0.3", "= 0.5").replace("= 1.2", "= 2.0")
    larder = appended(new + known if new_first else known + new)
    found = {name: larder.offers[name].values[-1] for name in ("azure/gpt-newer", "openai/gpt-4.1-mini")}
    assert [(v.input_usd_per_mtok, v.output_usd_per_mtok) for v in found.values()] == [(0.9, 3.6), (0.5, 2.0)]


@pytest.mark.parametrize(
    "change",
    [
        CHANGE.replace("[[", "[[ ").replace("]]", " ]]"),
        CHANGE.replace("[[offer.values]]", '  [["offer" . values]]  # terms'),
        CHANGE.replace('id = "azure/gpt-4.1-mini"', "'id'='azure/gpt-4.1-mini'"),
        OFFER + f"[hourly_rate]\nvalues = [{{ {RATE_VALUE} }}]\n",
        f"hourly_rate.values = [{{ {RATE_VALUE} }}]\n{OFFER}",
        f"hourly_rate = {{ values = [{{ {RATE_VALUE} }}] }}\n{OFFER}",
        'offer = [{ id = "azure/gpt-4.1-mini", values = [{ from = '
        + f"{LATER}, {FEE}{TERMS.strip()} }}] }}]".replace("\n", ", ")
        + f"\n{RATE}",
        CHANGE.replace("[[offer]]", '[[offer]]\nname = "GPT-4.1 mini, fine-tuned on Azure, global standard"'),
    ],
)
def test_every_form_of_toml_is_the_same_change(change: str) -> None:
    """Blanks, quotes, dotted keys, inline tables and what the larder says already lead to the same bytes."""
    assert files.changed(TEXTS, change, LATER) == files.changed(TEXTS, CHANGE, LATER)


def test_text_is_kept_to_the_letter() -> None:
    """A note with quotes, a line end, a bracket and a control character is the same when it is read again."""
    note = '"a" \\ b\n[hourly_rate]\n\x7f é'
    source = RATE + f"note = {tomlkit.item(note).as_string()}\n"
    assert tomllib.loads(source)["hourly_rate"]["values"][0]["note"] == note
    assert appended(source).assumptions["hourly_rate"].values[-1].note == note


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (LABOUR, "[[hourly_rate.values]]", "[[hourly_rate.values]] # dated"),
        (LABOUR, "value = 95", "value=95.0 # dollars"),
        (LABOUR, "[hourly_rate]\n", '[hourly_rate]\nnote = """\n[hourly_rate]\n[[hourly_rate.values]]\n"""\n'),
        (AZURE, "[[offer]]\n", "[[offer]]\n\n  # The first\n  "),
    ],
)
def test_the_larder_may_be_written_in_other_forms(path: str, old: str, new: str) -> None:
    """Remarks, blanks and text that looks like a heading do not hide the place of the change, and stay."""
    texts = TEXTS | {path: TEXTS[path].decode().replace(old, new, 1).encode()}
    plain, other = (files.changed(held, CHANGE, LATER)[0][path].decode() for held in (TEXTS, texts))
    assert other == plain.replace(old, new, 1)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (LABOUR, r"(?s)\[\[hourly_rate.values\]\].*?\n\n", f"values = [{{ {RATE_VALUE.replace(str(DAY), '2024-01-01')} }}]\n"),
        (LABOUR, r"\[hourly_rate\]", "[ hourly_rate ]"),
        (AZURE, r"(?s).*", 'offer = [{ id = "azure/gpt-4.1-mini", values = [{ from = 2024-01-01 }] }]\n'),
    ],
)  # fmt: skip
def test_a_larder_of_another_form_is_left_alone(path: str, old: str, new: str) -> None:
    """Where values do not stand under headings, or a line would not stay as it is, nothing is appended; what to do is said."""
    texts = TEXTS | {path: re.sub(old, new, TEXTS[path].decode(), count=1).encode()}
    with pytest.raises(files.ChangeError, match=f"{path} would not hold exactly the change; append it there by hand"):
        files.changed(texts, CHANGE, LATER)


def test_a_moved_verdict_is_shown() -> None:
    """When no answer counts as enough trials any more, each example says to measure first."""
    enough = KNOWN.assumptions["article_enough_trials"].values[-1].value
    assert enough is not None
    terms = RATE.replace("hourly_rate", "article_enough_trials").replace("101", f"{100 * enough}")
    new = appended(terms)
    was, now = tool.verdicts(KNOWN, DAY), tool.verdicts(new, DAY)
    assert {found.action for found in now.values()} == {"measure_first"} != {found.action for found in was.values()}
    assert was.keys() == now.keys()


def test_what_is_written_is_the_change(folder: Path, capsys: Any) -> None:
    """With --write the larder on disk is the one that was shown, and what has to be run next is said."""
    assert run(folder, CHANGE) == 0
    assert read(folder) == files.changed(TEXTS, CHANGE, LATER)[0]
    said = capsys.readouterr().out
    written = [f"written: service/larder/data/{path}" for path in (LABOUR, AZURE)]
    assert "\n".join(written) in said
    assert "make examples" in said and "make openapi ARGS=--answers" in said


def test_a_second_change_follows_the_first(folder: Path) -> None:
    """What was appended yesterday is the predecessor of what is appended today."""
    assert run(folder, RATE) == 0
    assert run(folder, RATE.replace(f"from = {DAY}", f"from = {LATER}").replace("101", "102")) == 0
    values = tomllib.loads((folder / LABOUR).read_text())["hourly_rate"]["values"]
    assert [value["value"] for value in values[-2:]] == [101, 102]


def test_without_write_nothing_is_written(folder: Path) -> None:
    """The change is only shown unless --write is given."""
    path = folder.parent / "change.toml"
    path.write_text(CHANGE)
    assert tool.main([str(path)], LATER) == 0
    assert read(folder) == TEXTS


def test_a_larder_that_cannot_be_written_is_restored(folder: Path) -> None:
    """When the second file cannot be written, the first is as it was, and the message says so."""
    after, _ = files.changed(TEXTS, CHANGE, LATER)
    (folder / AZURE).unlink()
    (folder / AZURE).mkdir()
    with pytest.raises(files.WriteError, match=f"azure.*restored: {LABOUR}, {AZURE}"):
        files.write(folder, TEXTS, after)
    assert (folder / LABOUR).read_bytes() == TEXTS[LABOUR]


def test_a_larder_changed_meanwhile_is_restored(folder: Path) -> None:
    """When the larder read again holds something else than the change, what was written is taken back."""
    latency = "assumptions/latency.toml"
    (folder / latency).write_bytes(TEXTS[latency] + b"# meanwhile\n")
    before = read(folder)
    with pytest.raises(
        files.WriteError, match=f"{latency} did not hold what was to be written; restored: {LABOUR}, {AZURE}"
    ):
        files.write(folder, TEXTS, files.changed(TEXTS, CHANGE, LATER)[0])
    assert read(folder) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (CHANGE.replace("training_usd_per_mtok = 4.0", "training_usd_per_mtok = 400000.0"), "a thousand times off"),
        (RATE.replace("101", "-5"), "value -5.0 is out of the limits of the family positive"),
        (RATE.replace("101", "95000000"), "a thousand times off its predecessor"),
        (RATE.replace("checked", "chekced"), "labour.toml: hourly_rate: Object contains unknown field `chekced`"),
        (OFFER.replace("confidence", "confidense"), "azure/gpt-4.1-mini: Object contains unknown field `confidense`"),
        (CHANGE.replace(f"from = {DAY}", "from = 2020-01-01"), "2020-01-01 does not come after"),
    ],
)
def test_what_cannot_be_true_is_refused(change: str, said: str, folder: Path, capsys: Any) -> None:
    """A slip is refused by name before anything is written: exit code 1."""
    assert run(folder, change) == 1
    assert said in capsys.readouterr().err
    assert read(folder) == TEXTS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (RATE.replace("hourly_rate", "hourly_rates"), "'hourly_rates'; the nearest is hourly_rate\n"),
        (CHANGE.replace("[offer", "[offers"), "no assumption is called 'offers'; the nearest is [[offer]]\n"),
        ("[[zzzzqqqq.values]]\nfrom = 2026-12-01\n", "'zzzzqqqq'; GET /v1/assumptions lists them"),
        (
            OFFER.replace("4.1-mini", "4.1-mimi"),
            "no offer is called 'azure/gpt-4.1-mimi'; the nearest are azure/gpt-4.1",
        ),
        (
            OFFER.replace("4.1-mini", "4.1-mimi"),
            "a new offer states weights, name, serving, hosting_kind, lifetime_class, base_model too",
        ),
        (
            OFFER.replace("azure/gpt-4.1-mini", "openai/gpt-4.1-2025-04-14"),
            "another name of openai/gpt-4.1: state that",
        ),
        (
            CHANGE.replace('mini"', 'mini"\nserving = "dedicated"'),
            "offer azure/gpt-4.1-mini: serving cannot be changed",
        ),
        (f'[hourly_rate]\nunit = "hours"\n{RATE}', "hourly_rate: unit cannot be changed by appending"),
        ("[[hourly_rate.values]]\nvalue = 1\n", "hourly_rate: each of its [[...values]] states from"),
        (RATE.replace(f"from = {DAY}", f"from = {DAY}T00:00:00"), "hourly_rate: each of its [[...values]] states from"),
        (f"[hourly_rate.values]\nfrom = {DAY}\n", "hourly_rate: each of its [[...values]] states from"),
        (OFFER.replace("[[offer.values]]", ""), "offer azure/gpt-4.1-mini: each of its [[...values]] states from"),
        (OFFER.replace("[[offer]]", "[offer]"), "written [[offer]], in two brackets"),
        ("[[offer]]\nname = 'no id'\n", 'id = "provider/model"'),
        ("offer = [1]\n", 'id = "provider/model"'),
        ("hourly_rate = 3\n", "hourly_rate: each of its [[...values]] states from"),
        (RATE.replace("101", "nan"), "nan is no number"),
        (RATE.replace(f"checked = {DAY}", "checked = 2999-01-01"), "hourly_rate: checked 2999-01-01 is after today"),
        (OFFER.replace(f"checked = {DAY}", "checked = 2999-01-01"), "gpt-4.1-mini: checked 2999-01-01 is after today"),
        (new_offer("azure/New one"), "'azure/New one' is not of the form provider/model"),
        (new_offer("../azure/new"), "'../azure/new' is not of the form provider/model"),
        ("", "nothing to append"),
        ("[[offer]\n", "Expected"),
    ],
)
def test_a_change_that_cannot_be_read_is_explained(change: str, said: str, folder: Path, capsys: Any) -> None:
    """An unknown name is answered with the nearest known ones, a change out of form with its mend: exit code 2."""
    assert run(folder, change) == 2
    error = capsys.readouterr().err
    assert said in error and "change.toml" in error
    assert read(folder) == TEXTS


def test_a_change_file_that_is_missing_is_named(capsys: Any) -> None:
    """A path without a file is answered with its name: exit code 2."""
    assert tool.main(["no-such-change.toml"]) == 2
    assert "no-such-change.toml" in capsys.readouterr().err


def test_the_example_of_the_document_can_be_appended() -> None:
    """The change in docs/prices.md is one that the command takes, and it had been checked before it took effect."""
    block = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "prices.md").read_text(), re.DOTALL)
    assert block
    source = "\n".join(line.strip() for line in block[1].splitlines())
    value = tomllib.loads(source)["offer"][0]["values"][0]
    assert value["checked"] <= value["from"]
    source = source.replace(f"from = {value['from']}", f"from = {LATER}")
    larder = appended(source.replace(f"checked = {value['checked']}", f"checked = {DAY}"))
    assert larder.offers["azure/gpt-4.1-mini"].at(LATER) == larder.offers["azure/gpt-4.1-mini"].values[-1]


def test_the_files_checked_longest_ago_are_listed_first(folder: Path, capsys: Any) -> None:
    """--age lists every file of dated facts with its oldest check and how many of its facts in force are old."""
    assert tool.main(["--age"], DAY) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    others = {f"fitted/{name}.toml": 1 for name in ("improvement", "model_change", "drift")} | {
        "capability/capability.csv": len(KNOWN.capabilities.figures),
        "lifetimes/lifetimes.csv": len(KNOWN.lifetimes.lives),
        "lifetimes/hazard.toml": len(KNOWN.hazards),
        "self_hosted/gpus.toml": len(KNOWN.gpus),
    }
    counts = {row[0]: int(row[-1]) for row in rows}
    assert set(counts) == {*KNOWN.files.values(), *others, "self_hosted/offers.toml"}
    assert counts.pop("self_hosted/offers.toml") >= 3 * len(KNOWN.self_hosted)
    assert {path: counts.pop(path) for path in others} == others
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)
    assert sum(counts.values()) == len(KNOWN.assumptions) + len([o for o in KNOWN.offers.values() if o.at(DAY)])
    labour = {row[0]: row for row in rows}[LABOUR]
    checks = [found.at(DAY).checked for name, found in KNOWN.assumptions.items() if KNOWN.files[name] == LABOUR]
    old = sum((DAY - checked).days > 90 for checked in checks)
    assert labour[1:] == [str(min(checks)), str(old), "of", str(len(checks))]


def test_a_new_check_makes_a_fact_young() -> None:
    """What counts is the value in force on the day, not those before it."""
    later = KNOWN.assumptions["hourly_rate"].values[-1].checked + datetime.timedelta(days=91)
    renewed = parse(files.changed(TEXTS, RATE.replace(str(DAY), str(later)), later)[0])
    before, after = ({row[0]: row[2] for row in ages(known, later)} for known in (KNOWN, renewed))
    assert after[LABOUR] == before[LABOUR] - 1


def test_the_prices_of_an_offer_are_as_old_as_their_own_check() -> None:
    """When an offer's dates were checked leaves the age of its prices as it is."""
    path = "offers/openai.toml"
    earlier = TEXTS[path].replace(b"dates_checked = 2026-11-01", b"dates_checked = 2025-12-01")
    assert earlier != TEXTS[path]
    assert ages(parse({**TEXTS, path: earlier}), DAY) == ages(KNOWN, DAY)


def test_without_a_change_the_command_says_what_it_takes(capsys: Any) -> None:
    """Neither a change nor --age is a fault of the call."""
    with pytest.raises(SystemExit):
        tool.main([])
    assert "name a change, or say --age" in capsys.readouterr().err
