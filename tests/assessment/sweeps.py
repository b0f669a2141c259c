"""Sweeps: one thing a request says moves from end to end, and what is advised at each point is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from assessment.by_hand import merged
from assessment.decided import Json, Resolved, decided_as, request_of

from service.assessment.decide.advice import Advice
from service.assessment.decide.plans import Plan, spread_of

POINTS = 19
GRADED = 400
FULL_SIZE = 5000
NAMES = ("minimal", "ticket-triage", "policy-answers", "contract-extraction", "sixty-codes")
"""Requests that are swept."""
MOST_LABELS, MOST_REQUESTS = 50_000, 5e7


def _logarithmic(least: float, most: float, *before: float) -> list[float]:
    return [*before, *np.geomspace(least, most, POINTS - len(before)).tolist()]


def _even(least: float, most: float) -> list[float]:
    return np.linspace(least, most, POINTS).tolist()


def _pilot(accuracy: float) -> Json:
    pilot = {"training_examples": FULL_SIZE, "correct": round(accuracy * GRADED), "total": GRADED}
    return {"fine_tuning": {"labelled_examples": FULL_SIZE, "target_examples": None, "pilots": [pilot]}}


class Sweep(NamedTuple):
    """The values of what moves, and how a request says one."""

    values: list[float]
    said: Callable[[float], Json]


SWEEPS: Mapping[str, Sweep] = MappingProxyType({
    "labels": Sweep(_logarithmic(20, MOST_LABELS, 0), lambda n: {"fine_tuning": {"labelled_examples": round(n)}}),
    "requirement": Sweep(_even(0.7, 0.99), lambda share: {"task": {"required_accuracy": share}}),
    "pilot": Sweep(_even(0.6, 0.99), _pilot),
    "horizon": Sweep(_even(6, 60), lambda months: {"volume": {"horizon_months": round(months)}}),
    "volume": Sweep(_logarithmic(100, MOST_REQUESTS, 0), lambda n: {"volume": {"requests_per_month": n}}),
    "error cost": Sweep(_logarithmic(0.001, 10), lambda cost: {"finance": {"error_cost": cost}}),
    "prompt accuracy": Sweep(_even(0.5, 0.99), lambda share: {
        "prompting": {"measured_accuracy": {"correct": round(share * GRADED), "total": GRADED}}
    }),
})  # fmt: skip


class Point(NamedTuple):
    """What is advised where something has a value."""

    value: float
    action: str
    advice: Advice
    plan: Plan
    """That the action is taken from."""


class Return(NamedTuple):
    """An action that comes back, and how far apart in value and chance the plans of before and after are, there."""

    sweep: str
    name: str
    value: float
    left_for: str
    action: str
    value_apart: float
    """In parts of how far apart today's way to serve and the options are at which some plan ends."""
    chance_apart: float


def points(
    resolved: Resolved, sweep: str, name: str, *changes: Json, every: int = 1, first: int = 0
) -> Iterator[Point]:
    """Yield what is advised at every so many values of a sweep, could nothing more be asked of the caller."""
    values, said = SWEEPS[sweep]
    for value in values[first::every]:
        decision = decided_as(resolved(merged(request_of(name), *changes, said(value)))).decision
        yield Point(value, decision.verdict.action, decision.asked.advice, decision.verdict.plan)


def _again(plan: Plan, advice: Advice) -> Plan:
    """Return a plan of another point as it is at this one."""
    return next(
        (p for p in advice.plans if p.kinds == plan.kinds and p.is_sequential == plan.is_sequential), advice.commitment
    )


def _apart(here: Point, there: Point) -> tuple[float, float]:
    """Return how far apart in value and chance the plan of one point and that of another are at the first."""
    other, spread = _again(there.plan, here.advice), spread_of(here.advice.ground, here.advice.plans)
    apart = abs(here.plan.value - other.value)
    share = 0.0 if apart == 0.0 else apart / spread if spread > 0.0 else np.inf
    return share, abs(here.plan.chance - other.chance) if here.advice.rules.counts_bar else 0.0


def returns(sweep: str, name: str, found: list[Point]) -> Iterator[Return]:
    """Yield each action that comes back after it was left, with how far apart the plans are where that is least."""
    for at, (before, here) in enumerate(pairwise(found), 1):
        earlier = [point for point in found[:at] if point.action == here.action]
        if here.action != before.action and earlier:
            last = max(index for index in range(at) if found[index].action == here.action)
            switches = [(here, before), (before, here), (found[last], found[last + 1]), (found[last + 1], found[last])]
            value, chance = min(
                (_apart(*switch) for switch in switches), key=lambda pair: max(pair[0] / 0.02, pair[1] / 0.03)
            )
            yield Return(sweep, name, here.value, before.action, here.action, value, chance)
