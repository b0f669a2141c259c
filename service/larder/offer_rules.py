"""What terms of an offer say beside prices: who may start, what follows it, how long texts may be, what a replica serves."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta

from service.nouns.base import Closed

HostingKind = Literal["by_token", "by_hour", "scale_to_zero"]
LifetimeClass = Literal["proprietary", "open_weights_hosted"]
Tokens = Annotated[int, Meta(ge=1)]
Throughput = Annotated[float, Meta(gt=0)]


class OfferRules(Closed, frozen=True, kw_only=True):
    """Rules of a fine-tuning offer from a date on."""

    has_successor: Annotated[
        bool,
        Meta(
            description="Whether the provider trains a successor when the base model ends; false where it closes fine-tuning."
        ),
    ]
    new_customers_note: Annotated[
        str,
        Meta(
            description="The provider's rule for organisations that do not fine-tune there yet, in words.",
            examples=["Open; no end is known."],
        ),
    ]
    new_customers_from: Annotated[
        datetime.date | None,
        Meta(description="First day on which such an organisation may start; null where it is not known."),
    ] = None
    new_customers_until: Annotated[
        datetime.date | None,
        Meta(
            description="Last day on which such an organisation may start; null where no end is known.",
            examples=["2026-05-06"],
        ),
    ] = None
    batch_discount: Annotated[
        float,
        Meta(
            description="Discount on the tokens of the fine-tune that are sent in batches [share]; 0 where fine-tunes are "
            "not batched, or not for less by any source.",
            ge=0,
            le=1,
            examples=[0.5],
        ),
    ] = 0.0
    training_usd_per_hour: Annotated[
        float | None,
        Meta(description="Price of training where it is charged by the hour [USD/hour]; null elsewhere."),
    ] = None
    context_window_tokens: Annotated[
        Tokens | None,
        Meta(
            description="Most tokens that a request to the fine-tune may hold [tokens]: the base model's where none is "
            "stated for fine-tunes; null where not known.",
            examples=[128000],
        ),
    ] = None
    max_training_example_tokens: Annotated[
        Tokens | None,
        Meta(
            description="Most tokens of a training example [tokens]; null where not known.",
            examples=[65536],
        ),
    ] = None

    tokens_per_second_per_replica_low: Annotated[
        Throughput | None,
        Meta(
            description="10th percentile of the tokens, in and out, that one saturated dedicated replica serves "
            "[tokens/second]; null for a hosted adapter.",
            examples=[17000],
        ),
    ] = None
    tokens_per_second_per_replica_high: Annotated[
        Throughput | None,
        Meta(
            description="90th percentile of those tokens [tokens/second]; null for a hosted adapter.", examples=[32100]
        ),
    ] = None

    @property
    def throughput(self) -> tuple[float, float] | None:
        """Return both ends of what one replica serves [tokens/second]; None for a hosted adapter."""
        low, high = self.tokens_per_second_per_replica_low, self.tokens_per_second_per_replica_high
        return None if low is None or high is None else (low, high)

    def takes_new_customers(self, as_of: datetime.date) -> bool:
        """Return whether an organisation that does not fine-tune there yet may start at a date."""
        begun = self.new_customers_from is None or self.new_customers_from <= as_of
        return begun and (self.new_customers_until is None or as_of <= self.new_customers_until)
