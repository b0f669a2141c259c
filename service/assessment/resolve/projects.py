"""What it costs to have an option, to train it again and to move it: figures stated, plans, or the article's ranges.

Part of the first stage.
"""

from __future__ import annotations

from models.arrays import HOURS_PER_WEEK
from service.assessment.case import ArticleFigure, Studies
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, Draft, middle, sure
from service.assessment.resolve.labels import Labels, cost_per_label, weeks_of_labelling
from service.larder.prices import PriceList
from service.nouns.estimate import Estimate
from service.nouns.request.projects import BuildPlan, Retraining

BUILD, RETRAINING = "/fine_tuning/build_plan", "/fine_tuning/retraining/plan"

ARTICLE = (
    "article_fine_tuning_build_cost", "article_training_run_cost", "article_fine_tuning_lead_time",
    "article_retraining_interval", "article_prompt_build_cost", "article_prompt_lead_time", "article_labelled_examples",
    "article_evaluation_set",
)  # fmt: skip
"""Figures of the article, by the assumptions in which they stand."""


def put_time(desk: Desk, labels: Labels) -> None:
    """Put the weeks until a fine-tune serves: as stated, all in; else those of the project, and of the labels that are missing."""
    draft, weeks, given = desk.tuning, Lines.start_weeks, desk.tuned.lead_time_weeks
    desk.estimate(draft, weeks, given, "article_fine_tuning_lead_time" if desk.by_article else "tuned_lead_time")
    if given is None:
        draft.put(Lines.labelling_weeks, weeks_of_labelling(desk, labels))
    else:
        draft.put(Lines.labelling_weeks, 0.0)
        if desk.tuned.labels_per_week is None:
            desk.derive("/fine_tuning/labels_per_week", "examples/week", "Labelling is part of the weeks until the fine-tune "
                        "serves.", text="in lead_time_weeks")  # fmt: skip
    desk.estimate(
        draft, Lines.retraining_interval_months,
        desk.tuned.retraining.interval_months if desk.tuned.retraining else None, "article_retraining_interval",
    )  # fmt: skip


def put_build(desk: Desk, labels: Labels, prices: PriceList) -> None:
    """Put what the first fine-tune costs; a plan is put in any case, for it also says what a run and the labels come to."""
    tuning, draft, plan = desk.tuned, desk.tuning, desk.tuned.build_plan or BuildPlan()
    to_label = Lines.examples_to_label
    if not desk.state(draft, to_label, plan.examples_to_label):
        draft.range(to_label, sure(labels.missing))
        why = (
            "Planned examples that are not labelled yet."
            if labels.missing
            else "Every planned example is labelled already."
        )
        desk.derive(draft.pointer(to_label), "examples", why, value=labels.missing)
    label = Lines.cost_per_example
    if not desk.state(draft, label, plan.cost_per_example):
        draft.range(label, cost_per_label(desk, prices))
    desk.estimate(draft, Lines.epochs, plan.epochs, "tuned_epochs")
    if tuning.build_cost is not None:
        desk.state(draft, Lines.build_cost, tuning.build_cost)
    elif desk.by_article and tuning.build_plan is None:
        desk.estimate(draft, Lines.build_cost, None, "article_fine_tuning_build_cost")
    else:
        desk.estimate(draft, Lines.build_hours, plan.engineering_hours, "tuned_project_hours")
        _put_rate(desk, draft, Lines.build_hourly_rate, plan.hourly_rate, BUILD)
        desk.estimate(draft, Lines.training_runs, plan.training_runs, "tuned_training_runs")


def _put_rate(desk: Desk, draft: Draft, line: Line, given: Estimate | None, plan: str) -> None:
    if not desk.state(draft, line, given):
        desk.derive(f"{plan}/hourly_rate", f"{desk.currency}/hour", "As of all other work: the assumption `hourly_rate`.",
                    text="hourly_rate")  # fmt: skip


