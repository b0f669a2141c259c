"""The base case of the fine-tunes kept, calculated anew for each value of one input: what break-evens are held against."""

from __future__ import annotations

import msgspec
import numpy as np

from models.arrays import Array
from service.assessment.case import Case, Inputs, Option
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, simulate
from service.assessment.simulate.book import Folded, opened, settled
from service.assessment.simulate.break_evens import Search
from service.assessment.simulate.draws import base_inputs, drawn_inputs, flag, points_of, shared_draws

FIGURES = frozenset({Lines.npv, Lines.end_month, Lines.start_month, Lines.tco})


def put_into(option: Option, line: Line, value: float) -> Option:
    """Return an option with one of its inputs certain."""
    inputs = option.inputs
    return msgspec.structs.replace(
        option,
        inputs=Inputs(
            intervals={known: interval for known, interval in inputs.intervals.items() if known is not line},
            constants={**inputs.constants, line: np.full((1, 1), value)},
        ),
    )


class Scratch:
    """The base case of the fine-tunes kept, each as it serves today, calculated anew for every value of an input."""

    def __init__(self, case: Case) -> None:
        """Take a case, and how its options serve."""
        self.case, self.simulation = case, simulate(case)
        tunes = self.simulation.tunes
        self.tunes = [one for one in tunes if one.is_feasible] or list(tunes[:1])

    @property
    def scale(self) -> float:
        """Return what keeping the prompt, or option 0, costs."""
        return max(1.0, float(self.simulation.baseline.base[Lines.tco].max()))

    def _opened(self, one: Simulated, search: Search, points: Array, policy: str) -> Folded:
        option, is_put = one.option, one.option.kind in search.kinds
        if is_put and search.line is Lines.start_weeks:
            option = put_into(option, search.line, float(points[0]))
        inputs = base_inputs(self.case, option, "revert" if policy == "revert" else "migrate")
        if is_put:
            inputs[search.line] = points[:, None]
        return opened(one.id, option.kind, inputs, self._of(one.stand_in, search, points))

    def _of(self, id: str | None, search: Search, points: Array) -> Folded | None:
        if id is None:
            return None
        one = self.simulation.of(id)
        return self._opened(one, search, points, one.policy)

    def _tune(self, one: Simulated, search: Search, points: Array) -> tuple[Array, Array]:
        """Return the NPV of a fine-tune, and whether it serves at all."""
        baseline = self._of(self.simulation.baseline.id, search, points)
        assert baseline is not None
        life = one.option.life
        values = settled(self._opened(one, search, points, one.policy), baseline, FIGURES).values
        is_ended = np.zeros_like(points, dtype=bool)
        if life.origin in ("stated", "catalogue") and not life.serves_on:
            is_ended = np.broadcast_to(values[Lines.start_month], (points.size, 1))[:, 0] >= life.months
        if is_ended.any():  # never live: what stands in serves throughout
            gone = settled(self._opened(one, search, points, "revert"), baseline, FIGURES).values
            values = {line: np.where(is_ended[:, None], gone[line], values[line]) for line in FIGURES}
        npv, start, end = (
            np.broadcast_to(values[line], (points.size, 1))[:, 0]
            for line in (Lines.npv, Lines.start_month, Lines.end_month)
        )
        return npv, (end > start) & ~is_ended

    def along(self, search: Search, points: Array) -> Array:
        """Return the NPV of the best fine-tune at many values of an input."""
        if search.line is Lines.start_weeks and points.size > 1:
            return np.concatenate([self.along(search, point) for point in np.split(points, points.size)])
        found = [self._tune(one, search, points) for one in self.tunes]
        npv, alive = np.array([each[0] for each in found]), np.array([each[1] for each in found])
        best: Array = np.where(alive | ~alive.any(axis=0), npv, -np.inf).max(axis=0)
        return best

    def at(self, search: Search, value: float) -> float:
        """Return it at one value."""
        return float(self.along(search, np.array([value]))[0])

    def drawn(self, volumes: Array) -> Array:
        """Return the NPV of the best fine-tune in each of the first draws, at a volume of its own."""
        baseline = self._drawn(self.simulation.baseline, volumes)
        tune = settled(self._drawn(self.tunes[0], volumes), baseline, FIGURES)
        npv: Array = np.broadcast_to(tune.values[Lines.npv], (volumes.size, 1))[:, 0]
        return npv

    def _drawn(self, one: Simulated, volumes: Array) -> Folded:
        points = points_of(self.case, one.option.block).rows(slice(0, volumes.size))
        inputs = drawn_inputs(one.option, points, shared_draws(self.case, points.case))
        inputs |= {Lines.migrates: flag(one.policy), Lines.requests_per_month: volumes[:, None]}
        beside = None if one.stand_in is None else self._drawn(self.simulation.of(one.stand_in), volumes)
        return opened(one.id, one.option.kind, inputs, beside)
