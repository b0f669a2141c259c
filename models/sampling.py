"""Chapter 1: from an 80 % interval to draws.

An uncertain quantity is given by its 10th and 90th percentile. Its family says on which scale it is normal:
positive quantities on the log scale, shares on the log-odds scale, signed rates as they are. Draws are scrambled
Sobol' points pushed through the quantile function of each quantity, so a thousand of them already give stable
percentiles (Sobol' 1967; Owen 1998, doi:10.1006/jcom.1998.0487).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit
from scipy.stats import qmc

from models.arrays import NORMAL_NODES, NORMAL_WEIGHTS, UPPER_DECILE_DEVIATE, Array

Family = Literal["positive", "share", "rate"]

FIXED_POINTS = 8192
FIXED_SEED = 0
"""Number and seed of the points that are the same for every request."""

KEPT_BLOCKS = 32
"""Blocks kept between requests: those of one request with all its alternatives and drawn offers."""

SOBOL_BITS = 30
"""Resolution of the Sobol' points: every coordinate is a multiple of 2^-30."""


def _scrambled(name: str, dimensions: int, draws: int, seed: int) -> Array:
    """Return scrambled Sobol' points at the centres of cells of side 2^-30."""
    rng = np.random.default_rng([seed, *name.encode()])
    engine = qmc.Sobol(dimensions, scramble=True, bits=SOBOL_BITS, rng=rng)
    points: Array = np.asfortranarray(engine.random_base2(draws.bit_length() - 1) + 2.0 ** -(SOBOL_BITS + 1))
    points.flags.writeable = False
    return points


@lru_cache(maxsize=KEPT_BLOCKS)
def sobol_block(name: str, dimensions: int, draws: int, seed: int) -> Array:
    """Return a block of scrambled Sobol' points strictly inside the unit cube.

    Blocks of other names or seeds are scrambled independently; a block is made once and kept.

    Parameters
    ----------
    name : str
        Name of the block.
    dimensions : int
        Number of coordinates, one per uncertain quantity.
    draws : int
        Number of points N, a power of two.
    seed : int
        Seed of the scrambling, with the name.

    Returns
    -------
    ndarray, shape (N, dimensions)
        Points at the centres of cells of side 2^-30, hence never exactly 0 or 1. Read-only, a coordinate contiguous.

    Raises
    ------
    ValueError
        If `draws` is not a power of two.

    Examples
    --------
    >>> points = sobol_block("case", 2, 256, 0)
    >>> points.shape, bool((points > 0).all() and (points < 1).all())
    ((256, 2), True)
    """
    if draws < 1 or draws & (draws - 1):
        raise ValueError(f"draws must be a power of two, got {draws}")
    return _scrambled(name, dimensions, draws, seed)


@lru_cache(maxsize=KEPT_BLOCKS)
def fixed_points(name: str, dimensions: int) -> Array:
    """Return 8,192 Sobol' points of a block, the same for every request, over which a base case takes its means.

    Parameters
    ----------
    name : str
        Name of the block; a block of draws of that name is another one, whatever its seed.
    dimensions : int
        Number of coordinates, one per uncertain quantity.

    Returns
    -------
    ndarray, shape (8192, dimensions)
        As in `sobol_block`. Read-only.

    Examples
    --------
    >>> points = fixed_points("lives", 7)
    >>> points.shape, points is fixed_points("lives", 7), float(points.mean().round(6))
    ((8192, 7), True, 0.5)
    """
    return _scrambled(f"fixed {name}", dimensions, FIXED_POINTS, FIXED_SEED)


