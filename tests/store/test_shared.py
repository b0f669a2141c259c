"""The store that Redis shares, against a real server: what it keeps and counts, and what becomes of it when that fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from service.store import Embedded, Shared
from service.store.client import client_of
from service.store.port import WINDOW_SECONDS
from service.store.shared import NAMESPACE
from tools.faults.processes import free_port
from tools.faults.redis_server import RedisServer

T = TypeVar("T")
SECONDS = 0.1


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """Yield a server for the tests of this module."""
    with RedisServer() as running:
        yield running


@pytest.fixture(autouse=True)
def is_empty(server: RedisServer) -> None:
    """Forget what the test before has kept."""
    with server.client() as client:
        client.flushall()


def stores(url: str, test: Callable[[Shared, Shared], Awaitable[T]]) -> T:
    """Return what a test gives with two stores, as two processes have them."""

    async def go() -> T:
        one, other = (Shared(url, SECONDS, Embedded(1_000_000)) for _ in range(2))
        await one.open()
        await other.open()
        try:
            return await test(one, other)
        finally:
            await one.close()
            await other.close()

    return asyncio.run(go())


def test_what_one_keeps_another_finds(server: RedisServer) -> None:
    """A value that one process has put in is found by another, for its time and no longer."""

    async def test(one: Shared, other: Shared) -> None:
        await one.put("k", b"value", 1)
        assert await other.get("k") == b"value"
        assert await other.get("another") is None
        assert one.degraded == other.degraded == ""

    stores(server.url, test)
    with server.client() as client:
        assert 0 < client.pttl(NAMESPACE + "k") <= 1000


def test_a_socket_does_as_well_as_a_port(tmp_path: Path) -> None:
    """Redis may be reached by a socket of this machine."""
    socket = tmp_path / "redis.sock"

    async def test(one: Shared, other: Shared) -> None:
        await one.put("k", b"value", 60)
        assert await other.get("k") == b"value"
        assert (await one.take("a", 1, 1)).is_let_in and not (await other.take("a", 1, 1)).is_let_in

    with RedisServer(options=("--unixsocket", str(socket))):
        stores(f"unix://{socket}", test)


@pytest.mark.parametrize(
    "spoil",
    [lambda v: v[:-1], lambda v: v + b"x", lambda v: v[:40] + b"!" + v[41:], lambda _: b"", lambda _: b"short"],
    ids=["cut", "longer", "changed", "empty", "short"],
)
def test_a_value_that_is_not_what_was_kept_is_none(server: RedisServer, spoil: Callable[[bytes], bytes]) -> None:
    """A value that was damaged, or put under another key, is not served."""

    async def test(one: Shared, other: Shared) -> None:
        await one.put("k", b"a value of some length", 60)
        with server.client() as client:
            kept = client.get(NAMESPACE + "k")
            client.set(NAMESPACE + "moved", kept)
            client.set(NAMESPACE + "k", spoil(kept))
        assert await other.get("k") is None and await other.get("moved") is None
        assert await one.get("k") == b"a value of some length"

    stores(server.url, test)


def test_a_limit_is_exact_over_processes(server: RedisServer) -> None:
    """Of three hundred at once through two processes a hundred are let in, and all are told of one window."""

    async def test(one: Shared, other: Shared) -> None:
        found = await asyncio.gather(*((one, other)[i % 2].take("a", 1, 100) for i in range(300)))
        assert sum(quota.is_let_in for quota in found) == 100
        assert max(quota.used for quota in found) == 100
        assert all(0 < quota.resets_in <= WINDOW_SECONDS for quota in found)
        assert (await one.take("b", 100, 100)).is_let_in
        assert not (await other.take("b", 1, 100)).is_let_in

    stores(server.url, test)


def test_what_is_refused_uses_up_nothing(server: RedisServer) -> None:
    """A request that costs more than is left leaves room for one that does not, and does not lengthen the window."""

    async def test(one: Shared, other: Shared) -> None:
        first = await one.take("a", 5, 8)
        assert not (await other.take("a", 5, 8)).is_let_in
        last = await other.take("a", 3, 8)
        assert last.is_let_in and last.used == 8
        assert last.resets_in <= first.resets_in

    stores(server.url, test)


def test_a_window_that_a_clock_made_longer_is_cut(server: RedisServer) -> None:
    """A count that would stay for an hour, or for ever, because a clock was set back, stays for a window."""

    async def test(one: Shared, _: Shared) -> None:
        await one.take("a", 1, 1)
        with server.client() as client:
            (key,) = client.keys(NAMESPACE + "limit:*")
            for spoil in (lambda: client.pexpire(key, 3_600_000), lambda: client.persist(key)):
                spoil()
                assert (await one.take("a", 1, 1)).resets_in <= WINDOW_SECONDS

    stores(server.url, test)


def test_without_redis_each_goes_on_from_what_it_knew(server: RedisServer) -> None:
    """While Redis is away a process lets in what was left when it last knew, and tells Redis of it when it is back."""

    async def test(one: Shared, other: Shared) -> None:
        await one.take("a", 3, 8)
        server.freeze()
        start = time.monotonic()
        found = [await one.take("a", 1, 8) for _ in range(7)]
        assert time.monotonic() - start < 2 * SECONDS
        assert [quota.is_let_in for quota in found] == [True] * 5 + [False] * 2
        assert "TimeoutError" in one.degraded and one.faults == 1
        server.thaw()
        while one.degraded:
            one.look()
            await asyncio.sleep(0.01)
        assert (await one.take("a", 1, 9)).used in (9, 10)
        assert not (await other.take("a", 1, 9)).is_let_in

    stores(server.url, test)


def test_a_server_that_is_not_there_costs_next_to_nothing() -> None:
    """Where nobody listens, answers are kept and counted here, at once; the reason is told without the password."""

    async def test(one: Shared, other: Shared) -> None:
        start = time.monotonic()
        for number in range(100):
            await one.put(f"k{number}", b"v", 60)
            assert await one.get(f"k{number}") == b"v"
            assert (await one.take("a", 1, 100)).is_let_in
        assert not (await one.take("a", 1, 100)).is_let_in
        assert time.monotonic() - start < 1
        assert await other.get("k0") is None
        assert "ConnectionError" in one.degraded and "s3cret" not in one.degraded

    stores(f"redis://:s3cret@127.0.0.1:{free_port()}", test)


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/2", "rediss://user:pw@h:6380/0?ssl_ca_certs=/ca.pem", "unix:///run/redis.sock",
        "redis+sentinel://:pw@h:26379,h2/name/3", "rediss+sentinel://h/name?ssl_ca_certs=/ca.pem", "redis+cluster://h:7000",
    ],
)  # fmt: skip
def test_every_form_of_the_url_is_read(url: str) -> None:
    """One server, a socket, TLS, a master behind sentinels and a cluster are all told by REDIS_URL."""
    assert client_of(url, 1.0)


@pytest.mark.parametrize(
    "url", ["", "http://:s3cret@h", "redis+sentinel://:s3cret@h", "redis+sentinel:///name", "redis://:s3cret@h:port/0",
            "redis+sentinel://:s3cret@h/name/zero"]
)  # fmt: skip
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """What cannot be read is refused at once, in words that hold no password."""
    with pytest.raises(ValueError, match=r"^REDIS_URL") as refused:
        client_of(url, 1.0)
    assert "s3cret" not in str(refused.value)


def test_what_is_owed_is_counted_once(server: RedisServer) -> None:
    """What was let in while Redis was away is added once, however many come at once when it is back."""

    async def test(one: Shared, _: Shared) -> None:
        for _number in range(10):
            await one.embedded.take("a", 1, 100)
        found = await asyncio.gather(*(one.take("a", 1, 100) for _number in range(20)))
        assert all(quota.is_let_in for quota in found)
        assert max(quota.used for quota in found) == 30

    stores(server.url, test)


@pytest.mark.parametrize("value", [b"abc", b"nan", b"-5", b"1e300", b"99999"])
def test_a_count_that_cannot_be_locks_nobody_out(server: RedisServer, value: bytes) -> None:
    """What stands where a count should is none, or ends with its window; Redis stays in use."""

    async def test(one: Shared, _: Shared) -> None:
        await one.take("a", 1, 3)
        with server.client() as client:
            (key,) = client.keys(NAMESPACE + "limit:*")
            client.set(key, value)
            await one.take("a", 1, 3)
            assert 0 < client.pttl(key) <= WINDOW_SECONDS * 1000
        assert one.degraded == "" and one.faults == 0

    stores(server.url, test)


def test_something_else_under_a_key_is_no_answer(server: RedisServer) -> None:
    """A list where an answer should stand is passed over and replaced; Redis stays in use."""

    async def test(one: Shared, other: Shared) -> None:
        with server.client() as client:
            client.rpush(NAMESPACE + "k", "x")
        assert await one.get("k") is None and one.faults == 0
        await one.put("k", b"v", 60)
        assert await other.get("k") == b"v"

    stores(server.url, test)
