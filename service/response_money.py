"""The money of an answer: costs, break-evens, paybacks and cash flows. No unions; what does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Money = Annotated[float, Meta(description="Money in finance.currency, not rounded")]
Months = Annotated[float | None, Meta(description="Months; null when it never happens")]


class Noun(Struct, frozen=True, kw_only=True):
    """Base of all answer objects."""


class CrossingAnswer(Noun, frozen=True):
    """A value at which the base-case NPV is zero or jumps over zero, and the NPV a millionth of it below and above."""

    value: float
    kind: str
    npv_below: Money
    npv_above: Money
    fine_tuning_pays: str
    offer: Annotated[str, Meta(description="The offer that is best at this value")]


class BreakEvenItem(Noun, frozen=True):
    """The break-even of one input, all else unchanged."""

    input: str
    unit: str
    current: float
    break_even: list[float]
    state: str
    fine_tuning_pays: str | None
    distance: Annotated[float | None, Meta(description="(nearest break-even - current) / current; null from zero")]
    crossings: list[CrossingAnswer]


class Distribution(Noun, frozen=True):
    """Percentiles over the draws; null where the percentile is never reached."""

    p10: float | None
    p50: float | None
    p90: float | None
    share_never: float


class PaybackAnswer(Noun, frozen=True):
    """When the outlay is earned back."""

    months: Months
    state: Annotated[str, Meta(description="reached, from_the_start or never")]
    p10: float | None
    p50: float | None
    p90: float | None
    share_never: float


class BreakEvenAnswer(Noun, frozen=True):
    """Where the answer changes."""

    items: list[BreakEvenItem]
    requests_per_month: Distribution
    payback: PaybackAnswer
    discounted_payback: PaybackAnswer
    payback_requests: Annotated[
        float | None, Meta(description="One-off cost over the token saving per request [requests]")
    ]


class Spread(Noun, frozen=True):
    """A figure at the base case and its percentiles over the draws."""

    base_case: Money
    p10: Money
    p50: Money
    p90: Money


class Components(Noun, frozen=True):
    """A cost by what it pays for."""

    tokens: Money
    errors: Money
    hosting: Money
    maintenance: Money
    total: Money


class PresentValues(Noun, frozen=True):
    """The present value of an option's cost by what it pays for; they add up to its tco."""

    one_off: Money
    tokens: Money
    errors: Money
    hosting: Money
    maintenance: Money
    retraining: Money
    migration: Money
    prompting_while_not_live: Money


class OptionCosts(Noun, frozen=True):
    """What one option costs."""

    one_off: Money
    monthly: Components
    token_cost_per_request: Money
    cost_per_correct_answer: Money | None
    amortised_cost_per_month: Money | None
    levelised_cost_per_request: Money | None
    levelised_cost_per_correct_answer: Money | None
    present_values: PresentValues
    tco: Spread
    tco_without_errors: Spread


class WithoutCache(Noun, frozen=True):
    """The same prompt with every input token at full price."""

    token_cost_per_request: Money
    tokens_per_month: Money
    tokens_present_value: Money


class NpvAnswer(Noun, frozen=True):
    """Net present value of switching to fine-tuning."""

    base_case: Money
    mean: Money
    p10: Money
    p50: Money
    p90: Money
    standard_error: Money
    probability_positive: float


class Costs(Noun, frozen=True):
    """What each option costs and what switching is worth."""

    currency: str
    error_cost_state: str
    prompting: OptionCosts
    improved_prompt: OptionCosts
    fine_tuning: OptionCosts
    prompting_without_cache: WithoutCache
    prompt_cache_hit_rate: float
    fine_tuning_cache_hit_rate: float
    npv: NpvAnswer
    npv_of_improving: NpvAnswer
    npv_against_better_prompt: NpvAnswer
    roi: float | None
    saving_per_request: Money
    go_live_month: float
    end_month: float
    live_months: float
    retrainings: float
    retraining_cost: Money
    is_feasible: bool
    infeasible_because: str | None


class CashFlow(Noun, frozen=True):
    """One month of the base case; month 0 holds the one-off costs."""

    month: int
    requests: float
    prompting: Money
    improved_prompt: Money
    fine_tuning: Money
    saving: Money
    cumulative_saving: Money
    live_share: float
    retrainings: float
    fine_tuned_accuracy: float | None
