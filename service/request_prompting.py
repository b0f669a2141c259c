"""The request's first option: the prompt as it is today, what it costs and how often it is right."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.estimate import Count, Noun, PositiveEstimate, Price, Share, ShareEstimate, WeeksEstimate

Technique = Literal[
    "few_shot",
    "better_examples",
    "chain_of_thought",
    "structured_output",
    "output_parsing",
    "input_preprocessing",
    "prompt_optimiser",
]

TEXT_LIMIT = 200_000
"""Characters of one text."""

TEXTS_LIMIT = 1_000_000
"""Characters of all texts of one request together."""

Text = Annotated[str, Meta(max_length=TEXT_LIMIT)]
ModelId = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=200,
        description="Identifier of a base model, `provider/model`, as GET /v1/models lists it; exact aliases are accepted.",
        examples=["openai/gpt-4.1-mini"],
    ),
]


class GradedTrials(Noun, frozen=True):
    """Answers of the prompt that were graded right or wrong."""

    correct: Annotated[Count, Meta(description="Trials answered correctly; at most `total`")]
    total: Annotated[int, Meta(ge=1, le=10_000_000, description="Graded trials")]


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
    few_shot: Annotated[list[Text], Meta(max_length=1000)] = field(default_factory=list)
    payload_samples: Annotated[list[Text], Meta(max_length=1000)] = field(default_factory=list)
    output_samples: Annotated[list[Text], Meta(max_length=1000)] = field(default_factory=list)


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
    improvement_weeks: WeeksEstimate | None = None
    maintenance_cost_per_month: PositiveEstimate | None = None
    shutdown_date: datetime.date | None = None
    measured_latency: MeasuredLatency | None = None
    cost_per_trial: PositiveEstimate | None = None
