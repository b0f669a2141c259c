"""A sheet for each option: every line of its base case as a formula on the inputs and on other lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from service.nouns.answer.information import TraceLine
from service.renderings.workbook import lifecycle
from service.renderings.workbook.formulas import (
    BY_MONTH,
    EACH,
    FIRST_MONTH,
    MAY_BE_EMPTY,
    MAY_BE_ENDLESS,
    NEVER,
    WHOLE,
    Ref,
    only_known,
)
from service.renderings.workbook.places import FIRST_ROW, FIXED, UNKNOWN, VALUE, OptionSheet, Places, in_words
from service.renderings.workbook.styles import Desk

EACH_MONTH: dict[str, Callable[..., str]] = {
    **EACH,
    "retrainings": lifecycle.retrainings,
    "knowledge_age": lifecycle.knowledge_age,
    "median_with_waiting": lifecycle.median_with_waiting,
    "sigma_with_waiting": lifecycle.sigma_with_waiting,
}
OF_ROWS: dict[str, Callable[..., str]] = {**WHOLE, "payback_months": lifecycle.payback_months}

FORMULAS = frozenset(EACH_MONTH) | frozenset(OF_ROWS) | frozenset(BY_MONTH)
"""Every formula that a sheet can say."""

HEADS = {"Line": 34, "Meaning": 60, "Unit": 16, "How": 22, "Value": 18}
INPUTS = "Inputs"


def spell(name: str, refs: list[Ref], length: int, empty: list[Ref]) -> Iterator[str]:
    """Yield the formula of a line for each of its cells.

    Parameters
    ----------
    name : str
        Name of the formula.
    refs : list of Ref
        The lines that it reads, in order.
    length : int
        How many cells it has.
    empty : list of Ref
        Those of the lines that may be empty.

    Raises
    ------
    KeyError
        If a sheet cannot say it.
    """
    if name in OF_ROWS:
        yield only_known(OF_ROWS[name](*refs), empty)
        return
    for month in range(length):
        said = BY_MONTH[name](month, *refs) if name in BY_MONTH else EACH_MONTH[name](*[ref.at(month) for ref in refs])
        yield only_known(said, empty, month)


class _Ledger:
    """Writes the sheet of one option."""

    def __init__(self, desk: Desk, sheet: Worksheet, of: OptionSheet, all_of: Places) -> None:
        self.desk, self.sheet, self.of, self.all_of = desk, sheet, of, all_of
        self.empty: set[str] = set()

    def write(self, line: TraceLine, row: int) -> None:
        """Write one line."""
        desk, sheet = self.desk, self.sheet
        desk.text(sheet, row, 0, in_words(line.name))
        desk.text(sheet, row, 1, line.meaning)
        desk.text(sheet, row, 2, line.unit)
        if line.formula:
            self._calculated(line, row)
        elif line.taken_from:
            self._taken(line, row)
        elif (self.of.option.id, line.name) in self.all_of.input_of:
            self._put(line, row)
        else:
            self._fixed(line, row)

    def _cells(self, line: TraceLine) -> Iterator[tuple[int, float | None]]:
        first = FIRST_MONTH if len(line.base_case) > 1 else FIRST_MONTH - 1
        for index, value in enumerate(line.base_case):
            yield first + index, value

    def _calculated(self, line: TraceLine, row: int) -> None:
        refs = [self.of.ref(name) for name in line.inputs]
        unknown = [ref for name, ref in zip(line.inputs, refs, strict=True) if name in self.empty]
        if unknown or line.formula in MAY_BE_EMPTY:
            self.empty.add(line.name)
        nothing = NEVER if line.formula in MAY_BE_ENDLESS else None
        said = spell(line.formula, refs, len(line.base_case), unknown)
        for (column, value), formula in zip(self._cells(line), said, strict=True):
            self.desk.formula(self.sheet, row, column, formula, nothing if value is None else value, line.unit)
        self.desk.text(self.sheet, row, 3, "formula", "note")

    def _taken(self, line: TraceLine, row: int) -> None:
        assert line.taken_from
        there = self.all_of.sheets[line.taken_from.option].ref(line.taken_from.name, elsewhere=True)
        for index, (column, value) in enumerate(self._cells(line)):
            self.desk.formula(self.sheet, row, column, there.at(index), value, line.unit, "link")
        self.desk.text(self.sheet, row, 3, f"from {line.taken_from.option}", "note")

    def _put(self, line: TraceLine, row: int) -> None:
        found = self.all_of.input_of[self.of.option.id, line.name]
        for index, (column, value) in enumerate(self._cells(line)):
            place = xl_rowcol_to_cell(found.row + index, VALUE, row_abs=True, col_abs=True)
            formula = found.name or f"{INPUTS}!{place}"
            self.desk.formula(self.sheet, row, column, formula, NEVER if value is None else value, line.unit, "link")
        self.desk.text(self.sheet, row, 3, "input", "note")

    def _fixed(self, line: TraceLine, row: int) -> None:
        is_unknown = line.name in UNKNOWN and line.base_case == [None]
        if is_unknown:
            self.empty.add(line.name)
        else:
            for column, value in self._cells(line):
                self.desk.number(self.sheet, row, column, NEVER if value is None else value, line.unit)
        self.desk.text(self.sheet, row, 3, f"value: {FIXED.get(line.name, 'does not apply')}", "note")


def write_ledger(desk: Desk, sheet: Worksheet, of: OptionSheet, all_of: Places, months: int) -> None:
    """Write every line of one option."""
    desk.text(sheet, 0, 0, of.option.name, "title")
    note = (
        "The base case, line by line: black is calculated here, green comes from another sheet, grey italics is a value that "
        "does not follow the inputs. A number in the column Value holds for all months."
    )
    sheet.merge_range(1, 0, 1, 3, "", desk.look("small"))
    desk.text(sheet, 1, 0, note, "small")
    sheet.set_row(1, 45)
    desk.heads(sheet, FIRST_ROW - 1, HEADS)
    for month in range(months if months > 1 else 0):
        sheet.write_number(FIRST_ROW - 1, FIRST_MONTH + month, month + 1, desk.look("head"))
    last = FIRST_MONTH + max(months, 1)
    sheet.set_column(FIRST_MONTH, last, 13)
    ledger = _Ledger(desk, sheet, of, all_of)
    for index, line in enumerate(of.lines):
        ledger.write(line, FIRST_ROW + index)
    sheet.freeze_panes(FIRST_ROW, 1)
    desk.show_endless(sheet, FIRST_ROW + len(of.lines), last)
