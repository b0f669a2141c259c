"""The options of an answer: every way to serve the task, with its figures. What does not apply is null or absent."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.answer.money import Money, MonthlyCosts, NpvAnswer, PaybackAnswer, PresentValues, Spread
from service.nouns.answer.offers import LifeOrigin, RetiresOn
from service.nouns.answer.quality import OptionAccuracy, OptionLatency
from service.nouns.base import Open


class OptionPrices(Open, frozen=True):
    """The token prices that the option pays in month 1, base case, `finance.vendor_discount` taken off."""

    input: Annotated[Money, Meta(description="Input tokens [finance.currency/1M tokens].", examples=[0.4])]
    output: Annotated[Money, Meta(description="Output tokens [finance.currency/1M tokens].", examples=[1.6])]
    cache_read: Annotated[
        Money | None,
        Meta(description="Input tokens found in the cache [finance.currency/1M tokens]; null where none is published."),
    ]
    cache_write: Annotated[
        Money | None,
        Meta(description="Input tokens put into the cache [finance.currency/1M tokens]; null where none is charged."),
    ]
    source: Annotated[
        str,
        Meta(
            description="Where they come from; `the request` where the caller stated them.",
            examples=["genai-prices 0.2.3"],
        ),
    ]
    checked: Annotated[
        datetime.date | None,
        Meta(description="Day on which they were last checked; null where the caller stated them."),
    ]


class OptionTokens(Open, frozen=True):
    """The tokens of one request, base case, what techniques add included."""

    instruction: Annotated[
        float, Meta(ge=0, description="System prompt and examples, the part that can be cached [tokens/request].")
    ]
    payload: Annotated[float, Meta(ge=0, description="What differs from request to request [tokens/request].")]
    output: Annotated[float, Meta(ge=0, description="Completion, reasoning included [tokens/request].")]
    cache_hit_rate: Annotated[
        float, Meta(ge=0, le=1, description="Share of requests that find the instruction in the cache [share].")
    ]
    cost_without_cache: Annotated[
        Money,
        Meta(
            description="Tokens of one request with every input token at full price: less `token_cost_per_request` it "
            "is what caching saves [finance.currency/request]."
        ),
    ]


class TimelineAnswer(Open, frozen=True):
    """When the option itself serves, base case. All null for an infeasible option."""

    start_month: Annotated[
        float | None,
        Meta(description="When it starts to serve [months]; null where infeasible.", examples=[2.25]),
    ]
    end_month: Annotated[
        float | None,
        Meta(
            description="When it stops serving, at the horizon or when its base model retires [months]; null where "
            "infeasible.",
            examples=[24],
        ),
    ]
    live_months: Annotated[float | None, Meta(description="How long it serves [months]; null where infeasible.")]
    retrainings: Annotated[
        float | None,
        Meta(
            description="Regular retrainings paid over the horizon [retrainings]; migrations are not counted; 0 for a "
            "prompt, null where infeasible."
        ),
    ]


class TrainingAnswer(Open, frozen=True):
    """What training a fine-tune costs, base case."""

    run_cost: Annotated[
        Money | None,
        Meta(description="One training run [finance.currency/run]; null where the build cost is one stated sum."),
    ]
    labels_cost: Annotated[
        Money | None,
        Meta(description="Labels that are missing [finance.currency]; null where the build cost is one stated sum."),
    ]
    build_cost: Annotated[
        Money,
        Meta(
            description="The first fine-tune: people's time, labels and training runs [finance.currency]; 0 where it "
            "is in service."
        ),
    ]
    retraining_cost: Annotated[Money, Meta(description="One retraining [finance.currency/retraining].")]
    amortised_per_month: Annotated[
        Money | None,
        Meta(
            description="`build_cost` spread evenly over the live months and `retraining_cost` over its interval "
            "[finance.currency/month]; null where it is never live."
        ),
    ]
    amortised_per_request: Annotated[
        Money | None,
        Meta(
            description="`amortised_per_month` over the requests of its first full month [finance.currency/request]; "
            "null where there are none."
        ),
    ]


class LifetimeAnswer(Open, frozen=True):
    """When the option's base model retires, and what a fine-tune then does."""

    retires_on: RetiresOn
    origin: LifeOrigin
    on_shutdown: Annotated[
        str | None,
        Meta(
            description="What a fine-tune does when its base model retires: train anew on the successor, or give way "
            "to what stands in; null for a prompt, where infeasible, or where its end leaves no choice. Extensible enum: one of "
            "migrate, revert.",
            examples=["migrate", "revert"],
        ),
    ]
    npv_migrate: Annotated[
        Money | None,
        Meta(
            description="Mean NPV of migrating, with the stand-in that is best for it [finance.currency]; null where "
            "`on_shutdown` is, no successor can be trained, or the fine-tune is in service, against which savings are counted."
        ),
    ]
    npv_revert: Annotated[
        Money | None,
        Meta(
            description="Mean NPV of reverting, with the stand-in that is best for it [finance.currency]; null where "
            "`on_shutdown` is, or the fine-tune is in service."
        ),
    ]


