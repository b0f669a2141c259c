"""Estimates: the numbers of a request with their limits, and the 80 % intervals that may stand in their place.

A family is named once, here; `title` is the name of its component in the OpenAPI document.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Closed

Positive = Annotated[float, Meta(ge=0, le=1e12)]
StrictlyPositive = Annotated[float, Meta(ge=1e-9, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
InnerShare = Annotated[float, Meta(gt=0, lt=1)]
Rate = Annotated[float, Meta(ge=-0.9, le=0.99)]
Price = Annotated[float, Meta(ge=0, le=1e5, description="Money per million tokens [USD/1M tokens]")]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]


class PositiveRange(Closed, frozen=True):
    """An 80 % interval of a positive quantity: its 10th and 90th percentile (lognormal)."""

    low: Annotated[
        StrictlyPositive,
        Meta(
            description="10th percentile: the chance of less is 10 %. Above 0 and not above `high`; equal to it, the "
            "quantity is a number."
        ),
    ]
    high: Annotated[StrictlyPositive, Meta(description="90th percentile: the chance of more is 10 %.")]


class ShareRange(Closed, frozen=True):
    """An 80 % interval of a share: its 10th and 90th percentile (logit-normal)."""

    low: Annotated[
        InnerShare,
        Meta(
            description="10th percentile: the chance of less is 10 %. Above 0 and not above `high`; equal to it, the "
            "share is a number."
        ),
    ]
    high: Annotated[InnerShare, Meta(description="90th percentile: the chance of more is 10 %. Below 1.")]


class RateRange(Closed, frozen=True):
    """An 80 % interval of a signed rate: its 10th and 90th percentile (normal)."""

    low: Annotated[
        Rate,
        Meta(
            description="10th percentile: the chance of less is 10 %. Not above `high`; equal to it, the quantity is "
            "a number."
        ),
    ]
    high: Annotated[Rate, Meta(description="90th percentile: the chance of more is 10 %.")]


class VolumeRange(Closed, frozen=True):
    """An 80 % interval of requests per month: its 10th and 90th percentile (lognormal)."""

    low: Annotated[
        float,
        Meta(
            ge=1e-9,
            le=1e11,
            description="10th percentile: the chance of less is 10 %. Not above `high`; equal to it, the quantity is "
            "a number.",
        ),
    ]
    high: Annotated[float, Meta(ge=1e-9, le=1e11, description="90th percentile: the chance of more is 10 %.")]


class IntervalRange(Closed, frozen=True):
    """An 80 % interval of the months between retrainings: its 10th and 90th percentile (lognormal)."""

    low: Annotated[
        float,
        Meta(
            ge=0.25,
            le=1200,
            description="10th percentile: the chance of less is 10 %. Not above `high`; equal to it, the quantity is "
            "a number.",
        ),
    ]
    high: Annotated[float, Meta(ge=0.25, le=1200, description="90th percentile: the chance of more is 10 %.")]


class WeeksRange(Closed, frozen=True):
    """An 80 % interval of a time in weeks: its 10th and 90th percentile (lognormal)."""

    low: Annotated[
        float,
        Meta(
            ge=0.01,
            le=520,
            description="10th percentile: the chance of less is 10 %. Not above `high`; equal to it, the quantity is "
            "a number.",
        ),
    ]
    high: Annotated[float, Meta(ge=0.01, le=520, description="90th percentile: the chance of more is 10 %.")]


class HalfLifeRange(Closed, frozen=True):
    """An 80 % interval of the months in which knowledge halves in validity: 10th and 90th percentile (lognormal)."""

    low: Annotated[
        float,
        Meta(
            ge=0.01,
            le=1200,
            description="10th percentile: the chance of less is 10 %. Not above `high`; equal to it, the quantity is "
            "a number.",
        ),
    ]
    high: Annotated[float, Meta(ge=0.01, le=1200, description="90th percentile: the chance of more is 10 %.")]


PositiveEstimate = Annotated[
    Positive | PositiveRange,
    Meta(
        title="PositiveEstimate",
        description="A positive quantity: a number, 0 included, where it is sure, else an 80 % interval.",
        examples=[1200, {"low": 800, "high": 3000}],
    ),
]
ShareEstimate = Annotated[
    Share | ShareRange,
    Meta(
        title="ShareEstimate",
        description="A share: a number from 0 to 1 where it is sure, else an 80 % interval.",
        examples=[0.6, {"low": 0.4, "high": 0.8}],
    ),
]
RateEstimate = Annotated[
    Rate | RateRange,
    Meta(
        title="RateEstimate",
        description="A signed relative change: a number where it is sure, else an 80 % interval. 0.02 is 2 %.",
        examples=[0.02, {"low": 0.0, "high": 0.04}],
    ),
]
VolumeEstimate = Annotated[
    Annotated[float, Meta(ge=0, le=1e11)] | VolumeRange,
    Meta(
        title="VolumeEstimate",
        description="Requests per month: a number where it is sure, else an 80 % interval [requests/month].",
        examples=[400000, {"low": 350000, "high": 480000}],
    ),
]
IntervalMonthsEstimate = Annotated[
    Annotated[float, Meta(ge=0.25, le=1200)] | IntervalRange,
    Meta(
        title="IntervalMonthsEstimate",
        description="Months between retrainings: a number where it is sure, else an 80 % interval [months].",
        examples=[6, {"low": 3, "high": 6}],
    ),
]
WeeksEstimate = Annotated[
    Annotated[float, Meta(ge=0, le=520)] | WeeksRange,
    Meta(
        title="WeeksEstimate",
        description="A time in weeks: a number where it is sure, else an 80 % interval [weeks].",
        examples=[8, {"low": 6, "high": 16}],
    ),
]
HalfLifeEstimate = Annotated[
    Annotated[float, Meta(ge=0.01, le=1200)] | HalfLifeRange,
    Meta(
        title="HalfLifeEstimate",
        description="Months in which knowledge halves in validity: a number where sure, or an 80 % interval [months].",
        examples=[12, {"low": 3, "high": 8}],
    ),
]

Range = PositiveRange | ShareRange | RateRange | VolumeRange | IntervalRange | WeeksRange | HalfLifeRange
Estimate = float | Range
