"""Two workers on two cores: how many more assessments they answer than one."""

from __future__ import annotations

import os
import statistics
import time

from tools.faults.asking import assessments
from tools.faults.client import at_once
from tools.faults.processes import hold
from tools.faults.running import together
from tools.faults.scenario import scenario

ROUNDS, A_ROUND, CALLERS = 7, 48, 16
PATIENT = {"wait_seconds": 30, "log_level": "warning"}
AT_LEAST = 1.7
LIGHT = 0.05
"""Most of a core that the caller may take for itself."""


@scenario("two workers beside one")
def twice() -> str:
    """Two workers on two cores answer at least 1.7 times as many assessments as one, round for round."""
    cores = len(os.sched_getaffinity(0))
    hold(cores >= 2, f"there is {cores} core; it takes two")
    with together({**PATIENT, "workers": 1}, {**PATIENT, "workers": 2}) as both:
        rates: list[list[float]] = [[], []]
        numbers = iter(range(7_000_000, 7_900_000, A_ROUND))
        busy, start = time.process_time(), time.monotonic()
        for turn in range(ROUNDS + 1):
            for rate, service in zip(rates, both, strict=True):
                began = time.monotonic()
                found = at_once(service.port, assessments(next(numbers), A_ROUND), CALLERS)
                hold(not found.but(200), found.failures)
                if turn:
                    rate.append(A_ROUND / (time.monotonic() - began))
        share = (time.process_time() - busy) / (time.monotonic() - start)
        one, two = (statistics.median(rate) for rate in rates)
        said = (
            f"one {one:.1f}/s, two {two:.1f}/s: {two / one:.2f} times (medians of {ROUNDS} rounds; best of each "
            f"{max(rates[0]):.1f}, {max(rates[1]):.1f}: {max(rates[1]) / max(rates[0]):.2f}); the caller takes {share:.1%} of a core"
        )
        hold(share < LIGHT, said)
        hold(two / one >= AT_LEAST, said)
        return said
