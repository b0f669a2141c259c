"""What a better prompt, another base model and a fine-tune are worth in accuracy, and what is averaged."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models import accuracy, prompting

share = st.floats(0.01, 0.99)
volume = st.just(0.0) | st.floats(1e-200, 1e9)
"""Requests of a month, down to what a decline by 99.9 % a month leaves after five years; less than 1e-300 has no digits."""
means = arrays(np.float64, 6, elements=st.floats(-0.5, 0.8))
sds = arrays(np.float64, 6, elements=st.floats(0.0, 0.8))
tables = arrays(np.bool_, (5, 6))


def a(value: float) -> np.ndarray:
    """Return a scalar as the textbook takes it."""
    return np.full((1, 1), float(value))


@given(means, sds, tables)
def test_techniques_add_up_as_in_a_plain_loop(mean: np.ndarray, sd: np.ndarray, tried: np.ndarray) -> None:
    """Per draw the largest counts whole, the next two half each, and those that harm not at all."""
    together, below, above = prompting.combined_technique(mean, sd, 2 * sd, tried, 0.5)
    for row, row_gain, row_below, row_above in zip(tried, together.ravel(), below.ravel(), above.ravel(), strict=True):
        left = sorted((m for m, t in zip(mean, row, strict=True) if not t and m > 0), reverse=True)
        assert row_gain == pytest.approx(left[0] + 0.5 * sum(left[1:3]) if left else 0.0, abs=1e-12)
        assert row_below == max((s for s, t in zip(sd, row, strict=True) if not t), default=0.0)
        assert row_above == 2 * row_below


@given(means, sds, tables, st.integers(0, 5))
def test_saying_what_was_tried_never_raises_the_gain(
    mean: np.ndarray, sd: np.ndarray, tried: np.ndarray, which: int
) -> None:
    """One technique more that was tried leaves no more to gain and no wider a range, in every draw."""
    said = tried.copy()
    said[:, which] = True
    for before, after in zip(
        prompting.combined_technique(mean, sd, sd, tried, 0.4),
        prompting.combined_technique(mean, sd, sd, said, 0.4),
        strict=True,
    ):
        assert (after <= before + 1e-12).all()


@given(share, share, st.floats(0.0, 2.0))
def test_gains_fade_with_the_strength_of_the_prompt(prompt: float, other: float, fade: float) -> None:
    """A better prompt never has more of a technique's gain left, and none is below the weakest or above the strongest."""
    weak, strong = sorted((prompt, other))
    left = [float(prompting.fading(a(p), fade, 0.2, 0.8)[0, 0]) for p in (0.2, weak, strong, 0.8)]
    assert left[1] >= left[2] >= left[3] - 1e-12 and left[1] <= left[0] + 1e-12
    assert float(prompting.fading(a(0.5), fade, 0.2, 0.8)[0, 0]) == 1.0


@given(share, st.floats(-3.0, 3.0), st.floats(0.5, 1.0))
def test_a_worse_prompt_is_dropped(prompt: float, gain: float, ceiling: float) -> None:
    """The improved prompt is never worse than the prompt, as far as labels let it be seen, and never above the ceiling."""
    found = float(prompting.improved_accuracy(a(prompt), a(gain), a(ceiling))[0, 0])
    assert min(prompt, ceiling) - 1e-12 <= found <= ceiling


def test_limits_of_the_prompt_hold() -> None:
    """A prompt that is always right stays so, and one that never is stays so, whatever is gained."""
    for end in (0.0, 1.0):
        with np.errstate(divide="ignore"):
            assert float(prompting.improved_accuracy(a(end), a(1.0))[0, 0]) == end


@given(share, st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(-2.0, 2.0), share, share, share)
def test_a_more_capable_model_is_no_worse(
    prompt: float, below: float, above: float, deviate: float, coin: float, broken: float, factor: float
) -> None:
    """With positive weights accuracy rises with capability; a broken format leaves its share of what was to be."""

    def changed(low: float, high: float, coin_uniform: float) -> float:
        numbers = (prompt, 0.1, 0.85, 0.2, 0.5, low, high, 0.6, 0.1, 0.6, deviate, coin_uniform, broken, factor)
        return float(accuracy.changed_accuracy(*map(a, numbers))[0, 0])

    assert changed(below, above, coin) >= changed(0.0, 0.0, coin)
    assert changed(below, above, broken / 2) == pytest.approx(factor * changed(below, above, (1 + broken) / 2))


@given(share, share, share, share, st.floats(0.0, 0.3), share)
def test_a_fine_tune_is_bounded_by_its_teacher_and_the_labels(
    tuned: float, prompt: float, coin: float, weight: float, gap: float, bound: float
) -> None:
    """It is as good as the prompt where it changes nothing, else less by the teacher's gap; nothing exceeds a bound."""
    log_odds = math.log(tuned / (1 - tuned))
    numbers = (log_odds, 0.0, 1.0, prompt, weight, coin, gap, bound, 0.97)
    found = float(accuracy.fine_tuned_accuracy(*map(a, numbers))[0, 0])
    expected = prompt if coin < weight else max(tuned - gap, 0.0)
    assert found == pytest.approx(min(expected, bound, 0.97), abs=1e-12)


@given(
    arrays(np.float64, (3, 8), elements=share),
    arrays(np.float64, (3, 8), elements=share),
    arrays(np.float64, (3, 8), elements=volume),
    st.floats(0, 9),
    st.floats(0, 9),
)
def test_the_average_since_the_start_lies_between_what_serves(
    own: np.ndarray, stand_in: np.ndarray, requests: np.ndarray, start: float, end: float
) -> None:
    """It is within the range of the option's own accuracy and that of what stands in, and equals a plain sum over months."""
    months = np.arange(1.0, 9.0)
    since = np.clip(months - start, 0.0, 1.0)[None, :]
    live = np.clip(np.minimum(months, end) - np.maximum(months - 1.0, start), 0.0, 1.0)[None, :]
    found = accuracy.average_since_start(own, stand_in, live, since, requests).ravel()
    assert (found >= np.minimum(own, stand_in).min(axis=1) - 1e-9).all()
    assert (found <= np.maximum(own, stand_in).max(axis=1) + 1e-9).all()
    for row in range(3):
        served = sum(requests[row, m] * since[0, m] for m in range(8))
        if served > 0:
            right = sum(
                requests[row, m] * (live[0, m] * own[row, m] + (since[0, m] - live[0, m]) * stand_in[row, m])
                for m in range(8)
            )
            assert found[row] == pytest.approx(right / served, abs=1e-9)
