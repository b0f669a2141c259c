"""The workers: a bounded number waits, none for ever, and work that ended makes room."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable

import pytest

from service.workers import Overloaded, TookTooLong, Workers

PATIENCE = 20.0


async def stuck(workers: Workers, count: int, until: threading.Event) -> list[asyncio.Task[bool]]:
    """Return computations that are at hand and end when told."""
    tasks = [asyncio.create_task(workers.run(lambda: until.wait(PATIENCE))) for _ in range(count)]
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
        workers = Workers(1, PATIENCE)
        assert await workers.run(lambda: 42) == 42
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 // 0)
        assert workers.at_hand == 0

    run(test)


def test_work_runs_off_the_event_loop() -> None:
    """The event loop goes on while work is done, in a thread of the pool."""

    async def test(until: threading.Event) -> None:
        workers = Workers(1, PATIENCE)
        (task,) = await stuck(workers, 1, until)
        assert await workers.run(lambda: threading.current_thread().name.startswith("numeric")) or workers.cores == 1
        assert not task.done()
        until.set()
        assert await task

    if Workers(1, PATIENCE).cores > 1:
        run(test)
    else:
        pytest.skip("one core")


def test_beyond_the_bound_load_is_shed() -> None:
    """A core each and as many waiting as may: the next is refused at once, and room is made by what ends."""

    async def test(until: threading.Event) -> None:
        workers = Workers(3, PATIENCE)
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
        workers, was_run = Workers(5, PATIENCE), threading.Event()
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
        workers = Workers(1, PATIENCE)
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
        until.set()
        await asyncio.gather(*tasks)

    run(test)


def test_a_caller_that_leaves_makes_room() -> None:
    """A request that is cancelled while it waits is no longer at hand."""

    async def test(until: threading.Event) -> None:
        workers = Workers(1, PATIENCE)
        tasks = await stuck(workers, workers.cores + 1, until)
        tasks[-1].cancel()
        await asyncio.gather(tasks[-1], return_exceptions=True)
        assert workers.at_hand == workers.cores
        until.set()
        await asyncio.gather(*tasks[:-1])

    run(test)
