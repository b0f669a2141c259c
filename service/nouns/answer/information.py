"""What is behind an answer: value of information, sensitivity, curves and the trace. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

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


class TrialStudy(Open, frozen=True):
    """Grading more answers of the prompt, at the size that is worth most."""

    trials: Annotated[int, Meta(ge=0, description="Further graded trials [trials].")]
    cost: Annotated[Money, Meta(description="Cost of grading them [finance.currency].")]
    value: Annotated[
        Money,
        Meta(description="What the study is expected to be worth to the decision, before its cost [finance.currency]."),
    ]
    net_value: Annotated[
        Money, Meta(description="`value` less `cost`; below zero the study does not pay [finance.currency].")
    ]


class PilotStudy(Open, frozen=True):
    """A pilot fine-tune, at the size that is worth most."""

    examples: Annotated[int, Meta(ge=0, description="Labelled examples to train it on [examples].")]
    trials: Annotated[int, Meta(ge=0, description="Trials to grade it with [trials].")]
    cost: Annotated[
        Money,
        Meta(description="Cost of training it, of labels that are missing, and of grading it [finance.currency]."),
    ]
    value: Annotated[
        Money,
        Meta(description="What the pilot is expected to be worth to the decision, before its cost [finance.currency]."),
    ]
    net_value: Annotated[
        Money, Meta(description="`value` less `cost`; below zero the pilot does not pay [finance.currency].")
    ]


class ValueOfInformation(Open, frozen=True):
    """What it is worth to find out more before deciding."""

    evpi: Annotated[
        Money,
        Meta(
            description="Most that perfect knowledge of everything uncertain could be worth to the decision "
            "[finance.currency]."
        ),
    ]
    evppi: Annotated[list[Evppi], Meta(description="The same for one uncertain input at a time, the largest first.")]
    graded_trials: Annotated[TrialStudy, Meta(description="The best number of further graded trials.")]
    pilot: Annotated[PilotStudy, Meta(description="The best pilot fine-tune.")]


class TraceLine(Open, frozen=True):
    """One line of the ledger as it was calculated for one option."""

    name: Annotated[
        str, Meta(description="Name of the line, as GET /v1/ledger lists it.", examples=["cost_per_request"])
    ]
    unit: Annotated[
        str, Meta(description="Unit of the line; money is in `finance.currency`.", examples=["USD/request"])
    ]
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


class OptionTrace(Open, frozen=True):
    """The ledger as it was calculated for one option."""

    option: Annotated[str, Meta(description="Id of the option, as in `options`.", examples=["keep"])]
    lines: Annotated[list[TraceLine], Meta(description="Every line that the option has, in the ledger's order.")]


class Sensitivity(Open, frozen=True):
    """How much of the uncertainty about the NPV of one option comes from one input."""

    option: Annotated[
        str,
        Meta(
            description="Id of the option whose NPV it is: the best fine-tune, less that of the best prompt.",
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
    """Base-case NPV of fine-tuning along one input, all else unchanged."""

    option: Annotated[
        str,
        Meta(
            description="Id of the best fine-tune today; at each value the NPV is that of the best of the fine-tunes kept, "
            "against `options[0]`.",
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
            description="Values of the input, ascending, in `unit`: shares from 0 to 1, others from a tenth to ten "
            "times today's value."
        ),
    ]
    npv: Annotated[list[float], Meta(description="Base-case NPV at each of the values [finance.currency].")]
