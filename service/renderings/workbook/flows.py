"""The sheet of the monthly cash flow: a row for each month, every cell a formula on the sheets of the options."""

from __future__ import annotations

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.money import CashFlowMonth
from service.renderings.workbook.places import OptionSheet, Places
from service.renderings.workbook.styles import Desk

TAB = "Cash flow"
COLUMNS = {
    "cost": ("Cost", "costs", "outlay"),
    "cost_without_errors": ("Cost without wrong answers", "running_costs", "outlay"),
    "saving": ("Saving", "savings", "saving_at_start"),
    "cumulative_saving": ("Saving so far", "cumulative_savings", "saving_at_start"),
    "present_cost": ("Cost in today's money", "discounted_costs", "outlay"),
    "present_saving": ("Saving in today's money", "discounted_savings", "saving_at_start"),
}  # fmt: skip
"""Field of a month: its head, the line of its months and that of month 0."""

SUMMED = frozenset({"cost", "cost_without_errors", "saving", "present_cost", "present_saving"})
HEAD_ROW, FIRST = 3, 4
"""Row of the heads, and that of month 0."""

DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot", "long_dash_dot")
INKS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def _column(
    desk: Desk, sheet: Worksheet, column: int, field: str, of: OptionSheet, months: list[CashFlowMonth], unit: str
) -> None:
    head, by_month, at_start = COLUMNS[field]
    line, start = of.ref(by_month, elsewhere=True), of.ref(at_start, elsewhere=True)
    desk.text(sheet, HEAD_ROW, column, head, "head")
    for month in months:
        formula = line.at(month.month - 1) if month.month else start.cell
        desk.formula(sheet, FIRST + month.month, column, formula, getattr(month, field), unit, "link")
    if field in SUMMED:
        last = FIRST + len(months) - 1
        summed = f"SUM({xl_rowcol_to_cell(FIRST, column)}:{xl_rowcol_to_cell(last, column)})"
        value = sum(getattr(month, field) for month in months)
        desk.formula(sheet, last + 1, column, summed, value, unit)


def write_flows(desk: Desk, sheet: Worksheet, book: xlsxwriter.Workbook, answer: Assessment, all_of: Places) -> None:
    """Write the cash flow of every option, and draw what each has saved so far."""
    flows, unit = answer.cash_flows or [], answer.currency
    desk.text(sheet, 0, 0, "Monthly cash flow", "title")
    note = "The base case. Month 0 is the day of the decision, flows of a month fall at its end. Sums stand below."
    desk.text(sheet, 1, 0, note, "note")
    sheet.set_column(0, 0, 8)
    desk.text(sheet, HEAD_ROW, 0, "Month", "head")
    chart = book.add_chart({"type": "line"})
    last = FIRST + len(flows[0].months) - 1
    for month in range(len(flows[0].months)):
        sheet.write_number(FIRST + month, 0, month, desk.look("value", "count"))
    desk.text(sheet, last + 1, 0, "Sum", "head")
    for number, flow in enumerate(flows):
        of, column = all_of.sheets[flow.option], 1 + number * len(COLUMNS)
        sheet.merge_range(HEAD_ROW - 1, column, HEAD_ROW - 1, column + len(COLUMNS) - 1, "", desk.look("head"))
        desk.text(sheet, HEAD_ROW - 1, column, f"{of.option.name} ({of.option.id})", "head")
        sheet.set_column(column, column + len(COLUMNS) - 1, 17)
        for index, field in enumerate(COLUMNS):
            _column(desk, sheet, column + index, field, of, flow.months, unit)
        if number:
            so_far = xl_col_to_name(column + list(COLUMNS).index("cumulative_saving"))
            chart.add_series({
                "name": of.option.id,
                "categories": f"='{TAB}'!$A${FIRST + 1}:$A${last + 1}",
                "values": f"='{TAB}'!${so_far}${FIRST + 1}:${so_far}${last + 1}",
                "line": {"color": INKS[number % len(INKS)], "width": 2, "dash_type": DASHES[number % len(DASHES)]},
            })  # fmt: skip
    if len(flows) > 1:
        chart.set_title({"name": f"Saving so far against {flows[0].option} [{unit}]"})
        chart.set_x_axis({"name": "Month"})
        chart.set_size({"width": 960, "height": 420})
        chart.set_legend({"position": "bottom"})
        sheet.insert_chart(last + 4, 1, chart, {"description": "Cumulative saving of each option by month, base case"})
    sheet.freeze_panes(FIRST, 1)
