"""Which estimates are so wide that their mean is far from their median. Part of the third stage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from models import sampling
from service.assessment.case import Case, Inputs, Interval
from service.assessment.ledger.line import Kind, Line
from service.assessment.simulate import Simulation

WIDE = 10.0
"""Times its low end from which the high end of a range makes it wide."""


class Wide(Struct, frozen=True, kw_only=True):
    """An estimate wider than tenfold, and by how much its mean lies above its median."""

    pointer: str
    ratio: float


def _said(case: Case, simulation: Simulation) -> Iterator[tuple[Kind, Inputs]]:
    """Yield the inputs of every option, with its kind."""
    yield "keep", case.shared
    for one in simulation.options:
        yield one.option.kind, one.option.inputs


def _mean_over_median(interval: Interval) -> float:
    median = float(sampling.quantile(np.array([0.5]), *interval)[0])
    return sampling.mean(*interval) / median


def wide_ranges(case: Case, simulation: Simulation) -> tuple[Wide, ...]:
    """Return the estimates wider than tenfold, the widest first; one pointer once."""
    assumed: dict[Line, str] = {line: used.pointer for used in case.used for line in used.feeds}
    found: dict[str, float] = {}
    for kind, inputs in _said(case, simulation):
        for line, interval in inputs.intervals.items():
            pointer = assumed.get(line) or line.field_of(kind)
            if pointer and interval.family != "rate" and interval.high > WIDE * interval.low > 0.0:
                found[pointer] = max(found.get(pointer, 0.0), _mean_over_median(interval))
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Wide(pointer=pointer, ratio=ratio) for pointer, ratio in ranked)
