"""The request's other option: the fine-tune under consideration, its terms, its building and its upkeep."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.nouns.base import Closed
from service.nouns.estimate import (
    Count,
    IntervalMonthsEstimate,
    PositiveEstimate,
    Price,
    Share,
    ShareEstimate,
    WeeksEstimate,
)
from service.nouns.request.prompting import ModelId, TokenPrices, Tokens

Relation = Literal["same", "smaller", "larger"]


class Offer(Closed, frozen=True):
    """The caller's own terms for fine-tuning.

    With `fine_tuning.base_model` they override its catalogue entry field by field; with `prices` and without a
    base model they are an offer of the caller's own, of which nothing is read from the catalogue. With neither
    they are a 422.
    """

    prices: Annotated[
        TokenPrices | None,
        Meta(
            description="Inference prices of the fine-tune, all of them: a cache price left out is not read from the "
            "catalogue. Absent: those of the catalogue entry of `base_model`."
        ),
    ] = None
    training_usd_per_mtok: Annotated[
        Price | None,
        Meta(
            description="Price of training tokens, those of the data set times epochs [USD/1M tokens]. Absent: with "
            "`base_model` that of its catalogue entry, for an offer of your own 0.",
            examples=[3],
        ),
    ] = None
    hosting_usd_per_hour: Annotated[
        Annotated[float, Meta(ge=0, le=1e6)] | None,
        Meta(
            description="Fee for keeping one replica of the fine-tune ready [USD/hour]. Absent: with `base_model` "
            "that of its catalogue entry, for an offer of your own 0.",
            examples=[1.7],
        ),
    ] = None
    storage_usd_per_month: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(
            description="Fee for keeping the fine-tuned weights [USD/month]. Absent: with `base_model` that of its "
            "catalogue entry, for an offer of your own 0."
        ),
    ] = None
    minimum_charge_usd: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(
            description="Least that is charged for a training run, however small [USD/run]. Absent: with `base_model` "
            "that of its catalogue entry, for an offer of your own 0."
        ),
    ] = None
    requests_per_second_per_replica: Annotated[
        Annotated[float, Meta(ge=1e-6, le=1e6)] | None,
        Meta(
            description="Flow that one dedicated replica serves [requests/second]; more replicas are bought at the "
            "peak. Absent: with `base_model` that of its catalogue entry, for an offer of your own none: a hosted "
            "adapter, one replica."
        ),
    ] = None
    minimum_replicas: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(
            description="Fewest dedicated replicas kept [replicas]. Absent: with `base_model` that of its catalogue "
            "entry, for an offer of your own 1."
        ),
    ] = None
    last_training_date: Annotated[
        datetime.date | None,
        Meta(
            description="Last day on which the provider trains this base model; no retraining after it. Absent: with "
            "`base_model` that of its catalogue entry, for an offer of your own none known. Later than "
            "`shutdown_date` is a 422."
        ),
    ] = None
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the provider shuts the fine-tune's base model down. Absent: with `base_model` "
            "that of its catalogue entry, for an offer of your own none known."
        ),
    ] = None


class BuildPlan(Closed, frozen=True):
    """A bottom-up plan of what the first fine-tune or one retraining costs.

    Engineering, labelling and training runs are added up.
    """

    engineering_hours: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Engineers' hours, data curation and evaluation included [hours]. Absent: the assumption "
            "`engineering_hours` of GET /v1/assumptions.",
            examples=[{"low": 120, "high": 320}],
        ),
    ] = None
    hourly_rate: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Loaded cost of an engineer's hour [finance.currency/hour]. Absent: the assumption "
            "`hourly_rate` of GET /v1/assumptions.",
            examples=[95],
        ),
    ] = None
    examples_to_label: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Examples to be labelled for this plan [examples]. Absent in a first build: the planned "
            "examples that are not labelled yet; in a retraining: none.",
            examples=[0],
        ),
    ] = None
    cost_per_example: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of one label [finance.currency/example]. Absent: the assumption "
            "`cost_per_example_<kind>` of GET /v1/assumptions, of the task's kind.",
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
            description="Training runs until one is good enough to keep [runs]. Absent: the assumption "
            "`tuned_training_runs` of GET /v1/assumptions.",
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
            description="Cost of one retraining [finance.currency/retraining]. Absent: by `plan`, else the assumption "
            "`article_training_run_cost` of GET /v1/assumptions.",
            examples=[{"low": 2000, "high": 9000}],
        ),
    ] = None
    plan: Annotated[
        BuildPlan | None,
        Meta(
            description="Bottom-up plan of one retraining, in place of `cost`; it labels anew only what it states. "
            "Absent: see `cost`."
        ),
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
            "it. Absent: derived offer by offer: the same weights are `same`, a lower base input price is `smaller`, "
            "any other `larger`; without prices to compare unknown.",
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
            "follows from the volume and the assumption `cache_time_to_live`; 0 without a cache-read price or where "
            "the instruction is too short to be cached."
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
            description="Labelled examples the fine-tune is to be trained on [examples], counted as at least 10 and "
            "at most 50,000. Absent: `labelled_examples`, else the assumption `planned_examples` of GET "
            "/v1/assumptions.",
            examples=[2000],
        ),
    ] = None
    labels_per_week: Annotated[
        Annotated[float, Meta(gt=0, le=1e9)] | None,
        Meta(
            description="Examples that can be labelled in a week [examples/week]; tells whether collecting takes "
            "months. Absent: unknown.",
            examples=[250],
        ),
    ] = None
    label_noise: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(
            description="Share of labels that are themselves wrong [share]; the fine-tune's accuracy is at most 1 "
            "less it. Absent: 0.",
            examples=[0.02],
        ),
    ] = None
    build_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="One-off cost of the first fine-tune, all in [finance.currency]. Absent: by `build_plan`, "
            "else the assumption `article_fine_tuning_build_cost` of GET /v1/assumptions. Both is a 422.",
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
            description="How often it is retrained and what that costs. Absent: the assumptions "
            "`article_retraining_interval` and `article_training_run_cost` of GET /v1/assumptions."
        ),
    ] = None
    lead_time_weeks: Annotated[
        WeeksEstimate | None,
        Meta(
            description="Weeks from the decision until the fine-tune serves [weeks]. Absent: the assumption "
            "`article_fine_tuning_lead_time` of GET /v1/assumptions.",
            examples=[{"low": 6, "high": 16}],
        ),
    ] = None
    hosting_cost_per_month: Annotated[
        PositiveEstimate | None,
        Meta(
            description="The whole hosting bill of the fine-tune [finance.currency/month], in place of hourly and "
            "storage fees. Absent: by the fees of the offer and the replicas needed."
        ),
    ] = None
    monitoring_cost_per_month: Annotated[
        PositiveEstimate | None,
        Meta(
            description="People's time and tools for watching the fine-tune [finance.currency/month]. Absent: the "
            "assumption `tuned_monitoring_cost_per_month` of GET /v1/assumptions.",
            examples=[{"low": 200, "high": 1000}],
        ),
    ] = None
    pilots: Annotated[
        list[Pilot],
        Meta(
            max_length=50,
            description="Trial fine-tunes graded already. Absent: none; the accuracy rests on a prior fitted to "
            "published cases.",
        ),
    ] = field(default_factory=list)
    pilot_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of one pilot fine-tune without its labels and its grading [finance.currency]: prices "
            "the pilot of `value_of_information`. Absent: the assumption `pilot_cost` of GET /v1/assumptions.",
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
        Literal["revert", "migrate"] | None,
        Meta(
            description="What happens when the provider shuts the base model down inside the horizon: `revert`, the "
            "prompt serves again, or `migrate`, a successor is trained at the cost of a retraining. Absent: `revert`.",
            examples=["revert"],
        ),
    ] = None
