"""Clocks of retraining and the age of knowledge, against a plain loop over dates."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models import lifetime, timeline

HORIZON = 24
MONTHS = np.arange(1.0, HORIZON + 1)
CLOSE = 1e-6
"""Dates nearer than this to a bound fall on either side of it by rounding; such cases are left to exact examples."""


class Life(NamedTuple):
    """A fine-tune's dates [months]."""

    start: float
    interval: float
    last_training: float
    retirements: list[float]
    migrates: bool
    serves_on: bool
    age: float


def lives() -> st.SearchStrategy[Life]:
    """Return fine-tunes of every kind: to come or in service, moving, going on or ending, retrained or never."""
    date = st.floats(0.01, 40.0)
    dates = st.lists(date, min_size=1, max_size=4).map(sorted) | st.just([math.inf])
    age = st.floats(0.0, 15.0)
    start = st.just(0.0) | st.floats(0.0, 30.0)
    interval = st.floats(0.3, 40.0) | st.just(math.inf)
    never = st.just(math.inf)
    return st.builds(Life, start, interval, date | never, dates, st.booleans(), st.booleans(), st.just(0.0) | age)


def end_of(life: Life) -> float:
    """Return the end of service by the sentence of the page."""
    if life.migrates or life.serves_on:
        return max(float(HORIZON), life.start)
    return max(min(float(HORIZON), life.retirements[0]), life.start)


def moves_of(life: Life) -> list[float]:
    """Return the dates at which a successor is trained."""
    if not life.migrates or life.serves_on:
        return []
    return [date for date in life.retirements if life.start <= date < end_of(life)]


def retrained(life: Life) -> list[float]:
    """Return the dates of all regular retrainings, one clock after the other."""
    end, moves, dates = end_of(life), moves_of(life), []
    if end <= life.start or math.isinf(life.interval):
        return []
    for origin, following in zip([life.start - life.age, *moves], [*moves, math.inf], strict=True):
        is_first = origin == life.start - life.age and origin not in moves
        stop = min(end, following, life.last_training if is_first else math.inf)
        j = 1
        while origin + j * life.interval < stop:
            if origin + j * life.interval > life.start:
                dates.append(origin + j * life.interval)
            j += 1
    return dates


def bounds(life: Life) -> list[float]:
    """Return every date that a training may coincide with."""
    whole = [float(month) for month in range(HORIZON + 1)]
    return [life.start, end_of(life), life.last_training, *life.retirements, *whole]


def distinct(life: Life) -> bool:
    """Return whether no two dates coincide but by construction."""
    own = [life.start, life.start - life.age, *life.retirements]
    marks = [b for b in bounds(life) if math.isfinite(b)]
    trained = retrained(life) + [
        origin + j * life.interval
        for origin in own
        for j in range(1, int(60 / life.interval) + 1)
        if math.isfinite(origin)
    ]
    if any(abs(date - mark) < CLOSE for date in trained for mark in marks):
        return False
    moves = [date for date in life.retirements if math.isfinite(date)]
    apart = all(later - earlier > CLOSE for earlier, later in itertools.pairwise(moves))
    return apart and all(abs(date - mark) > CLOSE for date in moves for mark in (life.start, HORIZON))


def column(values: list[float]) -> np.ndarray[Any, Any]:
    """Return one value a draw."""
    return np.array(values, dtype=float)[:, None]


def arguments(life: Life) -> tuple[Any, ...]:
    """Return what both functions of the chapter are called with."""
    one = np.array([life.retirements])
    start = column([life.start])
    flags = column([life.migrates]), column([life.serves_on])
    end = timeline.end_of_service(start, np.array(float(HORIZON)), one, *flags)
    assert float(end[0, 0]) == end_of(life)
    last = np.array(life.last_training)
    return MONTHS, start, end, column([life.interval]), last, one, *flags, np.array(life.age)


@given(lives())
@settings(max_examples=400, deadline=None)
def test_retrainings_are_those_of_a_plain_loop(life: Life) -> None:
    """Every retraining falls in the month in which a loop over the dates of each clock finds it."""
    assume(distinct(life))
    expected = [sum(m - 1 < date <= m for date in retrained(life)) for m in MONTHS]
    assert timeline.retrainings(*arguments(life)).ravel().tolist() == expected


@given(lives())
@settings(max_examples=400, deadline=None)
def test_knowledge_is_as_old_as_the_last_training(life: Life) -> None:
    """The age in the middle of the live part of a month is the time since the latest of all trainings before it."""
    assume(distinct(life))
    trainings = [life.start - life.age, *moves_of(life), *retrained(life)]
    expected = []
    for m in MONTHS:
        since, until = max(m - 1.0, life.start), min(m, end_of(life))
        middle = (since + until) / 2
        assume(all(abs(date - middle) > CLOSE for date in trainings))
        expected.append(middle - max(t for t in trainings if t < middle) if until > since else 0.0)
    np.testing.assert_allclose(timeline.knowledge_age(*arguments(life)).ravel(), expected, rtol=0, atol=1e-9)


