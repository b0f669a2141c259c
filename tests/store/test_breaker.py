"""The breaker: a fault opens it, one probe at a time goes through, and no request waits for it."""

from __future__ import annotations

import asyncio

from service.store.breaker import PAUSE_SECONDS, Breaker


class Server:
    """What is probed: down until it is up."""

    def __init__(self) -> None:
        self.is_up = False
        self.probed = 0
        self.now = 0.0

    async def probe(self) -> None:
        """Count, and raise while down."""
        self.probed += 1
        await asyncio.sleep(0)
        if not self.is_up:
            raise ConnectionError

    def clock(self) -> float:
        """Return the time [s]."""
        return self.now


def test_open_until_a_probe_gets_through() -> None:
    """Fifty requests start one probe and are all told no; after a pause the next does; success closes the breaker."""

    async def go() -> None:
        server, told = Server(), []
        breaker = Breaker(server.probe, told.append, server.clock)
        assert breaker.may_try() and server.probed == 0
        breaker.failed("TimeoutError")
        breaker.failed("TimeoutError")
        assert not any(breaker.may_try() for _ in range(50))
        while breaker.probing:
            await asyncio.sleep(0)
        assert (server.probed, breaker.fault) == (1, "ConnectionError")
        assert not breaker.may_try() and breaker.probing is None
        server.now += PAUSE_SECONDS
        server.is_up = True
        assert not breaker.may_try()
        while breaker.probing:
            await asyncio.sleep(0)
        assert server.probed == 2
        assert breaker.may_try() and breaker.fault == ""
        assert (breaker.opened, told) == (1, ["TimeoutError", "ConnectionError", ""])

    asyncio.run(go())
