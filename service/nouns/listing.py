"""The answers of the listings: prices, offers, assumptions, the ledger, token counts and probes."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.base import Open

AsOf = Annotated[datetime.date, Meta(description="Date at which the values hold")]
Title = Annotated[str, Meta(description="Name to show a person")]
Href = Annotated[str, Meta(description="Where it is published; empty where no page is")]
Checked = Annotated[datetime.date, Meta(description="Date at which somebody last compared the value with its source")]
Digest = Annotated[str, Meta(description="SHA-256 of all assumptions, offers and coefficients, in hexadecimal")]
ValidFrom = Annotated[datetime.date, Meta(description="Date from which the value holds, until the next one's")]
Kind = Annotated[
    str,
    Meta(
        description="Extensible enum: one of quoted (a price list), measured, published, judged (a confessed guess)",
        examples=["quoted", "measured", "published", "judged"],
    ),
]
Note = Annotated[str, Meta(description="What to know about the value; empty where there is nothing")]
Price = Annotated[float | None, Meta(description="Price [USD/1M tokens]; null where it is not sold or not known")]


class PriceTier(Open, frozen=True):
    """Prices of a request whose input is at least so long [USD/1M tokens]."""

    from_input_tokens: Annotated[
        float, Meta(description="Shortest input of this tier [tokens]; 0 for the base tier", examples=[0.0])
    ]
    input_usd_per_mtok: Annotated[float, Meta(description="Input that was not cached [USD/1M tokens]", examples=[0.4])]
    output_usd_per_mtok: Annotated[float, Meta(description="Output [USD/1M tokens]", examples=[1.6])]
    cache_read_usd_per_mtok: Annotated[
        float | None,
        Meta(description="Cached input [USD/1M tokens]; null where the cache has no price", examples=[0.1]),
    ]
    cache_write_usd_per_mtok: Annotated[
        float | None, Meta(description="Writing input to the cache [USD/1M tokens]; null where it costs plain input")
    ]


class SourceAnswer(Open, frozen=True):
    """Where a number comes from."""

    title: Annotated[str, Meta(description="Publication or page")]
    href: Href
    locator: Annotated[str, Meta(description="Table, section or page in it; empty where the whole is meant")]


class CapabilityAnswer(Open, frozen=True):
    """How able a base model was found to be, in its best reasoning mode unless its id names another."""

    value: Annotated[float, Meta(description="The figure, on the scale of `index`", examples=[135.01])]
    standard_deviation: Annotated[float, Meta(description="Its uncertainty, on the same scale", examples=[1.5])]
    is_guess: Annotated[bool, Meta(description="Whether nobody measured it; a guess decides nothing")]
    index: Annotated[str, Meta(description="Whose scale it has", examples=["Epoch Capabilities Index"])]
    index_date: Annotated[datetime.date, Meta(description="Date of the index, or of our mapping to its scale")]
    source: Annotated[SourceAnswer, Meta(description="Where the figure comes from, its licence included")]


class ModelPrice(Open, frozen=True):
    """Inference prices of one base model in force at a date."""

    id: Annotated[str, Meta(description="Our identifier, `provider/model`", examples=["openai/gpt-4.1-mini"])]
    provider: Annotated[str, Meta(description="The part of the id before the slash", examples=["openai"])]
    model: Annotated[str, Meta(description="The part of the id behind the slash", examples=["gpt-4.1-mini"])]
    name: Title
    provider_model: Annotated[str, Meta(description="The provider's own name of it", examples=["gpt-4.1-mini"])]
    tiers: Annotated[list[PriceTier], Meta(description="Prices by length of the input, the base tier first")]
    batch_input_usd_per_mtok: Price
    batch_output_usd_per_mtok: Price
    context_window_tokens: Annotated[
        int | None, Meta(description="Most input tokens it reads [tokens]; null where not known", examples=[1047576])
    ]
    is_deprecated: Annotated[
        bool | None, Meta(description="Whether its provider calls it deprecated; null where not known")
    ]
    source_href: Href
    checked: Checked
    since: Annotated[
        datetime.date | None,
        Meta(
            description="Day from which the price list states this price; null where it does not say. For a day before `checked` "
            "the price is then the oldest known one, and an assessment names it as a risk"
        ),
    ]
    released: Annotated[datetime.date | None, Meta(description="Day of its release; null where not known")]
    retirement_date: Annotated[
        datetime.date | None, Meta(description="Day on which its provider shuts it down; null where none is known")
    ]
    capability: (
        Annotated[CapabilityAnswer, Meta(description="How able it was found to be; absent where not known")] | UnsetType
    ) = UNSET


class ModelPriceList(Open, frozen=True):
    """The base models with a token price in force at a date."""

    as_of: AsOf
    price_catalogue_version: Annotated[
        str, Meta(description="Release of the price data", examples=["genai-prices 0.2.3"])
    ]
    items: Annotated[list[ModelPrice], Meta(description="Sorted by id")]


class OfferTerms(Open, frozen=True):
    """Terms of a fine-tuning offer from a date on; what is not sold or not known is null."""

    valid_from: ValidFrom
    kind: Kind
    source: Annotated[SourceAnswer, Meta(description="Where the value comes from")]
    checked: Checked
    confidence: Annotated[
        str, Meta(description="Extensible enum: one of high, medium, low", examples=["high", "medium", "low"])
    ]
    input_usd_per_mtok: Annotated[float, Meta(description="Input to the fine-tune [USD/1M tokens]")]
    output_usd_per_mtok: Annotated[float, Meta(description="Output of the fine-tune [USD/1M tokens]")]
    cache_read_usd_per_mtok: Price
    cache_write_usd_per_mtok: Price
    batch_input_usd_per_mtok: Price
    batch_output_usd_per_mtok: Price
    batch_discount: Annotated[
        float,
        Meta(
            description="Discount on tokens of the fine-tune sent in batches [share]; 0 where fine-tunes are not batched, or "
            "not for less by any source",
            examples=[0.5],
        ),
    ]
    training_usd_per_mtok: Annotated[
        float | None, Meta(description="Training [USD/1M tokens of the dataset x epochs]; null where not sold by token")
    ]
    training_usd_per_hour: Annotated[
        float | None, Meta(description="Training where it is charged by the hour [USD/hour]; null elsewhere")
    ]
    hosting_usd_per_hour: Annotated[float | None, Meta(description="Hosting of one replica [USD/hour]")]
    storage_usd_per_month: Annotated[float | None, Meta(description="Storing the fine-tune [USD/month]")]
    minimum_charge_usd: Annotated[float | None, Meta(description="Least charge of a training run [USD]")]
    tokens_per_second_per_replica_low: Annotated[
        float | None,
        Meta(
            description="10th percentile of the tokens, in and out, that one saturated dedicated replica serves "
            "[tokens/second]; null for a hosted adapter",
            examples=[17000],
        ),
    ]
    tokens_per_second_per_replica_high: Annotated[
        float | None,
        Meta(
            description="90th percentile of those tokens [tokens/second]; null for a hosted adapter", examples=[32100]
        ),
    ]
    minimum_replicas: Annotated[int | None, Meta(description="Fewest dedicated replicas that run [replicas]")]
    min_cacheable_tokens: Annotated[float | None, Meta(description="Shortest prefix that is cached [tokens]")]
    context_window_tokens: Annotated[
        int | None,
        Meta(
            description="Most tokens that a request may hold [tokens]: the base model's where none is stated for "
            "fine-tunes; null where not known",
            examples=[128000],
        ),
    ]
    max_training_example_tokens: Annotated[
        int | None,
        Meta(description="Most tokens of a training example [tokens]; null where not known", examples=[65536]),
    ]
    last_training_date: Annotated[datetime.date | None, Meta(description="Last day on which it can be trained")]
    shutdown_date: Annotated[datetime.date | None, Meta(description="Day on which it stops answering")]
    has_successor: Annotated[
        bool,
        Meta(
            description="Whether the provider trains a successor when the base model ends; false where it closes fine-tuning"
        ),
    ]
    new_customers_from: Annotated[
        datetime.date | None,
        Meta(
            description="First day on which an organisation that does not fine-tune there yet may start; null: not known"
        ),
    ]
    new_customers_until: Annotated[
        datetime.date | None,
        Meta(description="Last day on which such an organisation may start; null where no end is known"),
    ]
    new_customers_note: Annotated[str, Meta(description="The rule for such organisations, in words")]
    dates_checked: Annotated[
        datetime.date | None, Meta(description="Date at which that source was last looked at; null without one")
    ]
    note: Note
    dates_source: (
        Annotated[
            SourceAnswer,
            Meta(description="Where dates and that rule were seen; absent where `source` says them too"),
        ]
        | UnsetType
    ) = UNSET


class FineTuningOfferAnswer(Open, frozen=True):
    """A provider's offer to fine-tune a base model and serve it."""

    id: Annotated[str, Meta(description="Our identifier, `provider/model`", examples=["azure/gpt-4.1-mini"])]
    name: Title
    base_model: Annotated[str, Meta(description="The base model whose inference prices apply before tuning")]
    serving: Annotated[
        str,
        Meta(
            description="Extensible enum: one of adapter (paid by token), dedicated (paid by replica and hour)",
            examples=["adapter", "dedicated"],
        ),
    ]
    hosting_kind: Annotated[
        str,
        Meta(
            description="Extensible enum: one of by_token (nothing beside tokens), by_hour (a fee for as long as it is "
            "deployed), scale_to_zero (replicas by the hour that end when nobody asks)",
            examples=["by_token", "by_hour", "scale_to_zero"],
        ),
    ]
    lifetime_class: Annotated[
        str,
        Meta(
            description="Extensible enum: one of proprietary (the maker's weights alone), open_weights_hosted",
            examples=["proprietary", "open_weights_hosted"],
        ),
    ]
    aliases: Annotated[list[str], Meta(description="Other names that are accepted for it, exactly")]
    is_trained: Annotated[bool, Meta(description="Whether it can be trained at the date")]
    is_open_to_new_customers: Annotated[
        bool, Meta(description="Whether an organisation that does not fine-tune there yet may start at the date")
    ]
    only_when_named: Annotated[bool, Meta(description="Whether it is left out of a screening that names no base model")]
    terms: Annotated[OfferTerms, Meta(description="The terms in force at `as_of`")]


