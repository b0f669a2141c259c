"""What every way to serve is worth along one input, at the base case: each fold shared as far as it goes.

A way is an option with what stands in for it and what it does at a retirement. Only what follows from the input is folded
again; of a fine-tune, another policy or stand-in only what follows from that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from models.arrays import Array
from models.frontier import Rows
from models.timeline import start_months
from service.assessment.case import Case, Policy
from service.assessment.ledger.fold import Values, fold, refold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import STAND_IN, Lines
from service.assessment.simulate.book import COSTS, Folded, on_top_of, read_of, with_changes
from service.assessment.simulate.drawing import Way
from service.assessment.simulate.draws import Lived, expected_lives, flag
from service.assessment.simulate.jumps import leads
from service.assessment.simulate.varied import Varied

TCO = frozenset({Lines.tco})
WANTED = TCO | {Lines.end_month, Lines.start_month}
AT_A_RETIREMENT = (Lines.migrates, Lines.retirements, Lines.migrations)
"""Inputs in which two policies differ."""
LOAD = frozenset({Lines.replica_load})
CELLS_AT_ONCE = 60_000
"""Points times months that are folded together; bounds memory at long horizons."""
SAME = 1e-8
"""Ways that differ by no more than this share of option 0's total cost are one and the same, as two policies that never part."""
TIE = 1e-10
"""What a way must be worth more than one before it, as a share of option 0's total cost: of equal ones the first wins."""


class Served(NamedTuple):
    """A way to serve at the base case, and of a fine-tune how long it lives."""

    way: Way
    folded: Folded
    lived: Lived | None


class Tuned(NamedTuple):
    """A way of a fine-tune that was folded at some points: what was put into it, and what follows."""

    served: Served
    put: Values
    changed: Values


def ways_of(
    case: Case, tune: Folded, chosen: Way, lives: Mapping[Policy, Lived], stand_ins: Sequence[Folded]
) -> Iterator[Served]:
    """Yield every way in which a fine-tune may serve, the chosen one first.

    Parameters
    ----------
    case : Case
        The case.
    tune : Folded
        The fine-tune as it was chosen to serve.
    chosen : Way
        How that is.
    lives : mapping of Lived
        How long it lives under each policy that it has.
    stand_ins : sequence of Folded
        What may stand in.
    """
    start = float(tune.values[Lines.start_month].ravel()[0])
    for policy in sorted(lives, key=lambda policy: policy != chosen.policy):
        under = tune
        if policy != chosen.policy:
            put = expected_lives(lives[policy].life, lives[policy].policy, start, case.horizon_months)
            put[Lines.migrates] = flag(lives[policy].policy)
            changed = refold(tune.values, put, tune.kind, tune.stated, COSTS | TCO)
            under = structs.replace(tune, values=tune.values | changed)
        for stand_in in sorted(stand_ins, key=lambda one: one.id != chosen.stand_in):
            folded = under if stand_in.id == chosen.stand_in else on_top_of(under, stand_in)
            way = Way(tune.id, lives[policy].policy, stand_in.id)
            yield Served(way, _with_tco(folded), lives[policy])


def _with_tco(option: Folded) -> Folded:
    values = {line: value for line, value in option.values.items() if line is not Lines.tco}
    return structs.replace(option, values=fold(values, option.kind, TCO))


