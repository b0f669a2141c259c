"""The next question in words: the field, why it matters, and what is advised whatever it says. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType

from service.assessment.case import Field
from service.assessment.decide.questions import ERROR_COST, Question
from service.assessment.explain.words import percent
from service.nouns.answer.plan import NextQuestion, Threshold, TriedAnswer

ASKED: MappingProxyType[Field, str] = MappingProxyType({
    "/finance/error_cost": "what a wrong answer costs",
    "/task/required_accuracy": "which accuracy is required",
    "/fine_tuning/labelled_examples": "how many labelled examples there are",
    "/prompting/techniques_tried": "which prompt techniques were tried",
    "/task/audit_required": "whether the exact instructions must be open to audit",
    "/latency_target": "how fast an answer must be",
    "/prompting/shutdown_date": "whether the prompted base model is about to be shut down",
})  # fmt: skip
"""What each field says."""


def question_answer(question: Question, thresholds: list[Threshold]) -> NextQuestion:
    """Return the question that matters most."""
    chance = question.probability
    return NextQuestion(
        field=question.field,
        unit=question.unknown.unit,
        why=f"It is not said {ASKED[question.field]}; of the answers that are tried {percent(chance)}, by judged weights, would change "
        "the advice.",
        thresholds=thresholds if question.field == ERROR_COST else [],
        answers=[
            TriedAnswer(
                value=tried.answer.value,
                text=tried.answer.text,
                probability=tried.answer.weight,
                action=tried.action,
                changes_advice=tried.changes,
            )
            for tried in question.tried
        ],
        changes_advice_with_probability=chance,
    )
