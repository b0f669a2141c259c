"""What may be set from outside, by environment variables; everything else ships with the service."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

SHA256 = re.compile("[0-9a-f]{64}")


class Settings(Struct, frozen=True, kw_only=True):
    """Where the service listens, whom it answers, and how much it takes on."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    api_keys: tuple[str, ...] = ()
    """SHA-256 of each key that is let in, in hexadecimal; none: everybody is."""
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
            faults.append(f"{name} is {text!r}: {error}")
    if not all(SHA256.fullmatch(key) for key in said.get("api_keys", ())):
        # A key itself, set here by mistake, must not reach a log.
        faults.append("API_KEYS must be SHA-256 digests in lower-case hexadecimal, with commas between them")
    if faults:
        raise ValueError("; ".join(faults))
    return Settings(**said)
