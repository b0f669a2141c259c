"""A light caller: keeps connections, notes every answer, and never asks twice.

`at_once` is a crowd, each of whom asks as soon as the answer before is there. `steady` asks at set times, whatever the
answers do, and counts from those times: what waits behind a slow answer is slow itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import uvloop

from tools.faults.processes import LOOPBACK, Miss

LONGEST = 60.0
MOST_CONNECTIONS = 512
FAILED = 0
"""Status of a request that had no whole answer."""


class Asked(NamedTuple):
    """A request, and what it is called where answers are counted by kind."""

    kind: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> bytes:
        """Return its bytes on the wire."""
        method = "GET" if self.body is None else "POST"
        lines = [f"{method} {self.path} HTTP/1.1", "Host: service"]
        if self.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode() + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: status, seconds, digest of the body; times are those of time.monotonic."""

    asked: Asked
    status: int
    seconds: float
    at: float
    digest: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def retry_after(self) -> int | None:
        """Return what it says of when to ask again."""
        found = self.headers.get("retry-after", "")
        return int(found) if found.isdecimal() else None

    def json(self) -> Any:
        """Return what its body says."""
        return json.loads(self.body)


class Connection:
    """A connection that is opened when it is first needed, and anew after one that failed."""

    def __init__(self, port: int, keep_bodies: bool = False) -> None:
        """Connect to nothing yet."""
        self.port, self.keep_bodies = port, keep_bodies
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, asked: Asked, since: float | None = None) -> Answer:
        """Return the answer to a request, its seconds counted from a time or from now."""
        at = time.monotonic() if since is None else since
        try:
            async with asyncio.timeout(LONGEST):
                status, headers, body = await self._exchanged(asked.said)
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError) as error:
            self.close()
            return Answer(asked, FAILED, time.monotonic() - at, at, headers={"error": repr(error)})
        seconds = time.monotonic() - at
        digest = hashlib.sha256(body).hexdigest()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(asked, status, seconds, at, digest, headers, body if self.keep_bodies or status >= 400 else b"")

    async def _exchanged(self, said: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(LOOPBACK, self.port, limit=1 << 20)
        self.writer.write(said)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status, length = int(first.split(" ", 2)[1]), int(headers.get("content-length", "0"))
        body = await self.reader.readexactly(length) if length else b""
        return status, headers, body

    def close(self) -> None:
        """Close it."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Answers(list[Answer]):
    """Answers in the order in which they were there."""

    def of(self, *kinds: str) -> Answers:
        """Return those of some kinds."""
        return Answers(one for one in self if one.asked.kind in kinds)

    def with_status(self, *statuses: int) -> Answers:
        """Return those with some statuses."""
        return Answers(one for one in self if one.status in statuses)

    def but(self, *statuses: int) -> Answers:
        """Return those with none of some statuses."""
        return Answers(one for one in self if one.status not in statuses)

    def quantile(self, share: float) -> float:
        """Return the seconds within which as great a share of them was there; the nearest rank."""
        seconds = sorted(one.seconds for one in self)
        return seconds[max(0, math.ceil(share * len(seconds)) - 1)] if seconds else math.nan

    @property
    def statuses(self) -> dict[int, int]:
        """Return how many there are of each status."""
        return dict(sorted(Counter(one.status for one in self).items()))

    @property
    def failures(self) -> str:
        """Return what went wrong, each once, for a person to read."""
        said = Counter(one.headers.get("error") or f"{one.status} {one.body[:200]!r}" for one in self.but(200))
        return "; ".join(f"{count} x {what}" for what, count in said.most_common(5))


def run(work: Coroutine[Any, Any, Answers]) -> Answers:
    """Return what comes of asking, in a loop of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _at_once(port: int, requests: Iterator[Asked], connections: int, is_over: Callable[[], bool]) -> Answers:
    answers = Answers()

    async def caller() -> None:
        connection = Connection(port)
        while not is_over() and (asked := next(requests, None)) is not None:
            answer = await connection.ask(asked)
            answers.append(answer)
            if answer.status == FAILED:
                await asyncio.sleep(0.01)
        connection.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return answers


async def _steady(port: int, requests: Iterator[Asked], per_second: float, is_over: Callable[[], bool]) -> Answers:
    answers, idle, started = Answers(), list[Connection](), set[asyncio.Task[None]]()

    async def one(asked: Asked, at: float) -> None:
        connection = idle.pop() if idle else Connection(port)
        answers.append(await connection.ask(asked, at))
        idle.append(connection)

    start = time.monotonic()
    for number, asked in enumerate(requests):
        at = start + number / per_second
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        if is_over():
            break
        if len(started) >= MOST_CONNECTIONS:
            raise Miss(f"{MOST_CONNECTIONS} requests are unanswered")
        task = asyncio.create_task(one(asked, at))
        started.add(task)
        task.add_done_callback(started.discard)
    await asyncio.gather(*started)
    for connection in idle:
        connection.close()
    return answers


def _never() -> bool:
    return False


def at_once(port: int, requests: Iterable[Asked], connections: int) -> Answers:
    """Return the answers to all requests, asked by as many callers at a time."""
    return run(_at_once(port, iter(requests), connections, _never))


def steady(port: int, requests: Iterable[Asked], per_second: float) -> Answers:
    """Return the answers to all requests, as many a second."""
    return run(_steady(port, iter(requests), per_second, _never))


def ask(port: int, asked: Asked) -> Answer:
    """Return the answer to one request, with its body."""

    async def go() -> Answers:
        connection = Connection(port, keep_bodies=True)
        answer = await connection.ask(asked)
        connection.close()
        return Answers([answer])

    return run(go())[0]


def get(port: int, path: str) -> Answer:
    """Return the answer to a GET."""
    return ask(port, Asked("", path))


class Load:
    """Callers in the background until they are told to stop or have no more to ask."""

    def __init__(self, port: int, requests: Iterable[Asked], *, connections: int = 0, per_second: float = 0.0) -> None:
        """Start to ask: a crowd of `connections`, or `per_second` steadily."""
        self._over = threading.Event()
        self._found: list[Answers] = []
        self._broken: list[BaseException] = []
        over = self._over.is_set
        source = iter(requests)

        def go() -> None:
            try:
                if per_second:
                    self._found.append(run(_steady(port, source, per_second, over)))
                else:
                    self._found.append(run(_at_once(port, source, connections, over)))
            except BaseException as error:
                self._broken.append(error)

        self._thread = threading.Thread(target=go, name="load", daemon=True)
        self._thread.start()

    def stop(self, within: float = 2 * LONGEST) -> Answers:
        """Ask no more; return every answer, those that were still to come included."""
        self._over.set()
        return self.answers(within)

    def answers(self, within: float = 600.0) -> Answers:
        """Return every answer once all is asked and answered."""
        self._thread.join(within)
        if self._broken:
            raise self._broken[0]
        if not self._found:
            raise Miss(f"the callers had not ended after {within:g} s")
        return self._found[0]


def interleaved(parts: Sequence[tuple[float, Iterator[Asked]]], rounds: int) -> Iterator[Asked]:
    """Yield requests of several kinds, each as often in a round as its share says, spread evenly."""
    due = [0.0 for _ in parts]
    for _ in range(rounds):
        for number, (share, source) in enumerate(parts):
            due[number] += share
            while due[number] >= 1.0:
                due[number] -= 1.0
                found = next(source, None)
                if found is not None:
                    yield found
