"""Break-even: at which value of each of ten inputs the base-case NPV is zero. Part of the second stage.

"All else unchanged" means the same request with that one value put in: what is derived from it follows, and of the fine-tunes
kept as options the best is taken at each value. The two accuracies are set directly, each leaving the other as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arrays import WEEKS_PER_MONTH, Array
from models.breakeven import Crossing, changes, linear_root, scan
from models.timeline import start_months
from service.assessment.ledger.fold import Values, refold
from service.assessment.ledger.line import KINDS, TUNES, Kind, Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import jumps
from service.assessment.simulate.book import Changes, Folded, with_changes
from service.assessment.simulate.draws import Lived

HIGHEST_VOLUME = 1e11
HIGHEST_MONEY = 1e12
HIGHEST_TOKENS = 1e7
HIGHEST_PRICE = 1e5
LONGEST_LEAD_WEEKS = 520.0
MOST_JUMPS = 1_000
"""Dates named as jumps along one input; of more, those between which the NPV stays clear of zero are left out."""
MOST_JUMPS_IN_SERVICE = 8_000
"""The same where option 0 is retrained as well: large and small jumps lie side by side, and few tell nothing of the others."""
ROWS_AT_ONCE = 1024
"""Points folded together; bounds memory at long horizons."""
ROUNDED = 1e-7
"""What rounding may leave of an NPV at the root of a line, as a share of the prompt's total cost."""
CURVE_POINTS = 41
POINTS_PER_MONTH = 8
"""Lead times at which the NPV is read."""
AROUND = np.geomspace(0.1, 10.0, 41)
"""Shares of today's value at which the NPV is read."""


class Search(NamedTuple):
    """One input to search: its name for the caller, its line and legal range, and the options it is an input of."""

    input: str
    line: Line
    low: float
    high: float
    is_linear: bool
    kinds: frozenset[Kind]


ALL, PROMPT = frozenset(KINDS), frozenset[Kind]({"keep", "improve"})
TUNE, TRAINED = frozenset[Kind]({"fine_tune"}), frozenset[Kind](TUNES)

SEARCHES = (
    Search("requests_per_month", Lines.requests_per_month, 0.0, HIGHEST_VOLUME, False, ALL),
    Search("tuned_accuracy", Lines.accuracy_at_start, 0.0, 1.0, True, TUNE),
    Search("prompt_accuracy", Lines.prompted_accuracy, 0.0, 1.0, False, ALL),
    Search("error_cost", Lines.error_cost, 0.0, HIGHEST_MONEY, True, ALL),
    Search("one_off_cost", Lines.build_cost, 0.0, HIGHEST_MONEY, True, TUNE),
    Search(
        "retraining_interval_months",
        Lines.retraining_interval_months,
        jumps.SHORTEST_INTERVAL_MONTHS,
        0.0,
        False,
        TRAINED,
    ),
    Search("prompt_instruction_tokens", Lines.prompted_instruction_tokens, 0.0, HIGHEST_TOKENS, False, ALL),
    Search("prompt_cache_hit_rate", Lines.cache_hit_rate, 0.0, 1.0, False, PROMPT),
    Search("tuned_output_price", Lines.output_price, 0.0, HIGHEST_PRICE, True, TUNE),
    Search("lead_time_weeks", Lines.start_weeks, 0.0, LONGEST_LEAD_WEEKS, False, TUNE),
)

WANTED = frozenset({Lines.npv, Lines.end_month, Lines.start_month})
LOAD = frozenset({Lines.replica_load})


class Beside(NamedTuple):
    """What a search reads of a case beside its options."""

    context_window: float
    """Most input tokens that the prompted base model reads."""
    lives: Mapping[str, Lived]
    """Of every fine-tune, by its id: what follows from its start."""


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
    elif search.line is Lines.prompted_instruction_tokens:
        points = np.concatenate([[0.0], np.geomspace(1.0, search.high, 57), current * AROUND])
    elif search.line is Lines.start_weeks:
        points = np.append(
            np.arange(horizon * POINTS_PER_MONTH + 1.0) / POINTS_PER_MONTH * WEEKS_PER_MONTH, search.high
        )
    else:
        points = np.linspace(search.low, search.high, 81)
    return np.unique(np.clip(np.append(points, current), search.low, search.high))


