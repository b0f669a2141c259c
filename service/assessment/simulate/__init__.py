"""Second stage: draws the inputs, folds the ledger over them, screens the offers and searches the break-evens.

The base case (every estimate at its median) goes through the same lines as the draws.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs

from models.arrays import Array
from models.latency import percentile_seconds, with_waiting
from service.assessment.case import NEVER_LIVE, Candidate, Case
from service.assessment.ledger.fold import Values
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.break_evens import BreakEven, Search, break_evens, curves, one_row
from service.assessment.simulate.draws import drawn
from service.assessment.simulate.screening import Screened, choose, screen
from service.assessment.simulate.volumes import volume_break_evens
from service.nouns.faults import Fault, Unassessable

FEW_REPLICAS, MOST_REPLICAS = 1000.0, 100_000.0
"""How far the fewest replicas that meet a latency target are looked for."""

LARGEST_MONEY = 1e100
"""What exceeds it is no money, and its square no number."""

ROWS_AT_ONCE = 2048
"""Draws folded together; bounds memory at long horizons."""


class Simulation(Struct, frozen=True, kw_only=True):
    """What the ledger says: the base case, the draws, the offers and the break-evens."""

    chosen: Screened
    screened: tuple[Screened, ...]
    base: Values
    draws: Values
    volume_break_even: Array
    break_evens: tuple[BreakEven, ...]
    curves: tuple[tuple[Search, Array, Array], ...]
    fewest_replicas: int | None


def _per_draw(values: Values, rows: int) -> Values:
    return {
        line: np.broadcast_to(array, (rows, 1))[:, 0]
        for line, array in values.items()
        if array.ndim == 2 and array.shape[1] == 1 and line is not Lines.pilots
    }


def _fewest_replicas(case: Case, base: Values) -> int | None:
    """Return the fewest dedicated replicas that meet the latency target; None where no number does or none is set."""
    target, capacity = case.request.latency_target, base[Lines.replica_requests_per_second]
    if target is None or not np.isfinite(capacity).all():
        return None
    deployed = float(base[Lines.tuned_replicas_month_1].max())
    servers = np.arange(1.0, min(max(deployed, FEW_REPLICAS), MOST_REPLICAS) + 1.0)[:, None]
    median_, sigma = with_waiting(
        base[Lines.tuned_latency_unqueued],
        base[Lines.latency_sigma],
        base[Lines.peak_requests_per_second],
        capacity,
        servers,
    )
    meets = (percentile_seconds(median_, sigma, target.percentile) <= target.seconds).ravel()
    return int(servers[meets.argmax(), 0]) if meets.any() else None


def _as_simulated(offer: Screened) -> Candidate:
    """Return the offer that is drawn: one that cannot go live at the base case goes live in no draw."""
    if offer.is_feasible:
        return offer.candidate
    return structs.replace(offer.candidate, inputs={**offer.candidate.inputs, Lines.tuned_shutdown_months: NEVER_LIVE})


def _without_a_switch(found: BreakEven) -> BreakEven:
    """Return a break-even where no offer can go live: only a shorter lead time could change that."""
    if found.search.line is Lines.lead_time_weeks and found.crossings:
        return found
    return found._replace(crossings=(), offers=(), state="never")


def simulate(case: Case) -> Simulation:
    """Return the base case and the draws of the best offer, the ranking of all, and the break-evens.

    Raises
    ------
    Unassessable
        If a draw of the NPV is not finite: the ranges are too wide to be money.
    """
    screened, values = screen(case, case.candidates)
    chosen = choose(case, screened, float(values[Lines.prompt_tco].max()))
    order = sorted(
        range(len(screened)),
        key=lambda i: (i != chosen, not screened[i].is_feasible, -screened[i].npv, screened[i].candidate.id),
    )
    beside, _ = screen(case, case.bystanders) if case.bystanders else ([], None)
    base = one_row(values, chosen, len(screened))
    stated = case.stated
    parts, volumes = [], []
    for first in range(0, case.draws, ROWS_AT_ONCE):
        rows = slice(first, min(first + ROWS_AT_ONCE, case.draws))
        values_drawn = drawn(case, rows, _as_simulated(screened[chosen]))
        parts.append(_per_draw(values_drawn, rows.stop - rows.start))
        volumes.append(volume_break_evens(values_drawn, stated))
    draws = {line: np.concatenate([part[line] for part in parts]) for line in parts[0]}
    if not all(
        np.abs(draws[line]).max() < LARGEST_MONEY
        for line in (Lines.npv, Lines.npv_improved, Lines.prompt_tco, Lines.tuned_tco)
    ):
        raise Unassessable(
            [
                Fault(
                    "",
                    "Some draws are too large to be money: a range spans too many powers of ten.",
                    "ranges",
                    "narrower ranges",
                )
            ]
        )
    found = break_evens(values, stated, case.candidates, chosen, case.context_window)
    if not screened[chosen].is_feasible:
        found = [_without_a_switch(item) for item in found]
    ranked = [screened[i] for i in order]
    ranked += sorted(beside, key=lambda s: (not s.is_feasible, -s.npv, s.candidate.id))
    return Simulation(
        chosen=screened[chosen],
        screened=tuple(ranked),
        base=base,
        draws=draws,
        volume_break_even=np.concatenate(volumes),
        break_evens=tuple(found),
        curves=curves(values, stated, case.candidates, chosen) if "curves" in case.request.include else (),
        fewest_replicas=_fewest_replicas(case, base),
    )
