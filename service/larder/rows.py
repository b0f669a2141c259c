"""Rows of the larder's CSV files: a line becomes a noun, or a sentence says which line cannot be one."""

from __future__ import annotations

import csv
from typing import TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T", bound=Struct)


def read_rows(path: str, text: str, noun: type[T]) -> tuple[list[T], list[str]]:
    """Return the lines of a CSV file as nouns, and a sentence for every line that is none.

    The columns are the noun's fields in their order; an empty cell is a field that was left out.
    """
    columns = list(noun.__struct_encode_fields__)
    lines = csv.reader(text.splitlines())
    if (header := next(lines, [])) != columns:
        return [], [f"{path}: the columns are {', '.join(header)}; expected {', '.join(columns)}"]
    rows: list[T] = []
    found: list[str] = []
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(columns):
            found.append(f"{path} line {number}: {len(cells)} cells, expected {len(columns)}; quote cells with a comma")
            continue
        entry = {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
        try:
            rows.append(msgspec.convert(entry, noun, strict=False))
        except msgspec.ValidationError as error:
            found.append(f"{path} line {number}, {', '.join(cells[:2])}: {error}; mend the cell")
    return rows, found if rows or found else [f"{path}: no rows; put them back"]
