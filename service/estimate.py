"""Estimates: the numbers of a request with their limits, and the 80 % intervals that may stand in their place.

A family is named once, here; `title` is the name of its component in the OpenAPI document.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Positive = Annotated[float, Meta(ge=0, le=1e12)]
StrictlyPositive = Annotated[float, Meta(ge=1e-9, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
InnerShare = Annotated[float, Meta(gt=0, lt=1)]
Rate = Annotated[float, Meta(ge=-0.9, le=0.99)]
Price = Annotated[float, Meta(ge=0, le=1e5, description="Money per million tokens [USD/1M tokens]")]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]


class Noun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all request objects: immutable, unknown fields refused."""


class PositiveRange(Noun, frozen=True):
    """An 80 % interval of a positive quantity: its 10th and 90th percentile (lognormal)."""

    low: Annotated[StrictlyPositive, Meta(description="10th percentile; above 0 and not above `high`")]
    high: Annotated[StrictlyPositive, Meta(description="90th percentile")]


class ShareRange(Noun, frozen=True):
    """An 80 % interval of a share: its 10th and 90th percentile (logit-normal)."""

    low: Annotated[InnerShare, Meta(description="10th percentile; above 0 and not above `high`")]
    high: Annotated[InnerShare, Meta(description="90th percentile; below 1")]


class RateRange(Noun, frozen=True):
    """An 80 % interval of a signed rate: its 10th and 90th percentile (normal)."""

    low: Annotated[Rate, Meta(description="10th percentile; not above `high`")]
    high: Annotated[Rate, Meta(description="90th percentile")]


class VolumeRange(Noun, frozen=True):
    """An 80 % interval of requests per month (lognormal)."""

    low: Annotated[float, Meta(ge=1e-9, le=1e11, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=1e-9, le=1e11, description="90th percentile")]


class IntervalRange(Noun, frozen=True):
    """An 80 % interval of months between retrainings (lognormal)."""

    low: Annotated[float, Meta(ge=0.25, le=1200, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=0.25, le=1200, description="90th percentile")]


class WeeksRange(Noun, frozen=True):
    """An 80 % interval of a time in weeks (lognormal)."""

    low: Annotated[float, Meta(ge=0.01, le=520, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=0.01, le=520, description="90th percentile")]


class HalfLifeRange(Noun, frozen=True):
    """An 80 % interval of the months in which the validity of knowledge halves (lognormal)."""

    low: Annotated[float, Meta(ge=0.01, le=1200, description="10th percentile; not above `high`")]
    high: Annotated[float, Meta(ge=0.01, le=1200, description="90th percentile")]


PositiveEstimate = Annotated[Positive | PositiveRange, Meta(title="PositiveEstimate")]
ShareEstimate = Annotated[Share | ShareRange, Meta(title="ShareEstimate")]
RateEstimate = Annotated[Rate | RateRange, Meta(title="RateEstimate")]
VolumeEstimate = Annotated[Annotated[float, Meta(ge=0, le=1e11)] | VolumeRange, Meta(title="VolumeEstimate")]
IntervalMonthsEstimate = Annotated[
    Annotated[float, Meta(ge=0.25, le=1200)] | IntervalRange, Meta(title="IntervalMonthsEstimate")
]
WeeksEstimate = Annotated[Annotated[float, Meta(ge=0, le=520)] | WeeksRange, Meta(title="WeeksEstimate")]
HalfLifeEstimate = Annotated[Annotated[float, Meta(ge=0.01, le=1200)] | HalfLifeRange, Meta(title="HalfLifeEstimate")]

Estimate = float | PositiveRange | ShareRange | RateRange | VolumeRange | IntervalRange | WeeksRange | HalfLifeRange
