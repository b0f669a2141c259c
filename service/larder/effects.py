"""What moves the share of right answers: prompt techniques and another base model.

Dated effects on the log-odds scale from `fitted/`, judged from the published rows until a fit takes their place.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from service.larder.facts import Kind, Source, in_force
from service.nouns.base import Closed
from service.nouns.request.prompting import Technique

IMPROVEMENT, MODEL_CHANGE = "fitted/improvement.toml", "fitted/model_change.toml"

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


class Effect(Closed, frozen=True, kw_only=True, rename={"from_date": "from"}):
    """Values from a date on, with their papers."""

    from_date: datetime.date
    kind: Kind
    source: Source
    checked: datetime.date
    note: str = ""


class Gain(Closed, frozen=True, kw_only=True):
    """What a technique brings, from task to task [log-odds]."""

    mean: LogOdds
    standard_deviation: Spread


class TechniqueGain(Closed, frozen=True, kw_only=True):
    """What a technique brings by kind of task; what is not stated apart is as on all base models and after anything."""

    not_reasoning: Gain
    reasoning: Gain
    reasoning_on_native: Gain | None = None
    """On a task of reasoning where the base model reasons of itself."""
    after_searched_examples: Gain | None = None
    """Where the worked examples were chosen by a search already."""


class Improvement(Effect, frozen=True, kw_only=True):
    """What techniques not yet tried bring to a prompt, from a date on."""

    share_of_others: Share
    """Part of each gain but the largest that adds to it."""
    degrees: Annotated[float, Meta(gt=2, le=1000)]
    """Degrees of freedom of the Student t that gains follow: few are heavy tails."""
    techniques: Mapping[Technique, TechniqueGain]
    residual: Gain
    """Of further work after every listed technique; never below 0."""
    reasoning_native: tuple[Words, ...]
    """Models that reason of themselves, as capability.csv names them, beside those measured with reasoning off."""


class Change(Closed, frozen=True, kw_only=True):
    """How accuracy moves with the base model on a kind of task."""

    intercept: LogOdds
    below: LogOdds
    """For each ten points of capability gained below the pivot [log-odds]."""
    above: LogOdds
    """For each ten points gained above it [log-odds]."""
    standard_deviation: Spread
    """Between tasks, at the same capability [log-odds]."""
    standard_deviation_per_ten: Spread
    """Added to it in squares for each ten points of the whole gap [log-odds]."""


class ModelChange(Effect, frozen=True, kw_only=True):
    """What another base model does to the accuracy of the same prompt, from a date on."""

    slope: Annotated[float, Meta(gt=0, le=2)]
    """How much of the log-odds on the old base model carries over."""
    pivot: float
    """Capability at which the weights change [points of the capability index]."""
    unknown_gap: Annotated[float, Meta(gt=0, le=10)]
    """Standard deviation of the gap where a capability is not known [tens of points]."""
    broken_share: Share
    """Chance that the new base model breaks the format."""
    kinds: Mapping[ChangeKind, Change]


class Effects(Struct, frozen=True, kw_only=True):
    """Each file's values, the oldest first."""

    improvements: tuple[Improvement, ...]
    model_changes: tuple[ModelChange, ...]

    def improvement(self, as_of: datetime.date) -> Improvement:
        """Return the gains in force at a date (the earliest before all)."""
        return in_force(self.improvements, as_of) or self.improvements[0]

    def model_change(self, as_of: datetime.date) -> ModelChange:
        """Return what changes of base model do, in force at a date (the earliest before all)."""
        return in_force(self.model_changes, as_of) or self.model_changes[0]


class ImprovementFile(Closed, frozen=True):
    """The file of gains."""

    values: tuple[Improvement, ...]


class ModelChangeFile(Closed, frozen=True):
    """The file of changes of base model."""

    values: tuple[ModelChange, ...]


def faults_of_effects(effects: Effects, models: Collection[str] | None, scale: tuple[float, float]) -> list[str]:
    """Return everything in the files of effects that cannot be true, one sentence each.

    `models` have a figure of capability, on a scale from its least to its most; None where the figures could not be read.
    """
    return [
        *_faults_of_dates(IMPROVEMENT, effects.improvements),
        *_faults_of_dates(MODEL_CHANGE, effects.model_changes),
        *itertools.chain.from_iterable(_faults_of_improvement(value, models) for value in effects.improvements),
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


def _faults_of_improvement(value: Improvement, models: Collection[str] | None) -> Iterator[str]:
    where = f"{IMPROVEMENT}: from {value.from_date}"
    for technique in TECHNIQUES:
        if technique not in value.techniques:
            yield f"{where}: {technique} is missing; state its gain, 0 with a spread where nothing is known"
    if value.residual.mean < 0:
        yield f"{where}: a residual of {value.residual.mean:g} is below 0; further work is not adopted where it harms"
    for name in value.reasoning_native:
        if models is not None and name not in models:
            yield f"{where}: {name} is not in capability/capability.csv; name a model of it, or take it out"


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
