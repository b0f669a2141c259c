"""Runs the ledger: forwards over known values, or again over what follows from a changed one.

A name that is already known (because the caller stated it, or because a break-even search puts a value in) is left
alone and its line is skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from service.assessment.ledger.lines import LEDGER, Step

Array = NDArray[np.float64]
Values = dict[str, Array]

DRAWN = frozenset({
    "npv", "npv_improved", "prompt_tco", "prompt_tco_without_errors", "improved_tco", "improved_tco_without_errors",
    "tuned_tco", "tuned_tco_without_errors", "payback_months", "discounted_payback_months",
    "tuned_accuracy_average", "improved_accuracy", "prompt_latency", "tuned_latency", "tuned_latency_sigma",
})  # fmt: skip
"""Figures that later stages read of every draw."""

_READ = frozenset(source for step in LEDGER for source in step.inputs)
FIGURES = DRAWN | {step.name for step in LEDGER if step.name not in _READ}
"""Figures that later stages read of the base case: those above and every line that no other line reads."""


@lru_cache(maxsize=256)
def lines_for(stated: frozenset[str], figures: frozenset[str]) -> tuple[Step, ...]:
    """Return the lines that lead to the figures when some names are stated, in order."""
    needed, kept = set(figures), []
    for step in reversed(LEDGER):
        if step.name in needed and step.name not in stated:
            needed.update(step.inputs)
            kept.append(step)
    return tuple(reversed(kept))


def fold(values: Values, figures: frozenset[str] = FIGURES) -> Values:
    """Run the ledger over known values, in place, and return them.

    Parameters
    ----------
    values : dict of ndarray
        What is known: per-draw quantities have shape (D, 1), months (H,), constants ().
    figures : frozenset of str
        The figures wanted; only lines that lead to them run.

    Raises
    ------
    KeyError
        If a line that is needed reads a name that is not known.
    """
    for name, _, function, inputs in lines_for(frozenset(values), figures):
        values[name] = function(*[values[source] for source in inputs])
    return values


@lru_cache(maxsize=256)
def downstream(changed: frozenset[str], stated: frozenset[str], until: str) -> tuple[Step, ...]:
    """Return the lines that lead from the changed names to `until`, in order; stated names do not follow."""
    touched, lines = set(changed), []
    for step in LEDGER:
        if step.name not in changed and step.name not in stated and touched.intersection(step.inputs):
            touched.add(step.name)
            lines.append(step)
    needed, kept = {until}, []
    for step in reversed(lines):
        if step.name in needed:
            needed.update(step.inputs)
            kept.append(step)
    return tuple(reversed(kept))


def refold(values: Mapping[str, Array], changes: Values, stated: frozenset[str], until: str) -> Array:
    """Return one figure of a folded calculation with some values changed and all that follows recomputed.

    Parameters
    ----------
    values : mapping of ndarray
        A folded calculation.
    changes : dict of ndarray
        Names to put in, and their values; taken over.
    stated : frozenset of str
        Names that were stated rather than computed, and so do not follow.
    until : str
        The figure wanted.
    """
    lines = downstream(frozenset(changes), stated, until)
    for name, _, function, inputs in lines:
        changes[name] = function(*[changes[i] if i in changes else values[i] for i in inputs])
    return changes[until] if lines else values[until]


def read_by(lines: tuple[Step, ...], changed: frozenset[str]) -> set[str]:
    """Return the names that lines read and that they do not compute themselves."""
    own = {step.name for step in lines} | changed
    return {source for step in lines for source in step.inputs} - own
