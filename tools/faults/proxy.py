"""A line between the service and Redis that can be slow, cut, mute or closed."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

from tools.faults.processes import LOOPBACK, free_port

PIECE = 65_536


class Proxy:
    """Passes bytes between a port of its own and another; every fault may be set and taken back while it runs."""

    def __init__(self, to_port: int) -> None:
        """Start to listen; without a fault it only passes on."""
        self.port, self.to_port = free_port(), to_port
        self.latency = 0.0
        """Seconds that every piece of an answer is held back."""
        self.cut_after: int | None = None
        """Bytes of answers after which a connection is reset; counted for each connection anew."""
        self.is_mute = False
        """Whether what comes is taken and passed on to nobody."""
        self.instead: bytes | None = None
        """What is passed on in place of every piece of an answer."""
        self.connections = 0
        """Connections that were ever made."""
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self.open()

    def __enter__(self) -> Proxy:
        """Return it, started."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection and stop."""
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self) -> None:
        """Listen, unless it does already."""
        if self._server is None:
            self._server = self._done(asyncio.start_server(self._passed, LOOPBACK, self.port))

    def shut(self) -> None:
        """Listen no more, so that connections are refused, and reset those that are there."""
        if self._server is not None:
            self._done(self._shut(self._server))
            self._server = None

    def cut(self) -> None:
        """Reset every connection that is there; new ones are taken."""
        self._done(self._cut())

    def heal(self) -> None:
        """Take every fault back; connections that a fault has met are reset."""
        self.latency, self.cut_after, self.is_mute, self.instead = 0.0, None, False, None
        self.cut()
        self.open()

    def _done(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _shut(self, server: asyncio.Server) -> None:
        server.close()
        await self._cut()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a caller and the other side say, until either has no more to say."""
        self.connections += 1
        try:
            answers, onward = await asyncio.open_connection(LOOPBACK, self.to_port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, onward}
        ways = [
            asyncio.create_task(self._pass(reader, onward, is_answer=False)),
            asyncio.create_task(self._pass(answers, writer, is_answer=True)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, onward):
            self._open.discard(end)
            with contextlib.suppress(RuntimeError):
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        passed = 0
        while piece := await reader.read(PIECE):
            if self.is_mute:
                continue
            if is_answer:
                await asyncio.sleep(self.latency)
                piece = piece if self.instead is None else self.instead
                if self.cut_after is not None and passed + len(piece) > self.cut_after:
                    writer.write(piece[: self.cut_after - passed])
                    await writer.drain()
                    await asyncio.sleep(0.005)
                    return
                passed += len(piece)
            writer.write(piece)
            await writer.drain()
