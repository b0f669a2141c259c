"""The request: what a caller tells us about a task, with limits, units and meanings.

Every quantity the caller is not sure of may be an 80 % interval `{"low": x, "high": y}` instead of a number.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

TaskKind = Literal[
    "classification",
    "extraction",
    "structured_output",
    "generation",
    "summarisation",
    "question_answering",
    "reasoning",
    "code",
    "other",
]
Technique = Literal[
    "few_shot",
    "better_examples",
    "chain_of_thought",
    "structured_output",
    "output_parsing",
    "input_preprocessing",
    "prompt_optimiser",
]
Relation = Literal["same", "smaller", "larger"]
Policy = Literal["framework", "expected_value"]
Heavy = Literal["cash_flows", "trace", "sensitivity", "curves"]
Draws = Literal[256, 512, 1024, 2048, 4096, 8192, 16384]

TEXT_LIMIT = 200_000
"""Characters of one text."""

TEXTS_LIMIT = 1_000_000
"""Characters of all texts of one request together."""

Text = Annotated[str, Meta(max_length=TEXT_LIMIT)]
Positive = Annotated[float, Meta(ge=0, le=1e12)]
StrictlyPositive = Annotated[float, Meta(ge=1e-9, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
InnerShare = Annotated[float, Meta(gt=0, lt=1)]
Rate = Annotated[float, Meta(ge=-0.9, le=0.99)]
Price = Annotated[float, Meta(ge=0, le=1e5, description="Money per million tokens [USD/1M tokens]")]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
ModelId = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=200,
        description="Identifier of a base model, `provider/model`, as GET /v1/models lists it; exact aliases are accepted.",
        examples=["openai/gpt-4.1-mini"],
    ),
]


class Noun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all request objects: immutable, unknown fields refused."""


class PositiveRange(Noun, frozen=True):
    """An 80 % interval of a positive quantity: its 10th and 90th percentile (lognormal)."""

    low: Annotated[StrictlyPositive, Meta(description="10th percentile; above 0 and not above `high`")]
    high: Annotated[StrictlyPositive, Meta(description="90th percentile")]


class ShareRange(Noun, frozen=True):
    """An 80 % interval of a share: its 10th and 90th percentile (logit-normal)."""

    low: Annotated[InnerShare, Meta(description="10th percentile; above 0 and not above `high`")]
    high: Annotated[InnerShare, Meta(description="90th percentile; below 1")]


class RateRange(Noun, frozen=True):
    """An 80 % interval of a signed rate: its 10th and 90th percentile (normal)."""

    low: Annotated[Rate, Meta(description="10th percentile; not above `high`")]
    high: Annotated[Rate, Meta(description="90th percentile")]


class VolumeRange(Noun, frozen=True):
    """An 80 % interval of requests per month (lognormal)."""

    low: Annotated[float, Meta(ge=1e-9, le=1e11, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=1e-9, le=1e11, description="90th percentile")]


class IntervalRange(Noun, frozen=True):
    """An 80 % interval of months between retrainings (lognormal)."""

    low: Annotated[float, Meta(ge=0.25, le=1200, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=0.25, le=1200, description="90th percentile")]


class WeeksRange(Noun, frozen=True):
    """An 80 % interval of a time in weeks (lognormal)."""

    low: Annotated[float, Meta(ge=0.01, le=520, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=0.01, le=520, description="90th percentile")]


class HalfLifeRange(Noun, frozen=True):
    """An 80 % interval of the months in which the validity of knowledge halves (lognormal)."""

    low: Annotated[float, Meta(ge=0.01, le=1200, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=0.01, le=1200, description="90th percentile")]


PositiveEstimate = Positive | PositiveRange
ShareEstimate = Share | ShareRange
RateEstimate = Rate | RateRange
Estimate = float | PositiveRange | ShareRange | RateRange | VolumeRange | IntervalRange | WeeksRange | HalfLifeRange
IntervalMonths = Annotated[float, Meta(ge=0.25, le=1200)] | IntervalRange
"""Months between retrainings; a number beyond the horizon means none."""
LeadTimeWeeks = Annotated[float, Meta(ge=0, le=520)] | WeeksRange


