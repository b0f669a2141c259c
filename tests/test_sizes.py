"""The sizes of the house: a full file or a long function hides a second idea."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("service", "models", "tests", "tools")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60


def test_the_house_is_found() -> None:
    """Every room has files to measure."""
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    """No file has more than 400 lines, no function more than 60, its decorators left out."""
    text = path.read_text(encoding="utf-8")
    name, length = path.relative_to(ROOT), len(text.splitlines())
    assert length <= LINES_OF_A_FILE, f"{name} has {length} lines, more than {LINES_OF_A_FILE}"
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions]
    long = [f"{function} has {lines} lines" for function, lines in lengths if lines > LINES_OF_A_FUNCTION]
    assert not long, f"{name}: {'; '.join(long)}, more than {LINES_OF_A_FUNCTION}"
