"""The options side by side, the article's comparison and its rules, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.options import OptionAnswer
from service.renderings.memo.charts.cumulative import payback_in_words
from service.renderings.memo.options import Mark, values_errors
from service.renderings.memo.words import NONE, chance, counted, day, number, percent, quantity, spread
from service.renderings.names import DIMENSIONS, RULES, STATUSES, side_in_words, spaced

BESIDE = 6
"""Options in one table: more would not fit on paper."""
ERRORS, WITHOUT_ERRORS = "of it wrong answers", "of it without wrong answers"
"""Rows of what wrong answers cost, and of what all else does."""


class Side(Struct, frozen=True):
    """Some options side by side: one column each."""

    marks: Sequence[Mark]
    chosen: Sequence[bool]
    rows: Sequence[tuple[str, Sequence[str]]]


class Dimension(Struct, frozen=True):
    """A dimension of the article."""

    name: str
    prompt: str
    tuned: str
    here: str
    article: str
    contradicts: bool


def _signed(value: float | None) -> str:
    """Return a change in words, its sign before it."""
    return f"+{number(value)}" if value is not None and value > 0 else number(value)


Cell = Callable[[OptionAnswer], str]


def _interval(low: float | None, high: float | None, unit: str) -> str:
    return NONE if low is None or high is None else spread(low, high, unit)


def _cells(answer: Assessment, marks: Mapping[str, Mark]) -> list[tuple[str, Cell]]:
    """Return the rows of the table: what each says, and how it is read of an option."""
    currency, horizon, draws = answer.currency, answer.horizon_months, answer.provenance.draws
    today = marks[answer.options[0].id].letter
    is_today = answer.options[0].id
    has_errors = values_errors(answer)
    asks_latency = answer.verdict.bar.latency_seconds is not None

    def of_others(cell: Cell) -> Cell:
        return lambda one: "–" if one.id == is_today else cell(one)

    rows: list[tuple[str, Cell]] = [
        ("Base model", lambda one: one.base_model or "stated prices only"),
        (f"One-off cost, {currency}", lambda one: number(one.one_off)),
        (f"Monthly cost, first full month, {currency}", lambda one: number(one.monthly.total)),
        (ERRORS, lambda one: number(one.monthly.errors)),
        (f"Total cost over {counted(horizon, 'month')}, mean, {currency}", lambda one: number(one.tco.mean)),
        (WITHOUT_ERRORS, lambda one: number(one.tco_without_errors.mean)),
        (f"Net present value against {today}, mean, {currency}", of_others(lambda one: number(one.npv.mean))),
        ("10th to 90th percentile", of_others(lambda one: _interval(one.npv.p10, one.npv.p90, ""))),
        ("Payback", of_others(lambda one: payback_in_words(one, horizon) if one.is_feasible else NONE)),
        ("Accuracy at its start", lambda one: percent(one.accuracy.mean)),
        ("80 % interval", lambda one: _interval(one.accuracy.interval.low, one.accuracy.interval.high, "share")),
        ("Basis", lambda one: "measured" if one.is_measured else "predicted"),
        ("Accuracy to the horizon", lambda one: percent(one.accuracy.average_mean)),
        (f"Wrong answers a month against {today}", of_others(lambda one: _signed(one.accuracy.change_in_wrong_answers_per_month))),
        ("Chance to meet the bar", lambda one: chance(one.chance_meets_bar, draws)),
        ("Chance to be the best", lambda one: chance(one.chance_best, draws)),
        ("Latency, 95th percentile", lambda one: quantity(one.latency.p95_seconds, "seconds")),
        ("Chance to meet the latency target", lambda one: chance(one.latency.chance_meets_target, draws)),
        ("Serves before its start and after its end", lambda one: "–" if one.stands_in is None else marks[one.stands_in].full),
        ("Base model retires", lambda one: day(one.lifetime.retires_on) if one.lifetime.retires_on else "no date known"),
        ("Cannot serve because", lambda one: one.obstacle or "–"),
    ]  # fmt: skip
    left_out = {
        ERRORS: not has_errors,
        WITHOUT_ERRORS: not has_errors,
        "Cannot serve because": all(one.obstacle is None for one in answer.options),
        "Chance to meet the latency target": not asks_latency,
        "Chance to meet the bar": all(one.chance_meets_bar is None for one in answer.options),
        "Serves before its start and after its end": all(one.stands_in is None for one in answer.options),
    }
    return [(name, cell) for name, cell in rows if not left_out.get(name)]


def side_by_side(answer: Assessment, marks: Mapping[str, Mark]) -> list[Side]:
    """Return the options side by side, in more than one table where they are many."""
    cells = _cells(answer, marks)
    tables = []
    for start in range(0, len(answer.options), BESIDE):
        some = answer.options[start : start + BESIDE]
        rows = [(name, [cell(one) for one in some]) for name, cell in cells]
        tables.append(Side([marks[one.id] for one in some], [one.id == answer.verdict.option for one in some], rows))
    return tables


def dimensions(answer: Assessment) -> list[Dimension]:
    """Return the article's ten dimensions."""
    return [
        Dimension(
            DIMENSIONS.get(one.dimension) or spaced(one.dimension), one.prompt_engineering, one.fine_tuning,
            side_in_words(one.winner), side_in_words(one.article_winner), one.contradicts_article,
        )
        for one in answer.comparison
    ]  # fmt: skip


def compared(answer: Assessment, marks: Mapping[str, Mark]) -> str:
    """Return which options the dimensions compare, in a sentence."""
    if not answer.comparison:
        return ""
    first = answer.comparison[0]
    prompt = marks[first.prompt_option].full
    if first.fine_tune_option is None:
        return f"{prompt}, against the article's words for a fine-tune, for none can serve here."
    return f"{prompt}, the best prompt by mean net present value, against {marks[first.fine_tune_option].full}, the best fine-tune."


def rules(answer: Assessment) -> list[Sequence[str]]:
    """Return the rules of the framework, as rows."""
    return [
        [
            RULES.get(reason.rule) or spaced(reason.rule), side_in_words(reason.favours),
            STATUSES.get(reason.status) or reason.status.replace("_", " "), reason.statement,
        ]
        for reason in answer.verdict.reasons
    ]  # fmt: skip