class OptionAnswer(Open, frozen=True, kw_only=True):
    """One way to serve the task over the horizon: what it costs, what it saves, how often it is right, how fast it is.

    All of it is forward-looking: what is spent already is sunk. Savings are against `options[0]`. An infeasible option
    keeps its keys; figures that need it to serve are null.
    """

    id: Annotated[
        str,
        Meta(
            description="Id of the option: `keep`, `improve`, `in_service`, `prompt:` and the name of an alternative, "
            "`tune:` and the id of an offer.",
            examples=["keep", "improve", "prompt:retrieval", "tune:azure/gpt-4.1-mini", "tune:own", "in_service"],
        ),
    ]
    kind: Annotated[
        str,
        Meta(
            description="What kind of option it is. Extensible enum: one of keep, improve, other_prompt, fine_tune, "
            "in_service.",
            examples=["keep", "improve", "other_prompt", "fine_tune", "in_service"],
        ),
    ]
    name: Annotated[str, Meta(description="Name of the option for people.", examples=["The prompt as it is"])]
    base_model: Annotated[
        str | None,
        Meta(
            description="Canonical id of its base model; null where only prices were stated.",
            examples=["openai/gpt-4.1-mini"],
        ),
    ]
    offer: Annotated[
        str | None,
        Meta(
            description="Id of its fine-tuning offer, as in `offers`; null for a prompt.",
            examples=["azure/gpt-4.1-mini"],
        ),
    ]
    stands_in: Annotated[
        str | None,
        Meta(
            description="Id of the option that serves before a fine-tune's start and after its end; null for a "
            "prompt, or where infeasible.",
            examples=["keep", "improve"],
        ),
    ]
    is_feasible: Annotated[bool, Meta(description="Whether it can serve inside the horizon.")]
    obstacle: Annotated[str | None, Meta(description="Why it cannot, in a sentence; null where it can.")]
    is_measured: Annotated[
        bool,
        Meta(
            description="Whether its accuracy rests on graded answers of its own. An alternative without is never "
            "served before it is measured."
        ),
    ]
    chance_meets_bar: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which it meets what is asked of accuracy and latency [share]; where neither an "
            "accuracy nor an error cost is stated, today's accuracy less `task.tolerated_loss` is asked; null where nothing "
            "is, or infeasible."
        ),
    ]
    chance_best: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which its NPV is the highest of the options that may be served today and then "
            "meet what is asked; of all, where none does [share]; null where it may not: infeasible, or an alternative without a measurement."
        ),
    ]
    dominated_by: Annotated[
        str | None,
        Meta(
            description="Id of an option that shows why this one is not worth its cost whatever an error costs: one that costs "
            "no more and is at least as often right, or the more right one of two between which it lies, a mixture of which "
            "costs no more and is right at least as often; neither the bar nor latency plays a part; null where none does, or where "
            "it may not be served today.",
            examples=["improve"],
        ),
    ]
    incremental_cost_per_right_answer: Annotated[
        Annotated[Money, Meta(ge=0)] | None,
        Meta(
            description="What one right answer more costs than with the next cheaper option that is not dominated: the error "
            "cost above which this option is worth more than that one; means over the draws, costs without errors, both "
            "discounted [finance.currency/answer]; null for the cheapest, where `dominated_by` is not null, or where it may "
            "not be served today.",
            examples=[0.017],
        ),
    ]
    one_off: Annotated[
        Money | None,
        Meta(
            description="Its own cost in month 0, base case; that of what stands in is part of "
            "`present_values.stand_in` [finance.currency]; null where infeasible."
        ),
    ]
    monthly: Annotated[MonthlyCosts, Meta(description="Its first full month by what it pays for.")]
    prices: Annotated[OptionPrices, Meta(description="The token prices it pays.")]
    tokens: Annotated[OptionTokens, Meta(description="The tokens of one request.")]
    token_cost_per_request: Annotated[
        Money,
        Meta(
            description="Tokens of one request at today's prices, retries of invalid outputs included, base case "
            "[finance.currency/request]."
        ),
    ]
    cost_per_correct_answer: Annotated[
        Money | None,
        Meta(
            description="`monthly.total` over the right answers of that month [finance.currency/answer]; null where "
            "there are none."
        ),
    ]
    amortised_cost_per_month: Annotated[
        Money | None,
        Meta(
            description="`monthly.total`, with `one_off` spread evenly over the live months and a retraining over its "
            "interval [finance.currency/month]; null where it has no full month."
        ),
    ]
    levelised_cost_per_request: Annotated[
        Money | None,
        Meta(
            description="Total cost over all requests of the horizon, both discounted [finance.currency/request]; "
            "null where there are none, or infeasible."
        ),
    ]
    levelised_cost_per_correct_answer: Annotated[
        Money | None,
        Meta(
            description="Total cost over all right answers of the horizon, both discounted [finance.currency/answer]; "
            "null where there are none, or infeasible."
        ),
    ]
    present_values: Annotated[PresentValues, Meta(description="The base case of `tco` by what it pays for.")]
    tco: Annotated[
        Spread,
        Meta(
            description="Total cost of ownership: all costs over the horizon in today's money, wrong answers included "
            "where they are valued [finance.currency]."
        ),
    ]
    tco_without_errors: Annotated[
        Spread,
        Meta(
            description="The same without the cost of wrong answers, those of what stands in left out too "
            "[finance.currency]."
        ),
    ]
    npv: Annotated[
        NpvAnswer, Meta(description="Net present value against `options[0]`; 0 throughout for `options[0]` itself.")
    ]
    npv_over_best_other: Annotated[
        NpvAnswer,
        Meta(description="Net present value against the best other option that may be served, by mean NPV."),
    ]
    payback: Annotated[PaybackAnswer, Meta(description="When the outlay is earned back, undiscounted.")]
    discounted_payback: Annotated[
        PaybackAnswer,
        Meta(description="When the outlay is earned back, later money counting less by `discount_rate`."),
    ]
    roi: Annotated[
        float | None,
        Meta(
            description="NPV over the present value of one-off, retraining, hosting and upkeep above those of "
            "`options[0]`, base case [ratio]; null where these are not above, or infeasible."
        ),
    ]
    payback_requests: Annotated[
        float | None,
        Meta(
            description="One-off cost over what running on saves per request [requests]; null where running on saves "
            "nothing, or infeasible."
        ),
    ]
    saving_from_model: Annotated[
        Money | None,
        Meta(
            description="Part of a fine-tune's token saving that its base model alone would bring: tokens of the "
            "prompt as it is less those of the same prompt at that base model's prices, present value over the live "
            "time [finance.currency]; null for a prompt, where infeasible, or where that price is not known."
        ),
    ]
    saving_from_tuning: Annotated[
        Money | None,
        Meta(
            description="The rest of a fine-tune's token saving, present value over the live time [finance.currency]; "
            "null where `saving_from_model` is."
        ),
    ]
    timeline: Annotated[TimelineAnswer, Meta(description="When it serves.")]
    training: (
        Annotated[TrainingAnswer, Meta(description="What training it costs; absent for a prompt.")] | UnsetType
    ) = UNSET
    accuracy: Annotated[OptionAccuracy, Meta(description="How often it is right.")]
    latency: Annotated[OptionLatency, Meta(description="How long a request takes.")]
    lifetime: Annotated[LifetimeAnswer, Meta(description="When its base model retires.")]
