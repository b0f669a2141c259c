"""Bodies that are held at once: their bytes together are bounded, whoever sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.nouns.faults import Overloaded

COME_BACK_SECONDS = 1


class Held:
    """The bytes of one body, as far as it has arrived."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.size = 0

    def grow(self, size: int) -> None:
        """Hold so many bytes more.

        Raises
        ------
        Overloaded
            If it would be too much beside the others; alone, any body that is read at all may be held.
        """
        others = self.bodies.held - self.size
        if others and self.bodies.held + size > self.bodies.most_bytes:
            raise Overloaded(COME_BACK_SECONDS)
        self.size += size
        self.bodies.held += size


class Bodies:
    """Counts the bytes of bodies as they arrive, to the end of their answers: what was only announced holds nothing."""

    def __init__(self, most_bytes: int) -> None:
        """Start with none."""
        self.most_bytes = most_bytes
        self.held = 0

    @contextmanager
    def holding(self) -> Iterator[Held]:
        """Hold one body, of nothing yet."""
        held = Held(self)
        try:
            yield held
        finally:
            self.held -= held.size
