"""What all fine-tunes share: tokens, knowledge and what lies outside the task, and the accuracy prior. Part of the first stage."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy.special import logit

from models.learning import FEWEST_LEARNT, MOST
from service.assessment.case import Rests
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, Draft, measured_mean
from service.assessment.resolve.prompting import ADDED_TOKENS, OWN_TOKENS
from service.assessment.resolve.upkeep import Exponents, put_upkeep_of_tuned
from service.larder.facts import AccuracyPrior
from service.larder.load import PRIOR
from service.nouns.request.fine_tuning import Relation
from service.nouns.request.serving import Tokens

NO_PILOTS = np.empty((0, 3))

STRONGER = frozenset({"few_shot", "better_examples", "chain_of_thought", "prompt_optimiser"})
"""Techniques that count as few-shot or stronger in the prior's ordered prompting level."""

STRUCTURED = frozenset({"extraction", "structured_output"})
"""Kinds whose answers are fields, which a fine-tune learns to fill in more readily than a prompt says how."""


def put_serving(desk: Desk, draft: Draft, exponents: Exponents) -> None:
    """Put what a fine-tune sends and how it is kept, whatever the offer."""
    tuning = desk.tuned
    tokens = tuning.tokens or Tokens()
    for part, line in OWN_TOKENS.items():
        if desk.state(draft, line, getattr(tokens, part)):
            continue
        if part == "instruction":
            share = Lines.instruction_share
            draft.range(share, desk.assume(draft.pointer(share), "tuned_instruction_share", share))
        else:
            desk.derive(draft.pointer(line), "tokens", "As many as prompted.", text="as prompted")
    draft.put_all(ADDED_TOKENS.values(), 0.0)
    draft.put(Lines.is_better, 1.0)
    desk.state(draft, Lines.cache_hit_rate, tuning.cache_hit_rate)
    desk.number(draft, Lines.invalid_output_rate, tuning.invalid_output_rate, "invalid_output_rate")
    draft.put(Lines.hosting_share, 1.0 if tuning.hosting_share is None else tuning.hosting_share)
    draft.put(Lines.age_at_start, 0.0)
    put_upkeep_of_tuned(desk, draft, exponents)
    _put_knowledge(desk, draft)


def _put_knowledge(desk: Desk, draft: Draft) -> None:
    """Put how knowledge ages, and what lies outside the narrow task."""
    tuning, task = desk.tuned, desk.request.task
    desk.number(draft, Lines.off_task_share, tuning.off_task_share, "off_task_share")
    drop, half_life = Lines.forgetting_drop, Lines.knowledge_half_life_months
    if tuning.forgetting_drop is not None or draft.mean(Lines.off_task_share) > 0.0:
        desk.estimate(draft, drop, tuning.forgetting_drop, "forgetting_drop")
    else:
        draft.range(drop, desk.interval(0.0, "share"))
    if task.knowledge_in_payload:
        draft.put(half_life, math.inf)
        if task.knowledge_half_life_months is not None:
            desk.said.add(half_life)
    elif not desk.state(draft, half_life, task.knowledge_half_life_months):
        draft.put(half_life, math.inf)


def put_prior(desk: Desk) -> None:
    """Put what published results say of fine-tunes, and the pilots that were graded."""
    prior, draft = desk.catalogue.prior, desk.tuning
    draft.put(Lines.prior_working_prompt, prior.working_prompt)
    draft.put(Lines.prior_slope_mean, prior.slope_mean)
    draft.put(Lines.prior_slope_variance, prior.slope_variance)
    draft.put(Lines.seed_variance, prior.seed_variance)
    draft.put(Lines.bend_variance, prior.bend_variance)
    draft.put(Lines.saturation_examples, prior.saturation_examples)
    is_good = measured_mean(desk) >= prior.no_change_from
    draft.put(Lines.no_change_weight, prior.no_change_weight if is_good else 0.0)
    pilots = [(pilot.training_examples, pilot.correct, pilot.total) for pilot in desk.tuned.pilots]
    draft.put(Lines.pilots, np.array(pilots, dtype=np.float64) if pilots else NO_PILOTS)
    for pointer, unit, note, text in _notes(desk):
        desk.derive(pointer, unit, note, text=text)


