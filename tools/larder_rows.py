"""Puts rows into the larder's CSV files: a table of a change becomes a line behind the last one."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any, NamedTuple

from msgspec import Struct

from service.larder.capability import FIGURES, Capability
from service.larder.lifetimes import LIVES, Lifetime


class RowError(ValueError):
    """A row cannot be appended as it is written; says why and what to write instead."""


class Rows(NamedTuple):
    """A CSV file that rows are appended to."""

    path: str
    noun: type[Struct]
    since: str
    """The column that says from which day on a row holds."""


ROWS = {"capability": Rows(FIGURES, Capability, "index_date"), "lifetime": Rows(LIVES, Lifetime, "checked")}
"""By the name of its tables in a change."""


def append_rows(name: str, entries: Any, text: bytes, today: datetime.date) -> tuple[bytes, list[datetime.date]]:
    """Return a CSV file with the rows of a change appended, and the days from which they hold.

    Raises
    ------
    RowError
        Where an entry is no table, has a column that the file has not, misses its date, or is dated after `today`.
    """
    rows, columns = ROWS[name], list(ROWS[name].noun.__struct_encode_fields__)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RowError(f"a row of {rows.path} is written [[{name}]], in two brackets")
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    days = []
    for entry in entries:
        where = f"{name} {', '.join(str(entry.get(column, '?')) for column in columns[:2])}"
        if strange := [column for column in entry if column not in columns]:
            raise RowError(f"{where}: there is no {', '.join(strange)}; the columns are {', '.join(columns)}")
        for column in {rows.since, "checked"}:
            if type(entry.get(column)) is not datetime.date:
                raise RowError(f"{where}: state {column}, a date such as 2026-12-01")
            if entry[column] > today:
                raise RowError(f"{where}: {column} {entry[column]} is after today, {today}; state the day you looked")
        days.append(entry[rows.since])
        lines.writerow([_cell(where, entry.get(column, "")) for column in columns])
    return text + (b"" if text.endswith(b"\n") else b"\n") + written.getvalue().encode(), days


def _cell(where: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float | datetime.date) or isinstance(value, datetime.datetime):
        raise RowError(f"{where}: {value!r} is no text, number, date, true or false")
    if len(str(value).splitlines()) > 1:
        raise RowError(f"{where}: {value!r} has several lines; write it in one")
    return str(value)
