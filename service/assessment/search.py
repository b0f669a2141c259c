"""Break-even: at which value of each of ten inputs the base-case NPV is zero. Part of the second stage.

"All else unchanged" means the same request with that one value put in: what is derived from it follows, the screening
of offers included. The two accuracies are set directly, each leaving the other as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from models.breakeven import Crossing, linear_root, scan
from models.timeline import WEEKS_PER_MONTH
from service.assessment.case import Candidate
from service.assessment.fold import Values, downstream, read_by, refold

Array = NDArray[np.float64]

HIGHEST_VOLUME = 1e11
HIGHEST_MONEY = 1e12
HIGHEST_TOKENS = 1e7
HIGHEST_PRICE = 1e5
SHORTEST_INTERVAL_MONTHS = 0.25
LONGEST_LEAD_WEEKS = 520.0
MOST_ROWS = 40_000
"""Jumps times offers looked at along one input; beyond, only those at the end of serving and training."""
ROWS_AT_ONCE = 1024
"""Points times offers folded together; bounds memory at long horizons."""
REPLICA_STEPS = 64
ROUNDED = 1e-7
"""What rounding may leave of an NPV at the root of a line, as a share of the prompt's total cost."""
CURVE_POINTS = 41


class Search(NamedTuple):
    """One input to search: its name for the caller, in the ledger, its unit and legal range."""

    input: str
    ledger: str
    unit: str
    low: float
    high: float
    is_linear: bool


SEARCHES = (
    Search("requests_per_month", "requests_per_month", "requests/month", 0.0, HIGHEST_VOLUME, False),
    Search("tuned_accuracy", "tuned_accuracy_at_start", "share", 0.0, 1.0, True),
    Search("prompt_accuracy", "prompt_accuracy", "share", 0.0, 1.0, False),
    Search("error_cost", "error_cost", "money/error", 0.0, HIGHEST_MONEY, True),
    Search("one_off_cost", "tuned_build_cost", "money", 0.0, HIGHEST_MONEY, True),
    Search("retraining_interval_months", "retraining_interval_months", "months", SHORTEST_INTERVAL_MONTHS, 0.0, False),
    Search("prompt_instruction_tokens", "prompt_instruction_tokens", "tokens", 0.0, HIGHEST_TOKENS, False),
    Search("prompt_cache_hit_rate", "prompt_cache_hit_rate", "share", 0.0, 1.0, False),
    Search("tuned_output_price", "tuned_output_price", "money/1M tokens", 0.0, HIGHEST_PRICE, True),
    Search("lead_time_weeks", "lead_time_weeks", "weeks", 0.0, LONGEST_LEAD_WEEKS, False),
)


class BreakEven(NamedTuple):
    """Where the base-case NPV of switching changes sign along one input."""

    search: Search
    current: float
    crossings: tuple[Crossing, ...]
    offers: tuple[str, ...]
    state: str


def _grid(search: Search) -> Array:
    if search.high <= 1.0:
        return np.linspace(search.low, search.high, 41)
    if search.input == "requests_per_month":
        return np.concatenate([[0.0], np.geomspace(1e-3, search.high, 85)])
    if search.input == "prompt_instruction_tokens":
        return np.concatenate([[0.0], np.geomspace(1.0, search.high, 57)])
    return np.linspace(search.low, search.high, 81)


