"""Where the ways to serve are read along an input: a grid, and every value at which one may jump. Part of the second stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import WEEKS_PER_MONTH, Array
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import jumps
from service.assessment.simulate.book import Folded
from service.assessment.simulate.varied import LOWEST, Range, Varied
from service.assessment.simulate.ways import SAME, Served, Ways

POINTS_PER_DECADE = 8
MOST_JUMPS = 1_000
"""Dates named as jumps along one input; of more, those between which one way stays ahead of all others are left out."""
MOST_JUMPS_IN_SERVICE = 8_000
"""The same where option 0 is retrained as well: large and small jumps lie side by side, and few tell nothing of the others."""
CORNERS = (Lines.accuracy_ceiling, Lines.forgetting_drop)
"""Accuracies of the prompt at which an NPV bends: above the one nothing more is observed, below the other nothing is left."""


def _first(option: Folded, line: Line) -> float:
    return float(option.values[line].ravel()[0])


def knots_of(varied: Varied, at: Range, served: Sequence[Served]) -> Array:
    """Return the ends of a range, and where lines that are straight have a corner: an accuracy that no label can show."""
    corners = [at.low, at.high]
    if varied.line is Lines.prompted_accuracy:
        for one in served:
            values = one.folded.values
            corners += [float(values[line].ravel()[0]) for line in CORNERS if line in values]
    corners = [corner for corner in corners if at.low <= corner <= at.high]
    return np.unique(corners)


def grid_of(varied: Varied, at: Range, served: Sequence[Served], horizon: int) -> Array:
    """Return the points at which every way is read first."""
    low, high = at.low, at.high
    if varied.line is Lines.start_weeks:
        months = np.arange(horizon + 1.0) * WEEKS_PER_MONTH
        labelling = {_first(one.folded, Lines.labelling_weeks) for one in served if one.lived is not None}
        points = np.concatenate([months - weeks for weeks in labelling]) if labelling else months
    elif varied.measure == "months":
        points = np.arange(1.0, high)
    else:
        from_ = max(low, min(LOWEST, high / 2.0)) if low <= 0.0 else low
        points = np.geomspace(from_, high, round(POINTS_PER_DECADE * np.log10(high / from_)) + 2)
    known = [low, high] if at.current is None else [low, high, at.current]
    return np.unique(np.clip(np.append(points, known), low, high))


def jumps_of(ways: Ways, varied: Varied, at: Range, grid: Array, horizon: int) -> Array:
    """Return the points at which the NPV of some way may jump along an input."""
    low, high, same = at.low, at.high, SAME * ways.scale
    if varied.line in (Lines.retraining_interval_months, Lines.start_weeks, Lines.first_retirement_month):
        serving = [one.folded for one in ways.served if one.folded.kind == "in_service"]
        most = MOST_JUMPS_IN_SERVICE if serving and "in_service" in varied.kinds else MOST_JUMPS
        return jumps.that_may_matter(ways.table, _dates(ways, varied, horizon), most, low, high, same)
    options = list({one.way.id: one.folded for one in ways.served}.values())
    dedicated = [one for one in options if _keeps_replicas(one)]
    if varied.line is Lines.prompted_instruction_tokens:
        follow = [one for one in options if Lines.instruction_tokens not in one.stated]
        found = [jumps.along_instruction(one.values) for one in follow]
        replicas = [jumps.replicas_along_instruction(one.values, high) for one in follow if one in dedicated]
        found += [
            jumps.that_may_matter(ways.table, places, MOST_JUMPS, low, high, same) for places in replicas if places.size
        ]
        return np.concatenate(found) if found else np.empty(0)
    nought = np.zeros(1)  # without requests nothing is moved
    if not dedicated:
        return nought
    windows = jumps.windows_in_doubt(ways.in_doubt, grid)
    most = jumps.MOST_REPLICA_JUMPS // len(dedicated)
    return np.concatenate([nought, *[jumps.along_volume(one.values, windows, most) for one in dedicated]])


def _dates(ways: Ways, varied: Varied, horizon: int) -> Array:
    """Return the points at which a training of a fine-tune changes place in time."""
    tunes = [(one, one.lived) for one in ways.served if one.lived is not None]
    if varied.is_of_best:
        tunes = [(one, lived) for one, lived in tunes if one.way.id == ways.best]
    clocks = {jumps.clock(one.folded.values, horizon, lived.dated_end) for one, lived in tunes}
    if varied.line is Lines.first_retirement_month:
        found = [jumps.along_retirement(clock, horizon) for clock in clocks]
    elif varied.line is Lines.start_weeks:
        labelling = {_first(one.folded, Lines.labelling_weeks) for one, _ in tunes}
        dated = [lived.dated_end * WEEKS_PER_MONTH for _, lived in tunes if np.isfinite(lived.dated_end)]
        places = [jumps.along_lead_time(clock, horizon) for clock in clocks]
        places.append(np.array([*dated, horizon * WEEKS_PER_MONTH]))
        found = [np.concatenate(places) - weeks for weeks in sorted(labelling)]
    else:
        serving = {jumps.clock(one.folded.values, horizon) for one in ways.served if one.folded.kind == "in_service"}
        found = [jumps.along_interval(clock, horizon, with_months=bool(serving)) for clock in clocks | serving]
    return np.concatenate(found) if found else np.empty(0)


def _keeps_replicas(option: Folded) -> bool:
    """Return whether an option pays for whole replicas."""
    load = option.values.get(Lines.replica_load)
    return load is not None and load.max() > 0 and option.values[Lines.is_paid_by_use].max() <= 0
