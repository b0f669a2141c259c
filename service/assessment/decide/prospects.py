"""What every option is expected to be worth, how right it is and how likely to meet the bar: what plans are judged on.

Arrays over the draws, a column for each option that can serve. Part of the third stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from models import plans, sampling
from models.arrays import Array
from service.assessment.case import Case
from service.assessment.decide.matrix import Matrix, bar_of, in_time, is_asked
from service.assessment.ledger.line import Kind, Line
from service.assessment.ledger.lines import Lines

SURE = 1e-12
"""How close to none and all an accuracy may come as log-odds."""
SMALL = 1e-6
"""Share of the requests below which a difference is near rounding."""
SIGNALS = 16
"""Columns of the draws of what studies say, whether there are so many or not."""
CELLS_AT_ONCE = 1 << 18
"""Draws times options times plans that are held at once."""

Flags = NDArray[np.bool_]


def _log_odds(accuracy: Array) -> Array:
    return np.asarray(logit(np.clip(accuracy, SURE, 1.0 - SURE)))


class Outlook(Struct, frozen=True, kw_only=True, eq=False):
    """What is expected of every option after the studies of each plan, draw by draw of what they say; shape (P, N, K)."""

    worth: Array
    """Net benefit, the option that is best on average at its mean, before what a plan has paid for and what waiting loses
    [currency]."""
    chance: Array
    """Chance to meet all that is asked [share]."""
    no_worse: Array
    """Chance to be no less accurate than option 0, but for what may be lost without asking [share]."""
    accuracy: Array
    """At the start [share]."""


class Prospects(Struct, frozen=True, kw_only=True, eq=False):
    """Options that can serve, held against the bar in every draw; column 0 is option 0."""

    ids: tuple[str, ...]
    kinds: tuple[Kind, ...]
    is_measured: Flags
    """Whether each may be served without a measurement, shape (K,)."""
    is_asked: bool
    """Whether anything is asked of accuracy or latency."""
    benefit: Array
    """Net benefit against option 0, shape (N, K) [currency]."""
    accuracy: Array
    """At the start of each, shape (N, K) [share]."""
    margin: Array | None
    """By how much the average accuracy clears the bar, shape (N, K) [log-odds]; None where none is asked."""
    meets: Array
    """Share of the draws that meet what is asked of accuracy, shape (K,)."""
    margin_today: Array
    """The same against today's accuracy less what may be lost."""
    no_worse: Array
    in_time: Array
    """Chance to meet the latency target, shape (K,); 1 without one."""
    log_odds: Array
    """The accuracies as log-odds, shape (N, K)."""
    slopes: Array
    """By how much each net benefit grows with each accuracy, through what errors cost, shape (K, K) [currency]."""

    def at(self, id: str) -> int:
        """Return the column of an option."""
        return self.ids.index(id)

    def has(self, id: str) -> bool:
        """Return whether an option can serve."""
        return id in self.ids

    @property
    def mean_benefit(self) -> Array:
        """Return the mean net benefit of each, shape (K,) [currency]."""
        return self.benefit.mean(axis=0)

    @property
    def surface(self) -> Array:
        """Return the net benefit of each at the accuracies of every draw, all else at its mean, shape (N, K) [currency]."""
        return self.mean_benefit + (self.accuracy - self.accuracy.mean(axis=0)) @ self.slopes.T

    @property
    def best(self) -> int:
        """Return the column of the option worth most on average of those that may be served without a measurement."""
        return int(np.where(self.is_measured, self.mean_benefit, -np.inf).argmax())

    @property
    def likelihood(self) -> Array:
        """Return the chance of each to meet all that is asked, as of today, shape (K,)."""
        return self.meets * self.in_time

    def columns_of(self, kind: Kind) -> list[int]:
        """Return the columns of the options of a kind."""
        return [at for at, found in enumerate(self.kinds) if found == kind]


class Signals(Struct, frozen=True, kw_only=True, eq=False):
    """What studies may say: each observes the accuracy of one option."""

    studied: NDArray[np.intp]
    """Column of the option that each observes, shape (S,)."""
    resolved: Array
    """Share of the uncertainty about it that each resolves by itself, shape (S,)."""
    deviates: Array
    """Standard normal, shape (N, S)."""


def deviates(case: Case, columns: list[int], draws: int) -> Array:
    """Return the noise of studies in the first few draws, shape (draws, S)."""
    points = sampling.sobol_block("signals", SIGNALS, case.draws, case.seed)
    return np.asarray(ndtri(points[:draws, columns]))


