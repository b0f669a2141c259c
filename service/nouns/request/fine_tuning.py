"""The request's fine-tune under consideration: its base model and terms, its labels, its building and its upkeep."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.nouns.base import Closed
from service.nouns.estimate import Count, PositiveEstimate, Share, ShareEstimate, WeeksEstimate
from service.nouns.request.offer import Offer
from service.nouns.request.projects import BuildPlan, LabelSource, Pilot, Retraining, Teacher
from service.nouns.request.serving import MeasuredLatency, ModelId, Tokens

Relation = Literal["same", "smaller", "larger"]


class FineTuning(Closed, frozen=True):
    """The fine-tune under consideration.

    Everything may be left to the catalogue: then every offer in force is screened and the best is kept.
    """

    base_model: Annotated[
        ModelId | None,
        Meta(
            description="Base model to fine-tune, `provider/model` as GET /v1/fine-tuning-offers lists it; exact "
            "aliases are accepted. Absent: the caller's own `offer` where it has `prices`, else every offer in force "
            "at `as_of` is screened.",
            examples=["azure/gpt-4.1-mini"],
        ),
    ] = None
    relative_size: Annotated[
        Relation | None,
        Meta(
            description="Size of the fine-tune's base model beside the prompted one; the accuracy prior depends on "
            "it. Absent: derived offer by offer from the capability of the two base models, the same weights are "
            "`same`; unknown where either capability is.",
            examples=["same"],
        ),
    ] = None
    offer: Annotated[Offer | None, Meta(description="The caller's own terms. Absent: those of the catalogue.")] = None
    tokens: Annotated[
        Tokens | None,
        Meta(
            description="Tokens of one request to the fine-tune. Absent, or a part of it: the instruction by the "
            "assumption `tuned_instruction_share`, payload and output as prompted."
        ),
    ] = None
    cache_hit_rate: Annotated[
        ShareEstimate | None,
        Meta(
            description="Share of requests that find the fine-tune's instruction in the prompt cache [share]. Absent: "
            "follows from the volume and the assumptions `cache_time_to_live` and `cache_hit_ceiling`; 0 without a "
            "cache-read price or where the instruction is too short to be cached."
        ),
    ] = None
    invalid_output_rate: Annotated[
        Share | None,
        Meta(
            description="Share of the fine-tune's outputs that cannot be used and are asked for once more [share]. "
            "Absent: the assumption `invalid_output_rate` of GET /v1/assumptions.",
            examples=[0],
        ),
    ] = None
    labelled_examples: Annotated[
        Count | None,
        Meta(
            description="Examples labelled already [examples]. Absent: unknown; the framework then asks for the "
            "number, and costs count none.",
            examples=[6200],
        ),
    ] = None
    target_examples: Annotated[
        Annotated[int, Meta(ge=1, le=10_000_000)] | None,
        Meta(
            description="Labelled examples the fine-tune is to be trained on [examples]; for its accuracy at least 50 "
            "and at most 50,000 count. Absent: `labelled_examples`, but no fewer than the assumption "
            "`article_enough_examples`, so that more labels never plan fewer.",
            examples=[2000],
        ),
    ] = None
    labels_per_week: Annotated[
        Annotated[float, Meta(gt=0, le=1e9)] | None,
        Meta(
            description="Examples that can be labelled in a week [examples/week]; collecting the missing ones is part "
            "of a lead time that is not stated. Absent: by the assumption `labels_per_week` of GET /v1/assumptions; "
            "labels by a teacher or from logs take no time.",
            examples=[250],
        ),
    ] = None
    label_source: Annotated[
        LabelSource | None,
        Meta(
            description="Who labels: `human`, people; `teacher`, another base model, at the price of its tokens and "
            "at some accuracy; `logs`, outcomes that are on record, at no cost. Absent: `human`.",
            examples=["teacher"],
        ),
    ] = None
    teacher: Annotated[
        Teacher | None,
        Meta(
            description="The base model that labels; without `label_source` `teacher` it is a 422. Absent: with "
            "`label_source` `teacher` the assumptions `teacher_cost_per_example`, `teacher_checked_share` and "
            "`teacher_accuracy_gap`, else nothing."
        ),
    ] = None
    label_noise: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(
            description="Share of labels that are themselves wrong [share]; no option's accuracy can be measured "
            "above 1 less it. Absent: 0.",
            examples=[0.02],
        ),
    ] = None
    build_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="One-off cost of the first fine-tune, all in [finance.currency]. Absent: by `build_plan`, each "
            "part that it does not state assumed; with `finance.cost_basis` `article` and without a plan the "
            "assumption `article_fine_tuning_build_cost`. Both is a 422.",
            examples=[{"low": 30000, "high": 150000}],
        ),
    ] = None
    build_plan: Annotated[
        BuildPlan | None,
        Meta(description="Bottom-up plan of the first fine-tune, in place of `build_cost`. Absent: see `build_cost`."),
    ] = None
    retraining: Annotated[
        Retraining | None,
        Meta(
            description="How often it is retrained and what that costs. Absent: by the assumption "
            "`article_retraining_interval` of GET /v1/assumptions, at the cost of a plan whose parts are assumed."
        ),
    ] = None
    lead_time_weeks: Annotated[
        WeeksEstimate | None,
        Meta(
            description="Weeks from the decision until the fine-tune serves [weeks], labelling included. Absent: by the "
            "assumption `tuned_lead_time`, and the weeks that the missing labels take at `labels_per_week`; with "
            "`finance.cost_basis` `article` the assumption `article_fine_tuning_lead_time` in place of the first.",
            examples=[{"low": 6, "high": 16}],
        ),
    ] = None
    hosting_cost_per_month: Annotated[
        PositiveEstimate | None,
        Meta(
            description="The whole hosting bill of the fine-tune [finance.currency/month], in place of hourly and "
            "storage fees; it stands for the offer that is named or stated, never for others of the catalogue. "
            "Absent: by the fees of the offer, the replicas needed and `hosting_share`."
        ),
    ] = None
    hosting_share: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        Meta(
            description="Share of its hosting fees that this fine-tune pays, where several adapters share replicas "
            "[share]; a stated `hosting_cost_per_month` is taken as it is. Absent: 1.",
            examples=[0.1],
        ),
    ] = None
    monitoring_cost_per_month: Annotated[
        PositiveEstimate | None,
        Meta(
            description="All upkeep of the live fine-tune: people's time and tools for watching it "
            "[finance.currency/month]. Absent: the prompt's upkeep times the assumption `tuned_upkeep_factor`.",
            examples=[{"low": 200, "high": 1000}],
        ),
    ] = None
    pilots: Annotated[
        list[Pilot],
        Meta(
            max_length=50,
            description="Trial fine-tunes graded already, in the order of time; the last one measures the fine-tune "
            "that is `in_service`. Absent: none; the accuracy rests on a prior fitted to published cases.",
        ),
    ] = field(default_factory=list)
    measured_latency: Annotated[
        MeasuredLatency | None,
        Meta(
            description="Latency of the fine-tune as measured. Absent: that of the last pilot that has one, else "
            "calculated from its tokens; the scale measured of the prompt carries over to the same base model only."
        ),
    ] = None
    pilot_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of one pilot fine-tune without its labels and its grading [finance.currency]: prices "
            "the pilot of `value_of_information`. Absent: one training run at its size, and the assumptions "
            "`pilot_hours` times `hourly_rate`.",
            examples=[{"low": 800, "high": 3000}],
        ),
    ] = None
    off_task_share: Annotated[
        Share | None,
        Meta(
            description="Share of requests that lie outside the narrow task [share]. Absent: the assumption "
            "`off_task_share` of GET /v1/assumptions.",
            examples=[0],
        ),
    ] = None
    forgetting_drop: Annotated[
        ShareEstimate | None,
        Meta(
            description="Accuracy that the fine-tune loses on requests outside the task, against the prompt [share]. "
            "Absent: 0 while `off_task_share` is 0, else the assumption `forgetting_drop` of GET /v1/assumptions.",
            examples=[{"low": 0.01, "high": 0.08}],
        ),
    ] = None
    on_shutdown: Annotated[
        Literal["best", "migrate", "revert"] | None,
        Meta(
            description="What happens when the provider shuts the base model down inside the horizon: `migrate`, a "
            "successor is trained at the cost of a retraining, `revert`, what stands in serves again, or `best`, the "
            "better of the two. Where the provider trains no successor it is `revert`. Absent: `best`.",
            examples=["best"],
        ),
    ] = None
    is_existing_customer: Annotated[
        bool | None,
        Meta(
            description="Whether you fine-tune already with the providers under consideration, so that offers closed to "
            "new customers are open to you. Absent: counts as no, unless the fine-tune is `in_service`."
        ),
    ] = None
    in_service: Annotated[
        bool | None,
        Meta(
            description="Whether a fine-tune serves already; every saving is then counted against it, and the prompt is "
            "an option like any other. It is measured by the last of `pilots`; without one it is a 422. Absent: counts "
            "as no: the prompt serves."
        ),
    ] = None
    last_trained_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the fine-tune in service was last trained; its knowledge ages and its next "
            "retraining falls due from there. Later than `as_of`, or without `in_service`, it is a 422. Absent: with "
            "`in_service` it counts as trained at `as_of`.",
            examples=["2026-08-15"],
        ),
    ] = None
