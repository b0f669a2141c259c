"""The request's first option: the prompt as it is today, what it costs and how often it is right."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.nouns.base import Closed
from service.nouns.estimate import Count, PositiveEstimate, Price, Share, ShareEstimate, WeeksEstimate

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

Text = Annotated[str, Meta(min_length=0, max_length=TEXT_LIMIT, description="A text of at most 200,000 characters.")]
ModelId = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=200,
        description="Identifier of a base model, `provider/model`; exact aliases are accepted, no others.",
    ),
]


class GradedTrials(Closed, frozen=True):
    """Answers of the prompt that were graded right or wrong: what its accuracy is estimated from."""

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
            "`prompt_instruction_tokens`; for the fine-tune: the prompt's times the assumption "
            "`tuned_instruction_share`.",
            examples=[2600],
        ),
    ] = None
    payload: Annotated[
        PositiveEstimate | None,
        Meta(
            description="What differs from request to request [tokens/request]. Absent for the prompt: counted from "
            "`texts`, else the assumption `prompt_payload_tokens`; for the fine-tune: as prompted.",
            examples=[{"low": 180, "high": 520}],
        ),
    ] = None
    output: Annotated[
        PositiveEstimate | None,
        Meta(
            description="The answer, hidden reasoning included [tokens/request]. Absent for the prompt: counted from "
            "`texts`, else the assumption `prompt_output_tokens`; for the fine-tune: as prompted.",
            examples=[45],
        ),
    ] = None


class Texts(Closed, frozen=True):
    """Texts to be counted in place of token counts.

    A tokenizer that is not public is stood in for by `o200k_base` and the range widened. All texts of a request
    together have at most 1,000,000 characters. They are never repeated in the answer or a log.
    """

    instruction: Annotated[
        Text | None, Meta(description="The system prompt. Absent: the few-shot examples alone are counted.")
    ] = None
    few_shot: Annotated[
        list[Text],
        Meta(
            max_length=1000,
            description="Few-shot examples that go with every request; counted as part of the instruction. Absent: "
            "none.",
        ),
    ] = field(default_factory=list)
    payload_samples: Annotated[
        list[Text],
        Meta(
            max_length=1000,
            description="What differs from request to request, several times over; their counts become an 80 % "
            "interval of the payload tokens. Absent: nothing is counted.",
        ),
    ] = field(default_factory=list)
    output_samples: Annotated[
        list[Text],
        Meta(
            max_length=1000,
            description="Answers, several of them; their counts become an 80 % interval of the output tokens. Absent: "
            "nothing is counted.",
        ),
    ] = field(default_factory=list)


class MeasuredLatency(Closed, frozen=True):
    """Latency of the prompt as measured, end to end: from sending a request to the last token of its answer."""

    p50_seconds: Annotated[
        float,
        Meta(
            ge=0.001,
            le=3600,
            description="Median [seconds]. Sets the scale of the prompt's latency, and of a fine-tune of the same "
            "base model.",
            examples=[1.1],
        ),
    ]
    p95_seconds: Annotated[
        float,
        Meta(
            ge=0.001,
            le=3600,
            description="95th percentile [seconds]; above `p50_seconds`, else a 422. Sets how far single requests "
            "stray, for both options.",
            examples=[2.3],
        ),
    ]


class Prompting(Closed, frozen=True):
    """The prompt as it is today: how often it is right, what it sends, and what it costs."""

    measured_accuracy: Annotated[
        GradedTrials,
        Meta(
            description="Graded answers of the prompt; its accuracy is estimated from them (Beta posterior, Jeffreys "
            "prior)."
        ),
    ]
    base_model: Annotated[
        ModelId | None,
        Meta(
            description="Base model that is prompted, `provider/model` as GET /v1/models lists it; exact aliases are "
            "accepted. Absent: none where `prices` are stated, else the assumption `prompt_base_model` of GET "
            "/v1/assumptions. One without a known price needs `prices`, else it is a 422.",
            examples=["openai/gpt-4.1-mini"],
        ),
    ] = None
    prices: Annotated[
        TokenPrices | None,
        Meta(
            description="Token prices the caller pays; they beat those of `base_model`. Absent: the prices of "
            "`base_model` in force at `as_of`."
        ),
    ] = None
    tokens: Annotated[
        Tokens | None,
        Meta(
            description="Tokens of one request; a part that is stated beats its count from `texts`. Absent: counted "
            "from `texts`, else assumed part by part."
        ),
    ] = None
    texts: Annotated[
        Texts | None, Meta(description="Texts to be counted in place of token counts. Absent: see `tokens`.")
    ] = None
    techniques_tried: Annotated[
        Annotated[list[Technique], Meta(max_length=20)] | None,
        Meta(
            description="Techniques the measured prompt uses already or was tried with; they promise no further gain. "
            "Absent: unknown, and each counts at a part of its gain (the assumption `untold_technique_share`). An "
            "empty array: none was tried.",
            examples=[["few_shot", "chain_of_thought"]],
        ),
    ] = None
    cache_hit_rate: Annotated[
        ShareEstimate | None,
        Meta(
            description="Share of requests that find the instruction in the provider's prompt cache [share]. Absent: "
            "follows from the volume and the assumption `cache_time_to_live`; 0 without a cache-read price or below "
            "`min_cacheable_tokens`."
        ),
    ] = None
    batch_share: Annotated[
        Share | None,
        Meta(
            description="Share of requests, of either option, that can wait and are sent at batch prices, those of "
            "the price list or by the assumption `batch_discount` [share]. Absent: the assumption `batch_share` of "
            "GET /v1/assumptions.",
            examples=[0],
        ),
    ] = None
    invalid_output_rate: Annotated[
        Share | None,
        Meta(
            description="Share of the prompt's outputs that cannot be used and are asked for once more [share]. "
            "Absent: the assumption `invalid_output_rate` of GET /v1/assumptions.",
            examples=[0.02],
        ),
    ] = None
    build_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="One-off cost of the prompt where it is still to be built [finance.currency]. Absent: 0; a "
            "prompt that was measured is built, and its cost is sunk."
        ),
    ] = None
    improvement_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="One-off cost of a round of improving the prompt [finance.currency]. Absent: the assumption "
            "`prompt_improvement_cost` of GET /v1/assumptions.",
            examples=[{"low": 5000, "high": 30000}],
        ),
    ] = None
    improvement_weeks: Annotated[
        WeeksEstimate | None,
        Meta(
            description="Weeks until the improved prompt serves [weeks]. Absent: the assumption "
            "`article_prompt_lead_time` of GET /v1/assumptions.",
            examples=[{"low": 1, "high": 4}],
        ),
    ] = None
    maintenance_cost_per_month: Annotated[
        PositiveEstimate | None,
        Meta(
            description="People's time for keeping the prompt in order [finance.currency/month]. Absent: the "
            "assumption `prompt_maintenance_cost_per_month` of GET /v1/assumptions.",
            examples=[{"low": 300, "high": 1200}],
        ),
    ] = None
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the provider shuts the prompted base model down; the assumption "
            "`prompt_migration_cost` then falls due. Absent: none is known, and it is taken to serve through the "
            "horizon."
        ),
    ] = None
    measured_latency: Annotated[
        MeasuredLatency | None,
        Meta(
            description="Latency of the prompt as measured. Absent: calculated from the latency assumptions "
            "(`ttft_base`, `output_tokens_per_second` and others)."
        ),
    ] = None
    cost_per_trial: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of grading one answer [finance.currency/trial]: prices the studies of "
            "`value_of_information`. Absent: the assumption `prompt_cost_per_trial` of GET /v1/assumptions.",
            examples=[{"low": 0.5, "high": 3}],
        ),
    ] = None
