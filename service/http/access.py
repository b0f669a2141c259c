"""Who is let in: API keys, and a limit of requests a minute for each key or address."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from time import monotonic

from service.nouns.faults import NotLetIn, TooMany

WINDOW_SECONDS = 60.0
MOST_CALLERS = 10_000
"""Callers that are remembered; the one that was away longest is forgotten first."""


def key_of(headers: Mapping[str, str]) -> str:
    """Return the key that a request brings, in X-Api-Key or as a bearer token; empty without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return headers.get("x-api-key") or (token.strip() if scheme.lower() == "bearer" else "")


class AccessControl:
    """Lets a request in or says why not.

    The limit is a bucket of `requests_per_minute` tokens that fills evenly within a minute (token bucket).
    """

    def __init__(self, keys: tuple[str, ...], requests_per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        """Start with every bucket full."""
        self.keys = frozenset(keys)
        self.limit = requests_per_minute
        self.clock = clock
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, headers: Mapping[str, str], address: str) -> dict[str, str]:
        """Return the headers that tell a caller what is left of the limit.

        Raises
        ------
        NotLetIn
            If there are keys and the request brings none of them.
        TooMany
            If the caller has used up the limit.
        """
        caller = address
        if self.keys:
            caller = hashlib.sha256(key_of(headers).encode()).hexdigest()
            if caller not in self.keys:
                raise NotLetIn
        return self._take(caller) if self.limit else {}

    def _take(self, caller: str) -> dict[str, str]:
        now = self.clock()
        left, then = self.buckets.pop(caller, (float(self.limit), now))
        left = min(float(self.limit), left + (now - then) * self.limit / WINDOW_SECONDS)
        may = left >= 1.0
        self.buckets[caller] = (left - may, now)
        if len(self.buckets) > MOST_CALLERS:
            self.buckets.popitem(last=False)
        if not may:
            raise TooMany(max(1, math.ceil((1.0 - left) * WINDOW_SECONDS / self.limit)), self._told(left))
        return self._told(left - 1.0)

    def _told(self, left: float) -> dict[str, str]:
        """Return the headers that tell the limit and what is left of it."""
        fills = math.ceil((self.limit - left) * WINDOW_SECONDS / self.limit)
        return {
            "RateLimit": f'"default";r={math.floor(left)};t={fills}',
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_SECONDS:.0f}',
        }
