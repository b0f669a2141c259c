"""Access control: keys, and a limit that fills evenly, on a clock that the tests turn."""

from __future__ import annotations

import hashlib

import pytest

from service.http import access
from service.http.access import AccessControl, key_of
from service.nouns.faults import NotLetIn, TooMany

KEY = "correct horse"
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time [s]."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


def left(headers: dict[str, str]) -> int:
    """Return the requests that are left."""
    return int(headers["RateLimit"].split(";")[1].removeprefix("r="))


def test_without_a_limit_nothing_is_counted(clock: Clock) -> None:
    """No limit, no headers, and nobody is remembered."""
    free = AccessControl((), 0, clock)
    assert [free.check({}, "1.2.3.4") for _ in range(5)] == [{}] * 5
    assert not free.buckets


def test_a_full_minute_may_be_used_at_once(clock: Clock) -> None:
    """As many requests as the limit says are let in at once, the next is not."""
    access_control = AccessControl((), 3, clock)
    assert [left(access_control.check({}, "a")) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany) as refused:
        access_control.check({}, "a")
    assert refused.value.retry_after == 20
    assert refused.value.headers == {"RateLimit": '"default";r=0;t=60', "RateLimit-Policy": '"default";q=3;w=60'}


def test_coming_back_when_told_is_enough(clock: Clock) -> None:
    """A caller that comes back after Retry-After is let in, once; one that comes a second early is not."""
    access_control = AccessControl((), 7, clock)
    for _ in range(7):
        access_control.check({}, "a")
    with pytest.raises(TooMany) as refused:
        access_control.check({}, "a")
    clock.now += refused.value.retry_after - 1
    with pytest.raises(TooMany):
        access_control.check({}, "a")
    clock.now += 1
    access_control.check({}, "a")
    with pytest.raises(TooMany):
        access_control.check({}, "a")


def test_what_is_left_fills_evenly_and_no_further(clock: Clock) -> None:
    """Half a minute gives back half of the limit; an hour gives back no more than all of it."""
    access_control = AccessControl((), 10, clock)
    for _ in range(10):
        access_control.check({}, "a")
    clock.now += 30
    assert left(access_control.check({}, "a")) == 4
    clock.now += 3600
    assert left(access_control.check({}, "a")) == 9


def test_refusals_cost_nothing(clock: Clock) -> None:
    """Asking too early, however often, does not put off the time to come back."""
    access_control = AccessControl((), 1, clock)
    access_control.check({}, "a")
    for _ in range(59):
        clock.now += 1
        with pytest.raises(TooMany) as refused:
            access_control.check({}, "a")
    assert refused.value.retry_after == 1
    clock.now += 1
    assert left(access_control.check({}, "a")) == 0


def test_when_the_limit_is_full_again(clock: Clock) -> None:
    """The seconds until the limit is full again are rounded up: never told too early."""
    access_control = AccessControl((), 7, clock)
    told = [access_control.check({}, "a")["RateLimit"] for _ in range(3)]
    assert told == ['"default";r=6;t=9', '"default";r=5;t=18', '"default";r=4;t=26']


def test_callers_do_not_share_a_limit(clock: Clock) -> None:
    """Each address has its own limit; with keys, each key has, whatever the address."""
    by_address = AccessControl((), 1, clock)
    by_address.check({}, "a")
    by_address.check({}, "b")
    by_key = AccessControl((DIGEST,), 1, clock)
    by_key.check({"x-api-key": KEY}, "a")
    with pytest.raises(TooMany):
        by_key.check({"x-api-key": KEY}, "b")


def test_who_has_no_key_uses_up_nothing(clock: Clock) -> None:
    """A request without a known key is refused before it is counted, and nobody is remembered for it."""
    access_control = AccessControl((DIGEST,), 1, clock)
    for key in ("", "wrong", DIGEST):
        with pytest.raises(NotLetIn):
            access_control.check({"x-api-key": key}, "a")
    assert not access_control.buckets
    assert left(access_control.check({"x-api-key": KEY}, "a")) == 0


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of callers the one that was away longest is forgotten, not the one that came just now."""
    monkeypatch.setattr(access, "MOST_CALLERS", 3)
    access_control = AccessControl((), 5, clock)
    for address in ("a", "b", "c", "a", "d"):
        access_control.check({}, address)
    assert list(access_control.buckets) == ["c", "a", "d"]
    assert left(access_control.check({}, "a")) == 2
    assert left(access_control.check({}, "b")) == 4


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, ""),
        ({"x-api-key": "k"}, "k"),
        ({"authorization": "Bearer k"}, "k"),
        ({"authorization": "BEARER  k "}, "k"),
        ({"authorization": "Basic k"}, ""),
        ({"authorization": "Bearer"}, ""),
        ({"authorization": "Bearer other", "x-api-key": "k"}, "k"),
        ({"authorization": "Bearer k", "x-api-key": ""}, "k"),
    ],
)
def test_where_a_key_stands(headers: dict[str, str], key: str) -> None:
    """A key stands in X-Api-Key or, without one there, behind Bearer."""
    assert key_of(headers) == key
