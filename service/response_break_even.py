"""The break-evens of an answer, and when the outlay is earned back. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.response_money import Money, Noun

Months = Annotated[float | None, Meta(description="Months; null when it never happens")]


class CrossingAnswer(Noun, frozen=True):
    """A value at which the base-case NPV is zero or jumps over zero."""

    value: float
    kind: str
    npv_below: Money
    npv_above: Money
    fine_tuning_pays: str
    offer: Annotated[str, Meta(description="The offer that is best at this value")]


class BreakEvenItem(Noun, frozen=True):
    """The break-even of one input, all else unchanged."""

    input: str
    unit: str
    current: float
    break_even: list[float]
    state: str
    fine_tuning_pays: str | None
    distance: Annotated[float | None, Meta(description="(nearest break-even - current) / current; null from zero")]
    crossings: list[CrossingAnswer]


class Distribution(Noun, frozen=True):
    """Percentiles over the draws; null where the percentile is never reached."""

    p10: float | None
    p50: float | None
    p90: float | None
    share_never: float


class PaybackAnswer(Noun, frozen=True):
    """When the outlay is earned back."""

    months: Months
    state: Annotated[str, Meta(description="reached, from_the_start or never")]
    p10: float | None
    p50: float | None
    p90: float | None
    share_never: float


class BreakEvenAnswer(Noun, frozen=True):
    """Where the answer changes."""

    items: list[BreakEvenItem]
    requests_per_month: Distribution
    payback: PaybackAnswer
    discounted_payback: PaybackAnswer
    payback_requests: Annotated[
        float | None, Meta(description="One-off cost over the token saving per request [requests]")
    ]
