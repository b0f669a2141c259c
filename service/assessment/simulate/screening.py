"""Which fine-tuning offer a case goes on with: every one at the base case. Part of the second stage."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from models.arrays import DAYS_PER_MONTH, DAYS_PER_WEEK, WEEKS_PER_MONTH, Array
from models.learning import probability_above
from service.assessment.case import Candidate, Case
from service.assessment.ledger.fold import Values, fold, refold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.draws import base_inputs, with_candidates

PAYS = 1e-9
"""Share of the prompt's total cost by which an offer may miss break-even and still pay."""


class Screened(Struct, frozen=True, kw_only=True, eq=False):
    """A fine-tuning offer at the base case: its row of the values folded for all offers."""

    candidate: Candidate
    values: Values
    row: int
    chance: float
    obstacle: str

    @property
    def is_feasible(self) -> bool:
        """Return whether it can go live."""
        return not self.obstacle

    @property
    def npv(self) -> float:
        """Return its net present value."""
        return self.figure(Lines.npv)

    def figure(self, line: Line) -> float:
        """Return a base-case figure of it, the first month's where it has months."""
        table = np.atleast_2d(self.values[line])
        return float(table[self.row if table.shape[0] > 1 else 0, 0])


def _obstacle(candidate: Candidate, start: float, end: float, horizon: int) -> str:
    """Return why an offer cannot go live, in whole days so that what is compared is what is shown; empty if it can."""
    if candidate.no_longer_trains:
        if candidate.shutdown_date and candidate.last_training_date not in (None, candidate.shutdown_date):
            return f"training ended on {candidate.last_training_date}, serving ends on {candidate.shutdown_date}"
        return f"training ended on {candidate.last_training_date or candidate.shutdown_date}"
    if end <= start:
        takes = f"going live takes {math.ceil(round(start * WEEKS_PER_MONTH * DAYS_PER_WEEK, 6))} days"
        shutdown = candidate.inputs[Lines.tuned_shutdown_months]
        if shutdown <= end:
            days = round(shutdown * DAYS_PER_MONTH)
            return f"{takes}, and the provider shuts it down on {candidate.shutdown_date}, after {days}"
        months = f"{horizon} month{'s' if horizon > 1 else ''}"
        return f"{takes}, and the horizon of {months} ends after {math.floor(end * DAYS_PER_MONTH)}"
    return ""


def screen(case: Case, candidates: tuple[Candidate, ...]) -> tuple[list[Screened], Values]:
    """Return every candidate at the base case, best first, and the folded values with one row per candidate."""
    values = fold(with_candidates(base_inputs(case), candidates))
    count = len(candidates)

    def column(line: Line) -> Array:
        table = np.atleast_2d(values[line])
        return np.broadcast_to(table, (count, table.shape[1]))[:, 0]

    start, end = column(Lines.lead_time_months), column(Lines.live_end_month)
    chances = _chances(case, values, count)
    found = [
        Screened(
            candidate=candidate,
            values=values,
            row=row,
            chance=float(chances[row]),
            obstacle=_obstacle(candidate, float(start[row]), float(end[row]), case.horizon_months),
        )
        for row, candidate in enumerate(candidates)
    ]
    return found, values


def start_needed(values: Values, stated: frozenset[Line], requirement: float, rows: int) -> Array:
    """Return the accuracy at the start with which the live average meets a requirement, shape (rows,).

    The live average is linear in the accuracy at the start, so two points give the line; infinite where no start does.
    """
    low, high = (
        np.broadcast_to(refold(values, {Lines.tuned_accuracy_at_start: np.full((rows, 1), end)}, stated, Lines.tuned_accuracy_average),
                        (rows, 1))[:, 0]
        for end in (0.0, 1.0)
    )  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        start = np.where(high > low, (requirement - low) / (high - low), np.where(low >= requirement, 0.0, np.inf))
    return np.where(np.isnan(low), np.inf, start)


def _chances(case: Case, values: Values, rows: int) -> Array:
    """Return the chance of every offer to meet the requirement, at the base case; 1 without a requirement."""
    requirement = case.request.task.required_accuracy
    if requirement is None:
        return np.ones(rows)
    start = start_needed(values, case.stated, requirement, rows)
    mean, variance = (
        np.broadcast_to(values[line], (rows, 1))[:, 0]
        for line in (Lines.tuned_log_odds_mean, Lines.tuned_log_odds_variance)
    )
    inside = np.clip(start, 1e-12, 1.0 - 1e-12)
    chance = np.where(start <= 0.0, 1.0, probability_above(mean, variance, inside))
    return np.where(start >= float(values[Lines.accuracy_ceiling]), 0.0, chance)


def choose(case: Case, screened: list[Screened], prompt_tco: float) -> int:
    """Return the offer that is kept: the best by NPV; where none pays, the likeliest to meet the requirement.

    An offer that costs least and cannot do what is required is no alternative, and of those that lose one does not gain by
    serving for days: they are compared by what they lose for each month live (docs/decisions/0006). Offers within a
    billionth of break-even pay. Of offers worth the same, the cheapest per request is kept.
    """
    least = -PAYS * max(prompt_tco, 1.0)

    def by_npv(i: int) -> tuple[bool, bool, float, float, str]:
        offer = screened[i]
        loss = -offer.npv
        if offer.is_feasible and offer.npv < least:
            loss /= offer.figure(Lines.live_months)
        no_longer_trains, name = offer.candidate.no_longer_trains, offer.candidate.id
        return (not offer.is_feasible, no_longer_trains, loss, offer.figure(Lines.tuned_cost_per_request), name)

    best = min(range(len(screened)), key=by_npv)
    plausible = [
        i
        for i, offer in enumerate(screened)
        if offer.is_feasible and offer.chance >= case.thresholds["plausible_probability"]
    ]
    no_requirement = case.request.task.required_accuracy is None
    if no_requirement or not plausible or screened[best].npv >= least:
        return best
    return min(plausible, key=lambda i: (-screened[i].chance, *by_npv(i)))
