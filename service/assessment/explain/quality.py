"""What is asked of accuracy, what it takes to get there, and cases like this one. Part of the explain stage."""

from __future__ import annotations

import math

import numpy as np

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.information import Information
from service.assessment.explain.analogues import analogues, base_model_analogues, improvement_analogues
from service.assessment.explain.figures import Figures
from service.assessment.ledger.lines import Lines
from service.nouns.answer.quality import AccuracyAnswer, RequiredLabels


def accuracy_answer(case: Case, decision: Decision) -> AccuracyAnswer:
    """Return the requirement, the labels that it takes, and the nearest published cases."""
    task, today = case.request.task, Figures(decision.matrix.keep.one)(Lines.accuracy_at_start)
    return AccuracyAnswer(
        required_accuracy=task.required_accuracy,
        gap=decision.gap,
        required_labels=_required_labels(case, decision.information),
        analogues=analogues(
            task.description,
            task.kind,
            today,
            case.planned_examples,
            case.evidence,
            case.evidence_index,
        ),
        improvement_analogues=improvement_analogues(case, today),
        base_model_analogues=base_model_analogues(case, today),
    )


def _required_labels(case: Case, information: Information) -> RequiredLabels:
    needed = information.required_examples
    tuning = case.request.fine_tuning
    have = tuning.labelled_examples if tuning else None
    if needed is None or np.isinf(needed):
        state = "no_requirement" if needed is None else "not_reachable"
        return RequiredLabels(examples=None, state=state, missing=None, confidence=case.confidence)
    examples = math.ceil(needed)
    missing = None if have is None else max(examples - have, 0)
    return RequiredLabels(examples=examples, state="reached", missing=missing, confidence=case.confidence)
