"""Scores predictions that have not seen what they predict, and writes the tables and plots of docs/evidence/.

Every average weighs a task cluster one. An error is the mean absolute error of the mean, in points of accuracy; an
interval is held against the share of truths inside; a chance is held against how often it came true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tools.research.rows import Array, Flags

DOCS = Path(__file__).parents[2] / "docs" / "evidence"
START, END = "<!-- back-test: written by make backtest -->", "<!-- end of the back-test -->"
COLOUR = "#2563a8"


class Interval(NamedTuple):
    """Ends of the interval of one level, of each row."""

    low: Array
    high: Array

    def holds(self, truth: Array) -> Array:
        """Return 1 where the truth is inside."""
        return np.where((self.low <= truth) & (truth <= self.high), 1.0, 0.0)


class Bin(NamedTuple):
    """Chances of like size, and how often they came true."""

    given: float
    found: float
    weight: float


def average(values: Array, weights: Array, where: Flags | None = None) -> float:
    """Return the weighted average, of some rows where asked."""
    chosen = slice(None) if where is None else where
    return float(np.average(values[chosen], weights=weights[chosen]))


def error_points(predicted: Array, truth: Array, weights: Array, where: Flags | None = None) -> float:
    """Return the mean absolute error [points]."""
    return 100.0 * average(np.abs(predicted - truth), weights, where)


def brier(chance: Array, came_true: Array, weights: Array, where: Flags | None = None) -> float:
    """Return the mean squared error of a chance."""
    return average((chance - came_true) ** 2, weights, where)


def bins(chance: Array, came_true: Array, weights: Array, count: int = 5) -> list[Bin]:
    """Return chances in `count` parts of [0, 1] of one width, those that hold any."""
    place = np.minimum((chance * count).astype(int), count - 1)
    return _bins([place == part for part in range(count)], chance, came_true, weights)


def bins_of_one_weight(chance: Array, came_true: Array, weights: Array, count: int = 4) -> list[Bin]:
    """Return chances in `count` parts of the same weight, the lowest first."""
    order = np.argsort(chance, kind="stable")
    share = np.cumsum(weights[order]) - weights[order] / 2.0
    place = np.empty(len(chance), dtype=int)
    place[order] = np.minimum((share / weights.sum() * count).astype(int), count - 1)
    return _bins([place == part for part in range(count)], chance, came_true, weights)


def _bins(parts: Iterable[Flags], chance: Array, came_true: Array, weights: Array) -> list[Bin]:
    return [
        Bin(average(chance, weights, part), average(came_true, weights, part), float(weights[part].sum()))
        for part in parts
        if part.any()
    ]


def line(*cells: object) -> str:
    """Return a line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(first: str, *numbers: str) -> list[str]:
    """Return the two top lines of a table: one column of words, the others of numbers."""
    return ["", line(first, *numbers), "|---" + "|---:" * len(numbers) + "|"]


def write_page(name: str, text: str) -> None:
    """Write the figures into a page of docs/evidence/, between its two marks."""
    path = DOCS / f"{name}.md"
    page = path.read_text()
    before, after = page.split(START)[0], page.split(END)[1]
    path.write_text(f"{before}{START}\n\n{text}\n\n{END}{after}")


def reliability_plot(title: str, across: str, up: str, found: Sequence[Bin]) -> str:
    """Return a reliability diagram as SVG: chances given against the share that came true, area by weight."""
    side, edge = 300.0, 45.0
    whole = side + 2.0 * edge
    heaviest = max(part.weight for part in found)

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + side * x, edge + side * (1.0 - y)

    marks, ticks = [], []
    for given, true, weight in found:
        x, y = at(given, true)
        radius = 10.0 * (weight / heaviest) ** 0.5
        marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{COLOUR}" fill-opacity="0.8"/>')
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x, y = at(tick, 0.0)
        ticks.append(f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{100 * tick:.0f} %</text>')
        x, y = at(0.0, tick)
        ticks.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{100 * tick:.0f} %</text>')
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:.0f} {whole:.0f}" font-family="sans-serif" font-size="11">',
        f"<title>{title}</title>",
        f'<rect width="{whole:.0f}" height="{whole:.0f}" fill="white"/>',
        f'<rect x="{edge:.0f}" y="{edge:.0f}" width="{side:.0f}" height="{side:.0f}" fill="none" stroke="#888"/>',
        f'<path d="M{edge:.0f} {edge + side:.0f} L{edge + side:.0f} {edge:.0f}" stroke="#bbb" stroke-dasharray="4 4"/>',
        *ticks,
        f'<text x="{whole / 2:.0f}" y="{whole - 8:.0f}" text-anchor="middle">{across}</text>',
        f'<text x="{whole / 2:.0f}" y="24" text-anchor="middle">{up}</text>',
        *marks,
        "</svg>",
        "",
    ])  # fmt: skip
