"""How right and how fast each option is, read off the simulation. Part of the explain stage."""

from __future__ import annotations

import math

import numpy as np

from models import decision as statistics
from models.latency import percentile_seconds
from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.information import Information
from service.assessment.explain.analogues import analogues
from service.assessment.explain.figures import DECILES, Figures
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.nouns.answer.quality import (
    AccuracyAnswer,
    AccuracyInterval,
    LatencyAnswer,
    OptionAccuracy,
    OptionLatency,
    RequiredLabels,
    TunedAccuracy,
)

LEVEL = 0.8
"""Of the intervals of an answer."""


def accuracy_answer(case: Case, decision: Decision, figures: Figures, information: Information) -> AccuracyAnswer:
    """Return how often each option is right, what the requirement needs, and the nearest published cases."""
    required = case.request.task.required_accuracy
    draws = figures.simulation.draws
    went_live = np.isfinite(draws[Lines.tuned_accuracy_average])
    tuned_line = (
        Lines.tuned_accuracy_average
        if figures.maybe(Lines.tuned_accuracy_average) is not None
        else Lines.tuned_accuracy_at_start
    )

    def option(line: Line, chance: float) -> OptionAccuracy:
        known = draws[line][went_live] if line is Lines.tuned_accuracy_average and went_live.any() else draws[line]
        low, _, high = statistics.percentiles(known, DECILES)
        return OptionAccuracy(
            mean=float(known.mean()),
            base_case=figures(line),
            interval=AccuracyInterval(low=low, high=high, level=LEVEL),
            probability_meets_requirement=None if required is None else chance,
        )

    tuned = option(tuned_line, decision.standing.p_tuned)
    return AccuracyAnswer(
        prompting=option(Lines.prompt_accuracy, decision.standing.p_prompt),
        improved_prompt=option(Lines.improved_accuracy, decision.standing.p_improved),
        fine_tuning=TunedAccuracy(
            mean=tuned.mean,
            base_case=tuned.base_case,
            interval=tuned.interval,
            probability_meets_requirement=tuned.probability_meets_requirement,
            at_start_base_case=figures(Lines.tuned_accuracy_at_start),
            worst_month=figures.maybe(Lines.tuned_accuracy_worst),
            planned_examples=case.planned_examples,
        ),
        required_accuracy=required,
        gap=decision.standing.gap,
        required_labels=_required_labels(case, information),
        analogues=analogues(
            case.request.task.description,
            case.request.task.kind,
            figures(Lines.prompt_accuracy),
            case.planned_examples,
            case.evidence,
            case.evidence_index,
        ),
    )


def _option_latency(
    case: Case, figures: Figures, place: str, median: Line, sigma: Line, calibrated: bool
) -> OptionLatency:
    target, base, draws = case.request.latency_target, figures.simulation.base, figures.simulation.draws
    chance = None
    if target is not None:
        spread = draws[sigma] if sigma in draws else base[sigma].ravel()
        chance = statistics.share(percentile_seconds(draws[median], spread, target.percentile) <= target.seconds)
    return figures.noun(OptionLatency, place, probability_meets_target=chance, is_calibrated=calibrated)


def latency_answer(case: Case, figures: Figures) -> LatencyAnswer:
    """Return how long a request takes, prompted and fine-tuned."""
    target, measured = case.request.latency_target, case.latency_sigma_measured
    carried = measured and figures.simulation.chosen.candidate.is_same_base
    return figures.noun(
        LatencyAnswer,
        "latency",
        prompting=_option_latency(
            case, figures, "latency.prompting", Lines.prompt_latency, Lines.latency_sigma, measured
        ),
        fine_tuning=_option_latency(
            case, figures, "latency.fine_tuning", Lines.tuned_latency, Lines.tuned_latency_sigma, carried
        ),
        target_seconds=target.seconds if target else None,
        target_percentile=target.percentile if target else None,
        fewest_replicas_for_target=figures.simulation.fewest_replicas,
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
