"""The arrows of pyproject.toml name every chapter: a new file of models/ is held to them without being asked."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CHAPTERS = {f"models.{path.stem}" for path in (ROOT / "models").glob("*.py")} - {"models.__init__", "models.arrays"}
"""The leaf, models/arrays.py, is what every chapter is written in."""


def arrows(name: str) -> dict[str, Any]:
    """Return a contract of import-linter by its name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found: dict[str, Any] = next(contract for contract in contracts if contract["name"] == name)
    return found


def test_every_chapter_of_the_textbook_is_independent() -> None:
    """No chapter of models/ is left out where they are held apart."""
    assert set(arrows("chapters are independent")["modules"]) == CHAPTERS


def test_chapters_are_numbered_in_order() -> None:
    """Each chapter says its number, and they run as the chapters are listed, without a gap or a number given twice."""
    listed = arrows("chapters are independent")["modules"]
    said = [importlib.import_module(name).__doc__ or "" for name in listed]
    assert [text.partition(":")[0] for text in said] == [f"Chapter {number}" for number in range(len(listed))]


def test_the_larder_reads_one_chapter() -> None:
    """All chapters but the one that measures likeness are closed to the larder."""
    closed = arrows("the larder reads one chapter, to index the published cases")["forbidden_modules"]
    assert set(closed) == CHAPTERS - {"models.similarity"}
