"""The sheets of values: frontier, plan, draws. What they hold takes the draws, or a search, and is no formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlsxwriter.worksheet import Worksheet

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.money import NpvAnswer, PaybackAnswer, Spread
from service.nouns.answer.plan import OtherPlan
from service.renderings.names import input_in_words, step_in_words
from service.renderings.workbook.places import in_words
from service.renderings.workbook.styles import Desk

VALUES = "Values of the answer: they do not follow the inputs of this workbook. Ask the service again for those of other inputs."
HEAD_ROW = 3

Cell = str | float | None


def write_table(
    desk: Desk,
    sheet: Worksheet,
    row: int,
    heads: Mapping[str, float],
    rows: Iterable[Sequence[Cell | tuple[Cell, str]]],
) -> int:
    """Write a table of values and return the row behind it; a number may bring its unit."""
    for column, (head, width) in enumerate(heads.items()):
        sheet.set_column(column, column, width)
        desk.text(sheet, row, column, head, "head")
    for cells in rows:
        row += 1
        for column, cell in enumerate(cells):
            value, unit = cell if isinstance(cell, tuple) else (cell, "")
            if isinstance(value, str):
                desk.text(sheet, row, column, value)
            else:
                desk.number(sheet, row, column, value, unit)
    return row + 1


def _title(desk: Desk, sheet: Worksheet, title: str) -> None:
    desk.text(sheet, 0, 0, title, "title")
    sheet.write_string(1, 0, VALUES, desk.look("value"))
    sheet.freeze_panes(HEAD_ROW + 1, 1)


SEGMENTS = {
    "Input": 32, "Unit": 18, "Today": 16, "From": 18, "To": 18, "Best option": 38, "Stands in": 20, "At a shutdown": 16,
    "State": 16, "Agrees with the draws": 14,
}  # fmt: skip
SWITCHES = {
    "Input": 32, "Unit": 18, "Value": 18, "Kind": 12, "From option": 38, "To option": 38, "NPV difference below": 20,
    "NPV difference above": 20,
}  # fmt: skip


def write_frontier(desk: Desk, sheet: Worksheet, answer: Assessment) -> None:
    """Write which option is the best along each input, and where that changes."""
    _title(desk, sheet, "Frontier: the best option as one input moves")
    items, currency = answer.break_even.items, answer.currency
    after = write_table(
        desk,
        sheet,
        HEAD_ROW,
        SEGMENTS,
        (
            (
                input_in_words(item.input), item.unit, (item.current, item.unit), (part.lower, item.unit), (part.upper, item.unit),
                part.option, part.stands_in or "", part.on_shutdown or "", item.state,
                "yes" if item.agrees_with_draws else "no",
            )
            for item in items
            for part in item.segments
        ),
    )  # fmt: skip
    write_table(
        desk,
        sheet,
        after + 1,
        SWITCHES,
        (
            (
                input_in_words(item.input), item.unit, (found.value, item.unit), found.kind, found.from_option, found.to_option,
                (found.npv_difference_below, currency), (found.npv_difference_above, currency),
            )
            for item in items
            for found in item.switches
        ),
    )  # fmt: skip


def _step(name: str) -> str:
    """Return what a step is called, at the head of a cell."""
    words = step_in_words(name)
    return words[:1].upper() + words[1:]


def _steps(plan: OtherPlan) -> str:
    """Return the steps of a plan in words: one after the other, or side by side."""
    said = [_step(step) for step in plan.steps]
    if len(said) < 2:
        return said[0] if said else "Decide at once"
    return f"{', then '.join(said)}" if plan.in_turn else f"{', '.join(said)}: side by side"


STEPS = {
    "Step": 56, "Option": 30, "What": 70, "Cost": 16, "Weeks": 10, "Hours": 10, "Side by side": 12, "Stop at accuracy": 14,
    "Answers graded": 14,
}  # fmt: skip
OTHERS = {"Other plans": 56, "In turn": 30, "": 70, "Value": 16, "Chance": 10, "Cost": 10, "Weeks": 12}


def write_plan(desk: Desk, sheet: Worksheet, answer: Assessment) -> None:
    """Write what to do first, when to stop, and the plans that rank next."""
    _title(desk, sheet, "Plan: what to do first")
    plan, currency = answer.plan, answer.currency
    steps = []
    for step in plan.steps:
        stop = step.stop_at or None
        steps.append((
            _step(step.step), step.option, step.what, (step.cost, currency), (step.weeks, "weeks"),
            (step.engineering_hours, "hours"), "yes" if step.side_by_side else "no",
            (stop.accuracy if stop else None, "share"), (stop.graded if stop else None, "count"),
        ))  # fmt: skip
    row = write_table(desk, sheet, HEAD_ROW, STEPS, steps) + 1
    for name, value, unit in (
        ("Expected to be worth", plan.value, currency), ("Chance to end with an option likely to meet the bar", plan.chance, "share"),
        ("Cost of finding out", plan.cost, currency), ("Weeks of finding out", plan.weeks, "weeks"),
    ):  # fmt: skip
        desk.text(sheet, row, 0, name)
        desk.number(sheet, row, 3, value, unit)
        row += 1
    others = (
        (
            _steps(other), "yes" if other.in_turn else "no", "",
            (other.value, currency), (other.chance, "share"), (other.cost, currency), (other.weeks, "weeks"),
        )
        for other in plan.others
    )  # fmt: skip
    row = write_table(desk, sheet, row + 1, OTHERS, others)
    for column, width in enumerate(STEPS.values()):
        sheet.set_column(column, column, width)
    if answer.next_question:
        desk.text(sheet, row + 1, 0, "What to send next")
        desk.text(sheet, row + 1, 1, answer.next_question.field)
        desk.text(sheet, row + 1, 2, answer.next_question.why)


DRAWS = {
    "Option": 34, "Figure": 34, "Unit": 18, "Base case": 18, "Mean": 18, "10th percentile": 18, "50th percentile": 18,
    "90th percentile": 18, "Standard error": 16, "Share of draws": 16, "of which": 26,
}  # fmt: skip


def _spread(name: str, figure: str, found: Spread | NpvAnswer, unit: str) -> Sequence[Cell | tuple[Cell, str]]:
    money = [(number, unit) for number in (found.base_case, found.mean, found.p10, found.p50, found.p90)]
    if isinstance(found, NpvAnswer):
        return (
            name,
            figure,
            unit,
            *money,
            (found.standard_error, unit),
            (found.probability_positive, "share"),
            "above zero",
        )
    return (name, figure, unit, *money, None, None, "")


def _payback(name: str, figure: str, found: PaybackAnswer) -> Sequence[Cell | tuple[Cell, str]]:
    months = [(number, "months") for number in (found.p10, found.p50, found.p90)]
    return (
        name,
        figure,
        "months",
        (found.months, "months"),
        None,
        *months,
        None,
        (found.share_never, "share"),
        "never",
    )


def write_draws(desk: Desk, sheet: Worksheet, answer: Assessment) -> None:
    """Write what the draws say of every option, and of every line that is drawn."""
    _title(desk, sheet, f"Draws: {answer.provenance.draws:,} draws, seed {answer.provenance.seed}")
    rows: list[Sequence[Cell | tuple[Cell, str]]] = []
    for option in answer.options:
        rows += [
            _spread(option.id, "NPV", option.npv, answer.currency),
            _spread(option.id, "NPV over the best other option", option.npv_over_best_other, answer.currency),
            _spread(option.id, "TCO", option.tco, answer.currency),
            _spread(option.id, "TCO without wrong answers", option.tco_without_errors, answer.currency),
            _payback(option.id, "Payback", option.payback),
            _payback(option.id, "Discounted payback", option.discounted_payback),
        ]
    for trace in answer.trace or []:
        rows += [
            (trace.option, in_words(line.name), line.unit, (line.base_case[0], line.unit), None,
             (line.p10, line.unit), (line.p50, line.unit), (line.p90, line.unit), None, None, "")
            for line in trace.lines
            if line.p50 is not None and len(line.base_case) == 1
        ]  # fmt: skip
    write_table(desk, sheet, HEAD_ROW, DRAWS, rows)
