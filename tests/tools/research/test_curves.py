"""Learning curves: their source left out in turn, the last point of each predicted from its earlier ones given as pilots."""

from __future__ import annotations

import numpy as np
import pytest

from service.larder.load import load
from tools.research import fine_tune
from tools.research.curves import (
    SATURATIONS,
    Slope,
    all_curves,
    lines_of,
    pooled,
    same_source,
    saturation_of,
    scatter_of,
    slope_of,
    without,
)

PRIOR = load().prior


def test_left_out_curves_are_predicted_better_than_by_repetition() -> None:
    """The error is at least 15 % below that of repeating the last pilot, and at most 2.5 points for language models."""
    found = fine_tune.curve_prior()[1]
    assert len(found.ours) > 50
    assert found.ours.mean() <= (1.0 - fine_tune.REPEATED) * found.repeated.mean()
    assert found.is_language_model.sum() >= 10
    assert 100.0 * found.ours[found.is_language_model].mean() <= fine_tune.LANGUAGE_MODELS


def test_the_shipped_curve_prior_is_the_fitted_one() -> None:
    """Saturation, slope, spread between runs and bend in the larder are those of the fit."""
    fitted = fine_tune.curve_prior()[0]
    shipped = (
        PRIOR.slope_mean,
        PRIOR.slope_variance,
        PRIOR.seed_variance,
        PRIOR.bend_variance,
        PRIOR.saturation_examples,
    )
    np.testing.assert_allclose(shipped, tuple(fitted), rtol=1e-6)


def test_curves_scatter_least_where_they_are_said_to_saturate() -> None:
    """No other saturation that is tried leaves less scatter about the curves' own lines."""
    curves = all_curves()
    found = {saturation: scatter_of(curves, saturation) for saturation in SATURATIONS}
    assert min(found, key=lambda saturation: found[saturation]) == PRIOR.saturation_examples == saturation_of(curves)
    assert found[50_000.0] > 1.2 * found[PRIOR.saturation_examples], "curves do saturate"


def test_the_slope_counts_sources() -> None:
    """Every source weighs one: the slope of curves is the mean of what each source alone shows."""
    lines = lines_of(all_curves(), PRIOR.saturation_examples)
    alone = [np.average(lines.slopes[lines.sources == name], weights=lines.weights[lines.sources == name])
             for name in set(lines.sources)]  # fmt: skip
    assert slope_of(lines).mean == pytest.approx(float(np.mean(alone)))
    assert slope_of(lines).error > 0.1


def test_slopes_are_pooled_by_precision() -> None:
    """Of two slopes the surer one counts more, and both together are surer than either."""
    found = pooled(Slope(1.0, 0.1), Slope(0.0, 0.2))
    assert found.mean == pytest.approx(0.8)
    assert found.error < 0.1


def test_the_curves_of_a_source_are_left_out_with_it() -> None:
    """A paper named differently in the two files is recognised by its number."""
    assert same_source("Lawma: The Power (arXiv 2407.16615)", "Lawma (arXiv 2407.16615)")
    assert not same_source("FewCLUE", "SetFit (arXiv 2209.11055)")
    curves = all_curves()
    kept = without(curves, "Lawma: The Power (arXiv 2407.16615)")
    assert 0 < len(kept) < len(curves)
