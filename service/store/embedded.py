"""The store in this process: bounded, least recently used goes first, on a clock that is never set back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from service.store.port import WINDOW_SECONDS, Quota, Store

MOST_CALLERS = 10_000
"""Callers whose use is remembered."""
OVERHEAD = 500
"""Bytes that an entry takes beside its value, about."""


class Embedded(Store):
    """Keeps answers up to a number of bytes, and the use of so many callers."""

    def __init__(self, most_bytes: int, clock: Callable[[], float] = monotonic) -> None:
        """Start empty."""
        self.most_bytes = most_bytes
        self.clock = clock
        self.size = 0
        self.values: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self.callers: OrderedDict[str, tuple[int, float, int]] = OrderedDict()
        """What each has used, when its window closes, and how much of it was counted here alone."""

    @property
    def degraded(self) -> str:
        """Nothing is amiss: it is as it was set up."""
        return ""

    @property
    def kept_bytes(self) -> int:
        """Bytes that are kept."""
        return self.size

    @property
    def faults(self) -> int:
        """None: nothing is shared."""
        return 0

    def look(self) -> None:
        """Forget what is over: answers whose time has come, and windows that have closed."""
        now = self.clock()
        for key in [key for key, (_, until) in self.values.items() if until <= now]:
            self._drop(key)
        for caller in [caller for caller, (_, closes, _) in self.callers.items() if closes <= now]:
            del self.callers[caller]

    async def open(self) -> None:
        """Do nothing: it is ready."""

    async def close(self) -> None:
        """Do nothing: it ends with its process."""

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under a key and still fresh."""
        value, until = self.values.get(key, (b"", 0.0))
        if until <= self.clock():
            self._drop(key)
            return None
        self.values.move_to_end(key)
        return value

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value; others make room for it, the one that was asked for longest ago first."""
        self._drop(key)
        if len(value) + OVERHEAD > self.most_bytes:
            return
        self.values[key] = (value, self.clock() + seconds)
        self.size += len(value) + OVERHEAD
        while self.size > self.most_bytes:
            self._drop(next(iter(self.values)))

    async def take(self, caller: str, cost: int, limit: int) -> Quota:
        """Count against a caller's limit in the memory of this process."""
        now = self.clock()
        used, closes, alone = self.callers.get(caller, (0, 0.0, 0))
        if closes <= now:
            used, closes, alone = 0, now + WINDOW_SECONDS, 0
        is_let_in = used + cost <= limit
        quota = Quota(is_let_in, used + cost * is_let_in, closes - now)
        self.note(caller, quota, alone + cost * is_let_in)
        return quota

    def note(self, caller: str, quota: Quota, alone: int = 0) -> None:
        """Remember what a caller has used, as it was counted elsewhere, or here `alone`."""
        self.callers.pop(caller, None)
        self.callers[caller] = (quota.used, self.clock() + quota.resets_in, alone)
        if len(self.callers) > MOST_CALLERS:
            self.callers.popitem(last=False)

    def settle(self, caller: str) -> int:
        """Return what a caller has used of its window that was counted here alone: whoever takes it tells it elsewhere."""
        used, closes, alone = self.callers.get(caller, (0, 0.0, 0))
        if not alone or closes <= self.clock():
            return 0
        self.callers[caller] = (used, closes, 0)
        return alone

    def owe(self, caller: str, alone: int) -> None:
        """Take back what could not be told elsewhere."""
        if alone and caller in self.callers:
            used, closes, more = self.callers[caller]
            self.callers[caller] = (used, closes, more + alone)

    def _drop(self, key: str) -> None:
        value, _ = self.values.pop(key, (None, 0.0))
        if value is not None:
            self.size -= len(value) + OVERHEAD
