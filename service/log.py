"""The log: one line of JSON an event on standard output, written by a thread, so that a slow reader holds up nobody.

A line names what the service did, never what a caller sent: no text, no body, no query, no header but the request's id, no
address and no key but its name.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import queue
import sys
import threading
from typing import Any, TextIO

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


class Log:
    """Takes lines from anywhere and writes them in their order."""

    def __init__(self, level: str = "info", out: TextIO | None = None) -> None:
        """Start with nothing to write."""
        self.least = LEVELS[level]
        self.out = out
        self.waiting: queue.Queue[bytes | None] = queue.Queue(MOST_LINES)
        self.dropped = 0
        self.writer: threading.Thread | None = None

    def tell(self, level: str, event: str, **fields: Any) -> None:
        """Log an event, unless it is not grave enough."""
        if LEVELS[level] < self.least:
            return
        if self.writer is None:
            self.writer = threading.Thread(target=self._write, name="log", daemon=True)
            self.writer.start()
        try:
            self.waiting.put_nowait(line(level, event, fields))
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what waits and end."""
        if self.writer is not None:
            self.waiting.put(None)
            self.writer.join(FLUSH_SECONDS)
            self.writer = None

    def _write(self) -> None:
        out = self.out or sys.stdout
        while (text := self.waiting.get()) is not None:
            # A log that cannot be written is no reason to stop answering.
            with contextlib.suppress(OSError, ValueError):
                out.write(text.decode())
                if self.waiting.empty():
                    out.flush()


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


def configuration(level: str) -> dict[str, Any]:
    """Return the configuration of the standard library's logging."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": AsLine}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}},
        "root": {"handlers": ["out"], "level": level.upper()},
        "loggers": {"_granian": {"level": level.upper()}, "granian": {"level": level.upper()}},
    }
