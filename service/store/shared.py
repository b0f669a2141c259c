"""The store that processes share through Redis; what Redis cannot do at the moment, the embedded store before it does.

Every trip is one command on one key, so it works on a single server, behind sentinels and in a cluster alike. A trip may
take `seconds` and no longer; the first that fails opens the breaker (breaker.py), and from then on Redis costs nothing
until a probe, which no request waits for, has got through. Faults of Redis are therefore never faults of an answer.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from redis.exceptions import ResponseError

from service.store.breaker import Breaker
from service.store.client import CONNECTIONS, AnyRedis, client_of
from service.store.embedded import Embedded
from service.store.port import WINDOW_SECONDS, Quota, Store

T = TypeVar("T")

NAMESPACE = "prompt-or-tune:1:"
"""Before every key; the number changes with what is kept or how."""

SEAL_BYTES = 32
"""Before every value stands the SHA-256 of its key and itself."""

NEAR_SECONDS = 60
"""How long a value that came from Redis is kept here too, so that asking for it again costs no trip."""

PROBE_SECONDS = 1.0
"""A probe opens its connections anew, maybe through sentinels and TLS, and nobody waits for it."""

PARTS, MOST_PARTS = 4, 40
"""A trip waits in parts; one that took twice its time does not count, up to so many."""

TAKE = """
local cost, limit, window, owed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used = tonumber(redis.pcall('GET', KEYS[1]) or '0')
if not used or not (used >= 0 and used < 1e9) then used = 0 end
local left = redis.call('PTTL', KEYS[1])
local is_other = owed > 0 or left < 0 or left > window
if left < 0 or left > window then left = window end
used = used + owed
local may = 0
if used + cost <= limit then may, used, is_other = 1, used + cost, true end
if is_other then redis.call('SET', KEYS[1], used, 'PX', math.max(left, 1)) end
return {may, used, left}
"""
"""Counts, and tells when the window closes, in one trip. What cannot be a count is none; a window that Redis' clock has made longer is cut to its length.

What is owed was let in while Redis was away: it is counted now, so that a moment's absence lets nobody beyond the limit.
"""


class Shared(Store):
    """Keeps answers and counts requests for all processes that know the same Redis."""

    def __init__(
        self, url: str, seconds: float, embedded: Embedded, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """Start without a connection; `tell` is told of every fault that Redis is left for, and with nothing of its end.

        Raises
        ------
        ValueError
            If the URL is none that Redis is reached by.
        """
        self.client: AnyRedis = client_of(url, PROBE_SECONDS)
        self.seconds = seconds
        self.embedded = embedded
        self.breaker = Breaker(self._probe, tell)
        self.turn = asyncio.Semaphore(CONNECTIONS)

    @property
    def degraded(self) -> str:
        """Why Redis is not used, in words."""
        fault = self.breaker.fault
        return (
            f"Redis cannot be used ({fault}); every process keeps answers and counts requests for itself"
            if fault
            else ""
        )

    @property
    def kept_bytes(self) -> int:
        """Bytes that this process keeps before Redis."""
        return self.embedded.kept_bytes

    @property
    def faults(self) -> int:
        """How many times the breaker opened."""
        return self.breaker.opened

    def look(self) -> None:
        """Probe Redis where it was left, and forget what is over."""
        self.breaker.may_try()
        self.embedded.look()

    async def open(self) -> None:
        """Open every connection, so that no request has to."""
        await self.breaker.try_again()

    async def close(self) -> None:
        """Close every connection."""
        if self.breaker.probing:
            self.breaker.probing.cancel()
        await self.client.aclose()

    async def get(self, key: str) -> bytes | None:
        """Return what this process keeps, else what another one has kept."""
        found = await self.embedded.get(key)
        if found is not None:
            return found
        sealed = await self._trip(lambda: self._read(NAMESPACE + key))
        value = _unsealed(key, sealed) if isinstance(sealed, bytes) else None
        if value is not None:
            await self.embedded.put(key, value, NEAR_SECONDS)
        return value

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value here and for the others."""
        await self.embedded.put(key, value, seconds)
        await self._trip(lambda: self.client.set(NAMESPACE + key, _seal(key, value) + value, ex=seconds))

    async def take(self, caller: str, cost: int, limit: int) -> Quota:
        """Count for all processes; while Redis is away this process goes on from the last that it knows."""
        key = NAMESPACE + "limit:" + hashlib.sha256(caller.encode()).hexdigest()
        window = WINDOW_SECONDS * 1000

        async def counted() -> Quota:
            owed = self.embedded.settle(caller)
            try:
                may, used, milliseconds = await self.client.eval(TAKE, 1, key, cost, limit, window, owed)
                return Quota(bool(may), int(used), int(milliseconds) / 1000)
            except BaseException:
                self.embedded.owe(caller, owed)
                raise

        quota = await self._trip(counted)
        if quota is None:
            return await self.embedded.take(caller, cost, limit)
        self.embedded.note(caller, quota)
        return quota

    async def _read(self, key: str) -> object:
        try:
            return await self.client.get(key)
        except ResponseError as error:
            # What stands there is no text: nothing of ours, and no fault of Redis.
            if str(error).startswith("WRONGTYPE"):
                return None
            raise

    async def _trip(self, command: Callable[[], Awaitable[T]]) -> T | None:
        """Return what a command gives; None where Redis cannot be used."""
        if not self.breaker.may_try():
            return None
        async with self.turn:
            if self.breaker.fault:
                return None
            try:
                return await _within(self.seconds, command())
            except Exception as error:
                # Where what answers is not Redis, or not itself, the library trips over it in ways of any type.
                self.breaker.failed(type(error).__name__)
                return None

    async def _probe(self) -> None:
        """Write on every connection; a server that is full or may not be written answers a ping like any other."""
        key = NAMESPACE + "probe"
        writes = (self.client.set(key, b"1", px=1000) for _ in range(CONNECTIONS))
        async with asyncio.timeout(PROBE_SECONDS):
            await asyncio.gather(*writes)


def _seal(key: str, value: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + value).digest()


def _unsealed(key: str, sealed: bytes) -> bytes | None:
    """Return a value if it is the one that was kept under its key."""
    seal, value = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
    return value if seal == _seal(key, value) else None


async def _within(seconds: float, work: Awaitable[T]) -> T:
    """Return what work gives within a time, in which time that this process was kept from running does not count.

    Where the cores are busy, an answer may have come long before anybody reads it: that is no fault of Redis.

    Raises
    ------
    TimeoutError
        If it is not there in time.
    """
    task = asyncio.ensure_future(work)
    part, counted = seconds / PARTS, 0
    try:
        for _ in range(MOST_PARTS):
            begun = monotonic()
            await asyncio.wait({task}, timeout=part)
            if task.done():
                return task.result()
            counted += monotonic() - begun < 2 * part
            if counted == PARTS:
                break
        raise TimeoutError
    finally:
        task.cancel()