class Envelope:
    """The base-case NPV as a function of one input: of the best of some fine-tunes, all that follows from it following."""

    def __init__(self, tunes: Sequence[Folded], baseline: Folded, search: Search, beside: Beside) -> None:
        """Take the fine-tunes, held against option 0."""
        self.tunes, self.baseline, self.search, self.beside = tuple(tunes), baseline, search, beside

    @property
    def offers(self) -> int:
        """Return how many fine-tunes there are."""
        return len(self.tunes)

    def _changes(self, points: Array, spare: float | None) -> Changes:
        """Return what is put into an option at some points of the input.

        With `spare`, replicas are as many as the peak fills, a part of one included, and so many more.
        """

        def put(option: Folded) -> Values:
            if option.kind not in self.search.kinds:
                return {}
            values = {self.search.line: points[:, None]}
            if self.search.line is Lines.start_weeks:
                starts = start_months(points[:, None], option.values[Lines.labelling_weeks])[:, 0]
                values |= self.beside.lives[option.id].at_starts(starts)
            if spare is not None and Lines.replica_load in option.values:
                load = refold(option.values, dict(values), option.kind, option.stated, LOAD).get(
                    Lines.replica_load, option.values[Lines.replica_load]
                )
                values[Lines.replicas] = np.maximum(option.values[Lines.minimum_replicas], (load + spare) * (load > 0))
            return values

        return put

    def by_offer(self, points: Array, spare: float | None = None) -> Array:
        """Return the NPV of every fine-tune at every point, shape (K, O); what would never serve is -inf."""
        parts = [
            self._by_offer(points[first : first + ROWS_AT_ONCE], spare) for first in range(0, points.size, ROWS_AT_ONCE)
        ]
        return np.concatenate(parts)

    def _by_offer(self, points: Array, spare: float | None) -> Array:
        put = self._changes(points, spare)
        memo: dict[str, Values] = {}
        npv, alive = np.empty((points.size, self.offers)), np.empty((points.size, self.offers), dtype=bool)
        for place, tune in enumerate(self.tunes):
            changed = with_changes(tune, put, self.baseline, WANTED, memo)
            of = {line: changed.get(line, tune.values[line])[:, 0] for line in WANTED}
            npv[:, place] = of[Lines.npv]
            is_over = self.beside.lives[tune.id].is_over(of[Lines.start_month])
            alive[:, place] = (of[Lines.end_month] > of[Lines.start_month]) & ~is_over
        return np.where(alive | ~alive.any(axis=1, keepdims=True), npv, -np.inf)

    def in_doubt(self, low: Array, high: Array) -> NDArray[np.bool_]:
        """Return whether the NPV may be zero between two volumes, wherever the replicas are added."""
        ends = np.unique(np.concatenate([low, high]))
        most, least = (self.by_offer(ends, spare).max(axis=1) for spare in (0.0, 1.0))
        left, right = np.searchsorted(ends, low), np.searchsorted(ends, high)
        return ~((np.maximum(most[left], most[right]) < 0) | (np.minimum(least[left], least[right]) > 0))

    def best(self, points: Array) -> NDArray[np.intp]:
        """Return the row of the fine-tune that is best at every point."""
        return self.by_offer(points).argmax(axis=1)

    def __call__(self, points: Array) -> Array:
        """Return the NPV at every point, shape (K,)."""
        table: Array = self.by_offer(np.atleast_1d(points)).max(axis=1)
        return table


def _linear(npv: Envelope, search: Search, scale: float) -> list[Crossing]:
    """Return the zeros of the best of several straight lines, each root in closed form."""
    ends = npv.by_offer(np.array([0.0, 1.0]))
    roots = linear_root(*np.where(np.isfinite(ends), ends, np.nan))
    roots = np.unique(roots[np.isfinite(roots) & (roots >= search.low) & (roots <= search.high)]) + 0.0
    if roots.size:
        roots = roots[np.abs(npv(roots)) <= ROUNDED * scale]
    return changes(npv, roots, np.ones(roots.size, dtype=bool), search.low, search.high, 0.0)


def _jumps(npv: Envelope, search: Search, grid: Array, horizon: int) -> Array:
    """Return the points at which the NPV of some fine-tunes may jump along an input."""
    low, high = search.low, search.high
    if search.line in (Lines.retraining_interval_months, Lines.start_weeks):
        is_served = any(option.kind in search.kinds for option in _behind(npv))
        most = MOST_JUMPS_IN_SERVICE if is_served else MOST_JUMPS
        return jumps.near_zero(npv, _dates(npv, search, horizon), most, low, high)
    nought = np.zeros(1)
    if search.line is Lines.cache_hit_rate:
        return nought
    chain = {option.id: option for option in (*npv.tunes, *_behind(npv))}.values()
    if search.line is Lines.prompted_instruction_tokens:
        follow = [option for option in chain if Lines.instruction_tokens not in option.stated]
        found = [jumps.along_instruction(option.values) for option in follow]
        replicas = [jumps.replicas_along_instruction(one.values, high) for one in follow if _keeps_replicas(one)]
        found += [jumps.near_zero(npv, places, MOST_JUMPS, low, high) for places in replicas if places.size]
        return np.concatenate(found) if found else np.empty(0)
    dedicated = [option.values for option in chain if _keeps_replicas(option)]
    if search.line is Lines.requests_per_month and dedicated:
        windows = jumps.windows_in_doubt(npv.in_doubt, grid)
        most = jumps.MOST_REPLICA_JUMPS // len(dedicated)
        return np.concatenate([nought, *[jumps.along_volume(values, windows, most) for values in dedicated]])
    return nought if search.line is Lines.requests_per_month else np.empty(0)


