"""Chapter 14: plans. What is found out first, what that tells, and what deciding afterwards is worth.

A study observes the accuracy of one option, as log-odds, with noise. What it tells of all others follows from how they
vary together over the draws: the accuracies, and the margins by which they clear a bar, are taken as jointly normal on
the scale of log-odds, so that an observation moves each of them along a straight line (Raiffa and Schlaifer 1961; the
linear update of Kalman 1960, doi:10.1115/1.3662552). Decisions are taken on what is then expected, and their mean
worth over the draws, less what the studies cost, is the value of the plan.

Axes run over plans P, draws N, options K, and columns J that the studies S tell of.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import expit, ndtr, ndtri

from models.arrays import Array

LOGISTIC_SQUEEZE = np.pi / 8.0
"""The mean of a logistic function of a normal variable is that of its mean over ``sqrt(1 + pi s^2 / 8)``, nearly."""

ROUNDING = 1e-9
"""Part of a figure below which its spread is rounding."""

PARTS = 16
"""Parts of the draws in which predictions are calibrated."""

NEWTON_STEPS = 30
CLOSE = 1e-5
"""How closely the mean of chances matches the share it must have."""

Flags = NDArray[np.bool_]


def share_of_more_trials(trials: Array | float, graded: Array | float) -> Array:
    """Return the share of the uncertainty about an accuracy that further trials resolve, ``N / (N + n + 1)``.

    That of a Beta posterior under the Jeffreys prior after n graded trials.

    Parameters
    ----------
    trials, graded : ndarray
        Trials to come N and graded already n.

    Examples
    --------
    >>> float(share_of_more_trials(201.0, 200.0))
    0.5
    """
    return np.asarray(trials / (trials + graded + 1.0))


def share_of_fresh_trials(variance: Array | float, accuracy: Array | float, trials: Array | float) -> Array:
    """Return the share of the uncertainty about an accuracy that its first measurement resolves.

    ``t / (t + 1 / (N a (1 - a)))``, the second term being the binomial noise of N trials on the scale of log-odds.

    Parameters
    ----------
    variance : ndarray
        Variance t of the accuracy, as log-odds.
    accuracy : ndarray
        Its mean a [share].
    trials : ndarray
        Trials N.

    Examples
    --------
    >>> float(share_of_fresh_trials(0.04, 0.5, 100.0))
    0.5
    """
    information = trials * accuracy * (1.0 - accuracy)
    return np.asarray(variance * information / (variance * information + 1.0))


def learnt(
    columns: Array, studied: NDArray[np.intp], resolved: Array, included: Flags, deviates: Array
) -> tuple[Array, Array]:
    """Return by how much studies move what is expected of every column, and the variance that remains of it.

    With C the covariance over the draws, s the studied columns of a plan and v the noise, the observation is
    ``m = y_s + sqrt(v) eps`` and the movement ``C_s (C_ss + diag v)^-1 (m - mu_s)``; ``v = C_oo (1 - rho) / rho`` makes a
    study alone resolve the share rho of the variance of its own option.

    Parameters
    ----------
    columns : ndarray, shape (N, J)
        What the studies tell of, draw by draw.
    studied : ndarray of int, shape (S,)
        Column that each study observes.
    resolved : ndarray, shape (S,)
        Share rho that each resolves by itself; a study that resolves nothing tells nothing.
    included : ndarray of bool, shape (P, S)
        Studies of each plan.
    deviates : ndarray, shape (N, S)
        Standard normal draws, those of one study apart from those of another.

    Returns
    -------
    moved : ndarray, shape (P, N, J)
    left : ndarray, shape (P, J)

    Examples
    --------
    One column of variance 1, and a study that resolves half of it, had it no error in this draw:

    >>> y = np.array([[-1.0], [1.0]])
    >>> moved, left = learnt(y, np.array([0]), np.array([0.5]), np.array([[False], [True]]), np.zeros((2, 1)))
    >>> moved[:, :, 0].tolist(), left[:, 0].tolist()
    ([[0.0, 0.0], [-0.5, 0.5]], [1.0, 0.5])
    """
    draws = len(columns)
    departures = columns - columns.mean(axis=0)
    variance = np.einsum("nj,nj->j", departures, departures) / draws
    observed = departures[:, studied]
    with_studied = departures.T @ observed / draws
    own = variance[studied]
    tells = (resolved > 0.0) & (own > 0.0)
    noise = np.where(tells, own * (1.0 - resolved) / np.where(tells, resolved, 1.0), 0.0)
    signals = observed + np.sqrt(noise) * deviates
    signals = signals - signals.mean(axis=0)
    gains = np.zeros((len(included), studied.size, columns.shape[1]))
    left = np.tile(variance, (len(included), 1))
    for plan, row in enumerate(included):
        at = np.flatnonzero(row & tells)
        if at.size:
            among = with_studied[studied[at]][:, at] + np.diag(noise[at])
            gains[plan, at] = np.linalg.lstsq(among, with_studied[:, at].T, rcond=None)[0]
            left[plan] -= np.einsum("sj,js->j", gains[plan, at], with_studied[:, at])
    moved = np.tensordot(signals, gains, axes=(1, 1))
    return np.ascontiguousarray(moved.transpose(1, 0, 2)), np.maximum(left, 0.0)


def expected_accuracies(moved: Array, left: Array, log_odds: Array, accuracy: Array) -> Array:
    """Return the accuracies expected after some studies, in every draw of what they say.

    ``expit(y / sqrt(1 + pi s^2 / 8))`` of the log-odds y expected and the variance s^2 that remains (MacKay 1992,
    doi:10.1162/neco.1992.4.5.720), shifted so that their mean over the draws is what was expected before: a study moves
    nothing on average.

    Parameters
    ----------
    moved : ndarray, shape (P, N, K)
        Movement of the log-odds.
    left : ndarray, shape (P, K)
        Their variance that remains.
    log_odds, accuracy : ndarray, shape (K,)
        What was expected before: mean log-odds, and mean accuracy [share].

    Returns
    -------
    ndarray, shape (P, N, K)

    Examples
    --------
    >>> expected_accuracies(np.array([[[-1.0], [1.0]]]), np.zeros((1, 1)), np.zeros(1), np.array([0.5])).round(3).ravel().tolist()
    [0.269, 0.731]
    """
    found: Array = expit((log_odds + moved) / np.sqrt(1.0 + LOGISTIC_SQUEEZE * left)[:, None, :])
    return found + (accuracy - found.mean(axis=1, keepdims=True))


def slopes(benefit: Array, accuracies: Array) -> Array:
    """Return by how much a net benefit grows with each of some accuracies, the others held: least squares over the draws.

    Parameters
    ----------
    benefit : ndarray, shape (N,)
        Net benefit [money].
    accuracies : ndarray, shape (N, K)
        Accuracies [share]; one that is the same in all draws has no slope.

    Returns
    -------
    ndarray, shape (K,)
        Money per unit of accuracy.

    Examples
    --------
    >>> a = np.array([[0.1], [0.2], [0.3]])
    >>> slopes(np.array([1.0, 3.0, 5.0]), a).round(9).tolist()
    [20.0]
    """
    departures = accuracies - accuracies.mean(axis=0)
    scale = np.sqrt((departures**2).mean(axis=0))
    varies = scale > 1e-12
    found = np.zeros(accuracies.shape[1])
    if varies.any():
        unit = departures[:, varies] / scale[varies]
        found[varies] = np.linalg.lstsq(unit, benefit - benefit.mean(), rcond=1e-9)[0] / scale[varies]
    return found


def calibrated(predicted: Array, truth: Array) -> Array:
    """Return predictions bent onto what they predict: the truth's mean in each part of the draws, by how much is predicted.

    What is jointly normal moves along straight lines. A gain that cannot be negative, and a worth that is a curve of the
    log-odds, do not; left as they are, such predictions promise what no draw holds, and more than to know all would be
    worth. The isotonic regression of the truth on each prediction, the best that never falls as it rises, mends that
    (Zadrozny and Elkan 2002, doi:10.1145/775047.775151); in sixteen parts, lest it follow single draws. The mean over the
    draws is that of the truth, and so is the mean over all draws in which more than some amount is expected: whoever acts
    on it earns what was promised.

    Parameters
    ----------
    predicted : ndarray, shape (P, N, K)
        Predictions [any unit]; what is predicted alike in all draws is expected at its mean.
    truth : ndarray, shape (N, K)
        What they predict.

    Returns
    -------
    ndarray, shape (P, N, K)

    Examples
    --------
    >>> predicted = np.array([[[-1.0], [0.0], [1.0]]])
    >>> calibrated(predicted, np.array([[1.0], [0.0], [5.0]])).ravel().tolist()
    [0.5, 0.5, 5.0]
    """
    draws = len(truth)
    first = np.arange(min(PARTS, draws)) * draws // min(PARTS, draws)
    sizes = np.diff(first, append=draws)
    order = np.argsort(predicted, axis=1, kind="stable")
    ordered = np.take_along_axis(np.broadcast_to(truth, predicted.shape), order, axis=1)
    means = np.add.reduceat(ordered, first, axis=1) / sizes[:, None]
    varies = predicted.std(axis=1) > ROUNDING * np.abs(truth).max(axis=0)
    for plan, option in zip(*np.nonzero(varies), strict=True):
        means[plan, :, option] = isotonic_regression(means[plan, :, option], weights=sizes).x
    found = np.empty(predicted.shape)
    np.put_along_axis(found, order, np.repeat(means, sizes, axis=1), axis=1)
    return np.where(varies[:, None, :], found, truth.mean(axis=0))


def chances(centre: Array, left: Array, share: Array) -> Array:
    """Return the chance of meeting a bar after some studies, in every draw of what they say.

    ``Phi(q / r + d)`` of the margin q expected and its remaining standard deviation r, with d once per plan and option so
    that the mean of the chances is the share of the draws that meet the bar today. Where nothing remains unknown a
    margin that is not negative meets it; where all draws or none meet it, no study changes that.

    Parameters
    ----------
    centre : ndarray, shape (P, N, K)
        Margin expected, in log-odds above the bar.
    left : ndarray, shape (P, K)
        Its remaining variance.
    share : ndarray, shape (K,)
        Share of the draws that meet the bar today.

    Returns
    -------
    ndarray, shape (P, N, K)

    Examples
    --------
    >>> chances(np.array([[[0.3], [0.3]]]), np.ones((1, 1)), np.array([0.25])).round(3).ravel().tolist()
    [0.25, 0.25]
    >>> chances(np.array([[[-0.1], [0.1]]]), np.zeros((1, 1)), np.array([0.5])).ravel().tolist()
    [0.0, 1.0]
    """
    found = np.broadcast_to(share, centre.shape).copy()
    is_open = np.broadcast_to((share > 0.0) & (share < 1.0), left.shape)
    plan, option = np.nonzero(is_open & (left <= 0.0))
    found[plan, :, option] = centre[plan, :, option] >= 0.0
    plan, option = np.nonzero(is_open & (left > 0.0) & (centre.min(axis=1) < centre.max(axis=1)))
    if plan.size:
        found[plan, :, option] = _matched(centre[plan, :, option] / np.sqrt(left[plan, option])[:, None], share[option])
    return found


def _matched(z: Array, share: Array) -> Array:
    """Return Phi(z + d) with d such that each row has a mean: Newton's steps from the answer for normal z, kept in bounds.

    Parameters
    ----------
    z : ndarray, shape (R, N)
        Standardised margins.
    share : ndarray, shape (R,)
        The mean of each row.
    """
    deviate = ndtri(share)
    low, high = deviate - z.max(axis=1), deviate - z.min(axis=1)
    d = np.clip(deviate * np.sqrt(1.0 + z.var(axis=1)) - z.mean(axis=1), low, high)
    for _ in range(NEWTON_STEPS):
        at = z + d[:, None]
        surplus = ndtr(at).mean(axis=1) - share
        if np.abs(surplus).max() <= CLOSE:
            break
        low, high = np.where(surplus > 0.0, low, d), np.where(surplus > 0.0, d, high)
        slope = np.exp(-0.5 * at * at).mean(axis=1) / np.sqrt(2.0 * np.pi)
        step = d - surplus / np.maximum(slope, 1e-300)
        d = np.where((low < step) & (step < high), step, 0.5 * (low + high))
    return np.asarray(ndtr(z + d[:, None]))


def eligible(allowed: Flags, *preferred: Flags) -> Flags:
    """Return the options among which the best serves in the end, in every draw: those preferred, else those preferred next.

    Parameters
    ----------
    allowed : ndarray of bool, shape (..., K)
        Options that may be served; one that may always be is among them.
    *preferred : ndarray of bool, shape (..., K)
        Options preferred, the most preferred first; where none is, all that are allowed.

    Returns
    -------
    ndarray of bool, shape (..., K)

    Examples
    --------
    >>> likely = np.array([[False, True, False], [False, False, False]])
    >>> eligible(np.array([[True, True, False], [True, True, False]]), likely).tolist()
    [[False, True, False], [True, True, False]]
    """
    found: Flags = np.zeros_like(allowed)
    for flags in (*preferred, allowed):
        none_yet = ~found.any(axis=-1, keepdims=True)
        found = found | (none_yet & allowed & flags)
    return found


def stopping(measured: Array, if_stopped: Array, if_continued: Array, thresholds: Array) -> Array:
    """Return the mean of going on only where a measurement falls short of each of some thresholds.

    ``E[s(m) if m >= t else g(m)]``.

    Parameters
    ----------
    measured, if_stopped, if_continued : ndarray, shape (N,)
        What is measured, and what stopping and going on give in each draw.
    thresholds : ndarray, shape (T,)
        Values of the measurement from which on one stops.

    Returns
    -------
    ndarray, shape (T,)

    Examples
    --------
    >>> m, stop, go = np.array([0.6, 0.8]), np.array([1.0, 4.0]), np.array([2.0, 3.0])
    >>> stopping(m, stop, go, np.array([0.5, 0.7, 0.9])).tolist()
    [2.5, 3.0, 2.5]
    """
    stops = measured >= thresholds[:, None]
    return np.asarray(np.where(stops, if_stopped, if_continued).mean(axis=1))


def thrifty(
    score: Array, value: Array, chance: Array, studies: Flags, value_apart: float, chance_apart: float
) -> Flags:
    """Return which plans are as good as the best and have no study that could be left out.

    Plans count as good as the best where they are as near to it in value and in chance; of those, one leaves of which a
    part alone is as good.

    Parameters
    ----------
    score : ndarray, shape (P,)
        What plans are ranked by [money].
    value, chance : ndarray, shape (P,)
        Value [money] and chance [share] of each.
    studies : ndarray of bool, shape (P, S)
        Studies of each.
    value_apart, chance_apart : float
        How far apart plans may be and still count as alike.

    Returns
    -------
    ndarray of bool, shape (P,)

    Examples
    --------
    >>> studies = np.array([[False], [True]])
    >>> thrifty(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.zeros(2), studies, 2.0, 0.03).tolist()
    [True, False]
    >>> thrifty(np.array([0.0, 9.0]), np.array([0.0, 9.0]), np.zeros(2), studies, 2.0, 0.03).tolist()
    [False, True]
    """
    best = int(score.argmax())
    near = (value >= value[best] - value_apart) & (chance >= chance[best] - chance_apart)
    near[best] = True
    part_of = (studies[:, None, :] <= studies[None, :, :]).all(axis=2) & (
        studies[:, None, :] != studies[None, :, :]
    ).any(axis=2)
    return near & ~(part_of & near[:, None]).any(axis=0)
