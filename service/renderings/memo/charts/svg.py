"""The parts charts are drawn of: elements, badges, axes and their ticks, labels that keep their distance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from minijinja import safe

from service.renderings.memo.options import Mark
from service.renderings.memo.words import number

BADGE = 9.0
"""Radius of a badge [px]."""
NARROW = 320.0
"""Width of a chart on a phone [px]: labels keep their distance even there."""


def element(name: str, *inside: str, **attributes: object) -> str:
    """Return an element; its inside is markup already, attributes are escaped, `None` leaves one out.

    Examples
    --------
    >>> element("text", words("a < b"), x="3%", class_="tick")
    '<text x="3%" class="tick">a &lt; b</text>'
    >>> element("line", x1=0, stroke_width=None)
    '<line x1="0"/>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-") if key not in CAMEL else CAMEL[key]}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    content = "".join(inside)
    return f"<{name}{said}>{content}</{name}>" if content else f"<{name}{said}/>"


CAMEL = {"view_box": "viewBox", "preserve_aspect_ratio": "preserveAspectRatio"}
"""Attributes of SVG that are written with capitals."""


def words(text: str) -> str:
    """Return a text as markup."""
    return escape(text, quote=False)


def across(place: float) -> str:
    """Return a place along the chart, in per cent."""
    return f"{place:.2f}%"


def down(place: float) -> str:
    """Return a height of the chart, in pixels."""
    return f"{place:.1f}"


class Axis(NamedTuple):
    """How values become places: from `low` at `start` to `high` at `end`; what lies outside is put at the end."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value."""
        inside = min(max(value, self.low), self.high)
        if self.high <= self.low:
            return (self.start + self.end) / 2
        if self.is_log:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 5) -> list[float]:
        """Return round values along the axis."""
        return decades(self.low, self.high, most) if self.is_log else rounds(self.low, self.high, most)


def rounds(low: float, high: float, most: int = 5) -> list[float]:
    """Return at most so many round values between two, evenly spaced.

    Examples
    --------
    >>> rounds(-3, 21), rounds(0.68, 0.93), rounds(2, 2)
    ([0.0, 5.0, 10.0, 15.0, 20.0], [0.7, 0.75, 0.8, 0.85, 0.9], [2])
    """
    if not high > low:
        return [low]
    scale = 10.0 ** math.floor(math.log10(high - low)) / 100
    for step in (factor * scale * ten for ten in (1, 10, 100, 1000) for factor in (1, 2, 5)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [float(f"{at * step:.12g}") for at in range(first, last + 1)]
    return [low, high]


def decades(low: float, high: float, most: int = 5) -> list[float]:
    """Return at most so many powers of ten between two values; round values where there is but one.

    Examples
    --------
    >>> decades(0.003, 40), decades(20, 80), decades(1e-3, 1e6, 4)
    ([0.01, 0.1, 1.0, 10.0], [20.0, 40.0, 60.0, 80.0], [0.001, 1.0, 1000.0, 1000000.0])
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 1:
        return [value for value in rounds(low, high, most) if value > 0]
    stride = 1
    while (last - first) // stride + 1 > most:
        stride += 1
    start = first + (-first) % stride
    return [10.0**power for power in range(start, last + 1, stride)]


def padded(values: Iterable[float], *, share: float = 0.06) -> tuple[float, float]:
    """Return the least and the greatest of values, with some room beside them."""
    some = list(values)
    low, high = min(some), max(some)
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room


def kept_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near the wanted ones, between two ends, that keep their distance from each other.

    Examples
    --------
    >>> kept_apart([10, 12, 50], 10, 0, 100), kept_apart([98, 99], 10, 0, 100)
    ([6.0, 16.0, 50.0], [90, 100])
    """
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    # Neighbours that are too close become a group, which stands around the middle of what its members want.
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _start(groups[-2], wanted, gap) + gap * len(groups[-2]) > _start(
            groups[-1], wanted, gap
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    places = list(wanted)
    for group in groups:
        for turn, index in enumerate(group):
            places[index] = _start(group, wanted, gap) + gap * turn
    for least, index in zip((low + gap * turn for turn in range(len(order))), order, strict=True):
        places[index] = max(places[index], least)
    for most, index in zip((high - gap * turn for turn in range(len(order))), reversed(order), strict=True):
        places[index] = min(places[index], most)
    return places


def _start(group: Sequence[int], wanted: Sequence[float], gap: float) -> float:
    """Return where the first of a group stands."""
    return sum(wanted[index] - gap * turn for turn, index in enumerate(group)) / len(group)


def scaled(values: Iterable[float]) -> tuple[float, str]:
    """Return what amounts are divided by along an axis, and what that is called.

    Examples
    --------
    >>> scaled([-5900, 120000]), scaled([2e9]), scaled([12])
    ((1000.0, 'thousand'), (1000000000.0, 'billion'), (1.0, ''))
    """
    size = max((abs(value) for value in values), default=0.0)
    for factor, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if size >= 2 * factor:
            return factor, name
    return 1.0, ""


def tick_in_words(value: float) -> str:
    """Return a value along an axis, large ones in words.

    Examples
    --------
    >>> tick_in_words(1e-4), tick_in_words(20000.0), tick_in_words(1e7), tick_in_words(1e9)
    ('0.0001', '20,000', '10 million', '1 billion')
    """
    for factor, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if 1 <= abs(value) / factor < 1000:
            return f"{number(value / factor)} {name}"
    return number(value)


def badge(mark: Mark, x: float, y: float, note: str = "", *, is_hollow: bool = False) -> str:
    """Return the badge of an option: its letter in a ring of its colour."""
    tip = element("title", words(f"{mark.full}{f': {note}' if note else ''}"))
    ring = element("circle", cx=across(x), cy=down(y), r=BADGE, class_="hollow" if is_hollow else None)
    return element(
        "g", tip, ring, element("text", words(mark.letter), x=across(x), y=down(y + 4)), class_=f"badge {mark.css}"
    )


def rule(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """Return a straight line."""
    return element("line", x1=across(x1), y1=down(y1), x2=across(x2), y2=down(y2), class_=css)


def label(text: str, x: float, y: float, css: str = "label") -> str:
    """Return a text."""
    return element("text", words(text), x=across(x), y=down(y), class_=css)


def lines(height: float, points: Iterable[tuple[Sequence[tuple[float, float]], str]], shape: str = "polyline") -> str:
    """Return lines through points, or polygons, each with its classes, in a box that is stretched with the chart."""
    drawn = [
        element(
            shape,
            points=" ".join(f"{x:.2f},{y:.1f}" for x, y in places),
            class_=css,
            vector_effect="non-scaling-stroke",
        )
        for places, css in points
    ]
    return element(
        "svg", *drawn, x=0, y=0, width="100%", height=down(height), view_box=f"0 0 100 {height:g}", preserve_aspect_ratio="none"
    )  # fmt: skip


def chart(id_: str, height: float, title: str, desc: str, *inside: str, css: str = "") -> str:
    """Return a chart: an image with a title and a description."""
    drawing = element(
        "svg",
        element("title", words(title), id=f"{id_}-title"),
        element("desc", words(desc), id=f"{id_}-desc"),
        *inside,
        class_=f"chart {css}".strip(), role="img", aria_labelledby=f"{id_}-title {id_}-desc", width="100%", height=f"{height:g}",
    )  # fmt: skip
    return safe(drawing)
