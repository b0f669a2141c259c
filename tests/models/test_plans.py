"""Plans against independent calculations: conditional normals by hand, exact means, and loops over random inputs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from models import plans

Array = NDArray[np.float64]

SEEDS = range(8)


def correlated(random: np.random.Generator, draws: int, columns: int) -> Array:
    """Return draws of columns that vary together, none of them normal."""
    mixed = random.standard_normal((draws, columns)) @ random.normal(size=(columns, columns))
    found: Array = mixed + 0.2 * mixed**2 + random.normal(size=columns)
    return found


def by_hand(columns: Array, studied: list[int], resolved: list[float], eps: Array) -> tuple[Array, list[float]]:
    """Return how a plan's studies move every column and what remains of its variance: one draw, one column at a time."""
    draws, count = columns.shape
    mean = [sum(columns[:, j]) / draws for j in range(count)]
    cov = [
        [sum((columns[:, i] - mean[i]) * (columns[:, j] - mean[j])) / draws for j in range(count)] for i in range(count)
    ]
    noise = [cov[s][s] * (1 - rho) / rho for s, rho in zip(studied, resolved, strict=True)]
    among = np.array([[cov[s][t] + (noise[a] if a == b else 0.0) for b, t in enumerate(studied)]
                      for a, s in enumerate(studied)])  # fmt: skip
    inverse = np.linalg.inv(among)
    signal = np.array(
        [[columns[n, s] + math.sqrt(noise[a]) * eps[n, a] for a, s in enumerate(studied)] for n in range(draws)]
    )
    signal = signal - signal.mean(axis=0)
    moved = np.empty((draws, count))
    for n in range(draws):
        for j in range(count):
            with_studied = np.array([cov[s][j] for s in studied])
            moved[n, j] = with_studied @ inverse @ signal[n]
    left = [cov[j][j] - np.array([cov[s][j] for s in studied]) @ inverse @ np.array([cov[s][j] for s in studied])
            for j in range(count)]  # fmt: skip
    return moved, left


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_learnt_is_a_conditional_normal(seed: int) -> None:
    """Movements and remaining variances are those of the conditional normal worked out draw by draw, for every set of studies."""
    random = np.random.default_rng(seed)
    columns = correlated(random, 60, 5)
    studied, resolved, eps = [0, 3, 1], [0.3, 0.9, 0.6], random.standard_normal((60, 3))
    sets = [[], [0], [2], [0, 1], [1, 2], [0, 1, 2]]
    included = np.array([[at in plan for at in range(3)] for plan in sets])
    moved, left = plans.learnt(columns, np.array(studied), np.array(resolved), included, eps)
    assert not moved[0].any()
    assert left[0] == pytest.approx(columns.var(axis=0))
    for row, plan in enumerate(sets):
        if plan:
            its = by_hand(columns, [studied[a] for a in plan], [resolved[a] for a in plan], eps[:, plan])
            assert moved[row] == pytest.approx(its[0], rel=1e-9, abs=1e-9)
            assert left[row].tolist() == pytest.approx(its[1], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("rho", "resolved"), [(0.8, 0.5), (-0.6, 0.9), (0.0, 0.4), (0.95, 0.99)])
