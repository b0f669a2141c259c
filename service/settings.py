"""What may be set from outside: HOST and PORT. Everything else ships with the service."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
HIGHEST_PORT = 65535


class Settings(Struct, frozen=True, kw_only=True):
    """Where the service listens."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment.

    Raises
    ------
    ValueError
        If PORT is not a port number.
    """
    text = environment.get("PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise ValueError(f"PORT is {text!r}; it must be a number from 1 to {HIGHEST_PORT}")
    return Settings(host=environment.get("HOST") or DEFAULT_HOST, port=int(text))
