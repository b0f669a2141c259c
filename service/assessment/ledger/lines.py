"""The ledger: the model's table of contents, chapter by chapter. `fold` runs it, the trace prints it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from service.assessment.ledger.accuracy import Accuracy
from service.assessment.ledger.costs import Costs
from service.assessment.ledger.latency import Latency
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import KINDS, Chapter, Line
from service.assessment.ledger.money import Money
from service.assessment.ledger.projects import Projects
from service.assessment.ledger.requests import Requests
from service.assessment.ledger.volume import Volume


class _Names(type):
    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Line:
            """Say where a line is missing; mypy finds it sooner."""
            raise AttributeError(f"no chapter of service/assessment/ledger/ declares a line {name}")


class Lines(Volume, Accuracy, Requests, Life, Projects, Costs, Money, Latency, metaclass=_Names):
    """Every line by its name, whatever its chapter."""


CHAPTERS: tuple[type[Chapter], ...] = Lines.__bases__
"""In the order of the calculation: a line reads only lines above it."""

LEDGER: tuple[Line, ...] = tuple(line for chapter in CHAPTERS for line in chapter.lines())
"""Every line, in the order of the calculation."""

INPUTS = tuple(line for line in LEDGER if line.is_input)
STEPS = tuple(line for line in LEDGER if not line.is_input)
DRAWN = frozenset(line for line in LEDGER if line.is_drawn)

STAND_IN = MappingProxyType({
    Lines.stand_in_costs_per_month: Lines.costs, Lines.stand_in_running_costs_per_month: Lines.running_costs,
    Lines.stand_in_accuracy: Lines.accuracy_by_month, Lines.stand_in_one_off_cost: Lines.outlay,
})  # fmt: skip
"""What an option takes from the one that stands in for it."""

BASELINE = MappingProxyType({
    Lines.baseline_costs: Lines.costs, Lines.baseline_outlay: Lines.outlay,
    Lines.baseline_upkeep_per_month: Lines.upkeep_per_month, Lines.baseline_total_per_month: Lines.total_per_month,
    Lines.baseline_accuracy: Lines.accuracy_by_month,
})  # fmt: skip
"""What an option is held against: of option 0."""

_READ = frozenset(
    source for line in LEDGER for kind in KINDS if (formula := line.formula(kind)) for source in formula.reads
)
FIGURES = frozenset(line for line in STEPS if line.is_drawn or line.is_read or line.parts or line not in _READ)
"""What the base case is folded for: every line that a later stage reads or the answer shows."""


@lru_cache
def standing_in(place: str) -> Mapping[str, Line]:
    """Return the lines that stand in the fields of one place of the answer, by field."""
    found = {}
    for line in LEDGER:
        for part in line.parts:
            where, _, field = part.rpartition(".")
            if where == place:
                found[field] = line
    return MappingProxyType(found)
