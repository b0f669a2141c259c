"""The look at a newer price package finds what changed and which verdicts move, and changes nothing.

Each package is the one we ship with a few lines behind its data, built as a wheel that pip finds without a network.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.larder.load import load
from service.larder.prices import InferencePrice, PriceList
from tools.ages import ages
from tools.price_check import __main__ as command
from tools.price_check import compare, report
from tools.price_check.package import NotCompared, fetch
from tools.price_check.side import Advice, Side, seen_from

ROOT = Path(__file__).parents[2]
FIELD = ROOT / "tests" / "field"
LARDER = load()
DAY = datetime.date(2026, 11, 26)
LISTED = PriceList(LARDER.identifiers).find("openai/gpt-4.1", DAY)
SHIPPED = distribution("genai-prices")
assert LISTED

FIND = "\nof = {p.id: p for p in providers}\nopenai = {m.id: m for m in of['openai'].models}\n"
CHEAPER = "openai['gpt-4.1'].prices = ModelPrice(input_mtok=Decimal('0.02'), output_mtok=Decimal('0.08'), cache_read_mtok=Decimal('0.005'))\n"
RENAMED = (
    "from dataclasses import replace\nof['openai'].models.append(replace(openai['gpt-4o-mini'], id='gpt-9-tiny'))\n"
)
GONE = "of['openai'].models.remove(openai['gpt-4o-mini'])\n"
WIDER = "openai['gpt-4o'].context_window = 256000\n"

PACKAGES = {
    "99.1.0": "",
    "99.2.0": FIND + "del of['openai'], openai\nproviders.remove(providers[[p.id for p in providers].index('x-ai')])\n",
    "99.3.0": FIND + CHEAPER + RENAMED + GONE + WIDER,
}
"""What stands behind the data of each version: nothing, a provider less, and changes that answers feel."""


def wheel(folder: Path, version: str, lines: str) -> None:
    """Put a wheel of the shipped package into a folder, under another version and with more lines behind its data."""
    with zipfile.ZipFile(folder / f"genai_prices-{version}-py3-none-any.whl", "w") as archive:
        for file in SHIPPED.files or ():
            if file.suffix == ".pyc" or not file.parts[0].startswith("genai_prices"):
                continue
            text = Path(str(file.locate())).read_bytes()
            if file.name == "METADATA":
                text = text.replace(f"\nVersion: {SHIPPED.version}\n".encode(), f"\nVersion: {version}\n".encode())
            if str(file) == "genai_prices/data.py":
                text += lines.encode()
            archive.writestr(str(file).replace(SHIPPED.version, version), text)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a wheel of every package."""
    folder: Path = tmp_path_factory.mktemp("index")
    for version, lines in PACKAGES.items():
        wheel(folder, version, lines)
    return folder


