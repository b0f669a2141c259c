"""Nouns of the corridor: one frozen type per doorway."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from models.arrays import Array
from models.sampling import Family
from service.assessment.ledger.line import Line
from service.larder.evidence import EvidenceIndex
from service.larder.facts import Evidence, Source
from service.nouns.request.assessment import AssessmentRequest
from service.nouns.request.fine_tuning import Relation

NEVER_LIVE = 0.0
"""Months until the shutdown of what cannot go live: an end before any start (docs/decisions/0007)."""


class Interval(NamedTuple):
    """An 80 % interval; of no width for a quantity the caller is sure of."""

    low: float
    high: float
    family: Family


class Used(NamedTuple):
    """A default that this case relies on, and the lines it feeds; one of the larder has a file and the day of its check."""

    pointer: str
    id: str
    value: float | None
    low: float | None
    high: float | None
    text: str | None
    unit: str
    kind: str
    source: Source
    note: str
    feeds: tuple[Line, ...]
    file: str = ""
    checked: datetime.date | None = None


class Candidate(Struct, frozen=True, kw_only=True):
    """A fine-tuning offer as this case would buy it: plain numbers for the ledger."""

    id: str
    name: str
    relation: Relation | None
    is_same_base: bool
    is_dedicated: bool
    inputs: Mapping[Line, float]
    no_longer_trains: bool
    last_training_date: datetime.date | None
    shutdown_date: datetime.date | None
    source: Source
    file: str
    checked: datetime.date | None
    confidence: str


class Studies(NamedTuple):
    """What it costs to find out more, in the request's currency."""

    cost_per_trial: float
    pilot_cost: float
    cost_per_example: float
    labelled_examples: float


class Case(Struct, frozen=True, kw_only=True):
    """A resolved request: nothing is left unsaid."""

    request: AssessmentRequest
    as_of: datetime.date
    currency: str
    draws: int
    seed: int
    confidence: float
    policy: str
    horizon_months: int
    correct: int
    total: int
    prompt_model: str | None
    prompt_price_source: Source
    prompt_price_checked: datetime.date | None
    prompt_price_is_oldest_known: bool
    old_after_days: float
    intervals: Mapping[Line, Interval]
    constants: Mapping[Line, Array]
    stated: frozenset[Line]
    said: frozenset[Line]
    context_window: float
    candidates: tuple[Candidate, ...]
    bystanders: tuple[Candidate, ...]
    planned_examples: float
    studies: Studies
    latency_sigma_measured: bool
    thresholds: Mapping[str, float]
    used: tuple[Used, ...]
    evidence: tuple[Evidence, ...]
    evidence_index: EvidenceIndex
