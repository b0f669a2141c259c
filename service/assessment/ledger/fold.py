"""Runs the ledger: forwards over known values, or again over what follows from changed ones, once per option.

A line that is already known (because the caller stated it, or because a break-even search puts a value in) is left
alone and not calculated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from models.arrays import Array
from service.assessment.ledger.line import Kind, Line
from service.assessment.ledger.lines import LEDGER

Values = dict[Line, Array]


class Step(NamedTuple):
    """A line and its formula for one kind of option."""

    line: Line
    function: Callable[..., Array]
    reads: tuple[Line, ...]


@lru_cache(maxsize=512)
def steps_for(kind: Kind, stated: frozenset[Line], figures: frozenset[Line]) -> tuple[Step, ...]:
    """Return the steps that lead to the figures when some lines are stated, in order."""
    needed, kept = set(figures), []
    for line in reversed(LEDGER):
        formula = line.formula(kind)
        if formula is not None and line in needed and line not in stated:
            needed.update(formula.reads)
            kept.append(Step(line, *formula))
    return tuple(reversed(kept))


def lines_for(kind: Kind, stated: frozenset[Line], figures: frozenset[Line]) -> tuple[Line, ...]:
    """Return the lines that lead to the figures when some are stated, in order."""
    return tuple(step.line for step in steps_for(kind, stated, figures))


@lru_cache(maxsize=512)
def inputs_for(kind: Kind, stated: frozenset[Line], figures: frozenset[Line]) -> frozenset[Line]:
    """Return the lines that have to be known for some figures."""
    steps = steps_for(kind, stated, figures)
    read = {source for step in steps for source in step.reads}
    return frozenset(figures | read) - {step.line for step in steps}


def _run(steps: tuple[Step, ...], values: Values, kind: Kind) -> None:
    """Put what the steps give."""
    for line, function, reads in steps:
        try:
            values[line] = function(*[values[source] for source in reads])
        except KeyError:
            missing = next(source for source in reads if source not in values)
            field = missing.field_of(kind)
            where = f"; the request's field is {field}" if field else ""
            raise LookupError(
                f"{line} of {kind} reads {missing}, but service/assessment/resolve puts no value for it{where}"
            ) from None


def fold(values: Values, kind: Kind, figures: frozenset[Line]) -> Values:
    """Run the ledger over known values, in place, and return them.

    Parameters
    ----------
    values : dict of ndarray
        What is known: per-draw quantities have shape (D, 1), months (H,).
    kind : str
        Kind of the option.
    figures : frozenset of Line
        The figures wanted; only lines that lead to them run.

    Raises
    ------
    LookupError
        If a line that is needed reads one that is not known.
    """
    _run(steps_for(kind, frozenset(values), figures), values, kind)
    return values


@lru_cache(maxsize=512)
def downstream(
    kind: Kind, changed: frozenset[Line], stated: frozenset[Line], until: frozenset[Line]
) -> tuple[Step, ...]:
    """Return the steps that lead from the changed lines to the figures wanted, in order; stated ones do not follow."""
    touched, steps = set(changed), []
    for line in LEDGER:
        formula = line.formula(kind)
        if formula is None or line in changed or line in stated:
            continue
        if touched.intersection(formula.reads):
            touched.add(line)
            steps.append(Step(line, *formula))
    needed, kept = set(until), []
    for step in reversed(steps):
        if step.line in needed:
            needed.update(step.reads)
            kept.append(step)
    return tuple(reversed(kept))


def refold(
    values: Mapping[Line, Array], changes: Values, kind: Kind, stated: frozenset[Line], until: frozenset[Line]
) -> Values:
    """Return changes with all that follows from them recomputed, as far as it leads to some figures.

    Parameters
    ----------
    values : mapping of ndarray
        A folded calculation.
    changes : dict of ndarray
        Lines to put in, and their values.
    kind : str
        Kind of the option.
    stated : frozenset of Line
        Lines that were stated rather than computed, and so do not follow.
    until : frozenset of Line
        The figures wanted; those that do not follow from the changes are not in what is returned.
    """
    steps = downstream(kind, frozenset(changes), stated, until)
    known = {**values, **changes}
    _run(steps, known, kind)
    return changes | {step.line: known[step.line] for step in steps}
