"""Charts of rows: an interval and a dot for each, along one axis, with values to compare with as upright lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from service.renderings.memo.charts.svg import (
    BADGE,
    Axis,
    across,
    badge,
    chart,
    down,
    element,
    label,
    padded,
    rule,
    words,
)
from service.renderings.memo.options import Mark

ROW, TOP, BOTTOM = 46.0, 40.0, 30.0
"""Height of a row, of what is above and of what is below the rows [px]."""
START, END, RIGHT, EDGE = 2.0, 87.0, 99.0, 7.0
"""Where the axis begins and ends, where the figures end, and how near to the edge a label has to give way [per cent]."""


class Row(NamedTuple):
    """One row: what it is called, and where it lies."""

    name: str
    value: str
    """The figure at its right end, in words."""
    low: float
    high: float
    dot: float | None = None
    diamond: float | None = None
    mark: Mark | None = None
    is_hollow: bool = False
    """Whether the dot is a ring, for what is modelled rather than measured."""
    tip: str = ""


class Against(NamedTuple):
    """A value to compare with, and what it is called."""

    value: float
    name: str


def _ends(axis: Axis, row: Row, y: float) -> str:
    """Return both ends of a bar: a ring at the first, a dot at the other."""
    return "".join(
        element("circle", cx=across(axis.at(value)), cy=down(y), r=5, class_=css)
        for value, css in ((row.low, "end open"), (row.high, "end"))
    )


def _row(axis: Axis, row: Row, top: float, *, is_bar: bool) -> str:
    y = top + 30.0
    css = row.mark.css if row.mark else "c0"
    parts = [element("title", words(row.tip))] if row.tip else []
    if row.mark:
        parts.append(badge(row.mark, START + 0.6, top + 12.0))
    parts.append(
        element(
            "text",
            words(row.name),
            x=across(START + 0.6),
            y=down(top + 16.0),
            dx=BADGE + 6 if row.mark else -6,
            class_="name",
        )
    )
    parts.append(label(row.value, RIGHT, top + 16.0, "value"))
    parts.append(rule(axis.at(row.low), y, axis.at(row.high), y, "bar" if is_bar else "interval"))
    if is_bar:
        parts.append(_ends(axis, row, y))
    if row.dot is not None:
        parts.append(
            element(
                "circle", cx=across(axis.at(row.dot)), cy=down(y), r=5, class_="dot open" if row.is_hollow else "dot"
            )
        )
    if row.diamond is not None:
        parts.append(element("text", "◆", x=across(axis.at(row.diamond)), y=down(y + 5), class_="diamond"))
    return element("g", *parts, class_=f"row {css}")


def edged(text: str, place: float, y: float) -> str:
    """Return the label of a tick: in the middle of its place, but for the edges, which it does not leave."""
    return label(
        text, place, y, "tick start" if place < EDGE else "tick end-of" if place > 100 - EDGE else "tick middle"
    )


def draw(
    id_: str, title: str, desc: str, rows: Sequence[Row], against: Sequence[Against], tell: Callable[[float], str],
    *, within: tuple[float, float] | None = None, is_bar: bool = False, head: str = "",
) -> str:  # fmt: skip
    """Return a chart of rows; `tell` says a value of the axis, `within` are ends that it may not pass, `head` names the figures at the right."""
    values = [value for row in rows for value in (row.low, row.high, row.dot, row.diamond) if value is not None]
    low, high = padded([*values, *(line.value for line in against)])
    if within:
        low, high = max(low, within[0]), min(high, within[1])
    axis = Axis(low, high, START, END)
    floor = TOP + ROW * len(rows)
    parts = [label(head, RIGHT, 12.0, "axis end-of")] if head else []
    for tick in axis.ticks():
        parts.append(rule(axis.at(tick), TOP, axis.at(tick), floor, "grid"))
        parts.append(edged(tell(tick), axis.at(tick), floor + 18.0))
    for line in against:
        place = axis.at(line.value)
        parts.append(rule(place, TOP - 8, place, floor, "against"))
        parts.append(label(line.name, place, TOP - 12, "tick start" if place < 50 else "tick end-of"))
    parts += [_row(axis, row, TOP + ROW * index, is_bar=is_bar) for index, row in enumerate(rows)]
    return chart(id_, floor + BOTTOM, title, desc, *parts, css="rows")
