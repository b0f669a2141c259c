"""What a policy advises: the plans it ranks, on which ground, and what would serve were one to decide today.

Part of the third stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from models.sampling import accuracy_mean
from service.assessment.case import IMPROVE, Case
from service.assessment.decide.matrix import Held, Matrix, bar_counts
from service.assessment.decide.plans import (
    WAITS,
    Ends,
    Ground,
    Plan,
    Rules,
    ends_of,
    menu_of,
    plans_of,
    ranked,
    side_by_side,
    spec_of,
)
from service.assessment.decide.prospects import Prospects
from service.assessment.decide.rules import Judged
from service.assessment.decide.studies import Curve, Study, grading, has_proof, improving, measuring, piloting
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

WHOLE_POINTS = 2
"""The article speaks in whole percentage points; so does the gap that its rules compare (docs/decisions/0003)."""


class Advice(Struct, frozen=True, kw_only=True, eq=False):
    """What one policy makes of a case."""

    policy: str
    rules: Rules
    ground: Ground
    places: tuple[int, ...]
    """Of the studies that plans are made of: the best of each kind."""
    plans: tuple[Plan, ...]
    """As they rank, the best first."""
    ends: Ends
    """What they end with."""

    @property
    def best(self) -> Plan:
        """Return the plan that ranks first."""
        return self.plans[0]

    @property
    def commitment(self) -> Plan:
        """Return the plan to find nothing out and decide today."""
        return next(plan for plan in self.plans if plan.is_commitment)

    @property
    def today(self) -> str:
        """Return the option that would serve, were one to decide today."""
        return self.ground.prospects.ids[int(self.commitment.ends.argmax())]

    def with_only(self, kind: str) -> Plan | None:
        """Return the plan that finds out one thing."""
        return next((plan for plan in self.plans if plan.kinds == {kind} and not plan.is_sequential), None)


def gap_of(case: Case) -> float | None:
    """Return the requirement less the prompt's mean accuracy, in whole percentage points; None without a requirement."""
    required = case.request.task.required_accuracy
    return None if required is None else round(required - accuracy_mean(*case.trials), WHOLE_POINTS)


def meeting_value(case: Case, simulation: Simulation) -> float:
    """Return what meeting the bar is worth over the horizon: the discounted requests, each at what it is worth [currency].

    As stated, else a least amount or so many times today's token cost of a request, whichever is more.
    """
    keep = simulation.keep.base
    each = case.meeting_value
    if each is None:
        token_cost = float(keep[Lines.token_cost_per_request].ravel()[0])
        each = max(case.thresholds["meeting_value_per_request"], case.thresholds["meeting_value_multiple"] * token_cost)
    return each * float(keep[Lines.requests_pv].ravel()[0])


def rules_of(
    case: Case, matrix: Matrix, judged: Mapping[str, Judged], policy: str, value: float, gap: float | None
) -> Rules:
    """Return what a policy asks of an end choice."""
    barring = ("audit_required", "knowledge_changes")
    return Rules(
        policy=policy,
        counts_bar=bar_counts(matrix, policy),
        is_barred=case.request.task.well_defined is False
        or any(judged[name].status == "satisfied" for name in barring),
        lacks_examples=judged["enough_examples"].status == "not_satisfied",
        has_proof=has_proof(case),
        likely=case.confidence,
        plausible=case.thresholds["plausible_probability"],
        meeting_value=value,
        gap=gap,
    )


def _ground(case: Case, simulation: Simulation, prospects: Prospects, studies: list[Study]) -> Ground:
    waiting = np.zeros((len(WAITS), len(prospects.ids)))
    paid = np.zeros(len(prospects.ids))
    for column, id in enumerate(prospects.ids):
        for row, wait in enumerate(WAITS):
            waiting[row, column] = simulation.costs_of_waiting.get(id, {}).get(wait, 0.0)
        one = simulation.of(id)
        if id == IMPROVE:
            paid[column] = float(one.draws[Lines.outlay].mean())
        elif one.stand_in == IMPROVE:
            paid[column] = float(one.base[Lines.stand_in_outlay].ravel()[0])
    return Ground(case=case, prospects=prospects, studies=tuple(studies), waiting=waiting, improvement_paid=paid)


def _best_of(ground: Ground, rules: Rules, ends: Ends, places: list[int]) -> list[int]:
    """Return the place of the study whose plan ranks highest alone; none of none."""
    if len(places) < 2:
        return places
    return [max(places, key=lambda at: side_by_side(ground, rules, spec_of(ground, (at,)), ends).score)]


ONE_OF = (("improve",), ("alternative",), ("pilot", "grade_pilot"), ("grade",))
"""Kinds of studies of which a plan has one at most."""


def _places(ground: Ground, rules: Rules, ends: Ends, tune: str | None) -> list[int]:
    """Return the best study of each kind; pilots are those of one fine-tune."""
    found = []
    for kinds in ONE_OF:
        those = [at for at in ground.place(*kinds) if "pilot" not in kinds or ground.studies[at].option == tune]
        found += _best_of(ground, rules, ends, those)
    return found


def ground_of(
    case: Case, simulation: Simulation, prospects: Prospects, policies: Sequence[tuple[Rules, Held | None]]
) -> Ground:
    """Return what plans are made of: every study there is, pilots of the fine-tunes that the policies would pilot."""
    studies = [grading(case, prospects), improving(case, simulation, prospects), *measuring(case, prospects)]
    for tune in {held.id: held for _, held in policies if held is not None}.values():
        studies += piloting(case, prospects, Curve(tune.one), tune.id)
    return _ground(case, simulation, prospects, studies)


def advise(ground: Ground, policies: Sequence[tuple[Rules, str | None]], *, is_free: bool = True) -> list[Advice]:
    """Return the plans as each policy ranks them, with the fine-tune that it would pilot.

    Of alternatives and of pilot sizes the best alone takes part in plans of several studies. `is_free` has each study looked
    at as if it cost nothing as well.
    """
    rules = [each for each, _ in policies]
    chosen_from = [at for kinds in ONE_OF for at in ground.place(*kinds) if len(ground.place(*kinds)) > 1]
    alone = ends_of(ground, rules, [spec_of(ground, (at,)) for at in chosen_from]) if chosen_from else [{}] * len(rules)
    places = [_places(ground, each, ends, tune) for (each, tune), ends in zip(policies, alone, strict=True)]
    menus = [menu_of(ground, its) for its in places]
    free = [spec_of(ground, (at,), is_free=True) for its in places for at in its if is_free]
    ends = ends_of(ground, rules, [*(spec for menu in menus for spec in menu.specs), *free])
    return [
        Advice(
            policy=each.policy,
            rules=each,
            ground=ground,
            places=tuple(its),
            plans=tuple(ranked(ground, each, plans_of(ground, each, menu, its_ends))),
            ends=its_ends,
        )
        for each, its, menu, its_ends in zip(rules, places, menus, ends, strict=True)
    ]
