"""Break-evens at the ends of what a number holds."""

from __future__ import annotations

import numpy as np
import pytest

from models import breakeven


@pytest.mark.parametrize("size", [5e-324, 1.0, 1e200])
def test_a_change_of_sign_is_one_whatever_the_size(size: float) -> None:
    """An NPV that jumps over zero changes its sign there, and one that touches nothing does not, be it tiny or huge."""
    places = np.array([2.0, 4.0])

    def npv(value: np.ndarray) -> np.ndarray:
        return np.where(value < 2.0, -size, np.where(value < 4.0, size, 2.0 * size))

    found = breakeven.changes(npv, places, np.array([False, False]), 0.0, 9.0, 0.0)
    assert [(one.value, one.npv_below, one.npv_above) for one in found] == [(2.0, -size, size)]
