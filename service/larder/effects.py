"""What moves the share of right answers: prompt techniques, another base model and time.

Dated effects on the log-odds scale from `fitted/`, each written by `make fit`.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from service.larder.facts import Kind, Source, in_force
from service.nouns.base import Closed
from service.nouns.request.assessment import TaskKind
from service.nouns.request.prompting import Technique

IMPROVEMENT, MODEL_CHANGE, DRIFT = "fitted/improvement.toml", "fitted/model_change.toml", "fitted/drift.toml"

TECHNIQUES: tuple[Technique, ...] = get_args(Technique)
ChangeKind = Literal["neither", "knowledge", "reasoning"]

LARGEST = 5.0
"""A gain or a spread of five in log-odds takes 50 % to 99.3 %; more is a slip of the unit."""

AHEAD = datetime.timedelta(days=366)
"""What was checked longer than a year before it holds is a slip of a date."""

LogOdds = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
Spread = Annotated[float, Meta(ge=0, le=LARGEST)]
Share = Annotated[float, Meta(ge=0, le=1)]
Words = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Points = Annotated[float, Meta(ge=0, le=100)]


class Effect(Closed, frozen=True, kw_only=True, rename={"from_date": "from"}):
    """Values from a date on, with their papers."""

    from_date: datetime.date
    kind: Kind
    source: Source
    checked: datetime.date
    note: str = ""


class Gain(Closed, frozen=True, kw_only=True):
    """What further work brings [log-odds]."""

    mean: LogOdds
    standard_deviation: Spread


class TechniqueGain(Closed, frozen=True, kw_only=True):
    """What a technique typically brings to a prompt that is right half the time, by kind of task [log-odds]."""

    not_reasoning: LogOdds
    reasoning: LogOdds


class Stray(Closed, frozen=True, kw_only=True):
    """How far gains stray from task to task, below the typical one and above it [log-odds]."""

    below: Spread
    above: Spread


class GainSpread(Closed, frozen=True, kw_only=True):
    """How far gains stray, by kind of task."""

    not_reasoning: Stray
    reasoning: Stray


class Improvement(Effect, frozen=True, kw_only=True):
    """What techniques not yet tried bring to a prompt, from a date on."""

    rows: Count
    sources: Count
    rows_digest: Words
    left_out_error_points: Points
    """Mean absolute error on sources left out of the fit, and the same by kind of task."""
    left_out_error_points_by_kind: Mapping[TaskKind, Points]
    degrees: Annotated[float, Meta(gt=2, le=1000)]
    """Degrees of freedom of the Student t that gains follow: few are heavy tails."""
    share_of_others: Share
    """Part of each gain but the largest that adds to it."""
    fade: Annotated[float, Meta(ge=0, le=LARGEST)]
    """Gains are those at one half times exp(-fade * log-odds of the prompt)."""
    weakest_prompt: Share
    """Below it the gain is what it is here; so it is above the strongest."""
    strongest_prompt: Share
    after_searched_examples: LogOdds
    """What an optimiser brings more where the worked examples were chosen by a search already."""
    spread_of_chain_of_thought: Annotated[float, Meta(gt=0, le=20)]
    """How many times further chain of thought strays on reasoning."""
    residual: Gain
    """Of further work after every listed technique; it is dropped where it harms."""
    spread: GainSpread
    techniques: Mapping[Technique, TechniqueGain]


class Change(Closed, frozen=True, kw_only=True):
    """How accuracy moves with the base model on a kind of task."""

    intercept: LogOdds
    slope: Annotated[float, Meta(gt=0, le=2)]
    """How much of the log-odds on the old base model carries over."""
    bend: LogOdds
    """How much more of them does above the bend."""
    below: LogOdds
    """For each ten points of capability gained below the pivot [log-odds]."""
    above: LogOdds
    """For each ten points gained above it [log-odds]."""
    reasons: LogOdds
    """Where the new base model reasons of itself and the old one does not [log-odds]."""
    open_weights: LogOdds
    """Where the new one has open weights and the old one has not [log-odds]."""
    standard_deviation: Spread
    """Between tasks, at the same capability [log-odds]."""
    standard_deviation_per_ten: Spread
    """Added to it in squares for each ten points of the whole gap [log-odds]."""


class LeftOutChange(Closed, frozen=True, kw_only=True):
    """Mean absolute error on sources left out, by kind of task and over all [points]."""

    neither: Points
    knowledge: Points
    reasoning: Points
    all: Points


class ModelChange(Effect, frozen=True, kw_only=True):
    """What another base model does to the accuracy of the same prompt, from a date on."""

    pivot: float
    """Capability at which the weights change [points of the capability index]."""
    bend_from: Annotated[float, Meta(gt=0, lt=1)]
    """Accuracy on the old base model from which more of its log-odds carries over [share]."""
    unknown_gap: Annotated[float, Meta(gt=0, le=10)]
    """Standard deviation of the gap where a capability is not known [tens of points]."""
    broken_share: Share
    """Chance that the new base model breaks the format."""
    kinds: Mapping[ChangeKind, Change]
    rows: Count
    sources: Count
    rows_digest: Words
    """Of the rows fitted, as tools/research/rows.py takes it."""
    left_out_error_points: LeftOutChange


class Drift(Effect, frozen=True, kw_only=True):
    """How far a fixed prompt's accuracy moves in a quarter where its base model is not pinned, from a date on."""

    per_quarter: Annotated[float, Meta(gt=0, le=LARGEST)]
    """Standard deviation of a quarter's step [log-odds]; steps of several quarters add up in squares."""
    low_per_quarter: Spread
    """10th percentile of that estimate [log-odds]."""
    high_per_quarter: Spread
    """90th percentile of it [log-odds]."""


