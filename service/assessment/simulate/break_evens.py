"""Break-even: at which value of each of ten inputs the base-case NPV is zero. Part of the second stage.

"All else unchanged" means the same request with that one value put in: what is derived from it follows, the screening
of offers included. The two accuracies are set directly, each leaving the other as it is.
"""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arrays import WEEKS_PER_MONTH, Array
from models.breakeven import Crossing, changes, linear_root, scan
from models.cost import requests_per_second
from models.timeline import volume
from service.assessment.case import Candidate
from service.assessment.ledger.fold import Values, downstream, read_by, refold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import jumps

HIGHEST_VOLUME = 1e11
HIGHEST_MONEY = 1e12
HIGHEST_TOKENS = 1e7
HIGHEST_PRICE = 1e5
LONGEST_LEAD_WEEKS = 520.0
MOST_JUMPS = 1_000
"""Dates named as jumps along one input; of more, those between which the NPV stays clear of zero are left out."""
ROWS_AT_ONCE = 1024
"""Points times offers folded together; bounds memory at long horizons."""
ROUNDED = 1e-7
"""What rounding may leave of an NPV at the root of a line, as a share of the prompt's total cost."""
LEADER_POINTS = 128
"""At most how many points of a grid all offers are compared at."""
CURVE_POINTS = 41
POINTS_PER_MONTH = 8
"""Lead times at which the NPV is read."""
AROUND = np.geomspace(0.1, 10.0, 41)
"""Shares of today's value at which the NPV is read."""


class Search(NamedTuple):
    """One input to search: its name for the caller, its line and legal range."""

    input: str
    line: Line
    low: float
    high: float
    is_linear: bool


SEARCHES = (
    Search("requests_per_month", Lines.requests_per_month, 0.0, HIGHEST_VOLUME, False),
    Search("tuned_accuracy", Lines.tuned_accuracy_at_start, 0.0, 1.0, True),
    Search("prompt_accuracy", Lines.prompt_accuracy, 0.0, 1.0, False),
    Search("error_cost", Lines.error_cost, 0.0, HIGHEST_MONEY, True),
    Search("one_off_cost", Lines.tuned_build_cost, 0.0, HIGHEST_MONEY, True),
    Search("retraining_interval_months", Lines.retraining_interval_months, jumps.SHORTEST_INTERVAL_MONTHS, 0.0, False),
    Search("prompt_instruction_tokens", Lines.prompt_instruction_tokens, 0.0, HIGHEST_TOKENS, False),
    Search("prompt_cache_hit_rate", Lines.prompt_cache_hit_rate, 0.0, 1.0, False),
    Search("tuned_output_price", Lines.tuned_output_price, 0.0, HIGHEST_PRICE, True),
    Search("lead_time_weeks", Lines.lead_time_weeks, 0.0, LONGEST_LEAD_WEEKS, False),
)


class BreakEven(NamedTuple):
    """Where the base-case NPV of switching changes sign along one input."""

    search: Search
    current: float
    crossings: tuple[Crossing, ...]
    offers: tuple[str, ...]
    state: str


def _grid(search: Search, current: float, horizon: int) -> Array:
    """Return the points at which the NPV is read first: over the whole range, and closer around today's value."""
    if search.high <= 1.0:
        points = np.linspace(search.low, search.high, 41)
    elif search.line is Lines.requests_per_month:
        points = np.concatenate([[0.0], np.geomspace(1e-3, search.high, 85), current * AROUND])
    elif search.line is Lines.prompt_instruction_tokens:
        points = np.concatenate([[0.0], np.geomspace(1.0, search.high, 57), current * AROUND])
    elif search.line is Lines.lead_time_weeks:
        points = np.append(
            np.arange(horizon * POINTS_PER_MONTH + 1.0) / POINTS_PER_MONTH * WEEKS_PER_MONTH, search.high
        )
    else:
        points = np.linspace(search.low, search.high, 81)
    return np.unique(np.clip(np.append(points, current), search.low, search.high))


def _some_rows(values: Values, rows: NDArray[np.intp], count: int) -> Values:
    """Return the values of some offers of a calculation with one row per offer."""
    return {
        line: array[rows]
        if count > 1 and line is not Lines.pilots and array.ndim == 2 and array.shape[0] == count
        else array
        for line, array in values.items()
    }


def one_row(values: Values, row: int, rows: int) -> Values:
    """Return the values of one offer of a calculation with one row per offer."""
    return _some_rows(values, np.array([row]), rows)


