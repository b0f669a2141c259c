"""Cost against right answers: which options are worth their cost at some price of an error, and which at none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.options import OptionAnswer
from service.renderings.memo.charts.figure import Figure, Table
from service.renderings.memo.charts.svg import (
    BADGE,
    NARROW,
    Axis,
    across,
    badge,
    chart,
    down,
    element,
    label,
    lines,
    padded,
    rule,
    scaled,
)  # fmt: skip
from service.renderings.memo.options import Mark
from service.renderings.memo.words import NONE, counted, exact_percent, money, number, percent

HEIGHT, TOP, FLOOR = 340.0, 40.0, 292.0
START, END = 4.0, 96.0
OFFSETS = (0.0, *(sign * step for step in range(24, 169, 24) for sign in (-1, 1)))
"""How far up or down a badge may give way to others [px]."""


class Point(NamedTuple):
    """An option as cost and accuracy."""

    option: OptionAnswer
    mark: Mark
    cost: float
    low: float
    high: float
    accuracy: float

    @property
    def may_serve(self) -> bool:
        """Return whether it may serve today: an alternative that was not measured may not."""
        return self.option.chance_best is not None

    @property
    def is_efficient(self) -> bool:
        """Return whether it is the best at some price of an error."""
        return self.may_serve and self.option.dominated_by is None


def _points(answer: Assessment, marks: Mapping[str, Mark]) -> list[Point]:
    found = []
    for option in answer.options:
        cost, accuracy = option.tco_without_errors, option.accuracy.average_mean
        if cost.mean is None or accuracy is None:
            continue
        low = cost.mean if cost.p10 is None else cost.p10
        high = cost.mean if cost.p90 is None else cost.p90
        found.append(Point(option, marks[option.id], cost.mean, low, high, accuracy))
    return found


def _badge_heights(places: Sequence[tuple[float, float]]) -> list[float]:
    """Return the height of each badge: where its point is, or where it hides no other even on a phone."""
    taken: list[tuple[float, float]] = []
    heights = []
    for x, y in places:
        wide = x * NARROW / 100
        free = [
            y + off
            for off in OFFSETS
            if TOP - 10 <= y + off <= FLOOR - BADGE
            and all((wide - other) ** 2 + (y + off - at) ** 2 > (2.4 * BADGE) ** 2 for other, at in taken)
        ]
        taken.append((wide, free[0] if free else y))
        heights.append(taken[-1][1])
    return heights


def _status(point: Point, marks: Mapping[str, Mark], currency: str) -> str:
    """Return how an option stands against the others."""
    option = point.option
    if not point.may_serve:
        return "not measured yet"
    if option.dominated_by is not None:
        return f"not worth its cost at any price of an error: see {marks[option.dominated_by].letter}"
    if option.incremental_cost_per_right_answer is None:
        return "the cheapest"
    return f"{money(currency, option.incremental_cost_per_right_answer)} per additional right answer"


def _drawing(answer: Assessment, points: Sequence[Point], title: str, desc: str) -> str:
    factor, unit = scaled(value for point in points for value in (point.low, point.high))
    bar = answer.verdict.bar.accuracy if answer.verdict.bar.origin == "stated" else None
    across_ends = padded(value for point in points for value in (point.low, point.high))
    low, high = padded([*(point.accuracy for point in points), *([] if bar is None else [bar])], share=0.12)
    x, y = Axis(*across_ends, START, END), Axis(max(low, 0.0), min(high, 1.0), FLOOR, TOP)
    parts = [label("Right answers, average to the horizon", 0.0, 12.0, "axis")]
    for tick in y.ticks():
        parts.append(rule(0, y.at(tick), 100, y.at(tick), "grid"))
        parts.append(label(percent(tick), 0.0, y.at(tick) - 4, "tick start"))
    for tick in x.ticks():
        parts.append(rule(x.at(tick), FLOOR, x.at(tick), FLOOR + 5, "zero"))
        parts.append(label(number(tick / factor), min(max(x.at(tick), 4.0), 96.0), FLOOR + 19, "tick middle"))
    parts.append(rule(0, FLOOR, 100, FLOOR, "zero"))
    parts.append(
        label(
            " ".join(f"Total cost without errors, {answer.currency} {unit}".split()), 100.0, FLOOR + 38, "axis end-of"
        )
    )
    if bar is not None:
        parts.append(rule(0, y.at(bar), 100, y.at(bar), "against"))
        parts.append(label(f"required: {exact_percent(bar)}", 100.0, y.at(bar) - 5, "tick end-of"))
    efficient = sorted((point for point in points if point.is_efficient), key=lambda point: point.cost)
    parts.append(lines(HEIGHT, [([(x.at(point.cost), y.at(point.accuracy)) for point in efficient], "line frontier")]))
    places = [(x.at(point.cost), y.at(point.accuracy)) for point in points]
    badges = []
    for point, (at, height), shown in zip(points, places, _badge_heights(places), strict=True):
        parts.append(rule(x.at(point.low), height, x.at(point.high), height, f"interval {point.mark.css}"))
        if shown != height:
            parts.append(rule(at, height, at, shown, f"leader {point.mark.css}"))
            parts.append(element("circle", cx=across(at), cy=down(height), r=3, class_=f"dot {point.mark.css}"))
        tip = f"{money(answer.currency, point.cost)}, {percent(point.accuracy)}"
        badges.append(badge(point.mark, at, shown, tip, is_hollow=not point.is_efficient))
    return chart("efficiency-chart", HEIGHT, title, desc, *parts, *badges)


def efficiency(answer: Assessment, marks: Mapping[str, Mark]) -> Figure | None:
    """Return cost against accuracy; nothing where fewer than two options can serve."""
    points = _points(answer, marks)
    if len(points) < 2:
        return None
    title = f"Total cost over {counted(answer.horizon_months, 'month')} against right answers"
    statuses = [_status(point, marks, answer.currency) for point in points]
    said = [
        f"{point.mark.full}: {money(answer.currency, point.cost)}, {percent(point.accuracy)}, {status}"
        for point, status in zip(points, statuses, strict=True)
    ]
    rows = [
        [point.mark.full, number(point.low), number(point.cost), number(point.high), percent(point.accuracy), status]
        for point, status in zip(points, statuses, strict=True)
    ]
    efficient = sorted((point for point in points if point.is_efficient), key=lambda point: point.cost)
    steps = [
        f"{after.mark.letter} over {before.mark.letter}: {money(answer.currency, after.option.incremental_cost_per_right_answer)}"
        for before, after in pairwise(efficient)
    ]
    notes = [
        "Up and to the left is better. The line joins the options that are the best at some price of an error; a dashed ring marks one "
        "that is not, or was not measured yet. Whiskers reach from the 10th to the 90th percentile of the cost."
    ]
    if steps:
        notes.insert(
            0,
            f"One more right answer costs: {'; '.join(steps)}. A step pays where a wrong answer costs more than that.",
        )
    head = [
        "Option",
        "Cost, 10th percentile",
        "Cost, mean",
        "Cost, 90th percentile",
        "Right answers",
        "On the efficiency frontier",
    ]
    return Figure(
        "efficiency-chart", _drawing(answer, points, title, f"{'; '.join(said)}."), title,
        Table(f"Cost without errors in {answer.currency}, and right answers", head, rows or [[NONE]]), [point.mark for point in points], notes=notes,
    )  # fmt: skip
