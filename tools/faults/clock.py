"""The clock is set, under the service or under Redis: nobody is let in more often, nobody is locked out, no answer changes.

Debian's libfaketime stands between the service and the clock that tells the time of day; the clock that only runs is left
alone, as it is where a real one is set. Debian's Redis does not start with it; but all that a step of its clock does to what
it keeps is to move the times at which that ends, and these can be moved.
"""

from __future__ import annotations

import datetime
import glob
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.contract.operations import BY_ID
from tools.faults.asking import assessment
from tools.faults.limits import LIMIT, PATH, WINDOW_SECONDS, fired, let_in
from tools.faults.processes import hold, until
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service
from tools.faults.scenario import scenario

HOUR, DAY = 3600, 86_400
STEPS = (HOUR, -HOUR, DAY, -DAY)
NEAR = 10.0
STAMP = re.compile(r'"time":"([^"]+)"')
COST = BY_ID["createAssessment"].cost
"""What an assessment takes of a limit."""


class Clock:
    """A clock that can be set for the programs that are started with its environment."""

    def __init__(self) -> None:
        """Start with the right time."""
        named = os.environ.get("LIBFAKETIME", "")
        library = named or next(iter(sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))), "")
        hold(library, "libfaketime is not installed; `make redis` installs Debian's as root")
        self.folder = Path(tempfile.mkdtemp(prefix="clock-"))
        self.file = self.folder / "step"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def __enter__(self) -> Clock:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def set(self, seconds: int) -> None:
        """Set it so many seconds on or back from the right time."""
        new = self.folder / "new"
        new.write_text(f"{seconds:+d}\n")
        new.replace(self.file)


def let_in_around(service: Service, step: int, set_clock: Callable[[int], None]) -> int:
    """Return how much of a limit is let in around a step of the clock, an answer being the same before and after."""
    asked = assessment(5_000_000)
    before = service.ask(asked)
    set_clock(step)
    after = service.ask(asked)
    hold((before.status, after.status) == (200, 200), f"around a step of {step} s: {before.status}, {after.status}")
    hold(after.digest == before.digest, f"an answer changed with the clock ({step} s)")
    return 2 * COST + let_in(fired(service))


def _seen(service: Service) -> float:
    """Return by how much the time in the service's log differs from the right one [s]."""
    stamps = STAMP.findall(service.log)
    hold(stamps, f"no time in the log: {service.log[-500:]}")
    return (datetime.datetime.fromisoformat(stamps[-1]) - datetime.datetime.now(datetime.UTC)).total_seconds()


def _await_step(service: Service, step: int) -> None:
    """Wait until the service's log has made a step."""
    until(lambda: abs(_seen(service) - step) < NEAR, NEAR, f"the service did not see a step of {step} s")


@scenario("the clock of the service is set")
def of_the_service() -> str:
    """Neither limit nor answers know what time of day it is: exactly the limit is let in around every step."""
    said = []
    for step in STEPS:
        with Clock() as clock, Service(clock.environment, requests_per_minute=LIMIT) as service:
            found = let_in_around(service, step, clock.set)
            hold(found == LIMIT, f"{found} were let in around a step of {step} s, not {LIMIT}")
            _await_step(service, step)
            said.append(f"{step:+d} s: {found}")
    return f"limit {LIMIT}; {'; '.join(said)}"


def _moved(redis: RedisServer, step: int) -> None:
    """Move all times at which something ends, which Redis keeps in time of day, as a step of its clock moves them."""
    with redis.client() as client:
        for key in client.scan_iter("*", count=1000):
            left = int(client.pttl(key)) - 1000 * step
            if left > 0:
                client.pexpire(key, left)
            else:
                client.delete(key)


@scenario("the clock of Redis is set")
def of_redis() -> str:
    """Where Redis' clock is set on, a window closes early, once; where it is set back, none gets longer than it is."""
    said = []
    for step in STEPS:
        with RedisServer() as redis, Service(redis_url=redis.url, requests_per_minute=LIMIT) as service:
            until(lambda: service.get("/readyz").json()["status"] == "ok", NEAR, "Redis is not used")
            found = let_in_around(service, step, partial(_moved, redis))
            expected = LIMIT + COST if step > 0 else LIMIT
            hold(found == expected, f"{found} were let in around a step of {step} s, not {expected}")
            refused = service.get(PATH)
            hold(refused.status == 429 and (refused.retry_after or 0) <= WINDOW_SECONDS, f"locked out: {refused}")
            said.append(f"{step:+d} s: {found}, told to come back in {refused.retry_after} s")
    return f"limit {LIMIT}; {'; '.join(said)}"
