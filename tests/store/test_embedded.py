"""The store in this process: bounded, and on a clock that the tests turn."""

from __future__ import annotations

import asyncio

import pytest

from service.store import Quota, embedded
from service.store.embedded import OVERHEAD, Embedded
from service.store.port import WINDOW_SECONDS


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


def room(values: int, size: int, clock: Clock) -> Embedded:
    """Return a store with room for so many values of a size."""
    return Embedded(values * (size + OVERHEAD), clock)


def take(store: Embedded, cost: int = 1, limit: int = 3, caller: str = "a") -> Quota:
    """Count against a caller's limit."""
    return asyncio.run(store.take(caller, cost, limit))


def test_a_value_is_kept_for_its_time(clock: Clock) -> None:
    """What was put in is found until its time is over, and takes no room from then on."""
    store = room(3, 10, clock)
    asyncio.run(store.put("k", b"v" * 10, 60))
    clock.now += 59.9
    assert asyncio.run(store.get("k")) == b"v" * 10
    clock.now += 0.1
    assert asyncio.run(store.get("k")) is None
    assert asyncio.run(store.get("other")) is None
    assert store.kept_bytes == 0


def test_what_was_asked_for_longest_ago_makes_room(clock: Clock) -> None:
    """Memory is bounded: of three values where there is room for two, the one that was used last stays."""

    async def go() -> list[bytes | None]:
        store = room(2, 1, clock)
        await store.put("a", b"1", 60)
        await store.put("b", b"2", 60)
        await store.get("a")
        await store.put("c", b"3", 60)
        assert store.kept_bytes == 2 * (1 + OVERHEAD)
        return [await store.get(key) for key in "abc"]

    assert asyncio.run(go()) == [b"1", None, b"3"]


def test_a_value_that_has_no_room_is_not_kept(clock: Clock) -> None:
    """A value larger than all the room drives out nothing, and one put in anew counts once."""

    async def go() -> None:
        store = room(1, 10, clock)
        await store.put("a", b"1" * 10, 60)
        await store.put("a", b"2" * 10, 60)
        await store.put("b", b"3" * 11, 60)
        assert await store.get("a") == b"2" * 10
        assert store.kept_bytes == 10 + OVERHEAD

    asyncio.run(go())


def test_the_limit_holds_within_a_window(clock: Clock) -> None:
    """A window opens with the first request and closes after a minute; what is refused uses up nothing."""
    store = Embedded(0, clock)
    assert [take(store).is_let_in for _ in range(4)] == [True, True, True, False]
    clock.now += WINDOW_SECONDS - 1
    assert take(store) == Quota(False, 3, 1.0)
    clock.now += 1
    assert take(store, cost=2) == Quota(True, 2, WINDOW_SECONDS)
    assert take(store, cost=2) == Quota(False, 2, WINDOW_SECONDS)
    assert take(store, cost=1) == Quota(True, 3, WINDOW_SECONDS)


def test_what_was_counted_elsewhere_is_gone_on_from(clock: Clock) -> None:
    """What another count says replaces ours; what was let in here since is told to it later, until the window closes."""
    store = Embedded(0, clock)
    store.note("a", Quota(True, 2, 30.0))
    assert store.settle("a") == 0
    assert take(store) == Quota(True, 3, 30.0)
    assert not take(store).is_let_in
    assert [store.settle("a"), store.settle("a")] == [1, 0]
    store.owe("a", 1)
    clock.now += 30
    assert store.settle("a") == 0


def test_what_is_over_is_forgotten(clock: Clock) -> None:
    """Answers whose time has come and windows that have closed are let go of, though nobody asks for them."""

    async def go() -> None:
        store = room(3, 1, clock)
        await store.put("short", b"1", 10)
        await store.put("long", b"2", 60)
        await store.take("a", 1, 3)
        clock.now += 30
        store.look()
        assert list(store.values) == ["long"] and list(store.callers) == ["a"]
        clock.now += 30
        store.look()
        assert not store.values and not store.callers and store.kept_bytes == 0

    asyncio.run(go())


def test_callers_that_are_remembered_are_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of callers the one that was away longest is forgotten, not the one that came just now."""
    monkeypatch.setattr(embedded, "MOST_CALLERS", 3)
    store = Embedded(0, clock)
    for caller in ("a", "b", "c", "a", "d"):
        take(store, caller=caller)
    assert list(store.callers) == ["c", "a", "d"]
    assert take(store, caller="a").used == 3
