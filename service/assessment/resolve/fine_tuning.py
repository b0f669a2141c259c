"""The fine-tune's side of a case: tokens, time, examples, pilots and project costs. Part of the first stage."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import MappingProxyType

import numpy as np

from models.sampling import accuracy_mean
from service.assessment.case import Interval
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk
from service.nouns.request.fine_tuning import FineTuning
from service.nouns.request.projects import BuildPlan, Retraining
from service.nouns.request.serving import Tokens

NO_PILOTS = np.empty((0, 3))
FEWEST_EXAMPLES = 10.0
MOST_EXAMPLES = 50_000.0
"""The evidence reaches this far."""

BUILD = MappingProxyType({
    "engineering_hours": Lines.build_engineering_hours, "hourly_rate": Lines.build_hourly_rate,
    "examples_to_label": Lines.build_examples_to_label, "cost_per_example": Lines.build_cost_per_example,
    "epochs": Lines.build_epochs, "training_runs": Lines.build_training_runs,
})  # fmt: skip
RETRAINING = MappingProxyType({
    "engineering_hours": Lines.retraining_engineering_hours, "hourly_rate": Lines.retraining_hourly_rate,
    "examples_to_label": Lines.retraining_examples_to_label, "cost_per_example": Lines.retraining_cost_per_example,
    "epochs": Lines.retraining_epochs, "training_runs": Lines.retraining_training_runs,
})  # fmt: skip
"""The lines that the fields of a plan state."""


def _plan(desk: Desk, lines: MappingProxyType[str, Line], plan: BuildPlan, missing: float, why: str) -> None:
    """Put a plan; examples to label that it does not state are those that are missing."""
    to_label = lines["examples_to_label"]
    if not desk.state(to_label, plan.examples_to_label):
        desk.intervals[to_label] = Interval(missing, missing, "positive")
        desk.derive(to_label.field, "examples", why, value=missing)
    desk.estimate(lines["engineering_hours"], plan.engineering_hours, "engineering_hours")
    desk.estimate(lines["hourly_rate"], plan.hourly_rate, "hourly_rate")
    if plan.cost_per_example is None and desk.intervals[to_label].high == 0:
        desk.nothing(lines["cost_per_example"])
    else:
        kind = desk.request.task.kind or "other"
        desk.estimate(lines["cost_per_example"], plan.cost_per_example, f"cost_per_example_{kind}")
    desk.estimate(lines["epochs"], plan.epochs, "tuned_epochs")
    desk.estimate(lines["training_runs"], plan.training_runs, "tuned_training_runs")


def _put_project(desk: Desk, tuning: FineTuning, planned: float) -> None:
    """Put the one-off cost and the retraining cost: a figure, a plan, or the article's range."""
    retraining = tuning.retraining or Retraining()
    if tuning.build_plan is not None and tuning.build_cost is None:
        missing = max(planned - (tuning.labelled_examples or 0), 0.0)
        why = "Planned examples that are not labelled yet." if missing else "Every planned example is labelled already."
        _plan(desk, BUILD, tuning.build_plan, missing, why)
    else:
        desk.estimate(Lines.tuned_build_cost, tuning.build_cost, "article_fine_tuning_build_cost")
    if retraining.plan is not None and retraining.cost is None:
        _plan(desk, RETRAINING, retraining.plan, 0.0, "A retraining re-labels only what its plan states.")
    else:
        desk.estimate(Lines.retraining_cost, retraining.cost, "article_training_run_cost")
    desk.estimate(Lines.retraining_interval_months, retraining.interval_months, "article_retraining_interval")


def _put_serving(desk: Desk, tuning: FineTuning) -> None:
    """Put the tokens of a request to the fine-tune, how it is cached, hosted and watched, and when it goes live."""
    tokens = tuning.tokens or Tokens()
    if not desk.state(Lines.tuned_instruction_tokens, tokens.instruction):
        share = Lines.tuned_instruction_share
        desk.intervals[share] = desk.assume(share.field, share.name, share)
    for line, given in ((Lines.tuned_payload_tokens, tokens.payload), (Lines.tuned_output_tokens, tokens.output)):
        if not desk.state(line, given):
            desk.derive(line.field, "tokens", "As many as prompted.", text="as prompted")
    desk.state(Lines.tuned_cache_hit_rate, tuning.cache_hit_rate)
    desk.state(Lines.tuned_hosting_cost_per_month, tuning.hosting_cost_per_month)
    desk.estimate(Lines.monitoring_cost_per_month, tuning.monitoring_cost_per_month, "tuned_monitoring_cost_per_month")
    desk.estimate(Lines.lead_time_weeks, tuning.lead_time_weeks, "article_fine_tuning_lead_time")
    desk.number(Lines.tuned_invalid_output_rate, tuning.invalid_output_rate, "invalid_output_rate")


