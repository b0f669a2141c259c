"""Numeric work off the event loop: as many at once as there are cores, a bounded number waiting, none for ever."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

SMOOTHING = 0.2
"""Weight of the newest computation in the mean of how long one takes."""


class Overloaded(Exception):
    """Too much is waiting already; carries the seconds after which to come back."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"come back after {retry_after} s")
        self.retry_after = retry_after


class TookTooLong(Exception):
    """The work was given up."""


class Workers:
    """A pool of one thread a core."""

    def __init__(self, most_waiting: int, answer_seconds: float) -> None:
        """Start with nothing to do."""
        self.cores = len(os.sched_getaffinity(0))
        self.pool = ThreadPoolExecutor(self.cores, thread_name_prefix="numeric")
        self.most_waiting = most_waiting
        self.answer_seconds = answer_seconds
        self.at_hand = 0
        self.mean_seconds = 0.0

    async def run(self, work: Callable[[], T]) -> T:
        """Return what work gives.

        Raises
        ------
        Overloaded
            If as much as may wait is waiting.
        TookTooLong
            If the answer is not there in time; work that waits is dropped, work that runs ends by itself.
        """
        if self.at_hand >= self.cores + self.most_waiting:
            # Whatever waits is done or given up after the longest that an answer may take.
            seconds = min(self.mean_seconds * self.at_hand / self.cores, self.answer_seconds)
            raise Overloaded(max(1, math.ceil(seconds)))
        future = asyncio.get_running_loop().run_in_executor(self.pool, self._timed, work)
        self.at_hand += 1
        try:
            return await asyncio.wait_for(future, self.answer_seconds)
        except TimeoutError:
            raise TookTooLong from None
        finally:
            self.at_hand -= 1

    def _timed(self, work: Callable[[], T]) -> T:
        """Return what work gives; the time it waited for a core is not the time it takes."""
        start = time.monotonic()
        try:
            return work()
        finally:
            self.mean_seconds += SMOOTHING * (time.monotonic() - start - self.mean_seconds)
