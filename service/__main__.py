"""Starts the service: `python -m service`, on HOST and PORT."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces, Loops

from service.settings import address_of, read_settings

STOP_SECONDS = 20
"""Longest that a worker may take to end; one that is told to while it starts does not listen, and is ended then."""


def main() -> None:
    """Serve until told to stop."""
    try:
        settings = read_settings()
        address = address_of(settings)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    Granian(
        "service.http.app:create_app",
        factory=True,
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        log_access=False,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


if __name__ == "__main__":
    main()