class GradedTrials(Noun, frozen=True):
    """Answers of the prompt that were graded right or wrong."""

    correct: Annotated[Count, Meta(description="Trials answered correctly; at most `total`")]
    total: Annotated[int, Meta(ge=1, le=10_000_000, description="Graded trials")]


class Task(Noun, frozen=True):
    """The task to be solved."""

    description: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=20_000,
            description="What the task is, in the caller's words; never repeated in the answer or a log",
        ),
    ]
    kind: TaskKind | None = None
    required_accuracy: Annotated[InnerShare, Meta(description="Share of answers that must be right")] | None = None
    well_defined: bool | None = None
    strict_format: bool | None = None
    multi_step_reasoning: bool | None = None
    proprietary_knowledge: bool | None = None
    audit_required: bool | None = None
    knowledge_half_life_months: Annotated[float, Meta(ge=0.01, le=1200)] | HalfLifeRange | None = None


class TokenPrices(Noun, frozen=True):
    """Inference prices the caller pays [USD/1M tokens]."""

    input_usd_per_mtok: Price
    output_usd_per_mtok: Price
    cache_read_usd_per_mtok: Price | None = None
    cache_write_usd_per_mtok: Price | None = None


class Tokens(Noun, frozen=True):
    """Tokens of one request."""

    instruction: PositiveEstimate | None = None
    payload: PositiveEstimate | None = None
    output: PositiveEstimate | None = None


class Texts(Noun, frozen=True):
    """Texts to be counted instead of token counts."""

    instruction: Text | None = None
    few_shot: Annotated[list[Text], Meta(max_length=1000)] = []
    payload_samples: Annotated[list[Text], Meta(max_length=1000)] = []
    output_samples: Annotated[list[Text], Meta(max_length=1000)] = []


class MeasuredLatency(Noun, frozen=True):
    """End-to-end latency of the prompt as measured."""

    p50_seconds: Annotated[float, Meta(ge=0.001, le=3600)]
    p95_seconds: Annotated[float, Meta(ge=0.001, le=3600, description="Above p50_seconds")]


class Prompting(Noun, frozen=True):
    """The prompt as it is today."""

    measured_accuracy: GradedTrials
    base_model: ModelId | None = None
    prices: TokenPrices | None = None
    tokens: Tokens | None = None
    texts: Texts | None = None
    techniques_tried: Annotated[list[Technique], Meta(max_length=20)] | None = None
    cache_hit_rate: ShareEstimate | None = None
    batch_share: Share | None = None
    invalid_output_rate: Share | None = None
    build_cost: PositiveEstimate | None = None
    improvement_cost: PositiveEstimate | None = None
    improvement_weeks: LeadTimeWeeks | None = None
    maintenance_cost_per_month: PositiveEstimate | None = None
    shutdown_date: datetime.date | None = None
    measured_latency: MeasuredLatency | None = None
    cost_per_trial: PositiveEstimate | None = None


class Offer(Noun, frozen=True):
    """The caller's own terms for fine-tuning; with a base model they override its catalogue entry."""

    prices: TokenPrices | None = None
    training_usd_per_mtok: Price | None = None
    hosting_usd_per_hour: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    storage_usd_per_month: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    minimum_charge_usd: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    requests_per_second_per_replica: (
        Annotated[
            float, Meta(ge=1e-6, le=1e6, description="Capacity of one dedicated replica; absent for a hosted adapter")
        ]
        | None
    ) = None
    minimum_replicas: Annotated[int, Meta(ge=1, le=1000)] | None = None
    last_training_date: datetime.date | None = None
    shutdown_date: datetime.date | None = None


