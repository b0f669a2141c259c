"""The request's other option: the fine-tune under consideration, its terms, its building and its upkeep."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.estimate import (
    Count,
    IntervalMonthsEstimate,
    Noun,
    PositiveEstimate,
    Price,
    Share,
    ShareEstimate,
    WeeksEstimate,
)
from service.request_prompting import ModelId, TokenPrices, Tokens

Relation = Literal["same", "smaller", "larger"]


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

    interval_months: IntervalMonthsEstimate | None = None
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
    lead_time_weeks: WeeksEstimate | None = None
    hosting_cost_per_month: PositiveEstimate | None = None
    monitoring_cost_per_month: PositiveEstimate | None = None
    pilots: Annotated[list[Pilot], Meta(max_length=50)] = field(default_factory=list)
    pilot_cost: PositiveEstimate | None = None
    off_task_share: Share | None = None
    forgetting_drop: ShareEstimate | None = None
    on_shutdown: Literal["revert", "migrate"] | None = None
