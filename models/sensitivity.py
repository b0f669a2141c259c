"""Chapter 13: which uncertain input the uncertainty about the net present value comes from."""

from __future__ import annotations

import numpy as np

from models.arrays import Array

DEGREE = 3
TENTHS = 10
BINS = 16


def main_effects(uniform: Array, outputs: Array) -> Array:
    """Return what each input by itself adds to the mean of some outputs, for every draw.

    An output is regressed on Legendre polynomials of degree 1 to 3 of all inputs at once (a polynomial chaos without
    interactions; Sudret 2008, doi:10.1016/j.ress.2007.04.002). Fitting all inputs together keeps chance correlations
    between the columns of a small sample out of the effects, as binning one input at a time would not; what the terms
    of an input explain by chance alone is shrunk away.

    Parameters
    ----------
    uniform : ndarray, shape (N, I)
        Points of the inputs on their own scale of probability.
    outputs : ndarray, shape (N, O)
        Figures, here NPVs.

    Returns
    -------
    ndarray, shape (N, I, O)
        Estimates of E[output | input] - E[output]; exactly zero for an output that does not vary.

    Examples
    --------
    >>> x = (np.arange(1024) + 0.5) / 1024
    >>> effects = main_effects(x[:, None], 3.0 * x[:, None])
    >>> bool(np.allclose(effects[:, 0, 0], 3.0 * x - 1.5))
    True
    """
    u = 2.0 * uniform - 1.0
    terms = np.stack(
        [np.sqrt(3.0) * u, np.sqrt(5.0) * (3.0 * u**2 - 1.0) / 2.0, np.sqrt(7.0) * (5.0 * u**3 - 3.0 * u) / 2.0]
    )
    design = np.column_stack([np.ones(len(u)), terms.transpose(1, 2, 0).reshape(len(u), -1)])
    centred = outputs - outputs.mean(axis=0)
    varies = outputs.min(axis=0) < outputs.max(axis=0)
    scale = np.where(varies, np.abs(centred).max(axis=0), 1.0)
    fitted = np.linalg.solve(design.T @ design, design.T @ (centred / scale)) * (scale * varies)
    residual = ((centred - design @ fitted) ** 2).sum(axis=0) / max(len(u) - design.shape[1], 1)
    weights = fitted[1:].reshape(-1, DEGREE, outputs.shape[1])
    explained = (weights**2).sum(axis=1)
    kept = np.maximum(1.0 - DEGREE * residual / len(u) / np.where(explained > 0, explained, 1.0), 0.0)
    return np.einsum("dni,ido->nio", terms, weights * np.sqrt(kept)[:, None, :])


def conditional_means(uniform: Array, outputs: Array, effects: Array) -> Array:
    """Return the mean of some outputs given each input, for every draw, in 16 bins of equal probability.

    The main effects of all other inputs are taken off before a bin is averaged, which removes most of its noise; what
    is left of it is shrunk away. Free of any assumed shape, this is what the value of knowing an input rests on.

    Parameters
    ----------
    uniform : ndarray, shape (N, I)
        Points of the inputs.
    outputs : ndarray, shape (N, O)
        Figures, here NPVs.
    effects : ndarray, shape (N, I, O)
        Main effects of the inputs on them.

    Returns
    -------
    ndarray, shape (N, I, O)

    Examples
    --------
    >>> x = ((np.arange(1024) + 0.5) / 1024)[:, None]
    >>> conditional_means(x, x, main_effects(x, x))[0, 0].round(3).tolist()
    [0.031]
    """
    mean = outputs.mean(axis=0)
    rest = outputs - mean - effects.sum(axis=1)
    found = np.empty_like(effects)
    bins = np.minimum((uniform * BINS).astype(int), BINS - 1)
    for column in range(uniform.shape[1]):
        own = rest + effects[:, column]
        belongs = np.zeros((len(own), BINS))
        belongs[np.arange(len(own)), bins[:, column]] = 1.0
        means = (belongs.T @ own) / np.maximum(belongs.sum(axis=0), 1.0)[:, None]
        at_draw = means[bins[:, column]]
        within = ((own - at_draw) ** 2).mean(axis=0) * (BINS - 1) / len(own)
        between = (means**2).mean(axis=0)
        kept = np.sqrt(np.maximum(1.0 - within / np.where(between > 0, between, 1.0), 0.0))
        found[:, column] = mean + at_draw * kept
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
        Shares; all 0 for an output that does not vary. One that few draws put above 1 is 1.

    Examples
    --------
    >>> first_order_shares(np.array([[-1.0], [1.0]]), np.array([-2.0, 2.0])).tolist()
    [0.25]
    """
    variance = float(output.var())
    return np.minimum(effects.var(axis=0) / variance, 1.0) if variance > 0 else np.zeros(effects.shape[1])


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
