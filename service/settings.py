"""What may be set from outside, by environment variables; everything else ships with the service."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

SHA256 = re.compile("[0-9a-f]{64}")


MOST_SHOWN = 100
"""Characters of a variable that are shown where it is at fault."""


class Settings(Struct, frozen=True, kw_only=True):
    """Where the service listens, whom it answers, and how much it takes on."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    """Address, or name of one, on which it listens."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    api_keys: tuple[str, ...] = ()
    """SHA-256 of each key that is let in, in lower-case hexadecimal; none: everybody is."""
    requests_per_minute: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """Most requests of one key or address within a minute; 0: no limit."""
    body_seconds: Annotated[float, Meta(ge=0.01, le=600)] = 10.0
    """Longest that a body may take to arrive."""
    answer_seconds: Annotated[float, Meta(ge=0.01, le=600)] = 30.0
    """Longest that an answer may take to be computed, waiting included."""
    most_waiting: Annotated[int, Meta(ge=1, le=10_000)] = 64
    """Most computations that wait for a core; beyond, the service sheds load."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment; a variable that is empty counts as not set.

    Raises
    ------
    ValueError
        Naming every variable that does not say what it must.
    """
    said: dict[str, Any] = {}
    faults = []
    for field in msgspec.structs.fields(Settings):
        name = field.name.upper()
        text = environment.get(name)
        if not text:
            continue
        value: Any = tuple(part.strip() for part in text.split(",") if part.strip()) if name == "API_KEYS" else text
        try:
            said[field.name] = msgspec.convert(value, field.type, strict=False)
        except msgspec.ValidationError as error:
            faults.append(f"{name} is {text[:MOST_SHOWN]!r}: {error}")
    keys = said.get("api_keys")
    if keys is not None and not (keys and all(map(SHA256.fullmatch, keys))):
        # A key itself, set here by mistake, must not reach a log; and no key at all would let everybody in.
        faults.append("API_KEYS must be SHA-256 digests in lower-case hexadecimal, with commas between them")
    if faults:
        raise ValueError("; ".join(faults))
    return Settings(**said)


def address_of(settings: Settings) -> str:
    """Return the address to listen on: that of HOST where it is a name, of version 4 where there is one.

    Raises
    ------
    ValueError
        Naming HOST where it is no address of this machine and no name of one, PORT where another program listens.
    """
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ValueError(f"HOST is {host!r}, which is neither an IP address nor a name of one: {error}") from None
    family, _, _, _, where = min(found, key=lambda one: one[0] != socket.AF_INET)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # The server shares its port with whoever shares theirs; a connection that has just ended is no reason to refuse.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except OSError as error:
            raise ValueError(f"HOST {host!r} and PORT {port} cannot be listened on: {error.strerror}") from None
    return str(where[0])
