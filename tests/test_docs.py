"""The documents say what the service answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import pictures
from tools.defended import number, percent
from tools.examples import BLOCK, SPOKEN, faults
from tools.inline import renewed
from tools.variations import PLACES

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
HISTORY = ROOT / "CHANGELOG.md"
"""Names what was there at the time."""

MADE = ("build/", "openapi/released/")
"""Where commands put what is not committed, or not before the first release."""
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINKED = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
QUOTED = re.compile(r"`([A-Za-z0-9._<>*/-]+)`")
FILE = re.compile(r".*\.(py|toml|md|csv|json|svg|yaml)")


def test_the_figures_of_the_documents_are_fresh() -> None:
    """docs/examples.md, docs/advice.md and its picture hold what the service gives, and their text speaks of its advice.

    Each figure of a table of figures is recomputed by hand; `make examples` renews them.
    """
    command = [sys.executable, "tools/examples.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("edge", [1.2345, 0.12355, 33_333.5, 2.5e-4 + 5e-8])
def test_a_figure_on_the_edge_of_rounding_is_shown_alike_everywhere(edge: float) -> None:
    """What another CPU makes of the last digits of a figure moves no digit of docs/examples.md."""
    noise = [1 + step * 1e-14 for step in range(-4, 5)]
    assert len({number(edge * part) for part in noise}) == 1
    assert len({percent(edge / 10 * part) for part in noise}) == 1


def test_a_text_that_speaks_of_other_advice_is_told() -> None:
    """Where the action, its option or that of expected value is another than the text speaks of, the script says to read it again."""
    verdict = {"action": "run_pilot", "also": ["measure_first"], "option": "keep", "expected_value_action": "fine_tune"}
    told = "<!-- text: a speaks of run_pilot + measure_first (keep); by expected value {} -->"
    answers = {"a": {"verdict": verdict}}
    assert faults("p.md", told.format("fine_tune"), answers, {}) == []
    assert len(faults("p.md", told.format("keep_prompting"), answers, {})) == 1
    assert len(faults("p.md", "<!-- figures: b.plan -->\n<!-- end -->", answers, {})) == 1


def test_a_figure_in_a_sentence_is_written_anew() -> None:
    """A marked figure becomes what its path leads to, in its form: an amount, a share or a number."""
    answer = {"options": [{"id": "a/b", "npv": -1234.5, "share": 0.126}], "weeks": [2.31]}
    for mark, shown in [
        ("/options/a~1b/npv money", "1,200"),
        ("/options/0/share percent", "13 %"),
        ("/weeks/0 number", "2.3"),
    ]:
        mark = f"r {mark}"
        assert renewed(f"<!--= {mark} -->old<!--/-->", {"r": answer}) == f"<!--= {mark} -->{shown}<!--/-->"


def test_every_example_is_spoken_of() -> None:
    """docs/examples.md has the verdict, plan, options, figures, break-evens, inputs and changes of each request, and a text on its advice."""
    page = (ROOT / "docs" / "examples.md").read_text()
    parts = ("verdict", "plan", "options", "figures", "break-evens", "deciding", "changes")
    blocks = {name for _, name, _ in BLOCK.findall(page)}
    assert {f"{name}.{part}" for name in PLACES for part in parts} <= blocks
    assert [name for name, _ in SPOKEN.findall(page)] == list(PLACES)


def test_the_picture_can_be_read_by_everybody() -> None:
    """The frontier has a title and a description, names each option in words, and has colours for light and dark."""
    switches = [{"value": 0.0123, "from_option": "keep", "to_option": "tune:a/b"}]
    item = {"input": "error_cost", "switches": switches}
    options = [{"id": id, "base_model": "a/b", "name": "n"} for id in ("keep", "tune:a/b")]
    drawn = pictures.frontier({"currency": "EUR", "break_even": {"items": [item]}, "options": options})
    assert "<title" in drawn and "prefers-color-scheme: dark" in drawn
    assert "below EUR 0.012 keep, from EUR 0.012 on tune:a/b" in drawn
    assert drawn.count("<rect") == 3 and "the prompt as it is" in drawn
    assert len(set(pictures.FILLS)) == len(pictures.FILLS)


def fields_sent(document: dict[str, Any]) -> set[str]:
    """Return the names of all fields that callers send in bodies."""
    schemas = document["components"]["schemas"]
    bodies = [op["requestBody"] for path in document["paths"].values() for op in path.values() if "requestBody" in op]
    wanted, seen = [json.dumps(bodies)], set()
    while wanted:
        for name in set(re.findall(r"#/components/schemas/(\w+)", wanted.pop())) - seen:
            seen.add(name)
            wanted.append(json.dumps(schemas[name]))
    return {field for name in seen for field in schemas[name].get("properties", ())}


def test_the_changelog_names_every_new_request_field() -> None:
    """What a request may say that it could not at the last release stands in CHANGELOG.md under Unreleased."""
    committed, released = ROOT / "openapi" / "openapi.json", ROOT / "openapi" / "released" / "v1.json"
    new = fields_sent(json.loads(committed.read_text()))
    if released.exists():
        new -= fields_sent(json.loads(released.read_text()))
    unreleased = (ROOT / "CHANGELOG.md").read_text().partition("## Unreleased\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", unreleased))
    assert not new - named, f"CHANGELOG.md, under Unreleased, does not name the request fields {sorted(new - named)}"


def test_no_document_names_a_machine_path() -> None:
    """Documents speak of the project alone."""
    for path in DOCUMENTS:
        assert not re.search(r"(^|[\s`(])/(root|home|work)/", path.read_text()), path


def paths_in(text: str) -> tuple[set[str], set[str]]:
    """Return the targets of links within the repository, and what stands in backticks and looks like a path of it."""
    text = FENCED.sub("", text)
    links = {link for link in LINKED.findall(text) if "://" not in link}
    folders = {child.name for child in ROOT.iterdir() if child.is_dir()}
    quoted = {
        path for path in QUOTED.findall(text) if "/" in path and (FILE.fullmatch(path) or path.split("/")[0] in folders)
    }
    return links, {path for path in quoted if not path.startswith(("/", *MADE))}


def is_there(path: str) -> bool:
    """Return whether the repository has a path; what stands in angle brackets, and a star, may be anything."""
    return any(ROOT.glob(re.sub(r"<[^>]*>", "*", path).rstrip("/")))


def test_a_path_is_told_from_other_words() -> None:
    """Links and paths are found; ids, media types, addresses and what commands make are not."""
    text = "[a](b.md#c) [d](https://e.org/f.md) `service/http/` `tests/x.py` `openai/gpt` `/openapi.json` `text/csv`"
    assert paths_in(f"{text} `build/a.json` `x.md`\n```\n`models/y.py`\n```\n") == (
        {"b.md"},
        {"service/http/", "tests/x.py"},
    )


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_in_a_document_exists(page: Path) -> None:
    """A document names no file or folder that is not there."""
    links, quoted = paths_in(page.read_text())
    gone = [link for link in links if not (page.parent / link).exists()]
    if page != HISTORY:
        gone += [path for path in quoted if not is_there(path)]
    assert not gone, f"{page.relative_to(ROOT)} names {sorted(gone)}, which the repository does not have"


def test_the_error_of_the_prior_is_the_back_tested_one() -> None:
    """docs/examples.md states the mean absolute error that docs/evidence/fine-tune.md reports."""
    tested = re.search(
        r"\| mean absolute error \|[^|]*\| ([0-9.]+) \|", (ROOT / "docs" / "evidence" / "fine-tune.md").read_text()
    )
    told = re.search(r"off\s+by ([0-9.]+) points on average", (ROOT / "docs" / "examples.md").read_text())
    assert tested and told
    assert told[1] == f"{float(tested[1]):.1f}"
