"""Numeric work off the event loop: as many at once as there are cores, a bounded number waiting, none for ever.

Work waits in a line of our own, not in the pool's: what is given up leaves it at once, body and all. Work is let in, and
kept in line, only while it can be expected to end in time; each computation that ends says how long that takes.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from service.nouns.faults import Overloaded, TookTooLong

T = TypeVar("T")

SMOOTHING = 0.2
"""Weight of the newest computation in the mean of how long one takes."""


@dataclass(eq=False)
class _Job:
    """Work, until when it is of use, when it was begun, and where its outcome goes."""

    work: Callable[[], Any]
    until: float
    started: float = math.inf
    outcome: Future[Any] = field(default_factory=Future)


class Workers:
    """A pool of one thread a core, and the line before it; the lock guards everything that is counted."""

    def __init__(self, name: str, cores: int, most_waiting: int, answer_seconds: float, wait_seconds: float) -> None:
        """Start with nothing to do."""
        self.cores = cores
        self.pool = ThreadPoolExecutor(self.cores, thread_name_prefix=name)
        self.most_waiting = most_waiting
        self.answer_seconds = answer_seconds
        self.wait_seconds = wait_seconds
        self.mean_seconds = 0.0
        self.share_seconds = 0.0
        """Mean of how long a computation takes by how many are at work: about every so often one ends."""
        self.lock = threading.Lock()
        self.line: deque[_Job] = deque()
        self.at_work = 0

    @property
    def at_hand(self) -> int:
        """Computations that wait or occupy a core, those that were given up but go on included."""
        return len(self.line) + self.at_work

    async def run(self, work: Callable[[], T]) -> T:
        """Return what work gives.

        Raises
        ------
        Overloaded
            If as much as may wait is waiting, or more than can be expected to end in time.
        TookTooLong
            If the answer is not there in time; work that waits is dropped, work that runs ends by itself.
        """
        job = _Job(work, time.monotonic() + self.answer_seconds)
        with self.lock:
            before = self.at_hand
            is_full = before >= self.cores + self.most_waiting or self._wait(before) > self.wait_seconds
            if is_full or self._is_late(before, self.answer_seconds):
                raise self._overloaded()
            self.line.append(job)
        self.pool.submit(self._next)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job.outcome), self.answer_seconds)
        except TimeoutError:
            with self.lock:
                if (seconds := time.monotonic() - job.started) > self.mean_seconds:
                    self._learn(seconds)
            raise TookTooLong from None
        finally:
            with self.lock:
                if job in self.line:
                    self.line.remove(job)

    def _next(self) -> None:
        """Do the first work in line that was not given up."""
        with self.lock:
            job = self.line.popleft() if self.line else None
            if job is None or not job.outcome.set_running_or_notify_cancel():
                return
            self.at_work += 1
            job.started = time.monotonic()
        try:
            result = job.work()
        except BaseException as error:
            self._ended(job)
            job.outcome.set_exception(error)
            del job  # else the error's traceback holds the job, and the job the error
        else:
            self._ended(job)
            job.outcome.set_result(result)

    def _ended(self, job: _Job) -> None:
        """Count work that ended, and send away what, as is known now, cannot end in time: the last in line first."""
        with self.lock:
            now = time.monotonic()
            self._learn(now - job.started)
            self.at_work -= 1
            while self.line and self._is_late(self.at_hand - 1, self.line[-1].until - now):
                other = self.line.pop().outcome
                if other.set_running_or_notify_cancel():
                    other.set_exception(self._overloaded())

    def _learn(self, seconds: float) -> None:
        """Take a computation into the mean; the time that it waited for a core is not the time it takes."""
        weight = SMOOTHING if self.mean_seconds else 1.0
        self.mean_seconds += weight * (seconds - self.mean_seconds)
        # Threads share an interpreter: two at work may each take twice as long, and yet as many end in an hour.
        self.share_seconds += weight * (seconds / max(1, self.at_work) - self.share_seconds)

    def _is_late(self, before: int, seconds: float) -> bool:
        """Return whether work with so much before it will hardly end in time; with nothing before it, it is tried."""
        return before > 0 and self.mean_seconds * (before + 1) / self.cores > seconds

    def _wait(self, before: int) -> float:
        """Return how long work with so much before it can be expected to wait for a core [s]."""
        return self.share_seconds * max(0, before + 1 - self.cores)

    def _overloaded(self) -> Overloaded:
        """Return the error that says when to come back."""
        # Whatever waits is done or given up after the longest that an answer may take.
        seconds = min(self.mean_seconds * self.at_hand / self.cores, self.answer_seconds)
        return Overloaded(max(1, math.ceil(seconds)))
