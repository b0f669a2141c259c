"""Inference prices: one small port in front of the genai-prices package.

Asked for a model and a date it answers with the price of one request: by tier of input size, cached, cache-write and
batch prices included. A model without a token price is not listed; nothing is matched fuzzily.

The package states on which day a price changed, not on which day a model was first sold. So a model has no price before
the first date in its own names (gpt-4.1-mini-2025-04-14), and none before any was sold by the token; after that its
oldest price stands, and `since` is null where the package does not say from which day the price holds.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import Any

from genai_prices import data_snapshot
from msgspec import Struct

from service.larder.load import Identifiers

NOON = datetime.time(12, tzinfo=datetime.UTC)
LATEST = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
NEAREST_NAMES = 5

CHECKED = re.compile(r"(?:verified|checked|retrieved) (?:on )?(\d{4}-\d{2}-\d{2})")

FIRST_SOLD = datetime.date(2020, 6, 11)
"""The day the first API to be sold by the token opened (https://openai.com/index/openai-api/)."""

DATED = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")

SNAPSHOT_DATE = datetime.date(2026, 10, 14)
"""Date of the newest verification stated in the price data of genai-prices 0.2.3, the release we ship."""


class InferencePrice(Struct, frozen=True, kw_only=True):
    """Prices of one base model [USD/1M tokens]; index 0 is the base tier, later ones follow `tier_starts`."""

    model: str
    name: str
    provider_model: str
    tier_starts: tuple[float, ...]
    input: tuple[float, ...]
    output: tuple[float, ...]
    cache_read: tuple[float, ...] | None
    cache_write: tuple[float, ...] | None
    batch_input: float | None
    batch_output: float | None
    context_window: int | None
    is_deprecated: bool | None
    source_href: str
    checked: datetime.date
    since: datetime.date | None

    def is_oldest_known(self, as_of: datetime.date) -> bool:
        """Return whether the price stands for a day before it was checked, and since when it holds is not known."""
        return self.since is None and as_of < self.checked


def _slug(supplier_id: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", supplier_id.lower().replace("/", "--")).strip("-._")


def _tiers(price: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return (tier starts, prices) of a genai-prices price."""
    if isinstance(price, Decimal):
        return (), (float(price),)
    return tuple(float(t.start) for t in price.tiers), (float(price.base), *(float(t.price) for t in price.tiers))


def _on_starts(price: Any, starts: tuple[float, ...]) -> tuple[float, ...]:
    own_starts, prices = _tiers(price)
    return tuple(prices[sum(own <= start for own in own_starts)] for start in (0.0, *starts))


def _names(clause: Any) -> Iterator[str]:
    """Yield the names that a genai-prices match clause speaks of."""
    for part in ("equals", "starts_with", "contains"):
        if isinstance(name := getattr(clause, part, None), str):
            yield name
    for part in ("or_", "and_"):
        for inner in getattr(clause, part, None) or ():
            yield from _names(inner)


def _first_dated(model: Any) -> datetime.date:
    """Return the first date in a model's own names; where it has none, the day the first model was sold."""
    found = [DATED.search(name) for name in (model.id, *_names(model.match))]
    return min((datetime.date(*map(int, date.groups())) for date in found if date), default=FIRST_SOLD)


def _since(model: Any, moment: datetime.datetime) -> datetime.date | None:
    """Return the day from which the price in force at a moment is stated to hold, None where none is stated."""
    if not isinstance(model.prices, list):
        return None
    active = (p.constraint for p in reversed(model.prices) if p.constraint is None or p.constraint.active(moment))
    return getattr(next(active, None), "start_date", None)


class PriceList:
    """Inference prices as of a date, under our own identifiers."""

    version = f"genai-prices {version('genai-prices')}"

    def __init__(self, identifiers: Identifiers) -> None:
        """Bind our identifiers to the package's price data."""
        self._identifiers = identifiers
        self._find = lru_cache(maxsize=4096)(self._look_up)
        self._suppliers = {provider.id: provider for provider in data_snapshot.get_snapshot().providers}

    @cached_property
    def _models(self) -> dict[str, tuple[Any, Any]]:
        """Every priced model by canonical id: (genai provider, genai model)."""
        named = {(ours.split("/")[0], theirs): ours for ours, theirs in self._identifiers.models.items()}
        found: dict[str, tuple[Any, Any]] = {}
        for ours, theirs in self._identifiers.providers.items():
            supplier = self._suppliers[theirs]
            hosted = [self._suppliers[name] for name in self._identifiers.hosts.get(ours, ())]
            # A host that sells other suppliers' models at their prices (Azure: OpenAI's) is asked for its own first.
            for owner in (supplier, *hosted):
                for model in owner.models:
                    prices = model.get_prices(LATEST)
                    if prices.input_mtok is not None and prices.output_mtok is not None:
                        name = named.get((ours, model.id)) or f"{ours}/{_slug(model.id)}"
                        found.setdefault(name, (supplier, model))
        return dict(sorted(found.items()))

    def canonical(self, model_id: str) -> str:
        """Return the canonical id of an exact alias, else the id itself."""
        return self._identifiers.aliases.get(model_id, model_id)

    def ids(self) -> tuple[str, ...]:
        """Return every priced model's canonical id, in order."""
        return tuple(self._models)

    def find(self, model_id: str, as_of: datetime.date) -> InferencePrice | None:
        """Return the price of a model (id or exact alias) in force at a date, None if there is none."""
        name = self.canonical(model_id)
        # Only what there is is looked up and remembered: what a caller made up is not.
        return self._find(name, as_of) if name in self._models else None

    def first_day(self, model_id: str) -> datetime.date | None:
        """Return the first day on which a model can have had a price, None where the model is unknown."""
        known = self._models.get(self.canonical(model_id))
        return _first_dated(known[1]) if known else None

    def _look_up(self, name: str, as_of: datetime.date) -> InferencePrice | None:
        first = self.first_day(name)
        if first is None or as_of < first:
            return None
        supplier, model = self._models[name]
        moment = datetime.datetime.combine(as_of, NOON)
        price, batch = model.get_prices(moment), model.get_prices(moment, {"processing": "batch"})
        if price.input_mtok is None or price.output_mtok is None:
            return None
        starts = tuple(sorted({start for p in (price.input_mtok, price.output_mtok) for start in _tiers(p)[0]}))
        comment = model.price_comments or ""
        dates = [datetime.date.fromisoformat(found) for found in CHECKED.findall(comment)]
        has_batch = batch.input_mtok != price.input_mtok or batch.output_mtok != price.output_mtok
        return InferencePrice(
            model=name,
            name=model.name or model.id,
            provider_model=model.id,
            tier_starts=starts,
            input=_on_starts(price.input_mtok, starts),
            output=_on_starts(price.output_mtok, starts),
            cache_read=None if price.cache_read_mtok is None else _on_starts(price.cache_read_mtok, starts),
            cache_write=None if price.cache_write_mtok is None else _on_starts(price.cache_write_mtok, starts),
            batch_input=_tiers(batch.input_mtok)[1][0] if has_batch else None,
            batch_output=_tiers(batch.output_mtok)[1][0] if has_batch else None,
            context_window=model.context_window,
            is_deprecated=model.deprecated,
            source_href=(supplier.pricing_urls or [""])[0],
            checked=max(dates, default=SNAPSHOT_DATE),
            since=_since(model, moment),
        )

    def nearest(self, model_id: str, known: tuple[str, ...] | None = None) -> list[str]:
        """Return the known ids most like an unknown one, best first."""
        return difflib.get_close_matches(model_id.lower(), known or self.ids(), n=NEAREST_NAMES, cutoff=0.4)
