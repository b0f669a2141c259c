"""The inputs of an option at the base case and in the draws. Part of the second stage.

The base case holds every estimate at its mean; an accuracy that is modelled stands at its mean over fixed points, the same
for every request, and a life that is drawn by what is expected of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models import accuracy, lifetime, prompting, sampling, timeline
from models.arrays import Array
from service.assessment.case import Case, Inputs, Life, Option, Policy
from service.assessment.ledger.fold import Values, fold, inputs_for
from service.assessment.ledger.line import Kind, Line, Own
from service.assessment.ledger.lines import Lines

CASE = "case"
BLOCK, OWN_BLOCK = 64, 16
"""Columns of the draws of a case and of an option, whether lines own them or not: one more leaves all others alone."""

LIFE, RENEWALS, COINS, LENGTH = 51, slice(52, 58), slice(21, 28), 58
"""Columns of the case: life of the prompted base model, of its successors, what was tried, and how many tokens it takes."""
SEARCH = "better_examples"
"""The technique after which an optimiser finds little: it searches examples itself."""
OWN_LIFE = 0
"""Column of an option's own block: the life of its base model."""

FIXED_LIVES = 1024
"""How many of the fixed points the expected lives are averaged over."""

TECHNIQUES_TOGETHER = (Lines.technique_gain, Lines.technique_below, Lines.technique_above)
ADDED = (Lines.added_instruction_tokens, Lines.added_payload_tokens, Lines.added_output_tokens)
DRIFTING = frozenset({"keep", "improve"})
"""Kinds of option that serve by the prompt's own base model, whatever it becomes."""
STARTS = frozenset({Lines.start_month})
MODELLED = frozenset({Lines.accuracy_at_start})
IMPROVED = MODELLED | {Lines.is_better, *ADDED}


class Points(NamedTuple):
    """Points in (0, 1) of the case and of one option, a column for each quantity."""

    case: Array
    own: Array

    def column(self, line: Line, kind: Kind) -> Array:
        """Return the points of a line, shape (D, 1)."""
        place = line.column_of(kind)
        if place is None:
            raise LookupError(f"{line} of {kind} is uncertain, but service/assessment/ledger gives it no column")
        return self.at(place)

    def at(self, place: int) -> Array:
        """Return one column, shape (D, 1)."""
        return (self.own if isinstance(place, Own) else self.case)[:, place, None]

    def rows(self, rows: slice) -> Points:
        """Return some of the points."""
        return Points(self.case[rows], self.own[rows])


def points_of(case: Case, block: str) -> Points:
    """Return the points of one option in every draw."""
    return Points(
        sampling.sobol_block(CASE, BLOCK, case.draws, case.seed),
        sampling.sobol_block(block, OWN_BLOCK, case.draws, case.seed),
    )


def fixed_points() -> Points:
    """Return the points over which a modelled accuracy is averaged for the base case."""
    return Points(sampling.fixed_points(CASE, BLOCK), sampling.fixed_points("option", OWN_BLOCK))


def _constants(inputs: Inputs) -> Values:
    """Return what is certain; a number has shape (1, 1)."""
    return {line: value if value.ndim else value.reshape(1, 1) for line, value in inputs.constants.items()}


def _quantiles(inputs: Inputs, kind: Kind, points: Points, wanted: frozenset[Line] | None) -> Values:
    found = _constants(inputs)
    for line, interval in inputs.intervals.items():
        if wanted is not None and line not in wanted:
            continue
        is_sure = interval.low == interval.high
        found[line] = (
            np.full((1, 1), interval.low) if is_sure else sampling.quantile(points.column(line, kind), *interval)
        )
    return found


def _of_trials(at: Points, correct: float, total: float) -> Array:
    uniform = at.column(Lines.prompted_accuracy, "keep")
    return (
        _over_fixed_points(correct, total)
        if at.case is fixed_points().case
        else sampling.accuracy_quantile(uniform, correct, total)
    )


@lru_cache(maxsize=64)
def _over_fixed_points(correct: float, total: float) -> Array:
    return sampling.accuracy_quantile(fixed_points().column(Lines.prompted_accuracy, "keep"), correct, total)


def shared_draws(case: Case, points: Array, wanted: frozenset[Line] | None = None) -> Values:
    """Return what all options share in every draw, and what falls at random beside it; only the wanted of it, if told which.

    Parameters
    ----------
    case : Case
        The case.
    points : ndarray, shape (D, 64)
        Points of the case.
    """
    at = Points(points, points)
    values = _quantiles(case.shared, "keep", at, wanted)
    values[Lines.prompted_accuracy] = _of_trials(at, *case.trials)
    for line, deviate in (
        (Lines.accuracy_deviate, ndtri),
        (Lines.technique_deviate, sampling.student_quantile),
        (Lines.residual_deviate, ndtri),
    ):
        if wanted is None or line in wanted:
            values[line] = deviate(at.column(line, "keep"))
    values[Lines.no_change_coin] = at.column(Lines.no_change_coin, "keep")
    return values


