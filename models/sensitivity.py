"""Chapter 13: which uncertain input the uncertainty about the net present value comes from."""

from __future__ import annotations

import numpy as np

from models.arrays import Array

DEGREE = 3
TENTHS = 10
BINS = 16


def main_effects(uniform: Array, output: Array) -> Array:
    """Return what each input by itself adds to the mean of an output, for every draw.

    The output is regressed on Legendre polynomials of degree 1 to 3 of all inputs at once (a polynomial chaos without
    interactions; Sudret 2008, doi:10.1016/j.ress.2007.04.002). Fitting all inputs together keeps chance correlations
    between the columns of a small sample out of the effects, as binning one input at a time would not; what the terms
    of an input explain by chance alone is shrunk away.

    Parameters
    ----------
    uniform : ndarray, shape (N, K)
        Points of the inputs on their own scale of probability.
    output : ndarray, shape (N,)
        The figure, here the NPV.

    Returns
    -------
    ndarray, shape (N, K)
        Estimates of E[output | input] - E[output]; exactly zero for an output that does not vary.

    Examples
    --------
    >>> x = (np.arange(1024) + 0.5) / 1024
    >>> effects = main_effects(x[:, None], 3.0 * x)
    >>> bool(np.allclose(effects[:, 0], 3.0 * x - 1.5))
    True
    """
    if output.min() == output.max():
        return np.zeros_like(uniform)
    u = 2.0 * uniform - 1.0
    terms = np.stack(
        [np.sqrt(3.0) * u, np.sqrt(5.0) * (3.0 * u**2 - 1.0) / 2.0, np.sqrt(7.0) * (5.0 * u**3 - 3.0 * u) / 2.0]
    )
    design = np.column_stack([np.ones(len(u)), terms.transpose(1, 2, 0).reshape(len(u), -1)])
    centred = output - output.mean()
    scale = float(np.abs(centred).max())
    fitted = np.linalg.solve(design.T @ design, design.T @ (centred / scale)) * scale
    residual = float(((centred - design @ fitted) ** 2).sum()) / max(len(u) - design.shape[1], 1)
    weights = fitted[1:].reshape(-1, DEGREE)
    explained = (weights**2).sum(axis=1)
    kept = np.maximum(1.0 - DEGREE * residual / len(u) / np.where(explained > 0, explained, 1.0), 0.0)
    return np.einsum("dnk,kd->nk", terms, weights * np.sqrt(kept)[:, None])


def conditional_means(uniform: Array, output: Array, effects: Array) -> Array:
    """Return the mean of an output given each input, for every draw, in 16 bins of equal probability.

    The main effects of all other inputs are taken off before a bin is averaged, which removes most of its noise; what
    is left of it is shrunk away. Free of any assumed shape, this is what the value of knowing an input rests on.

    Parameters
    ----------
    uniform, effects : ndarray, shape (N, K)
        Points of the inputs, and their main effects.
    output : ndarray, shape (N,)
        The figure, here the NPV.

    Returns
    -------
    ndarray, shape (N, K)

    Examples
    --------
    >>> x = (np.arange(1024) + 0.5) / 1024
    >>> conditional_means(x[:, None], x, main_effects(x[:, None], x))[0].round(3).tolist()
    [0.031]
    """
    mean = output.mean()
    if output.min() == output.max():
        return np.full_like(uniform, output[0])
    rest = output - mean - effects.sum(axis=1)
    found = np.empty_like(uniform)
    for column in range(uniform.shape[1]):
        bins = np.minimum((uniform[:, column] * BINS).astype(int), BINS - 1)
        size = np.maximum(np.bincount(bins, minlength=BINS), 1)
        own = rest + effects[:, column]
        means = np.bincount(bins, weights=own, minlength=BINS) / size
        within = float(((own - means[bins]) ** 2).mean()) * (BINS - 1) / len(own)
        between = float((means[bins] ** 2).mean())
        found[:, column] = mean + means[bins] * np.sqrt(max(1.0 - within / between, 0.0) if between > 0 else 0.0)
    return found


def first_order_shares(effects: Array, output: Array) -> Array:
    """Return the share of an output's variance that each input explains by itself.

    Parameters
    ----------
    effects : ndarray, shape (N, K)
        As `main_effects` returns them.
    output : ndarray, shape (N,)
        The figure.

    Returns
    -------
    ndarray, shape (K,)
        Shares; all 0 for an output that does not vary.

    Examples
    --------
    >>> first_order_shares(np.array([[-1.0], [1.0]]), np.array([-2.0, 2.0])).tolist()
    [0.25]
    """
    variance = float(output.var())
    return effects.var(axis=0) / variance if variance > 0 else np.zeros(effects.shape[1])


def tornado(uniform: Array, output: Array) -> tuple[float, float]:
    """Return the mean output in the lowest and in the highest tenth of an input.

    Examples
    --------
    >>> x = (np.arange(100) + 0.5) / 100
    >>> [round(v, 3) for v in tornado(x, x)]
    [0.05, 0.95]
    """
    lowest, highest = output[uniform < 1.0 / TENTHS], output[uniform >= 1.0 - 1.0 / TENTHS]
    return float(lowest.mean()), float(highest.mean())
