"""The end: SIGTERM under load drops nothing that was asked before, and a worker that is killed is no silent loss."""

from __future__ import annotations

import itertools
import os
import signal
import time

from tools.faults.asking import assessments, listings
from tools.faults.client import Load, interleaved
from tools.faults.processes import hold, until
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service
from tools.faults.scenario import scenario

CONNECTIONS = 8
WARM_SECONDS = 2.0
GRACE_SECONDS = 20.0


def ended(service: Service, start: int) -> str:
    """Return the figures of an end amidst assessments and listings."""
    parts = [(1.0, iter(assessments(start, 2000))), (2.0, listings())]
    load = Load(service.port, interleaved(parts, 2000), connections=CONNECTIONS)
    time.sleep(WARM_SECONDS)
    told = time.monotonic()
    code = service.end(GRACE_SECONDS)
    seconds = time.monotonic() - told
    found = load.stop()
    before = type(found)(one for one in found if one.at < told)
    amidst = [one for one in before if one.at + one.seconds > told]
    hold(not before.but(200), f"dropped {len(before.but(200))} of {len(amidst)} in flight: {before.failures}")
    hold(amidst, "nothing was in flight")
    hold(code == 0, f"exit code {code}: {service.log[-2000:]}")
    hold("Traceback" not in service.log, f"a traceback in the log: {service.log[-2000:]}")
    return f"{len(amidst)} in flight, 0 dropped of {len(before)}, exit 0 after {seconds:.2f} s"


@scenario("SIGTERM under load", is_short=True)
def one_worker() -> str:
    """What was asked before SIGTERM is answered, and the exit code is 0."""
    with RedisServer() as redis, Service(redis_url=redis.url, wait_seconds=30) as service:
        return ended(service, 4_000_000)


@scenario("SIGTERM under load, two workers")
def two_workers() -> str:
    """The same holds of both processes behind a port."""
    with RedisServer() as redis, Service(redis_url=redis.url, wait_seconds=30, workers=2) as service:
        return ended(service, 4_100_000)


@scenario("SIGTERM while Redis is frozen")
def frozen() -> str:
    """A Redis that does not answer holds up no end."""
    with RedisServer() as redis, Service(redis_url=redis.url, wait_seconds=30) as service:
        redis.freeze()
        try:
            return ended(service, 4_200_000)
        finally:
            redis.thaw()


@scenario("a worker is killed")
def killed_worker() -> str:
    """Where a worker is killed, either another takes its place or all end with a code that is not 0, to be started anew."""
    with Service(workers=2) as service:
        workers = [pid for pid in service.workers() if b"resource_tracker" not in _command(pid)]
        hold(len(workers) == 2, f"{len(workers)} workers")
        os.kill(workers[0], signal.SIGKILL)
        time.sleep(1.0)
        if service.process.is_alive:
            until(lambda: service.get("/readyz").status == 200, 30, "no worker answers", every=0.2)
            found = [
                service.get(f"/v1/framework?as_of=2026-11-{day:02d}") for day in itertools.islice(range(1, 30), 20)
            ]
            hold(all(one.status == 200 for one in found), f"{[one.status for one in found]}")
            until(lambda: len(service.workers()) >= len(workers), 30, "none takes its place", every=0.2)
            return f"another takes its place; {len(found)} of {len(found)} answered"
        code = service.process.wait()
        hold(code != 0, "it ended with exit code 0")
        return f"it ends with exit code {code}"


def _command(pid: int) -> bytes:
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()
