"""What may be said alike of every way to serve: base model, prices, tokens, and what was measured."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Closed
from service.nouns.estimate import Count, PositiveEstimate, Price

ModelId = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=200,
        description="Identifier of a base model, `provider/model`; exact aliases are accepted, no others.",
    ),
]


class GradedTrials(Closed, frozen=True):
    """Answers of a prompt that were graded right or wrong: what its accuracy is estimated from."""

    correct: Annotated[
        Count, Meta(description="Trials answered correctly [trials]; more than `total` is a 422.", examples=[148])
    ]
    total: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Graded trials [trials]. Below the assumption `article_enough_trials` the framework says "
            "`measure_first`.",
            examples=[200],
        ),
    ]


class MeasuredLatency(Closed, frozen=True):
    """Latency of one way to serve as measured, end to end: from sending a request to the last token of its answer."""

    p50_seconds: Annotated[
        float,
        Meta(
            ge=0.001,
            le=3600,
            description="Median [seconds]. Sets the scale of the latency of what was measured; that of the prompt "
            "also of a fine-tune of the same base model that was not.",
            examples=[1.1],
        ),
    ]
    p95_seconds: Annotated[
        float,
        Meta(
            ge=0.001,
            le=3600,
            description="95th percentile [seconds]; above `p50_seconds`, else a 422. Sets how far single requests "
            "stray; that of the prompt also for every option that was not measured.",
            examples=[2.3],
        ),
    ]


class TokenPrices(Closed, frozen=True):
    """Inference prices the caller pays [USD/1M tokens]. `finance.vendor_discount` does not touch them."""

    input_usd_per_mtok: Annotated[
        Price, Meta(description="Price of uncached input tokens [USD/1M tokens].", examples=[0.4])
    ]
    output_usd_per_mtok: Annotated[
        Price, Meta(description="Price of output tokens, hidden reasoning included [USD/1M tokens].", examples=[1.6])
    ]
    cache_read_usd_per_mtok: Annotated[
        Price | None,
        Meta(
            description="Price of instruction tokens found in the prompt cache [USD/1M tokens]. Absent: nothing is "
            "cached unless a `cache_hit_rate` is stated; a hit then costs the input price.",
            examples=[0.1],
        ),
    ] = None
    cache_write_usd_per_mtok: Annotated[
        Price | None,
        Meta(
            description="Price of instruction tokens put into the prompt cache [USD/1M tokens]. Absent: the input "
            "price.",
            examples=[0.5],
        ),
    ] = None


class Tokens(Closed, frozen=True):
    """Tokens of one request, by part; input tokens are instruction and payload together."""

    instruction: Annotated[
        PositiveEstimate | None,
        Meta(
            description="System prompt and few-shot examples: the same in every request, and what a cache can hold "
            "[tokens/request]. Absent for the prompt: counted from `texts`, else the assumption "
            "`prompt_instruction_tokens`; for the improved prompt: the prompt's and what techniques add; for an "
            "alternative: the prompt's; for the fine-tune: the prompt's times the assumption "
            "`tuned_instruction_share`.",
            examples=[2600],
        ),
    ] = None
    payload: Annotated[
        PositiveEstimate | None,
        Meta(
            description="What differs from request to request [tokens/request]. Absent for the prompt: counted from "
            "`texts`, else the assumption `prompt_payload_tokens`; for every other option: as prompted.",
            examples=[{"low": 180, "high": 520}],
        ),
    ] = None
    output: Annotated[
        PositiveEstimate | None,
        Meta(
            description="The answer, hidden reasoning included [tokens/request]. Absent for the prompt: counted from "
            "`texts`, else the assumption `prompt_output_tokens`; for the improved prompt: the prompt's and what "
            "techniques add; for every other option: as prompted.",
            examples=[45],
        ),
    ] = None