def _put_knowledge(desk: Desk, tuning: FineTuning) -> None:
    """Put how knowledge ages, and what lies outside the narrow task."""
    desk.number(Lines.off_task_share, tuning.off_task_share, "off_task_share")
    if tuning.forgetting_drop is not None or desk.constants[Lines.off_task_share] > 0:
        desk.estimate(Lines.forgetting_drop, tuning.forgetting_drop, "forgetting_drop")
    else:
        desk.nothing(Lines.forgetting_drop)
    if not desk.state(Lines.knowledge_half_life_months, desk.request.task.knowledge_half_life_months):
        desk.put(Lines.knowledge_half_life_months, math.inf)


def _notes(desk: Desk, tuning: FineTuning) -> Iterator[tuple[str, str, str, str]]:
    """Yield what follows from the request: pointer, unit, note, and what is done."""
    prior, task = desk.catalogue.prior, desk.request.task
    yield (
        "/fine_tuning/pilots", "log-odds",
        f"Accuracy after tuning rests on a prior fitted to published results on {prior.fitted}"
        + (", updated by your pilots." if tuning.pilots else "; a graded pilot would replace most of it."),
        "accuracy prior",
    )  # fmt: skip
    trials = desk.request.prompting.measured_accuracy
    if accuracy_mean(min(trials.correct, trials.total), trials.total) < prior.working_prompt:
        yield (
            "/prompting/measured_accuracy", "share",
            f"A prompt below {prior.working_prompt:.0%} mostly fails on the format and is outside the evidence: the prior reads "
            "it as one that just works, and its interval is widened.",
            "outside the evidence",
        )  # fmt: skip
    if task.kind == "summarisation":
        yield (
            "/task/kind", "kind",
            "No published pair of scores is on summarisation; the prior treats it like generation.", "as generation",
        )  # fmt: skip
    if task.kind is None:
        yield "/task/kind", "id", "The kind sets what a label costs and what the accuracy prior expects.", "other"
    if tuning.relative_size is None:
        yield "/fine_tuning/relative_size", "id", "From each offer's base model and input price.", "derived"
    if task.knowledge_half_life_months is None:
        yield (
            "/task/knowledge_half_life_months", "id", "The knowledge the task needs is taken not to go stale.", "none",
        )  # fmt: skip
    if tuning.on_shutdown is None:
        yield (
            "/fine_tuning/on_shutdown", "id",
            "When the provider shuts the base model down, the prompt serves again.", "revert",
        )  # fmt: skip


def _put_pilots(desk: Desk, tuning: FineTuning) -> None:
    pilots = [(pilot.training_examples, pilot.correct, pilot.total) for pilot in tuning.pilots]
    desk.put(Lines.pilots, np.array(pilots, dtype=np.float64) if pilots else NO_PILOTS)


def _put_prior(desk: Desk) -> None:
    prior = desk.catalogue.prior
    desk.put(Lines.prior_working_prompt, prior.working_prompt)
    desk.put(Lines.prior_slope_mean, prior.slope_mean)
    desk.put(Lines.prior_slope_variance, prior.slope_variance)
    desk.put(Lines.seed_variance, prior.seed_variance)
    desk.put(Lines.bend_variance, prior.bend_variance)


def put_tuning(desk: Desk, tuning: FineTuning) -> float:
    """Put the fine-tune's side of the ledger; return the planned examples."""
    _put_serving(desk, tuning)
    given = tuning.target_examples if tuning.target_examples is not None else tuning.labelled_examples
    planned = desk.plain("/fine_tuning/target_examples", given, "planned_examples", Lines.planned_examples)
    planned = min(max(planned, FEWEST_EXAMPLES), MOST_EXAMPLES)
    desk.put(Lines.planned_examples, planned)
    _put_knowledge(desk, tuning)
    for pointer, unit, note, text in _notes(desk, tuning):
        desk.derive(pointer, unit, note, text=text)
    _put_pilots(desk, tuning)
    desk.put(Lines.accuracy_ceiling, 1.0 - (tuning.label_noise or 0.0))
    desk.put(Lines.migrates, float(tuning.on_shutdown == "migrate"))
    _put_prior(desk)
    _put_project(desk, tuning, planned)
    return planned