class Ways:
    """The base-case NPV of every way to serve against option 0, as one input moves."""

    def __init__(self, served: Sequence[Served], varied: Varied, best: str | None) -> None:
        """Take the ways, option 0 first and those of one option together, and the id of the best fine-tune."""
        self.served, self.varied, self.best = tuple(served), varied, best
        self.baseline = self.served[0].folded
        self.scale = max(1.0, float(self.baseline.values[Lines.tco].max()))
        self.every = np.arange(len(self.served))
        self._plain = {one.way.id: one.folded for one in self.served if one.lived is None}
        self._read = frozenset(
            line for one in self.served for line in read_of(one.folded.kind, one.folded.stated, WANTED)
        )

    def __call__(self, points: Array, rows: Rows) -> Array:
        """Return the NPV of some ways at some points, shape (K, M); of two that are worth the same the first has more."""
        return self.npv(points, rows) - TIE * self.scale * rows

    def npv(self, points: Array, rows: Rows, spare: float | None = None) -> Array:
        """Return the NPV of some ways at some points, shape (K, M); of what would never serve -inf.

        With `spare`, replicas are as many as the peak fills, a part of one included, and so many more.
        """
        at_once = max(CELLS_AT_ONCE // self.baseline.values[Lines.months].size, 1)
        parts = [
            self._npv(points[first : first + at_once], rows.tolist(), spare) for first in range(0, points.size, at_once)
        ]
        return np.concatenate(parts) if parts else np.empty((0, rows.size))

    def table(self, points: Array) -> Array:
        """Return the NPV of every way at some points, shape (K, L)."""
        return self(points, self.every)

    def in_doubt(self, low: Array, high: Array) -> NDArray[np.bool_]:
        """Return whether the best way may change between two values, wherever the replicas are added."""
        ends = np.unique(np.concatenate([low, high]))
        most, least = (self.npv(ends, self.every, spare) for spare in (0.0, 1.0))
        at = [np.searchsorted(ends, side) for side in (low, high)]
        return ~leads([(least[side], most[side]) for side in at], self.scale * SAME)

    def _is_touched(self, option: Folded) -> bool:
        """Return whether anything of an option, or of what stands in for it, follows from the input."""
        is_put = option.kind in self.varied.kinds and (not self.varied.is_of_best or option.id == self.best)
        return is_put or (option.stand_in is not None and self._is_touched(option.stand_in))

    def _put(self, option: Folded, lived: Lived | None, points: Array, spare: float | None) -> Values:
        """Return what is put into an option at some points of the input."""
        varied = self.varied
        if option.kind not in varied.kinds or (varied.is_of_best and option.id != self.best):
            values: Values = {}
        elif lived is not None and varied.line is Lines.first_retirement_month:
            return lived.at_retirements(points, float(option.values[Lines.start_month].ravel()[0]))
        else:
            values = {varied.line: points[:, None]}
        if values and lived is not None and varied.line is Lines.start_weeks:
            values |= lived.at_starts(start_months(points[:, None], option.values[Lines.labelling_weeks])[:, 0])
        if spare is not None and values and Lines.replica_load in option.values:
            load = refold(option.values, dict(values), option.kind, option.stated, LOAD).get(
                Lines.replica_load, option.values[Lines.replica_load]
            )
            values[Lines.replicas] = np.maximum(option.values[Lines.minimum_replicas], (load + spare) * (load > 0))
        return values

    def _npv(self, points: Array, rows: list[int], spare: float | None) -> Array:
        memo: dict[str, Values] = {}

        def plain(option: Folded) -> Values:
            """Return what changes of an option that is no fine-tune to be bought."""
            if option.id not in memo:
                option = self._plain.get(option.id, option)
                if option.stand_in is not None:
                    plain(option.stand_in)
                changed: Values = {}
                if self._is_touched(option):
                    changed = with_changes(
                        option, lambda one: self._put(one, None, points, spare), None, self._read | TCO, memo
                    )
                memo[option.id] = changed
            return memo[option.id]

        def tco(option: Folded, changed: Values) -> Array:
            return np.broadcast_to(changed.get(Lines.tco, option.values[Lines.tco]), (points.size, 1))[:, 0]

        costs = tco(self.baseline, plain(self.baseline))
        found, known = np.empty((points.size, len(rows))), dict[tuple[str, Policy], Tuned]()
        for place, row in enumerate(rows):
            one = self.served[row]
            if one.lived is None:
                found[:, place] = costs - tco(one.folded, plain(one.folded)) if row else 0.0
                continue
            if one.folded.stand_in is not None:
                plain(one.folded.stand_in)
            changed = self._tuned(one, known, memo, points, spare) if self._is_touched(one.folded) else {}
            values = {line: changed.get(line, one.folded.values[line])[:, 0] for line in WANTED}
            is_over = self._is_over(one, one.lived, points, values[Lines.start_month])
            is_live = (values[Lines.end_month] > values[Lines.start_month]) & ~is_over
            found[:, place] = np.where(is_live, costs - values[Lines.tco], -np.inf)
        return found

    def _is_over(self, one: Served, lived: Lived, points: Array, starts: Array) -> NDArray[np.bool_]:
        """Return whether a fine-tune's base model is shut down before it serves."""
        if self.varied.line is Lines.first_retirement_month and one.way.id == self.best:
            over: NDArray[np.bool_] = (points <= starts) & (not lived.life.serves_on)
            return over
        return lived.is_over(starts)

    def _tuned(
        self, one: Served, known: dict[tuple[str, Policy], Tuned], memo: dict[str, Values], points: Array,
        spare: float | None,
    ) -> Values:  # fmt: skip
        """Return what changes of a fine-tune: from a way of it that was folded before, only what differs."""
        folded, key = one.folded, (one.way.id, one.way.policy)
        alike = known.get(key)
        put = alike.put if alike else self._put(folded, one.lived, points, spare)
        near = alike or next((other for (id, _), other in known.items() if id == one.way.id), None)
        if near is None:
            changed = with_changes(folded, lambda other: put if other is folded else {}, None, WANTED, memo)
        else:
            differs: Values = {}
            if not alike:
                differs = {line: put.get(line, folded.values[line]) for line in AT_A_RETIREMENT}
            if one.way.stand_in != near.served.way.stand_in and folded.stand_in is not None:
                differs |= self._beside(folded.stand_in, memo)
            values = near.served.folded.values | near.changed
            changed = near.changed | refold(values, differs, folded.kind, folded.stated, WANTED)
        known.setdefault(key, Tuned(one, put, changed))
        return changed

    def _beside(self, stand_in: Folded, memo: Mapping[str, Values]) -> Values:
        """Return what a fine-tune takes of what stands in."""
        changed: Mapping[Line, Array] = memo[stand_in.id]
        return {line: changed.get(source, stand_in.values[source]) for line, source in STAND_IN.items()}