def _jumps(search: Search, base: Values, horizon: int, most: int) -> Array:
    """Return the points, no more than `most`, at which the NPV may jump along an input at the base case of one offer."""

    def one(name: str) -> float:
        return float(base[name].ravel()[0])

    months = np.arange(1.0, horizon + 1.0)
    start, interval = one("lead_time_months"), one("retraining_interval_months")
    shutdown = one("tuned_shutdown_months")
    stops = np.unique([one("live_end_month"), min(shutdown, horizon), min(one("last_training_months"), horizon)])
    if search.input == "retraining_interval_months":
        clocks = [start, shutdown] if one("migrates") and start < shutdown < horizon else [start]
        dates = np.unique(np.concatenate([months, months - 0.5, stops]))
        count = np.arange(1.0, horizon / SHORTEST_INTERVAL_MONTHS + 1.0)
        for ends in (dates, stops):
            spans = np.concatenate([ends - clock for clock in clocks])
            found = (spans[:, None] / count).ravel()
            found = np.unique(found[(found >= search.low) & (found <= search.high)])
            if found.size <= most:
                break
        return found
    if search.input == "lead_time_weeks":
        count = np.arange(0.0, horizon / max(interval, SHORTEST_INTERVAL_MONTHS) + 1.0)
        for ends in (np.unique(np.concatenate([months, stops])), stops):
            found = (ends[:, None] - interval * count).ravel() * WEEKS_PER_MONTH
            found = np.unique(found[(found > 0) & (found <= search.high)])
            if found.size <= most:
                break
        return found
    if search.input == "prompt_instruction_tokens":
        share = one("tuned_instruction_share") if "tuned_instruction_share" in base else np.inf
        tiers = base["prompt_tier_starts"] - one("prompt_payload_tokens")
        smallest = [one("prompt_min_cacheable_tokens"), one("tuned_min_cacheable_tokens") / max(share, 1e-12)]
        return np.concatenate([smallest, tiers])
    if search.input == "prompt_cache_hit_rate":
        return np.zeros(1)
    capacity = one("replica_requests_per_second")
    if search.input == "requests_per_month" and np.isfinite(capacity):
        at_month_1 = one("requests_per_month") * capacity / max(one("peak_requests_per_second"), 1e-300)
        growth = (1.0 + one("growth_per_month")) ** (months - 1.0)
        steps = np.arange(1.0, REPLICA_STEPS + 1.0)[:, None]
        return (at_month_1 * steps / np.maximum(growth, 1e-12)).ravel()[:most]
    return np.empty(0)


