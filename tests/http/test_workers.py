"""The workers: a bounded number waits, none for ever, and work that ended makes room."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import threading
import time
import weakref
from collections.abc import Awaitable, Callable

import pytest

from service.http.workers import Workers
from service.nouns.faults import Overloaded, TookTooLong

PATIENCE = 20.0


def pool_of(most_waiting: int, answer_seconds: float, wait_seconds: float = 600.0) -> Workers:
    """Return workers for all cores of this machine."""
    return Workers("numeric", len(os.sched_getaffinity(0)), most_waiting, answer_seconds, wait_seconds)


async def stuck(workers: Workers, count: int, until: threading.Event, more: int = 0) -> list[asyncio.Task[bool]]:
    """Return computations that end when told, as many as make `count` at hand, or so many `more`."""
    tasks = [asyncio.create_task(workers.run(lambda: until.wait(PATIENCE))) for _ in range(more or count)]
    while workers.at_hand < count:
        await asyncio.sleep(0)
    return tasks


def run(test: Callable[[threading.Event], Awaitable[None]]) -> None:
    """Run a test with an event that is set at its end."""

    async def go() -> None:
        until = threading.Event()
        try:
            await test(until)
        finally:
            until.set()

    asyncio.run(go())


def test_results_and_faults_come_back() -> None:
    """What work gives is returned, what it raises is raised, and afterwards nothing is at hand."""

    async def test(_: threading.Event) -> None:
        workers = pool_of(1, PATIENCE)
        assert await workers.run(lambda: 42) == 42
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 // 0)
        assert workers.at_hand == 0

    run(test)


def test_work_runs_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop goes on while work is done, in a thread of the pool."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(1, PATIENCE)
        (task,) = await stuck(workers, 1, until)
        assert await workers.run(lambda: threading.current_thread().name.startswith("numeric"))
        assert not task.done()
        until.set()
        assert await task

    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    run(test)


def test_beyond_the_bound_load_is_shed() -> None:
    """A core each and as many waiting as may: the next is refused at once, and room is made by what ends."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(3, PATIENCE)
        tasks = await stuck(workers, workers.cores + 3, until)
        start = time.monotonic()
        with pytest.raises(Overloaded) as refused:
            await workers.run(lambda: None)
        assert time.monotonic() - start < 1
        assert refused.value.retry_after >= 1
        assert workers.at_hand == workers.cores + 3
        until.set()
        assert all(await asyncio.gather(*tasks))
        assert await workers.run(lambda: "room") == "room"

    run(test)


def test_what_waits_too_long_is_given_up_and_never_run() -> None:
    """Work that found no core in time is dropped: it is not computed for nobody."""

    async def test(until: threading.Event) -> None:
        workers, was_run = pool_of(5, PATIENCE), threading.Event()
        tasks = await stuck(workers, workers.cores, until)
        workers.answer_seconds = 0.05
        with pytest.raises(TookTooLong):
            await workers.run(was_run.set)
        assert workers.at_hand == workers.cores
        until.set()
        await asyncio.gather(*tasks)
        await workers.run(lambda: None)
        assert not was_run.is_set()

    run(test)


def test_when_to_come_back_is_told_by_how_long_work_takes() -> None:
    """Retry-After is the time of what is at hand: the time that work waited for a core does not count twice."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(1, PATIENCE)
        gone = threading.Event()
        others = [workers.pool.submit(gone.wait, PATIENCE) for _ in range(workers.cores)]
        waiting = asyncio.create_task(workers.run(lambda: None))
        await asyncio.sleep(0.5)
        gone.set()
        await waiting
        assert all(other.result() for other in others)
        assert 0 < workers.mean_seconds < 0.05
        tasks = await stuck(workers, workers.cores + 1, until)
        workers.mean_seconds = 10.0
        with pytest.raises(Overloaded) as refused:
            await workers.run(lambda: None)
        assert refused.value.retry_after == -(-10 * (workers.cores + 1) // workers.cores)
        workers.mean_seconds = 1000.0
        with pytest.raises(Overloaded) as refused:
            await workers.run(lambda: None)
        assert refused.value.retry_after == PATIENCE
        workers.mean_seconds = 0.0
        until.set()
        await asyncio.gather(*tasks)

    run(test)


def test_a_caller_that_leaves_makes_room() -> None:
    """A request that is cancelled while it waits is no longer at hand."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(1, PATIENCE)
        tasks = await stuck(workers, workers.cores + 1, until)
        tasks[-1].cancel()
        await asyncio.gather(tasks[-1], return_exceptions=True)
        assert workers.at_hand == workers.cores
        until.set()
        await asyncio.gather(*tasks[:-1])

    run(test)


