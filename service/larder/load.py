"""Reads the larder, refuses what cannot be true, and gives it a digest.

The larder is `service/larder/data`: assumed numbers, fine-tuning offers, fitted coefficients, identifiers, published
cases.
Everything is checked once, when the service starts; an entry that cannot be true stops the start.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import itertools
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from models import similarity
from service.larder.facts import AccuracyPrior, AssumedValue, Assumption, Evidence, FineTuningOffer, OfferValue
from service.nouns.estimate import InnerShare, Positive, Rate, Share, StrictlyPositive

ID = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*")
"""`provider/model`."""

LARDER = resources.files("service.larder") / "data"

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

OTHER_FILES = frozenset({"offers", "accuracy_prior", "identifiers", "evidence_tasks"})
"""Files of the larder that hold no assumptions."""

PAIRS = "evidence_pairs.csv"
FIELD_OF_COLUMN = {"task_type": "kind", "n_train": "examples", "n_test": "test_size"}
"""Our names for columns of the published pairs where they differ."""
KIND_OF_TYPE = {"qa": "question_answering", "structured-output": "structured_output"}
"""Our names for kinds of task where they differ."""


T = TypeVar("T", Assumption, FineTuningOffer)


class CatalogueError(ValueError):
    """The larder holds something that cannot be true; the message names every such entry."""


class Identifiers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our names for providers and models, and the exact aliases accepted for them."""

    providers: dict[str, str]
    hosts: dict[str, tuple[str, ...]]
    models: dict[str, str]
    aliases: dict[str, str]
    public_tokenizers: dict[str, tuple[str, ...]]


