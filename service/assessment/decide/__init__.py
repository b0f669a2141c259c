"""Third stage: from the draws to advice, by the rules of the framework and by expected value."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from models import decision
from models.sampling import accuracy_mean
from service.assessment.case import Case
from service.assessment.decide.information import Information, inform
from service.assessment.decide.matrix import FRAMEWORK, Held, Matrix, best_tune, has_requests, held_against_the_bar
from service.assessment.decide.ranges import Wide, wide_ranges
from service.assessment.decide.rules import TUNE, Judged, Situation, judged
from service.assessment.decide.suggested import Suggested, suggested
from service.assessment.decide.verdict import Standing, Verdict, expected_value_verdict, framework_verdict
from service.assessment.ledger.line import TUNES
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

WHOLE_POINTS = 2
"""The article speaks in whole percentage points; so does the gap that its rules compare (docs/decisions/0003)."""

EXPECTED_VALUE = "expected_value"

EXACT = 1e-9
"""Part of an option's TCO that figures are exact to; a gap below it is rounding, whatever the draws' spread."""


class Decision(Struct, frozen=True, kw_only=True, eq=False):
    """What follows from the figures."""

    verdict: Verdict
    framework: Verdict
    expected_value: Verdict
    confidence: float
    rules: tuple[Judged, ...]
    standing: Standing
    """Under the policy asked for."""
    matrix: Matrix
    information: Information
    suggested: tuple[Suggested, ...]
    wide_ranges: tuple[Wide, ...]
    base_case_gap: float
    """Distance of mean and base case of the NPV, the largest over the options [standard errors]."""


def _gap(case: Case) -> float | None:
    """Return the requirement less the prompt's mean accuracy, in whole percentage points."""
    requirement = case.request.task.required_accuracy
    return None if requirement is None else round(requirement - accuracy_mean(*case.trials), WHOLE_POINTS)


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


def decide(case: Case, simulation: Simulation) -> Decision:
    """Return the verdict under the asked policy and under both, with all that it rests on."""
    matrix = held_against_the_bar(case, simulation)
    standings = {}
    for policy in (FRAMEWORK, EXPECTED_VALUE):
        tune = best_tune(matrix, case, policy)
        rules = _rules(case, simulation, matrix, tune)
        standings[policy] = Standing(
            case=case,
            policy=policy,
            rules={rule.id: rule for rule in rules},
            matrix=matrix,
            tune=tune,
            has_requests=has_requests(simulation),
            gap=_gap(case),
        )
    asked = standings[case.policy]
    information = inform(case, simulation, matrix, asked.tune)
    framework = framework_verdict(standings[FRAMEWORK])
    expected = expected_value_verdict(standings[EXPECTED_VALUE], information)
    verdict = expected if case.policy == EXPECTED_VALUE else framework
    side = [held for held in matrix.options if (held.one.option.kind in TUNES) == (verdict.choice == TUNE)]
    return Decision(
        verdict=verdict,
        framework=framework,
        expected_value=expected,
        confidence=float(np.clip(sum(held.chance_best or 0.0 for held in side), 0.0, 1.0)),
        rules=tuple(asked.rules.values()),
        standing=asked,
        matrix=matrix,
        information=information,
        suggested=suggested(case, simulation),
        wide_ranges=wide_ranges(case, simulation),
        base_case_gap=_base_case_gap(matrix),
    )