@given(lives(), lives())
@settings(max_examples=100, deadline=None)
def test_draws_do_not_meet(first: Life, second: Life) -> None:
    """Two draws together are what each is alone, whatever the one has that the other has not."""
    width = max(len(first.retirements), len(second.retirements))
    alone, padded = [], []
    for life in (first, second):
        dates = [*life.retirements, *[math.inf] * (width - len(life.retirements))]
        alone.append(life._replace(retirements=dates))
        padded.append(dates)
    columns = [column([getattr(life, name) for life in alone]) for name in ("start", "interval", "last_training")]
    start, interval, last = columns
    end = column([end_of(life) for life in alone])
    flags = column([life.migrates for life in alone]), column([life.serves_on for life in alone])
    age = column([life.age for life in alone])
    both = MONTHS, start, end, interval, last, np.array(padded), *flags, age
    for formula in (timeline.retrainings, timeline.knowledge_age):
        apart = [formula(*arguments(life)) for life in (first, second)]
        np.testing.assert_array_equal(formula(*both), np.concatenate(apart))


@given(lives())
def test_live_time_lies_between_start_and_end(life: Life) -> None:
    """Live shares add up to the time between the start and the end, both held within the horizon."""
    _, start, end, *_ = arguments(life)
    live = timeline.live_share(MONTHS, start, end)
    assert float(live.sum()) == pytest.approx(max(min(end_of(life), HORIZON) - life.start, 0.0), abs=1e-9)


@given(lives(), st.floats(0.1, 10.0))
def test_the_longer_ago_the_last_training_the_older_the_knowledge(life: Life, more: float) -> None:
    """Without retraining and moves, knowledge is older by as much as it was at the start, in every live month."""
    life = life._replace(interval=math.inf, migrates=False)
    older = life._replace(age=life.age + more)
    live = timeline.live_share(MONTHS, *arguments(life)[1:3]) > 0
    grown = timeline.knowledge_age(*arguments(older)) - timeline.knowledge_age(*arguments(life))
    np.testing.assert_allclose(grown, live * more, atol=1e-9)


def test_dates_on_the_turn_of_a_month_belong_to_the_month_they_end() -> None:
    """A retraining at exactly 6 falls in month 6; one at the end, the last training date or a move is not bought."""
    zero, three = np.zeros((1, 1)), np.full((1, 1), 3.0)
    inf, never = np.array(math.inf), np.full((1, 1), math.inf)

    def months_of(end: float, last: float, moves: float) -> list[float]:
        found = timeline.retrainings(
            MONTHS, zero, zero + end, three, np.array(last), np.full((1, 1), moves), zero + (moves < end)
        )
        return (np.flatnonzero(found.ravel()) + 1.0).tolist()

    assert months_of(9.0, math.inf, math.inf) == [3, 6]
    assert months_of(24.0, 6.0, math.inf) == [3]
    assert months_of(24.0, math.inf, 6.0) == [3, 9, 12, 15, 18, 21]
    thirds = timeline.retrainings(MONTHS, zero, zero + 2.0, np.full((1, 1), 1.0 / 3.0), inf, never, zero)
    assert thirds.ravel()[:3].tolist() == [3, 2, 0]


def test_what_moves_on_the_day_it_starts_is_trained_at_the_successor_from_then_on() -> None:
    """A retirement before the start has its effect at the start; the old last training date binds nothing then."""
    zero = np.zeros((1, 1))
    dates = lifetime.retirements(zero + 1.0, np.full((1, 1), math.inf), zero + 2.0)
    found = timeline.retrainings(MONTHS, zero + 2.0, zero + 24.0, zero + 8.0, np.array(1.5), dates, zero + 1.0)
    assert (np.flatnonzero(found.ravel()) + 1).tolist() == [10, 18]


def test_overdue_retrainings_of_a_fine_tune_in_service_are_not_bought_at_once() -> None:
    """Trained 10 months ago and due every 4: bought at 2, 6, ..., and 10.5 months old in the middle of month 1."""
    zero = np.zeros((1, 1))
    inf, never = np.array(math.inf), np.full((1, 1), math.inf)
    given_ = MONTHS[:6], zero, zero + 24.0, zero + 4.0, inf, never, zero, 0.0, 10.0
    assert timeline.retrainings(*given_).ravel().tolist() == [0, 1, 0, 0, 0, 1]
    assert timeline.knowledge_age(*given_).ravel().tolist() == [10.5, 11.5, 0.5, 1.5, 2.5, 3.5]


def test_what_is_retired_before_it_starts_is_never_live() -> None:
    """A fine-tune that reverts ends at its start where its base model is retired by then."""
    end = timeline.end_of_service(np.array([[3.0]]), np.array(24.0), np.array([[1.0, 2.0]]), 0.0, 0.0)
    assert end.tolist() == [[3.0]]
    assert timeline.live_share(MONTHS, np.array([[3.0]]), end).sum() == 0.0
