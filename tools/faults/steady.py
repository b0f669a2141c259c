"""A minute of steady load while Redis is killed, frozen and restarted by turns: no request fails, none is wrong or late."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from tools.faults.asking import assessments, listings
from tools.faults.bench import Right, is_hit
from tools.faults.client import Answers, Asked, Load, interleaved, steady
from tools.faults.processes import hold
from tools.faults.redis_server import RedisServer
from tools.faults.running import together
from tools.faults.scenario import scenario

QUIET_SECONDS, SECONDS, TURN_SECONDS = 40, 60, 3.0
HITS, LISTED, COMPUTED = 20.0, 4.0, 1.0
PER_SECOND = HITS + LISTED + COMPUTED
KINDS = ("hit", "listing", "computed")
KEPT = 40
SLOWER = 3.0
"""How many times its undisturbed value p99 may be."""
UNDISTURBED, DISTURBED = 6_000_000, 6_100_000


def load(kept: list[Asked], start: int, seconds: int) -> list[Asked]:
    """Return the requests of so many seconds: mostly answers that are kept, some listings, a few that are computed."""
    computed = assessments(start, int(seconds * COMPUTED) + 1)
    parts = [(HITS, itertools.cycle(kept)), (LISTED, listings()), (COMPUTED, iter(computed))]
    shares = [(share / PER_SECOND, source) for share, source in parts]
    return list(itertools.islice(interleaved(shares, int(seconds * PER_SECOND) + 50), int(seconds * PER_SECOND)))


def troubled(redis: RedisServer, seconds: float) -> int:
    """Kill, freeze and restart a Redis by turns; return how many turns there were."""
    turns: list[Callable[[], object]] = [redis.kill, redis.start, redis.freeze, redis.thaw, redis.restart]
    start, count = time.monotonic(), 0
    for turn in itertools.cycle(turns):
        if time.monotonic() - start > seconds:
            break
        turn()
        count += 1
        time.sleep(TURN_SECONDS)
    redis.thaw()
    return count


def p99s(found: Answers) -> dict[str, float]:
    """Return p99 of all answers and of each kind."""
    return {"all": found.quantile(0.99)} | {kind: found.of(kind).quantile(0.99) for kind in KINDS}


@scenario("a minute of steady load while Redis dies, freezes and restarts")
def minute() -> str:
    """Every answer is there and right, and p99 stays under three times what it is while nothing is amiss."""
    with RedisServer() as redis, together({"redis_url": redis.url}, {}) as (service, alone):
        right = Right(alone)
        kept = assessments(UNDISTURBED - KEPT, KEPT, "hit")
        quiet, disturbed = load(kept, UNDISTURBED, QUIET_SECONDS), load(kept, DISTURBED, SECONDS)
        right.learn(disturbed)
        steady(service.port, kept, 10.0)
        before = steady(service.port, quiet, PER_SECOND)
        busy = Load(service.port, disturbed, per_second=PER_SECOND)
        turns = troubled(redis, SECONDS - TURN_SECONDS)
        found = busy.answers()
        right.check(before)
        right.check(found)
        hold(len(found) == len(disturbed), f"{len(found)} answers to {len(disturbed)} requests")
        was, now = p99s(before), p99s(found)
        said = (
            f"{len(found)} requests, {turns} turns, 0 failed, 0 wrong; p99 (undisturbed) "
            + ", ".join(f"{kind} {1e3 * now[kind]:.0f} ({1e3 * was[kind]:.0f}) ms" for kind in now)
            + f"; {sum(map(is_hit, found))} kept answers"
        )
        for kind in now:
            hold(now[kind] < SLOWER * was[kind], f"{said}: {kind} is {now[kind] / was[kind]:.1f} times as slow")
        return said
