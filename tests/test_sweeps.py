"""What is advised moves one way: an action that was left comes back only where two plans are as good as each other."""

from __future__ import annotations

import pytest
from assessment.decided import Resolved
from assessment.sweeps import NAMES, SWEEPS, Point, Return, points, returns

EVERY = 4
"""Of the values of a sweep every so many are looked at; each request is swept by some of the inputs, for speed."""
VALUE_APART, CHANCE_APART = 0.02, 0.03
"""How far apart two plans may be and still count as alike, in value (of the spread) and in chance."""
MOST_OTHERS = 0.01
PAIRS = [(sweep, NAMES[place % len(NAMES)]) for place, sweep in enumerate(SWEEPS)]
DRAWS = {"simulation": {"draws": 512}}


def is_alike(found: Return) -> bool:
    """Return whether the plans between which an action came back are as good as each other."""
    return found.value_apart <= VALUE_APART and found.chance_apart <= CHANCE_APART


@pytest.fixture(scope="module")
def swept(resolved: Resolved) -> dict[tuple[str, str], list[Point]]:
    """Return what is advised at some points of every sweep, of one request each."""
    return {
        (sweep, name): list(points(resolved, sweep, name, DRAWS, every=EVERY, first=1 + place % 2))
        for place, (sweep, name) in enumerate(PAIRS)
    }


def test_actions_come_back_only_where_plans_are_alike(swept: dict[tuple[str, str], list[Point]]) -> None:
    """An action that was left comes back where the plans differ by less than thrift; in one point of a hundred it may not."""
    back = [each for (sweep, name), found in swept.items() for each in returns(sweep, name, found)]
    others = [each for each in back if not is_alike(each)]
    assert len(others) <= max(MOST_OTHERS * sum(len(found) for found in swept.values()), 1), others


def test_what_is_swept_matters(swept: dict[tuple[str, str], list[Point]]) -> None:
    """Most sweeps change what is advised, and several actions are met: else the law above said nothing."""
    actions = [{point.action for point in found} for found in swept.values()]
    assert sum(len(each) > 1 for each in actions) >= len(SWEEPS) // 2
    assert len(set().union(*actions)) >= 4