class Envelope:
    """The base-case NPV as a function of one input: of the best feasible offer where offers are screened."""

    def __init__(self, values: Values, stated: frozenset[Line], search: Search, trains: NDArray[np.bool_]) -> None:
        """Prepare the lines that follow from the input; `values` holds one row per offer."""
        self.stated = stated | ({Lines.tuned_accuracy_at_start} if search.line is Lines.prompt_accuracy else set())
        self.stated -= {search.line}
        self.line = search.line
        self.trains = trains
        self.offers = trains.size
        lines = downstream(frozenset({self.line}), self.stated, Lines.npv)
        ends = downstream(frozenset({self.line}), self.stated, Lines.live_end_month)
        starts = downstream(frozenset({self.line}), self.stated, Lines.lead_time_months)
        read = read_by(lines, frozenset({self.line})) | {Lines.npv, Lines.live_end_month, Lines.lead_time_months}
        read |= read_by(ends, frozenset({self.line})) | read_by(starts, frozenset({self.line}))
        self.values = {line: values[line] for line in read if line in values}

    def of(self, rows: NDArray[np.intp]) -> Envelope:
        """Return the envelope of some of the offers."""
        part = copy(self)
        part.values = _some_rows(self.values, rows, self.offers)
        part.trains, part.offers = self.trains[rows], rows.size
        return part

    def by_offer(self, points: Array, spare: float | None = None) -> Array:
        """Return the NPV of every offer at every point, shape (K, O); what cannot be bought is -inf.

        With `spare`, replicas are as many as the peak fills, a part of one included, and so many more.
        """
        at_once = max(ROWS_AT_ONCE // self.offers, 1)
        parts = [self._by_offer(points[first : first + at_once], spare) for first in range(0, points.size, at_once)]
        return np.concatenate(parts)

    def _by_offer(self, points: Array, spare: float | None) -> Array:
        count = points.size

        def rows(array: Array) -> Array:
            if self.offers > 1 and array.ndim == 2 and array.shape[0] == self.offers:
                return np.tile(array, (count, 1))
            return array

        values = {line: array if line is Lines.pilots else rows(array) for line, array in self.values.items()}
        column = np.repeat(points, self.offers)[:, None]
        put_in = {self.line: column}
        if spare is not None:
            peak = requests_per_second(volume(column, values[Lines.growth_per_month], values[Lines.months]))
            filled = peak * values[Lines.peak_to_average] / values[Lines.replica_requests_per_second] + spare
            dedicated = np.isfinite(values[Lines.replica_requests_per_second])
            put_in[Lines.tuned_replicas] = np.maximum(values[Lines.minimum_replicas], np.where(dedicated, filled, 0.0))
        npv, end, start = (
            np.broadcast_to(refold(values, dict(put_in), self.stated, figure), (count * self.offers, 1))
            for figure in (Lines.npv, Lines.live_end_month, Lines.lead_time_months)
        )
        alive = ((end > start)[:, 0] & np.tile(self.trains, count)).reshape(count, self.offers)
        table = npv[:, 0].reshape(count, self.offers)
        return np.where(alive | ~alive.any(axis=1, keepdims=True), table, -np.inf)

    def in_doubt(self, low: Array, high: Array) -> NDArray[np.bool_]:
        """Return whether the NPV may be zero between two volumes, wherever the replicas are added."""
        ends = np.unique(np.concatenate([low, high]))
        most, least = (self.by_offer(ends, spare).max(axis=1) for spare in (0.0, 1.0))
        left, right = np.searchsorted(ends, low), np.searchsorted(ends, high)
        return ~((np.maximum(most[left], most[right]) < 0) | (np.minimum(least[left], least[right]) > 0))

    def best(self, points: Array) -> NDArray[np.intp]:
        """Return the row of the offer that is best at every point."""
        return self.by_offer(points).argmax(axis=1)

    def __call__(self, points: Array) -> Array:
        """Return the NPV at every point, shape (K,)."""
        table: Array = self.by_offer(np.atleast_1d(points)).max(axis=1)
        return table


def _trains(candidates: tuple[Candidate, ...]) -> NDArray[np.bool_]:
    return np.array([not candidate.no_longer_trains for candidate in candidates])


def _linear(npv: Envelope, search: Search, scale: float) -> list[Crossing]:
    """Return the zeros of the best of several straight lines, each root in closed form."""
    ends = npv.by_offer(np.array([0.0, 1.0]))
    roots = linear_root(*np.where(np.isfinite(ends), ends, np.nan))
    roots = np.unique(roots[np.isfinite(roots) & (roots >= search.low) & (roots <= search.high)]) + 0.0
    if roots.size:
        roots = roots[np.abs(npv(roots)) <= ROUNDED * scale]
    return changes(npv, roots, np.ones(roots.size, dtype=bool), search.low, search.high, 0.0)


def _contenders(npv: Envelope, grid: Array, chosen: int) -> NDArray[np.intp]:
    """Return the rows of the chosen offer and of those that lead, or come second, on a grid or between its points.

    Between two points with different leaders, one that a straight line puts above both where they meet leads too.
    """
    if npv.offers == 1:
        return np.array([0])
    table = npv.by_offer(np.append(grid[:: 1 + grid.size // LEADER_POINTS], grid[-1]))
    leaders = np.argpartition(-table, 1, axis=1)[:, :2]
    first = table.argmax(axis=1)
    cell = np.flatnonzero(first[1:] != first[:-1])
    here, there = table[cell], table[cell + 1]
    row = np.arange(cell.size)
    with np.errstate(invalid="ignore"):
        lead, lag = (end[row, first[cell]] - end[row, first[cell + 1]] for end in (here, there))
        share = (lead / (lead - lag))[:, None]
        between = here + share * (there - here)
        above = (between >= between[row, first[cell]][:, None]).any(axis=0)
    return np.unique(np.concatenate([leaders.ravel(), np.flatnonzero(above), [chosen]]))


def _jumps(npv: Envelope, search: Search, grid: Array, offers: list[Values], horizon: int) -> Array:
    """Return the points at which the NPV of some offers may jump along an input."""
    if search.line in (Lines.retraining_interval_months, Lines.lead_time_weeks):
        along = jumps.along_interval if search.line is Lines.retraining_interval_months else jumps.along_lead_time
        found = [along(clock, horizon) for clock in {jumps.clock(offer, horizon) for offer in offers}]
        return jumps.near_zero(npv, np.concatenate(found), MOST_JUMPS, search.low, search.high)
    if search.line is Lines.prompt_instruction_tokens:
        return np.concatenate([jumps.along_instruction(offer) for offer in offers])
    if search.line is Lines.prompt_cache_hit_rate:
        return np.zeros(1)
    dedicated = [offer for offer in offers if np.isfinite(offer[Lines.replica_requests_per_second]).all()]
    if (
        Lines.minimum_replicas in npv.values and dedicated
    ):  # else replicas do not follow from the input, or cost nothing
        windows = jumps.windows_in_doubt(npv.in_doubt, grid)
        most = jumps.MOST_REPLICA_JUMPS // len(dedicated)
        return np.concatenate([jumps.along_volume(offer, windows, most) for offer in dedicated])
    return np.empty(0)


def _scan(values: Values, search: Search, npv: Envelope, chosen: int, current: float, scale: float) -> list[Crossing]:
    """Return the changes of sign along one input, looked for among the offers that lead somewhere.

    Where another offer turns out to be best at one of them, the search is done again with it.
    """
    horizon = int(values[Lines.horizon_months])
    grid = _grid(search, current, horizon)
    rows = _contenders(npv, grid, chosen)
    while True:
        some = npv.of(rows)
        offers = [one_row(values, row, npv.offers) for row in rows]
        found = scan(some, grid, _jumps(some, search, grid, offers, horizon), scale)
        missed = np.setdiff1d(npv.best(np.array([c.value for c in found])), rows) if found else rows[:0]
        if missed.size == 0:
            return found
        rows = np.union1d(rows, missed)


def curves(
    values: Values, stated: frozenset[Line], candidates: tuple[Candidate, ...], chosen: int
) -> tuple[tuple[Search, Array, Array], ...]:
    """Return the base-case NPV along each of the ten inputs: (input, values, NPV).

    Shares run over their whole range, the others from a tenth of today's value to ten times it.
    """
    trains = _trains(candidates)
    base = one_row(values, chosen, trains.size)
    found = []
    for search in SEARCHES:
        current = float(base[search.line].ravel()[0]) or 1.0
        points = (
            np.linspace(0.0, 1.0, CURVE_POINTS)
            if search.high == 1.0
            else np.geomspace(0.1, 10.0, CURVE_POINTS) * current
        )
        found.append((search, points, Envelope(values, stated, search, trains)(points)))
    return tuple(found)


def break_evens(
    values: Values, stated: frozenset[Line], candidates: tuple[Candidate, ...], chosen: int, context_window: float
) -> list[BreakEven]:
    """Return the break-even of all ten inputs, with every change of sign along each.

    Two that lie within a millionth of each other and cancel are none. Along the volume, of the points where a replica is
    added the 20,000 nearest to today's (`jumps.MOST_REPLICA_JUMPS`) are looked at one by one; beyond them only a grid.

    Parameters
    ----------
    values : dict of ndarray
        The base case, folded, with one row per offer.
    stated : frozenset of Line
        Lines that the request states.
    candidates : tuple of Candidate
        The offers.
    chosen : int
        The offer of the base case.
    context_window : float
        Most input tokens that the prompted base model reads.
    """
    trains = _trains(candidates)
    base = one_row(values, chosen, trains.size)
    horizon = int(values[Lines.horizon_months])
    scale = max(1.0, float(values[Lines.prompt_tco].max()))
    results = []
    for template in SEARCHES:
        search = template
        if template.line is Lines.retraining_interval_months:
            search = template._replace(high=float(max(horizon, 1)))
        if template.line is Lines.prompt_instruction_tokens:
            search = template._replace(
                high=min(HIGHEST_TOKENS, max(context_window - float(base[Lines.prompt_payload_tokens].max()), 1.0))
            )
        current = float(base[search.line].ravel()[0])
        npv = Envelope(values, stated, search, trains)
        found = _linear(npv, search, scale) if search.is_linear else _scan(values, search, npv, chosen, current, scale)
        here = float(base[Lines.npv].ravel()[0])
        if found:
            nearest = min(found, key=lambda crossing: abs(crossing.value - current))
            state = "reached" if nearest.is_zero else "crossed"
        else:
            state = "always" if here > 0 else "never"
        best = npv.best(np.array([crossing.value for crossing in found])) if found else ()
        offers = tuple(candidates[row].id for row in best)
        results.append(BreakEven(search, current, tuple(found), offers, state))
    return results
