"""Prints how much the service answers, and how fast. Run by `make load`; the figures stand in docs/operations.md.

It asks for kept answers, listings and assessments that must be computed, of one worker and of two, with Redis and without,
and says what they keep in memory. The caller runs on the same machine; what it and other programs take of the cores is
printed beside each figure.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tools.faults.asking import LISTINGS, assessments
from tools.faults.client import Answers, Asked, at_once
from tools.faults.processes import hold, machine_busy_seconds
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service

COMPUTED, HITS, LISTED = 120, 6000, 4000
KEPT = 50
CALLERS = {"one at a time": 1, "sixteen at once": 16}
MEGABYTE = 1_000_000
HEAD = "| workers | Redis | asked for | callers | a second | p50 ms | p95 ms | p99 ms | cores | caller | others |"
PATIENT = {"wait_seconds": 30, "log_level": "warning"}
"""Nothing is shed here: what is measured is how long it takes, not when the service declines."""


def row(service: Service, requests: Iterable[Asked], callers: int) -> tuple[Answers, str]:
    """Return the answers to requests and the figures of them."""
    start, own, busy, machine = time.monotonic(), time.process_time(), service.busy_seconds(), machine_busy_seconds()
    found = at_once(service.port, requests, callers)
    seconds, own, busy = time.monotonic() - start, time.process_time() - own, service.busy_seconds() - busy
    others = max(0.0, machine_busy_seconds() - machine - own - busy)
    hold(not found.but(200), found.failures)
    times = " | ".join(f"{1e3 * found.quantile(share):.1f}" for share in (0.5, 0.95, 0.99))
    return found, (
        f"{len(found) / seconds:,.0f} | {times} | {busy / seconds:.2f} | {own / seconds:.2f} | {others / seconds:.2f} |"
    )


def measured(workers: int, redis: RedisServer | None, scale: float) -> None:
    """Print the rows of one set-up."""
    settings: dict[str, Any] = {**PATIENT, "workers": workers}
    if redis:
        settings["redis_url"] = redis.url
    with Service(**settings) as service:
        fresh = itertools.count(9_000_000 + 100_000 * (2 * workers + bool(redis)), 1000)
        kept = assessments(8_000_000, KEPT)
        for _ in range(2 * workers):
            at_once(service.port, kept, 4 * workers)
        at_once(service.port, (Asked("listing", path) for path in LISTINGS * 2 * workers), 4 * workers)
        started = service.resident_bytes()
        sources: dict[str, Callable[[], Sequence[Asked]]] = {
            "a kept assessment": lambda: list(itertools.islice(itertools.cycle(kept), int(scale * HITS))),
            "a listing": lambda: [
                Asked("listing", path) for path in itertools.islice(itertools.cycle(LISTINGS), int(scale * LISTED))
            ],
            "a new assessment": lambda: assessments(next(fresh), int(scale * COMPUTED)),
        }
        for what, source in sources.items():
            for how, callers in CALLERS.items():
                _, said = row(service, source(), callers)
                print(f"| {workers} | {'yes' if redis else 'no'} | {what} | {how} | {said}", flush=True)
        print(
            f"| {workers} | {'yes' if redis else 'no'} | memory | resident | {service.resident_bytes() / MEGABYTE:.0f} MB at "
            f"the end, {started / MEGABYTE:.0f} MB warm | | | | | | |",
            flush=True,
        )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=(__doc__ or "").partition(".")[0])
    parser.add_argument("--scale", type=float, default=1.0, help="so many times as many requests")
    scale = parser.parse_args().scale
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores of {platform.machine()}, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n")
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for workers in (1, 2):
        measured(workers, None, scale)
        with RedisServer() as redis:
            measured(workers, redis, scale)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
