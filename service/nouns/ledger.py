"""The answer of GET /v1/ledger: every input and formula of the model."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open

Parts = Annotated[
    list[str],
    Meta(
        description="Where it stands in an assessment: paths of fields; empty for what only other lines, rules and sentences read",
        examples=[["options.tco"]],
    ),
]
LedgerUnit = Annotated[
    str, Meta(description="Its unit; `currency` stands for `finance.currency`", examples=["currency/month", "share"])
]


Pointer = Annotated[
    str,
    Meta(
        description="JSON pointer of the request field that states it, or that it follows from, whatever the kind of option; a "
        "step that is stated is not calculated. Empty where none does, or where kinds differ",
        examples=["/volume/requests_per_month"],
    ),
]


class LedgerKind(Open, frozen=True):
    """What differs for one kind of option."""

    kind: Annotated[
        str,
        Meta(
            description="Extensible enum: one of keep, improve, other_prompt, fine_tune, in_service",
            examples=["keep", "improve", "other_prompt", "fine_tune", "in_service"],
        ),
    ]
    formula: Annotated[
        str, Meta(description="Name of its formula; empty where it is an input", examples=["tuned_accuracy"])
    ]
    inputs: Annotated[
        list[str],
        Meta(description="Names of the inputs and steps that this formula reads, in order; empty for an input"),
    ]
    pointer: Annotated[
        str,
        Meta(
            description="JSON pointer of the request field that states it for this kind; empty where none does",
            examples=["/fine_tuning/build_cost"],
        ),
    ]


Kinds = Annotated[
    list[LedgerKind],
    Meta(description="Kinds of option with a formula or a field of their own; empty where all are alike"),
]


class LedgerInput(Open, frozen=True):
    """An input of the calculation."""

    name: Annotated[str, Meta(description="Its name in the ledger")]
    unit: LedgerUnit
    meaning: Annotated[str, Meta(description="What it is")]
    pointer: Pointer
    kinds: Kinds
    parts: Parts


class LedgerStep(Open, frozen=True):
    """One formula of the calculation."""

    name: Annotated[str, Meta(description="Name of what it gives")]
    unit: LedgerUnit
    meaning: Annotated[str, Meta(description="What it is")]
    formula: Annotated[str, Meta(description="Name of the formula", examples=["present_value"])]
    formula_meaning: Annotated[str, Meta(description="What the formula says, in one sentence")]
    inputs: Annotated[list[str], Meta(description="Names of the inputs and steps that it reads, in order")]
    pointer: Pointer
    kinds: Kinds
    parts: Parts


class Ledger(Open, frozen=True):
    """Every input and formula of the model, in the order of the calculation."""

    inputs: Annotated[list[LedgerInput], Meta(description="What the steps read that no step gives")]
    steps: Annotated[list[LedgerStep], Meta(description="The formulas, each below those it reads")]
