"""The hazard that a base model is retired, by its age and by the lifetime class of what is hosted."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from service.larder.facts import Kind, Source
from service.nouns.base import Closed

HAZARD = "lifetimes/hazard.toml"

CLASSES = ("proprietary", "open_weights_hosted", "self_hosted")
"""Of a provider's own models, of open weights that a provider hosts by the token, of weights on one's own GPUs."""

HIGHEST = 12.0
"""A hazard of 12 a year ends a model within a month on average; more is a slip of the unit."""

Words = Annotated[str, Meta(min_length=1)]


class HazardStep(Closed, frozen=True, kw_only=True):
    """A hazard from an age on."""

    from_months: float
    """Age since release [months]."""
    per_year: float
    """Events a year among models still alive [per year]."""
    low_per_year: float | None = None
    """10th percentile of it, where it was fitted; the draws use the mean [per year]."""
    high_per_year: float | None = None
    """90th percentile of it [per year]."""
    events: int | None = None
    """Models of this age that ended."""
    years_at_risk: float | None = None
    """Time that models of this age were watched [years]."""


class HazardValue(Closed, frozen=True, kw_only=True, rename={"from_date": "from"}):
    """Hazards by age, from a date on."""

    from_date: datetime.date
    kind: Kind
    source: Source
    checked: datetime.date
    steps: tuple[HazardStep, ...]
    """The youngest first; the last holds for all that are older."""
    notice_months: float
    """Time between the announcement of an end and the end [months]."""
    note: str = ""

    def at(self, age_months: float) -> float:
        """Return the yearly hazard at an age [per year]."""
        return next(step.per_year for step in reversed(self.steps) if step.from_months <= age_months)


class HazardClass(Closed, frozen=True, kw_only=True):
    """The hazards of a lifetime class, the oldest first."""

    description: Words
    values: tuple[HazardValue, ...]

    def at(self, as_of: datetime.date) -> HazardValue:
        """Return the hazards in force at a date (the earliest ones for dates before all)."""
        return next((value for value in reversed(self.values) if value.from_date <= as_of), self.values[0])


def faults_of_hazards(hazards: Mapping[str, HazardClass]) -> list[str]:
    """Return everything in the file that cannot be true, one sentence each."""
    found = [f"{HAZARD}: {name} is missing; state the hazards of this class" for name in CLASSES if name not in hazards]
    for name, entry in hazards.items():
        if name not in CLASSES:
            found.append(f"{HAZARD}: {name} is no lifetime class; name one of {', '.join(CLASSES)}")
        if not entry.values:
            found.append(f"{HAZARD}: {name}: no values; state some")
        for earlier, later in itertools.pairwise([value.from_date for value in entry.values]):
            if earlier >= later:
                found.append(f"{HAZARD}: {name}: {later} does not come after {earlier}; append newer values")
        for value in entry.values:
            found += _faults_of_value(f"{HAZARD}: {name} from {value.from_date}", value)
    return found


def _faults_of_value(where: str, value: HazardValue) -> Iterator[str]:
    if not value.source.title:
        yield f"{where}: a source is missing; name it"
    if value.kind == "judged" and not value.note:
        yield f"{where}: a judged value needs a note; say why that much"
    if not 0 <= value.notice_months < math.inf:
        yield f"{where}: a notice of {value.notice_months:g} months cannot be; state 0 where none is given"
    if not value.steps or value.steps[0].from_months != 0:
        yield f"{where}: the first step is not from 0 months; state the hazard of a new model"
    for earlier, later in itertools.pairwise([step.from_months for step in value.steps]):
        if not earlier < later:
            yield f"{where}: the step from {later:g} months does not come after that from {earlier:g}; order them by age"
    for step in value.steps:
        if not 0 <= step.per_year <= HIGHEST:
            yield f"{where}: a hazard of {step.per_year:g} a year is not from 0 to {HIGHEST:g}; state events per year at risk"
        yield from _faults_of_interval(f"{where}: the step from {step.from_months:g} months", step)


def _faults_of_interval(where: str, step: HazardStep) -> Iterator[str]:
    low, high = step.low_per_year, step.high_per_year
    if (low is None) != (high is None):
        yield f"{where} states one end of its interval; state both or neither"
    elif low is not None and high is not None and not 0 <= low <= step.per_year <= high < math.inf:
        yield f"{where}: {step.per_year:g} a year does not lie from {low:g} to {high:g}; put the ends about the mean"
    if step.events is not None and step.events < 0:
        yield f"{where}: {step.events} events cannot be; count those that ended"
    if step.years_at_risk is not None and not 0 <= step.years_at_risk < math.inf:
        yield f"{where}: {step.years_at_risk:g} years at risk cannot be; add up the time that was watched"
    if step.events and not step.years_at_risk:
        yield f"{where}: {step.events} events in no time at risk; state the years that were watched"
