"""The break-evens of an answer: where the best fine-tune starts or ceases to pay. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.answer.money import Money
from service.nouns.base import Open

VariedInput = Annotated[
    str,
    Meta(
        description="The input that is varied. Extensible enum: one of requests_per_month, tuned_accuracy, "
        "prompt_accuracy, error_cost, one_off_cost, retraining_interval_months, prompt_instruction_tokens, "
        "prompt_cache_hit_rate, tuned_output_price, lead_time_weeks.",
        examples=["requests_per_month", "error_cost"],
    ),
]


class CrossingAnswer(Open, frozen=True):
    """A value of one input at which the base-case NPV of the best fine-tune is zero or jumps over zero."""

    value: Annotated[float, Meta(description="The value, in the unit of its input.")]
    kind: Annotated[
        str,
        Meta(
            description="reached where the NPV is zero there, crossed where it jumps from one sign to the other. "
            "Extensible enum: one of reached, crossed.",
            examples=["reached", "crossed"],
        ),
    ]
    npv_below: Annotated[Money, Meta(description="Base-case NPV a millionth below the value [finance.currency].")]
    npv_above: Annotated[Money, Meta(description="Base-case NPV a millionth above the value [finance.currency].")]
    fine_tuning_pays: Annotated[
        str,
        Meta(
            description="Side of the value on which fine-tuning does better. Extensible enum: one of above, below.",
            examples=["above", "below"],
        ),
    ]
    offer: Annotated[
        str, Meta(description="Id of the offer that is best at this value.", examples=["azure/gpt-4.1-mini"])
    ]


class BreakEvenItem(Open, frozen=True):
    """The break-even of one input, all else unchanged. What is derived from the input follows it."""

    input: VariedInput
    unit: Annotated[
        str,
        Meta(
            description="Unit of the input; money is in `finance.currency`.", examples=["requests/month", "USD/error"]
        ),
    ]
    current: Annotated[float, Meta(description="Its value in the base case, in `unit`.")]
    break_even: Annotated[
        list[float],
        Meta(
            description="Values at which the NPV does what `state` says, in `unit`; empty where it never changes sign."
        ),
    ]
    state: Annotated[
        str,
        Meta(
            description="reached: the NPV is zero at the nearest break-even; crossed: it jumps over zero there; "
            "never, always: fine-tuning pays nowhere, or everywhere, in the legal range. Extensible enum: one of "
            "reached, crossed, never, always.",
            examples=["reached", "crossed", "never", "always"],
        ),
    ]
    fine_tuning_pays: Annotated[
        str | None,
        Meta(
            description="Side of the nearest break-even on which fine-tuning does better; null where there is none. "
            "Extensible enum: one of above, below.",
            examples=["above", "below"],
        ),
    ]
    distance: Annotated[
        float | None,
        Meta(
            description="(nearest break-even - current) / current [ratio]; null where there is no break-even or the "
            "current value is 0.",
            examples=[-0.92],
        ),
    ]
    crossings: Annotated[
        list[CrossingAnswer],
        Meta(description="Every change of sign of the NPV in the legal range, of both kinds, ascending."),
    ]


class Distribution(Open, frozen=True):
    """The smallest monthly volume at which fine-tuning pays, over the draws; 0 where it pays at any volume."""

    p10: Annotated[
        float | None,
        Meta(
            description="10th percentile over the draws [requests/month]; null where fine-tuning pays at no volume "
            "there."
        ),
    ]
    p50: Annotated[
        float | None,
        Meta(
            description="50th percentile over the draws [requests/month]; null where fine-tuning pays at no volume "
            "there."
        ),
    ]
    p90: Annotated[
        float | None,
        Meta(
            description="90th percentile over the draws [requests/month]; null where fine-tuning pays at no volume "
            "there."
        ),
    ]
    share_never: Annotated[
        float, Meta(ge=0, le=1, description="Share of the draws in which fine-tuning pays at no volume [share].")
    ]


class BreakEvenAnswer(Open, frozen=True):
    """Where the best fine-tune starts or ceases to pay against `options[0]`."""

    items: Annotated[list[BreakEvenItem], Meta(description="The break-even of each of ten inputs.")]
    requests_per_month: Annotated[
        Distribution, Meta(description="The smallest monthly volume at which fine-tuning pays, over the draws.")
    ]
