"""Memory over very many requests: what is kept is bounded, so the process does not grow."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator

from tools.faults.asking import REFUSALS, assessment, listings, refused
from tools.faults.client import Answers, Asked, at_once, interleaved
from tools.faults.processes import hold
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service
from tools.faults.scenario import scenario

REQUESTS = int(os.environ.get("FAULT_REQUESTS", "200000"))
"""How many are sent; fewer for a quick look."""
CHUNKS = 10
GROWTH = 0.05
CALLERS, VISITS = 16, 20
"""Callers at a time, and how often in a tenth they come anew: a connection stays with the worker that took it."""
SHARES = {"computed": 0.1, "hit": 0.5, "listing": 0.2, "refused": 0.2}
KEPT = 100
SETTLES = 2.0
MEGABYTE = 1_000_000
BOUNDED = ["--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru"]


def mixture() -> Iterator[Asked]:
    """Yield all requests: a tenth computed, half kept, a fifth each listed and refused."""
    computed = (assessment(number) for number in itertools.count(8_000_000))
    kept = itertools.cycle([assessment(number, "hit") for number in range(8_900_000, 8_900_000 + KEPT)])
    sources = {"computed": computed, "hit": kept, "listing": listings(), "refused": refused()}
    yield from interleaved([(share, sources[kind]) for kind, share in SHARES.items()], 2 * REQUESTS)


@scenario(f"memory over {REQUESTS:,} requests")
def bounded() -> str:
    """From the first tenth of the requests to the last, what all processes keep resident grows by less than a twentieth."""
    with (
        RedisServer(options=BOUNDED) as redis,
        Service(redis_url=redis.url, workers=2, wait_seconds=30, log_level="warning") as service,
    ):
        stream, sizes, start = mixture(), [], time.monotonic()
        count = 0
        for _ in range(CHUNKS):
            found = Answers()
            for _ in range(VISITS):
                found += at_once(service.port, itertools.islice(stream, REQUESTS // CHUNKS // VISITS), CALLERS)
            wanted = {kind: found.of(kind).but(200) for kind in ("computed", "hit", "listing")}
            hold(not any(wanted.values()), f"{[(kind, one.failures) for kind, one in wanted.items()]}")
            hold(not found.of("refused").but(*REFUSALS), f"{found.of('refused').statuses}")
            count += len(found.of("computed"))
            time.sleep(SETTLES)
            sizes.append(service.resident_bytes())
            print(f"    {len(sizes)} of {CHUNKS}: {sizes[-1] / MEGABYTE:.0f} MB", flush=True)
        growth = sizes[-1] / sizes[0] - 1
        said = (
            f"{REQUESTS:,} requests, {count:,} computed, {time.monotonic() - start:.0f} s; resident (MB) "
            f"{', '.join(f'{size / MEGABYTE:.0f}' for size in sizes)}: {growth:+.1%}"
        )
        hold(growth < GROWTH, said)
        return said
