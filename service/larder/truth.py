"""What cannot be true in the larder: each function yields one sentence per fault, which names file and entry."""

from __future__ import annotations

import datetime
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from service.larder.assumptions import faults_of_form
from service.larder.facts import AssumedValue, Assumption, FineTuningOffer, OfferValue
from service.larder.offer_truth import faults_of_rules
from service.nouns.estimate import InnerShare, Positive, Rate, Share, StrictlyPositive

ID = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*")
"""`provider/model`."""

SLIP_OF_THE_UNIT = 1000.0
"""A price this many times its neighbours is a slip of the unit."""

CHECKED_AHEAD = datetime.timedelta(days=366)
"""A source can announce what holds later, but hardly more than a year later; a longer way is a slip of a date."""

LogOdds = Annotated[float, Meta(ge=-5, le=5)]
"""A gain of five in log-odds takes 50 % to 99.3 %; more is a slip of the unit."""

LIMITS: Mapping[str, tuple[Any, Any]] = {
    "positive": (Positive, StrictlyPositive), "share": (Share, InnerShare), "rate": (Rate, Rate),
}  # fmt: skip
"""By family: what a number may be, and what the ends of a range may be; as in a request."""

Assumptions = Sequence[tuple[str, Assumption]]
"""Assumptions, each with the file in which it stands."""
Offers = Sequence[tuple[str, FineTuningOffer]]
"""Fine-tuning offers, each with the file in which it stands."""


def faults(assumptions: Assumptions, offers: Offers) -> list[str]:
    """Return everything in the larder that cannot be true, one sentence each.

    Checks that every entry stands in its own file and once, ranges are ordered, numbers are within their family's
    limits and those of their unit, dates ascend, no source was checked more than a year ahead, sources are named, judged values carry a note,
    cached and batch prices do not exceed plain ones, input does not exceed output, training ends no later than serving,
    an offer's rules do not contradict themselves, no value, price or throughput is a thousand times its predecessor, and no price
    or throughput is a thousand times its fellows' median.
    """
    return [
        *_faults_of_homes(assumptions),
        *itertools.chain.from_iterable(itertools.starmap(_faults_of_assumption, assumptions)),
        *_faults_of_names(offers),
        *itertools.chain.from_iterable(itertools.starmap(_faults_of_offer, offers)),
        *_faults_among_fellows(offers),
    ]


def _faults_of_homes(assumptions: Assumptions) -> Iterator[str]:
    home: dict[str, str] = {}
    for file, assumption in assumptions:
        if (other := home.setdefault(assumption.id, file)) != file:
            yield f"{file}: {assumption.id} stands in {other} too; keep one of the two"


def _faults_of_assumption(file: str, assumption: Assumption) -> Iterator[str]:
    where = f"{file}: {assumption.id}"
    yield from _faults_of_dates(where, assumption.values)
    yield from faults_of_form(file, assumption)
    for value in assumption.values:
        yield from _faults_of_value(f"{where} from {value.from_date}", assumption, value)
    yield from _faults_of_steps(where, assumption)


def _faults_of_value(where: str, assumption: Assumption, value: AssumedValue) -> Iterator[str]:
    forms = (value.value is not None) + (value.low is not None or value.high is not None) + (value.text is not None)
    if forms != 1 or (value.low is None) != (value.high is None):
        yield f"{where}: give exactly one of value, low and high, or text"
    if value.low is not None and value.high is not None and value.low > value.high:
        yield f"{where}: low {value.low} is above high {value.high}"
    if value.kind == "judged" and not value.note:
        yield f"{where}: a judged value needs a note"
    family = assumption.family
    if (value.text is None) == (family == "text"):
        yield f"{where}: the family {family} asks for {'text' if family == 'text' else 'a number or a range'}"
    if family == "text":
        return
    number, end = (LogOdds, LogOdds) if assumption.unit == "log-odds" else LIMITS[family]
    for name, given, limits in (("value", value.value, number), ("low", value.low, end), ("high", value.high, end)):
        if given is None:
            continue
        try:
            msgspec.convert(given if math.isfinite(given) else None, limits)
        except msgspec.ValidationError as error:
            yield f"{where}: {name} {given} is out of the limits of the family {family}: {error}"