class FineTuningOfferList(Open, frozen=True):
    """The fine-tuning offers and their terms in force at a date, retired ones included."""

    as_of: AsOf
    assumptions_digest: Digest
    items: Annotated[list[FineTuningOfferAnswer], Meta(description="In the order of the catalogue")]


class DatedValue(Open, frozen=True):
    """The value of an assumption from a date on: a number, an 80 % range, or a text."""

    valid_from: ValidFrom
    kind: Kind
    source: Annotated[SourceAnswer, Meta(description="Where the value comes from")]
    checked: Checked
    value: Annotated[float | None, Meta(description="The number, in the assumption's unit; null for a range or a text")]
    low: Annotated[float | None, Meta(description="10th percentile of a range; null for a number or a text")]
    high: Annotated[float | None, Meta(description="90th percentile of a range; null for a number or a text")]
    text: Annotated[str | None, Meta(description="The text, such as an identifier; null for a number or a range")]
    note: Note


class AssumptionAnswer(Open, frozen=True):
    """A number we assume where the caller states none."""

    id: Annotated[str, Meta(description="Its name, as an answer's `assumptions` gives it", examples=["hourly_rate"])]
    description: Annotated[str, Meta(description="What it is")]
    topic: Annotated[
        str,
        Meta(
            description="What it is about. Extensible enum: article for what the source article states, a vendor's estimates "
            "published without a method; any other, such as projects, for what we assume on the grounds that `kind`, `source` "
            "and `note` give",
            examples=["article", "projects"],
        ),
    ]
    is_read: Annotated[
        bool,
        Meta(
            description="Whether an assessment, or the framework, may rely on it; false for one that moves no answer yet"
        ),
    ]
    unit: Annotated[str, Meta(description="Unit of its values; an open list", examples=["USD/hour", "share", "months"])]
    family: Annotated[
        str,
        Meta(
            description="How a range is read. Extensible enum: one of positive (lognormal), share (logit-normal), "
            "rate (normal), text (no number)",
            examples=["positive", "share", "rate", "text"],
        ),
    ]
    values: Annotated[list[DatedValue], Meta(description="All values, the oldest first; appended, never overwritten")]
    in_force: Annotated[DatedValue, Meta(description="The value in force at `as_of`")]


