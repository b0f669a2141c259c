"""Reads the larder, refuses what cannot be true, and gives it a digest.

The larder is `service/larder/data`, and its folders say what a file is: `assumptions/*.toml`, `offers/<provider>.toml`,
how able base models are in `capability/`, when they end in `lifetimes/`, the published cases in `evidence/`, GPUs and what
runs on them in `self_hosted/`, the coefficients in `fitted/`, and the names of providers and models. `schema/` helps editors
and is no part of it. Everything is checked once, when the service starts; an entry that cannot be true stops the start.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from service.larder.capability import ALIASES, FIGURES, SCALE, AliasFile, Capabilities, read_capabilities
from service.larder.effects import (
    DRIFT,
    IMPROVEMENT,
    MODEL_CHANGE,
    DriftFile,
    Effects,
    ImprovementFile,
    ModelChangeFile,
    faults_of_effects,
)
from service.larder.evidence import PAIRS, TASKS, EvidenceIndex, indexed, read_evidence
from service.larder.facts import AccuracyPrior, Assumption, Evidence, FineTuningOffer
from service.larder.hazard import HAZARD, HazardClass, faults_of_hazards
from service.larder.hosting_truth import read_self_hosted
from service.larder.lifetimes import LIFE_ALIASES, LIVES, LifeAliasFile, Lifetimes, read_lifetimes
from service.larder.offer_truth import unstated
from service.larder.published import IMPROVEMENTS, MODEL_CHANGES, Published, read_published
from service.larder.self_hosted import GPUS, SELF_HOSTED, Gpu, SelfHostedOffer
from service.larder.truth import faults

LARDER = resources.files("service.larder") / "data"

ASSUMPTIONS, OFFERS, SCHEMA = "assumptions", "offers", "schema"
"""Folders of many files of one form."""

PRIOR, IDENTIFIERS, CURVES = "fitted/accuracy_prior.toml", "identifiers.toml", "evidence/curves.csv"
DRIFT_ROWS = "evidence/drift.csv"
SINGLE = (
    PAIRS, CURVES, DRIFT_ROWS, TASKS, IMPROVEMENTS, MODEL_CHANGES, PRIOR, IMPROVEMENT, MODEL_CHANGE, DRIFT, IDENTIFIERS, FIGURES, ALIASES,
    LIVES, LIFE_ALIASES, HAZARD, GPUS, SELF_HOSTED,
)  # fmt: skip
"""Files of a form of their own. Curves and drifts are read by their fits alone, which put what they teach into `fitted/`."""

Entries = dict[str, dict[str, Any]]
T = TypeVar("T")
Words = Annotated[str, Meta(min_length=1)]


class CatalogueError(ValueError):
    """The larder holds something that cannot be true; the message names every such entry."""


class Identifiers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our names for providers and models, and the exact aliases accepted for them."""

    providers: dict[str, str]
    hosts: dict[str, tuple[str, ...]]
    models: dict[str, str]
    aliases: dict[str, str]
    public_tokenizers: dict[str, tuple[str, ...]]


class Catalogue(Struct, frozen=True, kw_only=True, eq=False):
    """Everything we assume, checked, with its digest."""

    assumptions: Mapping[str, Assumption]
    offers: Mapping[str, FineTuningOffer]
    offer_aliases: Mapping[str, str]
    gpus: Mapping[str, Gpu]
    self_hosted: Mapping[str, SelfHostedOffer]
    files: Mapping[str, str]
    """Assumptions and offers by id: the file in which each stands."""
    prior: AccuracyPrior
    effects: Effects
    identifiers: Identifiers
    evidence: tuple[Evidence, ...]
    evidence_index: EvidenceIndex
    published: Published
    capabilities: Capabilities
    lifetimes: Lifetimes
    hazards: Mapping[str, HazardClass]
    digest: str

    def offer(self, model_id: str) -> FineTuningOffer | None:
        """Return the offer of an id or exact alias."""
        return self.offers.get(self.offer_aliases.get(model_id, model_id))


def _walk(folder: Traversable, path: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{path}{entry.name}/")
        else:
            yield path + entry.name, entry.read_bytes()


def read(folder: Traversable = LARDER) -> dict[str, bytes]:
    """Return the larder's files by their path in it, in the order of their paths."""
    return {path: text for path, text in sorted(_walk(folder)) if not path.startswith(f"{SCHEMA}/")}


def _in(folder: str, path: str) -> bool:
    return path.rpartition("/")[0] == folder and path.endswith(".toml")


def _faults_of_places(paths: Collection[str]) -> list[str]:
    """Return a sentence for every file that is where none is expected, and for every one that is missing."""
    known = {path for path in paths if path in SINGLE or _in(ASSUMPTIONS, path) or _in(OFFERS, path)}
    places = f"{ASSUMPTIONS}/<topic>.toml, {OFFERS}/<provider>.toml, {', '.join(SINGLE)}"
    return [
        *(f"{path}: no place of the larder; move it to one of {places}" for path in paths if path not in known),
        *(f"{path}: is missing; put it back" for path in SINGLE if path not in known),
    ]


def _text(path: str, text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{path}: {error}; save it as UTF-8") from error


def _table(path: str, text: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path, text))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path}: {error}") from error


