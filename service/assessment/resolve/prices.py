"""What the prompt's tokens cost: prices stated, else those of the base model in force at a date. Part of the first stage."""

from __future__ import annotations

from typing import NamedTuple

from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk
from service.larder.prices import InferencePrice, PriceList
from service.nouns.request.prompting import Prompting
from service.nouns.request.serving import TokenPrices


class _Tiers(NamedTuple):
    """Prices by tier of the input's length [USD/1M tokens], and whether reading from the cache has one."""

    input: tuple[float, ...]
    output: tuple[float, ...]
    cache_read: tuple[float, ...]
    cache_write: tuple[float, ...]
    starts: tuple[float, ...]
    is_cache_priced: bool


def _stated(given: TokenPrices) -> _Tiers:
    plain, read, write = given.input_usd_per_mtok, given.cache_read_usd_per_mtok, given.cache_write_usd_per_mtok
    return _Tiers(
        input=(plain,),
        output=(given.output_usd_per_mtok,),
        cache_read=(plain if read is None else read,),
        cache_write=(plain if write is None else write,),
        starts=(),
        is_cache_priced=read is not None,
    )


def _listed(price: InferencePrice) -> _Tiers:
    return _Tiers(
        input=price.input,
        output=price.output,
        cache_read=price.cache_read or price.input,
        cache_write=price.cache_write or price.input,
        starts=price.tier_starts,
        is_cache_priced=price.cache_read is not None,
    )


UNPRICED = _Tiers((1.0,), (1.0,), (1.0,), (1.0,), (), False)
"""Stands where a fault was noted, so that the other faults can be found."""


def _check(desk: Desk, named: str | None, model: str, price: InferencePrice | None, prices: PriceList) -> None:
    """Note why a base model cannot be priced, and how old its price is."""
    first = prices.first_day(model)
    if first is not None and desk.as_of < first:
        desk.fault("/prompting/base_model", f"No price of {model} is on record before {first}.", named or "nothing",
                   f"as_of {first} or later, a base model that was sold on {desk.as_of}, or prompting.prices")  # fmt: skip
    elif named and price is None:
        near = prices.nearest(named)
        desk.fault(
            "/prompting/base_model",
            "This base model is unknown or has no token price, so nothing can be priced with it.",
            named,
            f"one of {', '.join(near)}" if near else "an id that GET /v1/models lists, or prompting.prices",
        )
    if price is not None and price.is_oldest_known(desk.as_of):
        desk.derive("/as_of", "USD/1M tokens", f"The price list does not say since when {price.name} costs what it does: for "
                    f"{desk.as_of} its oldest known price stands.", text="oldest known price")  # fmt: skip


def _put_batch_discount(desk: Desk, prompting: Prompting, price: InferencePrice | None) -> None:
    """Put the discount of the list where it has one, else the assumed one where anything is batched."""
    line = Lines.prompt_batch_discount
    if price is not None and prompting.prices is None and price.batch_input is not None:
        desk.put(line, 1.0 - price.batch_input / price.input[0])
    elif prompting.batch_share:
        desk.put(line, desk.assume("/prompting/batch_share", "batch_discount", line).low)
    else:
        desk.put(line, 0.0)


def put_price(desk: Desk, prompting: Prompting, prices: PriceList) -> tuple[str | None, InferencePrice | None]:
    """Put the prompt's price tiers; return the canonical model id and its price, where one was looked up."""
    given, named = prompting.prices, prompting.base_model
    model = prices.canonical(named) if named else None
    if model is None and given is None:
        model = desk.assume_text(
            "/prompting/base_model",
            "prompt_base_model",
            Lines.prompt_tier_input_prices,
            Lines.prompt_tier_output_prices,
        )
    price = prices.find(model, desk.as_of) if model else None
    scale = desk.units_per_usd
    if given is not None:
        tiers = _stated(given)
    else:
        _check(desk, named, model or "", price, prices)
        scale *= 1.0 - (desk.finance.vendor_discount or 0.0)
        tiers = UNPRICED if price is None else _listed(price)
    desk.put(Lines.prompt_tier_starts, tiers.starts)
    desk.put(Lines.prompt_cache_priced, float(tiers.is_cache_priced))
    for line, values in (
        (Lines.prompt_tier_input_prices, tiers.input),
        (Lines.prompt_tier_output_prices, tiers.output),
        (Lines.prompt_tier_cache_read_prices, tiers.cache_read),
        (Lines.prompt_tier_cache_write_prices, tiers.cache_write),
    ):
        desk.put(line, [value * scale for value in values])
    _put_batch_discount(desk, prompting, price)
    return model, price
