"""What may be set from outside, by environment variables; everything else ships with the service."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

SHA256 = re.compile("[0-9a-f]{64}")
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
YES_OR_NO = MappingProxyType({"yes": True, "no": False})

MOST_SHOWN = 100
"""Characters of a variable that are shown where it is at fault."""


class Settings(Struct, frozen=True, kw_only=True):
    """Where the service listens, whom it answers, and how much it takes on."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    """Address, or name of one, on which it listens."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    workers: Annotated[int, Meta(ge=0, le=256)] = 1
    """Worker processes behind the port; 0: as many as there are cores."""
    redis_url: str = ""
    """Redis that processes share answers and limits through; none: each keeps its own."""
    redis_seconds: Annotated[float, Meta(ge=0.001, le=10)] = 0.02
    """Longest that a trip to Redis may take."""
    cache_seconds: Annotated[int, Meta(ge=0, le=2_592_000)] = 3600
    """How long an answer is kept; 0: not at all."""
    cache_megabytes: Annotated[int, Meta(ge=0, le=100_000)] = 64
    """Most that the answers kept in one process take."""
    api_keys: tuple[str, ...] = ()
    """SHA-256 of each key that is let in, in lower-case hexadecimal; none, and no file of keys: everybody is."""
    api_keys_file: str = ""
    """TOML file of keys with names, scopes and ends; read anew when it changes."""
    open_to_anyone: bool = False
    """Whether it may listen beyond this machine without keys."""
    requests_per_minute: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """Most requests of one key or address within a minute; 0: no limit."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks of proxies whose X-Forwarded-For is believed."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may ask; none: no page of another origin."""
    body_seconds: Annotated[float, Meta(ge=0.01, le=600)] = 10.0
    """Longest that a body may take to arrive."""
    answer_seconds: Annotated[float, Meta(ge=0.01, le=600)] = 30.0
    """Longest that an answer may take to be computed, waiting included."""
    wait_seconds: Annotated[float, Meta(ge=0.01, le=600)] = 0.4
    """Longest that a computation may be expected to wait for a core; beyond, the service sheds load."""
    most_waiting: Annotated[int, Meta(ge=1, le=10_000)] = 64
    """Most computations that wait for a core, however short they are."""
    body_megabytes: Annotated[int, Meta(ge=1, le=100_000)] = 64
    """Most bytes of bodies that are held at once, a body alone excepted."""
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """Port of the metrics alone; 0: they are on the service's own."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged: a line a request from info on."""

    @property
    def processes(self) -> int:
        """How many worker processes there are."""
        return self.workers or cores_at_hand()


def cores_at_hand() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


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
        value: Any = text
        if field.type == tuple[str, ...]:
            value = tuple(part.strip() for part in text.split(",") if part.strip())
        elif field.type is bool:
            value = YES_OR_NO.get(text.lower(), text)
        try:
            said[field.name] = msgspec.convert(value, field.type, strict=False)
        except msgspec.ValidationError as error:
            faults.append(f"{name} is {text[:MOST_SHOWN]!r}: {error}")
    keys = said.get("api_keys")
    if keys is not None and not (keys and all(map(SHA256.fullmatch, keys))):
        # A key itself, set here by mistake, must not reach a log; and no key at all would let everybody in.
        faults.append("API_KEYS must be SHA-256 digests in lower-case hexadecimal, with commas between them")
    faults += _not_networks(said.get("trusted_proxies", ())) + _not_origins(said.get("cors_origins", ()))
    if faults:
        raise ValueError("; ".join(faults))
    return Settings(**said)


def _not_networks(texts: Iterable[str]) -> list[str]:
    """Return a fault for each network that is none."""
    faults = []
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            faults.append(f"TRUSTED_PROXIES: {error}")
    return faults


def _not_origins(texts: Iterable[str]) -> list[str]:
    """Return a fault for each origin that is none: every page is let in by name, or none."""
    return [
        f"CORS_ORIGINS: {text[:MOST_SHOWN]!r} is no origin, such as https://finance.example.org"
        for text in texts
        if not ORIGIN.fullmatch(text)
    ]


def check_metrics_port(settings: Settings) -> None:
    """See to it that the metrics have a port.

    Raises
    ------
    ValueError
        If it is that of the service, or another program listens on it.
    """
    port = settings.metrics_port
    if port == settings.port:
        raise ValueError(f"METRICS_PORT and PORT are both {port}: take another, or leave METRICS_PORT out")
    try:
        address_of(msgspec.structs.replace(settings, port=port))
    except ValueError:
        raise ValueError(f"METRICS_PORT {port} cannot be listened on, on HOST {settings.host!r}") from None


def check_is_guarded(settings: Settings, address: str) -> None:
    """See to it that nobody beyond this machine is let in by oversight.

    Raises
    ------
    ValueError
        If an address that others reach is listened on without keys, and OPEN_TO_ANYONE does not say that this is meant.
    """
    is_guarded = settings.api_keys or settings.api_keys_file or settings.open_to_anyone
    if not is_guarded and not ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        raise ValueError(
            f"HOST is {settings.host!r}, which others can reach, and no keys are set: set API_KEYS_FILE or API_KEYS, "
            "or OPEN_TO_ANYONE=yes if whoever reaches it may use it"
        )


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
