"""The fine-tuning offers that were screened, and base models worth a look. What does not apply is null."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta

from service.nouns.answer.money import Money
from service.nouns.base import Open

RetiresOn = Annotated[
    datetime.date | None,
    Meta(
        description="Day on which the base model retires, stated or in the catalogue; null where none is known.",
        examples=["2027-10-14"],
    ),
]
LifeOrigin = Annotated[
    str,
    Meta(
        description="How the base model's end is known: stated by the caller, dated in the catalogue, drawn by its "
        "age where nobody has announced it, or never where the caller hosts it. Extensible enum: one of stated, "
        "catalogue, drawn, never.",
        examples=["stated", "catalogue", "drawn", "never"],
    ),
]


class OfferLife(Open, frozen=True):
    """When the base model of an offer retires."""

    retires_on: RetiresOn
    origin: LifeOrigin


class OfferAnswer(Open, frozen=True):
    """A fine-tuning offer as it was screened, with the reason it lost."""

    id: Annotated[
        str,
        Meta(
            description="Identifier of the offer, `provider/model` as GET /v1/fine-tuning-offers lists it; "
            "`own` for the caller's own.",
            examples=["azure/gpt-4.1-mini"],
        ),
    ]
    option: Annotated[
        str | None,
        Meta(
            description="Id of the option that it was kept as, as in `options`; null where it was not kept.",
            examples=["tune:azure/gpt-4.1-mini"],
        ),
    ]
    name: Annotated[
        str,
        Meta(
            description="Name of the offer for people.", examples=["GPT-4.1 mini, fine-tuned on Azure, global standard"]
        ),
    ]
    relation: Annotated[
        str | None,
        Meta(
            description="Its base model beside the prompted one, as stated, else by published capability; null where "
            "that is not known. Extensible enum: one of same, smaller, larger.",
            examples=["same", "smaller", "larger"],
        ),
    ]
    is_feasible: Annotated[
        bool,
        Meta(
            description="Whether it can go live inside the horizon: still trained, open to the caller, long enough for "
            "the requests, and not shut down before."
        ),
    ]
    lost_because: Annotated[
        str | None,
        Meta(description="Why it was not kept as an option, or cannot go live; null for a kept offer that can."),
    ]
    npv: Annotated[
        float | None,
        Meta(
            description="Base-case net present value against `options[0]` [finance.currency]; null where it cannot go "
            "live."
        ),
    ]
    monthly_cost: Annotated[
        Money | None,
        Meta(
            description="Tokens and hosting of its first full month [finance.currency/month]; null where the horizon "
            "holds none."
        ),
    ]
    one_off_cost: Annotated[Money, Meta(description="Cost of the first fine-tune on it [finance.currency].")]
    chance_meets_bar: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which it meets what is asked of accuracy and latency [share]; null "
            "where nothing is asked, or the offer was not drawn."
        ),
    ]
    average_accuracy: Annotated[
        float | None,
        Meta(
            description="Accuracy over all requests from its start to the end of the horizon, of what then serves, "
            "base case [share]; null where it cannot go live."
        ),
    ]
    life: Annotated[OfferLife, Meta(description="When its base model retires.")]
    last_training_date: Annotated[
        datetime.date | None,
        Meta(description="Last day on which the provider trains its base model; null where none is known."),
    ]
    source: Annotated[str, Meta(description="Where its terms come from.", examples=["Azure public retail price list"])]
    checked: Annotated[
        datetime.date | None,
        Meta(description="Day on which its terms were last checked; null where the caller stated the prices."),
    ]
    confidence: Annotated[
        str,
        Meta(
            description="How far the source of its terms can be trusted. Extensible enum: one of high, medium, low.",
            examples=["high", "medium", "low"],
        ),
    ]


class Suggestion(Open, frozen=True):
    """A base model that nobody asked about, looked at with the same prompt. It takes no part in the verdict."""

    base_model: Annotated[
        str,
        Meta(description="Canonical id, as GET /v1/models lists it.", examples=["openai/gpt-4.1-nano"]),
    ]
    accuracy: Annotated[
        float, Meta(ge=0, le=1, description="Predicted accuracy of the prompt on it, mean over the draws [share].")
    ]
    chance_no_worse: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Share of the draws in which it is no worse than today's accuracy less `task.tolerated_loss` "
            "[share].",
        ),
    ]
    saving_per_month: Annotated[
        Money,
        Meta(
            description="Cost of the first full month with `options[0]` less that on this base model, wrong answers included "
            "where they are valued; negative where it is dearer [finance.currency/month]."
        ),
    ]
    value_of_measuring: Annotated[
        Money,
        Meta(
            description="What grading a hundred answers of it is expected to be worth to the decision, before its "
            "cost [finance.currency]."
        ),
    ]
    cost_of_measuring: Annotated[Money, Meta(description="Cost of grading them [finance.currency].")]
