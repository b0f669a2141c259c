"""The lives of base models at their providers: released, announced to end, shut down.

They stand in `lifetimes/lifetimes.csv` under the providers' own names; `lifetimes/aliases.toml` says which of them is the
life of which of our ids, exactly. What a provider says anew is appended: the row that was checked last holds.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.larder.rows import read_rows
from service.nouns.base import Closed

LIVES, LIFE_ALIASES = "lifetimes/lifetimes.csv", "lifetimes/aliases.toml"

FIRST_MODEL = datetime.date(2018, 1, 1)
"""Before this day no language model was offered by anybody; an earlier date is a slip."""

Words = Annotated[str, Meta(min_length=1)]
FineTunable = Literal["", "no", "yes", "ended", "open_weights", "is_fine_tune"]


class Lifetime(Closed, frozen=True, kw_only=True):
    """The life of a model at a provider, as its provider told on the day it was checked; what is not known is None."""

    provider: Words
    model: Words
    """The provider's own name."""
    released: datetime.date | None = None
    announced: datetime.date | None = None
    """Day on which its end was announced."""
    shutdown: datetime.date | None = None
    fine_tunable: FineTunable = ""
    """By its provider; once, but no more (ended); by anyone who has the weights; or the row is that of a fine-tune."""
    checked: datetime.date
    source: Words
    href: str = ""
    locator: str = ""


class LifeAliasFile(Closed, frozen=True, kw_only=True):
    """Our ids, and the provider's own name of each."""

    aliases: dict[str, Words]


class Lifetimes(Struct, frozen=True, kw_only=True):
    """Every life, and the exact names by which it is found."""

    lives: Mapping[str, tuple[Lifetime, ...]]
    """By provider/model in the provider's own words, the one checked first first."""
    names: Mapping[str, str]
    """Our ids."""

    def find(self, model_id: str, as_of: datetime.date) -> Lifetime | None:
        """Return the life of one of our ids as known at a date (the earliest before all); None where none is known."""
        values = self.lives.get(self.names.get(model_id, ""), ())
        return next((life for life in reversed(values) if life.checked <= as_of), values[0] if values else None)


def read_lifetimes(
    text: str, file: LifeAliasFile, providers: Collection[str], further: Mapping[str, str]
) -> tuple[Lifetimes, list[str]]:
    """Return the lives under our names, and everything in their two files that cannot be true, one sentence each.

    `further` are names that stand for our ids elsewhere in the larder; where one has a life of its own, that is it.
    """
    rows, found = read_rows(LIVES, text, Lifetime)
    lives: dict[str, tuple[Lifetime, ...]] = {}
    for row in rows:
        name = f"{row.provider}/{row.model}"
        lives[name] = (*lives.get(name, ()), row)
    for name, values in lives.items():
        if values[0].provider not in providers:
            known = ", ".join(sorted(providers))
            found.append(f"{LIVES}: {name}: nobody knows the provider {values[0].provider}; name one of {known}")
        found += _faults_of_lives(f"{LIVES}: {name}", values)
    whole = not found
    names = {model_id: f"{model_id.partition('/')[0]}/{model}" for model_id, model in file.aliases.items()}
    for model_id, name in names.items():
        if whole and name not in lives:
            found.append(
                f"{LIFE_ALIASES}: {model_id}: {name} is not in {LIVES}; name a row of it, or take the alias out"
            )
    names = {alias: names[of] for alias, of in further.items() if of in names} | names
    return Lifetimes(lives=lives, names=names), found


def _faults_of_lives(where: str, values: Sequence[Lifetime]) -> Iterator[str]:
    for place, life in enumerate(values):
        yield from _faults_of_life(where, life)
        if place and life.checked == values[place - 1].checked:
            yield f"{where} checked {life.checked} stands twice; keep one of the two"
        elif place and life.checked < values[place - 1].checked:
            yield f"{where}: checked {life.checked} does not come after {values[place - 1].checked}; append what is newer"


def _faults_of_life(where: str, life: Lifetime) -> Iterator[str]:
    stated = [
        (name, day)
        for name, day in (("released", life.released), ("announced", life.announced), ("shutdown", life.shutdown))
        if day is not None
    ]
    if not stated:
        yield f"{where}: no date at all; state one or take the row out"
    for name, day in stated:
        if day < FIRST_MODEL:
            yield f"{where}: {name} {day}, before there were models; mend the date"
    if life.announced is not None and life.announced > life.checked:
        yield f"{where}: announced {life.announced} is after checked {life.checked}; leave it empty until it is announced"
    for place, (later, day) in enumerate(stated):
        for earlier, before in stated[:place]:
            if day < before:
                yield f"{where}: {later} {day} is before {earlier} {before}; mend one of the dates or leave it empty"
