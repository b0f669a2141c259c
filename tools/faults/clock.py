"""The clock is set, under the service or under Redis: nobody is let in more often, nobody is locked out, no answer changes.

Debian's libfaketime stands between a program and the clock that tells the time of day; the clock that only runs is left
alone, as it is where a real one is set.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from itertools import repeat
from pathlib import Path

from tools.faults.asking import assessment
from tools.faults.client import Asked, at_once
from tools.faults.limits import CALLERS, LIMIT, PATH, WINDOW_SECONDS, fired, let_in
from tools.faults.processes import hold
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service
from tools.faults.scenario import scenario

HOUR, DAY = 3600, 86_400
STEPS = (HOUR, -HOUR, DAY, -DAY)
HALF = LIMIT // 2


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


def let_in_around(service: Service, clock: Clock, step: int) -> tuple[int, int]:
    """Return how many of a limit of which half is used are let in before and after a step, answers being the same."""
    asked = assessment(5_000_000)
    before = service.ask(asked)
    half = at_once(service.port, repeat(Asked("limited", PATH), HALF - 2), CALLERS)
    hold(not half.but(200) and before.status == 200, f"{half.statuses}, {before.status}")
    clock.set(step)
    after = service.ask(asked)
    hold(after.status == 200, f"after a step of {step} s: {after.status}")
    hold(after.digest == before.digest, f"an answer changed with the clock ({step} s)")
    return HALF, let_in(fired(service))


@scenario("the clock of the service is set")
def of_the_service() -> str:
    """Neither limit nor answers know what time of day it is: exactly the limit is let in around every step."""
    said = []
    for step in STEPS:
        with Clock() as clock, Service(clock.environment, requests_per_minute=LIMIT) as service:
            before, after = let_in_around(service, clock, step)
            hold(before + after == LIMIT, f"{before} + {after} were let in around a step of {step} s, not {LIMIT}")
            date = service.get("/livez").headers.get("date", "")
            said.append(f"{step:+d} s: {before} + {after} ({date[5:11]})")
    return "; ".join(said)


@scenario("the clock of Redis is set")
def of_redis() -> str:
    """A step of Redis' clock lets in at most one limit more, where it is set on, and is never longer than a window."""
    said = []
    for step in STEPS:
        with (
            Clock() as clock,
            RedisServer(environment=clock.environment) as redis,
            Service(redis_url=redis.url, requests_per_minute=LIMIT) as service,
        ):
            before, after = let_in_around(service, clock, step)
            most = LIMIT + HALF if step > 0 else LIMIT
            hold(before + after <= most, f"{before} + {after} were let in around a step of {step} s, more than {most}")
            hold(after >= LIMIT - HALF - 1, f"only {after} were let in after a step of {step} s")
            refused = service.get(PATH)
            hold(refused.status == 429 and (refused.retry_after or 0) <= WINDOW_SECONDS, f"locked out: {refused}")
            said.append(f"{step:+d} s: {before} + {after}, told to come back in {refused.retry_after} s")
    return "; ".join(said)
