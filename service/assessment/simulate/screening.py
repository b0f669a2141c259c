"""Which fine-tuning offers a case goes on with: every one at the base case, on every stand-in. Part of the second stage."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from models.arrays import DAYS_PER_MONTH, DAYS_PER_WEEK, WEEKS_PER_MONTH
from service.assessment.case import Candidate, Case, Policy
from service.assessment.ledger.fold import Values
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import FIGURES, Lines
from service.assessment.simulate.book import Folded, on_top_of, opened, settled
from service.assessment.simulate.tunes import base_rows, policies_of

BEST_BY_NPV, BEST_BY_ACCURACY = 6, 3
"""How many offers are drawn."""


UNPRICED = frozenset({Lines.saving_from_model, Lines.saving_from_tuning})
"""Figures that need the prompt's price on the base model of an offer, which only those kept are given."""


class Screened(Struct, frozen=True, kw_only=True, eq=False):
    """A fine-tuning offer at the base case, at its own best of policies and of what may stand in."""

    candidate: Candidate
    policy: Policy
    stand_in: str
    values: Values
    row: int
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


def _obstacle(candidate: Candidate, start: float, horizon: int) -> str:
    """Return why an offer cannot go live, in whole days so that what is compared is what is shown; empty if it can."""
    if candidate.obstacle:
        return candidate.obstacle
    takes = f"going live takes {math.ceil(round(start * WEEKS_PER_MONTH * DAYS_PER_WEEK, 6))} days"
    life = candidate.life
    if life.origin in ("stated", "catalogue") and life.months <= start and not life.serves_on:
        return f"{takes}, and the provider shuts it down on {life.date}, after {round(life.months * DAYS_PER_MONTH)}"
    if horizon <= start:
        months = f"{horizon} month{'s' if horizon > 1 else ''}"
        return f"{takes}, and the horizon of {months} ends after {math.floor(horizon * DAYS_PER_MONTH)}"
    return ""


def screen(
    case: Case, candidates: tuple[Candidate, ...], stand_ins: tuple[Folded, ...], baseline: Folded
) -> list[Screened]:
    """Return every offer at the base case, in their order, each at its best of policy and stand-in."""
    groups: dict[frozenset[Line], list[int]] = {}
    for at, candidate in enumerate(candidates):
        groups.setdefault(frozenset(candidate.terms), []).append(at)
    found = [
        (at, screened)
        for group in groups.values()
        for at, screened in zip(group, _alike(case, [candidates[at] for at in group], stand_ins, baseline), strict=True)
    ]
    return [screened for _, screened in sorted(found, key=lambda pair: pair[0])]


def _alike(case: Case, candidates: list[Candidate], stand_ins: tuple[Folded, ...], baseline: Folded) -> list[Screened]:
    """Return offers that state the same terms at the base case, all at once."""
    rows = [(at, policy) for at, offer in enumerate(candidates) for policy in policies_of(case, offer)]
    inputs = base_rows(case, tuple(candidates[at] for at, _ in rows), tuple(policy for _, policy in rows))
    own = opened("", "fine_tune", inputs, stand_ins[0])
    ways = (own, *(on_top_of(own, stand_in) for stand_in in stand_ins[1:]))
    tables = [settled(way, baseline, FIGURES - UNPRICED).values for way in ways]
    npv = np.stack([np.broadcast_to(table[Lines.npv], (len(rows), 1))[:, 0] for table in tables])
    start = np.broadcast_to(own.values[Lines.start_month], (len(rows), 1))[:, 0]
    found = []
    for at, candidate in enumerate(candidates):
        its = [row for row, (whose, _) in enumerate(rows) if whose == at]
        row, best = max(((row, int(npv[:, row].argmax())) for row in its), key=lambda pair: npv[pair[1], pair[0]])
        found.append(
            Screened(
                candidate=candidate,
                policy=rows[row][1],
                stand_in=stand_ins[best].id,
                values=tables[best],
                row=row,
                obstacle=_obstacle(candidate, float(start[row]), case.horizon_months),
            )
        )
    return found


def shortlist(screened: list[Screened]) -> list[int]:
    """Return the offers that are drawn: the best by NPV and the best by average accuracy; without any that can go live, one."""
    feasible = [at for at, offer in enumerate(screened) if offer.is_feasible]
    if not feasible:
        return (
            [max(range(len(screened)), key=lambda at: (screened[at].npv, screened[at].candidate.id))]
            if screened
            else []
        )

    def by(line: Line, at: int) -> tuple[float, float, str]:
        offer = screened[at]
        return (-offer.figure(line), offer.figure(Lines.token_cost_per_request), offer.candidate.id)

    by_npv = sorted(feasible, key=lambda at: by(Lines.npv, at))[:BEST_BY_NPV]
    by_accuracy = sorted(feasible, key=lambda at: by(Lines.average_accuracy, at))[:BEST_BY_ACCURACY]
    return sorted({*by_npv, *by_accuracy})
