"""Every option held against the bar in every draw: accuracy and latency. Part of the third stage.

The bar is the accuracy that is asked for; where none is and errors are not valued, today's accuracy in the same draw, less
what may be lost without asking. A latency target is a bar of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models import decision
from models.arrays import Array
from models.latency import percentile_seconds
from service.assessment.case import IMPROVE, KEEP, Case
from service.assessment.ledger.line import PROMPTS, TUNES, Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, Simulation

BarOrigin = Literal["stated", "today", "none"]
FRAMEWORK = "framework"
"""The policy that a bar binds."""
EXACT = 1e-9
"""Part of an option's TCO that figures are exact to; a gap below it is rounding, whatever the draws' spread."""


class Held(Struct, frozen=True, kw_only=True, eq=False):
    """An option held against the bar, and against the best other one that may be served."""

    one: Simulated
    meets: NDArray[np.bool_]
    """Whether it meets all that is asked, draw by draw; everywhere, where nothing is asked."""
    chance_in_time: float | None
    """Share of the draws in which it meets the latency target; None without one."""
    chance_no_worse: float
    """Share of the draws in which it is no less accurate than option 0, but for what may be lost without asking."""
    chance_best: float | None
    """Share of the draws in which it is the best of those that meet the bar; None where it may not be served."""
    over_best_other: Array
    """What it is worth more than the best other option by mean NPV, draw by draw."""
    over_best_other_base: float
    """The same in the base case."""
    latency_saving: float
    """Median latency of option 0 less its own, base case [seconds]; not a number where both are infinite."""

    @property
    def id(self) -> str:
        """Return the id of the option."""
        return self.one.id

    @property
    def chance(self) -> float:
        """Return the share of the draws in which it meets all that is asked."""
        return decision.share(self.meets)

    @property
    def npv(self) -> float:
        """Return its mean NPV over the draws."""
        return self.one.mean_npv

    @property
    def probability_positive(self) -> float:
        """Return the share of the draws in which its NPV is above zero."""
        return decision.share(self.one.draws[Lines.npv] > 0)

    @property
    def is_served(self) -> bool:
        """Return whether it may be served today."""
        return self.one.is_feasible and self.one.option.is_measured


class Matrix(Struct, frozen=True, kw_only=True, eq=False):
    """What every option is worth and whether it meets the bar."""

    bar_origin: BarOrigin
    bar: Array | None
    """Accuracy that is asked for in every draw; None where none is."""
    is_asked: bool
    """Whether anything is asked of accuracy or latency."""
    options: tuple[Held, ...]
    """In the order of the answer: option 0, then those that may be served as they rank, then the others."""

    def of(self, id: str) -> Held:
        """Return an option by its id."""
        return next(held for held in self.options if held.id == id)

    @property
    def baseline(self) -> Held:
        """Return option 0."""
        return self.options[0]

    @property
    def keep(self) -> Held:
        """Return the prompt as it is."""
        return self.of(KEEP)

    @property
    def improved(self) -> Held:
        """Return the improved prompt."""
        return self.of(IMPROVE)

    @property
    def served(self) -> tuple[Held, ...]:
        """Return the options that may be served today, option 0 first."""
        return tuple(held for held in self.options if held.is_served)

    @property
    def prompts(self) -> tuple[Held, ...]:
        """Return the prompt-like options that may be served."""
        return tuple(held for held in self.served if held.one.option.kind in PROMPTS)

    @property
    def tunes(self) -> tuple[Held, ...]:
        """Return the fine-tunes that could be bought and go live."""
        return tuple(held for held in self.served if held.one.option.kind == "fine_tune")

    @property
    def best_prompt(self) -> Held:
        """Return the best prompt-like option by mean NPV."""
        return max(self.prompts, key=lambda held: held.npv)

    @property
    def best_tuned(self) -> Held | None:
        """Return the best fine-tune by mean NPV, one in service included; None where none is feasible."""
        served = (held for held in self.served if held.one.option.kind in TUNES)
        return max(served, key=lambda held: held.npv, default=None)

    @property
    def rival(self) -> Held:
        """Return the best of what serves without a new fine-tune, by mean NPV."""
        return max((self.baseline, *self.prompts), key=lambda held: held.npv)


def bar_counts(matrix: Matrix, policy: str) -> bool:
    """Return whether the bar counts under a policy."""
    return policy == FRAMEWORK and matrix.is_asked


def best_tune(matrix: Matrix, case: Case, policy: str) -> Held | None:
    """Return the best fine-tune that can go live, by a policy's order; None where none can.

    By mean NPV; under the framework among those likely to meet the bar, else among those about as likely as the likeliest.
    One that costs more than a prompt that is likely to meet the bar would not be served whatever it scored, and counts only
    where every one does.
    """
    tunes = list(matrix.tunes)
    if tunes and bar_counts(matrix, policy):
        likely = [held.npv for held in (matrix.baseline, *matrix.prompts) if held.chance >= case.confidence]
        tunes = [held for held in tunes if held.npv > max(likely, default=-np.inf)] or tunes
        enough = min(case.confidence, max(held.chance for held in tunes) - case.thresholds["thrift_chance"])
        tunes = [held for held in tunes if held.chance >= enough]
    return max(tunes, key=lambda held: held.npv, default=None)


def bar_of(case: Case, today: Array) -> tuple[BarOrigin, Array | None]:
    """Return the accuracy that is asked for in every draw, and where it comes from."""
    required, finance = case.request.task.required_accuracy, case.request.finance
    if required is not None:
        return "stated", np.full_like(today, required)
    if finance is not None and finance.error_cost is not None:
        return "none", None
    return "today", today - case.tolerated_loss


def in_time(case: Case, figures: Mapping[Line, Array]) -> NDArray[np.bool_] | None:
    """Return whether an option meets the latency target, draw by draw; None without one."""
    target = case.request.latency_target
    if target is None:
        return None
    median, sigma = figures[Lines.median_latency], figures[Lines.queued_sigma]
    return percentile_seconds(median, sigma, target.percentile) <= target.seconds


def is_asked(case: Case, bar: Array | None) -> bool:
    """Return whether anything is asked of accuracy or latency."""
    return bar is not None or case.request.latency_target is not None


def _base(one: Simulated, line: Line) -> float:
    return float(one.base[line].ravel()[0])


def _rank(case: Case, asks: bool, held: Held) -> tuple[bool, bool, bool, float]:
    """Return where an option ranks: those that may be served first, under the framework those likely to meet the bar."""
    falls_short = case.policy == FRAMEWORK and asks and held.chance < case.confidence
    return (not held.one.is_feasible, not held.is_served, falls_short, -held.npv)


def has_requests(simulation: Simulation) -> bool:
    """Return whether there is anything to serve."""
    return bool((simulation.keep.base[Lines.requests_per_month] > 0.0).any())


def held_against_the_bar(case: Case, simulation: Simulation) -> Matrix:
    """Return every option held against the bar, ranked."""
    baseline, served = simulation.baseline, simulation.served
    today = baseline.draws[Lines.average_accuracy]
    origin, bar = bar_of(case, today)
    times = {one.id: in_time(case, one.draws) for one in simulation.options}
    meets: dict[str, NDArray[np.bool_]] = {}
    for one in simulation.options:
        right = np.ones(case.draws, dtype=bool) if bar is None else one.draws[Lines.average_accuracy] >= bar
        punctual = times[one.id]
        meets[one.id] = right if punctual is None else right & punctual
    benefits = np.stack([one.draws[Lines.npv] for one in served], axis=1)
    # Without requests nothing is asked of anybody.
    asked = np.stack([meets[one.id] for one in served], axis=1) | (not has_requests(simulation))
    best = decision.best_options(benefits, asked)
    chance_best = {one.id: decision.share(best == column) for column, one in enumerate(served)}
    found = []
    for one in simulation.options:
        other = max(
            (rival for rival in served if rival.id != one.id), key=lambda rival: rival.mean_npv, default=baseline
        )
        punctual = times[one.id]
        found.append(
            Held(
                one=one,
                meets=meets[one.id] if one.is_feasible else np.zeros(case.draws, dtype=bool),
                chance_in_time=None if punctual is None else decision.share(punctual),
                chance_no_worse=decision.share(one.draws[Lines.average_accuracy] >= today - case.tolerated_loss),
                chance_best=chance_best.get(one.id),
                over_best_other=one.draws[Lines.npv] - other.draws[Lines.npv],
                over_best_other_base=_base(one, Lines.npv) - _base(other, Lines.npv),
                latency_saving=_difference(_base(baseline, Lines.median_latency), _base(one, Lines.median_latency)),
            )
        )
    asks = is_asked(case, bar)
    ranked = sorted(found[1:], key=lambda held: _rank(case, asks, held))
    return Matrix(bar_origin=origin, bar=bar, is_asked=asks, options=(found[0], *ranked))


def _difference(left: float, right: float) -> float:
    return left - right if np.isfinite([left, right]).all() else np.nan
