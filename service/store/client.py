"""The client of Redis, from its URL: one server (plain, TLS, or a socket), a master behind sentinels, or a cluster."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

CONNECTIONS = 4
"""Connections of a process: a trip takes a fraction of a millisecond, so that these carry thousands a second."""

PLAIN = ("redis", "rediss", "unix")
SENTINELS = {"redis+sentinel": False, "rediss+sentinel": True}
CLUSTERS = {"redis+cluster": "redis", "rediss+cluster": "rediss"}
SENTINEL_PORT = 26379

AnyRedis = Any
"""Redis or RedisCluster: both know the commands that are used here, with other types."""


def client_of(url: str, seconds: float) -> AnyRedis:
    """Return a client that opens no connection yet and gives up on one that is silent for so many seconds.

    Raises
    ------
    ValueError
        If the URL is none that Redis is reached by; its words hold no password.
    """
    kind = url.partition("://")[0]
    kept = {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 3,
    }
    try:
        if kind in SENTINELS:
            return _behind_sentinels(url, kept, is_encrypted=SENTINELS[kind])
        if kind in CLUSTERS:
            return RedisCluster.from_url(url.replace(kind, CLUSTERS[kind], 1), max_connections=CONNECTIONS, **kept)
        if kind in PLAIN:
            pool = BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS, timeout=seconds, **kept)
            pool.connection_class(
                **pool.connection_kwargs
            )  # an option that there is not is found now, not by a request
            return Redis.from_pool(pool)
    except (ValueError, RedisError, TypeError) as error:
        # What the library says may repeat a password.
        raise ValueError(f"REDIS_URL cannot be read ({type(error).__name__})") from None
    known = ", ".join((*PLAIN, *SENTINELS, *CLUSTERS))
    raise ValueError(f"REDIS_URL must begin with one of {known}, then ://")


def _behind_sentinels(url: str, kept: dict[str, Any], *, is_encrypted: bool) -> Redis:
    """Return the client of a master: `redis+sentinel://user:password@host:port,host:port/name/database?ssl_ca_certs=file`."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = (unquote(part) for part in login.partition(":"))
    name, _, database = parts.path.strip("/").partition("/")
    if not name or not hosts:
        raise ValueError("sentinels and the name of their master are needed")
    sentinels = [_address(host) for host in hosts.split(",")]
    options = dict(parse_qsl(parts.query))
    more: dict[str, Any] = {**kept, **options, "ssl": True} if is_encrypted else {**kept, **options}
    manager: Any = Sentinel(sentinels, sentinel_kwargs=more, **more)
    client: Redis = manager.master_for(
        name,
        db=int(database or 0),
        username=user or None,
        password=password or None,
        max_connections=CONNECTIONS,
    )
    return client


def _address(host: str) -> tuple[str, int]:
    """Return host and port; the port of sentinels where none is said."""
    where = urlsplit(f"//{host}")
    return where.hostname or "", where.port or SENTINEL_PORT
