"""The port: what a store does for whoever answers requests."""

from __future__ import annotations

from abc import ABC, abstractmethod

from msgspec import Struct

WINDOW_SECONDS = 60
"""A caller's limit is used up within a window that opens with its first request."""


class Quota(Struct, frozen=True):
    """What a caller has used of its limit, the request in question included where it is let in."""

    is_let_in: bool
    used: int
    resets_in: float
    """Seconds until the window closes and nothing is used."""


class Store(ABC):
    """Keeps answers and counts requests. No method raises: what cannot be kept is not kept."""

    @property
    @abstractmethod
    def degraded(self) -> str:
        """Why less is shared than was set up, in words; empty where nothing is amiss."""

    @property
    @abstractmethod
    def kept_bytes(self) -> int:
        """Bytes that this process keeps."""

    @property
    @abstractmethod
    def faults(self) -> int:
        """How many times what is shared was found not to be usable."""

    @abstractmethod
    def look(self) -> None:
        """See what has changed by itself; called every second."""

    @abstractmethod
    async def open(self) -> None:
        """Make ready; called once, before the first request."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of what is held."""

    @abstractmethod
    async def get(self, key: str) -> bytes | None:
        """Return what is kept under a key."""

    @abstractmethod
    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value under a key for so many seconds."""

    @abstractmethod
    async def take(self, caller: str, cost: int, limit: int) -> Quota:
        """Count `cost` against a caller's limit, if it leaves room for it: what is refused uses up nothing."""