def _change(points: Points) -> Values:
    """Return what falls at random where the base model is changed."""
    kind: Kind = "other_prompt"
    return {
        Lines.change_deviate: ndtri(points.column(Lines.change_deviate, kind)),
        Lines.broken_coin: points.column(Lines.broken_coin, kind),
        Lines.broken_factor: points.column(Lines.broken_factor, kind),
    }


def _techniques(option: Option, points: Points) -> Values:
    """Return what a better prompt gains and how many tokens that takes; which techniques were tried falls by a coin."""
    gains = option.gains
    if gains is None:
        return {}
    is_tried = (points.case[:, COINS] < gains.tried_share) | ~gains.is_planned
    is_searched = is_tried[:, [gains.techniques.index(SEARCH)]]
    before, after = (
        prompting.combined_technique(typical, gains.below, gains.above, is_tried, gains.share_of_others)
        for typical in (gains.typical, gains.typical_after_search)
    )
    found = {
        line: np.where(is_searched, late, early)
        for line, early, late in zip(TECHNIQUES_TOGETHER, before, after, strict=True)
    }
    lengths = points.at(LENGTH)
    for line, tokens in (
        (Lines.added_instruction_tokens, gains.instruction_tokens),
        (Lines.added_output_tokens, gains.output_tokens),
    ):
        if line not in option.inputs.lines:
            found[line] = np.zeros((1, 1))
            for technique, interval in tokens.items():
                is_adopted = ~is_tried[:, [gains.techniques.index(technique)]]
                found[line] = found[line] + is_adopted * sampling.quantile(lengths, *interval)
    return found


def first_retirement(life: Life, uniform: Array) -> Array:
    """Return when a base model is retired: on its date, else by its hazard, shape (D, 1) or (1, 1)."""
    if life.origin != "drawn":
        return np.full((1, 1), life.months)
    return lifetime.retirement(uniform, life.starts, life.per_year, life.age_months, life.notice_months)


def _lives(option_life: Life, shares_life: bool, points: Points) -> Values:
    place = LIFE if shares_life else Own(OWN_LIFE)
    renewals = points.case[:, RENEWALS]
    renewed = (
        np.full((1, renewals.shape[1]), np.inf)
        if option_life.origin == "never"
        else lifetime.renewed(renewals, option_life.starts, option_life.per_year)
    )
    return {
        Lines.first_retirement_month: first_retirement(option_life, points.at(place)),
        Lines.renewed_lives: renewed,
    }


def drawn_inputs(option: Option, points: Points, shared: Values, wanted: frozenset[Line] | None = None) -> Values:
    """Return the ledger inputs of one option in every draw, on what all share; only the wanted of them, if told which."""
    kind = option.kind
    values = shared | _techniques(option, points) | _quantiles(option.inputs, kind, points, wanted)
    if kind == "other_prompt":
        values |= _change(points)
    if kind in DRIFTING and Lines.drift_deviate not in option.inputs.lines:
        values[Lines.drift_deviate] = ndtri(points.column(Lines.drift_deviate, kind))
    if wanted is None or Lines.first_retirement_month in wanted:
        values |= _lives(option.life, option.shares_life, points)
    if option.trials is not None:
        measured = sampling.accuracy_quantile(points.column(Lines.accuracy_at_start, kind), *option.trials)
        values[Lines.accuracy_at_start] = accuracy.at_most(measured, values[Lines.accuracy_ceiling])
    return values


def means(inputs: Inputs) -> Values:
    """Return inputs at their means."""
    sampled = {line: np.full((1, 1), sampling.mean(*interval)) for line, interval in inputs.intervals.items()}
    return sampled | _constants(inputs)


def shared_means(case: Case) -> Values:
    """Return what all options share, at the base case; the volume along its mean path."""
    values = means(case.shared)
    values[Lines.prompted_accuracy] = np.full((1, 1), sampling.accuracy_mean(*case.trials))
    growth = case.shared.intervals[Lines.growth_per_month]
    if growth.low < growth.high:
        values[Lines.growth_factors] = timeline.mean_growth(growth.low, growth.high, values[Lines.months])
    return values


def modelled(case: Case, option: Option) -> Values:
    """Return an accuracy that is modelled at its mean over the fixed points, and the tokens of a better prompt likewise."""
    figures = IMPROVED if option.gains else MODELLED
    wanted = inputs_for(option.kind, frozenset(), figures)
    points = fixed_points()
    values = drawn_inputs(option, points, shared_draws(case, points.case, wanted), wanted)
    fold(values, option.kind, figures)
    found = {Lines.accuracy_at_start: values[Lines.accuracy_at_start].mean(axis=0, keepdims=True)}
    if option.gains:
        found[Lines.is_better] = np.ones((1, 1))
        for line in ADDED:
            found[line] = (values[Lines.is_better] * values[line]).mean(axis=0, keepdims=True)
    return found


