"""Runs the ledger: forwards over known values, or again over what follows from changed ones, once per option.

A line that is already known (because the caller stated it, or because a break-even search puts a value in) is left
alone and not calculated.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from models.arrays import Array
from service.assessment.ledger.line import Kind, Line
from service.assessment.ledger.lines import LEDGER

Values = dict[Line, Array]


@lru_cache(maxsize=512)
def lines_for(kind: Kind, stated: frozenset[Line], figures: frozenset[Line]) -> tuple[Line, ...]:
    """Return the lines that lead to the figures when some are stated, in order."""
    needed, kept = set(figures), []
    for line in reversed(LEDGER):
        formula = line.formula(kind)
        if formula is not None and line in needed and line not in stated:
            needed.update(formula.reads)
            kept.append(line)
    return tuple(reversed(kept))


@lru_cache(maxsize=512)
def inputs_for(kind: Kind, stated: frozenset[Line], figures: frozenset[Line]) -> frozenset[Line]:
    """Return the lines that have to be known for some figures."""
    lines = lines_for(kind, stated, figures)
    read = {source for line in lines if (formula := line.formula(kind)) for source in formula.reads}
    return frozenset(figures | read) - set(lines)


def _calculate(line: Line, kind: Kind, *known: Mapping[Line, Array]) -> Array:
    """Return a line from what is known, the first that knows a value telling it."""
    formula = line.formula(kind)
    assert formula is not None  # lines_for and downstream name none without
    try:
        return formula.function(*[next(v[source] for v in known if source in v) for source in formula.reads])
    except StopIteration:
        missing = next(source for source in formula.reads if not any(source in values for values in known))
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
        What is known: per-draw quantities have shape (D, 1), months (H,), constants ().
    kind : str
        Kind of the option.
    figures : frozenset of Line
        The figures wanted; only lines that lead to them run.

    Raises
    ------
    LookupError
        If a line that is needed reads one that is not known.
    """
    for line in lines_for(kind, frozenset(values), figures):
        values[line] = _calculate(line, kind, values)
    return values


@lru_cache(maxsize=512)
def downstream(
    kind: Kind, changed: frozenset[Line], stated: frozenset[Line], until: frozenset[Line]
) -> tuple[Line, ...]:
    """Return the lines that lead from the changed ones to the figures wanted, in order; stated ones do not follow."""
    touched, lines = set(changed), []
    for line in LEDGER:
        formula = line.formula(kind)
        if formula is None or line in changed or line in stated:
            continue
        if touched.intersection(formula.reads):
            touched.add(line)
            lines.append((line, formula))
    needed, kept = set(until), []
    for line, formula in reversed(lines):
        if line in needed:
            needed.update(formula.reads)
            kept.append(line)
    return tuple(reversed(kept))


def refold(
    values: Mapping[Line, Array], changes: Values, kind: Kind, stated: frozenset[Line], until: frozenset[Line]
) -> Values:
    """Return the changes with all that follows from them recomputed, as far as it leads to some figures.

    Parameters
    ----------
    values : mapping of ndarray
        A folded calculation.
    changes : dict of ndarray
        Lines to put in, and their values; taken over.
    kind : str
        Kind of the option.
    stated : frozenset of Line
        Lines that were stated rather than computed, and so do not follow.
    until : frozenset of Line
        The figures wanted; those that do not follow from the changes are not in what is returned.
    """
    for line in downstream(kind, frozenset(changes), stated, until):
        changes[line] = _calculate(line, kind, changes, values)
    return changes
