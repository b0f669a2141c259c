"""The documents say what the service answers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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
