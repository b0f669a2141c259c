"""Third stage: from the draws to advice, by the rules of the framework and by expected value."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from models import decision
from models.sampling import accuracy_mean
from service.assessment.case import Case
from service.assessment.decide.information import Information
from service.assessment.decide.rules import TUNE, Judged, Situation, judged
from service.assessment.decide.verdict import Standing, Verdict, expected_value_verdict, framework_verdict
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

WHOLE_POINTS = 2
"""The article speaks in whole percentage points; so does the gap that its rules compare (docs/decisions/0003)."""

ACCURACIES = (Lines.prompt_accuracy, Lines.improved_accuracy, Lines.tuned_accuracy_average)
"""What is held against the requirement, by option."""


class Decision(Struct, frozen=True, kw_only=True):
    """What follows from the figures."""

    verdict: Verdict
    framework: Verdict
    expected_value: Verdict
    confidence: float
    rules: tuple[Judged, ...]
    standing: Standing
    obstacle: str


def _gap(case: Case) -> float | None:
    """Return the requirement less the prompt's mean accuracy, in whole percentage points."""
    requirement = case.request.task.required_accuracy
    return None if requirement is None else round(requirement - accuracy_mean(case.correct, case.total), WHOLE_POINTS)


def decide(case: Case, simulation: Simulation, information: Information) -> Decision:
    """Return the verdict under the asked policy and under both, with the rules behind it."""
    draws, requirement = simulation.draws, case.request.task.required_accuracy
    if requirement is None:
        meets = np.ones((case.draws, len(ACCURACIES)), dtype=bool)
    else:
        meets = np.stack([draws[line] >= requirement for line in ACCURACIES], axis=1)
    p_prompt, p_improved, p_tuned = (decision.share(option) for option in meets.T)
    rules = judged(Situation(case, simulation, p_prompt))
    standing = Standing(
        case=case,
        rules={rule.id: rule for rule in rules},
        is_feasible=simulation.chosen.is_feasible,
        mean_npv=float(draws[Lines.npv].mean()),
        mean_npv_improved=float(draws[Lines.npv_improved].mean()),
        probability_positive=decision.share(draws[Lines.npv] > 0),
        p_prompt=p_prompt,
        p_improved=p_improved,
        p_tuned=p_tuned,
        gap=_gap(case),
    )
    framework, expected = framework_verdict(standing), expected_value_verdict(standing, information)
    verdict = expected if case.policy == "expected_value" else framework
    right = decision.tuning_is_right(decision.net_benefit(draws[Lines.npv_improved], draws[Lines.npv]), meets)
    if not standing.is_feasible:
        right = np.zeros_like(right)
    return Decision(
        verdict=verdict,
        framework=framework,
        expected_value=expected,
        confidence=decision.share(right == (verdict.choice == TUNE)),
        rules=rules,
        standing=standing,
        obstacle=simulation.chosen.obstacle,
    )
