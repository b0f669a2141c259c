"""The plan of an answer: what to do first, when to stop, and the question that matters most. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.answer.money import Money
from service.nouns.answer.verdict import ACTIONS, SOME_ACTIONS
from service.nouns.base import Open

STEPS = (
    "Extensible enum: one of keep, improve_prompt, measure_alternative, collect_examples, run_pilot, measure_first, "
    "switch_model, fine_tune, keep_fine_tune, return_to_prompt."
)


class StopRule(Open, frozen=True):
    """When to leave the rest of a plan undone."""

    accuracy: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Accuracy, measured again, from which on the next step is not taken [share].",
            examples=[0.87],
        ),
    ]
    graded: Annotated[int, Meta(ge=0, description="Answers to grade for it [trials].", examples=[200])]


class PlanStep(Open, frozen=True):
    """One step of a plan."""

    step: Annotated[
        str,
        Meta(description=f"What is done. {STEPS}", examples=["improve_prompt", "run_pilot", "keep"]),
    ]
    option: Annotated[
        str, Meta(description="Id of the option that it is about, as in `options`.", examples=["improve"])
    ]
    what: Annotated[str, Meta(description="The same in a sentence, with its size; rounded.")]
    cost: Annotated[
        Money, Meta(description="What it costs before anything is served by it, at means [finance.currency].")
    ]
    weeks: Annotated[float, Meta(ge=0, description="How long it takes [weeks].")]
    engineering_hours: Annotated[float, Meta(ge=0, description="Hours of engineering in its cost, at means [hours].")]
    side_by_side: Annotated[bool, Meta(description="Whether it is begun together with the step before it.")]
    stop_at: (
        Annotated[StopRule, Meta(description="When to stop after it; absent where the next step follows in any case.")]
        | UnsetType
    ) = UNSET


class OtherPlan(Open, frozen=True):
    """A plan that ranks lower."""

    steps: Annotated[
        list[str],
        Meta(
            description=f"What it does first; empty for deciding at once. {STEPS}",
            examples=[["improve_prompt", "run_pilot"]],
        ),
    ]
    value: Annotated[Money, Meta(description="As of the plan [finance.currency].")]
    chance: Annotated[float, Meta(ge=0, le=1, description="As of the plan [share].")]
    cost: Annotated[Money, Meta(description="As of the plan [finance.currency].")]
    weeks: Annotated[float, Meta(ge=0, description="As of the plan [weeks].")]
    in_turn: Annotated[
        bool,
        Meta(
            description="Whether its steps are taken one after the other, the second only where the first falls short."
        ),
    ]


class PlanAnswer(Open, frozen=True):
    """What to do first, and what that is expected to bring."""

    steps: Annotated[list[PlanStep], Meta(description="What is done, the first step first.")]
    value: Annotated[
        Money,
        Meta(
            description="What serves in the end is expected to be worth against `options[0]`, given what the plan finds out, less "
            "what it costs to find out [finance.currency]."
        ),
    ]
    chance: Annotated[
        float,
        Meta(
            ge=0, le=1,
            description="Chance that the plan ends with an option that is then likely to meet what is asked; 1 where nothing is "
            "[share].",
        ),
    ]  # fmt: skip
    cost: Annotated[
        Money,
        Meta(
            description="What is spent to find out, before the end choice; a step that may be left out counts by its chance "
            "[finance.currency]."
        ),
    ]
    weeks: Annotated[float, Meta(ge=0, description="How long finding out takes, likewise [weeks].")]
    others: Annotated[list[OtherPlan], Meta(description="The plans that rank next, the best first.")]


class TriedAnswer(Open, frozen=True):
    """What would be advised, were the field to say this."""

    value: Annotated[float | None, Meta(description="What it says, in the field's unit; null where it is no number.")]
    text: Annotated[str | None, Meta(description="What it says where that is no number; else null.", examples=["none"])]
    probability: Annotated[float, Meta(ge=0, le=1, description="How likely it is to say this, judged [share].")]
    action: Annotated[str, Meta(description=f"What to do next then. {ACTIONS}", examples=SOME_ACTIONS)]
    changes_advice: Annotated[
        bool,
        Meta(
            description="Whether what is advised now would then lose more than two plans may differ by and count as alike."
        ),
    ]


class Threshold(Open, frozen=True):
    """A value of the field up to which an option is the best."""

    below: Annotated[
        float | None,
        Meta(description="Value below which it is, in the field's unit; null for the last.", examples=[0.017]),
    ]
    action: Annotated[str, Meta(description=f"What to do then. {ACTIONS}", examples=SOME_ACTIONS)]
    option: Annotated[str, Meta(description="Id of the option that it stands for, as in `options`.", examples=["keep"])]


class NextQuestion(Open, frozen=True):
    """The field that is not said and that the advice hangs on most."""

    field: Annotated[
        str, Meta(description="JSON pointer of the request field to send.", examples=["/finance/error_cost"])
    ]
    unit: Annotated[str, Meta(description="Unit of the field.", examples=["USD/error"])]
    why: Annotated[str, Meta(description="Why it matters, in a sentence; rounded.")]
    thresholds: Annotated[
        list[Threshold],
        Meta(
            description="For a price of wrong answers: which option is the best below which price, ascending; empty for other "
            "fields."
        ),
    ]
    answers: Annotated[
        list[TriedAnswer], Meta(description="What it may turn out to say, and what would be advised then.")
    ]
    changes_advice_with_probability: Annotated[
        float, Meta(ge=0, le=1, description="How likely what it says is to change the advice [share].", examples=[0.7])
    ]
