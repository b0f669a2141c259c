"""The scale of an option's time, and its target."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models import latency

scale = st.floats(0.1, 10.0)


@given(scale, scale, scale, st.booleans(), st.booleans())
def test_what_was_measured_outweighs_what_carries_over(
    own: float, prompt: float, drawn: float, is_measured: bool, carries: bool
) -> None:
    """An option's own measurement counts first, the prompt's on the same base model next, and a draw last."""
    found = latency.scale_of_option(*map(np.array, (own, is_measured, prompt, carries, drawn)))
    assert float(found) == (own if is_measured else prompt if carries else drawn)


def test_a_load_that_is_not_served_meets_no_target() -> None:
    """A time on the target meets it; an infinite one never does."""
    assert latency.meets_target(np.array([2.0, np.inf]), np.array(2.0)).tolist() == [1.0, 0.0]
