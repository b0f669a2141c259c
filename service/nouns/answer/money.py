"""The money of an option: spreads, monthly costs, present values, net present value and payback."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open

Money = Annotated[float, Meta(description="Money in finance.currency, not rounded")]


class Spread(Open, frozen=True):
    """A sum over the horizon: base case, mean and percentiles over the draws. All null for an infeasible option."""

    base_case: Annotated[
        Money | None,
        Meta(description="The base case: every estimate at its mean [finance.currency]; null where infeasible."),
    ]
    mean: Annotated[Money | None, Meta(description="Mean over the draws [finance.currency]; null where infeasible.")]
    p10: Annotated[
        Money | None, Meta(description="10th percentile over the draws [finance.currency]; null where infeasible.")
    ]
    p50: Annotated[
        Money | None, Meta(description="50th percentile over the draws [finance.currency]; null where infeasible.")
    ]
    p90: Annotated[
        Money | None, Meta(description="90th percentile over the draws [finance.currency]; null where infeasible.")
    ]


class MonthlyCosts(Open, frozen=True):
    """The option's own cost of its first full month by what it pays for, base case. All null where it has none."""

    tokens: Annotated[
        Money | None,
        Meta(description="Inference tokens [finance.currency/month]; null where the option has no full month."),
    ]
    errors: Annotated[
        Money | None,
        Meta(
            description="Wrong answers at `finance.error_cost` [finance.currency/month]; 0 where errors are not "
            "valued, null where the option has no full month."
        ),
    ]
    hosting: Annotated[
        Money | None,
        Meta(
            description="Hosting and storage [finance.currency/month]; 0 for a prompt, null where the option has no "
            "full month."
        ),
    ]
    upkeep: Annotated[
        Money | None,
        Meta(
            description="People's time and running costs: maintenance of a prompt, monitoring of a fine-tune "
            "[finance.currency/month]; null where the option has no full month."
        ),
    ]
    total: Annotated[
        Money | None,
        Meta(description="Sum of the above [finance.currency/month]; null where the option has no full month."),
    ]


class PresentValues(Open, frozen=True):
    """The present value of an option's cost by what it pays for. The parts add up to the base case of its tco."""

    one_off: Annotated[
        Money | None,
        Meta(
            description="Paid in month 0: building, improving or setting up [finance.currency]; null where infeasible."
        ),
    ]
    tokens: Annotated[
        Money | None,
        Meta(description="Inference tokens of the option itself [finance.currency]; null where infeasible."),
    ]
    errors: Annotated[
        Money | None,
        Meta(
            description="Wrong answers of the option itself at `finance.error_cost` [finance.currency]; 0 where "
            "errors are not valued, null where infeasible."
        ),
    ]
    hosting: Annotated[
        Money | None,
        Meta(description="Hosting and storage [finance.currency]; 0 for a prompt, null where infeasible."),
    ]
    upkeep: Annotated[
        Money | None,
        Meta(
            description="People's time and running costs of the option itself [finance.currency]; null where "
            "infeasible."
        ),
    ]
    retraining: Annotated[
        Money | None,
        Meta(
            description="Regular retrainings of a fine-tune [finance.currency]; 0 for a prompt, null where infeasible."
        ),
    ]
    migration: Annotated[
        Money | None,
        Meta(
            description="Moving to another base model each time that of the option retires: a prompt's migration, "
            "one retraining of a fine-tune, redeploying open weights [finance.currency]; null where infeasible."
        ),
    ]
    stand_in: Annotated[
        Money | None,
        Meta(
            description="All that the option that stands in costs, one-off cost and wrong answers included "
            "[finance.currency]; 0 where nothing stands in, null where infeasible."
        ),
    ]


class NpvAnswer(Open, frozen=True):
    """A net present value: what an option saves against another, in today's money. Above zero it pays."""

    base_case: Annotated[
        Money | None,
        Meta(description="The base case: every estimate at its mean [finance.currency]; null where infeasible."),
    ]
    mean: Annotated[
        Money | None,
        Meta(description="Mean over the draws: the expected value [finance.currency]; null where infeasible."),
    ]
    p10: Annotated[
        Money | None, Meta(description="10th percentile over the draws [finance.currency]; null where infeasible.")
    ]
    p50: Annotated[
        Money | None, Meta(description="50th percentile over the draws [finance.currency]; null where infeasible.")
    ]
    p90: Annotated[
        Money | None, Meta(description="90th percentile over the draws [finance.currency]; null where infeasible.")
    ]
    standard_error: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(description="Monte Carlo standard error of `mean` [finance.currency]; null where infeasible."),
    ]
    probability_positive: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="Share of the draws in which it is above zero [share]; null where infeasible."),
    ]


