"""Bodies that are held at once: their bytes together are bounded, whoever sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.nouns.faults import Overloaded

COME_BACK_SECONDS = 1


class Bodies:
    """Counts the bytes that are promised for bodies, from before the first is read to the end of the answer."""

    def __init__(self, most_bytes: int) -> None:
        """Start with none."""
        self.most_bytes = most_bytes
        self.held = 0

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Hold a body of a size.

        Raises
        ------
        Overloaded
            If it would be too much beside the others; alone, any body that is read at all may be held.
        """
        if self.held and self.held + size > self.most_bytes:
            raise Overloaded(COME_BACK_SECONDS)
        self.held += size
        try:
            yield
        finally:
            self.held -= size
