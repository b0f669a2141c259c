"""The service as callers have it: `python -m service` with settings, on a free port of loopback."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tools.faults.client import Answer, Asked, ask, get
from tools.faults.processes import (
    LOOPBACK,
    Process,
    busy_seconds,
    descendants,
    free_port,
    hold,
    resident_bytes,
    until,
)

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS")
METRIC = re.compile(r"^(\w+)(\{[^}]*\})? (\S+)$", re.MULTILINE)
OK = 200


class Service:
    """A running service; settings are given as the environment has them, in lower case."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, is_awaited: bool = True, **settings: Any
    ) -> None:
        """Start it, and wait until it is ready unless somebody else does."""
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="service-"))
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        said = {name.upper(): str(value) for name, value in settings.items()}
        where = {"HOST": LOOPBACK, "PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self.process = Process(
            [sys.executable, "-m", "service"],
            self.folder / "log",
            {"OMP_NUM_THREADS": "1", **kept, **where, **said, **(environment or {})},
            ROOT,
        )
        if is_awaited:
            try:
                self.await_ready()
            except BaseException:
                self.__exit__()
                raise

    def __enter__(self) -> Service:
        """Return it, started."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it and forget its log."""
        self.process.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Return the process that was started; workers are below it."""
        return self.process.pid

    @property
    def log(self) -> str:
        """Return what it has written so far."""
        return self.process.text()

    def await_ready(self) -> None:
        """Wait until it says that it is ready."""

        def is_ready() -> bool:
            hold(self.process.is_alive, f"the service has ended: {self.log[-2000:]}")
            return get(self.port, "/readyz").status == OK

        until(is_ready, STARTS_WITHIN, "the service is not ready", every=0.1)

    def get(self, path: str) -> Answer:
        """Return the answer to a GET."""
        return get(self.port, path)

    def ask(self, asked: Asked) -> Answer:
        """Return the answer to a request."""
        return ask(self.port, asked)

    def metrics(self) -> dict[str, float]:
        """Return every metric by its name with its labels."""
        text = self.get("/metrics").body.decode()
        return {name + labels: float(value) for name, labels, value in METRIC.findall(text)}

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of a metric over all its labels but those that are given."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        found = self.metrics()
        return sum(
            value for key, value in found.items() if key.partition("{")[0] == name and all(one in key for one in wanted)
        )

    def resident_bytes(self) -> int:
        """Return the memory of it and its workers."""
        return resident_bytes(self.pid)

    def busy_seconds(self) -> float:
        """Return the seconds of a core that it and its workers have used."""
        return busy_seconds(self.pid)

    def workers(self) -> list[int]:
        """Return the processes below it."""
        return descendants(self.pid)

    def ask_to_end(self) -> None:
        """Send it SIGTERM."""
        self.process.signal(signal.SIGTERM)

    def end(self, within: float = 30.0) -> int:
        """Send it SIGTERM and return its exit code."""
        self.ask_to_end()
        return self.process.wait(within)


@contextmanager
def together(*each: dict[str, Any]) -> Iterator[list[Service]]:
    """Yield several services that are started at the same time."""
    with ExitStack() as stack:
        services = [stack.enter_context(Service(is_awaited=False, **settings)) for settings in each]
        for service in services:
            service.await_ready()
        yield services
