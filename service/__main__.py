"""Starts the service: `python -m service`, on HOST and PORT."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces, Loops

from service.settings import read_settings


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    Granian(
        "service.app:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main()
