"""The frontier: which option has the best NPV as one input moves, all that follows from it following. Part of the second stage.

Along the cost of an error it is exact over the means of the draws, along all other inputs it is that of the base case. The
options are those of the answer that may be advised; other offers are not screened anew (docs/decisions/0012). What holds
one option against another is the same table, so a break-even between fine-tunes and prompts is a switch between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from models.arrays import Array
from models.frontier import Envelope, along_knots, search, sides
from service.assessment.case import Case
from service.assessment.ledger.line import TUNES
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.drawing import Way
from service.assessment.simulate.places import grid_of, jumps_of, knots_of
from service.assessment.simulate.varied import VARIED, Range, Varied, range_of
from service.assessment.simulate.ways import Served, Ways

FLAT = 1e-9
"""A difference of two NPVs smaller than this share of option 0's total cost is none."""
CURVE_POINTS = 41
CURVE_TIMES = 10.0
"""How far the curve of a quantity runs below and above today's value."""


class Segment(NamedTuple):
    """A part of a range and the way that is the best in it."""

    lower: float
    upper: float
    way: Way


class Switch(NamedTuple):
    """A value at which another option becomes the best."""

    value: float
    is_reached: bool
    before: Way
    after: Way
    is_between_sides: bool
    """Whether one of them is a fine-tune and the other a prompt."""
    pays_above: bool
    """Whether that above it is a fine-tune."""
    below: float
    """NPV of the option above less that of the option below, just below the value."""
    above: float


class Along(NamedTuple):
    """The frontier along one input."""

    varied: Varied
    range: Range
    segments: tuple[Segment, ...]
    switches: tuple[Switch, ...]
    nearest: Switch | None
    pays: Switch | None
    """The nearest switch between a fine-tune and a prompt."""
    state: str
    agrees: bool
    """Whether the best way at today's value is that of the draws."""

    @property
    def current(self) -> float | None:
        """Return today's value."""
        return self.range.current


class Drawn(NamedTuple):
    """Means over the draws of every way: of what it saves without errors, and of its right answers more than option 0's."""

    saved: Array
    more_right: Array
    best: Way
    """The way with the best mean NPV."""


class Curve(NamedTuple):
    """The base-case NPV of every option along one input, each in its best way: shape (K, O)."""

    varied: Varied
    points: Array
    options: tuple[str, ...]
    npv: Array


