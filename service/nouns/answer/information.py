"""What is behind an answer: value of information, sensitivity, curves and the trace. What does not apply is null."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.answer.break_even import VariedInput
from service.nouns.answer.money import Money
from service.nouns.base import Open


class Evppi(Open, frozen=True):
    """What knowing one input before deciding would be worth."""

    input: Annotated[
        str, Meta(description="Name of the input, as GET /v1/ledger lists it.", examples=["accuracy_deviate"])
    ]
    value: Annotated[
        Money, Meta(description="Expected value of knowing it exactly, never more than `evpi` [finance.currency].")
    ]


class EvppiGroup(Open, frozen=True):
    """What knowing all inputs of a kind before deciding would be worth."""

    group: Annotated[
        str,
        Meta(
            description="What one enquiry would settle together. Extensible enum: one of accuracies, volume_and_money, "
            "tokens_and_prices, time_and_lives, build_and_retraining, hosting_and_upkeep.",
            examples=["accuracies"],
        ),
    ]
    value: Annotated[
        Money, Meta(description="Expected value of knowing them, interactions left out [finance.currency].")
    ]


class StudyAnswer(Open, frozen=True):
    """One thing to find out before deciding, by itself."""

    study: Annotated[
        str,
        Meta(
            description="What is found out: grading more answers of the prompt, improving it and measuring it again, measuring an "
            "alternative, a pilot, grading more answers of a pilot. Extensible enum: one of grade, improve, alternative, pilot, "
            "grade_pilot.",
            examples=["pilot", "grade"],
        ),
    ]
    option: Annotated[str, Meta(description="Id of the option that it measures, as in `options`.", examples=["keep"])]
    size: Annotated[int, Meta(ge=0, description="Examples that a pilot is trained on; 0 for others [examples].")]
    graded: Annotated[int, Meta(ge=0, description="Answers to grade [trials].")]
    cost: Annotated[
        Money,
        Meta(description="All that it takes: money, and what waiting for it loses [finance.currency]."),
    ]
    value: Annotated[
        Money,
        Meta(
            description="What it tells is expected to be worth, before its cost; under the framework's bar it may be negative, "
            "where a better chance is bought with money, and above `evpi`, which knows no bar and no option that was not measured "
            "[finance.currency]."
        ),
    ]
    chance_gain: Annotated[
        Annotated[float, Meta(ge=-1, le=1)] | None,
        Meta(
            description="By how much it raises the chance to end with an option that is likely to meet what is asked [share]; null "
            "where nothing is.",
        ),
    ]
    net_value: Annotated[
        Money, Meta(description="`value` less `cost`; never clamped: below zero it does not pay [finance.currency].")
    ]


class ValueOfInformation(Open, frozen=True):
    """What it is worth to find out more before deciding."""

    evpi: Annotated[
        Money,
        Meta(
            description="Expected value of knowing the truth before choosing among all options that may be served today "
            "[finance.currency]."
        ),
    ]
    evppi: Annotated[list[Evppi], Meta(description="The same for one uncertain input at a time, the largest first.")]
    groups: Annotated[list[EvppiGroup], Meta(description="The same for all inputs of a kind, the largest first.")]
    studies: Annotated[
        list[StudyAnswer], Meta(description="The best study of each kind by itself, under the policy asked for.")
    ]


class TakenFrom(Open, frozen=True):
    """A line of another option."""

    option: Annotated[str, Meta(description="Id of the option, as in `options`.", examples=["keep"])]
    name: Annotated[str, Meta(description="Name of the line.", examples=["costs"])]


class TraceLine(Open, frozen=True):
    """One line of the ledger as it was calculated for one option."""

    name: Annotated[
        str, Meta(description="Name of the line, as GET /v1/ledger lists it.", examples=["cost_per_request"])
    ]
    unit: Annotated[
        str, Meta(description="Unit of the line; money is in `finance.currency`.", examples=["USD/request"])
    ]
    meaning: Annotated[str, Meta(description="What it is, in a sentence, as GET /v1/ledger says it.")]
    formula: Annotated[
        str,
        Meta(
            description="Name of the formula that gives it; empty where it is not calculated.",
            examples=["cost_per_request"],
        ),
    ]
    inputs: Annotated[list[str], Meta(description="Names of the lines it reads; empty where it is not calculated.")]
    origin: Annotated[
        str,
        Meta(
            description="Where it comes from: calculated by the ledger, stated by the caller, assumed by the "
            "catalogue, the offer, the price list, fitted to published cases, or derived from the request. Extensible "
            "enum: one of calculated, stated, assumed, offer, price list, fitted, derived.",
            examples=["calculated", "stated", "assumed"],
        ),
    ]
    base_case: Annotated[
        list[float | None],
        Meta(
            description="Its base case, in `unit`: one number, one for each month, or one for each part of a table; "
            "null where it is infinite or does not apply."
        ),
    ]
    p10: Annotated[
        float | None,
        Meta(
            description="10th percentile over the draws, in `unit`; null where it is not drawn, has months, or is "
            "infinite."
        ),
    ]
    p50: Annotated[
        float | None,
        Meta(
            description="50th percentile over the draws, in `unit`; null where it is not drawn, has months, or is "
            "infinite."
        ),
    ]
    p90: Annotated[
        float | None,
        Meta(
            description="90th percentile over the draws, in `unit`; null where it is not drawn, has months, or is "
            "infinite."
        ),
    ]
    low: Annotated[
        float | None,
        Meta(description="10th percentile of what was put in, in `unit`; null where it is no range, or calculated."),
    ]
    high: Annotated[
        float | None,
        Meta(description="90th percentile of what was put in, in `unit`; null where it is no range, or calculated."),
    ]
    pointer: Annotated[
        str,
        Meta(
            description="JSON pointer of the request field that states it for this option, or that it follows from; empty where "
            "none does.",
            examples=["/volume/requests_per_month"],
        ),
    ]
    source: Annotated[
        str,
        Meta(
            description="Title of the source of what was put in, `the request` where it is stated or follows from it; empty "
            "where it is calculated.",
            examples=["genai-prices 0.2.3"],
        ),
    ]
    checked: Annotated[
        datetime.date | None,
        Meta(description="Day on which the source was last checked; null where it is the request, or calculated."),
    ]
    is_shared: Annotated[bool, Meta(description="Whether it is put in for all options at once, as the volume is.")]
    taken_from: Annotated[
        TakenFrom | UnsetType,
        Meta(
            description="The line of another option that it is: of what stands in, or of `options[0]`; absent where it is its own."
        ),
    ] = UNSET


class OptionTrace(Open, frozen=True):
    """The ledger as it was calculated for one option."""

    option: Annotated[str, Meta(description="Id of the option, as in `options`.", examples=["keep"])]
    lines: Annotated[list[TraceLine], Meta(description="Every line that the option has, in the ledger's order.")]


class Sensitivity(Open, frozen=True):
    """How much of the uncertainty about the NPV of one option comes from one input."""

    option: Annotated[
        str,
        Meta(
            description="Id of the option whose margin it is: the NPV of the best fine-tune less that of the best other option; "
            "where no fine-tune is feasible, of the best option less the next.",
            examples=["tune:azure/gpt-4.1-mini"],
        ),
    ]
    input: Annotated[str, Meta(description="Name of the input, as GET /v1/ledger lists it.", examples=["error_cost"])]
    share_of_variance: Annotated[
        float, Meta(ge=0, description="Share of the NPV's variance that it explains by itself [share].")
    ]
    mean_npv_in_lowest_tenth: Annotated[
        Money, Meta(description="Mean NPV over the draws with the input in its lowest tenth [finance.currency].")
    ]
    mean_npv_in_highest_tenth: Annotated[
        Money, Meta(description="Mean NPV over the draws with the input in its highest tenth [finance.currency].")
    ]


class Curve(Open, frozen=True):
    """Base-case NPV of one option along one input, all else unchanged."""

    option: Annotated[
        str,
        Meta(
            description="Id of the option; at each value its NPV is that of the best of what may stand in for it and be "
            "done at a shutdown, against `options[0]`.",
            examples=["tune:azure/gpt-4.1-mini"],
        ),
    ]
    input: VariedInput
    unit: Annotated[
        str, Meta(description="Unit of the input; money is in `finance.currency`.", examples=["requests/month"])
    ]
    values: Annotated[
        list[float],
        Meta(
            description="Values of the input, ascending, in `unit`: shares and months over the range of the break-even, "
            "others from a tenth to ten times today's value."
        ),
    ]
    npv: Annotated[
        list[float | None],
        Meta(
            description="Base-case NPV at each of the values [finance.currency]; null where the option would never serve."
        ),
    ]


class AcceptabilityOfOption(Open, frozen=True):
    """How likely one option is the best as an error costs more: its acceptability curve."""

    option: Annotated[str, Meta(description="Id of the option, as in `options`.", examples=["keep"])]
    shares: Annotated[
        list[float],
        Meta(
            description="Share of the draws in which its NPV is the highest, from 0 to 1, at each of `error_costs` [share]; of "
            "equals the first is."
        ),
    ]


class AcceptabilityAnswer(Open, frozen=True):
    """How sure it is which option is best, whatever an error costs: each list has one item for each of `error_costs`.

    Of the options that may be served today, each with what stands in for it today; nothing else is asked of them.
    """

    error_costs: Annotated[
        list[Money],
        Meta(
            description="Error costs looked at, ascending: 0, then a thousandth to a thousand times today's; of the least "
            "`incremental_cost_per_right_answer` where errors are not valued, and of ten times the token cost of a request of "
            "`options[0]` where there is none either [finance.currency/error]; 0 alone where that is 0 too."
        ),
    ]
    options: Annotated[
        list[AcceptabilityOfOption],
        Meta(
            description="The options that may be served today, in the order of `options`; at each error cost the shares add up to 1."
        ),
    ]
    frontier_shares: Annotated[
        list[float],
        Meta(
            description="Share of the draws in which the option with the highest mean NPV is the best [share]: how often the "
            "choice by expected value is right."
        ),
    ]
    evpi: Annotated[
        list[float],
        Meta(
            description="Most that perfect knowledge of everything uncertain but the error cost could be worth to the choice "
            "among these options [finance.currency]."
        ),
    ]


class CurvesAnswer(Open, frozen=True):
    """What an answer looks like along its inputs."""

    npv: Annotated[
        list[Curve],
        Meta(description="Base-case NPV of every option that may be advised along each break-even's input."),
    ]
    acceptability: Annotated[
        AcceptabilityAnswer, Meta(description="How likely each option is the best as an error costs more.")
    ]
