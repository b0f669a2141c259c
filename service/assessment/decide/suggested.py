"""What other base models would do for the prompt, nobody having asked or measured. Part of the third stage."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from models import decision
from service.assessment.case import Case
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, Simulation


class Suggested(Struct, frozen=True, kw_only=True, eq=False):
    """A base model worth a look: how it would do, and what it is worth to find out."""

    one: Simulated
    accuracy: float
    """At its start, mean over the draws."""
    chance_no_worse: float
    value_of_measuring: float
    """What it is worth to know before switching: switching unseen is no choice."""
    cost_of_measuring: float


def suggested(case: Case, simulation: Simulation) -> tuple[Suggested, ...]:
    """Return the base models that the service looked at by itself, most worth measuring first."""
    least = simulation.baseline.draws[Lines.average_accuracy] - case.tolerated_loss
    cost = case.thresholds["alternative_trials"] * case.studies.cost_per_trial
    found = []
    for one in simulation.suggested:
        no_worse = one.draws[Lines.average_accuracy] >= least
        found.append(
            Suggested(
                one=one,
                accuracy=float(one.draws[Lines.accuracy_at_start].mean()),
                chance_no_worse=decision.share(no_worse),
                value_of_measuring=float((np.maximum(one.draws[Lines.npv], 0.0) * no_worse).mean()),
                cost_of_measuring=cost,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.value_of_measuring, each.one.id)))