def outlooks(
    prospects: Prospects, signals: Signals, included: Flags, *, needs_bar: bool = True
) -> Iterator[tuple[slice, Outlook]]:
    """Yield what is expected after the studies of each plan, some plans at a time.

    Parameters
    ----------
    prospects : Prospects
        Options.
    signals : Signals
        Studies S.
    included : ndarray of bool, shape (P, S)
        Which of them each plan has.
    needs_bar : bool
        Whether it matters who is no worse than today; else that stays as it is today.
    """
    draws, options = prospects.benefit.shape
    parts = [prospects.log_odds, prospects.margin_today]
    if prospects.margin is not None and prospects.margin is not prospects.margin_today:
        parts.append(prospects.margin)
    columns = np.concatenate(parts, axis=1)
    means = columns.mean(axis=0)
    mean_accuracy, benefit = prospects.accuracy.mean(axis=0), prospects.mean_benefit
    best, surface = prospects.best, prospects.surface
    lead = surface - surface[:, best, None]
    mean_lead = lead.mean(axis=0)
    at_once = max(CELLS_AT_ONCE // (draws * columns.shape[1]), 1)
    own, today, asked = (slice(part * options, (part + 1) * options) for part in range(3))
    for first in range(0, len(included), at_once):
        rows = slice(first, min(first + at_once, len(included)))
        moved, left = plans.learnt(columns, signals.studied, signals.resolved, included[rows], signals.deviates)
        accuracy = plans.expected_accuracies(moved[..., own], left[:, own], means[own], mean_accuracy)
        is_today = prospects.margin is prospects.margin_today
        no_worse = np.broadcast_to(prospects.no_worse, accuracy.shape)
        if needs_bar or is_today:
            no_worse = plans.chances(means[today] + moved[..., today], left[:, today], prospects.no_worse)
        if prospects.margin is None:
            chance = np.broadcast_to(prospects.meets, no_worse.shape)
        elif is_today:
            chance = no_worse
        else:
            chance = plans.chances(means[asked] + moved[..., asked], left[:, asked], prospects.meets)
        moves = (accuracy - mean_accuracy) @ prospects.slopes.T
        ahead = plans.calibrated(moves - moves[..., best, None], lead)
        yield (
            rows,
            Outlook(
                worth=benefit + (ahead - mean_lead),
                chance=chance * prospects.in_time,
                no_worse=no_worse,
                accuracy=accuracy,
            ),
        )


def _slopes(right: Array, average: Array, of_errors: Array, accuracy: Array) -> Array:
    """Return by how much each net benefit grows with each accuracy, through the errors that it spares, shape (K, K).

    In every draw errors cost one price a request times how many more are right; the mean of the one is taken apart from the
    slopes of the other. Volume and error cost then are no noise to the slopes, however wide.

    Parameters
    ----------
    right, average : ndarray, shape (N, K)
        Right answers of each option [discounted answers], and its average accuracy [share].
    of_errors : ndarray, shape (N, K)
        Net benefit of each from errors alone [currency].
    accuracy : ndarray, shape (N, K)
        At the start of each [share].
    """
    tells = average[:, 0] > SMALL
    requests = np.divide(right[:, 0], average[:, 0], out=np.zeros(len(right)), where=tells)
    requests = np.where(tells, requests, requests[tells].mean() if tells.any() else 1.0)[:, None]
    more_right = np.divide(right - right[:, :1], requests, out=np.zeros_like(right), where=requests > 0.0)
    power = (more_right**2).sum(axis=1)
    differ = power > SMALL**2
    if not differ.any():
        return np.zeros((accuracy.shape[1], accuracy.shape[1]))
    price = float(((of_errors * more_right).sum(axis=1)[differ] / power[differ]).mean())
    return price * np.stack([plans.slopes(column, accuracy) for column in more_right.T])


class Member(NamedTuple):
    """An option that can serve, and what stands in for it."""

    id: str
    kind: Kind
    is_measured: bool
    stand_in: str | None
    figures: Mapping[Line, Array]


def members_of(matrix: Matrix) -> list[Member]:
    """Return the options that can serve, option 0 first."""
    feasible = [held.one for held in matrix.options if held.one.is_feasible]
    return [Member(one.id, one.option.kind, one.option.is_measured, one.stand_in, one.draws) for one in feasible]


def prospects_of(case: Case, members: Sequence[Member]) -> Prospects:
    """Return options held against the bar of a case; the first is option 0."""

    def table(line: Line) -> Array:
        return np.stack([member.figures[line] for member in members], axis=1)

    average, benefit, accuracy = (table(line) for line in (Lines.average_accuracy, Lines.npv, Lines.accuracy_at_start))
    without_errors = table(Lines.tco_without_errors)
    # Only errors tie worth to accuracy; all else in it would be noise to the slopes.
    of_errors = benefit - (without_errors[:, :1] - without_errors)
    today = average[:, :1] - case.tolerated_loss
    origin, bar = bar_of(case, average[:, 0])
    margin_today = _log_odds(average) - _log_odds(today)
    margin, meets = None, np.ones(len(members))
    if bar is not None:
        margin = margin_today if origin == "today" else _log_odds(average) - _log_odds(bar[:, None])
        meets = (average >= bar[:, None]).mean(axis=0)
    punctual = [in_time(case, member.figures) for member in members]
    return Prospects(
        ids=tuple(member.id for member in members),
        kinds=tuple(member.kind for member in members),
        is_measured=np.array([member.is_measured for member in members]),
        is_asked=is_asked(case, bar),
        benefit=benefit,
        accuracy=accuracy,
        margin=margin,
        meets=meets,
        margin_today=margin_today,
        no_worse=(average >= today).mean(axis=0),
        in_time=np.array([1.0 if found is None else found.mean() for found in punctual]),
        log_odds=_log_odds(accuracy),
        slopes=_slopes(table(Lines.correct_pv), average, of_errors, accuracy),
    )