def put_retraining(desk: Desk, draft: Draft) -> None:
    """Put what a retraining costs: a figure, a plan, or the article's range; a stated plan holds what grading it takes."""
    retraining = desk.tuned.retraining or Retraining()
    plan = retraining.plan or BuildPlan()
    is_assumed = retraining.cost is None and retraining.plan is None
    draft.put(Lines.regraded_trials, _regraded(desk) if is_assumed else 0.0)
    if retraining.cost is not None:
        desk.state(draft, Lines.retraining_cost, retraining.cost)
        return
    if desk.by_article and retraining.plan is None:
        desk.estimate(draft, Lines.retraining_cost, None, "article_training_run_cost")
        return
    desk.estimate(draft, Lines.retraining_hours, plan.engineering_hours, "retraining_hours")
    _put_rate(desk, draft, Lines.retraining_hourly_rate, plan.hourly_rate, RETRAINING)
    if not desk.state(draft, Lines.retraining_examples, plan.examples_to_label):
        pointer = f"{RETRAINING}/examples_to_label"
        desk.estimate(draft, Lines.retraining_label_share, None, "retraining_label_share", pointer)
    desk.estimate(draft, Lines.retraining_runs, plan.training_runs, "retraining_runs")
    for line, given, name, unit in (
        (Lines.retraining_cost_per_example, plan.cost_per_example, "cost_per_example", f"{desk.currency}/example"),
        (Lines.retraining_epochs, plan.epochs, "epochs", "epochs"),
    ):
        if not desk.state(draft, line, given):
            desk.derive(f"{RETRAINING}/{name}", unit, "As in the first build.", text="as in build_plan")


def _regraded(desk: Desk) -> float:
    """Return how many answers are graded again after a retraining or a move."""
    line = Lines.regraded_trials
    return desk.assume("/prompting/cost_per_trial", "study_trials", line, Lines.regrading_cost).low


def put_move_of_prompt(desk: Desk, draft: Draft) -> None:
    """Put what it costs to move a prompt to another base model when its own is retired."""
    draft.put(Lines.regraded_trials, _regraded(desk))
    given, pointer = desk.request.prompting.migration_cost, "/prompting/migration_cost"
    if not desk.state(draft, Lines.migration_cost, given):
        hours = Lines.migration_hours
        draft.range(hours, desk.assume(pointer, "prompt_migration_hours", hours, Lines.migration_cost))


def put_redeployment(desk: Desk, draft: Draft, *, occurs: bool) -> None:
    """Put how long it takes to move a fine-tune of open weights to another host."""
    line = Lines.redeployment_hours
    if occurs:
        draft.range(line, desk.assume("/fine_tuning/on_shutdown", "redeployment_hours", line))
    else:
        draft.put(line, 0.0)


def put_improvement(desk: Desk, draft: Draft) -> None:
    """Put what a round of improving the prompt costs and how long it takes."""
    prompting = desk.request.prompting
    pointer = draft.pointer(Lines.build_cost)
    if prompting.improvement_cost is not None:
        desk.state(draft, Lines.build_cost, prompting.improvement_cost)
    elif desk.by_article:
        desk.estimate(draft, Lines.build_cost, None, "article_prompt_build_cost")
    else:
        hours = Lines.build_hours
        draft.range(hours, desk.assume(pointer, "prompt_improvement_hours", hours, Lines.build_cost))
        draft.put_all((Lines.examples_to_label, Lines.cost_per_example, Lines.training_runs), 0.0)
    desk.estimate(draft, Lines.start_weeks, prompting.improvement_weeks, "article_prompt_lead_time")
    draft.put(Lines.labelling_weeks, 0.0)


def studies(desk: Desk, improvement_weeks: float) -> Studies:
    """Return what grading one more trial, a pilot and a label cost and take: the means of what is stated or assumed."""
    given = desk.tuned.pilot_cost
    hours = middle(desk.assume("/fine_tuning/pilot_cost", "pilot_hours"))
    pilot = hours * desk.shared.mean(Lines.hourly_rate) if given is None else middle(desk.interval(given))
    return Studies(
        cost_per_trial=desk.shared.mean(Lines.cost_per_trial),
        pilot_cost=pilot,
        pilot_run_is_extra=given is None,
        pilot_hours=hours,
        pilot_weeks=hours / HOURS_PER_WEEK,
        improvement_weeks=improvement_weeks,
        cost_per_example=desk.tuning.mean(Lines.cost_per_example),
        labelled_examples=float(desk.tuned.labelled_examples or 0),
        fewest_trials=desk.assume("/assumptions/study_trials", "study_trials").low,
    )


def article_figures(desk: Desk) -> tuple[ArticleFigure, ...]:
    """Return the figures of the article, to stand beside those that are added up."""
    return tuple(ArticleFigure(name, *desk.known(name)[:2]) for name in ARTICLE)
