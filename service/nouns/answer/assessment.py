"""The answer: every figure a caller gets, with its unit. No unions; a figure that does not apply is null or absent."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.answer.break_even import BreakEvenAnswer
from service.nouns.answer.information import CurvesAnswer, OptionTrace, Sensitivity, ValueOfInformation
from service.nouns.answer.money import CashFlow
from service.nouns.answer.offers import OfferAnswer, Suggestion
from service.nouns.answer.options import OptionAnswer
from service.nouns.answer.plan import NextQuestion, PlanAnswer
from service.nouns.answer.quality import AccuracyAnswer
from service.nouns.answer.verdict import ArticleCheck, Dimension, VerdictAnswer
from service.nouns.base import Open


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
    checked: Annotated[
        datetime.date | None,
        Meta(description="Day on which the source was last checked; null where the value follows from the request."),
    ]
    share_of_variance: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(
            description="Share of the variance of the best fine-tune's NPV that the inputs it feeds explain, the "
            "largest of them [share]; null where it is a fixed number."
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
    as_of: Annotated[
        datetime.date,
        Meta(
            description="Day the answer is for: prices, offers and assumptions are those in force then.",
            examples=["2026-11-23"],
        ),
    ]
    seed: Annotated[int, Meta(ge=0, description="Seed of the draws.", examples=[0])]
    draws: Annotated[int, Meta(ge=1, description="Number of draws [draws].", examples=[1024])]
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
    base_case_gap: Annotated[
        float,
        Meta(
            ge=0,
            description="Distance of mean and base case of the NPV in standard errors of the mean, the largest over "
            "the options [standard errors]; 0 where nothing is uncertain.",
            examples=[1.2],
        ),
    ]


class WideRange(Open, frozen=True):
    """An estimate whose range is wider than tenfold: its mean is far from its median, and the mean decides."""

    pointer: Annotated[
        str,
        Meta(
            description="JSON pointer of the request field that it is sent in, or that would overrule a default.",
            examples=["/finance/error_cost"],
        ),
    ]
    ratio: Annotated[float, Meta(ge=0, description="Mean of the estimate over its median [ratio].", examples=[1.5])]


class Assessment(Open, frozen=True):
    """The answer to one case: what to do, where that changes, and the figures behind it.

    Figures are not rounded outside sentences. A scalar that does not apply is null.
    """

    verdict: Annotated[VerdictAnswer, Meta(description="What to do, how sure that is, and why.")]
    break_even: Annotated[
        BreakEvenAnswer, Meta(description="Which option is the best as one input moves, and where that changes.")
    ]
    plan: Annotated[PlanAnswer, Meta(description="What to do first, when to stop, and what that is expected to bring.")]
    options: Annotated[
        list[OptionAnswer],
        Meta(
            description="Every way to serve the task: first the one in use, `keep` or `in_service`, against which the "
            "others are reckoned; then as the end choice ranks them, those that are infeasible behind."
        ),
    ]
    accuracy: Annotated[
        AccuracyAnswer, Meta(description="What is asked of accuracy, labels it takes, and published cases.")
    ]
    value_of_information: Annotated[
        ValueOfInformation, Meta(description="What it is worth to find out more before deciding.")
    ]
    comparison: Annotated[
        list[Dimension],
        Meta(
            description="The article's ten dimensions: the best prompt-like option against the best fine-tune by mean "
            "NPV, and the article."
        ),
    ]
    article_check: Annotated[
        list[ArticleCheck], Meta(description="The article's figures beside those of this case, one row for each.")
    ]
    offers: Annotated[
        list[OfferAnswer],
        Meta(
            description="Fine-tuning offers: those kept as options first, then by base-case NPV, those that cannot go "
            "live behind; with an offer of the caller's own the catalogue's follow for information."
        ),
    ]
    suggestions: Annotated[
        list[Suggestion],
        Meta(
            description="Base models that nobody asked about and that may serve the prompt better, most worth "
            "measuring first; none where alternatives are stated."
        ),
    ]
    assumptions: Annotated[list[AssumptionUsed], Meta(description="Every default the answer relies on.")]
    wide_ranges: Annotated[list[WideRange], Meta(description="Estimates whose range is wider than tenfold.")]
    currency: Annotated[str, Meta(description="ISO 4217 code of every sum in this answer.", examples=["USD"])]
    horizon_months: Annotated[int, Meta(ge=1, description="Months that are looked ahead [months].", examples=[24])]
    discount_rate: Annotated[
        float, Meta(description="Rate at which later money counts less, annual effective [per year].", examples=[0.1])
    ]
    policy: Annotated[
        str,
        Meta(
            description="Policy that `verdict.choice` and `verdict.action` follow. Extensible enum: one of framework, "
            "expected_value.",
            examples=["framework", "expected_value"],
        ),
    ]
    provenance: Annotated[Provenance, Meta(description="What it takes to get the same bytes again.")]
    next_question: (
        Annotated[
            NextQuestion,
            Meta(
                description="The field that is not said and that the advice hangs on most; absent where it hangs on none."
            ),
        ]
        | UnsetType
    ) = UNSET
    trace: (
        Annotated[
            list[OptionTrace],
            Meta(
                description="The ledger as calculated for each feasible option, in the order of `options`; absent "
                "unless `include` asks for it."
            ),
        ]
        | UnsetType
    ) = UNSET
    cash_flows: (
        Annotated[
            list[CashFlow],
            Meta(
                description="The base case of each feasible option month by month, with the spread of its savings so far, in the "
                "order of `options`; absent unless `include` asks for it."
            ),
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
            CurvesAnswer,
            Meta(
                description="NPV along each input, and how likely each option is the best as an error costs more; absent unless "
                "`include` asks for it."
            ),
        ]
        | UnsetType
    ) = UNSET
