"""The log: one line of JSON an event on standard output, written by a thread, so that a slow reader holds up nobody.

A line names what the service did, never what a caller sent: no text, no body, no query, no header but the request's id, no
address and no key but its name.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import queue
import select
import threading
from collections.abc import Callable
from typing import Any

import msgspec

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
MOST_LINES = 10_000
"""Lines that wait to be written; beyond, they are dropped and counted."""
FLUSH_SECONDS = 2.0


def line(level: str, event: str, fields: dict[str, Any], seconds: float | None = None) -> bytes:
    r"""Return a line: when, how grave, what, and its fields; a field that is None is left out.

    Examples
    --------
    >>> line("info", "request", {"status": 200, "key": None}, seconds=0.0)
    b'{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"request","status":200}\n'
    """
    moment = (
        datetime.datetime.now(datetime.UTC)
        if seconds is None
        else datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    )
    told = {"time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "level": level, "event": event}
    return msgspec.json.encode(told | {name: value for name, value in fields.items() if value is not None}) + b"\n"


def _to_standard_output(text: bytes) -> None:
    """Write bytes past Python's own buffer, which a reader that takes nothing would leave locked at the end."""
    while text:
        text = text[os.write(1, text) :]


class Log:
    """Takes lines from anywhere and writes them in their order."""

    def __init__(self, level: str = "info", write: Callable[[bytes], object] = _to_standard_output) -> None:
        """Start with nothing to write."""
        self.least = LEVELS[level]
        self.write = write
        self.waiting: queue.Queue[bytes | None] = queue.Queue(MOST_LINES)
        self.dropped = 0
        self.writer: threading.Thread | None = None
        self.process = os.getpid()

    def tell(self, level: str, event: str, **fields: Any) -> None:
        """Log an event, unless it is not grave enough."""
        if LEVELS[level] >= self.least:
            self.put(line(level, event, fields))

    def put(self, text: bytes) -> None:
        """Have a line written, or drop it where too many wait."""
        if self.writer is None or self.process != os.getpid():
            # A thread does not come along into a process that was forked.
            self.process, self.waiting = os.getpid(), queue.Queue(MOST_LINES)
            self.writer = threading.Thread(target=self._write, args=(self.waiting,), name="log", daemon=True)
            self.writer.start()
        try:
            self.waiting.put_nowait(text)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what waits and end; a reader that takes nothing is not waited for."""
        if self.writer is not None and self.process == os.getpid():
            with contextlib.suppress(queue.Full):
                self.waiting.put(None, timeout=FLUSH_SECONDS)
                self.writer.join(FLUSH_SECONDS)
            self.writer = None

    def _write(self, waiting: queue.Queue[bytes | None]) -> None:
        while (text := waiting.get()) is not None:
            # A log that cannot be written is no reason to stop answering.
            with contextlib.suppress(OSError, ValueError):
                self.write(text)


class AsLine(logging.Formatter):
    """Writes what libraries log, and faults of ours, as lines of the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line, without its end."""
        fields = {"logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            error = record.exc_info[1]
            # The message of an exception may hold a caller's text, unless it was written for the log.
            fields["exception"] = (
                str(error) if getattr(error, "is_fit_for_logs", False) else record.exc_info[0].__name__
            )
        return line(record.levelname.lower(), "log", fields, record.created).decode().rstrip("\n")


class Lines(logging.Handler):
    """Writes what libraries log, and faults of ours, where there is room for it: without a thread, for a process with one must not fork."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as a line, or drop it where nobody takes it."""
        with contextlib.suppress(OSError, ValueError):
            if select.select([], [1], [], 0)[1]:
                _to_standard_output(self.format(record).encode() + b"\n")


def configuration(level: str) -> dict[str, Any]:
    """Return the configuration of the standard library's logging."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": AsLine}},
        "handlers": {"out": {"()": Lines, "formatter": "line"}},
        "root": {"handlers": ["out"], "level": level.upper()},
        # The server's own handlers are put aside: its words go the way of all others.
        "loggers": {name: {"handlers": [], "level": level.upper()} for name in ("_granian", "granian.access")},
    }
