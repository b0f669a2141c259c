"""What it costs a fine-tune to start later, because something is found out first. Part of the second stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from msgspec import structs

from service.assessment.case import Case, Inputs, Option
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.drawing import Drawing, Way

Wait = Literal["pilot", "improve", "improve_then_pilot"]
"""What is waited for."""

NPV = frozenset({Lines.npv})


def weeks_waited(case: Case) -> dict[Wait, float]:
    """Return how long each wait takes [weeks]."""
    improve, pilot = case.studies.improvement_weeks, case.studies.pilot_weeks
    return {"pilot": pilot, "improve": max(improve, pilot), "improve_then_pilot": improve + pilot}


def _later(option: Option, wait: Wait, weeks: float) -> Option:
    """Return a fine-tune that is begun some weeks later, in the same draws."""
    line = Lines.labelling_weeks
    begun = option.inputs.constants[line] + weeks
    inputs = Inputs(intervals=option.inputs.intervals, constants={**option.inputs.constants, line: begun})
    return structs.replace(option, id=f"{option.id} after {wait}", inputs=inputs, draws_of=option.block)


def costs_of_waiting(case: Case, drawing: Drawing, kept: list[str]) -> Mapping[str, Mapping[Wait, float]]:
    """Return what each fine-tune is worth less where it is begun later, by what is waited for: means over the first draws.

    It serves as it would have, on the same stand-in and under the same policy.
    """
    found: dict[str, dict[Wait, float]] = {}
    for id in kept:
        way, option = drawing.ways[id], drawing.options[id]
        ways: dict[Wait | None, Way] = {None: way}
        for wait, weeks in weeks_waited(case).items():
            later = _later(option, wait, weeks)
            drawing.options[later.id] = later
            ways[wait] = way._replace(id=later.id)
        npv = drawing.read_first(list(ways.values()), NPV)
        at_once = npv[way][Lines.npv]
        found[id] = {
            wait: float(np.mean(at_once - npv[later][Lines.npv])) for wait, later in ways.items() if wait is not None
        }
    return found
