"""The scale of an option's time, and its target."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models import latency

scale = st.floats(0.1, 10.0)


@given(scale, scale, scale, st.booleans())
def test_what_was_measured_outweighs_what_is_not_known(
    measured: float, shared: float, own: float, is_measured: bool
) -> None:
    """A measured time is met by the computed one times the factor; without one the factors of what is not known count."""
    ttft, tokens, speed = np.array(0.5), np.array(120.0), np.array(60.0)
    found = latency.scale_of_option(
        np.array(measured if is_measured else np.inf), ttft, tokens, speed, np.array(shared), np.array(own)
    )
    assert np.isclose(found, measured / 2.5 if is_measured else shared * own, rtol=1e-12)


def test_a_load_that_is_not_served_meets_no_target() -> None:
    """A time on the target meets it; an infinite one never does."""
    assert latency.meets_target(np.array([2.0, np.inf]), np.array(2.0)).tolist() == [1.0, 0.0]
