"""The shape of a fine-tune's accuracy in the larder is what the evidence says of it."""

from __future__ import annotations

import datetime

import pytest

from service.larder.load import load
from tools.research.backtest import back_test
from tools.research.curves import read_curves
from tools.research.fit_prior import CURVES, PAIRS, read
from tools.research.shape import SATURATIONS, WEIGHTS, no_change_error, saturation

SHAPE = load().effects.shape(datetime.date(2026, 11, 26))


def test_curves_scatter_least_where_they_are_said_to_saturate() -> None:
    """No other saturation that is tried leaves less scatter about the curves' own lines, and the slope is theirs."""
    curves = read_curves(read(CURVES))
    found = {examples: saturation(curves, examples) for examples in SATURATIONS}
    assert min(found.values(), key=lambda one: one.scatter).examples == SHAPE.saturation_examples
    chosen = found[SHAPE.saturation_examples]
    assert (chosen.slope_mean, chosen.slope_variance) == (
        pytest.approx(SHAPE.slope_mean, abs=0.005),
        pytest.approx(SHAPE.slope_variance, abs=0.005),
    )
    assert found[50_000.0].scatter > 1.2 * chosen.scatter, "curves do saturate"


def test_no_change_has_the_weight_of_the_least_error() -> None:
    """Of sources left out, the weight in the larder is within 1 % of the least error and has the least bias."""
    check = back_test(read(PAIRS), read(CURVES))
    found = {weight: no_change_error(check, SHAPE.no_change_from, weight) for weight in WEIGHTS}
    error, bias = found[SHAPE.no_change_weight]
    assert error <= 1.01 * min(score for score, _ in found.values())
    assert error < 0.95 * found[0.0][0]
    assert abs(bias) < 0.1