class Frontier:
    """What is needed to look along any input: the case, every way at the base case and in the draws."""

    def __init__(self, case: Case, served: Sequence[Served], best: str | None) -> None:
        """Take the ways, option 0 first, and the id of the best fine-tune that may be advised."""
        self.case, self.served, self.best = case, tuple(served), best
        self.baseline = self.served[0].folded
        self.prompts = [one.folded for one in self.served if one.lived is None and one.folded.kind not in TUNES]
        self.scale = max(1.0, float(self.baseline.values[Lines.tco].max()))

    def ways(self, varied: Varied) -> Ways:
        """Return what every way is worth along an input."""
        return Ways(self.served, varied, self.best)

    def range_of(self, varied: Varied) -> Range:
        """Return what is looked at of an input."""
        own = next((one for one in self.served if one.lived is not None and one.way.id == self.best), None)
        tune, lived = (None, None) if own is None else (own.folded, own.lived)
        return range_of(varied, self.case, self.baseline, self.prompts, tune, lived)

    def along(self, varied: Varied, drawn: Drawn) -> Along:
        """Return the frontier along one input."""
        at, ways = self.range_of(varied), self.ways(varied)
        if varied.line is Lines.error_cost:
            tie = ways.every * (FLAT / 10.0 * self.scale / max(ways.every.size, 1))
            knots = np.array([at.low, at.high])
            table = drawn.saved + knots[:, None] * drawn.more_right - tie
        elif varied.is_straight:
            knots = knots_of(varied, at, self.served)
            table = ways.table(knots)
        else:
            grid = grid_of(varied, at, self.served, self.case.horizon_months)
            found = search(
                ways,
                ways.every.size,
                grid,
                jumps_of(ways, varied, at, grid, self.case.horizon_months),
                FLAT * self.scale,
            )
            return self._told(varied, at, found, ways, None, drawn)
        return self._told(varied, at, along_knots(knots, table), ways, (knots, table), drawn)

    def _told(
        self, varied: Varied, at: Range, found: Envelope, ways: Ways, straight: tuple[Array, Array] | None, drawn: Drawn
    ) -> Along:
        """Return the frontier in options: a change of way within one option is no switch."""
        way = [one.way for one in self.served]
        segments = tuple(
            Segment(low, high, way[line])
            for low, high, line in zip(found.edges[:-1], found.edges[1:], found.lines, strict=True)
        )
        pairs = zip(found.edges[1:-1], found.is_reached, found.lines[:-1], found.lines[1:], strict=True)
        places = [(value, kind, low, high) for value, kind, low, high in pairs if way[low].id != way[high].id]
        gaps = self._gaps(places, at, ways, straight)
        is_tune = [one.folded.kind in TUNES for one in self.served]
        switches = tuple(
            Switch(value, kind, way[low], way[high], is_tune[low] != is_tune[high], is_tune[high], *gap.tolist())
            for (value, kind, low, high), gap in zip(places, gaps, strict=True)
        )
        today = _today(at)
        by_distance = sorted(switches, key=lambda switch: abs(switch.value - today))
        nearest, pays = next(iter(by_distance), None), next((one for one in by_distance if one.is_between_sides), None)
        return Along(
            varied,
            at,
            segments,
            switches,
            nearest,
            pays,
            _state(switches, today, self.case.reach.near_times),
            way[found.at(today)] == drawn.best,
        )

    def _gaps(
        self,
        places: Sequence[tuple[float, bool, int, int]],
        at: Range,
        ways: Ways,
        straight: tuple[Array, Array] | None,
    ) -> Array:
        """Return by how much the line above a switch is worth more than that below, on both sides, shape (S, 2)."""
        if not places:
            return np.empty((0, 2))
        values = np.array([value for value, *_ in places])
        points = np.concatenate(sides(values, at.low, at.high))
        rows = np.unique([row for _, _, *pair in places for row in pair])
        if straight is None:
            table = ways.npv(points, rows)
        else:
            knots, known = straight
            table = np.stack([np.interp(points, knots, known[:, row]) for row in rows], axis=1)
        low, high = (np.searchsorted(rows, [place[which] for place in places]) for which in (2, 3))
        both, order = np.arange(points.size), np.arange(values.size)
        gap = table[both, np.tile(high, 2)] - table[both, np.tile(low, 2)]
        return np.stack([gap[order], gap[order + values.size]], axis=1)

    def curves(self) -> Iterator[Curve]:
        """Yield the base-case NPV of every option along each input."""
        options = tuple(dict.fromkeys(one.way.id for one in self.served))
        for varied in VARIED:
            at = self.range_of(varied)
            points = _curve_points(varied, at)
            table = self.ways(varied).npv(points, np.arange(len(self.served)))
            of = [[row for row, one in enumerate(self.served) if one.way.id == id] for id in options]
            npv = np.stack([table[:, rows].max(axis=1) for rows in of], axis=1)
            yield Curve(varied, points, options, npv)


def _today(at: Range) -> float:
    """Return today's value; where it is infinite, or nothing has it, the end of the range stands for it."""
    return at.high if at.current is None else at.current


def _state(switches: Sequence[Switch], today: float, near_times: float) -> str:
    """Return whether the best option changes, and within reach."""
    if not switches:
        return "one_option"
    near = [one for one in switches if today <= 0.0 or today / near_times <= one.value <= today * near_times]
    return "switches" if near else "insensitive"


def _curve_points(varied: Varied, at: Range) -> Array:
    if varied.measure == "quantity":
        return np.geomspace(1.0 / CURVE_TIMES, CURVE_TIMES, CURVE_POINTS) * (at.current or 1.0)
    return np.linspace(at.low, at.high, CURVE_POINTS)
