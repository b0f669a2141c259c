"""Two workers on two cores: how many more assessments they answer than one."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass

from tools.faults.asking import assessments
from tools.faults.client import at_once
from tools.faults.processes import busy_seconds, hold, machine_busy_seconds
from tools.faults.running import Service, together
from tools.faults.scenario import scenario

ROUNDS, A_ROUND, CALLERS = 5, 32, 16
TRIES = 30
PATIENT = {"wait_seconds": 30, "log_level": "warning"}
AT_LEAST = 1.7
LIGHT = 0.05
"""Most of a core that the caller may take for itself."""
CALM = 0.1
"""Most of a core that other programs may take in a round that counts."""


@dataclass(frozen=True)
class Round:
    """So many assessments, answered by one service: how many a second, and the cores that others took meanwhile."""

    per_second: float
    cores: float
    of_caller: float
    of_others: float


def a_round(service: Service, start: int) -> Round:
    """Return the figures of a round of assessments that nobody has asked for."""
    began, own = time.monotonic(), time.process_time()
    busy, machine = busy_seconds(service.pid), machine_busy_seconds()
    found = at_once(service.port, assessments(start, A_ROUND), CALLERS)
    hold(not found.but(200), found.failures)
    seconds, own = time.monotonic() - began, time.process_time() - own
    busy, machine = busy_seconds(service.pid) - busy, machine_busy_seconds() - machine
    return Round(A_ROUND / seconds, busy / seconds, own / seconds, max(0.0, machine - busy - own) / seconds)


@scenario("two workers beside one")
def twice() -> str:
    """Two workers on two cores answer at least 1.7 times as many assessments as one, in turns while the machine is calm."""
    cores = len(os.sched_getaffinity(0))
    hold(cores >= 2, f"there is {cores} core; it takes two")
    with together({**PATIENT, "workers": 1}, {**PATIENT, "workers": 2}) as both:
        numbers = iter(range(7_000_000, 7_900_000, A_ROUND))
        for service in both:
            a_round(service, next(numbers))
        turns = []
        for _ in range(TRIES):
            turn = [a_round(service, next(numbers)) for service in both]
            if all(one.of_others < CALM for one in turn):
                turns.append(turn)
            if len(turns) == ROUNDS:
                break
        hold(len(turns) == ROUNDS, f"in only {len(turns)} of {TRIES} turns others took less than {CALM} of a core")
        one, two = (statistics.median(turn[at].per_second for turn in turns) for at in (0, 1))
        used = [statistics.median(turn[at].cores for turn in turns) for at in (0, 1)]
        caller = max(one.of_caller for turn in turns for one in turn)
        said = (
            f"one {one:.1f}/s on {used[0]:.2f} cores, two {two:.1f}/s on {used[1]:.2f}: {two / one:.2f} times (medians of "
            f"{ROUNDS} calm turns); the caller takes {caller:.1%} of a core at most"
        )
        hold(caller < LIGHT, said)
        hold(two / one >= AT_LEAST, said)
        return said
