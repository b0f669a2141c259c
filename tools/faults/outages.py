"""Redis is killed, restarted, frozen, slow or full: nobody who asks may notice, and once it is well it is used again."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice

from tools.faults.asking import listings
from tools.faults.bench import Bench
from tools.faults.client import Answers, Asked, at_once
from tools.faults.processes import hold
from tools.faults.scenario import scenario

KEPT, FRESH, LISTED, ROUNDS = 2, 2, 4, 5
SLOWEST_HIT = 0.25
"""Longest that an answer which is kept in the process may take during a fault [s]; it takes milliseconds otherwise."""
FAULTS_NOTICED = "prompt_or_tune_store_faults_total"
SLOWER = 3.0
"""How many times as long as undisturbed what is computed may take."""
SLOW_LINK, BRISK_LINK = 0.2, 0.004
"""Latencies of a line that is not waited for, and of one that is [s]."""


def asked_of(bench: Bench, kept: list[Asked]) -> Answers:
    """Return the answers of both services to what is kept, listed and new."""
    found = Answers()
    for service in (bench.a, bench.b):
        found += at_once(service.port, kept * ROUNDS, 1)
        found += at_once(service.port, islice(listings(), LISTED), 1)
        found += at_once(service.port, bench.fresh(FRESH), 1)
    return found


def noticed(bench: Bench) -> list[float]:
    """Return how many times each service has found that Redis cannot be used."""
    return [service.metric(FAULTS_NOTICED) for service in (bench.a, bench.b)]


def survived(bench: Bench, break_it: Callable[[], object], mend_it: Callable[[], object]) -> str:
    """Return the figures of a fault that both services meet, during which every answer is right and none is late."""
    bench.await_shared()
    before_it = noticed(bench)
    computed = Answers()
    kept = bench.fresh(KEPT, "hit")
    for service in (bench.a, bench.b):
        at_once(service.port, kept, 1)
        computed += at_once(service.port, bench.fresh(FRESH), 1)
    try:
        break_it()
        found = asked_of(bench, kept)
        ready = [service.get("/readyz") for service in (bench.a, bench.b)]
        met = noticed(bench)
    finally:
        mend_it()
    bench.right.check(found)
    hold([one.status for one in ready] == [200, 200], f"readyz says {[(one.status, one.body) for one in ready]}")
    hold(all(now > was for now, was in zip(met, before_it, strict=True)), "the services did not meet the fault at all")
    again = bench.await_shared()
    hits, new, before = found.of("hit"), found.of("computed"), computed.quantile(0.5)
    hold(hits.quantile(1) < SLOWEST_HIT, f"what is kept took {hits.quantile(1):.3f} s")
    hold(new.quantile(1) < SLOWER * before + SLOWEST_HIT, f"what is computed took {new.quantile(1):.3f} s")
    return (
        f"{len(found)} right answers; kept: slowest {1e3 * hits.quantile(1):.0f} ms; computed: slowest "
        f"{1e3 * new.quantile(1):.0f} ms (undisturbed {1e3 * before:.0f}); shared again after {again:.1f} s"
    )


@scenario("Redis is killed", is_short=True)
def killed(bench: Bench) -> str:
    """While Redis is dead, answers are those of a service without it; once it is back, it is used."""
    return survived(bench, bench.redis.kill, bench.redis.start)


@scenario("Redis is restarted", is_short=True)
def restarted(bench: Bench) -> str:
    """A restart, which forgets everything and ends every connection, fails no request."""
    return survived(bench, bench.redis.restart, lambda: None)


@scenario("Redis is frozen", is_short=True)
def frozen(bench: Bench) -> str:
    """A Redis that takes connections and answers nothing is not waited for."""
    return survived(bench, bench.redis.freeze, bench.redis.thaw)


@scenario("Redis is behind a slow link", is_short=True)
def slow(bench: Bench) -> str:
    """A link too slow is not waited for; one that is slow but good is used."""

    def slow_down() -> None:
        bench.line.latency = SLOW_LINK

    said = survived(bench, slow_down, bench.line.heal)
    try:
        bench.line.latency = BRISK_LINK
        after = bench.await_shared()
    finally:
        bench.line.heal()
    return f"{said}; shared by a link of {1e3 * BRISK_LINK:.0f} ms after {after:.1f} s"


@scenario("Redis refuses connections")
def refused(bench: Bench) -> str:
    """A port on which nobody listens costs no request anything."""
    return survived(bench, bench.line.shut, bench.line.heal)


@scenario("Redis is unreachable")
def mute(bench: Bench) -> str:
    """A line that swallows what is sent, as a lost network does, is not waited for."""

    def swallow() -> None:
        bench.line.is_mute = True

    return survived(bench, swallow, bench.line.heal)


@scenario("Redis is full", is_short=True)
def full(bench: Bench) -> str:
    """Where Redis takes no more, answers are computed; once there is room, they are kept."""
    return survived(bench, bench.redis.fill, bench.redis.unfill)


@scenario("Redis comes and goes")
def flapping(bench: Bench) -> str:
    """Connections that are reset over and over fail no request."""
    found = Answers()
    start = time.monotonic()
    for _ in range(10):
        found += at_once(bench.a.port, bench.fresh(1), 1)
        bench.line.cut()
        found += at_once(bench.b.port, [found[-1].asked], 1)
        bench.line.shut()
        bench.line.heal()
    seconds = time.monotonic() - start
    bench.right.check(found)
    return f"{len(found)} right answers in {seconds:.1f} s; shared again after {bench.await_shared():.1f} s"
