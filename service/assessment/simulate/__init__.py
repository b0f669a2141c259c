"""Second stage: folds the ledger over the base case and the draws of every option, screens the offers, searches break-evens.

The base case (every estimate at its mean) goes through the same lines as the draws. Every ranking uses the mean over the
draws.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from models.arrays import Array
from models.latency import percentile_seconds, with_waiting
from service.assessment.case import KEEP, Candidate, Case, Option, Policy
from service.assessment.ledger.fold import Values
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import DRAWN, FIGURES, Lines
from service.assessment.simulate.book import Folded, opened, settled
from service.assessment.simulate.break_evens import BreakEven, Search, break_evens, curves
from service.assessment.simulate.chain import Chain
from service.assessment.simulate.draws import base_inputs
from service.assessment.simulate.drawing import Drawn, Way, draw, ways_of
from service.assessment.simulate.screening import UNPRICED, Screened, screen, shortlist
from service.assessment.simulate.tunes import option_of, priced_on_base
from service.assessment.simulate.volumes import volume_break_evens
from service.nouns.faults import Fault, Unassessable

FEW_REPLICAS, MOST_REPLICAS = 1000.0, 100_000.0
"""How far the fewest replicas that meet a latency target are looked for."""

LARGEST_MONEY = 1e100
"""What exceeds it is no money, and its square no number."""

KEPT_OFFERS = 2
"""How many offers are kept as options by their mean NPV, beside the likeliest."""


class Simulated(Struct, frozen=True, kw_only=True, eq=False):
    """An option as it would serve: with what stands in and what is done at a retirement, at the base case and in the draws."""

    option: Option
    candidate: Candidate | None
    policy: Policy
    stand_in: str | None
    obstacle: str
    folded: Folded
    """Its base case."""
    draws: Mapping[Line, Array]
    """Figures of every draw, shape (draws,)."""
    mean_npv_by_policy: Mapping[Policy, float]
    fewest_replicas: int | None

    @property
    def id(self) -> str:
        """Return its id."""
        return self.option.id

    @property
    def base(self) -> Values:
        """Return its base case."""
        return self.folded.values

    @property
    def is_feasible(self) -> bool:
        """Return whether it can serve."""
        return not self.obstacle

    @property
    def mean_npv(self) -> float:
        """Return its mean NPV over the draws."""
        return float(self.draws[Lines.npv].mean())


class Simulation(Struct, frozen=True, kw_only=True):
    """What the ledger says of every option, of every offer, and of where the best fine-tune breaks even."""

    options: tuple[Simulated, ...]
    """Option 0 first, then the other prompt-like ones, then fine-tunes, the best by mean NPV first."""
    screened: tuple[Screened, ...]
    beside: tuple[Screened, ...]
    suggested: tuple[Simulated, ...]
    volume_break_even: Array
    break_evens: tuple[BreakEven, ...]
    curves: tuple[tuple[Search, Array, Array], ...]

    @property
    def baseline(self) -> Simulated:
        """Return option 0."""
        return self.options[0]

    @property
    def served(self) -> tuple[Simulated, ...]:
        """Return the options that may be served today: measured or a fine-tune, and feasible."""
        return tuple(one for one in self.options if one.is_feasible and one.option.is_measured)

    @property
    def tunes(self) -> tuple[Simulated, ...]:
        """Return the fine-tunes that could be bought, the best first."""
        return tuple(one for one in self.options if one.option.kind == "fine_tune")

    @property
    def keep(self) -> Simulated:
        """Return the prompt as it is."""
        return self.of(KEEP)

    def of(self, id: str) -> Simulated:
        """Return an option by its id."""
        return next(one for one in self.options if one.id == id)


def _fewest_replicas(case: Case, base: Values) -> int | None:
    """Return the fewest dedicated replicas that meet the latency target; None where no number does or none is set."""
    target, capacity = case.request.latency_target, base[Lines.waiting_flow]
    if target is None or not np.isfinite(capacity).all():
        return None
    deployed = float(base[Lines.replicas_at_start].max())
    servers = np.arange(1.0, min(max(deployed, FEW_REPLICAS), MOST_REPLICAS) + 1.0)[:, None]
    median_, sigma = with_waiting(
        base[Lines.latency_unqueued],
        base[Lines.latency_sigma],
        base[Lines.peak_requests_per_second],
        capacity,
        servers,
    )
    meets = (percentile_seconds(median_, sigma, target.percentile) <= target.seconds).ravel()
    return int(servers[meets.argmax(), 0]) if meets.any() else None


def _base(case: Case, option: Option, way: Way, book: Mapping[str, Folded]) -> Folded:
    """Return an option at the base case, folded as far as others read it."""
    inputs = base_inputs(case, option, way.policy)
    if option.kind == "fine_tune":
        inputs |= priced_on_base(case, option, inputs, book[KEEP].values)
    return opened(option.id, option.kind, inputs, book[way.stand_in] if way.stand_in else None)
