"""The leaf of the textbook: what every chapter is written in. The one module that chapters import."""

from __future__ import annotations

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""Axis 0 runs over draws, axis 1 over months; see the package."""

DAYS_PER_MONTH = 30.4375
HOURS_PER_MONTH = 730.5
WEEKS_PER_MONTH = 4.348125
"""Lengths of a month, as the model defines it: 365.25 days over 12, in days and hours; in weeks 365.2425 over 84."""
DAYS_PER_WEEK = 7.0
HOURS_PER_WEEK = 40.0
"""Of work of one person."""
MONTHS_PER_YEAR = 12.0

NORMAL_NODES, NORMAL_WEIGHTS = hermegauss(61)
"""Gauss-Hermite quadrature of 61 nodes: a mean over a standard normal variable is ``f(nodes) @ weights``."""
NORMAL_WEIGHTS = NORMAL_WEIGHTS / NORMAL_WEIGHTS.sum()

UPPER_DECILE_DEVIATE = 1.2815515655446004
"""Standard normal deviate of the 90th percentile."""

REFERENCE_EXAMPLES = 1000.0
"""The level of a learning curve is its log-odds at this many examples."""
