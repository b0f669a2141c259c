"""Capacity, training, labels and upkeep: monotone, additive, and right at their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cost, finance, hosting

share = st.floats(0.0, 1.0)
volume = st.just(0.0) | st.floats(1e-6, 1e9)
INF = np.array(math.inf)


def needed(requests: float, tokens: float, peak: float, batch: float, tps: float, rps: float = math.inf) -> float:
    """Return the replicas kept at four fifths of their tokens per second, at least one."""
    load = hosting.replica_load(*map(np.array, (requests, tokens, peak, batch, tps, rps, 0.8)))
    return float(hosting.whole_replicas(load, np.array(1.0)))


@given(volume, st.floats(1.0, 1e5), st.floats(1.0, 10.0), share, st.floats(10.0, 1e5))
def test_replicas_serve_the_busiest_flow_and_none_is_idle(
    requests: float, tokens: float, peak: float, batch: float, tps: float
) -> None:
    """What is kept serves the busiest flow at the planned utilisation; one fewer would not."""
    found = needed(requests, tokens, peak, batch, tps)
    load = requests / 2_629_800.0 * (batch + (1 - batch) * peak) * tokens
    assert found * tps * 0.8 >= load * (1 - 1e-9) - 1e-5 * tps
    assert found == 1.0 or (found - 1.0) * tps * 0.8 < load * (1 + 1e-9)
    assert needed(requests, tokens, peak, 1.0, tps) == needed(requests, tokens, 1.0, batch, tps)


def test_an_adapter_hosted_beside_others_takes_the_fewest() -> None:
    """Where neither capacity is known, the minimum is kept, and use cannot be billed: the whole month is."""
    assert needed(1e12, 1e4, 5.0, 0.0, math.inf) == 1.0
    by_use = hosting.replica_hours(np.array(1e6), np.array(1e3), np.array(1.0), INF, INF, np.array(1.0))
    assert float(by_use) == 730.5


def test_capacity_in_requests_counts_as_it_was_measured() -> None:
    """3.5 requests a second at the peak need two replicas of 2 a second, without any utilisation."""
    assert needed(2_629_800.0, 1e3, 3.5, 0.0, math.inf, 2.0) == 2.0
    hours = hosting.replica_hours(np.array(7200.0), np.array(1e3), np.array(2.0), INF, np.array(2.0), np.array(1.0))
    assert float(hours) == 1.0


@given(volume, st.floats(1.0, 1e5), st.floats(10.0, 1e5))
def test_use_never_takes_longer_than_the_replicas_that_serve_it(requests: float, tokens: float, tps: float) -> None:
    """Hours by use are no more than the hours of the replicas kept, and nothing where there is no request."""
    replicas = np.array(needed(requests, tokens, 1.0, 0.0, tps))
    hours = [
        float(hosting.replica_hours(np.array(requests), np.array(tokens), replicas, np.array(tps), INF, np.array(use)))
        for use in (1.0, 0.0)
    ]
    assert hours[0] <= hours[1] * (1 + 1e-9)
    assert (hours[0] == 0.0) == (requests == 0.0)


@given(st.floats(0, 1e9), st.floats(1, 10), st.floats(0, 100), st.floats(0, 1e3), st.floats(0.01, 5), st.floats(0, 20))
def test_a_run_costs_its_tokens_and_its_hours(
    tokens: float, epochs: float, price: float, minimum: float, per_mtok: float, per_hour: float
) -> None:
    """Bills by the token and by the hour add up; stated hours replace those that follow from the tokens."""

    def run(price_: float, minimum_: float, hours: float, per_hour_: float) -> float:
        return float(cost.training_cost(*map(np.array, (tokens, epochs, price_, minimum_, per_mtok, hours, per_hour_))))

    whole = run(price, minimum, 0.0, per_hour)
    assert whole == pytest.approx(run(price, minimum, 0.0, 0.0) + run(0.0, 0.0, 0.0, per_hour), rel=1e-9)
    assert run(price, minimum, 0.0, 0.0) >= minimum
    assert run(0.0, 0.0, 2.5, per_hour) == pytest.approx(2.5 * per_hour)


@given(st.floats(0, 1e5), st.floats(1.0, 1.5), st.floats(0, 1e4))
def test_upkeep_leads_from_either_side_to_the_other(reference: float, factor: float, running: float) -> None:
    """A fine-tune's upkeep from the prompt's, and back again, is the prompt's."""

    def of(reference_: float, exponent: float, more: float) -> float:
        return float(cost.upkeep(*map(np.array, (reference_, factor, exponent, more))))

    assert of(of(reference, 1.0, 0.0), -1.0, running) == pytest.approx(of(reference, 0.0, running), rel=1e-9)
    assert of(reference, 1.0, running) >= of(reference, 0.0, running)


@given(st.floats(0, 1), st.floats(0, 10), st.floats(0, 1e4), st.floats(0, 1))
def test_hits_stay_below_their_ceiling(rate: float, more: float, life: float, ceiling: float) -> None:
    """A cache hits more often the more requests come, and never more often than its ceiling."""
    few, many = (
        float(cost.cache_hit_rate(*map(np.array, (2000.0, r, life, 1024.0, 1.0, ceiling)))) for r in (rate, rate + more)
    )
    assert 0.0 <= few <= many <= ceiling


@given(st.floats(-1e6, 1e6), st.floats(-1.0, 1.0).filter(lambda saving: saving == 0 or abs(saving) > 1e-6))
def test_so_many_requests_earn_the_outlay_back(one_off: float, saving: float) -> None:
    """The savings on that many requests are the outlay; what saves nothing pays nothing back."""
    found = float(finance.payback_requests(np.array(one_off), np.array(saving)))
    assert math.isnan(found) if saving <= 0 else found * saving == pytest.approx(max(one_off, 0.0))
