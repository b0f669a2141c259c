"""The base case of every way to serve, calculated anew for each value of one input: what the frontier is held against."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from models.arrays import Array
from models.timeline import start_months
from service.assessment.case import Case, Inputs, Option
from service.assessment.ledger.fold import Values
from service.assessment.ledger.line import PROMPTS, TUNES, Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Drawing, Simulated, simulate
from service.assessment.simulate.book import Folded, opened, settled
from service.assessment.simulate.drawing import Way
from service.assessment.simulate.draws import base_inputs, drawn_inputs, expected_lives, flag, points_of, shared_draws
from service.assessment.simulate.frontier import Along
from service.assessment.simulate.varied import Varied

FIGURES = frozenset({Lines.npv, Lines.end_month, Lines.start_month, Lines.tco})


def put_into(inputs: Inputs, line: Line, value: float) -> Inputs:
    """Return inputs with one of them certain."""
    return Inputs(
        intervals={known: interval for known, interval in inputs.intervals.items() if known is not line},
        constants={**inputs.constants, line: np.full((1, 1), value)},
    )


class Scratch:
    """Every way in which an option that may be advised may serve, folded anew for every value of an input."""

    def __init__(self, case: Case) -> None:
        """Take a case, and the options that it ends with."""
        self.case, self.simulation = case, simulate(case)
        self.served = {one.id: one for one in self.simulation.served}
        self.baseline = self.simulation.baseline.id
        prompts = [one.id for one in self.simulation.served if one.option.kind in PROMPTS]
        beside = [self.baseline] if self.simulation.baseline.option.kind == "in_service" else prompts
        self.ways = [
            way
            for one in self.simulation.served
            for way in (
                [Way(one.id, policy, stand_in) for policy in one.option.policies for stand_in in beside]
                if one.option.kind == "fine_tune"
                else [Way(one.id, one.policy, one.stand_in)]
            )
        ]
        self.best = next((one.id for one in self.simulation.served if one.option.kind == "fine_tune"), None)
        self._inputs: dict[tuple[str, str], Values] = {}

    @property
    def scale(self) -> float:
        """Return what option 0 costs."""
        return max(1.0, float(self.simulation.baseline.base[Lines.tco].max()))

    def item(self, name: str) -> Along:
        """Return the frontier along one input."""
        return next(along for along in self.simulation.frontier if along.varied.input == name)

    def _has(self, option: Option, varied: Varied) -> bool:
        return option.kind in varied.kinds and (not varied.is_of_best or option.id == self.best)

    def _base(self, option: Option, policy: str) -> Values:
        key = option.id, policy
        if key not in self._inputs:
            self._inputs[key] = base_inputs(self.case, option, "revert" if policy == "revert" else "migrate")
        return dict(self._inputs[key])

    def _opened(self, way: Way, varied: Varied, points: Array) -> Folded:
        one = self.served[way.id]
        option, life, inputs = one.option, one.option.life, self._base(one.option, way.policy)
        if self._has(option, varied) and varied.line is not Lines.first_retirement_month:
            inputs[varied.line] = points[:, None]
        if self._has(option, varied) and varied.line is Lines.first_retirement_month:
            life = life._replace(origin="stated", months=float(points[0]))
        if self._has(option, varied) and varied.line in (Lines.first_retirement_month, Lines.start_weeks):
            start = start_months(
                points if varied.line is Lines.start_weeks else inputs[Lines.start_weeks], inputs[Lines.labelling_weeks]
            )
            inputs |= expected_lives(life, way.policy, float(start.ravel()[0]), self.case.horizon_months)
        beside = None
        if way.stand_in is not None:
            other = self.served[way.stand_in]
            beside = self._opened(Way(other.id, other.policy, other.stand_in), varied, points)
        return opened(way.id, option.kind, inputs, beside)

    def _end(self, way: Way, varied: Varied, points: Array) -> Array:
        """Return the date from which a fine-tune can no longer be trained [months]."""
        one = self.served[way.id]
        if one.option.kind != "fine_tune" or one.option.life.serves_on:
            return np.full(points.size, np.inf)
        if varied.line is Lines.first_retirement_month and self._has(one.option, varied):
            return points
        dated = one.option.life.origin in ("stated", "catalogue")
        return np.full(points.size, one.option.life.months if dated else np.inf)

    def _worth(self, way: Way, varied: Varied, points: Array, baseline: Folded) -> Array:
        folded = self._opened(way, varied, points)
        values = settled(folded, baseline, FIGURES).values
        npv, start, end = (
            np.broadcast_to(values[line], (points.size, 1))[:, 0]
            for line in (Lines.npv, Lines.start_month, Lines.end_month)
        )
        is_live = (end > start) & (self._end(way, varied, points) > start)
        return np.where(is_live | (folded.kind not in ("fine_tune",)), npv, -np.inf)

    def along(self, varied: Varied, points: Array) -> dict[Way, Array]:
        """Return the NPV of every way at many values of an input; of what would never serve -inf."""
        if varied.line is Lines.error_cost:
            parts = [self.on_average(float(point)) for point in points]
            return {way: np.array([part[way] for part in parts]) for way in self.ways}
        if varied.line in (Lines.start_weeks, Lines.first_retirement_month) and points.size > 1:
            single = [self.along(varied, point) for point in np.split(points, points.size)]
            return {way: np.concatenate([part[way] for part in single]) for way in self.ways}
        first = self.simulation.baseline
        baseline = self._opened(Way(first.id, first.policy, first.stand_in), varied, points)
        return {way: self._worth(way, varied, points, baseline) for way in self.ways}

    def on_average(self, error_cost: float) -> dict[Way, float]:
        """Return the mean NPV of every way over draws that are made anew, where an error costs so much."""
        case = msgspec.structs.replace(self.case, shared=put_into(self.case.shared, Lines.error_cost, error_cost))
        drawing = Drawing(case, {id: one.option for id, one in self.served.items()})
        drawing.ways |= {id: Way(id, one.policy, one.stand_in) for id, one in self.served.items()}
        found = drawing.read(self.ways, frozenset({Lines.npv}))
        return {way: float(figures[Lines.npv].mean()) for way, figures in found.items()}

    def best_of(self, worth: Mapping[Way, Array], kinds: tuple[str, ...]) -> Array:
        """Return the best NPV of the options of some kinds at each value."""
        of = [npv for way, npv in worth.items() if self.served[way.id].option.kind in kinds]
        best: Array = np.max(of, axis=0)
        return best

    def lead_of_tunes(self, varied: Varied, points: Array) -> Array:
        """Return by how much the best fine-tune is worth more than the best prompt at many values of an input."""
        worth = self.along(varied, points)
        return self.best_of(worth, TUNES) - self.best_of(worth, PROMPTS)

    def drawn(self, volumes: Array) -> Array:
        """Return by how much the best fine-tune is worth more than every prompt in the first draws, at volumes of their own."""
        best = self._drawn(self.served[self.best or ""], volumes)
        prompts = [one for one in self.served.values() if one.option.kind in PROMPTS]
        least = np.min([self._cost(self._drawn(one, volumes), volumes) for one in prompts], axis=0)
        lead: Array = least - self._cost(best, volumes)
        return lead

    def _cost(self, option: Folded, volumes: Array) -> Array:
        values = settled(option, option, FIGURES).values
        return np.broadcast_to(values[Lines.tco], (volumes.size, 1))[:, 0]

    def _drawn(self, one: Simulated, volumes: Array) -> Folded:
        points = points_of(self.case, one.option.block).rows(slice(0, volumes.size))
        inputs = drawn_inputs(one.option, points, shared_draws(self.case, points.case))
        inputs |= {Lines.migrates: flag(one.policy), Lines.requests_per_month: volumes[:, None]}
        beside = None if one.stand_in is None else self._drawn(self.simulation.of(one.stand_in), volumes)
        return opened(one.id, one.option.kind, inputs, beside)
