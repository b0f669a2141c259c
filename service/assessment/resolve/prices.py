"""What a prompt's tokens cost: prices stated, else those of a base model in force at a date. Part of the first stage."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import numpy as np

from models.arrays import Array
from service.assessment.case import Tiers
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import CALLER, Desk, Draft
from service.larder.facts import Source
from service.larder.prices import InferencePrice, PriceList
from service.nouns.request.serving import TokenPrices

BASE_MODEL = "/prompting/base_model"


class Priced(NamedTuple):
    """A base model to be prompted, and what its tokens cost."""

    model: str | None
    """Canonical id; None where prices are stated and nothing else."""
    tiers: Tiers
    listed: InferencePrice | None
    """Its entry in the price list, also where prices are stated."""
    batch_discount: float | None
    """What batches take off; None where nobody says."""
    source: Source
    checked: datetime.date | None

    @property
    def is_listed(self) -> bool:
        """Return whether the price list is what it costs by."""
        return self.checked is not None

    @property
    def context_window(self) -> int | None:
        """Return the most tokens that one request may hold; None where not known."""
        return self.listed.context_window if self.listed else None


def _scaled(prices: tuple[float, ...], scale: float) -> Array:
    return np.array(prices, dtype=np.float64) * scale


def stated_tiers(desk: Desk, given: TokenPrices) -> Tiers:
    """Return stated prices, in the request's currency."""
    scale = desk.units_per_usd
    plain, read, write = given.input_usd_per_mtok, given.cache_read_usd_per_mtok, given.cache_write_usd_per_mtok
    return Tiers(
        starts=np.empty(0),
        input=_scaled((plain,), scale),
        output=_scaled((given.output_usd_per_mtok,), scale),
        cache_read=_scaled((plain if read is None else read,), scale),
        cache_write=_scaled((plain if write is None else write,), scale),
        is_cache_priced=read is not None,
        min_cacheable_tokens=desk.limit("min_cacheable_tokens"),
    )


def listed_tiers(desk: Desk, price: InferencePrice) -> Tiers:
    """Return prices of the list, in the request's currency and less the vendor's discount."""
    scale = desk.units_per_usd * (1.0 - (desk.finance.vendor_discount or 0.0))
    return Tiers(
        starts=np.array(price.tier_starts, dtype=np.float64),
        input=_scaled(price.input, scale),
        output=_scaled(price.output, scale),
        cache_read=_scaled(price.cache_read or price.input, scale),
        cache_write=_scaled(price.cache_write or price.input, scale),
        is_cache_priced=price.cache_read is not None,
        min_cacheable_tokens=desk.limit("min_cacheable_tokens"),
    )


UNPRICED = Tiers(np.empty(0), np.ones(1), np.ones(1), np.ones(1), np.ones(1), False, 0.0)
"""Stands where a fault was noted, so that the other faults can be found."""


def _check(
    desk: Desk, pointer: str, named: str | None, model: str, price: InferencePrice | None, prices: PriceList
) -> None:
    """Note why a base model cannot be priced, and how old its price is."""
    first = prices.first_day(model)
    beside = pointer.rpartition("/")[0].strip("/").replace("/", ".")
    if first is not None and desk.as_of < first:
        desk.fault(pointer, f"No price of {model} is on record before {first}.", named or "nothing",
                   f"as_of {first} or later, a base model that was sold on {desk.as_of}, or {beside}.prices")  # fmt: skip
    elif named and price is None:
        near = prices.nearest(named)
        desk.fault(
            pointer,
            "This base model is unknown or has no token price, so nothing can be priced with it.",
            named,
            f"one of {', '.join(near)}" if near else f"an id that GET /v1/models lists, or {beside}.prices",
        )
    if price is not None and price.is_oldest_known(desk.as_of):
        desk.derive("/as_of", "USD/1M tokens", f"The price list does not say since when {price.name} costs what it does: for "
                    f"{desk.as_of} its oldest known price stands.", text="oldest known price")  # fmt: skip


def price_of(
    desk: Desk,
    pointer: str,
    named: str | None,
    given: TokenPrices | None,
    prices: PriceList,
    assumed: str | None = None,
) -> Priced:
    """Return what a base model named at a pointer, else one that is assumed, costs: by prices stated for it, else by the list."""
    name = named or assumed
    model = prices.canonical(name) if name else None
    listed = prices.find(model, desk.as_of) if model else None
    if given is not None:
        return Priced(model, stated_tiers(desk, given), listed, None, CALLER, None)
    _check(desk, pointer, named, model or "", listed, prices)
    if listed is None:
        return Priced(model, UNPRICED, None, None, CALLER, None)
    source = Source(title=PriceList.version, href=listed.source_href)
    discount = None if listed.batch_input is None else 1.0 - listed.batch_input / listed.input[0]
    return Priced(model, listed_tiers(desk, listed), listed, discount, source, listed.checked)


def price_of_prompt(desk: Desk, prices: PriceList) -> Priced:
    """Return what the prompt's base model costs; without a name and prices one is assumed."""
    prompting, assumed = desk.request.prompting, None
    if prompting.base_model is None and prompting.prices is None:
        lines = (Lines.tier_input_prices, Lines.tier_output_prices)
        assumed = desk.assume_text(BASE_MODEL, "prompt_base_model", *lines)
    return price_of(desk, BASE_MODEL, prompting.base_model, prompting.prices, prices, assumed)


def put_prices(desk: Desk, draft: Draft, price: Priced) -> None:
    """Put what a prompt's tokens cost in each tier, when they are cached and what batches take off."""
    tiers, discount = price.tiers, price.batch_discount
    draft.put(Lines.tier_starts, tiers.starts)
    for line, values in (
        (Lines.tier_input_prices, tiers.input),
        (Lines.tier_output_prices, tiers.output),
        (Lines.tier_cache_read_prices, tiers.cache_read),
        (Lines.tier_cache_write_prices, tiers.cache_write),
    ):
        draft.put(line, values)
    draft.put(Lines.cache_priced, float(tiers.is_cache_priced))
    smallest = Lines.min_cacheable_tokens
    draft.put(smallest, desk.assume("/prompting/cache_hit_rate", smallest.name, smallest).low)
    if discount is None:
        is_batched = bool(desk.request.prompting.batch_share)
        line = Lines.batch_discount
        discount = desk.assume("/prompting/batch_share", line.name, line).low if is_batched else 0.0
    draft.put(Lines.batch_discount, discount)


def put_caching(desk: Desk) -> None:
    """Put how long a cache keeps the instruction, and how often it is found at best."""
    pointer = "/prompting/cache_hit_rate"
    ttl, ceiling = Lines.cache_time_to_live, Lines.cache_hit_ceiling
    desk.shared.put(ttl, desk.assume(pointer, ttl.name, ttl).low)
    desk.shared.range(ceiling, desk.assume(pointer, ceiling.name, ceiling))
