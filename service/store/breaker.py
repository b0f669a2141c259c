"""The circuit breaker before Redis: after a fault no request tries it until a probe has got through.

closed -> (a fault) -> open -> (the next request starts one probe and does not wait for it) -> closed, or open for
PAUSE_SECONDS until the next probe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

PAUSE_SECONDS = 0.5
"""From one probe that failed to the next; the first follows a fault at once, for it may have been a moment's."""


class Breaker:
    """Says whether a dependency may be tried, and finds out in the background when it may be again."""

    def __init__(
        self,
        probe: Callable[[], Awaitable[None]],
        tell: Callable[[str], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Start closed: the dependency may be tried; `tell` is told of every fault that it is open for, and of its end with nothing."""
        self.probe = probe
        self.tell = tell
        self.clock = clock
        self.fault = ""
        self.opened = 0
        """How many times it opened."""
        self.next_probe = 0.0
        self.probing: asyncio.Task[None] | None = None

    def may_try(self) -> bool:
        """Return whether the dependency may be tried; where it may not, see to it that it is probed."""
        if self.fault and self.probing is None and self.clock() >= self.next_probe:
            self.probing = asyncio.create_task(self.try_again())
        return not self.fault

    def failed(self, fault: str) -> None:
        """Open: something went wrong."""
        self.opened += not self.fault
        if fault != self.fault:
            self.tell(fault)
        self.fault = fault

    async def try_again(self) -> None:
        """Probe; what the probe raises is the fault that keeps the breaker open."""
        try:
            await self.probe()
        except Exception as error:
            self.failed(type(error).__name__)
            self.next_probe = self.clock() + PAUSE_SECONDS
        else:
            if self.fault:
                self.tell("")
            self.fault = ""
        finally:
            self.probing = None
