"""The money of an answer: costs and cash flows. No unions; what does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open

Money = Annotated[float, Meta(description="Money in finance.currency, not rounded")]


class Spread(Open, frozen=True):
    """A sum of money at the base case and its percentiles over the draws, each percentile by itself."""

    base_case: Annotated[Money, Meta(description="The base case: every estimate at its median [finance.currency].")]
    p10: Annotated[Money, Meta(description="10th percentile over the draws [finance.currency].")]
    p50: Annotated[Money, Meta(description="50th percentile over the draws [finance.currency].")]
    p90: Annotated[Money, Meta(description="90th percentile over the draws [finance.currency].")]


class Components(Open, frozen=True):
    """The cost of a month by what it pays for, at the first month's volume and prices."""

    tokens: Annotated[Money, Meta(description="Inference tokens [finance.currency/month].")]
    errors: Annotated[
        Money,
        Meta(
            description="Wrong answers at `finance.error_cost` [finance.currency/month]; 0 where errors are not "
            "valued. For the fine-tune, those right after training."
        ),
    ]
    hosting: Annotated[
        Money, Meta(description="Hosting and storage of the fine-tune [finance.currency/month]; 0 for a prompt.")
    ]
    maintenance: Annotated[
        Money,
        Meta(description="People's time: upkeep of a prompt, monitoring of a fine-tune [finance.currency/month]."),
    ]
    total: Annotated[Money, Meta(description="Sum of the above [finance.currency/month].")]


class PresentValues(Open, frozen=True):
    """The present value of an option's cost by what it pays for. The parts add up to the base case of its tco."""

    one_off: Annotated[Money, Meta(description="Paid in month 0: building or improving [finance.currency].")]
    tokens: Annotated[Money, Meta(description="Inference tokens of the option itself [finance.currency].")]
    errors: Annotated[
        Money,
        Meta(
            description="Wrong answers of the option itself at `finance.error_cost` [finance.currency]; 0 where "
            "errors are not valued."
        ),
    ]
    hosting: Annotated[
        Money, Meta(description="Hosting and storage of the fine-tune [finance.currency]; 0 for a prompt.")
    ]
    maintenance: Annotated[Money, Meta(description="Upkeep of a prompt, monitoring of a fine-tune [finance.currency].")]
    retraining: Annotated[
        Money,
        Meta(description="Retrainings of the fine-tune, a migration included [finance.currency]; 0 for a prompt."),
    ]
    migration: Annotated[
        Money,
        Meta(description="Moving the prompt after a shutdown of its base model [finance.currency]; 0 for a fine-tune."),
    ]
    prompting_while_not_live: Annotated[
        Money,
        Meta(
            description="All that the prompt costs, wrong answers included, while the fine-tune is not live; building it "
            "too where the fine-tune never is [finance.currency]; 0 for a prompt."
        ),
    ]


class OptionCosts(Open, frozen=True):
    """What one option costs: once, per month, per request, per correct answer, and over the horizon."""

    one_off: Annotated[Money, Meta(description="Paid once, in month 0 [finance.currency].")]
    monthly: Annotated[
        Components, Meta(description="A month by what it pays for, at the first month's volume and prices.")
    ]
    token_cost_per_request: Annotated[
        Money,
        Meta(
            description="Tokens of one request at today's prices, retries of invalid outputs included "
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
            description="`monthly.total`, with the one-off cost spread evenly over the months in use and a retraining "
            "over its interval [finance.currency/month]; null where the option is never in use."
        ),
    ]
    levelised_cost_per_request: Annotated[
        Money | None,
        Meta(
            description="Total cost over all requests of the horizon, both discounted [finance.currency/request]; "
            "null where there are none."
        ),
    ]
    levelised_cost_per_correct_answer: Annotated[
        Money | None,
        Meta(
            description="Total cost over all right answers of the horizon, both discounted [finance.currency/answer]; "
            "null where there are none."
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
            description="The same without the cost of wrong answers, those of the prompt inside "
            "`present_values.prompting_while_not_live` included [finance.currency]."
        ),
    ]


class WithoutCache(Open, frozen=True):
    """The same prompt with every input token at full price: what prompt caching saves."""

    token_cost_per_request: Annotated[
        Money, Meta(description="Tokens of one request at today's prices, nothing cached [finance.currency/request].")
    ]
    tokens_per_month: Annotated[
        Money, Meta(description="Tokens of the first month, nothing cached [finance.currency/month].")
    ]
    tokens_present_value: Annotated[
        Money, Meta(description="Tokens over the horizon in today's money, nothing cached [finance.currency].")
    ]


class NpvAnswer(Open, frozen=True):
    """A net present value: what an option saves against another, in today's money. Above zero it pays."""

    base_case: Annotated[Money, Meta(description="The base case: every estimate at its median [finance.currency].")]
    mean: Annotated[Money, Meta(description="Mean over the draws: the expected value [finance.currency].")]
    p10: Annotated[Money, Meta(description="10th percentile over the draws [finance.currency].")]
    p50: Annotated[Money, Meta(description="50th percentile over the draws [finance.currency].")]
    p90: Annotated[Money, Meta(description="90th percentile over the draws [finance.currency].")]
    standard_error: Annotated[Money, Meta(ge=0, description="Monte Carlo standard error of `mean` [finance.currency].")]
    probability_positive: Annotated[
        float, Meta(ge=0, le=1, description="Share of the draws in which it is above zero [share].")
    ]


