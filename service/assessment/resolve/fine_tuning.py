"""The fine-tune's side of a case: tokens, time, examples, pilots and project costs. Part of the first stage."""

from __future__ import annotations

import math

import numpy as np

from models.sampling import accuracy_mean
from service.assessment.case import Interval
from service.assessment.resolve.desk import Desk
from service.nouns.request.fine_tuning import BuildPlan, FineTuning, Retraining
from service.nouns.request.prompting import Tokens

NO_PILOTS = np.empty((0, 3))
FEWEST_EXAMPLES = 10.0
MOST_EXAMPLES = 50_000.0
"""The evidence reaches this far."""


def _plan(desk: Desk, prefix: str, pointer: str, plan: BuildPlan, examples: float | None) -> None:
    kind = desk.request.task.kind or "other"
    defaults = {
        "engineering_hours": "engineering_hours",
        "hourly_rate": "hourly_rate",
        "examples_to_label": "",
        "cost_per_example": f"cost_per_example_{kind}",
        "epochs": "tuned_epochs",
        "training_runs": "tuned_training_runs",
    }
    for field, assumption_id in defaults.items():
        name, given, where = f"{prefix}_{field}", getattr(plan, field), f"{pointer}/{field}"
        if given is None and field == "examples_to_label":
            desk.intervals[name] = Interval(examples or 0.0, examples or 0.0, "positive")
            desk.note(where, "", examples or 0.0, "examples",
                  "Planned examples that are not labelled yet." if examples else "A retraining re-labels only what its plan states.")  # fmt: skip
        elif given is None and field == "cost_per_example" and desk.intervals[f"{prefix}_examples_to_label"].high == 0:
            desk.intervals[name] = Interval(0.0, 0.0, "positive")
        else:
            desk.estimate(name, where, given, "positive", assumption_id)


def _project(desk: Desk, tuning: FineTuning, planned: float) -> None:
    """Put the one-off cost and the retraining cost: a figure, a plan, or the article's range."""
    retraining = tuning.retraining or Retraining()
    for pointer, total, plan in (
        ("/fine_tuning/build_cost", tuning.build_cost, tuning.build_plan),
        ("/fine_tuning/retraining/cost", retraining.cost, retraining.plan),
    ):
        if total is not None and plan is not None:
            other = "/fine_tuning/build_plan" if "build" in pointer else "/fine_tuning/retraining/plan"
            desk.fault(
                pointer,
                f"The cost is stated twice: as a figure here and as a plan at {other}.",
                "both",
                "one of the two",
            )
    if tuning.build_plan is not None and tuning.build_cost is None:
        known = tuning.labelled_examples
        _plan(desk, "build", "/fine_tuning/build_plan", tuning.build_plan, max(planned - (known or 0), 0.0))
    else:
        desk.estimate("tuned_build_cost", "/fine_tuning/build_cost", tuning.build_cost, "positive",
                      "article_fine_tuning_build_cost")  # fmt: skip
    if retraining.plan is not None and retraining.cost is None:
        _plan(desk, "retraining", "/fine_tuning/retraining/plan", retraining.plan, None)
    else:
        desk.estimate("retraining_cost", "/fine_tuning/retraining/cost", retraining.cost, "positive",
                      "article_training_run_cost")  # fmt: skip
    desk.estimate("retraining_interval_months", "/fine_tuning/retraining/interval_months",
                  retraining.interval_months, "positive", "article_retraining_interval")  # fmt: skip


