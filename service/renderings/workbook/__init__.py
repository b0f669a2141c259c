"""The workbook: the base case as live formulas on inputs that can be changed, everything else as values that say so.

`formulas.py` and `lifecycle.py` hold every formula of the ledger as a spreadsheet says it; `places.py` says where everything
stands; the other modules write a sheet each.
"""

from __future__ import annotations

import datetime
import io

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from service.nouns.answer.assessment import Assessment
from service.nouns.request.assessment import AssessmentRequest
from service.renderings.workbook import flows
from service.renderings.workbook.inputs import write_assumptions, write_inputs
from service.renderings.workbook.ledgers import INPUTS, write_ledger
from service.renderings.workbook.places import FIRST_ROW, places
from service.renderings.workbook.styles import Desk, PlainSheet
from service.renderings.workbook.summary import TAB, write_summary
from service.renderings.workbook.tables import write_draws, write_frontier, write_plan

TEXTS_STAY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
A4, WIDE_SCALE = 9, 60
"""The size of the paper as spreadsheets number it, and how much smaller wide sheets are printed [%]."""


FIRST_DAY = datetime.date(1980, 1, 1)
"""The first day that the file's own dates can name."""


def _prepared(sheet: Worksheet, currency: str, *, is_wide: bool) -> None:
    """Set a sheet up for print: across, with its name and page below; a wide one on several pages with its heads on each."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    if is_wide:
        sheet.set_print_scale(WIDE_SCALE)
        sheet.repeat_columns(0)
        sheet.repeat_rows(FIRST_ROW - 1)
    else:
        sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&A&C{currency}&RPage &P of &N")
    sheet.hide_gridlines(2)


def render(asked: AssessmentRequest, answer: Assessment) -> bytes:
    """Return the workbook of a whole answer; the same answer gives the same bytes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, TEXTS_STAY)
    day = max(answer.provenance.as_of, FIRST_DAY)
    book.set_properties({"title": "Prompt or tune", "created": datetime.datetime(day.year, day.month, day.day)})
    desk, all_of = Desk(book), places(answer)
    tabs = [
        TAB,
        "Plan",
        INPUTS,
        "Assumptions",
        flows.TAB,
        *(of.tab for of in all_of.sheets.values()),
        "Frontier",
        "Draws",
    ]
    sheets = {tab: book.add_worksheet(tab, PlainSheet) for tab in tabs}
    write_summary(desk, sheets[TAB], book, asked, answer, all_of)
    write_plan(desk, sheets["Plan"], answer)
    write_inputs(desk, sheets[INPUTS], book, all_of)
    write_assumptions(desk, sheets["Assumptions"], answer)
    flows.write_flows(desk, sheets[flows.TAB], book, answer, all_of)
    for of in all_of.sheets.values():
        write_ledger(desk, sheets[of.tab], of, all_of, answer.horizon_months)
    write_frontier(desk, sheets["Frontier"], answer)
    write_draws(desk, sheets["Draws"], answer)
    narrow = {TAB, "Plan", "Frontier", "Draws"}
    for tab, sheet in sheets.items():
        _prepared(sheet, answer.currency, is_wide=tab not in narrow)
    book.close()
    return file.getvalue()
