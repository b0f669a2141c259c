"""What the advice stands or falls with, and which uncertain inputs it would be worth most to know. Part of the third stage."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

from service.assessment.case import Case
from service.assessment.decide.advice import Advice
from service.assessment.decide.information import Information, Input
from service.assessment.decide.plans import spread_of
from service.assessment.decide.questions import Question
from service.assessment.decide.verdict import Verdict
from service.assessment.ledger.line import Kind, Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

NAMED = 3
"""How many inputs are named that the advice hangs on."""
MEETING_VALUE = "/finance/value_of_meeting_per_request"

SEND: MappingProxyType[Line, str] = MappingProxyType({
    Lines.prompted_accuracy: "/prompting/measured_accuracy", Lines.accuracy_deviate: "/fine_tuning/pilots",
    Lines.no_change_coin: "/fine_tuning/pilots", Lines.technique_deviate: "/prompting/improvement_techniques",
    Lines.residual_deviate: "/prompting/alternatives", Lines.accuracy_at_start: "/prompting/alternatives",
    Lines.first_retirement_month: "/prompting/shutdown_date", Lines.drift_deviate: "/prompting/is_pinned",
})  # fmt: skip
"""By which field to say more of what falls at random."""


class Condition(NamedTuple):
    """An input, what is taken for it, and the value at which the advice would change."""

    field: str
    value: float | None
    flips_at: float | None


class Hinge(NamedTuple):
    """An uncertain input that the advice hangs on."""

    input: Input
    value: float | None
    is_default: bool
    send: str


def _by_meeting_value(case: Case, simulation: Simulation, advice: Advice) -> Iterator[Condition]:
    """Yield what meeting the bar is worth, where the best plan is the best by that alone."""
    best, rules, ground = advice.best, advice.rules, advice.ground
    requests = float(simulation.keep.base[Lines.requests_pv].ravel()[0])
    if not rules.counts_bar or requests <= 0.0:
        return
    apart = case.thresholds["thrift_value_share"] * spread_of(ground, advice.plans)
    dearer = [plan for plan in advice.plans if plan.value - best.value > apart and best.chance > plan.chance]
    if dearer:
        flips_at = max((plan.value - best.value) / (best.chance - plan.chance) for plan in dearer) / requests
        yield Condition(MEETING_VALUE, rules.meeting_value / requests, flips_at)


def conditions(
    case: Case, simulation: Simulation, advice: Advice, verdict: Verdict, asked: tuple[Question, ...]
) -> tuple[Condition, ...]:
    """Return what the advice stands or falls with: what meeting the bar is worth, and a field that is not said and decides."""
    found: list[Condition] = []
    if verdict.plan is advice.best:
        found += _by_meeting_value(case, simulation, advice)
    found += [Condition(each.field, None, None) for each in asked if each.is_decisive]
    return tuple(found)


def _base_value(simulation: Simulation, one: Input) -> float | None:
    """Return the base case of an input, of the first option that has it; None for what falls at random."""
    if one.line in SEND and one.line is not Lines.prompted_accuracy and one.line is not Lines.accuracy_at_start:
        return None
    for option in simulation.options:
        if option.option.kind in one.kinds and one.line in option.base:
            return float(option.base[one.line].ravel()[0])
    return None


def _pointer(case: Case, line: Line, kind: Kind) -> str:
    used = next((used.pointer for used in case.used if line in used.feeds), "")
    return SEND.get(line) or line.field_of(kind) or used


def hinges(case: Case, simulation: Simulation, advice: Advice, information: Information) -> tuple[Hinge, ...]:
    """Return the inputs that knowing would be worth most, those that are assumed first; none where that is worth next to nothing."""
    least = case.thresholds["thrift_value_share"] * spread_of(advice.ground, advice.plans)
    ranked = sorted(information.inputs, key=lambda one: (-one.evppi, one.line.name))
    found: dict[str, Hinge] = {}
    for one in ranked:
        if one.evppi > least and len(found) < NAMED:
            kind = sorted(one.kinds)[0]
            hinge = Hinge(one, _base_value(simulation, one), one.line not in case.said, _pointer(case, one.line, kind))
            found.setdefault(one.line.name, hinge)
    return tuple(sorted(found.values(), key=lambda hinge: not hinge.is_default))