class PaybackAnswer(Open, frozen=True):
    """When an option's cumulative saving against `options[0]` reaches zero and stays there."""

    months: Annotated[
        float | None,
        Meta(
            description="Payback in the base case [months]; 0 where the saving is never below zero, null where it is "
            "below zero at the end of the horizon, or the option is infeasible.",
            examples=[2.7],
        ),
    ]
    state: Annotated[
        str,
        Meta(
            description="How the payback stands in the base case; never too where the option is infeasible. "
            "Extensible enum: one of reached, from_the_start, never.",
            examples=["reached", "from_the_start", "never"],
        ),
    ]
    p10: Annotated[
        float | None,
        Meta(description="10th percentile over the draws [months]; null where the outlay is not earned back there."),
    ]
    p50: Annotated[
        float | None,
        Meta(description="50th percentile over the draws [months]; null where the outlay is not earned back there."),
    ]
    p90: Annotated[
        float | None,
        Meta(description="90th percentile over the draws [months]; null where the outlay is not earned back there."),
    ]
    share_never: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which the outlay is not earned back inside the horizon [share]; null "
            "where the option is infeasible."
        ),
    ]


class CashFlowMonth(Open, frozen=True):
    """One month of an option's base case, and how its savings so far spread in the draws. Month 0 holds the one-off costs; flows of month m fall at its end."""

    month: Annotated[
        int, Meta(ge=0, description="Month of the horizon; 0 is the day of the decision [months].", examples=[0])
    ]
    requests: Annotated[float, Meta(description="Requests of the month [requests].")]
    cost: Annotated[
        Money,
        Meta(
            description="Cost of the month, that of what stands in while the option does not serve included "
            "[finance.currency]."
        ),
    ]
    cost_without_errors: Annotated[
        Money, Meta(description="`cost` less that of wrong answers, those of what stands in too [finance.currency].")
    ]
    saving: Annotated[
        Money,
        Meta(
            description="Cost of the month under `options[0]` less `cost`; negative where this option costs more "
            "[finance.currency]."
        ),
    ]
    cumulative_saving: Annotated[
        Money, Meta(description="Savings up to and with this month, undiscounted [finance.currency].")
    ]
    cumulative_saving_p10: Annotated[
        Money,
        Meta(
            description="10th percentile of `cumulative_saving` over the draws, the first 1,024 where there are more "
            "[finance.currency]. Each month by itself: no single world need run along it, and the base case may lie outside."
        ),
    ]
    cumulative_saving_p90: Annotated[Money, Meta(description="90th percentile of the same [finance.currency].")]
    live_share: Annotated[
        float, Meta(ge=0, le=1, description="Part of the month in which the option itself serves [share].")
    ]
    retrainings: Annotated[
        float, Meta(description="Regular retrainings paid in the month [retrainings]; 0 for a prompt.")
    ]
    accuracy: Annotated[
        float | None,
        Meta(
            description="Accuracy over all requests of the month, of what then serves, stand-in included [share]; "
            "null in month 0."
        ),
    ]
    one_off: Annotated[
        Money,
        Meta(description="The option's own one-off cost, all of it in month 0; part of `cost` [finance.currency]."),
    ]
    tokens: Annotated[Money, Meta(description="Its tokens; part of `cost` [finance.currency].")]
    errors: Annotated[Money, Meta(description="Its wrong answers; part of `cost` [finance.currency].")]
    hosting: Annotated[Money, Meta(description="Its hosting; part of `cost` [finance.currency].")]
    upkeep: Annotated[Money, Meta(description="Its upkeep; part of `cost` [finance.currency].")]
    retraining: Annotated[Money, Meta(description="Its regular retrainings; part of `cost` [finance.currency].")]
    migration: Annotated[
        Money, Meta(description="Its moves to another base model or host; part of `cost` [finance.currency].")
    ]
    stand_in: Annotated[
        Money,
        Meta(
            description="What stands in while it does not serve, wrong answers included; part of `cost` [finance.currency]."
        ),
    ]
    stand_in_without_errors: Annotated[
        Money, Meta(description="The same without its wrong answers [finance.currency].")
    ]
    one_off_spread: Annotated[
        Money,
        Meta(
            description="Its own one-off cost spread over the time that it serves, as books write it off: over all months as "
            "much as `one_off`; all in month 0 where it never serves [finance.currency]."
        ),
    ]
    discount_factor: Annotated[
        float, Meta(ge=0, description="What one unit of money of this month is worth today [ratio].", examples=[0.992])
    ]
    present_cost: Annotated[
        Money, Meta(description="`cost` in today's money; over all months the base case of `tco` [finance.currency].")
    ]
    present_saving: Annotated[
        Money, Meta(description="`saving` in today's money; over all months the base case of `npv` [finance.currency].")
    ]


class CashFlow(Open, frozen=True):
    """The base case of one option month by month, and how its savings so far spread in the draws."""

    option: Annotated[str, Meta(description="Id of the option, as in `options`.", examples=["keep"])]
    months: Annotated[
        list[CashFlowMonth], Meta(description="The months from 0 to `horizon_months`, one after another.")
    ]
