"""Options folded one after the other: each on what stands in for it, all against option 0. Part of the second stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from msgspec import Struct, structs

from service.assessment.ledger.fold import Values, downstream, fold, inputs_for, lines_for, refold, steps_for
from service.assessment.ledger.line import Kind, Line
from service.assessment.ledger.lines import BASELINE, STAND_IN, Lines
from service.assessment.ledger.volume import Volume

COSTS = frozenset(STAND_IN.values()) | frozenset(BASELINE.values())
"""What others read of an option."""

COMMON = frozenset(line for line in Volume.lines() if not line.is_input)
"""What is the same for all options."""
NOTHING: Values = {}
NOTHING_STANDS_IN = {line: np.zeros((1, 1)) for line in STAND_IN}


class Folded(Struct, frozen=True, kw_only=True, eq=False):
    """An option with what stands in for it: its values, and which of them were put rather than calculated."""

    id: str
    kind: Kind
    values: Values
    stated: frozenset[Line]
    stand_in: Folded | None

    def of(self, lines: Mapping[Line, Line]) -> Values:
        """Return what another option takes of it."""
        return {line: self.values[source] for line, source in lines.items()}


Changes = Callable[[Folded], Values]


def opened(id: str, kind: Kind, inputs: Values, stand_in: Folded | None, common: Values = NOTHING) -> Folded:
    """Return an option folded as far as others read it; `common` holds lines that were calculated for all options at once."""
    beside = NOTHING_STANDS_IN if stand_in is None else stand_in.of(STAND_IN)
    values = fold({**common, **inputs, **beside}, kind, COSTS)
    return Folded(id=id, kind=kind, values=values, stated=frozenset(inputs), stand_in=stand_in)


@lru_cache(maxsize=64)
def read_later(kind: Kind, stated: frozenset[Line], figures: frozenset[Line]) -> frozenset[Line]:
    """Return what is read of an option once it is folded: by others, under another policy, on another stand-in, or for figures."""
    changed = frozenset({Lines.migrates, *STAND_IN, *BASELINE})
    steps = (
        *downstream(kind, changed, stated, COSTS | figures),
        *steps_for(kind, stated | frozenset(lines_for(kind, stated, COSTS)), figures),
    )
    return frozenset(source for step in steps for source in step.reads) | COSTS | figures


def kept(option: Folded, figures: frozenset[Line]) -> Folded:
    """Return an option without the months of what nobody reads any more: what is kept of many draws."""
    wanted = read_later(option.kind, option.stated, figures)
    values = {
        line: value for line, value in option.values.items() if line in wanted or value.ndim < 2 or value.shape[1] == 1
    }
    return structs.replace(option, values=values)


def on_top_of(option: Folded, stand_in: Folded) -> Folded:
    """Return an option with something else standing in for it."""
    changed = refold(option.values, stand_in.of(STAND_IN), option.kind, option.stated, COSTS)
    return structs.replace(option, values=option.values | changed, stand_in=stand_in)


def settled(option: Folded, baseline: Folded, figures: frozenset[Line]) -> Folded:
    """Return an option held against option 0, folded to the figures wanted."""
    values = fold(option.values | baseline.of(BASELINE), option.kind, figures)
    return structs.replace(option, values=values)


@lru_cache(maxsize=256)
def read_of(kind: Kind, stated: frozenset[Line], until: frozenset[Line]) -> frozenset[Line]:
    """Return what some figures of an option read of what stands in for it and of option 0."""
    read = inputs_for(kind, stated, until)
    return frozenset(source for lines in (STAND_IN, BASELINE) for line, source in lines.items() if line in read)


def with_changes(
    option: Folded, changes: Changes, baseline: Folded | None, until: frozenset[Line], memo: dict[str, Values]
) -> Values:
    """Return an option's lines that follow from changes to it, to what stands in for it, or to option 0.

    Parameters
    ----------
    option : Folded
        A folded option.
    changes : callable
        Maps an option to the lines that are put into it, and their values.
    baseline : Folded or None
        Option 0, where the option is held against it.
    until : frozenset of Line
        The figures wanted.
    memo : dict
        What was found for other options already, by id.
    """
    changed = dict(changes(option))
    for other, lines in ((option.stand_in, STAND_IN), (baseline, BASELINE)):
        if other is None:
            continue
        if other.id not in memo:
            memo[other.id] = with_changes(other, changes, None, read_of(option.kind, option.stated, until), memo)
        changed |= {line: memo[other.id][source] for line, source in lines.items() if source in memo[other.id]}
    return refold(option.values, changed, option.kind, option.stated, until)