class EvidenceIndex(Struct, frozen=True, kw_only=True):
    """What a search in the published pairs needs, made once: rows in the order of `Catalogue.evidence`."""

    descriptions: Mapping[str, str]
    """What each task is, by its name."""
    corpus: similarity.Corpus
    """Vectors of the distinct descriptions."""
    place: NDArray[np.int64]
    """Which description is a row's."""
    scores: NDArray[np.float64]
    """Prompt scores."""
    examples: NDArray[np.float64]
    """Training examples; nan where the source does not say."""


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything we assume, checked, with its digest."""

    assumptions: Mapping[str, Assumption]
    offers: Mapping[str, FineTuningOffer]
    offer_aliases: Mapping[str, str]
    prior: AccuracyPrior
    identifiers: Identifiers
    evidence: tuple[Evidence, ...]
    evidence_index: EvidenceIndex
    digest: str

    def offer(self, model_id: str) -> FineTuningOffer | None:
        """Return the offer of an id or exact alias."""
        return self.offers.get(self.offer_aliases.get(model_id, model_id))


def _faults_of_value(where: str, assumption: Assumption, value: AssumedValue) -> Iterable[str]:
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


def _faults_of_steps(assumption: Assumption) -> Iterable[str]:
    """Yield every value a thousand times its predecessor, or a thousandth of it; end by end where either is a range."""
    if assumption.family not in ("positive", "share") or assumption.unit == "id":
        return
    for old, new in itertools.pairwise(assumption.values):
        for name in ("low", "high"):
            was, now = (getattr(v, name) if v.value is None else v.value for v in (old, new))
            if was and now and not _in_proportion(now, was):
                yield f"{assumption.id} from {new.from_date}: {now} is a thousand times off its predecessor {was}"
                break


def _in_proportion(number: float, against: float) -> bool:
    return against / SLIP_OF_THE_UNIT < number < against * SLIP_OF_THE_UNIT


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
        if value.checked < value.from_date - CHECKED_AHEAD:
            yield f"{where} from {value.from_date}: checked {value.checked} is more than a year before it holds"


def _prices(terms: OfferValue) -> dict[str, float]:
    """Return the prices of some terms that are neither null nor nothing, by name."""
    named = {name: getattr(terms, name) for name in terms.__struct_fields__ if "_usd" in name}
    return {name: price for name, price in named.items() if price}


def faults(assumptions: Iterable[Assumption], offers: Iterable[FineTuningOffer]) -> list[str]:
    """Return everything in the larder that cannot be true, one sentence each.

    Checks that ranges are ordered, numbers are within their family's limits, dates ascend, no source was checked more
    than a year ahead, sources are named, judged values carry a note, cached and batch prices do not exceed plain ones,
    input does not exceed output, training ends no later than serving, no value or price is a thousand times its
    predecessor, and no price is a thousand times its fellows' median.
    """
    found: list[str] = []
    for assumption in assumptions:
        found += _faults_of_dates(assumption.id, assumption.values)
        for value in assumption.values:
            found += _faults_of_value(f"{assumption.id} from {value.from_date}", assumption, value)
        found += _faults_of_steps(assumption)
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
            for name, number in _prices(terms).items():
                prices.setdefault(name, []).append((where, number))
        for old, new in itertools.pairwise(offer.values):
            was = _prices(old)
            for name, number in _prices(new).items():
                if name in was and not _in_proportion(number, was[name]):
                    where = f"{offer.id} from {new.from_date}"
                    found.append(f"{where}: {name} {number} is a thousand times off its predecessor {was[name]}")
    for name, entries in prices.items():
        ordered = sorted(number for _, number in entries)
        middle = ordered[len(ordered) // 2]
        for where, number in entries:
            if not _in_proportion(number, middle):
                found.append(f"{where}: {name} {number} is a thousand times off the median {middle}")
    return found


def read_evidence(text: bytes, descriptions: Mapping[str, str]) -> tuple[tuple[Evidence, ...], list[str]]:
    """Return the published pairs of a CSV file, and everything in them that cannot be true, one sentence each.

    Checks columns, cells, scores, names of kinds and relations, that no case stands twice, and that tasks and
    descriptions belong together.
    """
    names = {field: column for column, field in FIELD_OF_COLUMN.items()}
    columns = [names.get(name, name) for name in Evidence.__struct_fields__]
    lines = csv.reader(text.decode().splitlines())
    if (header := next(lines, [])) != columns:
        return (), [f"{PAIRS}: the columns are {', '.join(header)}; expected {', '.join(columns)}"]
    rows: list[Evidence] = []
    found: list[str] = []
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(columns):
            found.append(f"{PAIRS} line {number}: {len(cells)} cells, expected {len(columns)}")
            continue
        entry: dict[str, str | None] = dict(zip(Evidence.__struct_fields__, cells, strict=True))
        entry["kind"] = KIND_OF_TYPE.get(entry["kind"] or "", entry["kind"])
        entry |= {name: entry[name] or None for name in ("examples", "test_size")}
        try:
            rows.append(msgspec.convert(entry, Evidence, strict=False))
        except msgspec.ValidationError as error:
            found.append(f"{PAIRS} line {number}, {entry['case_id']}: {error}")
    seen: set[str] = set()
    for row in rows:
        if row.case_id in seen:
            found.append(f"{PAIRS}: {row.case_id} is used twice")
        seen.add(row.case_id)
    tasks = {row.task for row in rows}
    found += [f"{PAIRS}: {task} has no description in evidence_tasks" for task in sorted(tasks - set(descriptions))]
    if not rows:
        found.append(f"{PAIRS}: no rows")
    elif not found and (unused := sorted(set(descriptions) - tasks)):
        found.append(f"evidence_tasks: no published pair is about {', '.join(unused)}")
    return tuple(rows), found


def _indexed(rows: tuple[Evidence, ...], descriptions: Mapping[str, str]) -> EvidenceIndex:
    distinct = {text: place for place, text in enumerate(dict.fromkeys(descriptions.values()))}
    return EvidenceIndex(
        descriptions=descriptions,
        corpus=similarity.corpus([similarity.terms(text) for text in distinct]),
        place=np.array([distinct[descriptions[row.task]] for row in rows]),
        scores=np.array([row.prompt_score for row in rows]),
        examples=np.array([np.nan if row.examples is None else row.examples for row in rows], dtype=np.float64),
    )


def _read(where: str, entry: Any, form: type[T]) -> T:
    """Return an entry of the larder as a noun, or say which entry is out of form."""
    try:
        return msgspec.convert(entry, form)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {error}") from error


def parse(texts: Mapping[str, bytes], pairs: bytes | None = None) -> Catalogue:
    """Return the checked catalogue from the bytes of its files, by stem, and of the published pairs.

    Parameters
    ----------
    texts : mapping of str to bytes
        The TOML files, by stem.
    pairs : bytes, optional
        The published pairs, as CSV; those that ship with the service where none are given.

    Raises
    ------
    CatalogueError
        Naming every entry that cannot be read or cannot be true.
    """
    tables: dict[str, Any] = {stem: tomllib.loads(text.decode()) for stem, text in sorted(texts.items())}
    try:
        assumptions = [
            _read(name, {"id": name, **entry}, Assumption)
            for stem, table in tables.items()
            if stem not in OTHER_FILES
            for name, entry in table.items()
        ]
        offers = [_read(entry.get("id", "an offer"), entry, FineTuningOffer) for entry in tables["offers"]["offer"]]
        prior = msgspec.convert(tables["accuracy_prior"], AccuracyPrior)
        identifiers = msgspec.convert(tables["identifiers"], Identifiers)
        descriptions = msgspec.convert(tables["evidence_tasks"], dict[str, Annotated[str, Meta(min_length=1)]])
    except (msgspec.ValidationError, KeyError) as error:
        raise CatalogueError(str(error)) from error
    pairs = (LARDER / PAIRS).read_bytes() if pairs is None else pairs
    evidence, untrue = read_evidence(pairs, descriptions)
    if found := faults(assumptions, offers) + untrue:
        raise CatalogueError("; ".join(found))
    digest = hashlib.sha256()
    for stem, text in (*sorted(texts.items()), (PAIRS, pairs)):
        digest.update(stem.encode() + b"\0" + text + b"\0")
    return Catalogue(
        assumptions={assumption.id: assumption for assumption in assumptions},
        offers={offer.id: offer for offer in offers},
        offer_aliases={alias: offer.id for offer in offers for alias in offer.aliases},
        prior=prior,
        identifiers=identifiers,
        evidence=evidence,
        evidence_index=_indexed(evidence, descriptions),
        digest=digest.hexdigest(),
    )


def load() -> Catalogue:
    """Return the catalogue that ships with the service."""
    return parse(
        {
            entry.name.removesuffix(".toml"): entry.read_bytes()
            for entry in LARDER.iterdir()
            if entry.name.endswith(".toml")
        }
    )
