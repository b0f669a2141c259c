"""The request's prompt as it is today: what it costs, how often it is right, how it may be improved."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from service.nouns.base import Closed
from service.nouns.estimate import PositiveEstimate, Share, ShareEstimate, WeeksEstimate
from service.nouns.request.alternatives import Alternative
from service.nouns.request.serving import GradedTrials, MeasuredLatency, ModelId, TokenPrices, Tokens

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
            description="What differs from request to request, several times over; the arithmetic mean of their counts is "
            "billed, as uncertain as its standard error. Absent: nothing is counted.",
        ),
    ] = field(default_factory=list)
    output_samples: Annotated[
        list[Text],
        Meta(
            max_length=1000,
            description="Answers, several of them; the arithmetic mean of their counts is billed, as uncertain as its standard error. Absent: "
            "nothing is counted.",
        ),
    ] = field(default_factory=list)


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
    is_pinned: Annotated[
        bool | None,
        Meta(
            description="Whether the provider keeps what serves under the base model's name unchanged, as with a dated "
            "snapshot. false or absent: `verdict.risks` says by how many points a prompt of this accuracy moves in a year, "
            "fitted to published scores. false: the accuracy of the prompt and of its improvement drifts in the draws as well. "
            "Absent counts as unknown, and moves no other figure."
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
            "Absent: unknown, and each counts as tried with the share of teams that have tried it (the assumption "
            "`technique_tried_few_shot` and those of the other techniques). An empty array: none was tried.",
            examples=[["few_shot", "chain_of_thought"]],
        ),
    ] = None
    improvement_techniques: Annotated[
        Annotated[list[Technique], Meta(max_length=20)] | None,
        Meta(
            description="Techniques that a round of improving the prompt will try, and no others; one that was tried "
            "already gains nothing. Absent: every technique that was not tried, and what further work always leaves. "
            "An empty array: none, so improving gains nothing.",
            examples=[["better_examples", "prompt_optimiser"]],
        ),
    ] = None
    improved_tokens: Annotated[
        Tokens | None,
        Meta(
            description="Tokens of one request to the improved prompt. Absent, or a part of it: as prompted, and what "
            "the techniques not tried yet add (the assumptions `prompt_tokens_few_shot`, "
            "`prompt_tokens_better_examples`, `prompt_tokens_chain_of_thought` and `prompt_tokens_prompt_optimiser`)."
        ),
    ] = None
    cache_hit_rate: Annotated[
        ShareEstimate | None,
        Meta(
            description="Share of requests that find the instruction in the provider's prompt cache [share]. Absent: "
            "follows from the volume and the assumptions `cache_time_to_live` and `cache_hit_ceiling`; 0 without a "
            "cache-read price or below `min_cacheable_tokens`."
        ),
    ] = None
    batch_share: Annotated[
        Share | None,
        Meta(
            description="Share of requests, of every option, that can wait and are sent at batch prices: those of the "
            "price list or by the assumption `batch_discount`, of a fine-tune those of its offer [share]. Absent: the "
            "assumption `batch_share` of GET /v1/assumptions.",
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
            description="One-off cost of a round of improving the prompt [finance.currency]. Absent: the assumptions "
            "`prompt_improvement_hours` times `hourly_rate`; with `finance.cost_basis` `article` the assumption "
            "`article_prompt_build_cost`.",
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
            description="All upkeep of the prompt: people's time for keeping it in order [finance.currency/month]. "
            "Absent: `fine_tuning.monitoring_cost_per_month` over the assumption `tuned_upkeep_factor` where it is "
            "stated, else the assumptions `upkeep_hours_per_month` times `hourly_rate`.",
            examples=[{"low": 300, "high": 1200}],
        ),
    ] = None
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the provider shuts the prompted base model down; `migration_cost` is then paid, "
            "and the prompt serves on. Absent: the day that the catalogue knows, else drawn by the age of the base "
            "model, for a day that is not known is not never."
        ),
    ] = None
    migration_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="Cost of moving the prompt to another base model when its own is shut down, paid each time "
            "[finance.currency/migration]. Absent: the assumptions `prompt_migration_hours` times `hourly_rate`, and "
            "as many answers as the assumption `study_trials` says graded again at `cost_per_trial`.",
            examples=[{"low": 800, "high": 5000}],
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
            "`value_of_information`, and grading again after a retraining or a migration. Absent: the assumption "
            "`prompt_cost_per_trial` of GET /v1/assumptions.",
            examples=[{"low": 0.5, "high": 3}],
        ),
    ] = None
    alternatives: Annotated[
        list[Alternative],
        Meta(
            max_length=8,
            description="Other ways to serve the task with a prompt that are to be judged beside today's: another base "
            "model, retrieval, a router or a cascade. Absent or empty: none is judged; base models that may be worth "
            "measuring are only suggested.",
        ),
    ] = field(default_factory=list)
