"""Callers who are slow, say half of what they have to say, say too much, or are ten times too many."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import time
from collections.abc import Iterator

from tools.faults.asking import ASSESSMENTS, assessments, listings
from tools.faults.client import FAILED, Asked, at_once, steady
from tools.faults.processes import LOOPBACK, hold, until
from tools.faults.running import Service
from tools.faults.scenario import scenario

BODY_SECONDS = 1.0
TIMEOUT = 15.0
CROWD = 100
QUICK = 0.25
"""Longest that the others' requests may take while slow callers hold connections [s]."""
HEADERS_WITHIN = 40.0
FLOOD_SECONDS, TIMES = 12.0, 10
SHED = (429, 503)
ACCEPTED_WITHIN = 1.0
OF_CAPACITY = 0.5
"""Share of what it answers at its best that a flooded service must still answer."""
MEGABYTE = 1_000_000

HEAD = f"POST {ASSESSMENTS} HTTP/1.1\r\nHost: service\r\nContent-Type: application/json\r\n"


def over_the_wire(port: int, *pieces: bytes) -> tuple[int, float]:
    """Return the status of the answer to bytes, and its seconds; 0 where the connection ends without one."""
    start = time.monotonic()
    with socket.create_connection((LOOPBACK, port), timeout=TIMEOUT) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
        response = http.client.HTTPResponse(connection, method="POST")
        try:
            response.begin()
            response.read()
        except (http.client.HTTPException, OSError):
            return 0, time.monotonic() - start
        return response.status, time.monotonic() - start


@contextlib.contextmanager
def crowd(port: int, said: bytes, count: int = CROWD) -> Iterator[list[socket.socket]]:
    """Yield connections that have said something and then say no more."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection((LOOPBACK, port), timeout=TIMEOUT))
            one.sendall(said)
            sockets.append(one)
        yield sockets


def _others(service: Service) -> float:
    """Return the longest that others wait for listings now, who must all be answered."""
    for _ in range(2):
        # Listings are kept once they were asked for.
        found = at_once(service.port, itertools.islice(listings(), 60), 2)
    hold(not found.but(200), f"others were not answered: {found.failures}")
    hold(found.quantile(1) < QUICK, f"others waited {found.quantile(1):.2f} s")
    return found.quantile(1)


@scenario("slow, partial and oversized requests", is_short=True)
def partial() -> str:
    """A body that stalls is a 408, one too long a 413, a head too large a 431, and nobody else has to wait."""
    with Service(body_seconds=BODY_SECONDS) as service:
        stalled = f"{HEAD}Content-Length: 1000\r\n\r\n".encode() + b'{"task":'
        said = {
            "stalled body": (over_the_wire(service.port, stalled), 408),
            "oversized body": (
                over_the_wire(service.port, f"{HEAD}Content-Length: {3 * MEGABYTE}\r\n\r\n".encode()),
                413,
            ),
            "large head": (
                over_the_wire(service.port, HEAD.encode(), b"X-Large: " + b"x" * MEGABYTE + b"\r\n\r\n"),
                431,
            ),
            "many headers": (over_the_wire(service.port, HEAD.encode(), b"X-Many: x\r\n" * 1000 + b"\r\n"), 431),
        }
        for what, ((status, seconds), expected) in said.items():
            hold(status == expected, f"{what}: {status} after {seconds:.1f} s instead of {expected}")
        slowest = said["stalled body"][0][1]
        hold(slowest < BODY_SECONDS + 1, f"a stalled body was waited for {slowest:.1f} s")
        with crowd(service.port, stalled):
            with_bodies = _others(service)
        with crowd(service.port, HEAD.encode() + b"X-Slow:"):
            with_heads = _others(service)
        hold("Traceback" not in service.log, f"a traceback in the log: {service.log[-2000:]}")
        return (
            f"{', '.join(f'{what} {found[0]}' for what, (found, _) in said.items())}; beside {CROWD} stalled bodies others "
            f"wait {1e3 * with_bodies:.0f} ms at most, beside {CROWD} stalled heads {1e3 * with_heads:.0f} ms"
        )


@scenario("heads that never end")
def slow_heads() -> str:
    """A connection whose head does not end is closed, however steadily a byte comes (slow loris)."""
    with Service() as service, crowd(service.port, HEAD.encode()) as sockets:
        before = service.resident_bytes()
        alive = list(sockets)
        slowest = 0.0

        def all_closed() -> bool:
            nonlocal slowest
            for one in list(alive):
                try:
                    one.sendall(b"X: y\r\n")
                except OSError:
                    alive.remove(one)
            slowest = max(slowest, _others(service))
            return not alive

        seconds = until(all_closed, HEADERS_WITHIN, f"{len(alive)} heads are still waited for", every=0.5)
        more = service.resident_bytes() - before
        return (
            f"{CROWD} connections closed after {seconds:.1f} s; others waited {1e3 * slowest:.0f} ms at most; "
            f"{more / MEGABYTE:.0f} MB more"
        )


@scenario(f"{TIMES} times as many requests as can be answered")
def flood() -> str:
    """What is accepted of a flood is answered in time, the rest is told when to come back, and it ends with the flood."""
    with Service() as service:
        warm = assessments(3_000_000, 60)
        start = time.monotonic()
        hold(not at_once(service.port, warm, 2).but(200), "it is not well before the flood")
        capacity = len(warm) / (time.monotonic() - start)
        rate = TIMES * capacity
        found = steady(service.port, assessments(3_100_000, int(rate * FLOOD_SECONDS)), rate)
        accepted, shed = found.with_status(200), found.with_status(*SHED)
        p99 = accepted.quantile(0.99)
        said = f"capacity {capacity:.1f}/s, asked {rate:.0f}/s: {found.statuses}, accepted p99 {p99:.2f} s"
        hold(len(accepted) + len(shed) == len(found), f"{said}; {found.failures}")
        hold(all(one.retry_after for one in shed), f"{said}; some that were shed lack Retry-After")
        hold(p99 < ACCEPTED_WITHIN, f"{said}, which is too long")
        share = len(accepted) / FLOOD_SECONDS / capacity
        hold(share > OF_CAPACITY, f"{said}; that is {share:.0%} of capacity")
        hold(FAILED not in found.statuses and service.process.is_alive, said)
        _others(service)
        after = service.ask(Asked("", ASSESSMENTS, warm[0].body))
        hold(after.status == 200, f"after the flood: {after.status}")
        return f"{said}, shed p99 {1e3 * shed.quantile(0.99):.0f} ms; {share:.0%} of capacity answered"
