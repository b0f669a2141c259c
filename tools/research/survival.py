"""Lives of which some have not ended yet: Kaplan-Meier, and a yearly hazard by steps of age with its uncertainty.

A life is at risk from the age at which it came under observation (0, or later: delayed entry) to the age at which it ended
or was last seen (censored). Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452, with Greenwood's variance; the
hazard of a step is events over years at risk, with a gamma distribution about one constant hazard before the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from tools.research.rows import Array, Flags

MONTHS_PER_YEAR = 12.0
INTERVAL = 0.8


class Lives(NamedTuple):
    """Ages [months] between which each life was at risk, whether it then ended, whose it was, and with what it ended."""

    entry: Array
    exit: Array
    ended: Flags
    makers: NDArray[np.str_]
    batches: NDArray[np.str_]
    """Lives that a maker ends on one day share a batch: one decision, not several."""

    def where(self, kept: Flags) -> Lives:
        """Return some of the lives."""
        return Lives(self.entry[kept], self.exit[kept], self.ended[kept], self.makers[kept], self.batches[kept])


class ProductLimit(NamedTuple):
    """Share alive from each age at which a life ended, with its standard error and how many were at risk."""

    months: Array
    alive: Array
    standard_error: Array
    at_risk: Array

    def at(self, months: float) -> tuple[float, float]:
        """Return the share alive at an age and its standard error."""
        place = int(np.searchsorted(self.months, months, side="right"))
        return (float(self.alive[place - 1]), float(self.standard_error[place - 1])) if place else (1.0, 0.0)


class Hazard(NamedTuple):
    """Yearly hazards by steps of age: what was counted, and mean and 80 % interval of each [per year]."""

    starts: Array
    events: Array
    years: Array
    per_year: Array
    low: Array
    high: Array
    constant: float
    dispersion: float


def kaplan_meier(lives: Lives) -> ProductLimit:
    """Return the product-limit estimate; who enters or is lost at an age at which another ends is at risk there."""
    ages = np.unique(lives.exit[lives.ended])
    at_risk = np.array([((lives.entry < age) & (lives.exit >= age)).sum() for age in ages], dtype=np.float64)
    events = np.array([(lives.ended & (lives.exit == age)).sum() for age in ages], dtype=np.float64)
    alive: Array = np.asarray(np.cumprod(1.0 - events / at_risk), dtype=np.float64)
    # Greenwood's sum has no term where the last one at risk ends: nobody is left whose share could vary.
    left = at_risk - events
    terms = np.where(left > 0.0, events / (at_risk * np.where(left > 0.0, left, 1.0)), 0.0)
    error: Array = np.asarray(alive * np.sqrt(np.cumsum(terms)), dtype=np.float64)
    return ProductLimit(ages, alive, error, at_risk)


def counted(lives: Lives, starts: Array) -> tuple[Array, Array]:
    """Return the events of each step of age and the years at risk in it."""
    ends = np.append(starts[1:], np.inf)
    months = np.clip(lives.exit[:, None], starts, ends) - np.clip(lives.entry[:, None], starts, ends)
    inside = (lives.exit[:, None] >= starts) & (lives.exit[:, None] < ends) & lives.ended[:, None]
    return inside.sum(axis=0).astype(np.float64), months.sum(axis=0) / MONTHS_PER_YEAR


def dispersion_of(lives: Lives) -> float:
    """Return how many events one decision ends on average, as an event sees it: the variance of the count over its mean."""
    _, sizes = np.unique(lives.batches[lives.ended], return_counts=True)
    return float((sizes**2).sum() / sizes.sum()) if len(sizes) else 1.0


def fit_hazard(lives: Lives, starts: Sequence[float], prior_events: float) -> Hazard:
    """Return the hazards of each step, drawn towards one constant by so many events of it.

    Events of one batch count together as one: events and years are both divided by the dispersion, which leaves their ratio
    and widens the interval. Then the hazard is Gamma(prior + events, prior/constant + years).
    """
    edges = np.asarray(starts, dtype=np.float64)
    events, years = counted(lives, edges)
    dispersion, constant = dispersion_of(lives), float(events.sum() / years.sum())
    shape, rate = prior_events + events / dispersion, prior_events / constant + years / dispersion
    low, high = (gamma.ppf(level, shape, scale=1.0 / rate) for level in (0.5 - INTERVAL / 2, 0.5 + INTERVAL / 2))
    return Hazard(edges, events, years, shape / rate, low, high, constant, dispersion)


def summed(months: Array, starts: Array, per_year: Array) -> Array:
    """Return the hazard added up from age 0 to some ages."""
    ends = np.append(starts[1:], np.inf)
    return (np.clip(months[:, None], starts, ends) - starts) @ per_year / MONTHS_PER_YEAR


def alive_at(months: float, starts: Array, per_year: Array) -> float:
    """Return the share alive at an age under a hazard."""
    return float(np.exp(-summed(np.array([months]), starts, per_year)[0]))


def log_score(lives: Lives, starts: Array, per_year: Array) -> float:
    """Return the log density of the lives that ended plus the log survival of the others [nats, per year of age]."""
    step = np.searchsorted(starts, lives.exit, side="right") - 1
    density = np.log(per_year[step][lives.ended]).sum()
    at_risk = summed(lives.exit, starts, per_year) - summed(lives.entry, starts, per_year)
    return float(density - at_risk.sum())


class LeftOut(NamedTuple):
    """Scores of a maker's lives under hazards fitted to the others."""

    maker: str
    lives: int
    events: int
    by_age: float
    constant: float


def leave_one_out(lives: Lives, starts: Sequence[float], prior_events: float) -> list[LeftOut]:
    """Return the log scores of each maker left out: hazard by age, and one constant, fitted to the same others."""
    found = []
    for maker in np.unique(lives.makers):
        out = lives.makers == maker
        others, asked = fit_hazard(lives.where(~out), starts, prior_events), lives.where(out)
        by_age = log_score(asked, others.starts, others.per_year)
        constant = log_score(asked, np.zeros(1), np.array([others.constant]))
        found.append(LeftOut(str(maker), len(asked.exit), int(asked.ended.sum()), by_age, constant))
    return found