def put_tuning(desk: Desk, tuning: FineTuning) -> float:
    """Put the fine-tune's side of the ledger; return the planned examples."""
    tokens = tuning.tokens or Tokens()
    if not desk.state("tuned_instruction_tokens", "/fine_tuning/tokens/instruction", tokens.instruction, "positive"):
        desk.intervals["tuned_instruction_share"] = desk.assume(
            "/fine_tuning/tokens/instruction", "tuned_instruction_share", "tuned_instruction_share"
        )
    for part in ("payload", "output"):
        if not desk.state(f"tuned_{part}_tokens", f"/fine_tuning/tokens/{part}", getattr(tokens, part), "positive"):
            desk.note(f"/fine_tuning/tokens/{part}", "", None, "tokens", "As many as prompted.", "as prompted")
    desk.state("tuned_cache_hit_rate", "/fine_tuning/cache_hit_rate", tuning.cache_hit_rate, "share")
    desk.state(
        "tuned_hosting_cost_per_month", "/fine_tuning/hosting_cost_per_month", tuning.hosting_cost_per_month, "positive"
    )
    desk.estimate("monitoring_cost_per_month", "/fine_tuning/monitoring_cost_per_month",
                  tuning.monitoring_cost_per_month, "positive", "tuned_monitoring_cost_per_month")  # fmt: skip
    desk.estimate("lead_time_weeks", "/fine_tuning/lead_time_weeks", tuning.lead_time_weeks, "positive",
                  "article_fine_tuning_lead_time")  # fmt: skip
    given = tuning.target_examples if tuning.target_examples is not None else tuning.labelled_examples
    planned = desk.plain("/fine_tuning/target_examples", given, "planned_examples", "planned_examples")
    planned = min(max(planned, FEWEST_EXAMPLES), MOST_EXAMPLES)
    off_task = desk.plain("/fine_tuning/off_task_share", tuning.off_task_share, "off_task_share", "off_task_share")
    if tuning.forgetting_drop is not None or off_task > 0:
        desk.estimate(
            "forgetting_drop", "/fine_tuning/forgetting_drop", tuning.forgetting_drop, "share", "forgetting_drop"
        )
    else:
        desk.intervals["forgetting_drop"] = Interval(0.0, 0.0, "share")
    half_life = desk.request.task.knowledge_half_life_months
    if half_life is None:
        desk.put(knowledge_half_life_months=math.inf)
    else:
        desk.state("knowledge_half_life_months", "/task/knowledge_half_life_months", half_life, "positive")
    prior = desk.catalogue.prior
    desk.note("/fine_tuning/pilots", "", None, "log-odds",
              f"Accuracy after tuning rests on a prior fitted to published results on {prior.fitted}"
              + (", updated by your pilots." if tuning.pilots else "; a graded pilot would replace most of it."), "accuracy prior")  # fmt: skip
    trials = desk.request.prompting.measured_accuracy
    if accuracy_mean(min(trials.correct, trials.total), trials.total) < prior.working_prompt:
        desk.note("/prompting/measured_accuracy", "", None, "share",
                  f"A prompt below {prior.working_prompt:.0%} mostly fails on the format and is outside the evidence: the "
                  "prior reads it as one that just works, and its interval is widened.", "outside the evidence")  # fmt: skip
    if desk.request.task.kind == "summarisation":
        desk.note("/task/kind", "", None, "kind", "No published pair of scores is on summarisation; the prior treats it "
                  "like generation.", "as generation")  # fmt: skip
    unsaid = (
        (
            "/task/kind",
            desk.request.task.kind,
            "other",
            "The kind sets what a label costs and what the accuracy prior expects.",
        ),
        (
            "/fine_tuning/relative_size",
            tuning.relative_size,
            "derived",
            "From each offer's base model and input price.",
        ),
        (
            "/task/knowledge_half_life_months",
            half_life,
            "none",
            "The knowledge the task needs is taken not to go stale.",
        ),
    )
    for pointer, said, text, why in unsaid:
        if said is None:
            desk.note(pointer, "", None, "id", why, text)
    if tuning.on_shutdown is None:
        desk.note("/fine_tuning/on_shutdown", "", None, "id",
                  "When the provider shuts the base model down, the prompt serves again.", "revert")  # fmt: skip
    for index, pilot in enumerate(tuning.pilots):
        if pilot.correct > pilot.total:
            desk.fault(f"/fine_tuning/pilots/{index}/correct", "More trials were right than were graded.",
                       f"{pilot.correct} of {pilot.total}", f"at most {pilot.total}")  # fmt: skip
    pilots = [(p.training_examples, p.correct, p.total) for p in tuning.pilots]
    desk.put(
        planned_examples=planned,
        off_task_share=off_task,
        tuned_invalid_output_rate=desk.plain("/fine_tuning/invalid_output_rate", tuning.invalid_output_rate,
                                             "invalid_output_rate", "tuned_invalid_output_rate"),
        accuracy_ceiling=1.0 - (tuning.label_noise or 0.0),
        migrates=float(tuning.on_shutdown == "migrate"),
        pilots=np.array(pilots, dtype=np.float64) if pilots else NO_PILOTS,
        prior_working_prompt=prior.working_prompt,
        prior_slope_mean=desk.catalogue.prior.slope_mean,
        prior_slope_variance=desk.catalogue.prior.slope_variance,
        seed_variance=desk.catalogue.prior.seed_variance,
        bend_variance=desk.catalogue.prior.bend_variance,
    )  # fmt: skip
    _project(desk, tuning, planned)
    return planned
