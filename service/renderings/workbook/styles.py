"""How cells look: a number by its unit and by its role, texts that stay texts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from service.renderings.cells import FORMULA
from service.renderings.workbook.formulas import ENDLESS

Role = Literal[
    "input", "formula", "link", "value", "text", "wrapped", "stale", "head", "title", "note", "small", "date"
]

LOOKS: dict[Role, dict[str, Any]] = {
    "input": {"font_color": "#0000C0", "bg_color": "#FFF8DC", "border": 1, "border_color": "#D0C8A0"},
    "formula": {"font_color": "#000000"},
    "link": {"font_color": "#00602B"},
    "value": {"font_color": "#5A5A5A", "italic": True},
    "text": {"valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "stale": {"text_wrap": True, "valign": "top", "font_color": "#5A5A5A", "italic": True},
    "head": {"bold": True, "bg_color": "#1F5F5B", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#5A5A5A", "valign": "top"},
    "small": {"font_color": "#5A5A5A", "text_wrap": True, "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "font_color": "#5A5A5A"},
}
"""Inputs are blue on yellow, links to other sheets green, formulas black, values that do not move grey."""

SMALL = ("/request", "/answer", "/token", "/error")
FIRST_YEAR = 1900
"""Days before it are no dates to a spreadsheet."""

LONGEST_TEXT = 4_000
"""Characters of a text; a cell holds 32,767 code units of UTF-16."""


def number_format(unit: str) -> str:
    """Return how a number of a unit is shown.

    Examples
    --------
    >>> number_format("USD/month"), number_format("USD/request"), number_format("share")
    ('#,##0.00', '#,##0.000000', '0.0000')
    """
    if unit == "seconds/token":
        return "0.0000000"
    head = unit.partition("/")[0]
    if len(head) == len("USD") and head.isupper():
        return "#,##0.000000" if unit.endswith(SMALL) else "#,##0.0000" if "1M" in unit else "#,##0.00"
    return {
        "share": "0.0000", "ratio": "0.0000", "per year": "0.0000", "per month": "0.0000", "months": "0.00", "weeks": "0.00",
        "hours": "#,##0.00", "seconds": "0.000", "tokens": "#,##0.0", "requests": "#,##0", "answers": "#,##0.0",
    }.get(head, "General")  # fmt: skip


class PlainSheet(Worksheet):
    """A sheet whose formulas call no function newer than 2010, so that none of them has to be searched for one.

    The search takes half of the time of a workbook; a library that no longer asks this only takes longer.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Desk:
    """Writes cells of a workbook, each look made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        """Begin with a new workbook."""
        self.book = book
        self._made: dict[tuple[Role, str, bool], Format] = {}

    def look(self, role: Role, unit: str = "", *, is_quoted: bool = False) -> Format:
        """Return the look of a role, of a number with its unit."""
        key = (role, unit, is_quoted)
        if key not in self._made:
            said = dict(LOOKS[role])
            if unit:
                said["num_format"] = number_format(unit)
            if is_quoted:
                said["quote_prefix"] = True
            self._made[key] = self.book.add_format(said)
        return self._made[key]

    def text(self, sheet: Worksheet, row: int, column: int, text: str, role: Role = "text") -> None:
        """Write a text; whatever it begins with, it is no formula, now or when somebody edits it."""
        cut = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text):,} characters, cut here)"
        sheet.write_string(row, column, cut, self.look(role, is_quoted=cut.startswith(FORMULA)))

    def number(
        self, sheet: Worksheet, row: int, column: int, number: float | None, unit: str = "", role: Role = "value"
    ) -> None:
        """Write a number; nothing where there is none."""
        if number is None:
            sheet.write_blank(row, column, None, self.look(role, unit))
        else:
            sheet.write_number(row, column, number, self.look(role, unit))

    def formula(
        self, sheet: Worksheet, row: int, column: int, formula: str, value: float | str | None, unit: str = "",
        role: Role = "formula",
    ) -> None:  # fmt: skip
        """Write a formula with the value that it gives."""
        sheet.write_formula(row, column, f"={formula}", self.look(role, unit), "" if value is None else value)

    def date(self, sheet: Worksheet, row: int, column: int, day: datetime.date | None) -> None:
        """Write a date; nothing where there is none, or where a spreadsheet knows no such day."""
        if day is not None and day.year >= FIRST_YEAR:
            sheet.write_datetime(row, column, datetime.datetime(day.year, day.month, day.day), self.look("date"))

    def heads(self, sheet: Worksheet, row: int, heads: Mapping[str, float]) -> None:
        """Write the heads of columns, by their width."""
        for column, (head, width) in enumerate(heads.items()):
            sheet.set_column(column, column, width)
            self.text(sheet, row, column, head, "head")

    def show_endless(self, sheet: Worksheet, last_row: int, last_column: int, word: str = "∞") -> None:
        """Show a word or a sign in place of the number for what never ends."""
        look = self.book.add_format({"num_format": f'"{word}"', "font_color": "#5A5A5A"})
        rule = {"type": "cell", "criteria": ">=", "value": float(ENDLESS), "format": look}
        sheet.conditional_format(0, 1, last_row, last_column, rule)