def offline(index: Path) -> dict[str, str]:
    """Return an environment in which pip knows a folder of wheels and nothing else."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return mine | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}


def run(index: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Return what the command says of the packages in a folder, on the day of these tests."""
    line = [sys.executable, "-m", "tools.price_check", "--as-of", str(DAY), *arguments]
    environment = {**offline(index), "PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def felt(index: Path) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the report on the newest package, whose changes requests feel."""
    requests = [str(FIELD / f"{name}.json") for name in ("long-requests", "provider-closes", "hosting-fee")]
    done = run(index, *requests, "--json", "--fail-on", "price")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def words(told: dict[str, Any]) -> str:
    """Return a report as a terminal shows it."""
    return "\n".join(report.lines(msgspec.convert(told, compare.Report)))


def test_the_newest_package_is_taken_and_a_moved_verdict_found(felt: Any) -> None:
    """A prompt at a hundredth of its price beats the fine-tune: the verdict moves, with its NPV before and after, and the code is 4."""
    code, told = felt
    assert (code, told["status"], told["other"]) == (command.VERDICTS_MOVED, "verdicts_moved", "genai-prices 99.3.0")
    assert told["shipped"] == f"genai-prices {SHIPPED.version}"
    moved = {row["request"]: row for row in told["requests"]}["long-requests"]
    assert moved["is_moved"] and moved["before"]["action"] == "fine_tune" != moved["after"]["action"]
    assert moved["before"]["option"].startswith("tune:") and moved["after"]["option"] == "keep"
    assert moved["npv_change"] < -moved["before"]["npv"]
    text = words(told)
    assert f"{moved['before']['npv']:,.0f}" in text and f"{moved['npv_change']:+,.0f}" in text
    assert "2 of 3 verdicts move: long-requests, provider-closes." in text
    assert text.index("fine_tune ") < text.index("1 of 3 requests: the same verdict") < text.index(" verdicts move")


def test_a_request_that_the_newer_list_cannot_answer_is_told(felt: Any) -> None:
    """Where the base model of a request is gone, its verdict moves to a refusal, and the refusal says why."""
    row = {row["request"]: row for row in felt[1]["requests"]}["provider-closes"]
    assert row["after"]["action"] == "refused" and "openai/gpt-4o-mini" in row["after"]["refusal"]
    assert row["is_moved"] and row["npv_change"] is None
    assert row["after"]["refusal"] in words(felt[1])


def test_changed_new_and_gone_base_models_are_told(felt: Any) -> None:
    """A price is told with its share, a context window too, at the maker and at a host that sells at its prices; nothing else is."""
    told = felt[1]
    rows = {(row["base_model"], row["what"]): row for row in told["changed"]}
    price = rows["openai/gpt-4.1", "input"]
    assert (price["before"], price["after"], price["is_used"]) == (2.0, 0.02, True)
    assert price["change"] == pytest.approx(-0.99)
    assert rows["azure/gpt-4.1", "input"]["change"] == pytest.approx(-0.99)
    window = rows["openai/gpt-4o", "context_window"]
    assert (window["before"], window["after"], window["change"]) == (128_000, 256_000, None)
    assert "4 changed (0 dearer, 2 cheaper, 2 otherwise; 2 of them in use" in words(told)
    assert {model.partition("/")[2] for model, _ in rows} == {"gpt-4.1", "gpt-4o"}
    assert {row["base_model"] for row in told["new"]} == {"openai/gpt-9-tiny", "azure/gpt-9-tiny"}
    gone = {row["base_model"]: row for row in told["gone"]}
    assert "offers/openai.toml" in gone["openai/gpt-4o-mini"]["named_in"]
    assert any("openai/gpt-4o-mini" in step for step in told["next"])
    text = words(told)
    assert "-99.0%" in text and "ever: past answers too" in text and "gpt-9-tiny" in text


def test_what_to_do_next_is_told_in_order(felt: Any) -> None:
    """First the pin is raised, then the offers are looked at, then the documents are written anew; old facts come last."""
    steps = felt[1]["next"]
    assert "genai-prices==99.3.0" in steps[0] and "make lock" in steps[0]
    assert any("openai/gpt-4.1" in step for step in steps if step.startswith("see whether terms of offers moved"))
    assert "make examples" in steps[-2] and "a changelog entry with before and after" in steps[-2]
    assert "docs/prices.md" in steps[-1]


def test_facts_checked_long_ago_are_those_of_the_other_command(felt: Any) -> None:
    """The files with old facts are those that `make prices ARGS=--age` lists."""
    told = [(row["file"], row["oldest_check"], row["old"], row["facts"]) for row in felt[1]["stale"]]
    assert told == [(file, str(oldest), old, n) for file, oldest, old, n in ages(LARDER, DAY) if old]
    assert told[0][0] in words(felt[1])


def test_a_price_that_moves_no_verdict_is_told_from_one_that_does() -> None:
    """Where only prices changed the status says so; it has a code of its own if prices are to fail, and is no failure else."""
    assert LISTED
    advice = Advice(action="fine_tune", option="tune", npv={"tune": 100.0, "keep": 0.0}, tco={"tune": 9.0, "keep": 1.0})
    dearer = msgspec.structs.replace(LISTED, batch_output=99.0)
    same, moved = (msgspec.structs.replace(advice, option=option) for option in ("tune", "keep"))
    told = [
        compare.compared(DAY, side(LISTED, advice), side(price, now), set(), {}, [], 90.0)
        for price, now in ((LISTED, same), (dearer, same), (LISTED, moved))
    ]
    status = [row.status for row in told]
    assert status == ["unchanged", "prices_changed", "verdicts_moved"]
    codes = {what: [command.FAILS[what].get(one, 0) for one in status] for what in command.FAILS}
    assert codes == {"never": [0, 0, 0], "verdict": [0, 0, 4], "price": [0, 3, 4]}
    assert "0 of 1 verdicts move." in report.summary(told[1]) and "1 of 1 verdicts move: r." in report.summary(told[2])


def side(price: InferencePrice, advice: Advice) -> Side:
    """Return a side with one base model and one request."""
    return Side(version="genai-prices 1.0.0", place="", prices={"a/b": price}, advice={"r": advice})


def test_an_unchanged_package_reports_nothing(index: Path) -> None:
    """Another version with the same data is told to change nothing, whatever is to fail."""
    done = run(index, str(FIELD / "long-requests.json"), "--to", "99.1.0", "--fail-on", "price")
    assert done.returncode == 0, done.stderr
    assert "Changed" not in done.stdout and "New" not in done.stdout and "Gone" not in done.stdout
    assert "1 of 1 requests: the same verdict and amounts on both lists" in done.stdout
    assert "no price of" in done.stdout and "<- moved" not in done.stdout


def test_a_package_that_cannot_be_had_is_told_with_its_mend(index: Path) -> None:
    """A version that the index does not have: exit code 2, what pip says, and where pip looks."""
    done = run(index, "--to", "99.9.9")
    assert (done.returncode, done.stdout) == (command.NOT_COMPARED, "")
    assert "genai-prices==99.9.9 could not be had" in done.stderr
    assert "No matching distribution" in done.stderr and "PIP_INDEX_URL" in done.stderr


def test_an_index_that_does_not_answer_is_told_from_one_without_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody listens, what is told is that the connection broke, not that there is no such package."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        silent = {"INDEX_URL": f"http://127.0.0.1:{unheard.getsockname()[1]}/", "RETRIES": "1"}
        for name, value in {**offline(tmp_path), **{f"PIP_{name}": value for name, value in silent.items()}}.items():
            monkeypatch.setenv(name, value)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("PIP_NO_INDEX")
        with pytest.raises(NotCompared, match="connection broken"):
            fetch(None, tmp_path)


def test_a_package_that_the_service_cannot_read_is_told(index: Path, tmp_path: Path) -> None:
    """A package without one of our providers cannot be compared: what is missing is named, and the files to mend."""
    with zipfile.ZipFile(next(index.glob("genai_prices-99.2.0-*"))) as archive:
        archive.extractall(tmp_path)
    with pytest.raises(NotCompared, match=r"(?s)KeyError: 'x-ai'.*identifiers\.toml"):
        seen_from(tmp_path, DAY, [])


def test_a_folder_without_the_package_is_not_taken_for_it(tmp_path: Path) -> None:
    """What we ship is never compared with itself: a folder without the package is refused."""
    with pytest.raises(NotCompared, match="was read instead of the package in"):
        seen_from(tmp_path, DAY, [])


def test_the_environment_stays_as_it_is(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package lies in the folder that was named, beside nothing that it depends on; what is installed is as before."""
    for name, value in offline(index).items():
        monkeypatch.setenv(name, value)
    fetch("99.1.0", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - {"bin"} == {"genai_prices", "genai_prices-99.1.0.dist-info"}
    assert distribution("genai-prices").version == SHIPPED.version
    with pytest.raises(NotCompared, match="could not be had"):
        fetch("99.9.9", tmp_path)


@pytest.mark.parametrize("arguments", [["--to", "--pre"], ["--to", "@ file:///tmp"], ["no-such.json"]])
def test_a_call_that_cannot_be_meant_is_refused(arguments: list[str]) -> None:
    """A version that is none and a request that is not there are faults of the call, named before anything is fetched."""
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2


def changed(**fields: Any) -> list[tuple[str, Any, Any, Any]]:
    """Return what changes when the listed price of a base model gets other fields."""
    assert LISTED
    new = msgspec.structs.replace(LISTED, **fields)
    found = compare.changes({"a/b": LISTED}, {"a/b": new}, set())
    return [(row.what, row.before, row.after, row.change) for row in found]


def test_prices_are_compared_tier_by_tier() -> None:
    """A new tier is told with the price that held there before; a tier that costs what the one below costs is not told twice."""
    assert LISTED and LISTED.tier_starts == ()
    tiers = {"input": (3.0, 3.0), "output": LISTED.output * 2, "cache_read": (0.5, 1.0)}
    assert changed(tier_starts=(200_000.0,), **tiers) == [
        ("input", 2.0, 3.0, 0.5),
        ("cache_read from 200,000 tokens", 0.5, 1.0, 1.0),
    ]
    assert changed(cache_read=None) == [("cache_read", 0.5, None, None)]
    assert changed(is_deprecated=True) == [("is_deprecated", None, True, None)]
    assert changed(checked=DAY) == []


def test_a_price_that_was_nothing_has_no_share() -> None:
    """From nothing to something is no per cent, and to nothing is all of it."""
    free = msgspec.structs.replace(LISTED, input=(0.0,))
    there, back = (
        compare.changes({"a/b": old}, {"a/b": new}, set())[0] for old, new in ((free, LISTED), (LISTED, free))
    )
    assert (there.change, back.change) == (None, -1.0)
    assert report.directions([there]).startswith("1 changed (0 dearer, 0 cheaper, 1 otherwise")
    assert report.directions([back]).startswith("1 changed (0 dearer, 1 cheaper, 0 otherwise")


def test_an_older_package_is_no_reason_to_go_back(felt: Any) -> None:
    """Where the index has nothing newer than what we ship, the pin stays."""
    older = msgspec.structs.replace(msgspec.convert(felt[1], compare.Report), other="genai-prices 0.0.1")
    steps = report.next_steps(older, {})
    assert "do not go back to 0.0.1" in steps[0]
    assert not any("pyproject" in step or "make lock" in step for step in steps)