def test_work_that_cannot_end_in_time_is_not_let_in() -> None:
    """Where the work at hand takes longer than an answer may, the next is refused; with nothing at hand it is tried."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(50, PATIENCE)
        tasks = await stuck(workers, 1, until)
        workers.mean_seconds = PATIENCE * workers.cores / 2 + 0.01
        with pytest.raises(Overloaded) as refused:
            await workers.run(lambda: None)
        assert refused.value.retry_after == math.ceil(workers.mean_seconds / workers.cores)
        workers.mean_seconds = PATIENCE * workers.cores / 2 - 0.01
        tasks += await stuck(workers, 2, until, more=1)
        workers.mean_seconds = 0.0
        until.set()
        await asyncio.gather(*tasks)
        workers.mean_seconds = PATIENCE * 1000
        assert await workers.run(lambda: "tried") == "tried"

    run(test)


def test_a_burst_on_a_service_that_knows_nothing_ends_in_time() -> None:
    """What was let in before anyone knew how long work takes is sent away with 503 once that is known, not kept till 504."""

    async def test(_: threading.Event) -> None:
        workers = pool_of(1000, 1.1)
        start = time.monotonic()
        burst = [workers.run(lambda: time.sleep(0.3)) for _ in range(workers.cores * 20)]
        found = await asyncio.gather(*burst, return_exceptions=True)
        refused = [one for one in found if isinstance(one, Overloaded)]
        assert workers.cores <= sum(one is None for one in found) <= workers.cores * 3
        assert len(refused) >= workers.cores * 16
        # A machine that is busy with other things may be slower than it was a moment ago.
        assert sum(isinstance(one, TookTooLong) for one in found) <= workers.cores
        assert {one.retry_after for one in refused} <= {1, 2}
        assert time.monotonic() - start < 1.6

    run(test)


def test_work_that_was_given_up_occupies_its_core_until_it_ends() -> None:
    """Computations that nobody waits for any more still count as at hand while their threads go on."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(1, 0.05)
        tasks = [asyncio.create_task(workers.run(lambda: until.wait(PATIENCE))) for _ in range(workers.cores)]
        assert {type(one) for one in await asyncio.gather(*tasks, return_exceptions=True)} == {TookTooLong}
        assert workers.at_hand == workers.cores
        assert workers.mean_seconds == pytest.approx(0.05, abs=0.04)
        with pytest.raises(Overloaded):
            await workers.run(lambda: None)
        until.set()
        while workers.at_hand:
            await asyncio.sleep(0.001)
        assert await workers.run(lambda: "room") == "room"

    run(test)


def test_what_is_given_up_is_not_kept() -> None:
    """Work that is given up while it waits is forgotten at once, with the body that it holds."""

    class Body:
        def __call__(self) -> None: ...

    async def test(until: threading.Event) -> None:
        workers = pool_of(5, PATIENCE)
        tasks = await stuck(workers, workers.cores, until)
        workers.answer_seconds = 0.05
        body = Body()
        kept = weakref.ref(body)
        waiting = asyncio.create_task(workers.run(body))
        del body
        await asyncio.wait([waiting])
        assert isinstance(waiting.exception(), TookTooLong)
        del waiting
        gc.collect()
        assert kept() is None
        assert workers.at_hand == workers.cores
        until.set()
        await asyncio.gather(*tasks)

    run(test)


def test_one_computation_is_enough_to_know() -> None:
    """The first computation sets the mean; later ones move it by a fifth."""

    async def test(_: threading.Event) -> None:
        workers = pool_of(1, PATIENCE)
        await workers.run(lambda: time.sleep(0.2))
        assert 0.2 <= workers.mean_seconds < 0.3
        first = workers.mean_seconds
        await workers.run(lambda: None)
        assert workers.mean_seconds == pytest.approx(0.8 * first, rel=0.1)

    run(test)


def test_work_that_would_wait_long_is_not_let_in() -> None:
    """Where work can be expected to wait longer for a core than it may, it is refused, though it would end in time."""

    async def test(until: threading.Event) -> None:
        workers = pool_of(50, PATIENCE, wait_seconds=0.5)
        tasks = await stuck(workers, workers.cores, until)
        workers.share_seconds = 0.25
        tasks += await stuck(workers, workers.cores + 2, until, more=2)
        with pytest.raises(Overloaded):
            await workers.run(lambda: None)
        workers.share_seconds = 0.0
        until.set()
        await asyncio.gather(*tasks)

    run(test)


def test_two_at_work_that_take_twice_as_long_are_as_quick() -> None:
    """How soon a core is free is learned from how long work takes by how many share the interpreter meanwhile."""

    async def test(_: threading.Event) -> None:
        workers = pool_of(10, PATIENCE)
        await asyncio.gather(*(workers.run(lambda: time.sleep(0.2)) for _ in range(workers.cores)))
        assert workers.mean_seconds >= 0.2
        assert 0.2 / workers.cores <= workers.share_seconds < 0.2 or workers.cores == 1

    run(test)