def _notes(desk: Desk) -> Iterator[tuple[str, str, str, str]]:
    """Yield what follows from the request: pointer, unit, note, and what is done."""
    prior, tuning, kind = desk.catalogue.prior, desk.tuned, desk.request.task.kind
    yield (
        "/fine_tuning/pilots", "log-odds",
        f"Accuracy after tuning rests on a prior fitted to published results on {prior.fitted}"
        + (", updated by your pilots." if tuning.pilots else "; a graded pilot would replace most of it."),
        "accuracy prior",
    )  # fmt: skip
    accuracy = measured_mean(desk)
    if accuracy < prior.working_prompt:
        yield (
            "/prompting/measured_accuracy", "share",
            f"A prompt below {prior.working_prompt:.0%} mostly fails on the format and is outside the evidence: the prior reads "
            "it as one that just works, and its interval is widened.",
            "outside the evidence",
        )  # fmt: skip
    if accuracy >= prior.no_change_from and prior.no_change_weight > 0.0:
        yield (
            "/prompting/measured_accuracy", "share",
            f"On a prompt above {prior.no_change_from:.0%} one fine-tune in {1.0 / prior.no_change_weight:.3g} changes nothing "
            f"({PRIOR}).",
            "may change nothing",
        )  # fmt: skip
    if kind == "summarisation":
        yield (
            "/task/kind", "kind",
            "No published pair of scores is on summarisation; the prior treats it like generation.", "as generation",
        )  # fmt: skip
    if kind is None:
        yield (
            "/task/kind", "id",
            "The kind sets what a label costs, what techniques and other base models gain, and what the accuracy prior expects.",
            "other",
        )  # fmt: skip


def tunes_rest_on(desk: Desk, planned: float) -> Rests:
    """Return what the accuracy of a fine-tune rests on; outside is what no published pair is like."""
    prior, kind = desk.catalogue.prior, desk.request.task.kind
    errors = prior.left_out_error_points_by_kind
    return Rests(
        sources=prior.sources,
        rows=prior.rows,
        left_out_error_points=prior.left_out_error_points
        if kind is None
        else errors.get(kind, prior.left_out_error_points),
        is_outside=measured_mean(desk) < prior.working_prompt
        or (kind is not None and kind not in errors)
        or not FEWEST_LEARNT <= planned <= MOST,
    )


def prior_inputs(desk: Desk, relation: Relation | None) -> dict[Line, float]:
    """Return the prior's intercept, weight and level variance for this case and one base-model relation.

    The features are those of tools/research/fine_tune_model.py; an unknown relation, and an unknown prompting level, count half.
    Reasoning has an effect of its own, and answers of fields have: other kinds, and an unknown one, share the level that the
    evidence supports.
    """
    prior: AccuracyPrior = desk.catalogue.prior
    tried, accuracy = desk.request.prompting.techniques_tried, measured_mean(desk)
    smaller = {"smaller": 1.0, None: 0.5}.get(relation, 0.0)
    reasoning = float(desk.request.task.kind == "reasoning")
    features = {
        "intercept": 1.0,
        "prompt_log_odds": float(logit(max(accuracy, prior.working_prompt))),
        "smaller": smaller,
        "few_shot_or_stronger": 0.5 if tried is None else float(bool(STRONGER.intersection(tried))),
        "reasoning": reasoning,
        "reasoning_on_smaller": reasoning * smaller,
        "structured": float(desk.request.task.kind in STRUCTURED),
    }
    x = np.array([features[name] for name in prior.names])
    coefficients, covariance = np.array(prior.coefficients), np.array(prior.covariance)
    weight = prior.coefficients[prior.names.index("prompt_log_odds")]
    spread = prior.level_variance if accuracy >= prior.working_prompt else prior.failing_prompt_level_variance
    return {
        Lines.prior_intercept: float(x @ coefficients) - weight * features["prompt_log_odds"],
        Lines.prior_weight: weight,
        Lines.prior_level_variance: spread + float(x @ covariance @ x),
    }