class Costs(Open, frozen=True):
    """What each option costs and what switching is worth.

    All of it is forward-looking: what is spent already is sunk.
    """

    currency: Annotated[str, Meta(description="ISO 4217 code of every sum in this answer.", examples=["USD"])]
    error_cost_state: Annotated[
        str,
        Meta(
            description="Whether money counts wrong answers: not_valued where `finance.error_cost` is not stated. "
            "Extensible enum: one of valued, not_valued.",
            examples=["valued", "not_valued"],
        ),
    ]
    prompting: Annotated[OptionCosts, Meta(description="The prompt as it is.")]
    improved_prompt: Annotated[
        OptionCosts,
        Meta(
            description="The prompt after a round of improvement; its requests keep the tokens of the prompt as it is."
        ),
    ]
    fine_tuning: Annotated[
        OptionCosts,
        Meta(description="Switching to the chosen fine-tuning offer; while it is not live the prompt serves."),
    ]
    prompting_without_cache: Annotated[
        WithoutCache, Meta(description="The prompt as it is with every input token at full price.")
    ]
    prompt_cache_hit_rate: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Share of the prompt's requests that find the instruction in the cache, base case [share].",
        ),
    ]
    fine_tuning_cache_hit_rate: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Share of the fine-tune's requests that find the instruction in the cache, base case [share].",
        ),
    ]
    npv: Annotated[
        NpvAnswer,
        Meta(description="Net present value of switching to fine-tuning, against keeping the prompt as it is."),
    ]
    npv_of_improving: Annotated[
        NpvAnswer, Meta(description="Net present value of improving the prompt, against keeping it as it is.")
    ]
    npv_against_better_prompt: Annotated[
        NpvAnswer,
        Meta(
            description="Net present value of switching to fine-tuning, against the better of the prompt as it is and "
            "the improved one."
        ),
    ]
    roi: Annotated[
        float | None,
        Meta(
            description="NPV over the present value of what fine-tuning takes: one-off, retraining, monitoring and "
            "hosting [ratio]; null where it takes nothing or cannot go live."
        ),
    ]
    saving_per_request: Annotated[
        Money,
        Meta(
            description="Token cost of a request prompted less fine-tuned, at today's prices; negative where "
            "fine-tuning is dearer [finance.currency/request]."
        ),
    ]
    go_live_month: Annotated[
        float, Meta(description="When the fine-tune starts to serve, base case [months].", examples=[2.25])
    ]
    end_month: Annotated[
        float,
        Meta(
            description="When the fine-tune stops serving, at the horizon or at the provider's shutdown, base case "
            "[months].",
            examples=[24],
        ),
    ]
    live_months: Annotated[float, Meta(description="How long the fine-tune serves, base case [months].")]
    retrainings: Annotated[
        float, Meta(description="Retrainings paid over the horizon, a migration included, base case [retrainings].")
    ]
    retraining_cost: Annotated[
        Money, Meta(description="Cost of one retraining, base case [finance.currency/retraining].")
    ]
    is_feasible: Annotated[bool, Meta(description="Whether the chosen offer can go live inside the horizon.")]
    infeasible_because: Annotated[str | None, Meta(description="Why it cannot go live; null where it can.")]


class CashFlow(Open, frozen=True):
    """One month of the base case. Month 0 holds the one-off costs; flows of month m fall at its end."""

    month: Annotated[
        int, Meta(ge=0, description="Month of the horizon; 0 is the day of the decision [months].", examples=[0])
    ]
    requests: Annotated[float, Meta(description="Requests of the month [requests].")]
    prompting: Annotated[Money, Meta(description="Cost of the month with the prompt as it is [finance.currency].")]
    improved_prompt: Annotated[
        Money, Meta(description="Cost of the month with the improved prompt [finance.currency].")
    ]
    fine_tuning: Annotated[
        Money,
        Meta(
            description="Cost of the month having switched; that of the prompt for the part in which the fine-tune is "
            "not live [finance.currency]."
        ),
    ]
    saving: Annotated[
        Money,
        Meta(description="`prompting` less `fine_tuning`; negative where switching costs more [finance.currency]."),
    ]
    cumulative_saving: Annotated[
        Money, Meta(description="Savings up to and with this month, undiscounted [finance.currency].")
    ]
    live_share: Annotated[
        float, Meta(ge=0, le=1, description="Part of the month in which the fine-tune serves [share].")
    ]
    retrainings: Annotated[float, Meta(description="Retrainings paid in the month [retrainings].")]
    fine_tuned_accuracy: Annotated[
        float | None,
        Meta(
            description="Accuracy of the fine-tune over all requests it serves in the month [share]; null where it is "
            "not live."
        ),
    ]
