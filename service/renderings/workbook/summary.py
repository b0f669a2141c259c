"""The first sheet: the advice, the options side by side as the inputs say now, and where the service might say otherwise."""

from __future__ import annotations

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.options import OptionAnswer
from service.nouns.request.assessment import AssessmentRequest
from service.renderings.workbook.formulas import NEVER, Ref
from service.renderings.workbook.inputs import CHANGED, name_cell
from service.renderings.workbook.ledgers import INPUTS
from service.renderings.workbook.places import PROMPTS, OptionSheet, Places
from service.renderings.workbook.styles import Desk, Role

TAB = "Summary"
FIRST_OPTION = 1
"""Column of the first option."""

LIVE = {
    "NPV here": "npv", "TCO here": "tco", "TCO without errors here": "tco_without_errors", "One-off cost here": "one_off_cost", "First full month here": "monthly_total",
    "Payback here [months]": "payback_months", "Accuracy at its start here": "accuracy_at_start",
}  # fmt: skip
"""Rows that follow the inputs, and the line that each shows."""

ROWS = (
    "Id", "Choice as answered", "Stands in", "At a shutdown", "NPV here", "NPV as answered", "Difference",
    "Mean of the draws, as answered", "10th percentile, as answered", "90th percentile, as answered", "TCO here",
    "TCO without errors here", "One-off cost here", "First full month here", "Payback here [months]",
    "Accuracy at its start here", "Chance of the bar, as answered", "Who stands in", "What is done at a shutdown", "Which offer",
)  # fmt: skip
LABELS, WIDTH, FEWEST = 32, 24, 6
"""Widths of the columns, and how many there are at least for the words above them."""

LEGEND: tuple[tuple[Role, str], ...] = (
    ("input", "an input: change it on the sheet Inputs"), ("formula", "a formula on this sheet"),
    ("link", "a formula that takes a cell of another sheet"), ("value", "a value: it does not follow the inputs"),
)  # fmt: skip
AS_ANSWERED, NO_CHANGE, NO_CHOICE = "as answered", "the same option has the best NPV", '"nothing to choose"'
OWN = "own"
"""Id of the caller's own offer."""
DIGITS = 6
"""Of money, as differences are rounded to."""
NOT_HERE = (
    "Offers, what stands in, what is done at a shutdown, modelled accuracies and all draws are as answered: the service "
    "would choose and draw them anew. The rows above say where that is likely; elsewhere it may be so as well, for what other "
    "offers, and the other way at a shutdown, are worth here is not in this workbook. The advice rests on the draws and on what "
    "is asked of accuracy, not on the base case alone."
)


def _within(margin: float, moved: str, other: str, verb: str) -> str:
    """Return the check whether an option's worth moved by less than it was ahead, which is a value as answered.

    If it did, another may still be worth more: what that is worth has moved too, and is not known here.
    """
    if (ahead := round(margin, DIGITS)) <= 0.0:
        return f'"as answered {other} was worth as much or more, and may {verb} here: ask the service again"'
    within = f"its worth moved by less than it was ahead; what {other} is worth here is not known"
    return f'IF({moved}<{ahead!r},"{within}","{other} may {verb} here: ask the service again")'


