"""The break-even of an answer: which option is the best as one input moves. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open

VariedInput = Annotated[
    str,
    Meta(
        description="The input that is varied. Extensible enum: one of requests_per_month, error_cost, prompt_accuracy, "
        "improved_accuracy, tuned_accuracy, one_off_cost, retraining_interval_months, tuned_retirement_months, "
        "prompt_instruction_tokens, prompt_cache_hit_rate, tuned_output_price, lead_time_weeks.",
        examples=["requests_per_month", "error_cost"],
    ),
]


class SegmentAnswer(Open, frozen=True):
    """A part of an input's range, and the option whose NPV is the best in it."""

    lower: Annotated[float, Meta(description="Lower end, in the unit of its input.")]
    upper: Annotated[
        float, Meta(description="Upper end, in the unit of its input; where the next segment begins, if there is one.")
    ]
    option: Annotated[
        str, Meta(description="Id of the option that is the best there.", examples=["keep", "tune:azure/gpt-4.1-mini"])
    ]
    stands_in: Annotated[
        str | None,
        Meta(
            description="Id of the option that stands in for a fine-tune there, which may differ from that of `options`; "
            "null for a prompt.",
            examples=["keep", "improve"],
        ),
    ]
    on_shutdown: Annotated[
        str | None,
        Meta(
            description="What a fine-tune does there when its base model retires, which may differ from that of "
            "`options`; null for a prompt, or where its end leaves no choice. Extensible enum: one of migrate, revert.",
            examples=["migrate", "revert"],
        ),
    ]


class SwitchAnswer(Open, frozen=True):
    """A value of one input at which another option becomes the best."""

    value: Annotated[float, Meta(description="The value, in the unit of its input.")]
    kind: Annotated[
        str,
        Meta(
            description="reached where the two options are worth the same there, crossed where the NPV of one jumps past "
            "that of the other. Extensible enum: one of reached, crossed.",
            examples=["reached", "crossed"],
        ),
    ]
    from_option: Annotated[
        str, Meta(description="Id of the option that is the best below the value.", examples=["keep", "improve"])
    ]
    to_option: Annotated[
        str, Meta(description="Id of the option that is the best above it.", examples=["tune:azure/gpt-4.1-mini"])
    ]
    npv_difference_below: Annotated[
        float | None,
        Meta(
            description="NPV of `to_option` less that of `from_option` a millionth below the value [finance.currency]; "
            "null where one of them cannot serve there."
        ),
    ]
    npv_difference_above: Annotated[
        float | None,
        Meta(
            description="The same a millionth above the value [finance.currency]; null where one of them cannot serve there."
        ),
    ]


class BreakEvenItem(Open, frozen=True):
    """Which option is the best along one input, all else unchanged. What is derived from the input follows it.

    The options are those of `options` that may be advised: feasible, and measured where they are prompts.
    """

    input: VariedInput
    unit: Annotated[
        str,
        Meta(
            description="Unit of the input; money is in `finance.currency`.", examples=["requests/month", "USD/error"]
        ),
    ]
    current: Annotated[
        float | None,
        Meta(
            description="Its value in the base case, in `unit`: of the best fine-tune where every offer has its own; null "
            "where no option has it, or for a base model that never retires."
        ),
    ]
    segments: Annotated[
        list[SegmentAnswer],
        Meta(
            description="The parts of the range that was looked at, ascending and without gaps; neighbours differ in "
            "option, or in what stands in or is done at a shutdown."
        ),
    ]
    switches: Annotated[
        list[SwitchAnswer], Meta(description="The values between two segments of different options, ascending.")
    ]
    nearest_switch: Annotated[
        float | None,
        Meta(
            description="The switch nearest to the current value, in `unit`; null where the best option never changes."
        ),
    ]
    distance: Annotated[
        float | None,
        Meta(
            description="(nearest_switch - current) / current [ratio]; null where there is no switch, or the current value "
            "is 0 or null.",
            examples=[-0.92],
        ),
    ]
    state: Annotated[
        str,
        Meta(
            description="switches: the best option changes within a hundredth and a hundred times the current value; "
            "insensitive: only farther away; one_option: one option is the best everywhere. Extensible enum: one of "
            "switches, one_option, insensitive.",
            examples=["switches", "one_option", "insensitive"],
        ),
    ]
    agrees_with_draws: Annotated[
        bool,
        Meta(
            description="Whether the best at the current value is the option with the best mean NPV over the draws, with the "
            "same option standing in and the same done at a shutdown. False: read the switches with care."
        ),
    ]
    break_even: Annotated[
        list[float],
        Meta(
            description="Values at which the best fine-tune and the best prompt are worth the same, or one jumps past the "
            "other: the switches between the two sides, in `unit`, ascending."
        ),
    ]
    tuning_pays: Annotated[
        str | None,
        Meta(
            description="Side of the nearest break-even on which the best fine-tune is worth more than the best prompt; "
            "null where there is none. Extensible enum: one of above, below.",
            examples=["above", "below"],
        ),
    ]


class Distribution(Open, frozen=True):
    """The smallest monthly volume at which the best fine-tune is worth more than the best prompt, over the draws.

    0 where it is from the lowest volume on that was looked at.
    """

    p10: Annotated[
        float | None,
        Meta(description="10th percentile over the draws [requests/month]; null where no volume is enough there."),
    ]
    p50: Annotated[
        float | None,
        Meta(description="50th percentile over the draws [requests/month]; null where no volume is enough there."),
    ]
    p90: Annotated[
        float | None,
        Meta(description="90th percentile over the draws [requests/month]; null where no volume is enough there."),
    ]
    share_never: Annotated[
        float,
        Meta(ge=0, le=1, description="Share of the draws in which no volume that was looked at is enough [share]."),
    ]


class BreakEvenAnswer(Open, frozen=True):
    """Which option is the best as one input moves, and where that changes."""

    items: Annotated[list[BreakEvenItem], Meta(description="The frontier along each of twelve inputs.")]
    requests_per_month: Annotated[
        Distribution,
        Meta(
            description="The smallest monthly volume at which the best fine-tune beats the best prompt of the same draw."
        ),
    ]
