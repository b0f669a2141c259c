"""What Redis holds is not believed: a value that is not what was put there is computed anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import redis

from tools.faults.asking import LISTINGS, assessment
from tools.faults.bench import Bench, Right, is_hit
from tools.faults.client import Answers, Asked
from tools.faults.processes import Miss, hold, until
from tools.faults.proxy import Proxy
from tools.faults.redis_server import RedisServer
from tools.faults.running import Service, together
from tools.faults.scenario import scenario

TRIES = 3
USED_WITHIN = 15.0
PLACES = (0, 5, 500, 8000, 60_000)
"""Bytes after which answers of Redis break off: amidst its greeting, amidst a length, amidst a value."""


def _value(client: redis.Redis, key: bytes) -> bytes:
    value = client.get(key)
    if not isinstance(value, bytes):
        raise Miss(f"{key!r} holds no value but {value!r}")
    return value


def _change(change: Callable[[bytes], bytes]) -> Callable[[redis.Redis, bytes, bytes], None]:
    """Return what writes a changed value in place of a value, for as long as that would have been kept."""

    def apply(client: redis.Redis, key: bytes, _: bytes) -> None:
        client.set(key, change(_value(client, key)), keepttl=True)

    return apply


def _swap(client: redis.Redis, key: bytes, other: bytes) -> None:
    """Put a sound value under the name of another."""
    client.set(key, _value(client, other), keepttl=True)


def _other_type(client: redis.Redis, key: bytes, _: bytes) -> None:
    """Put a list where a value was."""
    client.delete(key)
    client.rpush(key, b"a", b"b")


def _flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


TAMPERED: dict[str, Callable[[redis.Redis, bytes, bytes], None]] = {
    "a bit in its midst": _change(lambda value: _flipped(value, len(value) // 2)),
    "its first bit": _change(lambda value: _flipped(value, 0)),
    "its last bit": _change(lambda value: _flipped(value, len(value) - 1)),
    "half of it": _change(lambda value: value[: len(value) // 2]),
    "nothing": _change(lambda _: b""),
    "a byte more": _change(lambda value: value + b"\n"),
    "other bytes": _change(lambda _: b'{"verdict":{}}'),
    "another's value": _swap,
    "a list": _other_type,
}


@scenario("values in Redis are tampered with", is_short=True)
def tampered(bench: Bench) -> str:
    """Whatever stands in Redis in place of an answer, the right answer is given and does not say that it was kept."""
    bench.await_shared()
    other = _kept(bench, *bench.fresh())
    for what, tamper in TAMPERED.items():
        (asked,) = bench.fresh()
        key = _kept(bench, asked)
        with bench.redis.client() as client:
            tamper(client, key, other)
        answer = bench.b.ask(asked)
        hold(answer.status == 200, f"{what}: {answer.status} {answer.body[:200]!r}")
        hold(not is_hit(answer), f"{what}: served as kept")
        hold(answer.digest == bench.right.digest(asked), f"{what}: a wrong answer")
    return f"{len(TAMPERED)} ways, none served; shared after {bench.await_shared():.1f} s"


def _kept(bench: Bench, asked: Asked) -> bytes:
    """Return the name under which Redis keeps an answer that is computed now."""
    for _ in range(TRIES):
        before = bench.redis.kept()
        bench.a.ask(asked)
        new = bench.redis.kept() - before
        if len(new) == 1:
            return new.pop()
    raise Miss(f"an answer was to be kept under one name, not {new}")


@scenario("answers of Redis break off", is_short=True)
def cut_amidst(bench: Bench) -> str:
    """An answer of Redis that breaks off, wherever it does, is none, and what has arrived of it is not used."""
    for place in PLACES:
        bench.await_shared()
        (asked,) = bench.fresh()
        bench.a.ask(asked)
        bench.line.cut_after = place
        bench.line.cut()
        try:
            answers = [bench.b.ask(asked) for _ in range(2)]
        finally:
            bench.line.heal()
        for answer in answers:
            hold(answer.status == 200, f"cut after {place} bytes: {answer.status} {answer.body[:200]!r}")
            hold(answer.digest == bench.right.digest(asked), f"cut after {place} bytes: a wrong answer")
    return f"cut after {', '.join(map(str, PLACES))} bytes; shared after {bench.await_shared():.1f} s"


NONSENSE = {
    "a simple string": b"+OK\r\n",
    "a number": b":1\r\n",
    "nothing": b"$-1\r\n",
    "null": b"_\r\n",
    "an empty list": b"*0\r\n",
    "a list too short": b"*1\r\n:1\r\n",
    "a list of words": b"*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n",
    "a map": b"%1\r\n+a\r\n:1\r\n",
    "an error": b"-ERR no\r\n",
    "an error of a cluster": b"-MOVED 1 127.0.0.1:1\r\n",
    "that it loads": b"-LOADING Redis is loading the dataset in memory\r\n",
    "that it may only be read": b"-READONLY You can't write against a read only replica.\r\n",
    "a length without an end": b"$99999999999999999999\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "bytes": bytes(range(128, 256)) + b"\r\n",
}
MANY = 100_000


@scenario("Redis answers nonsense")
def nonsense() -> str:
    """Whatever comes in place of what Redis says, on connections old and new, everything is answered, and rightly."""
    with (
        RedisServer() as redis,
        Proxy(redis.port) as line,
        together({"redis_url": redis.url_at(line.port), "requests_per_minute": MANY}, {}) as (service, alone),
    ):
        right, numbers = Right(alone), itertools.count(2_500_000)
        for what, instead in NONSENSE.items():
            for is_new in (False, True):
                until(lambda: is_ok(service), USED_WITHIN, "Redis is not used", every=0.2)
                service.get(LISTINGS[0])
                line.instead = instead
                if is_new:
                    line.cut()
                asked = [assessment(next(numbers)), Asked("listing", LISTINGS[0])]
                found = Answers(service.ask(one) for one in asked * 2)
                hold(not found.but(200), f"{what}: {found.failures}")
                right.check(found)
                line.heal()
                until(lambda: is_ok(service), USED_WITHIN, f"{what}: Redis is not used again", every=0.2)
        hold("Traceback" not in service.log, f"a traceback in the log: {service.log[-2000:]}")
    return f"{len(NONSENSE)} kinds, on connections old and new: all answered, and rightly"


def is_ok(service: Service) -> bool:
    """Tell whether a service says, once it was asked for something, that nothing is amiss."""
    service.get(LISTINGS[0])
    return bool(service.get("/readyz").json()["status"] == "ok")