def test_a_pair_of_normals_is_learnt_of_exactly(rho: float, resolved: float) -> None:
    """Of a bivariate normal a study of the one moves the other by rho times as much and leaves 1 - rho^2 x resolved of it."""
    random = np.random.default_rng(11)
    z = random.standard_normal((200_000, 3))
    columns = np.column_stack([z[:, 0], rho * z[:, 0] + math.sqrt(1 - rho**2) * z[:, 1]])
    included = np.array([[True]])
    moved, left = plans.learnt(columns, np.array([0]), np.array([resolved]), included, z[:, 2:])
    assert moved[0].var(axis=0) == pytest.approx([resolved, rho**2 * resolved], abs=0.01)
    assert left[0] == pytest.approx([1 - resolved, 1 - rho**2 * resolved], abs=0.01)
    assert np.cov(moved[0][:, 1], columns[:, 1])[0, 1] == pytest.approx(rho**2 * resolved, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_study_alone_resolves_its_share(seed: int) -> None:
    """A study alone leaves one less its share of the variance of its own column; a second study leaves no more than that."""
    random = np.random.default_rng(seed)
    columns, eps = correlated(random, 400, 4), random.standard_normal((400, 2))
    shares = random.uniform(0.01, 1.0, 2)
    included = np.array([[True, False], [False, True], [True, True]])
    moved, left = plans.learnt(columns, np.array([2, 0]), shares, included, eps)
    variance = columns.var(axis=0)
    assert left[0, 2] == pytest.approx((1 - shares[0]) * variance[2])
    assert left[1, 0] == pytest.approx((1 - shares[1]) * variance[0])
    assert (left[2] <= np.minimum(left[0], left[1]) + 1e-12 * variance).all()
    assert np.abs(moved.mean(axis=1)).max() < 1e-12 * np.abs(columns).max()


def test_what_resolves_nothing_tells_nothing() -> None:
    """A study of share 0, and one of a column that is known, move nothing; one of share 1 tells its column."""
    random = np.random.default_rng(3)
    columns = np.column_stack([random.standard_normal((300, 2)), np.ones(300)])
    studied, resolved = np.array([0, 2, 1]), np.array([0.0, 0.7, 1.0])
    moved, left = plans.learnt(columns, studied, resolved, np.eye(3, dtype=bool), random.standard_normal((300, 3)))
    assert not moved[0].any() and not moved[1].any()
    assert left[:2] == pytest.approx(np.tile(columns.var(axis=0), (2, 1)))
    assert moved[2, :, 1] == pytest.approx(columns[:, 1] - columns[:, 1].mean())
    assert left[2, 1] == pytest.approx(0.0, abs=1e-12)


def test_shares_are_those_of_beta_and_of_binomial_noise() -> None:
    """More trials resolve what a Beta posterior says they do; fresh ones a normal's share under binomial noise."""
    random = np.random.default_rng(5)
    truth = random.beta(148.5, 52.5, 200_000)
    posterior = (148.5 + random.binomial(300, truth)) / 501.0
    assert float(plans.share_of_more_trials(300.0, 200.0)) == pytest.approx(posterior.var() / truth.var(), rel=0.01)
    assert float(plans.share_of_fresh_trials(0.09, 0.7, 500.0)) == pytest.approx(0.09 / (0.09 + 1 / (500 * 0.7 * 0.3)))


@pytest.mark.parametrize("seed", SEEDS)
def test_expected_accuracies_keep_their_mean(seed: int) -> None:
    """What accuracies are expected to be after any studies is on average what was expected before, one by one."""
    random = np.random.default_rng(seed)
    moved, left = random.normal(size=(3, 50, 4)), random.uniform(0.0, 2.0, (3, 4))
    log_odds, accuracy = random.normal(size=4), random.uniform(0.2, 0.99, 4)
    found = plans.expected_accuracies(moved, left, log_odds, accuracy)
    assert found.mean(axis=1) == pytest.approx(np.tile(accuracy, (3, 1)), abs=1e-14)
    for p, k in np.ndindex(3, 4):
        plain = [1 / (1 + math.exp(-(log_odds[k] + moved[p, n, k]) / math.sqrt(1 + math.pi * left[p, k] / 8)))
                 for n in range(50)]  # fmt: skip
        shift = accuracy[k] - sum(plain) / 50
        assert found[p, :, k].tolist() == pytest.approx([each + shift for each in plain])


def test_the_mean_of_a_logistic_normal_is_near() -> None:
    """The squeezed logistic is within 0.01 of the mean of a logistic function of a normal, by quadrature."""
    z, weight = np.polynomial.hermite_e.hermegauss(64)
    weight = weight / weight.sum()
    for mean in np.linspace(-4, 4, 17):
        for left in (0.01, 0.25, 1.0, 2.0):
            exact = float(weight @ expit(mean + math.sqrt(left) * z))
            assert float(expit(mean / math.sqrt(1 + plans.LOGISTIC_SQUEEZE * left))) == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_of_chances_is_the_share(seed: int) -> None:
    """Whatever the studies, chances are on average the share of draws that meet the bar today, and rise with the margin."""
    random = np.random.default_rng(seed)
    centre = random.normal(size=(4, 300, 5)) * random.uniform(0.01, 30.0, (4, 1, 5)) + random.normal(size=5)
    left, share = random.uniform(0.01, 3.0, (4, 5)), random.choice([0.001, 0.02, 0.3, 0.7, 0.985, 0.999], 5)
    found = plans.chances(centre, left, share)
    assert found.mean(axis=1) == pytest.approx(np.tile(share, (4, 1)), abs=2e-5)
    order = np.argsort(centre, axis=1)
    assert (np.diff(np.take_along_axis(found, order, axis=1), axis=1) >= -1e-12).all()


def test_the_chance_of_a_normal_margin_is_exact() -> None:
    """Where margins are normal no shift is needed: the chance is Phi of the margin expected over what remains of it."""
    z = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    centre, left = 0.4 + 0.6 * z, 0.64
    share = float(norm.cdf(0.4 / math.hypot(0.6, 0.8)))
    found = plans.chances(centre[None, :, None], np.array([[left]]), np.array([share]))
    assert found[0, :, 0] == pytest.approx(norm.cdf(centre / 0.8), abs=1e-4)


def test_sure_things_stay_sure() -> None:
    """An option that meets the bar in all draws or in none does so after any study; what is not studied keeps its share."""
    centre = np.random.default_rng(1).normal(size=(2, 40, 3))
    centre[:, :, 2] = 0.3
    found = plans.chances(centre, np.full((2, 3), 0.5), np.array([0.0, 1.0, 0.6]))
    assert (found[..., 0] == 0).all() and (found[..., 1] == 1).all() and (found[..., 2] == 0.6).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_slopes_are_those_of_the_normal_equations(seed: int) -> None:
    """A benefit that is straight in the accuracies has the slopes it was made of, and one that never varies has none."""
    random = np.random.default_rng(seed)
    accuracies = np.column_stack([expit(correlated(random, 200, 3)), np.full(200, 0.9)])
    made_of = random.normal(size=4) * 1e6
    found = plans.slopes(accuracies @ made_of, accuracies)
    assert found[:3] == pytest.approx(made_of[:3], rel=1e-6)
    assert found[3] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_calibrated_predictions_are_the_isotonic_regression(seed: int) -> None:
    """Calibrated predictions are the max-min means of the truth's sixteenths in the order of each prediction."""
    random = np.random.default_rng(seed)
    predicted = random.normal(size=(2, 80, 3)) * 1e5
    truth = random.normal(size=(80, 3)) * 1e5 + 0.5 * predicted[1]
    found = plans.calibrated(predicted, truth)
    assert found.mean(axis=1) == pytest.approx(np.tile(truth.mean(axis=0), (2, 1)), rel=1e-9)
    for p, k in np.ndindex(2, 3):
        order = np.argsort(predicted[p, :, k])
        y = truth[order, k].reshape(16, 5).mean(axis=1)
        plain = [max(min(y[a : b + 1].mean() for b in range(i, 16)) for a in range(i + 1)) for i in range(16)]
        assert found[p, order, k] == pytest.approx(np.repeat(plain, 5))


@pytest.mark.parametrize("seed", SEEDS)
def test_who_acts_on_a_calibrated_prediction_earns_it(seed: int) -> None:
    """Over all draws in which more than any amount is expected, what is expected is on average what is true."""
    random = np.random.default_rng(seed)
    predicted = random.normal(size=(1, 500, 1))
    truth = np.expm1(predicted[0] + random.normal(size=(500, 1)))
    found = plans.calibrated(predicted, truth)[0]
    for amount in np.quantile(found, [0.0, 0.2, 0.5, 0.9]):
        above = found > amount
        assert found[above].sum() == pytest.approx(truth[above].sum())
    assert np.maximum(found, 0.0).mean() <= np.maximum(truth, 0.0).mean() + 1e-12


def test_what_is_never_predicted_to_differ_is_expected_at_its_mean() -> None:
    """A prediction that is the same in all draws, but for rounding, becomes the mean of the truth."""
    truth = np.array([[1e6], [3e6]])
    rounding = np.array([[[-1e-7], [1e-7]]])
    assert plans.calibrated(rounding, truth).ravel().tolist() == [2e6, 2e6]
    assert plans.calibrated(np.array([[[-2.0], [2.0]]]), truth).ravel().tolist() == [1e6, 3e6]


@pytest.mark.parametrize("seed", SEEDS)
def test_eligible_are_the_first_preferred_of_whom_any_is_allowed(seed: int) -> None:
    """Plan by plan and draw by draw, the end choice is among those most preferred of whom any may be served."""
    random = np.random.default_rng(seed)
    allowed, likely, no_worse = (random.random((3, 40, 5)) < chance for chance in (0.7, 0.15, 0.4))
    allowed[..., 0] = True
    found = plans.eligible(allowed, likely, no_worse)
    for p, n in np.ndindex(3, 40):
        choices = [
            {k for k in range(5) if allowed[p, n, k] and flags[p, n, k]} for flags in (likely, no_worse, allowed)
        ]
        assert set(np.flatnonzero(found[p, n])) == next(chosen for chosen in choices if chosen)


@pytest.mark.parametrize("seed", SEEDS)
def test_stopping_is_a_mean_over_the_draws(seed: int) -> None:
    """For every threshold the mean is that of stopping from it on and going on below, added up draw by draw."""
    random = np.random.default_rng(seed)
    measured = random.choice(np.linspace(0.5, 1.0, 20), 100)
    stopped, continued = random.normal(size=(2, 100))
    thresholds = np.array([0.4, *random.choice(measured, 5), 1.1])
    found = plans.stopping(measured, stopped, continued, thresholds)
    for threshold, value in zip(thresholds, found, strict=True):
        total = sum(s if m >= threshold else c for m, s, c in zip(measured, stopped, continued, strict=True))
        assert value == pytest.approx(total / 100)
    assert found[0] == pytest.approx(stopped.mean()) and found[-1] == pytest.approx(continued.mean())


@pytest.mark.parametrize("seed", range(30))
def test_thrifty_plans_have_no_study_to_spare(seed: int) -> None:
    """Of the plans as near to the best as allowed, those stay of which no part alone is as near; one always does."""
    random = np.random.default_rng(seed)
    studies = random.random((12, 3)) < 0.5
    value, chance = random.choice([0.0, 1.0, 1.5, 2.0, 9.0], 12), random.choice([0.2, 0.21, 0.5], 12)
    score = value + random.choice([0.0, 10.0]) * chance
    found = plans.thrifty(score, value, chance, studies, 1.2, 0.03)
    best = max(range(12), key=lambda p: score[p])
    near = [p for p in range(12) if p == best or (value[p] >= value[best] - 1.2 and chance[p] >= chance[best] - 0.03)]
    sets = [frozenset(np.flatnonzero(row)) for row in studies]
    expected = [p for p in near if not any(sets[q] < sets[p] for q in near)]
    assert np.flatnonzero(found).tolist() == expected
    assert expected
