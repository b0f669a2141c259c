"""Reads the larder, refuses what cannot be true, and gives it a digest.

The larder is `service/assumptions/*.toml`: assumed numbers, fine-tuning offers, fitted coefficients, identifiers.
Everything is checked once, when the service starts; an entry that cannot be true stops the start.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from service.assumption import AccuracyPrior, AssumedValue, Assumption, FineTuningOffer, OfferValue

ID = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*")
"""`provider/model`."""

SLIP_OF_THE_UNIT = 1000.0
"""A price this many times its neighbours is a slip of the unit."""

OTHER_FILES = frozenset({"offers", "accuracy_prior", "identifiers"})


class CatalogueError(ValueError):
    """The larder holds something that cannot be true; the message names every such entry."""


class Identifiers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our names for providers and models, and the exact aliases accepted for them."""

    providers: dict[str, str]
    hosts: dict[str, tuple[str, ...]]
    models: dict[str, str]
    aliases: dict[str, str]
    public_tokenizers: dict[str, tuple[str, ...]]


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything we assume, checked, with its digest."""

    assumptions: Mapping[str, Assumption]
    offers: Mapping[str, FineTuningOffer]
    offer_aliases: Mapping[str, str]
    prior: AccuracyPrior
    identifiers: Identifiers
    digest: str

    def offer(self, model_id: str) -> FineTuningOffer | None:
        """Return the offer of an id or exact alias."""
        return self.offers.get(self.offer_aliases.get(model_id, model_id))


def _faults_of_value(where: str, value: AssumedValue) -> Iterable[str]:
    forms = (value.value is not None) + (value.low is not None or value.high is not None) + (value.text is not None)
    if forms != 1 or (value.low is None) != (value.high is None):
        yield f"{where}: give exactly one of value, low and high, or text"
    if value.low is not None and value.high is not None and value.low > value.high:
        yield f"{where}: low {value.low} is above high {value.high}"
    if not value.source.title:
        yield f"{where}: a source is missing"
    if value.kind == "judged" and not value.note:
        yield f"{where}: a judged value needs a note"


def _faults_of_terms(where: str, terms: OfferValue) -> Iterable[str]:
    if (terms.kind == "judged" or terms.confidence != "high") and not terms.note:
        yield f"{where}: judged or doubtful terms need a note"
    for name in terms.__struct_fields__:
        number = getattr(terms, name)
        if isinstance(number, float) and not 0 <= number < 1e6:
            yield f"{where}: {name} {number} cannot be a price"
    pairs = (
        ("cache_read_usd_per_mtok", terms.cache_read_usd_per_mtok, "input", terms.input_usd_per_mtok),
        ("batch_input_usd_per_mtok", terms.batch_input_usd_per_mtok, "input", terms.input_usd_per_mtok),
        ("batch_output_usd_per_mtok", terms.batch_output_usd_per_mtok, "output", terms.output_usd_per_mtok),
        ("input_usd_per_mtok", terms.input_usd_per_mtok, "output", terms.output_usd_per_mtok),
    )
    for name, smaller, against, larger in pairs:
        if smaller is not None and smaller > larger:
            yield f"{where}: {name} {smaller} is above the {against} price {larger}"
    if terms.last_training_date and terms.shutdown_date and terms.last_training_date > terms.shutdown_date:
        yield f"{where}: trains until {terms.last_training_date}, after its shutdown on {terms.shutdown_date}"


def _faults_of_dates(where: str, values: tuple[AssumedValue, ...] | tuple[OfferValue, ...]) -> Iterable[str]:
    if not values:
        yield f"{where}: no values"
    for earlier, later in itertools.pairwise([value.from_date for value in values]):
        if earlier >= later:
            yield f"{where}: {later} does not come after {earlier}"
    for value in values:
        if not value.source.title:
            yield f"{where}: a source is missing"


def faults(assumptions: Iterable[Assumption], offers: Iterable[FineTuningOffer]) -> list[str]:
    """Return everything in the larder that cannot be true, one sentence each.

    Checks that ranges are ordered, dates ascend, sources are named, judged values carry a note, cached and batch
    prices do not exceed plain ones, input does not exceed output, training ends no later than serving, and no price
    is a thousand times its predecessor's or its fellows' median.
    """
    found: list[str] = []
    for assumption in assumptions:
        found += _faults_of_dates(assumption.id, assumption.values)
        for value in assumption.values:
            found += _faults_of_value(f"{assumption.id} from {value.from_date}", value)
    seen: set[str] = set()
    prices: dict[str, list[tuple[str, float]]] = {}
    for offer in offers:
        for name in (offer.id, *offer.aliases):
            if not ID.fullmatch(name):
                found.append(f"{offer.id}: {name} is not of the form provider/model")
            if name in seen:
                found.append(f"{offer.id}: {name} is used twice")
            seen.add(name)
        found += _faults_of_dates(offer.id, offer.values)
        for terms in offer.values:
            where = f"{offer.id} from {terms.from_date}"
            found += _faults_of_terms(where, terms)
            if offer.serving == "dedicated" and not terms.requests_per_second_per_replica:
                found.append(f"{where}: a dedicated offer needs requests_per_second_per_replica")
            if offer.serving == "adapter" and terms.output_usd_per_mtok == 0:
                found.append(f"{where}: a hosted adapter is not served for nothing")
            for name in terms.__struct_fields__:
                number = getattr(terms, name)
                if name.endswith("_usd_per_mtok") and number:
                    prices.setdefault(name, []).append((where, number))
    for name, entries in prices.items():
        ordered = sorted(number for _, number in entries)
        middle = ordered[len(ordered) // 2]
        for where, number in entries:
            if not middle / SLIP_OF_THE_UNIT < number < middle * SLIP_OF_THE_UNIT:
                found.append(f"{where}: {name} {number} is a thousand times off the median {middle}")
    return found


def parse(texts: Mapping[str, bytes]) -> Catalogue:
    """Return the checked catalogue from the bytes of its files, by stem.

    Raises
    ------
    CatalogueError
        Naming every entry that cannot be read or cannot be true.
    """
    tables: dict[str, Any] = {stem: tomllib.loads(text.decode()) for stem, text in sorted(texts.items())}
    try:
        assumptions = [
            msgspec.convert({"id": name, **entry}, Assumption)
            for stem, table in tables.items()
            if stem not in OTHER_FILES
            for name, entry in table.items()
        ]
        offers = [msgspec.convert(entry, FineTuningOffer) for entry in tables["offers"]["offer"]]
        prior = msgspec.convert(tables["accuracy_prior"], AccuracyPrior)
        identifiers = msgspec.convert(tables["identifiers"], Identifiers)
    except (msgspec.ValidationError, KeyError) as error:
        raise CatalogueError(str(error)) from error
    if found := faults(assumptions, offers):
        raise CatalogueError("; ".join(found))
    digest = hashlib.sha256()
    for stem, text in sorted(texts.items()):
        digest.update(stem.encode() + b"\0" + text + b"\0")
    return Catalogue(
        assumptions={assumption.id: assumption for assumption in assumptions},
        offers={offer.id: offer for offer in offers},
        offer_aliases={alias: offer.id for offer in offers for alias in offer.aliases},
        prior=prior,
        identifiers=identifiers,
        digest=digest.hexdigest(),
    )


def load() -> Catalogue:
    """Return the catalogue that ships with the service."""
    folder = resources.files("service") / "assumptions"
    return parse(
        {
            entry.name.removesuffix(".toml"): entry.read_bytes()
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        }
    )


def age_in_days(checked: datetime.date, as_of: datetime.date) -> int:
    """Return how many days before `as_of` a figure was last checked."""
    return (as_of - checked).days
