"""The sheets of what goes in: every input with its unit, source and date, and every assumption of the answer."""

from __future__ import annotations

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.information import TraceLine
from service.renderings.workbook.formulas import NEVER
from service.renderings.workbook.ledgers import INPUTS
from service.renderings.workbook.places import FIRST_ROW, VALUE, Input, Places, in_words
from service.renderings.workbook.styles import Desk

HEADS = {
    "Input": 34, "Of": 40, "Moves": 9, "Value": 16, "Unit": 18, "80 % from": 14, "to": 14, "As answered": 16, "Changed": 10,
    "Origin": 12, "Source": 34, "Checked": 12, "Field of the request": 40, "Meaning": 70,
}  # fmt: skip
CHANGED = 8
"""Column that says whether an input was changed."""

SIGNED = ("log-odds", "deviate", "count")
"""Units whose numbers may be below 0."""

ALL = "all options"
NOTE = (
    "Change a value in the yellow column: every option follows. Where a range was sent or assumed, the value is its mean; the "
    "range is at work in the draws only. An accuracy is the mean of what is modelled: it follows no other input. What does not "
    "move is read by the draws alone. What never ends is 1E+300 and shown as ∞."
)


def _moved(all_of: Places) -> set[str]:
    """Return the names of the inputs that some formula reads."""
    return {line.name for sheet in all_of.sheets.values() for line in sheet.lines if not line.formula}


def _bounds(line: TraceLine) -> tuple[float, float] | None:
    """Return between which values an input makes sense; shares and rates are decimals, not per cent."""
    if line.unit == "share":
        return 0.0, 1.0
    if line.unit in ("per year", "per month"):
        return -1.0, 1.0
    is_signed = line.unit.startswith(SIGNED) or line.name.startswith("added_")
    return None if is_signed else (0.0, 10.0 * NEVER)


def _row(desk: Desk, sheet: Worksheet, found: Input, part: int, all_of: Places, *, moves: bool) -> None:
    line, row, value = found.line, found.row + part, found.line.base_case[part]
    name = in_words(line.name) + (f", part {part + 1}" if len(line.base_case) > 1 else "")
    number = NEVER if value is None else value
    is_all = len(found.options) == len(all_of.sheets)
    here, before = (xl_rowcol_to_cell(row, column) for column in (VALUE, VALUE + 4))
    desk.text(sheet, row, 0, name)
    desk.text(sheet, row, 1, ALL if is_all else ", ".join(found.options), "note")
    desk.text(sheet, row, 2, "yes" if moves else "no", "note")
    desk.number(sheet, row, VALUE, number, line.unit, "input")
    if bounds := _bounds(line):
        low, high = bounds
        message = (
            f"Usually between {low:g} and {high:g}, in {line.unit}."
            if high < NEVER
            else f"Usually not below 0, in {line.unit}."
        )
        sheet.data_validation(
            row, VALUE, row, VALUE,
            {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "error_type": "warning",
             "error_title": "Out of range", "error_message": message},
        )  # fmt: skip
    desk.text(sheet, row, 4, line.unit)
    desk.number(sheet, row, 5, line.low, line.unit)
    desk.number(sheet, row, 6, line.high, line.unit)
    desk.number(sheet, row, 7, number, line.unit)
    desk.formula(sheet, row, CHANGED, f'IF({here}={before},"","changed")', "")
    desk.text(sheet, row, 9, line.origin, "note")
    desk.text(sheet, row, 10, line.source, "note")
    desk.date(sheet, row, 11, line.checked)
    desk.text(sheet, row, 12, line.pointer, "note")
    desk.text(sheet, row, 13, line.meaning, "note")


def write_inputs(desk: Desk, sheet: Worksheet, book: xlsxwriter.Workbook, all_of: Places) -> None:
    """Write every input once, and name its cell."""
    desk.text(sheet, 0, 0, "Inputs", "title")
    sheet.merge_range(1, 0, 1, 8, "", desk.look("small"))
    desk.text(sheet, 1, 0, NOTE, "small")
    sheet.set_row(1, 45)
    desk.heads(sheet, FIRST_ROW - 1, HEADS)
    moved, last = _moved(all_of), FIRST_ROW
    for found in all_of.inputs:
        for part in range(len(found.line.base_case)):
            _row(desk, sheet, found, part, all_of, moves=found.line.name in moved)
            last = found.row + part
        if found.name:
            place = xl_rowcol_to_cell(found.row, VALUE, row_abs=True, col_abs=True)
            name_cell(book, found.name, INPUTS, place)
    sheet.autofilter(FIRST_ROW - 1, 0, last, len(HEADS) - 1)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.print_area(0, 0, last, len(HEADS) - 2)
    desk.show_endless(sheet, last, VALUE + 4)


def name_cell(book: xlsxwriter.Workbook, name: str, tab: str, place: str) -> None:
    """Give a cell a name.

    Raises
    ------
    ValueError
        If it is no name that a spreadsheet takes, or a name that another cell has.
    """
    is_taken = any(name.casefold() == other[0].casefold() for other in book.defined_names)
    if is_taken or book.define_name(name, f"='{tab}'!{place}") != 0:
        raise ValueError(f"a spreadsheet takes no cell by the name {name}")


ASSUMED = {
    "Assumption": 40, "Value": 16, "80 % from": 14, "to": 14, "Said": 26, "Unit": 18, "Kind": 12, "Share of variance": 12,
    "Source": 40, "Address": 40, "Checked": 12, "Note": 90,
}  # fmt: skip


def write_assumptions(desk: Desk, sheet: Worksheet, answer: Assessment) -> None:
    """Write every default that the answer relies on, as values."""
    desk.text(sheet, 0, 0, "Assumptions", "title")
    note = "Every default of the answer, as values. Those that a formula reads stand on the sheet Inputs and are changed there."
    desk.text(sheet, 1, 0, note, "note")
    desk.heads(sheet, FIRST_ROW - 1, ASSUMED)
    for row, found in enumerate(answer.assumptions, start=FIRST_ROW):
        desk.text(sheet, row, 0, found.pointer)
        for column, number in enumerate((found.value, found.low, found.high), start=1):
            desk.number(sheet, row, column, number, found.unit)
        desk.text(sheet, row, 4, found.text or "")
        desk.text(sheet, row, 5, found.unit)
        desk.text(sheet, row, 6, found.kind, "note")
        desk.number(sheet, row, 7, found.share_of_variance, "share")
        desk.text(sheet, row, 8, found.source, "note")
        desk.text(sheet, row, 9, found.href, "note")
        desk.date(sheet, row, 10, found.checked)
        desk.text(sheet, row, 11, found.note, "note")
    sheet.freeze_panes(FIRST_ROW, 1)