class Effects(Struct, frozen=True, kw_only=True):
    """Each file's values, the oldest first."""

    improvements: tuple[Improvement, ...]
    model_changes: tuple[ModelChange, ...]
    drifts: tuple[Drift, ...]

    def improvement(self, as_of: datetime.date) -> Improvement:
        """Return the gains in force at a date (the earliest before all)."""
        return in_force(self.improvements, as_of) or self.improvements[0]

    def model_change(self, as_of: datetime.date) -> ModelChange:
        """Return what changes of base model do, in force at a date (the earliest before all)."""
        return in_force(self.model_changes, as_of) or self.model_changes[0]

    def drift(self, as_of: datetime.date) -> Drift:
        """Return the drift of a fixed prompt in force at a date (the earliest before all)."""
        return in_force(self.drifts, as_of) or self.drifts[0]


class ImprovementFile(Closed, frozen=True):
    """The file of gains."""

    values: tuple[Improvement, ...]


class ModelChangeFile(Closed, frozen=True):
    """The file of changes of base model."""

    values: tuple[ModelChange, ...]


class DriftFile(Closed, frozen=True):
    """The file of the drift of a fixed prompt."""

    values: tuple[Drift, ...]


def faults_of_effects(effects: Effects, scale: tuple[float, float]) -> list[str]:
    """Return everything in the files of effects that cannot be true, one sentence each; `scale` is that of capability."""
    return [
        *_faults_of_dates(IMPROVEMENT, effects.improvements),
        *_faults_of_dates(MODEL_CHANGE, effects.model_changes),
        *itertools.chain.from_iterable(_faults_of_improvement(value) for value in effects.improvements),
        *_faults_of_dates(DRIFT, effects.drifts),
        *itertools.chain.from_iterable(_faults_of_drift(value) for value in effects.drifts),
        *itertools.chain.from_iterable(_faults_of_change(value, scale) for value in effects.model_changes),
    ]


def _faults_of_dates(path: str, values: tuple[Effect, ...]) -> Iterator[str]:
    if not values:
        yield f"{path}: no values; put them back"
    for earlier, later in itertools.pairwise([value.from_date for value in values]):
        if earlier >= later:
            yield f"{path}: {later} does not come after {earlier}; append newer values"
    for value in values:
        where = f"{path}: from {value.from_date}"
        if not value.source.title:
            yield f"{where}: a source is missing; name it"
        if value.kind == "judged" and not value.note:
            yield f"{where}: judged values need a note; say why that much"
        if value.checked < value.from_date - AHEAD:
            yield f"{where}: checked {value.checked} is more than a year before it holds; mend one of the dates"


def _faults_of_improvement(value: Improvement) -> Iterator[str]:
    where = f"{IMPROVEMENT}: from {value.from_date}"
    for technique in TECHNIQUES:
        if technique not in value.techniques:
            yield f"{where}: {technique} is missing; state its gain, 0 where nothing is known"
    for technique, gain in value.techniques.items():
        if min(gain.not_reasoning, gain.reasoning) < 0:
            yield f"{where}: {technique} harms; state 0, for nobody adopts what harms"
    if not 0 < value.weakest_prompt < value.strongest_prompt < 1:
        yield f"{where}: {value.weakest_prompt:g} is not below {value.strongest_prompt:g}, or not inside 0 and 1; order them"


def _faults_of_drift(value: Drift) -> Iterator[str]:
    if not value.low_per_quarter <= value.per_quarter <= value.high_per_quarter:
        yield (
            f"{DRIFT}: from {value.from_date}: {value.per_quarter:g} does not lie from {value.low_per_quarter:g} to "
            f"{value.high_per_quarter:g}; put the ends about the estimate"
        )


def _faults_of_change(value: ModelChange, scale: tuple[float, float]) -> Iterator[str]:
    where, (low, high) = f"{MODEL_CHANGE}: from {value.from_date}", scale
    for kind in get_args(ChangeKind):
        if kind not in value.kinds:
            yield f"{where}: {kind} is missing; state how accuracy moves on such tasks"
    if not low <= value.pivot <= high:
        yield f"{where}: a pivot of {value.pivot:g} is outside the scale of the index, {low:g} to {high:g}; map it there"
    for kind, change in value.kinds.items():
        if min(change.below, change.above) < 0:
            yield f"{where}: {kind}: an abler base model would be less accurate; state weights of 0 or more"
        if change.standard_deviation == 0:
            yield f"{where}: {kind}: no spread between tasks; state one above 0"
