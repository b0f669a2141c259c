"""Nouns of the larder: assumed numbers, fine-tuning offers and fitted coefficients, dated and sourced."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from service.request import TaskKind

Kind = Literal["quoted", "measured", "published", "judged"]
AssumptionFamily = Literal["positive", "share", "rate", "text"]
Unit = Literal[
    "USD", "USD/month", "USD/hour", "USD/example", "tokens", "share", "log-odds", "months", "weeks", "hours", "examples",
    "runs", "epochs", "seconds", "seconds/token", "tokens/second", "requests/second", "ratio", "per year", "per month",
    "id", "trials", "draws",
]  # fmt: skip


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything read from the larder: immutable, unknown keys refused."""


class Source(Fact, frozen=True):
    """Where a number comes from."""

    title: str
    href: str = ""
    locator: str = ""


class AssumedValue(Fact, frozen=True, rename={"from_date": "from"}):
    """The value of an assumption from a date on: a number, an 80 % range or an identifier."""

    from_date: datetime.date
    kind: Kind
    source: Source
    checked: datetime.date
    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str | None = None
    note: str = ""


class Assumption(Fact, frozen=True):
    """A number we assume where the caller states none."""

    id: str
    description: str
    unit: Unit
    family: AssumptionFamily
    values: tuple[AssumedValue, ...]

    def at(self, as_of: datetime.date) -> AssumedValue:
        """Return the value in force at a date (the earliest one for dates before all)."""
        return in_force(self.values, as_of) or self.values[0]


class OfferValue(Fact, frozen=True, rename={"from_date": "from"}):
    """Terms of a fine-tuning offer from a date on; prices in USD."""

    from_date: datetime.date
    kind: Kind
    source: Source
    checked: datetime.date
    confidence: Literal["high", "medium", "low"]
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cache_read_usd_per_mtok: float | None = None
    cache_write_usd_per_mtok: float | None = None
    batch_input_usd_per_mtok: float | None = None
    batch_output_usd_per_mtok: float | None = None
    training_usd_per_mtok: float | None = None
    hosting_usd_per_hour: float | None = None
    storage_usd_per_month: float | None = None
    minimum_charge_usd: float | None = None
    requests_per_second_per_replica: float | None = None
    minimum_replicas: int | None = None
    min_cacheable_tokens: float | None = None
    last_training_date: datetime.date | None = None
    shutdown_date: datetime.date | None = None
    note: str = ""


class FineTuningOffer(Fact, frozen=True):
    """A provider's offer to fine-tune a base model and serve it."""

    id: str
    weights: str
    name: str
    serving: Literal["adapter", "dedicated"]
    base_model: str
    values: tuple[OfferValue, ...]
    aliases: tuple[str, ...] = ()
    only_when_named: bool = False
    only_for: tuple[str, ...] = ()

    def at(self, as_of: datetime.date) -> OfferValue | None:
        """Return the terms in force at a date; None before the first."""
        return in_force(self.values, as_of)


class AccuracyPrior(Fact, frozen=True):
    """Coefficients of the fine-tuned-accuracy prior, as fitted by tools/fit_prior.py.

    Digests are of the evidence files and of the rows selected from them. A prompt below `working_prompt` is read as
    one at it, with `failing_prompt_level_variance` in place of `level_variance`.
    """

    fitted: datetime.date
    source: Source
    evidence_digest: str
    rows: int
    rows_digest: str
    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    level_variance: float
    working_prompt: float
    failing_prompt_level_variance: float
    slope_mean: float
    slope_variance: float
    seed_variance: float
    bend_variance: float
    note: str


Score = Annotated[float, Meta(ge=0, le=1)]
Items = Annotated[int, Meta(ge=1)]


class Evidence(Fact, frozen=True):
    """A published pair of scores: of a prompt and of a fine-tune on the same task, higher is better."""

    case_id: Annotated[str, Meta(pattern=r"^[^_]\S*__\S*[^_]$")]
    source: Annotated[str, Meta(min_length=1)]
    year: Annotated[int, Meta(ge=2018, le=2100)]
    task: Annotated[str, Meta(min_length=1)]
    kind: TaskKind
    metric: Annotated[str, Meta(min_length=1)]
    prompt_model: Annotated[str, Meta(min_length=1)]
    prompt_method: Literal["zero-shot", "few-shot", "cot", "optimised"]
    prompt_score: Score
    ft_base_model: Annotated[str, Meta(min_length=1)]
    relation: Literal["same", "smaller", "unknown"]
    ft_score: Score
    examples: Items | None
    test_size: Items | None

    @property
    def cluster(self) -> str:
        """Rows of one cluster share source and task."""
        return "__".join(self.case_id.split("__")[:2])


V = TypeVar("V", AssumedValue, OfferValue)


def in_force(values: tuple[V, ...], as_of: datetime.date) -> V | None:
    """Return the last of the dated values that holds at a date."""
    found = None
    for value in values:
        if value.from_date <= as_of:
            found = value
    return found