def _noun(where: str, entry: Any, form: type[T]) -> T:
    """Return an entry of the larder as a noun, or say which entry is out of form."""
    try:
        return msgspec.convert(entry, form)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {error}") from error


class _OfferFile(Struct, forbid_unknown_fields=True):
    offer: list[dict[str, Any]]


def _hazards(table: dict[str, Any]) -> dict[str, HazardClass]:
    return {
        name: _noun(f"{HAZARD}: {name}", entry, HazardClass) for name, entry in _noun(HAZARD, table, Entries).items()
    }


def _effects(tables: Mapping[str, dict[str, Any]]) -> tuple[Effects, list[str]]:
    effects = Effects(
        improvements=_noun(IMPROVEMENT, tables[IMPROVEMENT], ImprovementFile).values,
        model_changes=_noun(MODEL_CHANGE, tables[MODEL_CHANGE], ModelChangeFile).values,
        drifts=_noun(DRIFT, tables[DRIFT], DriftFile).values,
    )
    return effects, faults_of_effects(effects, SCALE)


def _published(files: Mapping[str, bytes], capabilities: Capabilities) -> tuple[Published, list[str]]:
    newest = {name: values[-1].value for name, values in capabilities.figures.items()}
    improvements, changes = (_text(path, files[path]) for path in (IMPROVEMENTS, MODEL_CHANGES))
    return read_published(improvements, changes, newest)


def _entries(tables: Mapping[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the offers as their files tell them, with the file of each."""
    files = [(path, _noun(path, table, _OfferFile)) for path, table in tables.items() if _in(OFFERS, path)]
    return [(path, entry) for path, file in files for entry in file.offer]


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, text in sorted(files.items()):
        digest.update(path.encode() + b"\0" + text + b"\0")
    return digest.hexdigest()


def parse(files: Mapping[str, bytes]) -> Catalogue:
    """Return the checked catalogue from the bytes of its files, by their path in the larder.

    Raises
    ------
    CatalogueError
        Naming file and entry of what cannot be read, or of all that cannot be true.
    """
    if misplaced := _faults_of_places(files):
        raise CatalogueError("; ".join(misplaced))
    tables = {path: _table(path, text) for path, text in sorted(files.items()) if path.endswith(".toml")}
    assumptions = [
        (path, _noun(f"{path}: {name}", {"id": name, **entry}, Assumption))
        for path, table in tables.items()
        if _in(ASSUMPTIONS, path)
        for name, entry in _noun(path, table, Entries).items()
    ]
    entries = _entries(tables)
    if silent := [fault for path, entry in entries for fault in unstated(path, entry)]:
        raise CatalogueError("; ".join(silent))
    offers = [
        (path, _noun(f"{path}: {entry.get('id', 'an offer')}", entry, FineTuningOffer)) for path, entry in entries
    ]
    descriptions = _noun(TASKS, tables[TASKS], dict[str, Words])
    evidence, untrue = read_evidence(_text(PAIRS, files[PAIRS]), descriptions)
    gpus, self_hosted, unfit = read_self_hosted(tables[GPUS], tables[SELF_HOSTED])
    identifiers = _noun(IDENTIFIERS, tables[IDENTIFIERS], Identifiers)
    capabilities, unable = read_capabilities(
        _text(FIGURES, files[FIGURES]), _noun(ALIASES, tables[ALIASES], AliasFile), identifiers.aliases
    )
    published, unpublished = _published(files, capabilities)
    providers = {*identifiers.providers, *(offer.id.partition("/")[0] for _, offer in offers)}
    life_aliases = _noun(LIFE_ALIASES, tables[LIFE_ALIASES], LifeAliasFile)
    lifetimes, immortal = read_lifetimes(_text(LIVES, files[LIVES]), life_aliases, providers, identifiers.aliases)
    hazards = _hazards(tables[HAZARD])
    effects, ineffective = _effects(tables)
    of_files = (untrue, unpublished, unable, immortal, faults_of_hazards(hazards), unfit, ineffective)
    if found := faults(assumptions, offers) + [fault for found in of_files for fault in found]:
        raise CatalogueError("; ".join(found))
    return Catalogue(
        assumptions={assumption.id: assumption for _, assumption in assumptions},
        offers={offer.id: offer for _, offer in offers},
        offer_aliases={alias: offer.id for _, offer in offers for alias in offer.aliases},
        gpus=gpus,
        self_hosted=self_hosted,
        files={found.id: path for path, found in assumptions} | {offer.id: path for path, offer in offers},
        prior=_noun(PRIOR, tables[PRIOR], AccuracyPrior),
        effects=effects,
        identifiers=identifiers,
        evidence=evidence,
        published=published,
        evidence_index=indexed(evidence, descriptions),
        capabilities=capabilities,
        lifetimes=lifetimes,
        hazards=hazards,
        digest=_digest(files),
    )


def load() -> Catalogue:
    """Return the catalogue that ships with the service."""
    return parse(read())
