"""The short scenarios of faults; `make test-faults` plays the long ones too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tools.faults.bench import Bench
from tools.faults.scenario import Scenario, scenarios

SHORT = [one for one in scenarios() if one.is_short]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Yield two services on one Redis, and one without."""
    with Bench() as running:
        yield running


@pytest.mark.parametrize("one", [one for one in SHORT if one.wants_bench], ids=lambda one: one.name)
def test_nobody_who_asks_notices_a_fault_of_redis(one: Scenario, bench: Bench) -> None:
    """Whatever happens to Redis, answers are right and in time, and Redis is used again once it is well."""
    assert one.run(lambda: bench)


@pytest.mark.parametrize("one", [one for one in SHORT if not one.wants_bench], ids=lambda one: one.name)
def test_what_the_service_must_do_by_itself(one: Scenario) -> None:
    """Callers, connections and the end, each with a service of its own."""
    assert one.play()
