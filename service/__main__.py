"""Starts the service: `python -m service`, on HOST and PORT, with as many worker processes as WORKERS says; or does a command."""

from __future__ import annotations

import datetime
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from service.http.keys import Keys
from service.log import configuration
from service.settings import Settings, address_of, check_is_guarded, check_metrics_port, read_settings
from service.store import Shared
from service.store.embedded import Embedded

SPARE_SECONDS = 5
"""From the longest that a body and its answer may take to the end of a worker that does not end by itself."""

HEAD_MILLISECONDS = 30_000
"""Longest that a connection may be silent before a request and its headers are there, the first and every later one."""

MOST_CONNECTIONS = 16_384
"""Connections of a worker, silent ones included: bodies and computations are bounded elsewhere."""


def stop_seconds(settings: Settings) -> int:
    """Return the longest that a worker may take to end: what has begun to arrive is answered, or given up, by then."""
    return math.ceil(settings.body_seconds + settings.answer_seconds) + SPARE_SECONDS


def read_all() -> tuple[Settings, str]:
    """Return the settings and the address to listen on, once everything that they name is seen to be sound.

    Raises
    ------
    ValueError
        Naming what is not.
    """
    settings = read_settings()
    address = address_of(settings)
    check_is_guarded(settings, address)
    if settings.metrics_port:
        check_metrics_port(settings)
    Keys(settings.api_keys, settings.api_keys_file)
    if settings.redis_url:
        Shared(settings.redis_url, settings.redis_seconds, Embedded(0))
    return settings, address


@contextmanager
def figures_of_all(settings: Settings, address: str) -> Iterator[None]:
    """Give processes that are not alone a folder for their figures, and serve these on a port of their own if there is one."""
    if settings.processes == 1 and not settings.metrics_port:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="prompt-or-tune-") as folder:
        # The library looks for the folder once, when it is first imported: here, before the workers are forked.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        from service.http.metrics import serve

        if settings.metrics_port:
            serve(folder, address, settings.metrics_port)
        yield


def main() -> None:
    """Serve until told to stop."""
    try:
        settings, address = read_all()
    except ValueError as error:
        raise SystemExit(str(error)) from None
    with figures_of_all(settings, address):
        Granian(
            "service.http.app:create_app",
            factory=True,
            address=address,
            port=settings.port,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            workers=settings.processes,
            # One that fails alone is replaced; where it was the only one, the service ends and whoever started it sees that.
            respawn_failed_workers=settings.processes > 1,
            websockets=False,
            # Nothing closes a connection of HTTP/2 that says nothing, at work or at the end.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS),
            backpressure=MOST_CONNECTIONS,
            log_access=False,
            log_level=LogLevels(settings.log_level),
            log_dictconfig=configuration(settings.log_level),
            workers_kill_timeout=stop_seconds(settings),
        ).serve()


def command(arguments: list[str]) -> int:
    """Do what a command says."""
    from service import cli  # which loads what a process that only forks does not need

    return cli.main(arguments, datetime.datetime.now(datetime.UTC).date())


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(command(sys.argv[1:]))
    main()
