"""Chapter 10: which uncertain input the uncertainty about the net present value comes from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEGREE = 3
TENTHS = 10


def first_order_shares(uniform: Array, output: Array) -> Array:
    """Return the share of an output's variance that each input explains by itself.

    The output is regressed on Legendre polynomials of degree 1 to 3 of all inputs at once (a polynomial chaos without
    interactions; Sudret 2008, doi:10.1016/j.ress.2007.04.002). Fitting all inputs together keeps chance correlations
    between the columns of a small sample out of the shares, as binning one input at a time would not; what the terms
    of an input explain by chance is taken off.

    Parameters
    ----------
    uniform : ndarray, shape (N, K)
        Points of the inputs on their own scale of probability.
    output : ndarray, shape (N,)
        The figure, here the NPV.

    Returns
    -------
    ndarray, shape (K,)
        Shares of at least 0; all 0 for an output that does not vary.

    Examples
    --------
    >>> x = (np.arange(1024) + 0.5) / 1024
    >>> first_order_shares(x[:, None], 3.0 * x).round(4).tolist()
    [1.0]
    """
    variance = float(output.var())
    if variance == 0.0:
        return np.zeros(uniform.shape[1])
    u = 2.0 * uniform - 1.0
    terms = np.stack(
        [np.sqrt(3.0) * u, np.sqrt(5.0) * (3.0 * u**2 - 1.0) / 2.0, np.sqrt(7.0) * (5.0 * u**3 - 3.0 * u) / 2.0]
    )
    columns = terms.transpose(1, 2, 0).reshape(len(u), -1)
    design = np.column_stack([np.ones(len(u)), columns])
    fitted, *_ = np.linalg.lstsq(design, output, rcond=None)
    residual = float(((output - design @ fitted) ** 2).sum()) / max(len(u) - design.shape[1], 1)
    explained = (fitted[1:].reshape(-1, DEGREE) ** 2).sum(axis=1)
    by_chance = DEGREE * residual / len(u)
    return np.maximum(explained - by_chance, 0.0) / variance


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