class AssumptionList(Open, frozen=True):
    """Every assumed number with its dated values and sources."""

    as_of: AsOf
    assumptions_digest: Digest
    items: Annotated[list[AssumptionAnswer], Meta(description="In the order of the catalogue")]


class TokenCounts(Open, frozen=True):
    """How many tokens texts have."""

    encoding: Annotated[str, Meta(description="The encoding that counted", examples=["o200k_base", "cl100k_base"])]
    base_model: Annotated[str | None, Meta(description="Canonical id of the base model; null where none was named")]
    is_models_own: Annotated[
        bool,
        Meta(description="Whether it is the base model's own encoding; where it is not public, o200k_base stands in"),
    ]
    counts: Annotated[list[int], Meta(description="Tokens of each text, in the order sent [tokens]")]
    total: Annotated[int, Meta(description="Tokens of all texts together [tokens]")]


class Liveness(Open, frozen=True):
    """The process answers."""

    status: Annotated[str, Meta(description="Always ok: a process that is not does not answer", examples=["ok"])]


class Readiness(Open, frozen=True):
    """Catalogue, prices and vocabularies are loaded."""

    status: Annotated[
        str,
        Meta(
            description="Extensible enum: ok, or degraded: every answer is given, but not all that was set up is used",
            examples=["ok"],
        ),
    ]
    assumptions_digest: Digest
    degraded: Annotated[list[str], Meta(description="What is not used at the moment, and what follows from it")]