def mean(low: float, high: float, family: Family) -> float:
    """Return the mean of a quantity from its 80 % interval.

    Lognormal: ``sqrt(low * high) * exp(s^2 / 2)`` with ``s = ln(high / low) / (2 * 1.2816)``; logit-normal by 61-node
    Gauss-Hermite quadrature; normal: the midpoint. An interval of no width is its own mean, also at 0 or 1.

    Parameters
    ----------
    low, high : float
        10th and 90th percentile, in the quantity's own unit.
    family : {"positive", "share", "rate"}
        Lognormal, logit-normal or normal.

    Examples
    --------
    >>> mean(-1.0, 4.0, "rate"), round(mean(0.2, 0.8, "share"), 12)
    (1.5, 0.5)

    With a standard deviation of 1 of the logarithm the mean is exp(1/2) times the median:

    >>> ratio = float(np.exp(UPPER_DECILE_DEVIATE))
    >>> round(mean(1 / ratio, ratio, "positive"), 6)
    1.648721
    """
    if low == high:
        return low
    if family == "positive":
        deviation = (np.log(high) - np.log(low)) / (2.0 * UPPER_DECILE_DEVIATE)
        return float(np.sqrt(low) * np.sqrt(high) * np.exp(deviation**2 / 2.0))
    if family == "share":
        centre = (logit(low) + logit(high)) / 2.0
        deviation = (logit(high) - logit(low)) / (2.0 * UPPER_DECILE_DEVIATE)
        return float(expit(centre + deviation * NORMAL_NODES) @ NORMAL_WEIGHTS)
    return (low + high) / 2.0


def student_quantile(uniform: Array, degrees: float = 4.0) -> Array:
    """Return deviates with heavy tails: quantiles of Student's t, scaled to a standard deviation of 1.

    Of t with nu degrees of freedom the standard deviation is ``sqrt(nu / (nu - 2))``, with 4 degrees sqrt 2, by which
    it is divided: ``mean + sd * deviate`` has the standard deviation sd, and more of it far out than a normal.

    Parameters
    ----------
    uniform : ndarray
        Points in (0, 1).
    degrees : float
        Degrees of freedom nu, above 2.

    Returns
    -------
    ndarray, shape of `uniform`

    Examples
    --------
    The 95th percentile of t with 4 degrees of freedom is 2.1318 in every table:

    >>> (student_quantile(np.array([0.5, 0.95])) * np.sqrt(2.0)).round(4).tolist()
    [0.0, 2.1318]
    """
    deviates: Array = stdtrit(degrees, uniform)
    return deviates / np.sqrt(degrees / (degrees - 2.0))


def quantile(uniform: Array, low: float, high: float, family: Family) -> Array:
    """Return the draws of a quantity whose 80 % interval is [low, high].

    Parameters
    ----------
    uniform : ndarray, shape (D,)
        Points in (0, 1).
    low, high : float
        10th and 90th percentile, in the quantity's own unit.
    family : {"positive", "share", "rate"}
        Lognormal, logit-normal or normal.

    Returns
    -------
    ndarray, shape (D,)

    Examples
    --------
    >>> quantile(np.array([0.1, 0.5, 0.9]), 1.0, 100.0, "positive").round(6).tolist()
    [1.0, 10.0, 100.0]
    """
    if low == high:
        return np.full_like(uniform, low)
    deviate = ndtri(uniform) / UPPER_DECILE_DEVIATE
    if family == "positive":
        centre, half_width = (np.log(high) + np.log(low)) / 2.0, (np.log(high) - np.log(low)) / 2.0
        return np.exp(centre + half_width * deviate)
    if family == "share":
        centre, half_width = (logit(high) + logit(low)) / 2.0, (logit(high) - logit(low)) / 2.0
        return expit(centre + half_width * deviate)
    return (high + low) / 2.0 + (high - low) / 2.0 * deviate


def accuracy_quantile(uniform: Array, correct: float, total: float) -> Array:
    """Return draws of an accuracy of which `correct` of `total` graded trials were observed.

    The posterior under the Jeffreys prior, Beta(k + 1/2, n - k + 1/2) (Brown, Cai and DasGupta 2001,
    doi:10.1214/ss/1009213286).

    Parameters
    ----------
    uniform : ndarray, shape (D,)
        Points in (0, 1).
    correct, total : float
        Graded trials.

    Examples
    --------
    >>> round(float(accuracy_quantile(np.array([0.5]), 148, 200)[0]), 3)
    0.74
    """
    draws: Array = betaincinv(correct + 0.5, total - correct + 0.5, uniform)
    return np.clip(draws, 2.0**-40, 1.0 - 2.0**-40)


def accuracy_mean(correct: float, total: float) -> float:
    """Return the posterior mean of an accuracy, (k + 1/2) / (n + 1).

    Examples
    --------
    >>> accuracy_mean(1, 1)
    0.75
    """
    return (correct + 0.5) / (total + 1.0)