def _faults_of_steps(where: str, assumption: Assumption) -> Iterator[str]:
    """Yield every value a thousand times its predecessor, or a thousandth of it; end by end where either is a range."""
    if assumption.family not in ("positive", "share") or assumption.unit == "id":
        return
    for old, new in itertools.pairwise(assumption.values):
        for name in ("low", "high"):
            was, now = (getattr(v, name) if v.value is None else v.value for v in (old, new))
            if was and now and not _in_proportion(now, was):
                yield f"{where} from {new.from_date}: {now} is a thousand times off its predecessor {was}"
                break


def _faults_of_names(offers: Offers) -> Iterator[str]:
    seen: set[str] = set()
    for file, offer in offers:
        for name in (offer.id, *offer.aliases):
            if not ID.fullmatch(name):
                yield f"{file}: {offer.id}: {name} is not of the form provider/model"
            if name in seen:
                yield f"{file}: {offer.id}: {name} is used twice"
            seen.add(name)
        if ID.fullmatch(offer.id) and file != (home := home_of(offer.id)):
            yield f"{file}: {offer.id} is of another provider; move it to {home}"


def home_of(offer_id: str) -> str:
    """Return the file in which an offer stands: its provider's."""
    return f"offers/{offer_id.partition('/')[0]}.toml"


def _faults_of_offer(file: str, offer: FineTuningOffer) -> Iterator[str]:
    yield from _faults_of_dates(f"{file}: {offer.id}", offer.values)
    yield from faults_of_rules(f"{file}: {offer.id}", offer)
    for terms in offer.values:
        where = f"{file}: {offer.id} from {terms.from_date}"
        yield from _faults_of_terms(where, terms)
        if offer.serving == "adapter" and terms.output_usd_per_mtok == 0:
            yield f"{where}: a hosted adapter is not served for nothing"
    for old, new in itertools.pairwise(offer.values):
        was = _comparable(old)
        for name, number in _comparable(new).items():
            if name in was and not _in_proportion(number, was[name]):
                where = f"{file}: {offer.id} from {new.from_date}"
                yield f"{where}: {name} {number} is a thousand times off its predecessor {was[name]}"


def _faults_of_terms(where: str, terms: OfferValue) -> Iterator[str]:
    if (terms.kind == "judged" or terms.confidence != "high") and not terms.note:
        yield f"{where}: judged or doubtful terms need a note"
    for name in terms.__struct_fields__:
        number = getattr(terms, name)
        if isinstance(number, float) and not 0 <= number < 1e6:
            yield f"{where}: {name} {number} cannot be a {'price' if '_usd' in name else 'number of tokens'}"
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


def _faults_among_fellows(offers: Offers) -> Iterator[str]:
    """Yield every price and throughput a thousand times the median of its name, or a thousandth of it."""
    numbers: dict[str, list[tuple[str, float]]] = {}
    for file, offer in offers:
        for terms in offer.values:
            for name, number in _comparable(terms).items():
                numbers.setdefault(name, []).append((f"{file}: {offer.id} from {terms.from_date}", number))
    for name, entries in numbers.items():
        ordered = sorted(number for _, number in entries)
        middle = ordered[len(ordered) // 2]
        for where, number in entries:
            if not _in_proportion(number, middle):
                yield f"{where}: {name} {number} is a thousand times off the median {middle}"


def _faults_of_dates(where: str, values: Sequence[AssumedValue | OfferValue]) -> Iterator[str]:
    if not values:
        yield f"{where}: no values"
    for earlier, later in itertools.pairwise([value.from_date for value in values]):
        if earlier >= later:
            yield f"{where}: {later} does not come after {earlier}"
    for value in values:
        if not value.source.title:
            yield f"{where}: a source is missing"
        dated = value.dates_checked if isinstance(value, OfferValue) else None
        if (dated or value.checked) < value.from_date - CHECKED_AHEAD:
            yield f"{where} from {value.from_date}: checked {dated or value.checked} is more than a year before it holds"


def _comparable(terms: OfferValue) -> dict[str, float]:
    """Return the prices of some terms, and what a replica serves, that are neither null nor nothing, by name."""
    names = (name for name in terms.__struct_fields__ if "_usd" in name or name.startswith("tokens_per_second"))
    return {name: number for name in names if (number := getattr(terms, name))}


def _in_proportion(number: float, against: float) -> bool:
    return against / SLIP_OF_THE_UNIT < number < against * SLIP_OF_THE_UNIT
