"""How able base models are: one figure a model and reasoning mode, on the scale of the Epoch Capabilities Index.

The figures stand in `capability/capability.csv`, and `capability/aliases.toml` says which of them stands for which of our
ids, exactly. A figure that is a guess is told, and decides nothing.
"""

from __future__ import annotations

import datetime
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.larder.facts import Kind
from service.larder.rows import read_rows
from service.larder.truth import ID
from service.nouns.base import Closed

FIGURES, ALIASES = "capability/capability.csv", "capability/aliases.toml"

INDEX = "Epoch Capabilities Index"
"""Whose scale the figures have."""

SCALE = (70.0, 200.0)
"""No model that is sold lies outside; a percentage or an Elo rating mostly does."""

WIDEST = 20.0
"""A wider standard deviation says nothing of a model, and is a slip of the scale."""

Mode = Literal["", "none", "minimal"]
Relation = Literal["smaller", "same", "larger"]
Words = Annotated[str, Meta(min_length=1)]


class Capability(Closed, frozen=True, kw_only=True):
    """How able a base model was found to be in a reasoning mode, as of the date of an index."""

    model: Words
    """`maker/model`: the weights, wherever they are hosted."""
    mode: Mode = ""
    """Without reasoning (none), with next to none (minimal), or empty: the best mode there is."""
    released: datetime.date | None = None
    open_weights: bool
    parameters_billion: float | None = None
    value: float
    standard_deviation: float
    """Of the figure, on the index's scale."""
    is_guess: bool
    kind: Kind
    index_date: datetime.date
    checked: datetime.date
    source: Words
    href: str = ""
    locator: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The model, and its mode behind a hash where it is not the best one."""
        return f"{self.model}#{self.mode}" if self.mode else self.model


class Figure(Struct, frozen=True, kw_only=True):
    """A capability without its papers."""

    value: float
    standard_deviation: float
    is_guess: bool
    is_derived: bool
    """Whether it was not measured but follows from other figures."""


class AliasFile(Closed, frozen=True, kw_only=True):
    """Our ids by figure, those for which there is none, with the reason, and the models that reason of themselves."""

    reasoning_native: tuple[Words, ...]
    aliases: dict[str, tuple[str, ...]]
    unknown: dict[str, Words]


class Capabilities(Struct, frozen=True, kw_only=True):
    """Every figure, and the exact names by which it is found."""

    figures: Mapping[str, tuple[Capability, ...]]
    """By model and mode, the oldest first."""
    names: Mapping[str, str]
    """Our ids, and weights of offers: model and mode of each."""
    unknown: Mapping[str, str]
    """Our ids that have no figure, and why."""
    reasoning_native: frozenset[str]
    """Models that reason of themselves, beside those measured with reasoning off."""

    def find(self, model_id: str, as_of: datetime.date, mode: Mode | None = None) -> Capability | None:
        """Return the figure of one of our ids as known at a date (the earliest before all); None where there is none.

        A model may also be named as its figure is, `maker/model`. A mode replaces the one that the id stands for.
        """
        name = self.names.get(model_id, "" if model_id in self.unknown else model_id)
        if mode is not None:
            name = name.partition("#")[0] + (f"#{mode}" if mode else "")
        values = self.figures.get(name, ())
        return next((value for value in reversed(values) if value.index_date <= as_of), values[0] if values else None)

    def without_reasoning(self, model_id: str, as_of: datetime.date) -> Figure | None:
        """Return the figure of a model that reasons, with its reasoning off.

        Where it was not measured it is derived: the model's best figure, less the mean difference of the models that were
        measured both ways, and as much wider as these differences vary. Whether a model reasons at all the figures do
        not say; the caller knows.
        """
        for mode in ("none", "minimal"):
            if found := self.find(model_id, as_of, mode):
                return Figure(
                    value=found.value,
                    standard_deviation=found.standard_deviation,
                    is_guess=found.is_guess,
                    is_derived=False,
                )
        best = self.find(model_id, as_of, "")
        if best is None:
            return None
        differences = self.differences()
        return Figure(
            value=best.value - statistics.fmean(differences),
            standard_deviation=math.hypot(best.standard_deviation, statistics.stdev(differences)),
            is_guess=best.is_guess,
            is_derived=True,
        )

    def differences(self) -> list[float]:
        """Return how much lower each model measured both ways lies without reasoning, by its newest figures."""
        newest = {name: values[-1] for name, values in self.figures.items()}
        return [
            newest[value.model].value - value.value
            for value in newest.values()
            if value.mode and value.model in newest and not (value.is_guess or newest[value.model].is_guess)
        ]

    def relation(self, of: str, to: str, as_of: datetime.date) -> Relation | None:
        """Return whether a model is smaller or larger in capability than another, or has the same weights.

        Same are the same weights only, whatever their mode or host. Else the sign of the difference tells, where neither
        figure is a guess and the difference exceeds one joint standard deviation, sqrt(s1^2 + s2^2). Elsewhere, and where
        a figure is not known, it is None.
        """
        if of == to:
            return "same"
        ours, theirs = self.find(of, as_of), self.find(to, as_of)
        if ours is None or theirs is None:
            return None
        if ours.model == theirs.model:
            return "same"
        difference = ours.value - theirs.value
        spread = math.hypot(ours.standard_deviation, theirs.standard_deviation)
        if ours.is_guess or theirs.is_guess or abs(difference) <= spread:
            return None
        return "larger" if difference > 0 else "smaller"


def read_capabilities(text: str, file: AliasFile, further: Mapping[str, str]) -> tuple[Capabilities, list[str]]:
    """Return the figures under our names, and everything in their two files that cannot be true, one sentence each.

    `further` are names that stand for our ids elsewhere in the larder; where one has a figure of its own, that is it.
    """
    rows, found = read_rows(FIGURES, text, Capability)
    figures: dict[str, tuple[Capability, ...]] = {}
    for row in rows:
        figures[row.name] = (*figures.get(row.name, ()), row)
    for name, values in figures.items():
        found += _faults_of_figures(f"{FIGURES}: {name}", values)
    whole = not found
    names: dict[str, str] = {}
    for name, ids in file.aliases.items():
        if whole and name not in figures:
            found.append(f"{ALIASES}: {name} is not in {FIGURES}; name a row of it, or put the ids under unknown")
        for model_id in ids:
            if model_id in names:
                found.append(f"{ALIASES}: {model_id} stands under {names[model_id]} and {name}; keep one of the two")
            if model_id in file.unknown:
                found.append(f"{ALIASES}: {model_id} has a figure and is unknown; keep one of the two")
            names[model_id] = name
    for name in file.reasoning_native:
        if whole and name not in figures:
            found.append(f"{ALIASES}: {name} is not in {FIGURES}; name a model of it, or take it out")
    names = {alias: names[of] for alias, of in further.items() if of in names} | names
    listed = frozenset(file.reasoning_native)
    return Capabilities(figures=figures, names=names, unknown=file.unknown, reasoning_native=listed), found


def _faults_of_figures(where: str, values: Sequence[Capability]) -> Iterator[str]:
    for place, value in enumerate(values):
        yield from _faults_of_figure(f"{where} of {value.index_date}", value)
        if place and value.index_date == values[place - 1].index_date:
            yield f"{where} of {value.index_date} stands twice; keep one of the two"
        elif place and value.index_date < values[place - 1].index_date:
            yield f"{where}: {value.index_date} does not come after {values[place - 1].index_date}; append newer figures"


def _faults_of_figure(where: str, value: Capability) -> Iterator[str]:
    low, high = SCALE
    if not ID.fullmatch(value.model):
        yield f"{where}: {value.model} is not of the form maker/model; name it so"
    if not low <= value.value <= high:
        yield f"{where}: {value.value:g} is outside the scale of the index, {low:g} to {high:g}; map it there or leave it out"
    if not 0 < value.standard_deviation <= WIDEST:
        yield f"{where}: a standard deviation of {value.standard_deviation:g} is not above 0 and at most {WIDEST:g}; state how sure it is"
    if value.parameters_billion is not None and not 0 < value.parameters_billion < math.inf:
        yield f"{where}: {value.parameters_billion:g} billion parameters cannot be; leave the cell empty where not known"
    if value.is_guess != (value.kind == "judged"):
        yield f"{where}: kind {value.kind} with is_guess {str(value.is_guess).lower()}; a judged figure, and no other, is a guess"
    if value.kind == "judged" and not value.note:
        yield f"{where}: a guess needs a note; say by which like model"
    if value.released and value.released > value.index_date:
        yield f"{where}: released on {value.released}, after its figure; mend one of the dates"
