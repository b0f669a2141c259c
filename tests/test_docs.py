"""The documents say what the service answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.defended import number, percent

ROOT = Path(__file__).parent.parent


def test_the_figures_of_the_examples_are_fresh() -> None:
    """docs/examples.md holds the figures that the service gives, each recomputed by hand; `make examples` renews them."""
    command = [sys.executable, "tools/examples.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("edge", [1.2345, 0.12355, 33_333.5, 2.5e-4 + 5e-8])
def test_a_figure_on_the_edge_of_rounding_is_shown_alike_everywhere(edge: float) -> None:
    """What another CPU makes of the last digits of a figure moves no digit of docs/examples.md."""
    noise = [1 + step * 1e-14 for step in range(-4, 5)]
    assert len({number(edge * part) for part in noise}) == 1
    assert len({percent(edge / 10 * part) for part in noise}) == 1


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
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        assert not re.search(r"(^|[\s`(])/(root|home|work)/", path.read_text()), path


def test_the_error_of_the_prior_is_the_back_tested_one() -> None:
    """docs/examples.md states the mean absolute error that docs/accuracy-prior.md reports."""
    tested = re.search(
        r"\| mean absolute error \|[^|]*\| ([0-9.]+) \|", (ROOT / "docs" / "accuracy-prior.md").read_text()
    )
    told = re.search(r"off\s+by ([0-9.]+) points on average", (ROOT / "docs" / "examples.md").read_text())
    assert tested and told
    assert told[1] == f"{float(tested[1]):.1f}"
