"""How likely each option is the best as a wrong answer costs more: the acceptability curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.information import AcceptabilityAnswer
from service.renderings.memo.charts.figure import Figure, Table
from service.renderings.memo.charts.svg import (
    BADGE,
    NARROW,
    Axis,
    badge,
    chart,
    kept_apart,
    label,
    lines,
    rule,
    tick_in_words,
)  # fmt: skip
from service.renderings.memo.options import Mark
from service.renderings.memo.words import chance, money

HEIGHT, TOP, FLOOR = 340.0, 56.0, 292.0
STATED = 28.0
"""Height of what is said of the stated price [px]."""
START, END = 4.0, 98.0
LEFTMOST = 14.0
"""Where letters may begin, right of the labels of the axis [per cent]."""
ZERO = 0.5
"""Where a price of zero stands on the logarithmic axis [per cent]."""


def _places(curve: AcceptabilityAnswer, x: Axis) -> list[float]:
    """Return where every price stands; zero, which has no logarithm, at the left edge."""
    return [x.at(cost) if cost > 0 else ZERO for cost in curve.error_costs]


def _badges(curve: AcceptabilityAnswer, places: Sequence[float], y: Axis, marks: Mapping[str, Mark], draws: int) -> str:
    """Return the letter of each option where it is likeliest to be the best."""
    peaks = []
    for one in curve.options:
        top = max(one.shares)
        highest = [index for index, share in enumerate(one.shares) if share == top]
        peaks.append(highest[len(highest) // 2])
    at = kept_apart([places[peak] for peak in peaks], 100 * 2.2 * BADGE / NARROW, LEFTMOST, 97.0)
    drawn = []
    for one, peak, place in zip(curve.options, peaks, at, strict=True):
        height = y.at(one.shares[peak])
        drawn.append(rule(places[peak], height, place, height - 14, f"leader {marks[one.option].css}"))
        drawn.append(
            badge(
                marks[one.option], place, height - 14, f"best in up to {chance(one.shares[peak], draws)} of the draws"
            )
        )
    return "".join(drawn)


def _by_value(curve: AcceptabilityAnswer) -> list[str | None]:
    """Return the option that is the best by expected value at each price: the one whose share is the frontier's.

    Where several have that share it is the one that is the best at the nearest price on either side at which only one has it;
    where that does not tell either, none is named.
    """
    at_each = [
        {one.option for one in curve.options if one.shares[at] == share}
        for at, share in enumerate(curve.frontier_shares)
    ]
    found: list[str | None] = []
    for at, able in enumerate(at_each):
        before = next((some for some in reversed(at_each[:at]) if len(some) == 1), set())
        after = next((some for some in at_each[at + 1 :] if len(some) == 1), set())
        fits = able if len(able) == 1 else able & (before | after)
        found.append(next(iter(fits)) if len(fits) == 1 else None)
    return found


def _table(curve: AcceptabilityAnswer, marks: Mapping[str, Mark], currency: str, draws: int) -> Table:
    """Return the shares at every price, and which option is the best there by expected value."""
    head = [
        f"{currency} per wrong answer",
        *(marks[one.option].full for one in curve.options),
        "Best by expected value",
    ]
    rows = [
        [
            tick_in_words(cost),
            *(chance(one.shares[at], draws) for one in curve.options),
            (f"{marks[best].letter}, " if best else "") + chance(curve.frontier_shares[at], draws),
        ]
        for at, (cost, best) in enumerate(zip(curve.error_costs, _by_value(curve), strict=True))
    ]
    return Table("Chance to be the best option", head, rows)


def acceptability(answer: Assessment, marks: Mapping[str, Mark], valued: float | None) -> Figure | None:
    """Return the acceptability curves; nothing where there is but one price. `valued` is what an error is said to cost."""
    curve = answer.curves.acceptability if answer.curves else None
    if curve is None or len([cost for cost in curve.error_costs if cost > 0]) < 2:
        return None
    positive = [cost for cost in curve.error_costs if cost > 0]
    x, y, draws = (
        Axis(positive[0], positive[-1], START, END, is_log=True),
        Axis(0, 1, FLOOR, TOP),
        answer.provenance.draws,
    )
    places = _places(curve, x)
    parts = [label("Chance to be the best option", 0.0, 12.0, "axis")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(rule(0, y.at(share), 100, y.at(share), "zero" if share == 0 else "grid"))
        parts.append(label(f"{100 * share:.0f} %", 0.0, y.at(share) - 4, "tick start"))
    for tick in x.ticks(5):
        parts.append(rule(x.at(tick), FLOOR, x.at(tick), FLOOR + 5, "zero"))
        parts.append(label(tick_in_words(tick), min(max(x.at(tick), 6.0), 93.0), FLOOR + 19, "tick middle"))
    parts.append(label(f"{answer.currency} per wrong answer (logarithmic)", 100.0, FLOOR + 38, "axis end-of"))
    drawn = [(list(zip(places, map(y.at, curve.frontier_shares), strict=True)), "line under")]
    drawn += [
        (list(zip(places, map(y.at, one.shares), strict=True)), f"line {marks[one.option].css}")
        for one in curve.options
    ]
    parts.append(lines(HEIGHT, drawn))
    if valued:
        parts.append(rule(x.at(valued), STATED + 4, x.at(valued), FLOOR, "against"))
        side = "tick start" if x.at(valued) < 50 else "tick end-of"
        parts.append(label(f"as stated: {money(answer.currency, valued)}", x.at(valued), STATED, side))
    parts.append(_badges(curve, places, y, marks, draws))
    first, last = curve.error_costs[0], curve.error_costs[-1]
    title = "Chance that each option is the best, by what a wrong answer costs"
    desc = "; ".join(
        f"{marks[one.option].full}: {chance(one.shares[0], draws)} at {money(answer.currency, first)}, "
        f"{chance(one.shares[-1], draws)} at {money(answer.currency, last)}"
        for one in curve.options
    )
    notes = [
        "At each price the shares add up to 100 %. The wide grey line is the option with the highest expected value: how often that "
        "choice turns out to be right. Neither the required accuracy nor latency plays a part here.",
    ]
    return Figure(
        "acceptability-chart", chart("acceptability-chart", HEIGHT, title, f"{desc}.", *parts), title,
        _table(curve, marks, answer.currency, draws), [marks[one.option] for one in curve.options], True, notes,
    )  # fmt: skip
