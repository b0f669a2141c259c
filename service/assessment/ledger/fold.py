"""Runs the ledger: forwards over known values, or again over what follows from a changed one.

A line that is already known (because the caller stated it, or because a break-even search puts a value in) is left
alone and not calculated.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from models.arrays import Array
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import FIGURES, STEPS

Values = dict[Line, Array]


@lru_cache(maxsize=256)
def lines_for(stated: frozenset[Line], figures: frozenset[Line]) -> tuple[Line, ...]:
    """Return the lines that lead to the figures when some are stated, in order."""
    needed, kept = set(figures), []
    for line in reversed(STEPS):
        if line in needed and line not in stated:
            needed.update(line.reads)
            kept.append(line)
    return tuple(reversed(kept))


def _unknown(line: Line, *known: Mapping[Line, Array]) -> LookupError:
    """Return the error that says which input a line lacks, and where it should have been put."""
    missing = next(source for source in line.reads if not any(source in values for values in known))
    where = f"; the request's field is {missing.field}" if missing.field else ""
    return LookupError(f"{line} reads {missing}, but service/assessment/resolve puts no value for it{where}")


def fold(values: Values, figures: frozenset[Line] = FIGURES) -> Values:
    """Run the ledger over known values, in place, and return them.

    Parameters
    ----------
    values : dict of ndarray
        What is known: per-draw quantities have shape (D, 1), months (H,), constants ().
    figures : frozenset of Line
        The figures wanted; only lines that lead to them run.

    Raises
    ------
    LookupError
        If a line that is needed reads one that is not known.
    """
    for line in lines_for(frozenset(values), figures):
        try:
            values[line] = line.function(*[values[source] for source in line.reads])
        except KeyError:
            raise _unknown(line, values) from None
    return values


@lru_cache(maxsize=256)
def downstream(changed: frozenset[Line], stated: frozenset[Line], until: Line) -> tuple[Line, ...]:
    """Return the lines that lead from the changed ones to `until`, in order; stated ones do not follow."""
    touched, lines = set(changed), []
    for line in STEPS:
        if line not in changed and line not in stated and touched.intersection(line.reads):
            touched.add(line)
            lines.append(line)
    needed, kept = {until}, []
    for line in reversed(lines):
        if line in needed:
            needed.update(line.reads)
            kept.append(line)
    return tuple(reversed(kept))


def refold(values: Mapping[Line, Array], changes: Values, stated: frozenset[Line], until: Line) -> Array:
    """Return one figure of a folded calculation with some values changed and all that follows recomputed.

    Parameters
    ----------
    values : mapping of ndarray
        A folded calculation.
    changes : dict of ndarray
        Lines to put in, and their values; taken over.
    stated : frozenset of Line
        Lines that were stated rather than computed, and so do not follow.
    until : Line
        The figure wanted.
    """
    lines = downstream(frozenset(changes), stated, until)
    for line in lines:
        try:
            changes[line] = line.function(*[changes[r] if r in changes else values[r] for r in line.reads])
        except KeyError:
            raise _unknown(line, changes, values) from None
    return changes[until] if lines else values[until]


def read_by(lines: tuple[Line, ...], changed: frozenset[Line]) -> set[Line]:
    """Return what lines read and do not compute themselves."""
    own = set(lines) | changed
    return {source for line in lines for source in line.reads} - own
