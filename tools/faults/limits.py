"""Limits: two processes that share a Redis never let more through than one would, and without Redis never more than each."""

from __future__ import annotations

import itertools
import threading
import time

from tools.faults.client import Answers, Asked, at_once
from tools.faults.processes import hold
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service, together
from tools.faults.scenario import scenario

LIMIT = 20
WINDOW_SECONDS = 60
TIMES, CALLERS = 3, 10
PATH = "/v1/framework?as_of=2026-11-23"


def fired(*services: Service, times: int = TIMES) -> Answers:
    """Return the answers to as many times the limit, asked of all services at once."""
    found = [Answers() for _ in services]
    gate = threading.Barrier(len(services))

    def fire(number: int, service: Service) -> None:
        gate.wait()
        requests = itertools.repeat(Asked("limited", PATH), times * LIMIT // len(services))
        found[number] = at_once(service.port, requests, CALLERS)

    threads = [threading.Thread(target=fire, args=each) for each in enumerate(services)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Answers(itertools.chain.from_iterable(found))


def let_in(found: Answers) -> int:
    """Return how many were let in, where the rest is told in due form when to come back."""
    refused = found.with_status(429)
    passed = found.with_status(200)
    hold(len(passed) + len(refused) == len(found), f"{found.statuses}: {found.failures}")
    for one in refused:
        hold(one.retry_after and one.retry_after <= WINDOW_SECONDS, f"Retry-After: {one.headers.get('retry-after')}")
        hold("ratelimit" in one.headers and "ratelimit-policy" in one.headers, f"a 429 has only {one.headers}")
    return len(passed)


@scenario("two services share one limit")
def services() -> str:
    """Of three times the limit, asked of two services at once, exactly the limit is let in; with Redis dead, as much each."""
    with RedisServer() as redis:
        settings = {"redis_url": redis.url, "requests_per_minute": LIMIT}
        with together(settings, settings) as both:
            start = time.monotonic()
            shared = let_in(fired(*both))
            hold(shared == LIMIT, f"{shared} of {TIMES * LIMIT} were let in, not {LIMIT}")
            redis.kill()
            dead = let_in(fired(*both, times=2 * TIMES))
            seconds = time.monotonic() - start
            hold(seconds < WINDOW_SECONDS, f"the test took {seconds:.0f} s, longer than a window")
            hold(dead <= 2 * LIMIT, f"with Redis dead {dead} were let in, more than {LIMIT} each")
        with together(settings, settings) as both:
            each = [let_in(fired(one)) for one in both]
            hold(each == [LIMIT, LIMIT], f"started without Redis, they let {each} in, not {LIMIT} each")
    return f"shared: {shared} of {TIMES * LIMIT}; Redis dead: {dead} more within the window; started without it: {each}"


@scenario("two workers share one limit")
def workers() -> str:
    """Two processes behind one port, asked by many connections, let in exactly the limit; with Redis dead at most twice."""
    with RedisServer() as redis, Service(redis_url=redis.url, requests_per_minute=LIMIT, workers=2) as service:
        shared = let_in(fired(service))
        hold(shared == LIMIT, f"{shared} of {TIMES * LIMIT} were let in, not {LIMIT}")
        redis.kill()
        dead = let_in(fired(service, times=2 * TIMES))
        hold(dead <= 2 * LIMIT, f"with Redis dead {dead} were let in, more than {LIMIT} each")
    return f"shared: {shared} of {TIMES * LIMIT}; Redis dead: {dead} more within the window"


@scenario("the limit while Redis is restarted")
def restarted() -> str:
    """A Redis that is restarted and forgets lets a caller in at most as often again, never for ever."""
    with RedisServer() as redis, Service(redis_url=redis.url, requests_per_minute=LIMIT) as service:
        first = let_in(fired(service))
        hold(first == LIMIT, f"{first} of {TIMES * LIMIT} were let in, not {LIMIT}")
        redis.kill()
        dead = let_in(fired(service))
        redis.start()
        time.sleep(2.0)
        again = let_in(fired(service, times=2 * TIMES))
        hold(dead == 0, f"{dead} more were let in when Redis died, though the process knew of {LIMIT}")
        hold(again <= LIMIT, f"{again} more were let in after the restart")
    return f"{first} of {TIMES * LIMIT}; Redis dead: {dead} more; restarted empty: {again} more"
