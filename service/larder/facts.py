"""Nouns of the larder, dated and sourced: assumed numbers, fine-tuning offers, fitted coefficients, published pairs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypeVar

from msgspec import Meta

from service.larder.offer_rules import HostingKind, LifetimeClass, OfferRules
from service.nouns.base import Closed
from service.nouns.request.assessment import TaskKind

Kind = Literal["quoted", "measured", "published", "judged"]
AssumptionFamily = Literal["positive", "share", "rate", "text"]
Unit = Literal[
    "USD", "USD/month", "USD/hour", "USD/example", "tokens", "share", "log-odds", "months", "weeks", "hours", "examples",
    "runs", "epochs", "seconds", "seconds/token", "tokens/second", "requests/second", "ratio", "per year", "per month",
    "id", "trials", "draws", "days", "hours/month", "examples/week", "USD/request",
    "USD/error",
]  # fmt: skip


class Source(Closed, frozen=True):
    """Where a number comes from."""

    title: Annotated[
        str,
        Meta(
            description="Title of the source, as a reader would look for it.", examples=["OpenAI prompt caching guide"]
        ),
    ]
    href: Annotated[
        str,
        Meta(
            description="Address of the source, without scheme; empty where there is none.",
            examples=["developers.openai.com/api/docs/guides/prompt-caching"],
        ),
    ] = ""
    locator: Annotated[
        str, Meta(description="Place in the source: a heading, a table, a page; empty where the source is short.")
    ] = ""


class AssumedValue(Closed, frozen=True, rename={"from_date": "from"}):
    """The value of an assumption from a date on: a number, an 80 % range or an identifier."""

    from_date: Annotated[datetime.date, Meta(description="First day on which it holds.", examples=["2026-11-23"])]
    kind: Annotated[
        Kind,
        Meta(
            description="How it came about: quoted by its provider, measured, published, or judged by us; a judged "
            "one has a note.",
            examples=["published"],
        ),
    ]
    source: Annotated[Source, Meta(description="Where it comes from.")]
    checked: Annotated[
        datetime.date, Meta(description="Day on which the source was last looked at.", examples=["2026-11-23"])
    ]
    value: Annotated[
        float | None,
        Meta(description="The value where it is one number, in the assumption's unit; else null.", examples=[0.1]),
    ] = None
    low: Annotated[
        float | None,
        Meta(
            description="10th percentile of the range, in the assumption's unit; null where it is none.", examples=[400]
        ),
    ] = None
    high: Annotated[
        float | None,
        Meta(
            description="90th percentile of the range, in the assumption's unit; null where it is none.",
            examples=[1600],
        ),
    ] = None
    text: Annotated[
        str | None,
        Meta(description="The identifier where it is no number; else null.", examples=["openai/gpt-4.1-mini"]),
    ] = None
    note: Annotated[
        str, Meta(description="Why it is this value, and how far it can be trusted; empty where the source says all.")
    ] = ""


class Assumption(Closed, frozen=True):
    """A number we assume where the caller states none."""

    id: Annotated[str, Meta(description="Name of the assumption.", examples=["discount_rate"])]
    description: Annotated[
        str,
        Meta(
            description="What it is, in a phrase.",
            examples=["Annual effective rate at which later money is worth less"],
        ),
    ]
    unit: Annotated[
        Unit,
        Meta(
            description="Unit of its values; money is in USD and converted by `finance.units_per_usd`.",
            examples=["per year"],
        ),
    ]
    family: Annotated[
        AssumptionFamily,
        Meta(
            description="How a range of it is read: positive is lognormal, share logit-normal, rate normal; text is "
            "an identifier.",
            examples=["rate"],
        ),
    ]
    values: Annotated[
        tuple[AssumedValue, ...],
        Meta(
            description="Its values by date, oldest first; the last one that has begun is in force, before all the "
            "first."
        ),
    ]
    is_read: Annotated[
        bool,
        Meta(
            description="Whether an assessment, or the framework, may rely on it; false for one that moves no answer, "
            "such as one that stands ready for a formula to come."
        ),
    ] = True

    def at(self, as_of: datetime.date) -> AssumedValue:
        """Return the value in force at a date (the earliest one for dates before all)."""
        return in_force(self.values, as_of) or self.values[0]


class OfferValue(OfferRules, frozen=True, rename={"from_date": "from"}):
    """Terms of a fine-tuning offer from a date on; prices in USD."""

    from_date: Annotated[datetime.date, Meta(description="First day on which they hold.", examples=["2026-08-11"])]
    kind: Annotated[
        Kind,
        Meta(
            description="How they came about: quoted by the provider, measured, published, or judged by us.",
            examples=["quoted"],
        ),
    ]
    source: Annotated[Source, Meta(description="Where they come from.")]
    checked: Annotated[
        datetime.date, Meta(description="Day on which the source was last looked at.", examples=["2026-08-11"])
    ]
    confidence: Annotated[
        Literal["high", "medium", "low"],
        Meta(description="How far the source can be trusted; below high there is a note.", examples=["high"]),
    ]
    input_usd_per_mtok: Annotated[
        float, Meta(description="Price of uncached input tokens of the fine-tune [USD/1M tokens].", examples=[0.4])
    ]
    output_usd_per_mtok: Annotated[
        float, Meta(description="Price of output tokens of the fine-tune [USD/1M tokens].", examples=[1.6])
    ]
    cache_read_usd_per_mtok: Annotated[
        float | None,
        Meta(
            description="Price of instruction tokens found in the prompt cache [USD/1M tokens]; null where none is "
            "published, and nothing is cached then."
        ),
    ] = None
    cache_write_usd_per_mtok: Annotated[
        float | None,
        Meta(
            description="Price of instruction tokens put into the prompt cache [USD/1M tokens]; null where it is the "
            "input price."
        ),
    ] = None
    batch_input_usd_per_mtok: Annotated[
        float | None,
        Meta(
            description="Price of input tokens sent in batches [USD/1M tokens]; null where none is published, and the "
            "assumption `batch_discount` holds then."
        ),
    ] = None
    batch_output_usd_per_mtok: Annotated[
        float | None,
        Meta(description="Price of output tokens sent in batches [USD/1M tokens]; null where none is published."),
    ] = None
    training_usd_per_mtok: Annotated[
        float | None,
        Meta(
            description="Price of training tokens, those of the data set times epochs [USD/1M tokens]; null where "
            "none is published, and a plan cannot be priced then."
        ),
    ] = None
    hosting_usd_per_hour: Annotated[
        float | None,
        Meta(
            description="Fee for keeping one replica ready [USD/hour]; null where none is published, and none is "
            "charged then."
        ),
    ] = None
    storage_usd_per_month: Annotated[
        float | None,
        Meta(
            description="Fee for keeping the fine-tuned weights [USD/month]; null where none is published, and none "
            "is charged then."
        ),
    ] = None
    minimum_charge_usd: Annotated[
        float | None,
        Meta(
            description="Least that is charged for a training run [USD/run]; null where none is published, and none "
            "is charged then."
        ),
    ] = None
    minimum_replicas: Annotated[
        int | None, Meta(description="Fewest dedicated replicas kept [replicas]; null where one is enough.")
    ] = None
    min_cacheable_tokens: Annotated[
        float | None,
        Meta(
            description="Smallest prefix that is cached [tokens]; null where the assumption `min_cacheable_tokens` "
            "holds."
        ),
    ] = None
    last_training_date: Annotated[
        datetime.date | None,
        Meta(
            description="Last day on which the provider trains this base model; null where none is known.",
            examples=["2027-04-14"],
        ),
    ] = None
    shutdown_date: Annotated[
        datetime.date | None,
        Meta(
            description="Day on which the provider shuts the base model down; null where none is known.",
            examples=["2027-10-14"],
        ),
    ] = None
    dates_source: Annotated[
        Source | None,
        Meta(description="Where dates and the rule for new customers were seen; null where `source` says them too."),
    ] = None
    dates_checked: Annotated[
        datetime.date | None, Meta(description="Day on which that source was last looked at; null without one.")
    ] = None
    note: Annotated[str, Meta(description="What is particular about these terms; empty where nothing is.")] = ""


class FineTuningOffer(Closed, frozen=True):
    """A provider's offer to fine-tune a base model and serve it."""

    id: Annotated[str, Meta(description="Identifier of the offer, `provider/model`.", examples=["azure/gpt-4.1-mini"])]
    weights: Annotated[
        str,
        Meta(
            description="Name of the weights, the same at every host; tells whether a fine-tune starts from the "
            "prompted base model."
        ),
    ]
    name: Annotated[
        str,
        Meta(
            description="Name of the offer for people.", examples=["GPT-4.1 mini, fine-tuned on Azure, global standard"]
        ),
    ]
    serving: Annotated[
        Literal["adapter", "dedicated"],
        Meta(
            description="How it is served: a hosted adapter billed by the token, or dedicated replicas billed by the "
            "hour.",
            examples=["adapter"],
        ),
    ]
    hosting_kind: Annotated[
        HostingKind,
        Meta(
            description="What keeping it ready costs: nothing beside tokens, an hourly fee for as long as it is deployed, "
            "or replicas by the hour that end when nobody asks.",
            examples=["by_hour"],
        ),
    ]
    lifetime_class: Annotated[
        LifetimeClass,
        Meta(
            description="Whose weights it starts from: the maker's alone, or open ones that this provider hosts.",
            examples=["proprietary"],
        ),
    ]
    base_model: Annotated[
        str,
        Meta(
            description="Identifier of the base model, as GET /v1/models lists it where it is priced there.",
            examples=["azure/gpt-4.1-mini"],
        ),
    ]
    values: Annotated[tuple[OfferValue, ...], Meta(description="Its terms by date, oldest first.")]
    aliases: Annotated[tuple[str, ...], Meta(description="Other names that are accepted for it.")] = ()
    only_when_named: Annotated[
        bool, Meta(description="Whether it is left out of screening and used only where a request names it.")
    ] = False
    only_for: Annotated[tuple[str, ...], Meta(description="Kinds of task it is screened for; empty for all.")] = ()

    def at(self, as_of: datetime.date) -> OfferValue | None:
        """Return the terms in force at a date; None before the first."""
        return in_force(self.values, as_of)


