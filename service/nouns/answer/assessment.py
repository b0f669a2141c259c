"""The answer: every figure a caller gets, with its unit. No unions; a figure that does not apply is null or absent."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.answer.break_even import BreakEvenAnswer
from service.nouns.answer.information import Curve, Sensitivity, TraceLine, ValueOfInformation
from service.nouns.answer.money import CashFlow, Costs, Money
from service.nouns.answer.quality import AccuracyAnswer, LatencyAnswer
from service.nouns.answer.verdict import Dimension, VerdictAnswer
from service.nouns.base import Open


class OfferAnswer(Open, frozen=True):
    """A fine-tuning offer at the base case, with the reason it lost."""

    id: Annotated[
        str,
        Meta(
            description="Identifier of the offer, `provider/model` as GET /v1/fine-tuning-offers lists it; "
            "`own-offer` for the caller's own.",
            examples=["azure/gpt-4.1-mini"],
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
            description="Size of its base model beside the prompted one, as stated, else judged by the price of input "
            "tokens; null where that is not known. Extensible "
            "enum: one of same, smaller, larger.",
            examples=["same", "smaller", "larger"],
        ),
    ]
    npv: Annotated[
        float | None,
        Meta(
            description="Base-case net present value of switching to it [finance.currency]; null where it cannot go "
            "live."
        ),
    ]
    monthly_cost: Annotated[
        Money,
        Meta(description="Tokens at the first month's volume and prices, and hosting [finance.currency/month]."),
    ]
    one_off_cost: Annotated[Money, Meta(description="Cost of the first fine-tune on it [finance.currency].")]
    is_chosen: Annotated[bool, Meta(description="Whether the rest of the answer is about this offer.")]
    is_feasible: Annotated[
        bool, Meta(description="Whether it can go live inside the horizon: still trained, and not shut down before.")
    ]
    lost_because: Annotated[
        str | None, Meta(description="Why it was not chosen, or cannot go live; null for a chosen offer that can.")
    ]
    last_training_date: Annotated[
        datetime.date | None,
        Meta(description="Last day on which the provider trains its base model; null where none is known."),
    ]
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(description="Day on which the provider shuts its base model down; null where none is known."),
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


class AssumptionUsed(Open, frozen=True):
    """A default this answer relies on.

    A number, an interval or a text that stands in for something the request leaves unsaid.
    """

    pointer: Annotated[
        str,
        Meta(
            description="JSON pointer of the request field that would overrule it; under `/assumptions/` a threshold "
            "that no field overrules.",
            examples=["/finance/discount_rate"],
        ),
    ]
    id: Annotated[
        str | None,
        Meta(
            description="Entry of GET /v1/assumptions; null where the value follows from the request.",
            examples=["discount_rate"],
        ),
    ]
    value: Annotated[
        float | None, Meta(description="The value where it is one number, in `unit`; else null.", examples=[0.1])
    ]
    low: Annotated[float | None, Meta(description="10th percentile of the interval, in `unit`; null where it is none.")]
    high: Annotated[
        float | None, Meta(description="90th percentile of the interval, in `unit`; null where it is none.")
    ]
    text: Annotated[
        str | None,
        Meta(
            description="The value where it is no number: an identifier, or what was done in its absence; else null.",
            examples=["openai/gpt-4.1-mini"],
        ),
    ]
    unit: Annotated[
        str,
        Meta(description="Unit of the value; USD is already converted to `finance.currency`.", examples=["per year"]),
    ]
    kind: Annotated[
        str,
        Meta(
            description="How the value came about: quoted by its provider, measured, published, judged by us, or "
            "derived from the request. Extensible enum: one of quoted, measured, published, judged, derived.",
            examples=["published", "judged", "derived"],
        ),
    ]
    source: Annotated[str, Meta(description="Title of the source; `the request` where the value follows from it.")]
    href: Annotated[str, Meta(description="Address of the source, without scheme; empty where there is none.")]
    note: Annotated[str, Meta(description="What the value is, why it is this one, and how far it can be trusted.")]
    share_of_variance: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(
            description="Share of the NPV's variance that the inputs it feeds explain, the largest of them [share]; "
            "null where it is a fixed number."
        ),
    ]


class Provenance(Open, frozen=True):
    """What it takes to get the same bytes again."""

    service_version: Annotated[str, Meta(description="Version of the service.", examples=["0.1.0"])]
    assumptions_digest: Annotated[
        str, Meta(description="SHA-256 of the assumptions, offers and coefficients [64 hexadecimal digits].")
    ]
    price_catalogue_version: Annotated[
        str, Meta(description="Name and version of the catalogue of inference prices.", examples=["genai-prices 0.2.3"])
    ]
    prompt_base_model: Annotated[
        str | None,
        Meta(
            description="Canonical id of the prompted base model; null where only prices were stated.",
            examples=["openai/gpt-4.1-mini"],
        ),
    ]
    prompt_price_source: Annotated[
        str,
        Meta(
            description="Where the price of the prompted base model comes from; `the request` where the caller "
            "stated it.",
            examples=["genai-prices 0.2.3"],
        ),
    ]
    prompt_price_checked: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the prompt's token prices were last checked; null where the caller stated them."
        ),
    ]
    fine_tuning_offer: Annotated[
        str, Meta(description="Id of the fine-tuning offer the answer is about.", examples=["azure/gpt-4.1-mini"])
    ]
    as_of: Annotated[
        datetime.date,
        Meta(
            description="Day the answer is for: prices, offers and assumptions are those in force then.",
            examples=["2026-11-23"],
        ),
    ]
    seed: Annotated[int, Meta(ge=0, description="Seed of the draws.", examples=[0])]
    draws: Annotated[int, Meta(ge=1, description="Number of draws [draws].", examples=[1024])]
    policy: Annotated[
        str,
        Meta(
            description="Policy that `verdict.choice` and `verdict.action` follow. Extensible enum: one of framework, "
            "expected_value.",
            examples=["framework", "expected_value"],
        ),
    ]
    request_digest: Annotated[
        str, Meta(description="SHA-256 of the request in canonical form [64 hexadecimal digits].")
    ]
    result_digest: Annotated[
        str,
        Meta(
            description="SHA-256 of all the answer depends on: canonical request, catalogues, service version and "
            "`as_of` [64 hexadecimal digits]."
        ),
    ]


class Assessment(Open, frozen=True):
    """The answer to one case: what to do, where that changes, and the figures behind it.

    Figures are not rounded outside sentences. A scalar that does not apply is null.
    """

    verdict: Annotated[VerdictAnswer, Meta(description="What to do, how sure that is, and why.")]
    break_even: Annotated[
        BreakEvenAnswer, Meta(description="Where the answer changes, and when the outlay is earned back.")
    ]
    costs: Annotated[Costs, Meta(description="What each option costs and what switching is worth.")]
    accuracy: Annotated[AccuracyAnswer, Meta(description="How often each option is right.")]
    latency: Annotated[LatencyAnswer, Meta(description="How long a request takes.")]
    value_of_information: Annotated[
        ValueOfInformation, Meta(description="What it is worth to find out more before deciding.")
    ]
    comparison: Annotated[
        list[Dimension], Meta(description="The article's ten dimensions, for this case and in the article.")
    ]
    offers: Annotated[
        list[OfferAnswer],
        Meta(
            description="Fine-tuning offers: the chosen one first, then by base-case NPV, those that cannot go live "
            "behind; with an offer of the caller's own the catalogue's follow for information."
        ),
    ]
    assumptions: Annotated[list[AssumptionUsed], Meta(description="Every default the answer relies on.")]
    provenance: Annotated[Provenance, Meta(description="What it takes to get the same bytes again.")]
    trace: (
        Annotated[
            list[TraceLine],
            Meta(description="Every line of the ledger as calculated; absent unless `include` asks for it."),
        ]
        | UnsetType
    ) = UNSET
    cash_flows: (
        Annotated[
            list[CashFlow],
            Meta(description="The base case month by month, from month 0; absent unless `include` asks for it."),
        ]
        | UnsetType
    ) = UNSET
    sensitivity: (
        Annotated[
            list[Sensitivity],
            Meta(
                description="What drives the NPV's uncertainty, the largest first; absent unless `include` asks for it."
            ),
        ]
        | UnsetType
    ) = UNSET
    curves: (
        Annotated[
            list[Curve],
            Meta(description="Base-case NPV along each break-even's input; absent unless `include` asks for it."),
        ]
        | UnsetType
    ) = UNSET
