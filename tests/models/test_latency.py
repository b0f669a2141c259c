"""The scale of an option's time."""

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
