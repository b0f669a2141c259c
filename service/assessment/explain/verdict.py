"""The verdict of an answer: what to do, what it stands or falls with, and why. Part of the explain stage."""

from __future__ import annotations

from msgspec import UNSET

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.conditions import MEETING_VALUE, Condition
from service.assessment.decide.questions import ERROR_COST
from service.assessment.decide.verdict import starting
from service.assessment.explain.headline import headline
from service.assessment.explain.names import goal
from service.assessment.explain.questions import ASKED
from service.assessment.explain.reasons import reasons
from service.assessment.explain.risks import risks
from service.assessment.explain.summary import summary
from service.assessment.explain.thresholds import upper_end
from service.assessment.explain.words import money
from service.assessment.simulate import Simulation
from service.nouns.answer.verdict import Bar, Hinge, UntilAnswered, VerdictAnswer
from service.nouns.answer.verdict import Condition as ConditionAnswer


def _bar(case: Case, decision: Decision) -> Bar:
    matrix, target = decision.matrix, case.request.latency_target
    return Bar(
        accuracy=None if matrix.bar is None else float(matrix.bar.mean()),
        origin=matrix.bar_origin,
        latency_seconds=None if target is None else target.seconds,
    )


def _condition(case: Case, simulation: Simulation, decision: Decision, found: Condition) -> ConditionAnswer:
    """Return what the advice stands or falls with, in words."""
    if found.field == MEETING_VALUE:
        statement = (
            f"The plan is the best where it is worth {money(case, found.flips_at)} a request or more to "
            f"{goal(case, decision.matrix)}; {money(case, found.value)} is taken. By money alone another plan is worth more."
        )
        return ConditionAnswer(input=found.field, value=found.value, flips_at=found.flips_at, statement=statement)
    flips_at = upper_end(simulation, decision.verdict.option) if found.field == ERROR_COST else None
    asked = next(text for field, text in ASKED.items() if field == found.field)
    statement = f"It is not said {asked}, and it decides."
    if flips_at is not None:
        statement = f"It is not said {asked}: above {money(case, flips_at)} another option is worth more."
    return ConditionAnswer(input=found.field, value=found.value, flips_at=flips_at, statement=statement)


def _until_answered(case: Case, decision: Decision) -> UntilAnswered:
    """Return what to do meanwhile: what would be done, were the question not asked."""
    advice = decision.asked.advice
    action = decision.meanwhile if advice.best.is_commitment else starting(case, advice.best)[0]
    return UntilAnswered(option=decision.verdict.option, action=action)


def verdict_answer(case: Case, simulation: Simulation, decision: Decision) -> VerdictAnswer:
    """Return the verdict under the policy asked for, with what the other one says."""
    verdict, framework, expected = decision.verdict, decision.framework.verdict, decision.expected_value.verdict
    return VerdictAnswer(
        headline=headline(case, simulation, decision),
        summary=summary(case, simulation, decision),
        choice=verdict.choice,
        option=verdict.option,
        action=verdict.action,
        also=list(verdict.also),
        confidence=verdict.confidence,
        bar=_bar(case, decision),
        conditional_on=[_condition(case, simulation, decision, found) for found in decision.conditions],
        hinges_on=[
            Hinge(input=found.input.line.name, value=found.value, is_default=found.is_default, send=found.send)
            for found in decision.hinges
        ],
        reasons=reasons(case, decision),
        risks=risks(case, simulation, decision),
        framework_choice=framework.choice,
        framework_action=framework.action,
        expected_value_choice=expected.choice,
        expected_value_action=expected.action,
        policies_agree=framework.action == expected.action,
        price_of_framework=decision.price_of_framework,
        until_answered=_until_answered(case, decision) if verdict.action == "answer_question" else UNSET,
    )