def base_inputs(case: Case, option: Option, policy: Policy = "migrate") -> Values:
    """Return the ledger inputs of one option at the base case."""
    values = shared_means(case) | {Lines.drift_deviate: np.zeros((1, 1))} | means(option.inputs)
    if option.trials is not None:
        mean = np.full((1, 1), sampling.accuracy_mean(*option.trials))
        values[Lines.accuracy_at_start] = accuracy.at_most(mean, values[Lines.accuracy_ceiling])
    elif option.kind != "keep":
        values |= modelled(case, option)
    start = (
        fold(dict(values), option.kind, STARTS)[Lines.start_month] if option.kind == "fine_tune" else np.zeros((1, 1))
    )
    values |= expected_lives(option.life, policy, float(start[0, 0]), case.horizon_months)
    values[Lines.migrates] = flag(policy)
    return values


def flag(policy: Policy) -> Array:
    """Return 1 for an option that moves on when its base model is retired, else 0, shape (1, 1)."""
    return np.full((1, 1), float(policy == "migrate"))


def expected_lives(life: Life, policy: Policy, start: float, horizon: int) -> Values:
    """Return the retirements of a base model at the base case, and the moves expected of them in each month.

    One that has a date falls on it; one that is drawn ends a fine-tune that reverts at the mean of min(Z, H), and where
    the option moves on counts by its expected number in each month. Renewed lives count by their expected number.
    """
    if life.origin == "never":
        return {Lines.retirements: np.full((1, 1), np.inf), Lines.migrations: np.zeros((1, horizon))}
    hazard = (life.starts.tobytes(), life.per_year.tobytes(), life.age_months, life.notice_months)
    months = life.months if life.origin != "drawn" else None
    is_reverted = policy == "revert" and not life.serves_on
    retirements, migrations = _expected(months, hazard, is_reverted, start, horizon)
    return {Lines.retirements: retirements, Lines.migrations: migrations}


class Lived(NamedTuple):
    """How long a fine-tune's base model lives, and what is done at its end: what changes with the start of service."""

    life: Life
    policy: Policy
    horizon: int

    @property
    def dated_end(self) -> float:
        """Return the end that has a date [months]; infinite without one."""
        return np.inf if self.life.origin in ("drawn", "never") else self.life.months

    def is_over(self, starts: Array) -> NDArray[np.bool_]:
        """Return whether the provider has shut it down before each of some starts, the same weights nowhere else."""
        over: NDArray[np.bool_] = (self.dated_end <= starts) & (not self.life.serves_on)
        return over

    def at_starts(self, starts: Array) -> Values:
        """Return the base case of its life at some starts of service [months], shape (K,); what is over never serves."""
        life, horizon = self.life, float(self.horizon)
        if life.origin == "never" or (self.policy == "revert" and not life.serves_on):
            return {}
        points = fixed_points().case[:FIXED_LIVES]
        renewals = lifetime.renewed(points[:, RENEWALS], life.starts, life.per_year)
        first = first_retirement(life, points[:, LIFE, None])
        is_over, months = self.is_over(starts)[:, None], np.arange(1.0, horizon + 1.0)
        found = {
            Lines.migrates: np.where(is_over, 0.0, flag(self.policy)),
            Lines.migrations: lifetime.migrations_by_start(first, renewals, starts, months, horizon) * ~is_over,
        }
        if np.isfinite(self.dated_end):
            found[Lines.retirements] = np.where(is_over, first, np.maximum(first, starts[:, None]))
        return found

    def at_retirements(self, firsts: Array, start: float) -> Values:
        """Return the base case of its life were its base model retired at some dates [months], shape (K,)."""
        if self.policy == "revert" and not self.life.serves_on:
            return {Lines.retirements: firsts[:, None]}
        life, months = self.life, np.arange(1.0, self.horizon + 1.0)
        renewals = np.full((1, 1), np.inf)
        if life.origin != "never":
            renewals = lifetime.renewed(fixed_points().case[:FIXED_LIVES, RENEWALS], life.starts, life.per_year)
        dates = np.maximum(firsts, start)
        return {
            Lines.retirements: dates[:, None],
            Lines.migrations: lifetime.migrations_by_start(
                np.zeros((1, 1)), renewals, dates, months, float(self.horizon)
            ),
        }


@lru_cache(maxsize=4096)
def _expected(
    months: float | None, hazard: tuple[bytes, bytes, float, float], is_reverted: bool, start: float, horizon: int
) -> tuple[Array, Array]:
    points = fixed_points().case[:FIXED_LIVES]
    starts, per_year, age, notice = np.frombuffer(hazard[0]), np.frombuffer(hazard[1]), hazard[2], hazard[3]
    first = np.full((1, 1), months)
    if months is None:
        first = lifetime.retirement(points[:, LIFE, None], starts, per_year, age, notice)
    if is_reverted:
        return lifetime.mean_end(first, np.asarray(float(horizon))), np.zeros((1, horizon))
    all_of_them = lifetime.retirements(first, lifetime.renewed(points[:, RENEWALS], starts, per_year), start)
    moves = lifetime.expected_migrations(all_of_them, np.arange(1.0, horizon + 1.0), np.asarray(float(horizon)))
    return np.full((1, 1), np.inf) if months is None else np.maximum(first, start), moves
