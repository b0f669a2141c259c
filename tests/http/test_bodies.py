"""Bodies that are held at once: bounded by what has arrived, whoever announces what."""

from __future__ import annotations

import pytest

from service.http.bodies import Bodies
from service.nouns.faults import Overloaded


def test_bytes_are_held_as_they_arrive() -> None:
    """What was only announced holds nothing; what has arrived is let go of with its answer, however that ends."""
    bodies = Bodies(100)

    def read_and_fail() -> None:
        with bodies.holding() as one, bodies.holding() as other:
            assert bodies.held == 0
            one.grow(60)
            other.grow(40)
            assert bodies.held == 100
            other.grow(1)

    with pytest.raises(Overloaded):
        read_and_fail()
    assert bodies.held == 0


def test_a_body_alone_may_be_as_long_as_any() -> None:
    """A body that is longer than all may be together is read where there is no other."""
    bodies = Bodies(10)
    with bodies.holding() as one:
        one.grow(8)
        one.grow(8)
        with bodies.holding() as other, pytest.raises(Overloaded):
            other.grow(1)
    assert bodies.held == 0
