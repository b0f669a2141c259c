"""What cannot be true of an offer's rules: each function yields one sentence per fault, which names file, entry and mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.larder.facts import FineTuningOffer, OfferValue

OF_AN_OFFER: Mapping[str, str] = {
    "lifetime_class": "say whether its weights are proprietary or open_weights_hosted",
    "hosting_kind": "say whether it is paid by_token, by_hour or scale_to_zero",
}
OF_ITS_TERMS: Mapping[str, str] = {
    "has_successor": "say whether the provider trains a successor when the base model ends",
    "new_customers_note": "say from and until when an organisation that does not fine-tune there yet may start, "
    "or that no end is known",
}
"""What every offer, and each of its terms, says of how long and for whom it stands; and what to write where it is missing."""

ROUNDED = 0.005
"""Most by which a discount may differ from its rounded prices."""


def unstated(file: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an offer, read as data, does not say of how long and for whom it stands."""
    name, values = entry.get("id"), entry.get("values")
    if name is None or not isinstance(values, list):
        return
    yield from _missing(f"{file}: {name}", entry, OF_AN_OFFER)
    for terms in values:
        if isinstance(terms, dict):
            yield from _missing(f"{file}: {name} from {terms.get('from')}", terms, OF_ITS_TERMS)


def _missing(where: str, table: Mapping[str, Any], needed: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{where}: {field} is missing; {mend}" for field, mend in needed.items() if not _is_said(table, field))


def _is_said(table: Mapping[str, Any], field: str) -> bool:
    return field in table and table[field] != ""


def faults_of_rules(where: str, offer: FineTuningOffer) -> Iterator[str]:
    """Yield what contradicts itself in an offer's rules."""
    for terms in offer.values:
        at = f"{where} from {terms.from_date}"
        yield from _faults_of_hosting(at, offer, terms)
        yield from _faults_of_capacity(at, offer, terms)
        yield from _faults_of_customers(at, terms)
        yield from _faults_of_batches(at, offer, terms)
        if terms.training_usd_per_mtok is not None and terms.training_usd_per_hour is not None:
            yield f"{at}: training is priced by the token and by the hour; state one of the two"
        longest, window = terms.max_training_example_tokens, terms.context_window_tokens
        if longest is not None and window is not None and longest > window:
            yield f"{at}: max_training_example_tokens {longest} exceed context_window_tokens {window}; correct one of the two"
        if (terms.dates_source is None) != (terms.dates_checked is None):
            yield f"{at}: state dates_source and dates_checked together, or neither"


def _faults_of_hosting(where: str, offer: FineTuningOffer, terms: OfferValue) -> Iterator[str]:
    kind, fee = offer.hosting_kind, terms.hosting_usd_per_hour
    if offer.serving == "dedicated" and kind == "by_token":
        yield f"{where}: dedicated replicas are not paid by_token; say by_hour or scale_to_zero"
    elif kind == "by_token" and fee:
        yield f"{where}: hosting is by_token, yet costs {fee} an hour; say by_hour, or leave hosting_usd_per_hour out"
    if kind == "by_hour" and not fee:
        yield f"{where}: hosting is by_hour, yet costs nothing; say by_token, or state hosting_usd_per_hour"
    if kind == "scale_to_zero" and offer.serving == "adapter":
        yield f"{where}: a hosted adapter has no replicas to scale to zero; say by_token or by_hour"
    if kind == "scale_to_zero" and terms.minimum_replicas:
        yield f"{where}: keeps {terms.minimum_replicas} replicas, yet scales to zero; say by_hour, or leave minimum_replicas out"


def _faults_of_capacity(where: str, offer: FineTuningOffer, terms: OfferValue) -> Iterator[str]:
    stated = {end: getattr(terms, f"tokens_per_second_per_replica_{end}") for end in ("low", "high")}
    missing = [f"tokens_per_second_per_replica_{end}" for end, tokens in stated.items() if tokens is None]
    if offer.serving == "dedicated" and missing:
        yield f"{where}: a dedicated replica serves so many tokens a second, in and out; state {' and '.join(missing)}"
    elif offer.serving == "adapter" and len(missing) < len(stated):
        yield f"{where}: a hosted adapter has no replicas of its own; leave tokens_per_second_per_replica_low and _high out"
    elif not missing and stated["low"] > stated["high"]:
        yield (
            f"{where}: tokens_per_second_per_replica_low {stated['low']:g} is above tokens_per_second_per_replica_high "
            f"{stated['high']:g}; exchange the two"
        )


def _faults_of_customers(where: str, terms: OfferValue) -> Iterator[str]:
    first, last = terms.new_customers_from, terms.new_customers_until
    if first is not None and last is not None and last < first:
        yield f"{where}: takes new customers until {last}, before it begins to on {first}; correct one of the two dates"
    for name in ("last_training_date", "shutdown_date"):
        end = getattr(terms, name)
        for field, day in (("new_customers_from", first), ("new_customers_until", last)):
            if day is not None and end is not None and day > end:
                yield f"{where}: {field} {day} comes after {name} {end}; bound it by that day"


def _faults_of_batches(where: str, offer: FineTuningOffer, terms: OfferValue) -> Iterator[str]:
    if offer.serving == "dedicated" and terms.batch_discount:
        yield f"{where}: dedicated replicas have no token price to discount; leave batch_discount out"
    for side in ("input", "output"):
        name = f"batch_{side}_usd_per_mtok"
        batch, plain = getattr(terms, name), getattr(terms, f"{side}_usd_per_mtok")
        if batch is None or not plain:
            continue
        discount = 1.0 - batch / plain
        if abs(discount - terms.batch_discount) > ROUNDED:
            yield (
                f"{where}: batch_discount {terms.batch_discount} contradicts {name} {batch}, which is {discount:.3g} below "
                f"{plain}; state the discount of the published price"
            )
