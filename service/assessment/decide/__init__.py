"""Third stage: from the draws to advice, by the rules of the framework and by expected value."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from models import decision
from service.assessment.case import Case
from service.assessment.decide.advice import Advice, advise, gap_of, ground_of, meeting_value, rules_of
from service.assessment.decide.conditions import Condition, Hinge, conditions, hinges
from service.assessment.decide.effectiveness import Effectiveness, effectiveness
from service.assessment.decide.information import Information, inform
from service.assessment.decide.matrix import (
    EXACT,
    FRAMEWORK,
    Held,
    Matrix,
    best_tune,
    has_requests,
    held_against_the_bar,
)
from service.assessment.decide.plans import Rules
from service.assessment.decide.prospects import members_of, prospects_of
from service.assessment.decide.questions import Question, comes_first, questions
from service.assessment.decide.ranges import Wide, wide_ranges
from service.assessment.decide.rules import Judged, Situation, judged
from service.assessment.decide.suggested import Suggested, suggested
from service.assessment.decide.verdict import Action, Verdict, serving, verdict_of
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

EXPECTED_VALUE = "expected_value"
POLICIES = (FRAMEWORK, EXPECTED_VALUE)


class Standing(Struct, frozen=True, kw_only=True, eq=False):
    """Where a case stands under a policy."""

    tune: Held | None
    """The best fine-tune that can go live, by the policy's order; None where none can."""
    rules: tuple[Judged, ...]
    advice: Advice
    verdict: Verdict


class Decision(Struct, frozen=True, kw_only=True, eq=False):
    """What follows from the figures."""

    asked: Standing
    """Under the policy asked for."""
    framework: Standing
    expected_value: Standing
    gap: float | None
    """Requirement less the prompt's mean accuracy, in whole points; None without a requirement."""
    has_requests: bool
    matrix: Matrix
    questions: tuple[Question, ...]
    """Fields that are not said and may change the advice, the likeliest first."""
    effectiveness: Effectiveness
    information: Information
    conditions: tuple[Condition, ...]
    """What the advice stands or falls with."""
    hinges: tuple[Hinge, ...]
    """The uncertain inputs that it hangs on most."""
    suggested: tuple[Suggested, ...]
    wide_ranges: tuple[Wide, ...]
    base_case_gap: float
    """Distance of mean and base case of the NPV, the largest over the options [standard errors]."""

    @property
    def verdict(self) -> Verdict:
        """Return the verdict under the policy asked for."""
        return self.asked.verdict

    @property
    def meanwhile(self) -> Action:
        """Return what serving by the end choice of today is called."""
        return serving(self.asked.advice)

    @property
    def price_of_framework(self) -> float:
        """Return what the plan of expected value alone is worth more than that of the framework [currency]."""
        return self.expected_value.verdict.plan.value - self.framework.verdict.plan.value


def _rules(case: Case, simulation: Simulation, matrix: Matrix, tune: Held | None) -> tuple[Judged, ...]:
    """Return the rules judged for the best fine-tune that can go live, else for the one that comes nearest."""
    nearest = simulation.tunes[0] if simulation.tunes else None
    situation = Situation(
        case=case,
        keep=matrix.keep.one,
        tune=nearest if tune is None else tune.one,
        is_feasible=tune is not None,
        requires=case.request.task.required_accuracy is not None,
        p_prompt=matrix.keep.chance,
        gain=0.0 if tune is None else tune.npv,
    )
    return judged(situation)


def _base_case_gap(matrix: Matrix) -> float:
    found = [0.0]
    for held in matrix.options:
        draws = held.one.draws[Lines.npv]
        error, base = decision.standard_error(draws), float(held.one.base[Lines.npv].ravel()[0])
        gap, at_stake = abs(held.npv - base), float(held.one.base[Lines.tco].ravel()[0])
        if gap > EXACT * at_stake and error > 0.0:
            found.append(gap / error)
    return max(found)


class _Ready(NamedTuple):
    """What a policy goes by before any plan: the fine-tune it would take, the article's rules, and what it asks."""

    tune: Held | None
    judged: tuple[Judged, ...]
    rules: Rules

    @property
    def tune_id(self) -> str | None:
        """Return the id of that fine-tune."""
        return None if self.tune is None else self.tune.id


def _ready(case: Case, simulation: Simulation, matrix: Matrix) -> list[_Ready]:
    value, gap = meeting_value(case, simulation), gap_of(case)
    found = []
    for policy in POLICIES:
        tune = best_tune(matrix, case, policy)
        its = _rules(case, simulation, matrix, tune)
        found.append(_Ready(tune, its, rules_of(case, matrix, {rule.id: rule for rule in its}, policy, value, gap)))
    return found


def decide(case: Case, simulation: Simulation) -> Decision:
    """Return the verdict under the asked policy and under both, with all that it rests on."""
    matrix = held_against_the_bar(case, simulation)
    ready = _ready(case, simulation, matrix)
    ground = ground_of(
        case, simulation, prospects_of(case, members_of(matrix)), [(each.rules, each.tune) for each in ready]
    )
    advice = advise(ground, [(each.rules, each.tune_id) for each in ready])
    asked_at = POLICIES.index(case.policy)
    tune = ready[asked_at].tune
    served = has_requests(simulation)
    asking = questions(case, simulation, matrix, advice[asked_at], None if tune is None else tune.one) if served else []
    is_open = any(each.is_decisive for each in asking)
    standings = [
        Standing(
            tune=each.tune,
            rules=each.judged,
            advice=its,
            verdict=verdict_of(case, matrix, its, has_requests=served, asks=comes_first(case, asking), is_open=is_open),
        )
        for each, its in zip(ready, advice, strict=True)
    ]
    asked = standings[asked_at]
    information = inform(case, simulation, matrix, asked.tune, asked.advice)
    return Decision(
        asked=asked,
        framework=standings[0],
        expected_value=standings[1],
        gap=gap_of(case),
        has_requests=served,
        matrix=matrix,
        questions=tuple(asking),
        effectiveness=effectiveness(case, matrix),
        information=information,
        conditions=conditions(case, simulation, asked.advice, asked.verdict, tuple(asking)),
        hinges=hinges(case, simulation, asked.advice, information),
        suggested=suggested(case, simulation),
        wide_ranges=wide_ranges(case, simulation),
        base_case_gap=_base_case_gap(matrix),
    )
