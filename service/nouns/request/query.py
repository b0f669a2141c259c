"""The query parameters of the listings, as nouns: what a caller may add to a path."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta

from service.nouns.base import Closed

AsOf = Annotated[
    datetime.date,
    Meta(description="Date at which the values hold; today (UTC) when absent", examples=["2026-11-23"]),
]
Provider = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern="^[a-z0-9][a-z0-9._-]*$",
        description="Only what this provider sells; all providers when absent",
        examples=["mistral"],
    ),
]
Gpu = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern="^[a-z0-9][a-z0-9-]*$",
        description="Only what runs on this kind of GPU; all kinds when absent",
        examples=["h100"],
    ),
]


class NoQuery(Closed, frozen=True):
    """No query parameters."""


class AtDate(Closed, frozen=True):
    """Values in force at a date."""

    as_of: AsOf | None = None


class AtDateByProvider(Closed, frozen=True):
    """Values in force at a date, of one provider or all."""

    as_of: AsOf | None = None
    provider: Provider | None = None


class AtDateByGpu(Closed, frozen=True):
    """Values in force at a date, on one kind of GPU or all."""

    as_of: AsOf | None = None
    gpu: Gpu | None = None


Shape = Annotated[
    Literal["wide", "long"],
    Meta(
        description="wide: a row for each option and month; long: a row for each cost of an option and month. Absent: wide",
        examples=["long"],
    ),
]
Columns = Annotated[
    Literal["plain", "focus"],
    Meta(
        description="plain: named as in the answer; focus: named as the FinOps cost and usage specification does. Absent: plain",
        examples=["focus"],
    ),
]


class CashFlowQuery(Closed, frozen=True):
    """The shape of a monthly cash flow, and how its columns are named."""

    shape: Shape | None = None
    columns: Columns | None = None
