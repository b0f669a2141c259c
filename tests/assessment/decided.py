"""Cases that are simulated and decided in process, below any answer: of the examples, of the field, and at random."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from assessment.by_hand import NAMES, merged, told
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example
from msgspec import structs
from numpy.typing import NDArray

from service.assessment.case import Case
from service.assessment.decide import Decision, decide
from service.assessment.decide.advice import Advice
from service.assessment.decide.matrix import held_against_the_bar
from service.assessment.decide.plans import End, Plan, Spec, spec_of
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation, simulate

Json = dict[str, Any]
Array = NDArray[np.float64]
Resolved = Callable[[Json], Case]


class Decided(NamedTuple):
    """A case, what the ledger says of it, and what is advised."""

    case: Case
    simulation: Simulation
    decision: Decision

    @property
    def by_value(self) -> Advice:
        """Return the advice by expected value alone."""
        return self.decision.expected_value.advice

    @property
    def by_framework(self) -> Advice:
        """Return the advice of the article's framework."""
        return self.decision.framework.advice


def decided_as(case: Case) -> Decided:
    """Return a case decided without a look at what is left unsaid, which the plans do not hang on."""
    said = structs.replace(case, unknowns=(), suggested=())
    simulation = simulate(said)
    return Decided(case, simulation, decide(said, simulation))


@cache
def _decided(resolved: Resolved, text: str) -> Decided:
    return decided_as(resolved(json.loads(text)))


def decided(resolved: Resolved, request: Json, *changes: Json) -> Decided:
    """Return a request decided, with more said where changes say so; the same request is decided once."""
    return _decided(resolved, json.dumps(merged(request, *changes), sort_keys=True))


def request_of(name: str) -> Json:
    """Return a request by its name: an example, one of the field, or `at random` with its seed; after @ stands an error cost."""
    plain, _, error_cost = name.partition("@")
    if plain.startswith("at random"):
        request = request_at_random(int(plain.split()[-1]))
    else:
        request = example(plain) if plain in EXAMPLES else told(plain)
    return merged(request, {"finance": {"error_cost": float(error_cost)}} if error_cost else {})


EVERY_NAME = (*EXAMPLES, *NAMES)
"""The examples and the requests of the field."""


def spec(advice: Advice, plan: Plan) -> Spec:
    """Return the studies of a plan side by side, as it was looked at."""
    return spec_of(advice.ground, tuple(at for at in advice.places if advice.ground.studies[at] in plan.studies))


def evpi(advice: Advice, beside: Spec | None = None) -> float:
    """Return what it is worth to know the truth, of all that may be served, and of what the studies of a plan measure."""
    prospects = advice.ground.prospects
    may = prospects.is_measured.copy()
    for at in beside.studies if beside else ():
        may[advice.ground.studies[at].column] = True
    benefit = prospects.benefit[:, may]
    return float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())


def of_errors(found: Decided) -> Array:
    """Return the net benefit of every option in every draw with all that does not hang on errors at its mean, shape (N, K)."""
    ids = found.by_value.ground.prospects.ids
    options = [next(held.one for held in held_against_the_bar(*found[:2]).options if held.one.id == id) for id in ids]
    cash = np.stack(
        [options[0].draws[Lines.tco_without_errors] - one.draws[Lines.tco_without_errors] for one in options], 1
    )
    benefit = np.stack([one.draws[Lines.npv] for one in options], axis=1)
    return np.asarray(benefit - cash + cash.mean(axis=0))


def at(end: End, table: Array) -> Array:
    """Return the figure of the end choice in every draw, of a table of draws by options."""
    return np.asarray(np.take_along_axis(table, end.option[:, None], axis=1)[:, 0])