def _dates(npv: Envelope, search: Search, horizon: int) -> Array:
    """Return the points at which a training of a fine-tune, or of one that stands in, changes place in time."""
    ends = {tune.id: npv.beside.lives[tune.id].dated_end for tune in npv.tunes}
    clocks = {jumps.clock(tune.values, horizon, ends[tune.id]) for tune in npv.tunes}
    if search.line is Lines.start_weeks:
        found = [jumps.along_lead_time(clock, horizon) for clock in clocks]
        labelling = [tune.values[Lines.labelling_weeks].ravel() for tune in npv.tunes]
        dated = [end * WEEKS_PER_MONTH for end in ends.values() if np.isfinite(end)]
        places = np.concatenate([*found, np.array(dated)])
        return np.concatenate([places - weeks for weeks in np.unique(np.concatenate(labelling))])
    serving = {jumps.clock(one.values, horizon) for one in _behind(npv) if one.kind in search.kinds}
    return np.concatenate(
        [jumps.along_interval(clock, horizon, with_months=bool(serving)) for clock in clocks | serving]
    )


def _keeps_replicas(option: Folded) -> bool:
    """Return whether an option pays for whole replicas."""
    load = option.values.get(Lines.replica_load)
    return load is not None and load.max() > 0 and option.values[Lines.is_paid_by_use].max() <= 0


def _behind(npv: Envelope) -> Iterator[Folded]:
    """Yield option 0 and whatever stands in for a fine-tune."""
    option: Folded | None
    for option in (npv.baseline, *(tune.stand_in for tune in npv.tunes)):
        while option is not None:
            yield option
            option = option.stand_in


def curves(tunes: Sequence[Folded], baseline: Folded, beside: Beside) -> tuple[tuple[Search, Array, Array], ...]:
    """Return the base-case NPV along each of the ten inputs: (input, values, NPV).

    Shares run over their whole range, the others from a tenth of today's value to ten times it.
    """
    found = []
    for search in SEARCHES:
        current = _current(tunes[0], baseline, search) or 1.0
        points = (
            np.linspace(0.0, 1.0, CURVE_POINTS)
            if search.high == 1.0
            else np.geomspace(0.1, 10.0, CURVE_POINTS) * current
        )
        found.append((search, points, Envelope(tunes, baseline, search, beside)(points)))
    return tuple(found)


def _current(tune: Folded, baseline: Folded, search: Search) -> float:
    """Return today's value of an input: the fine-tune's where it is one of its own, else the prompt's."""
    option = tune if "fine_tune" in search.kinds else baseline
    while search.kinds.isdisjoint({option.kind}) and option.stand_in is not None:
        option = option.stand_in
    return float(option.values[search.line].ravel()[0])


def break_evens(
    tunes: Sequence[Folded], baseline: Folded, beside: Beside, is_alive: bool, may_be_sooner: bool
) -> Iterator[BreakEven]:
    """Yield the break-even of all ten inputs, with every change of sign along each.

    Two that lie within a millionth of each other and cancel are none. Along the volume, of the points where a replica is
    added the 20,000 nearest to today's (`jumps.MOST_REPLICA_JUMPS`) are looked at one by one; beyond them only a grid.

    Parameters
    ----------
    tunes : sequence of Folded
        Fine-tunes at the base case, held against option 0; the first is the best.
    baseline : Folded
        Option 0.
    beside : Beside
        What else of the case is read.
    is_alive : bool
        Whether any of them can serve.
    may_be_sooner : bool
        Whether a shorter lead time could change that, where none can.
    """
    values = tunes[0].values
    horizon = int(values[Lines.horizon_months].ravel()[0])
    scale = max(1.0, float(baseline.values[Lines.tco].max()))
    for template in SEARCHES:
        search = template
        if template.line is Lines.retraining_interval_months:
            search = template._replace(high=float(max(horizon, 1)))
        if template.line is Lines.prompted_instruction_tokens:
            payload = float(baseline.values[Lines.prompted_payload_tokens].max())
            search = template._replace(high=min(HIGHEST_TOKENS, max(beside.context_window - payload, 1.0)))
        current = _current(tunes[0], baseline, search)
        npv = Envelope(tunes, baseline, search, beside)
        if search.is_linear:
            found = _linear(npv, search, scale)
        else:
            grid = _grid(search, current, horizon)
            found = scan(npv, grid, _jumps(npv, search, grid, horizon), scale)
        if not is_alive and not (may_be_sooner and search.line is Lines.start_weeks and found):
            yield BreakEven(search, current, (), (), "never")
            continue
        if found:
            nearest = min(found, key=lambda crossing: abs(crossing.value - current))
            state = "reached" if nearest.is_zero else "crossed"
        else:
            state = "always" if float(values[Lines.npv].ravel()[0]) > 0 else "never"
        best = npv.best(np.array([crossing.value for crossing in found])) if found else ()
        yield BreakEven(search, current, tuple(found), tuple(tunes[row].id for row in best), state)
