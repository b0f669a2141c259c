"""Other ways to serve with a prompt that the caller wants judged: another base model, retrieval, a router, a cascade."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta

from service.nouns.base import Closed
from service.nouns.estimate import PositiveEstimate, Share, ShareEstimate, WeeksEstimate
from service.nouns.request.serving import GradedTrials, MeasuredLatency, ModelId, TokenPrices, Tokens

AlternativeName = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[a-z0-9][a-z0-9._-]{0,39}$")]


class Alternative(Closed, frozen=True):
    """Another way to serve the task with a prompt.

    What is not stated is as prompted. One of which nothing but the name is stated would be the prompt itself and is a
    422. One without a measurement is never served before it is measured; the answer says what measuring it is worth.
    """

    name: Annotated[
        AlternativeName,
        Meta(
            description="Name of the alternative: a letter or a digit, then letters, digits, dots, underscores and "
            "hyphens, in lower case. The answer calls the option `prompt:<name>`. A name that is given twice is a 422.",
            examples=["small-model", "retrieval"],
        ),
    ]
    base_model: Annotated[
        ModelId | None,
        Meta(
            description="Base model that serves, `provider/model` as GET /v1/models lists it; exact aliases are "
            "accepted. Absent: that of the prompt. One without a known price needs `prices`, else it is a 422.",
            examples=["openai/gpt-4.1-nano"],
        ),
    ] = None
    prices: Annotated[
        TokenPrices | None,
        Meta(
            description="Token prices the caller pays, blended ones where several base models serve; they beat those "
            "of `base_model`. Absent: the prices of `base_model` in force at `as_of`, else those of the prompt."
        ),
    ] = None
    tokens: Annotated[
        Tokens | None,
        Meta(
            description="Tokens of one request, retrieved passages and calls of a router included. Absent, or a part "
            "of it: as prompted."
        ),
    ] = None
    cache_hit_rate: Annotated[
        ShareEstimate | None,
        Meta(
            description="Share of requests that find the instruction in the provider's prompt cache [share]. Absent: "
            "that of the prompt where it is stated, else it follows from the volume and the assumptions "
            "`cache_time_to_live` and `cache_hit_ceiling`; 0 without a cache-read price."
        ),
    ] = None
    invalid_output_rate: Annotated[
        Share | None,
        Meta(
            description="Share of the outputs that cannot be used and are asked for once more [share]. Absent: that of "
            "the prompt.",
            examples=[0.01],
        ),
    ] = None
    measured_accuracy: Annotated[
        GradedTrials | None,
        Meta(
            description="Answers of this alternative that were graded. Absent: not measured; its accuracy is predicted "
            "from the prompt's and the capability of both base models, and it takes part as something to measure only."
        ),
    ] = None
    measured_latency: Annotated[
        MeasuredLatency | None,
        Meta(
            description="Latency of this alternative as measured. Absent: calculated from its tokens; the scale measured "
            "of the prompt carries over to the same base model only."
        ),
    ] = None
    one_off_cost: Annotated[
        PositiveEstimate | None,
        Meta(
            description="What it costs to get there, once [finance.currency]. Absent: 0.",
            examples=[{"low": 2000, "high": 8000}],
        ),
    ] = None
    running_cost_per_month: Annotated[
        PositiveEstimate | None,
        Meta(
            description="What it costs each month on top of tokens and upkeep, an index or a router for example "
            "[finance.currency/month]. Absent: 0.",
            examples=[150],
        ),
    ] = None
    weeks: Annotated[
        WeeksEstimate | None,
        Meta(
            description="Weeks from the decision until it serves [weeks]. Absent: 0.",
            examples=[2],
        ),
    ] = None
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the provider shuts its base model down; `prompting.migration_cost` is then paid, "
            "and it serves on. Absent: that of the prompt where the base model is the prompt's, else the day that the "
            "catalogue knows, else drawn by the age of the base model."
        ),
    ] = None
