"""The terms of a fine-tuning offer, whoever states them: the catalogue, a host of one's own, the caller. Part of the first stage."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs

from service.assessment.case import Interval
from service.assessment.resolve.desk import sure
from service.larder.facts import FineTuningOffer, OfferValue
from service.larder.self_hosted import GpuPrice, HostingValue, SelfHostedOffer
from service.nouns.request.offer import Offer
from service.nouns.request.serving import TokenPrices


class Terms(Struct, frozen=True, kw_only=True):
    """What an offer charges, in USD, what it serves and what it allows; None is not known."""

    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cache_read_usd_per_mtok: float | None = None
    cache_write_usd_per_mtok: float | None = None
    min_cacheable_tokens: float | None = None
    batch_discount: float = 0.0
    has_own_prices: bool = False
    """Whether the caller states the prices of tokens, which no discount touches then."""
    training_usd_per_mtok: float | None = None
    training_usd_per_hour: Interval | None = None
    training_hours: float | None = None
    training_gpu_hours_per_mtok: Interval | None = None
    minimum_charge_usd: float = 0.0
    hosting_usd_per_hour: Interval | None = None
    """Of a replica, or of one GPU where `gpus_per_replica` says how many it takes."""
    gpus_per_replica: float = 1.0
    storage_usd_per_month: float = 0.0
    tokens_per_second: Interval | None = None
    requests_per_second: float | None = None
    minimum_replicas: float = 1.0
    scales_to_zero: bool = False
    is_hosted_adapter: bool = True
    context_window_tokens: float | None = None
    max_training_example_tokens: float | None = None
    has_successor: bool = True
    last_training_date: datetime.date | None = None
    shutdown_date: datetime.date | None = None
    """As the caller states it."""
    takes_new_customers: bool = True
    new_customers_from: datetime.date | None = None
    new_customers_until: datetime.date | None = None
    customer_rule: str = ""
    """What the provider asks of who may fine-tune there, in words; empty where it asks nothing."""

    @property
    def is_dedicated(self) -> bool:
        """Return whether it is served from replicas of a known capacity."""
        return self.tokens_per_second is not None or self.requests_per_second is not None

    @property
    def is_training_priced(self) -> bool:
        """Return whether a training run can be priced."""
        by_hour = self.training_usd_per_hour is not None
        knows_hours = self.training_hours is not None or self.training_gpu_hours_per_mtok is not None
        return self.training_usd_per_mtok is not None or (by_hour and knows_hours)


def _sure(price: float | None) -> Interval | None:
    return None if price is None else sure(price)


def of_catalogue(offer: FineTuningOffer, value: OfferValue, as_of: datetime.date) -> Terms:
    """Return the terms of an offer of the catalogue in force at a date."""
    return Terms(
        input_usd_per_mtok=value.input_usd_per_mtok,
        output_usd_per_mtok=value.output_usd_per_mtok,
        cache_read_usd_per_mtok=value.cache_read_usd_per_mtok,
        cache_write_usd_per_mtok=value.cache_write_usd_per_mtok,
        min_cacheable_tokens=value.min_cacheable_tokens,
        batch_discount=value.batch_discount,
        training_usd_per_mtok=value.training_usd_per_mtok,
        training_usd_per_hour=_sure(value.training_usd_per_hour),
        minimum_charge_usd=value.minimum_charge_usd or 0.0,
        hosting_usd_per_hour=_sure(value.hosting_usd_per_hour),
        storage_usd_per_month=value.storage_usd_per_month or 0.0,
        tokens_per_second=None if value.throughput is None else Interval(*value.throughput, "positive"),
        minimum_replicas=float(value.minimum_replicas or 1),
        scales_to_zero=offer.hosting_kind == "scale_to_zero",
        is_hosted_adapter=offer.serving == "adapter",
        context_window_tokens=value.context_window_tokens,
        max_training_example_tokens=value.max_training_example_tokens,
        has_successor=value.has_successor,
        last_training_date=value.last_training_date,
        takes_new_customers=value.takes_new_customers(as_of),
        new_customers_from=value.new_customers_from,
        new_customers_until=value.new_customers_until,
        customer_rule=value.new_customers_note if value.new_customers_until is not None else "",
    )


def of_own_gpus(offer: SelfHostedOffer, value: HostingValue, price: GpuPrice) -> Terms:
    """Return the terms of open weights on rented GPUs: tokens cost nothing, hours do."""
    per_hour = Interval(*price.usd_per_hour.ends, "positive")
    return Terms(
        input_usd_per_mtok=0.0,
        output_usd_per_mtok=0.0,
        training_usd_per_hour=per_hour,
        training_gpu_hours_per_mtok=Interval(*value.training_gpu_hours_per_mtok.ends, "positive"),
        hosting_usd_per_hour=per_hour,
        gpus_per_replica=float(offer.gpus_per_replica),
        tokens_per_second=Interval(*value.tokens_per_second_per_replica.ends, "positive"),
        minimum_replicas=float(offer.minimum_replicas),
        scales_to_zero=False,
        is_hosted_adapter=False,
        context_window_tokens=offer.context_window_tokens,
        max_training_example_tokens=value.longest_training_example_tokens,
    )


def of_the_caller(prices: TokenPrices) -> Terms:
    """Return the caller's own prices as terms, everything else free and without limits."""
    return structs.replace(_priced(prices), training_usd_per_mtok=0.0)


def _priced(prices: TokenPrices) -> Terms:
    return Terms(
        input_usd_per_mtok=prices.input_usd_per_mtok,
        output_usd_per_mtok=prices.output_usd_per_mtok,
        cache_read_usd_per_mtok=prices.cache_read_usd_per_mtok,
        cache_write_usd_per_mtok=prices.cache_write_usd_per_mtok,
        has_own_prices=True,
    )


PLAIN = (
    "training_usd_per_mtok", "training_hours", "storage_usd_per_month", "minimum_charge_usd", "minimum_replicas", "batch_discount",
    "context_window_tokens", "max_training_example_tokens", "has_successor", "last_training_date", "shutdown_date",
)  # fmt: skip
"""Fields of a stated offer that are terms as they are."""


def overridden(terms: Terms, offer: Offer | None) -> Terms:
    """Return terms with the caller's own put over them, field by field."""
    if offer is None:
        return terms
    changes: dict[str, object] = {name: getattr(offer, name) for name in PLAIN if getattr(offer, name) is not None}
    if offer.prices is not None:
        own = _priced(offer.prices)
        names = ("input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok", "cache_write_usd_per_mtok")
        changes |= {name: getattr(own, name) for name in (*names, "has_own_prices")}
    if offer.training_usd_per_hour is not None:
        changes["training_usd_per_hour"] = sure(offer.training_usd_per_hour)
    if offer.hosting_usd_per_hour is not None:
        changes |= {"hosting_usd_per_hour": sure(offer.hosting_usd_per_hour), "gpus_per_replica": 1.0}
    if offer.requests_per_second_per_replica is not None:
        changes |= {"requests_per_second": offer.requests_per_second_per_replica, "tokens_per_second": None}
    if offer.tokens_per_second_per_replica is not None:
        changes |= {"tokens_per_second": sure(offer.tokens_per_second_per_replica), "requests_per_second": None}
    if offer.requests_per_second_per_replica is not None or offer.tokens_per_second_per_replica is not None:
        changes["is_hosted_adapter"] = False
    if offer.scale_to_zero is not None:
        changes["scales_to_zero"] = offer.scale_to_zero
    return structs.replace(terms, **changes)
