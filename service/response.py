"""The answer: every figure a caller gets, with its unit. No unions; a figure that does not apply is null or absent."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.response_break_even import BreakEvenAnswer
from service.response_information import Curve, Sensitivity, TraceLine, ValueOfInformation
from service.response_money import CashFlow, Costs, Money, Noun
from service.response_quality import AccuracyAnswer, LatencyAnswer


class Reason(Noun, frozen=True):
    """A rule or risk with its figures."""

    rule: str
    favours: str
    status: str
    statement: str


class VerdictAnswer(Noun, frozen=True):
    """What to do, how sure, and why."""

    choice: str
    action: str
    confidence: float
    summary: str
    reasons: list[Reason]
    framework_choice: str
    framework_action: str
    expected_value_choice: str
    expected_value_action: str
    policies_agree: Annotated[bool, Meta(description="Whether both policies name the same action")]
    step: Annotated[str, Meta(description="Step of the framework that decided, or expected_value")]
    risks: list[str]
    missing_field: str | None


class Dimension(Noun, frozen=True):
    """One of the article's ten dimensions."""

    dimension: str
    prompt_engineering: str
    fine_tuning: str
    winner: str
    article_winner: str
    contradicts_article: bool


class OfferAnswer(Noun, frozen=True):
    """A fine-tuning offer at the base case, with why it lost."""

    id: str
    name: str
    relation: str | None
    npv: Annotated[float | None, Meta(description="Base case; null where the offer cannot go live")]
    monthly_cost: Money
    one_off_cost: Money
    is_chosen: bool
    is_feasible: bool
    lost_because: str | None
    last_training_date: datetime.date | None
    shutdown_date: datetime.date | None
    source: str
    checked: datetime.date | None
    confidence: str


class AssumptionUsed(Noun, frozen=True):
    """A default this answer relies on."""

    pointer: str
    id: Annotated[
        str | None, Meta(description="Entry of GET /v1/assumptions; null where the value follows from the request")
    ]
    value: float | None
    low: float | None
    high: float | None
    text: str | None
    unit: str
    kind: str
    source: str
    href: str
    note: str
    share_of_variance: Annotated[
        float | None, Meta(description="Share of the NPV's variance; null where it is a fixed number")
    ]


class Provenance(Noun, frozen=True):
    """What it takes to get the same bytes again."""

    service_version: str
    assumptions_digest: str
    price_catalogue_version: str
    prompt_base_model: str | None
    prompt_price_source: str
    prompt_price_checked: datetime.date | None
    fine_tuning_offer: str
    as_of: datetime.date
    seed: int
    draws: int
    policy: str
    request_digest: str
    result_digest: str


class Assessment(Noun, frozen=True):
    """The answer to one case."""

    verdict: VerdictAnswer
    break_even: BreakEvenAnswer
    costs: Costs
    accuracy: AccuracyAnswer
    latency: LatencyAnswer
    value_of_information: ValueOfInformation
    comparison: list[Dimension]
    offers: list[OfferAnswer]
    assumptions: list[AssumptionUsed]
    provenance: Provenance
    trace: list[TraceLine] | UnsetType = UNSET
    cash_flows: list[CashFlow] | UnsetType = UNSET
    sensitivity: list[Sensitivity] | UnsetType = UNSET
    curves: list[Curve] | UnsetType = UNSET
