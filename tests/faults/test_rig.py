"""What the faults are made with does what it says: else a scenario could pass because nothing was amiss."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tools.faults.asking import assessment, listings
from tools.faults.client import Answers, Asked, at_once, interleaved, steady
from tools.faults.processes import LOOPBACK, Miss, descendants, hold, resident_bytes, until
from tools.faults.proxy import Proxy
from tools.faults.redis_server import Certificates, RedisServer, client_of
from tools.faults.scenario import scenarios
from tools.faults.sentinels import Sentinels


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """Yield a Redis."""
    with RedisServer() as running:
        yield running


def test_a_redis_dies_freezes_and_comes_back(server: RedisServer) -> None:
    """A killed server refuses, a frozen one does not answer, and each is there again on the same port, the killed one empty."""
    with server.client(0.3) as client:
        client.set("a", "b")
        server.freeze()
        with pytest.raises(redis.TimeoutError):
            client.get("a")
        server.thaw()
        assert client.get("a") == b"b"
        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("a")
        server.start()
        assert client.get("a") is None


def test_a_redis_is_filled_and_emptied(server: RedisServer) -> None:
    """A full server answers what it is asked and takes nothing more, until it is emptied."""
    with server.client() as client:
        client.set("a", "b")
        server.fill()
        assert client.get("a") == b"b"
        with pytest.raises(redis.OutOfMemoryError):
            client.set("c", "d")
        server.unfill()
        client.set("c", "d")
    assert server.kept() == {b"a", b"c"}


def test_a_redis_with_password_and_certificate_takes_no_other(tmp_path: Path) -> None:
    """Without the password, or by plain TCP, nothing is answered."""
    with RedisServer(password="secret", certificates=Certificates.made(tmp_path)) as server:
        assert server.answers()
        for url in (server.url.replace(":secret@", ""), server.url.replace("rediss", "redis").partition("?")[0]):
            with client_of(url, 0.5) as client, pytest.raises(redis.RedisError):
                client.ping()


def test_a_process_is_ended_by_its_id(server: RedisServer) -> None:
    """What is closed is gone, and nobody listens on its port."""
    assert server.process is not None
    pid = server.process.pid
    assert resident_bytes(pid) > 1_000_000
    server.close()
    assert not server.process.is_alive
    assert resident_bytes(pid) == 0


def test_what_does_not_start_is_not_left_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot be reached in time is ended before that is told."""
    monkeypatch.setattr("tools.faults.redis_server.STARTS_WITHIN", 0.2)
    before = set(descendants(os.getpid()))
    with pytest.raises(Miss, match="does not answer"):
        RedisServer(options=["--requirepass", "secret"])
    assert set(descendants(os.getpid())) == before


def test_a_line_passes_on_and_fails_as_told(server: RedisServer) -> None:
    """Latency is added to every answer, a cut comes after so many bytes, and a healed line is as it was."""
    with Proxy(server.port) as line, client_of(server.url_at(line.port), 0.4) as client:
        client.set("a", "x" * 1000)
        line.latency = 0.1
        start = time.monotonic()
        client.ping()
        assert 0.1 <= time.monotonic() - start < 0.3
        line.heal()
        line.cut_after = 500
        with pytest.raises(redis.ConnectionError):
            client.get("a")
        line.heal()
        client.ping()
        line.instead = b"+no\r\n"
        assert client.get("a") == b"no"
        line.heal()
        line.is_mute = True
        with pytest.raises(redis.TimeoutError):
            client.get("a")
        line.heal()
        line.shut()
        with pytest.raises(redis.ConnectionError):
            client.get("a")
        line.heal()
        assert client.get("a") == b"x" * 1000


def test_sentinels_put_the_replica_in_place_of_the_primary() -> None:
    """Once the primary is dead, one sentinel alone names the replica, which may be written."""
    with Sentinels(count=1) as sentinels:
        sentinels.fail_over()
        with sentinels.replica.client() as client:
            until(lambda: client.info("replication")["role"] == "master", 5, "the replica may not be written")
            assert client.set("a", "b")


class Echo:
    """A server of one thread a connection, which answers after a time and may close amidst an answer."""

    def __init__(self, seconds: float = 0.0, breaks_every: int = 0) -> None:
        """Start to listen."""
        self.seconds, self.breaks_every, self.count = seconds, breaks_every, 0
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while connection.recv(65_536):
                self.count += 1
                time.sleep(self.seconds)
                whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"
                if self.breaks_every and self.count % self.breaks_every == 0:
                    connection.sendall(whole[:-2])
                    return
                connection.sendall(whole)


def test_an_answer_that_breaks_off_is_a_failure() -> None:
    """Half an answer counts as none, and the next request opens a connection anew."""
    found = at_once(Echo(breaks_every=3).port, itertools.repeat(Asked("x", "/"), 9), 1)
    assert found.statuses == {0: 3, 200: 6}
    assert "IncompleteReadError" in found.failures
    assert len({one.digest for one in found.with_status(200)}) == 1


def test_a_steady_caller_counts_from_when_it_should_have_asked() -> None:
    """Twenty requests a second are sent in a second however slow the answers are, and each is timed by itself."""
    start = time.monotonic()
    found = steady(Echo(seconds=0.3).port, itertools.repeat(Asked("x", "/"), 20), 20)
    assert found.statuses == {200: 20}
    assert 1.2 <= time.monotonic() - start < 2.0
    assert 0.3 <= found.quantile(0.5) < 0.5


def test_quantiles_are_those_of_the_nearest_rank() -> None:
    """Of a hundred answers p99 is the ninety-ninth."""
    found = Answers(at_once(Echo().port, [Asked("x", "/")], 1) * 100)
    timed = Answers(type(one)(one.asked, 200, float(number), 0.0) for number, one in enumerate(found, 1))
    assert [timed.quantile(share) for share in (0.01, 0.5, 0.99, 1)] == [1, 50, 99, 100]


def test_kinds_are_interleaved_as_their_shares_say() -> None:
    """In ten rounds a share of 0.5 comes five times, evenly spread."""
    a, b = (itertools.repeat(Asked(kind, "/")) for kind in "ab")
    kinds = [one.kind for one in interleaved([(1.0, a), (0.5, b)], 10)]
    assert kinds == list("aab" * 5)


def test_requests_are_different_where_they_must_be() -> None:
    """Every number is another assessment; listings go round."""
    assert len({assessment(number).body for number in range(100)}) == 100
    assert len({one.path for one in itertools.islice(listings(), 100)}) == 6


def test_what_does_not_hold_is_a_miss() -> None:
    """A condition that fails, at once or within its time, says what was expected."""
    with pytest.raises(Miss, match="four"):
        hold(2 + 2 == 5, "two and two are four")
    with pytest.raises(Miss, match="never, within"):
        until(lambda: False, 0.1, "never")


def test_every_scenario_says_what_must_hold() -> None:
    """There are scenarios of every chapter, each with a sentence."""
    found = scenarios()
    assert len(found) > 20
    assert all((one.play.__doc__ or "").endswith(".") for one in found)
