"""What has to be done for a fine-tune: labels, the first build, retrainings, and pilots that were graded."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from service.nouns.base import Closed
from service.nouns.estimate import Count, InnerShare, IntervalMonthsEstimate, PositiveEstimate, Share
from service.nouns.request.serving import MeasuredLatency, ModelId, TokenPrices

LabelSource = Literal["human", "teacher", "logs"]


class Teacher(Closed, frozen=True):
    """A base model that labels in place of people, and how far people check it."""

    base_model: Annotated[
        ModelId | None,
        Meta(
            description="Base model that labels, `provider/model` as GET /v1/models lists it; exact aliases are "
            "accepted. Absent: none is named; without `prices` a label then costs the assumption "
            "`teacher_cost_per_example`.",
            examples=["anthropic/claude-sonnet-4-5"],
        ),
    ] = None
    prices: Annotated[
        TokenPrices | None,
        Meta(
            description="Token prices the caller pays for labelling; they beat those of `base_model`. Absent: the "
            "prices of `base_model` in force at `as_of`."
        ),
    ] = None
    accuracy: Annotated[
        InnerShare | None,
        Meta(
            description="Share of the teacher's labels that are right [share]; the fine-tune's accuracy is bounded by "
            "it. Absent: not bounded, but shifted by the published gap (the assumption `teacher_accuracy_gap`).",
            examples=[0.93],
        ),
    ] = None
    checked_share: Annotated[
        Share | None,
        Meta(
            description="Share of the teacher's labels that people check, at what a label by people costs [share]. "
            "Absent: by the assumption `teacher_checked_share` of GET /v1/assumptions.",
            examples=[0.15],
        ),
    ] = None


class BuildPlan(Closed, frozen=True):
    """A bottom-up plan of what the first fine-tune or one retraining costs.

    Engineering, labelling and training runs are added up; what else a retraining takes, as grading, is part of its hours.
    """

    engineering_hours: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Engineers' hours, data curation and evaluation included [hours]. Absent in a first build: the "
            "assumption `tuned_project_hours` of GET /v1/assumptions; in a retraining: the assumption "
            "`retraining_hours`.",
            examples=[{"low": 120, "high": 320}],
        ),
    ] = None
    hourly_rate: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Loaded cost of an engineer's hour [finance.currency/hour]. Absent: as of all other work, "
            "the assumption `hourly_rate` of GET /v1/assumptions.",
            examples=[95],
        ),
    ] = None
    examples_to_label: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Examples to be labelled for this plan [examples]. Absent in a first build: the planned "
            "examples that are not labelled yet; in a retraining: the share of the planned examples that the "
            "assumption `retraining_label_share` says.",
            examples=[0],
        ),
    ] = None
    cost_per_example: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of one label, whoever labels [finance.currency/example]. Absent: by "
            "`fine_tuning.label_source`: labelled by people the assumption `cost_per_example_<kind>` of GET "
            "/v1/assumptions, of the task's kind; by a teacher its tokens and the share that people check; from logs "
            "0.",
            examples=[{"low": 0.4, "high": 2}],
        ),
    ] = None
    epochs: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Passes over the training set in one run [epochs]. Absent: the assumption `tuned_epochs` of "
            "GET /v1/assumptions.",
            examples=[3],
        ),
    ] = None
    training_runs: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Training runs until one is good enough to keep [runs]. Absent in a first build: the "
            "assumption `tuned_training_runs` of GET /v1/assumptions; in a retraining: the assumption "
            "`retraining_runs`.",
            examples=[{"low": 5, "high": 15}],
        ),
    ] = None


class Retraining(Closed, frozen=True):
    """How often the fine-tune is retrained and what that costs: `cost` or `plan`, both is a 422."""

    interval_months: Annotated[
        IntervalMonthsEstimate | None,
        Meta(
            description="Months from one training to the next [months]; longer than the horizon means no retraining. "
            "Absent: the assumption `article_retraining_interval` of GET /v1/assumptions.",
            examples=[{"low": 3, "high": 6}],
        ),
    ] = None
    cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of one retraining [finance.currency/retraining], all in. Absent: by `plan`, each part "
            "that it does not state assumed; without a plan all of them, and as many answers as the assumption "
            "`study_trials` says graded again; with `finance.cost_basis` `article` and without a plan "
            "the assumption `article_training_run_cost`.",
            examples=[{"low": 2000, "high": 9000}],
        ),
    ] = None
    plan: Annotated[
        BuildPlan | None,
        Meta(description="Bottom-up plan of one retraining, in place of `cost`. Absent: see `cost`."),
    ] = None


class Pilot(Closed, frozen=True):
    """A trial fine-tune that was graded. Pilots move the expected accuracy away from that of the published cases."""

    training_examples: Annotated[
        int, Meta(ge=1, le=10_000_000, description="Labelled examples it was trained on [examples].", examples=[400])
    ]
    correct: Annotated[
        Count, Meta(description="Trials answered correctly [trials]; more than `total` is a 422.", examples=[118])
    ]
    total: Annotated[int, Meta(ge=1, le=10_000_000, description="Graded trials [trials].", examples=[150])]
    measured_latency: Annotated[
        MeasuredLatency | None,
        Meta(
            description="Latency of this trial fine-tune as measured; the last pilot that has one stands for the "
            "fine-tune. Absent: `fine_tuning.measured_latency`, else calculated from its tokens."
        ),
    ] = None
