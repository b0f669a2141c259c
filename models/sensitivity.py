"""Chapter 10: which uncertain input the uncertainty about the net present value comes from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BINS = 32
TENTHS = 10


def first_order_share(uniform: Array, output: Array) -> float:
    """Return the share of an output's variance that knowing one input would remove.

    ``Var(E[output | input]) / Var(output)``, the conditional mean taken in 32 equally filled bins of the input, less
    what bins of pure noise would show (Saltelli et al. 2008, doi:10.1002/9780470725184, section 1.2.5).

    Parameters
    ----------
    uniform : ndarray, shape (N,)
        Points of the input on its own scale of probability.
    output : ndarray, shape (N,)
        The figure, here the NPV.

    Returns
    -------
    float
        At least 0, at most 1; 0 for an output that does not vary.

    Examples
    --------
    >>> x = (np.arange(1024) + 0.5) / 1024
    >>> round(first_order_share(x, 3.0 * x), 3)
    0.999
    """
    variance = float(output.var())
    if variance == 0.0:
        return 0.0
    bins = np.minimum((uniform * BINS).astype(int), BINS - 1)
    size = np.bincount(bins, minlength=BINS)
    mean = np.bincount(bins, weights=output, minlength=BINS) / np.maximum(size, 1)
    between = float((size * (mean - output.mean()) ** 2).sum() / output.size)
    noise = (variance - between) * (BINS - 1) / max(output.size - BINS, 1)
    return float(np.clip((between - noise) / variance, 0.0, 1.0))


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