Positive = Annotated[float, Meta(gt=0)]
PartOfOne = Annotated[float, Meta(ge=0, le=1)]
Points = Annotated[float, Meta(ge=0, le=100)]


class AccuracyPrior(Closed, frozen=True):
    """Coefficients of the fine-tuned-accuracy prior, as fitted by tools/research/fine_tune.py.

    Digests are of the evidence files and of the rows selected from them. A prompt below `working_prompt` is read as
    one at it, with `failing_prompt_level_variance` in place of `level_variance`. The slope is per decade of effective
    examples n / (1 + n / S), and from a prompt of `no_change_from` on a fine-tune changes nothing with `no_change_weight`.
    """

    fitted: datetime.date
    source: Source
    evidence_digest: str
    rows: int
    sources: int
    rows_digest: str
    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    level_variance: Positive
    working_prompt: PartOfOne
    failing_prompt_level_variance: Positive
    saturation_examples: Annotated[float, Meta(ge=100, le=1e7)]
    slope_mean: Annotated[float, Meta(ge=0)]
    slope_variance: Positive
    seed_variance: Positive
    bend_variance: Positive
    no_change_from: PartOfOne
    no_change_weight: PartOfOne
    left_out_error_points: Points
    """Mean absolute error on sources left out of the fit, and the same by kind of task."""
    left_out_error_points_by_kind: Mapping[TaskKind, Points]
    note: str


Score = Annotated[float, Meta(ge=0, le=1)]
Items = Annotated[int, Meta(ge=1)]


class Evidence(Closed, frozen=True):
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


class Dated(Protocol):
    """What holds from a date on."""

    @property
    def from_date(self) -> datetime.date:
        """First day on which it holds."""
        ...


V = TypeVar("V", bound=Dated)


def in_force(values: tuple[V, ...], as_of: datetime.date) -> V | None:
    """Return the last of the dated values that holds at a date."""
    found = None
    for value in values:
        if value.from_date <= as_of:
            found = value
    return found