class BuildPlan(Noun, frozen=True):
    """A bottom-up plan: engineering, labelling and training runs [finance.currency]."""

    engineering_hours: PositiveEstimate | None = None
    hourly_rate: PositiveEstimate | None = None
    examples_to_label: PositiveEstimate | None = None
    cost_per_example: PositiveEstimate | None = None
    epochs: PositiveEstimate | None = None
    training_runs: PositiveEstimate | None = None


class Retraining(Noun, frozen=True):
    """How often the fine-tune is retrained and what that costs."""

    interval_months: IntervalMonths | None = None
    cost: PositiveEstimate | None = None
    plan: BuildPlan | None = None


class Pilot(Noun, frozen=True):
    """A trial fine-tune that was graded."""

    training_examples: Annotated[int, Meta(ge=1, le=10_000_000)]
    correct: Count
    total: Annotated[int, Meta(ge=1, le=10_000_000)]


class FineTuning(Noun, frozen=True):
    """The fine-tune under consideration; everything may be left to the catalogue."""

    base_model: ModelId | None = None
    relative_size: Relation | None = None
    offer: Offer | None = None
    tokens: Tokens | None = None
    cache_hit_rate: ShareEstimate | None = None
    invalid_output_rate: Share | None = None
    labelled_examples: Count | None = None
    target_examples: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    labels_per_week: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    label_noise: Annotated[float, Meta(ge=0, lt=1)] | None = None
    build_cost: PositiveEstimate | None = None
    build_plan: BuildPlan | None = None
    retraining: Retraining | None = None
    lead_time_weeks: LeadTimeWeeks | None = None
    hosting_cost_per_month: PositiveEstimate | None = None
    monitoring_cost_per_month: PositiveEstimate | None = None
    pilots: Annotated[list[Pilot], Meta(max_length=50)] = []
    pilot_cost: PositiveEstimate | None = None
    off_task_share: Share | None = None
    forgetting_drop: ShareEstimate | None = None
    on_shutdown: Literal["revert", "migrate"] | None = None


class Volume(Noun, frozen=True):
    """How many requests, for how long."""

    requests_per_month: Annotated[float, Meta(ge=0, le=1e11)] | VolumeRange
    growth_per_month: RateEstimate | None = None
    horizon_months: Annotated[int, Meta(ge=1, le=120)] | None = None
    peak_to_average: Annotated[float, Meta(ge=1, le=1000)] | None = None


class LatencyTarget(Noun, frozen=True):
    """How fast answers must be: `percentile` of them within `seconds`."""

    seconds: Annotated[float, Meta(gt=0, le=3600)]
    percentile: Annotated[float, Meta(ge=0.5, le=0.999)]


class Finance(Noun, frozen=True):
    """Money: currency, discounting, the cost of an error."""

    currency: (
        Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3, description="ISO 4217 code", examples=["USD"])] | None
    ) = None
    units_per_usd: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    discount_rate: Annotated[float, Meta(ge=0, le=10)] | None = None
    error_cost: PositiveEstimate | None = None
    price_decline_per_year: RateEstimate | None = None
    vendor_discount: Annotated[float, Meta(ge=0, lt=1)] | None = None


class Simulation(Noun, frozen=True):
    """How the uncertainty is carried through."""

    draws: Draws | None = None
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    confidence: Annotated[float, Meta(ge=0.5, le=0.99)] | None = None


class AssessmentRequest(Noun, frozen=True):
    """One case: a task, its measured prompt accuracy, its volume, and whatever else is known."""

    task: Task
    prompting: Prompting
    volume: Volume
    fine_tuning: FineTuning | None = None
    latency_target: LatencyTarget | None = None
    finance: Finance | None = None
    simulation: Simulation | None = None
    policy: Policy | None = None
    as_of: datetime.date | None = None
    include: Annotated[list[Heavy], Meta(max_length=8)] = []


class TokenCountRequest(Noun, frozen=True):
    """Texts to be counted with one encoding, or with that of a model."""

    texts: Annotated[list[Text], Meta(min_length=1, max_length=1000)]
    encoding: Literal["o200k_base", "cl100k_base"] | None = None
    model: ModelId | None = None