class Envelope:
    """The base-case NPV as a function of one input: of the best feasible offer where offers are screened."""

    def __init__(self, values: Values, stated: frozenset[str], search: Search, trains: NDArray[np.bool_]) -> None:
        """Prepare the lines that follow from the input; `values` holds one row per offer."""
        self.stated = stated | ({"tuned_accuracy_at_start"} if search.input == "prompt_accuracy" else set())
        self.stated -= {search.ledger}
        self.name = search.ledger
        self.trains = trains
        self.offers = trains.size
        lines = downstream(frozenset({self.name}), self.stated, "npv")
        ends = downstream(frozenset({self.name}), self.stated, "live_end_month")
        starts = downstream(frozenset({self.name}), self.stated, "lead_time_months")
        names = read_by(lines, frozenset({self.name})) | {"npv", "live_end_month", "lead_time_months"}
        names |= read_by(ends, frozenset({self.name})) | read_by(starts, frozenset({self.name}))
        self.values = {name: values[name] for name in names if name in values}

    def by_offer(self, points: Array) -> Array:
        """Return the NPV of every offer at every point, shape (K, O); what cannot be bought is -inf."""
        at_once = max(ROWS_AT_ONCE // self.offers, 1)
        parts = [self._by_offer(points[first : first + at_once]) for first in range(0, points.size, at_once)]
        return np.concatenate(parts)

    def _by_offer(self, points: Array) -> Array:
        count = points.size

        def rows(array: Array) -> Array:
            if self.offers > 1 and array.ndim == 2 and array.shape[0] == self.offers:
                return np.tile(array, (count, 1))
            return array

        values = {name: array if name == "pilots" else rows(array) for name, array in self.values.items()}
        column = np.repeat(points, self.offers)[:, None]
        npv, end, start = (
            np.broadcast_to(refold(values, {self.name: column}, self.stated, name), (count * self.offers, 1))
            for name in ("npv", "live_end_month", "lead_time_months")
        )
        alive = ((end > start)[:, 0] & np.tile(self.trains, count)).reshape(count, self.offers)
        table = npv[:, 0].reshape(count, self.offers)
        return np.where(alive | ~alive.any(axis=1, keepdims=True), table, -np.inf)

    def best(self, point: float) -> int:
        """Return the row of the offer that is best at a point."""
        return int(self.by_offer(np.array([point]))[0].argmax())

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
    found = []
    for root in np.unique(roots[np.isfinite(roots) & (roots >= search.low) & (roots <= search.high)]):
        width = max(abs(root), 1e-6) * 1e-3
        at, below, above = npv(np.array([root, max(root - width, search.low), min(root + width, search.high)]))
        if abs(at) <= ROUNDED * scale and below * above <= 0 and below != above:
            found.append(Crossing(float(root) + 0.0, True, float(below), float(above)))
    return found


def one_row(values: Values, row: int, rows: int) -> Values:
    """Return the values of one offer of a calculation with one row per offer."""
    return {
        name: array[row : row + 1]
        if rows > 1 and name != "pilots" and array.ndim == 2 and array.shape[0] == rows
        else array
        for name, array in values.items()
    }


def curves(
    values: Values, stated: frozenset[str], candidates: tuple[Candidate, ...], chosen: int
) -> tuple[tuple[Search, Array, Array], ...]:
    """Return the base-case NPV along each of the ten inputs: (input, values, NPV).

    Shares run over their whole range, the others from a tenth of today's value to ten times it.
    """
    trains = _trains(candidates)
    base = one_row(values, chosen, trains.size)
    found = []
    for search in SEARCHES:
        current = float(base[search.ledger].ravel()[0]) or 1.0
        points = (
            np.linspace(0.0, 1.0, CURVE_POINTS)
            if search.high == 1.0
            else np.geomspace(0.1, 10.0, CURVE_POINTS) * current
        )
        found.append((search, points, Envelope(values, stated, search, trains)(points)))
    return tuple(found)


def break_evens(
    values: Values, stated: frozenset[str], candidates: tuple[Candidate, ...], chosen: int, context_window: float
) -> list[BreakEven]:
    """Return the break-even of all ten inputs.

    Parameters
    ----------
    values : dict of ndarray
        The base case, folded, with one row per offer.
    stated : frozenset of str
        Ledger names the request states.
    candidates : tuple of Candidate
        The offers.
    chosen : int
        The offer of the base case.
    context_window : float
        Most input tokens that the prompted base model reads.
    """
    trains = _trains(candidates)
    base = one_row(values, chosen, trains.size)
    horizon = int(values["horizon_months"])
    scale, rows = max(1.0, float(values["prompt_tco"].max())), trains.size
    results = []
    for template in SEARCHES:
        search = template
        if template.input == "retraining_interval_months":
            search = template._replace(high=float(max(horizon, 1)))
        if template.input == "prompt_instruction_tokens":
            search = template._replace(
                high=min(HIGHEST_TOKENS, max(context_window - float(base["prompt_payload_tokens"].max()), 1.0))
            )
        current = float(base[search.ledger].ravel()[0])
        npv = Envelope(values, stated, search, trains)
        if search.is_linear:
            found = _linear(npv, search, scale)
        else:
            found = scan(npv, _grid(search), _jumps(search, base, horizon, MOST_ROWS // rows), scale)
        here = float(base["npv"].ravel()[0])
        if found:
            nearest = min(found, key=lambda crossing: abs(crossing.value - current))
            state = "reached" if nearest.is_zero else "crossed"
        else:
            state = "always" if here > 0 else "never"
        offers = tuple(candidates[npv.best(crossing.value)].id for crossing in found)
        results.append(BreakEven(search, current, tuple(found), offers, state))
    return results


def volume_break_evens(values: Values, stated: frozenset[str]) -> Array:
    """Return, for each draw, the smallest monthly volume at which fine-tuning pays.

    Parameters
    ----------
    values : dict of ndarray
        A folded calculation of D draws.
    stated : frozenset of str
        Ledger names the request states.

    Returns
    -------
    ndarray, shape (D,)
        Requests per month; 0 when it pays at any volume, infinite when at none.
    """
    name = "requests_per_month"
    stated = stated - {name}
    lines = downstream(frozenset({name}), stated, "npv")
    kept = {source: values[source] for source in read_by(lines, frozenset({name}))}
    draws = max(array.shape[0] for array in kept.values() if array.ndim == 2)
    today = float(np.median(values[name]))
    grid = np.unique(np.concatenate([np.geomspace(1.0, HIGHEST_VOLUME, 12), np.clip([today], 1.0, HIGHEST_VOLUME)]))
    at_grid = np.stack([refold(kept, {name: np.full((draws, 1), point)}, stated, "npv")[:, 0] for point in grid])
    pays = at_grid > 0.0
    first = pays.argmax(axis=0)
    result = np.where(pays.any(axis=0), 0.0, np.inf)
    index = np.flatnonzero(pays.any(axis=0) & (first > 0))
    if index.size == 0:
        return result

    def npv(log_volume: Array, draw: Array) -> Array:
        part = {s: a[draw] if s != "pilots" and a.ndim == 2 and a.shape[0] == draws else a for s, a in kept.items()}
        return refold(part, {name: np.exp(log_volume)[:, None]}, stated, "npv")[:, 0]

    bracket = (np.log(grid[first[index] - 1]), np.log(grid[first[index]]))
    found = elementwise.find_root(npv, bracket, args=(index,), tolerances={"xatol": 1e-6})
    result[index] = np.exp(found.x)
    return result