class _Summary:
    """Writes the first sheet."""

    def __init__(
        self, desk: Desk, sheet: Worksheet, book: xlsxwriter.Workbook, asked: AssessmentRequest, answer: Assessment,
        all_of: Places,
    ) -> None:  # fmt: skip
        self.desk, self.sheet, self.book = desk, sheet, book
        self.asked, self.answer, self.all_of = asked, answer, all_of
        self.of_id = {option.id: option for option in answer.options}

    @property
    def last(self) -> int:
        """The last column."""
        return max(len(self.all_of.sheets), FEWEST)

    def _across(self, row: int, text: str, role: Role = "wrapped", height: float | None = None) -> None:
        self.sheet.merge_range(row, 1, row, self.last, "", self.desk.look(role))
        self.desk.text(self.sheet, row, 1, text, role)
        if height is not None:
            self.sheet.set_row(row, height)

    def words(self) -> int:
        """Write what is asked and advised, and return the row behind it."""
        asked, answer, desk, sheet = self.asked, self.answer, self.desk, self.sheet
        sheet.set_column(0, 0, LABELS)
        sheet.set_column(1, self.last, WIDTH)
        desk.text(sheet, 0, 0, "Prompt or tune: decision workbook", "title")
        said = (
            ("Task", asked.task.description, 48), ("Advice as answered", answer.verdict.headline, None),
            ("In short, as answered", answer.verdict.summary, 48),
            ("Day of the decision", answer.provenance.as_of.isoformat(), None), ("Currency", answer.currency, None),
            ("Horizon", f"{answer.horizon_months} months: the columns of the sheets, fixed in this workbook", None),
            ("Made by", f"Prompt or Tune {answer.provenance.service_version}, {answer.provenance.price_catalogue_version}", None),
            ("Result digest", answer.provenance.result_digest, None),
        )  # fmt: skip
        for row, (name, text, height) in enumerate(said, start=2):
            desk.text(sheet, row, 0, name)
            self._across(row, text, "stale" if "answered" in name else "wrapped", height)
        row = 2 + len(said)
        for role, meaning in LEGEND:
            row += 1
            sheet.write_string(row, 0, "1,234.56", desk.look(role))
            desk.text(sheet, row, 1, meaning, "note")
        return row + 2

    def options(self, head: int) -> int:
        """Write the options side by side, and return the row behind them."""
        self.sheet.set_row(head, 48)
        self.sheet.set_row(head + 1, 32)
        self.desk.text(self.sheet, head, 0, "Option", "head")
        for row, label in enumerate(ROWS, start=head + 1):
            self.desk.text(self.sheet, row, 0, label)
        for column, of in enumerate(self.all_of.sheets.values(), start=FIRST_OPTION):
            self._option(head, column, of)
        row = head + len(ROWS)
        for check in range(row - 2, row + 1):
            self.sheet.set_row(check, 75)
        for option in self.answer.options:
            if option.id not in self.all_of.sheets:
                row += 1
                self.desk.text(self.sheet, row, 0, "Cannot serve")
                self._across(row, f"{option.name} ({option.id}): {option.obstacle}")
        return row + 1

    def _option(self, head: int, column: int, of: OptionSheet) -> None:
        desk, sheet, option, unit = self.desk, self.sheet, of.option, self.answer.currency
        at = {label: head + 1 + index for index, label in enumerate(ROWS)}
        desk.text(sheet, head, column, option.name, "head")
        for label, text in (
            ("Id", option.id), ("Choice as answered", "as of today" if option.id == self.answer.verdict.option else ""),
            ("Stands in", option.stands_in or ""), ("At a shutdown", option.lifetime.on_shutdown or ""),
        ):  # fmt: skip
            desk.text(sheet, at[label], column, text, "wrapped")
        for label, name in LIVE.items():
            line = of.line(name)
            value, nothing = line.base_case[0], NEVER if name == "payback_months" else None
            found = of.ref(name, elsewhere=True).cell
            desk.formula(sheet, at[label], column, found, nothing if value is None else value, line.unit, "link")
        desk.number(sheet, at["NPV as answered"], column, of.line("npv").base_case[0], unit)
        here, before = (xl_rowcol_to_cell(at[label], column) for label in ("NPV here", "NPV as answered"))
        desk.formula(sheet, at["Difference"], column, f"ROUND({here}-{before},{DIGITS})", 0.0, unit)
        for label, number in (
            ("Mean of the draws, as answered", option.npv.mean), ("10th percentile, as answered", option.npv.p10),
            ("90th percentile, as answered", option.npv.p90),
        ):  # fmt: skip
            desk.number(sheet, at[label], column, number, unit)
        desk.number(sheet, at["Chance of the bar, as answered"], column, option.chance_meets_bar, "share")
        moved = f"ABS({xl_rowcol_to_cell(at['Difference'], column)})"
        for label, check in (
            ("Who stands in", self._stand_in(of)), ("What is done at a shutdown", self._at_a_shutdown(of, moved)),
            ("Which offer", self._offer(option, moved)),
        ):  # fmt: skip
            desk.formula(sheet, at[label], column, check, AS_ANSWERED, role="small")
        place = xl_rowcol_to_cell(at["NPV here"], column, row_abs=True, col_abs=True)
        name_cell(self.book, f"npv.{of.slug}", TAB, place)

    @property
    def changed(self) -> str:
        """How many inputs were changed."""
        column = xl_col_to_name(CHANGED)
        return f'COUNTIF({INPUTS}!${column}:${column},"changed")-1'

    def _others(self, of: OptionSheet) -> list[OptionSheet]:
        """Return the options that might stand in for a fine-tune; where one is in service, only for that one at its end."""
        option, first = of.option, self.answer.options[0]
        if option.kind in PROMPTS:
            return []
        if first.kind == "in_service" and (option is not first or self._end(of) != "revert"):
            return []
        sheets = self.all_of.sheets.values()
        return [
            other
            for other in sheets
            if other.option.kind in PROMPTS and other.option.is_measured | (other.option.kind == "improve")
        ]

    def _stand_in(self, of: OptionSheet) -> str:
        """Return the check whether another option would stand in more cheaply, were it to."""
        others = self._others(of)
        if not others:
            return self._once_changed(NO_CHOICE)

        def line(name: str, sheet: OptionSheet = of) -> Ref:
            return sheet.ref(name, elsewhere=True)

        live, factors = line("live_share"), line("discount_factors")
        own = f"{line('own_running_costs').all}+{line('error_costs').all}"
        totals = [
            f"{line('one_off_cost').cell}"
            f"+IF({line('live_months').cell}<{self.answer.horizon_months}-0.000000001,{line('outlay', other).cell},0)"
            f"+SUMPRODUCT(({own}+(1-{live.all})*{line('costs', other).all})*{factors.all})"
            for other in others
        ]
        tco = line("tco").cell
        cheaper = f"MIN({','.join(totals)})<{tco}-0.000001*ABS({tco})"
        return self._once_changed(
            f'IF({cheaper},"another would stand in more cheaply here: ask the service again","the same stands in most cheaply")'
        )

    def _end(self, of: OptionSheet) -> str | None:
        """Return what is done at a shutdown; None where there is none within the horizon, or nothing to do."""
        first = of.line("retirements").base_case[0]
        is_within = first is not None and first < self.answer.horizon_months
        return of.option.lifetime.on_shutdown if is_within else None

    def _at_a_shutdown(self, of: OptionSheet, moved: str) -> str:
        """Return the check whether an option's worth moved by less than the way chosen at a shutdown was ahead."""
        life, end = of.option.lifetime, self._end(of)
        if end is None:
            return self._once_changed(NO_CHOICE)
        chosen, other = life.npv_migrate, life.npv_revert
        if end == "revert":
            chosen, other = other, chosen
        if chosen is not None and other is not None:
            return self._once_changed(_within(chosen - other, moved, "the other way", "be chosen"))
        stated = self.asked.fine_tuning.on_shutdown if self.asked.fine_tuning else None
        if of.option.kind == "in_service" and stated in (None, "best"):
            return self._once_changed('"what the other way is worth is not known here: ask the service again"')
        return self._once_changed(NO_CHOICE)

    def _offer(self, option: OptionAnswer, moved: str) -> str:
        """Return the check whether an option's worth moved by less than it was ahead of the best offer that was not kept.

        Beside an own offer the others are listed for information, unless it is what serves today.
        """
        is_only = option.offer == OWN and self.answer.options[0].kind != "in_service"
        left = [offer.npv for offer in self.answer.offers if offer.option is None and offer.npv is not None]
        if option.offer is None or is_only or not left or option.npv.base_case is None:
            return self._once_changed(NO_CHOICE)
        return self._once_changed(_within(option.npv.base_case - max(left), moved, "another offer", "be kept"))

    def _once_changed(self, check: str) -> str:
        """Return a check that says something only once an input was changed."""
        return f'IF({self.changed}<=0,"{AS_ANSWERED}",{check})'

    def checks(self, head: int, row: int) -> None:
        """Write where the service might say otherwise."""
        desk, sheet, last = self.desk, self.sheet, FIRST_OPTION + len(self.all_of.sheets) - 1
        ids, npvs, before = (
            f"{xl_rowcol_to_cell(at, FIRST_OPTION, True, True)}:{xl_rowcol_to_cell(at, last, True, True)}"
            for at in (head + 1 + ROWS.index(label) for label in ("Id", "NPV here", "NPV as answered"))
        )
        found = max(self.all_of.sheets.values(), key=lambda of: of.line("npv").base_case[0] or 0.0).option.id
        here, there, changed = (f"$B${row + number}" for number in (3, 4, 2))
        otherwise = (
            f'IF({changed}<=0,"{AS_ANSWERED}",IF({here}<>{there},"another option has the best base case here: ask the service again",'
            f'"{NO_CHANGE}"))'
        )
        checks: tuple[tuple[str, str, str | float], ...] = (
            ("Inputs changed", self.changed, 0.0),
            ("Best NPV here", f"INDEX({ids},MATCH(MAX({npvs}),{npvs},0))", found),
            ("Best NPV as answered", f"INDEX({ids},MATCH(MAX({before}),{before},0))", found),
            ("Is the best NPV another?", otherwise, AS_ANSWERED),
        )
        for index, (label, formula, value) in enumerate(checks, start=row + 1):
            desk.text(sheet, index, 0, label)
            desk.formula(sheet, index, 1, formula, value)
        self._across(row + 6, NOT_HERE, "small", 62)


def write_summary(
    desk: Desk,
    sheet: Worksheet,
    book: xlsxwriter.Workbook,
    asked: AssessmentRequest,
    answer: Assessment,
    all_of: Places,
) -> None:
    """Write the first sheet."""
    summary = _Summary(desk, sheet, book, asked, answer, all_of)
    head = summary.words()
    summary.checks(head, summary.options(head))
    desk.show_endless(sheet, head + len(ROWS), summary.last, "never")
