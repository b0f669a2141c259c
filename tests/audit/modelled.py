"""What is modelled rather than counted, recomputed from the page of formulas: accuracies, tokens of techniques, moves.

The page states them over fixed points; here they are drawn as it says, and the formulas written out once more. Nothing of
models/ is used; the figures are the larder's own files.
"""

from __future__ import annotations

import functools
import math
import tomllib
from typing import Any

import numpy as np
from audit.assumed import ASSUMPTIONS, LARDER, SPREAD, assumed
from audit.calculation import MONTHS_PER_YEAR, TOLERANCE
from audit.cases_at_random import Request
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import beta, multivariate_normal, norm, qmc, t

Points = NDArray[np.float64]

BITS = 30  # §1: of the points
LOG2_POINTS = 13  # §1: 8,192 fixed points
POINTS_OF_LIVES = 1_024  # §3
DEGREES = 4  # §5
ACCURACY, GAIN, RESIDUAL, LENGTH, TUNE, COIN, GAP = 5, 48, 28, 58, 4, 63, 62  # columns, of the lines of the ledger
COINS = {"few_shot": 21, "better_examples": 22, "chain_of_thought": 23, "structured_output": 24, "output_parsing": 25,
         "input_preprocessing": 26, "prompt_optimiser": 27}  # fmt: skip
RENEWALS = range(52, 58)
LONGER_INSTRUCTION = ("few_shot", "better_examples", "prompt_optimiser")  # §4
STRONGER = {"few_shot", "better_examples", "chain_of_thought", "prompt_optimiser"}  # §5


@functools.cache
def fixed(name: str, dimensions: int) -> Points:
    """Return a block of the fixed points (§1)."""
    rng = np.random.default_rng([0, *f"fixed {name}".encode()])
    sobol = qmc.Sobol(dimensions, scramble=True, bits=BITS, rng=rng)
    return np.asarray(sobol.random_base2(LOG2_POINTS)) + 2.0 ** -(BITS + 1)


def column(number: int) -> Points:
    """Return a column of the case's block."""
    return fixed("case", 64)[:, number]


def fitted(name: str) -> dict[str, Any]:
    """Return what was fitted to, or read off, published results."""
    file = tomllib.loads((LARDER / "fitted" / f"{name}.toml").read_text())
    return dict(file["values"][-1]) if "values" in file else file


def of_range(entry: dict[str, Any], uniform: Points, family: str) -> Points:
    """Return a range at some points (§1)."""
    low, high = float(entry["low"]), float(entry["high"])
    deviate = norm.ppf(uniform) * 2 / SPREAD
    if family == "rate":
        return np.asarray((low + high) / 2 + (high - low) / 2 * deviate)
    return np.asarray(np.exp((math.log(low * high) + math.log(high / low) * deviate) / 2))


def prompt_accuracy(request: Request) -> Points:
    """Return the prompt's accuracy at the fixed points (§5)."""
    trials = request["prompting"]["measured_accuracy"]
    right, total = trials["correct"], trials["total"]
    return np.asarray(beta.ppf(column(ACCURACY), right + 0.5, total - right + 0.5))


def ceiling(request: Request) -> float:
    """Return the highest accuracy that can be observed (§5)."""
    return 1.0 - float(request["fine_tuning"].get("label_noise", 0.0))


def gain(request: Request) -> tuple[Points, Points]:
    """Return what improving gains at the fixed points, and by how much it lengthens the instruction (§4, §5)."""
    found, tried = fitted("improvement"), request["prompting"].get("techniques_tried")
    reasoning = request["task"].get("kind") in ("reasoning", "code")
    shares = {name: assumed(f"technique_tried_{name}") if tried is None else float(name in tried) for name in COINS}
    searched = column(COINS["better_examples"]) < shares["better_examples"]
    gains, below, above, added = [], [], [], np.zeros(2**LOG2_POINTS)
    for name, coin in COINS.items():
        is_open, kind = column(coin) >= shares[name], "reasoning" if reasoning else "not_reasoning"
        is_open = is_open & (reasoning or name != "chain_of_thought")  # §5: not where it teaches nothing
        effect, spread = found["techniques"][name][kind], found["spread"][kind]
        less = (
            found["after_searched_examples"] if name == "prompt_optimiser" else 0.0
        )  # §5: it searches examples itself
        gains.append(np.where(is_open, np.where(searched, max(0.0, effect + less), effect), 0.0))
        wider = found["spread_of_chain_of_thought"] if reasoning and name == "chain_of_thought" else 1.0
        below.append(np.where(is_open, wider * spread["below"], 0.0))
        above.append(np.where(is_open, wider * spread["above"], 0.0))
        if name in LONGER_INSTRUCTION and effect > 0:
            added += is_open * of_range(ASSUMPTIONS[f"prompt_tokens_{name}"], column(LENGTH), "positive")
    best = np.sort(np.stack(gains), axis=0)[::-1]
    together = best[0] + found["share_of_others"] * (best[1] + best[2])  # §5: the largest, a share of the next two
    residual = found["residual"]["mean"] + found["residual"]["standard_deviation"] * norm.ppf(column(RESIDUAL))
    accuracy = np.clip(prompt_accuracy(request), found["weakest_prompt"], found["strongest_prompt"])
    fading = ((1 - accuracy) / accuracy) ** found["fade"]  # §5: exp(-fade logit a)
    tail = t.ppf(column(GAIN), DEGREES) / math.sqrt(DEGREES / (DEGREES - 2))
    stray = np.where(tail > 0, np.max(above, axis=0), np.max(below, axis=0)) * tail
    return (together + np.maximum(0.0, residual)) * fading + stray, added


def improved_accuracy(request: Request) -> float:
    """Return the accuracy of the improved prompt (§5)."""
    better = expit(logit(prompt_accuracy(request)) + np.maximum(0.0, gain(request)[0]))
    return float(np.minimum(better, ceiling(request)).mean())


def added_instruction(request: Request) -> float:
    """Return the tokens by which improving lengthens the instruction (§4)."""
    found, added = gain(request)
    return float(((found > 0) * added).mean())


def decades(examples: float) -> float:
    """Return where a number of examples stands on the line, in tenfolds of effective examples (§5)."""
    saturation = fitted("accuracy_prior")["saturation_examples"]
    effective = [n / (1 + n / saturation) for n in (min(max(examples, 50.0), 50_000.0), 1_000.0)]
    return math.log10(effective[0] / effective[1])


def level(request: Request, accuracy: Points) -> tuple[Points, float]:
    """Return the level at 1,000 examples before any pilot: its mean at some accuracies of the prompt, its variance (§5)."""
    prior, trials = fitted("accuracy_prior"), request["prompting"]["measured_accuracy"]
    tried, tuning = request["prompting"].get("techniques_tried"), request["fine_tuning"]
    smaller = float(tuning["relative_size"] == "smaller")
    strong = 0.5 if tried is None else float(bool(STRONGER & set(tried)))
    reasoning = float(request["task"].get("kind") == "reasoning")
    structured = float(request["task"].get("kind") in ("extraction", "structured_output"))
    measured = (trials["correct"] + 0.5) / (trials["total"] + 1)

    def features(share: Points) -> Points:
        known = [smaller, strong, reasoning, reasoning * smaller, structured]
        first = [np.ones_like(share), logit(np.maximum(share, prior["working_prompt"]))]
        return np.stack([*first, *(np.full_like(share, value) for value in known)], axis=-1)

    x = features(np.array([measured]))[0]
    fails = measured < prior["working_prompt"]
    variance = prior["failing_prompt_level_variance" if fails else "level_variance"]
    covariance = np.array(prior["covariance"])
    return features(accuracy) @ np.array(prior["coefficients"]), float(variance + x @ covariance @ x)


def tuned_log_odds(request: Request, accuracy: Points, planned: float) -> tuple[Points, float]:
    """Return mean and variance of a fine-tune's log-odds at the planned examples, pilots taken in (§5)."""
    prior, pilots = fitted("accuracy_prior"), request["fine_tuning"].get("pilots", [])
    at, v_level = level(request, accuracy)
    slope, v_slope, v_both = np.full_like(at, prior["slope_mean"]), float(prior["slope_variance"]), 0.0
    largest = max((decades(pilot["training_examples"]) for pilot in pilots), default=0.0)
    for pilot in pilots:
        d, share = decades(pilot["training_examples"]), (pilot["correct"] + 0.5) / (pilot["total"] + 1)
        noise = 1 / (pilot["total"] * share * (1 - share)) + prior["seed_variance"]
        noise += prior["bend_variance"] * (d - largest) ** 2
        g_level, g_slope = v_level + v_both * d, v_both + v_slope * d
        spread = g_level + g_slope * d + noise
        surprise = logit(share) - (at + slope * d)
        at, slope = at + g_level / spread * surprise, np.maximum(0.0, slope + g_slope / spread * surprise)
        v_level, v_both, v_slope = (
            v_level - g_level**2 / spread,
            v_both - g_level * g_slope / spread,
            v_slope - g_slope**2 / spread,
        )
    d = decades(planned)
    steep = np.minimum(d, (slope - v_both) / v_slope)  # from there on the variance grows by twice the slope
    variance = v_level + 2 * steep * v_both + steep**2 * v_slope + 2 * slope * (d - steep)
    variance = variance + (prior["seed_variance"] if pilots else 0.0)
    return at + slope * d, variance


def chance_of_no_change(request: Request, accuracy: Points) -> Points:
    """Return the chance that a fine-tune changes nothing: Bayes' rule over the pilots, on the line before any of them (§5)."""
    prior, pilots = fitted("accuracy_prior"), request["fine_tuning"].get("pilots", [])
    at, v_level = level(request, accuracy)
    share = [(pilot["correct"] + 0.5) / (pilot["total"] + 1) for pilot in pilots]
    d = np.array([decades(pilot["training_examples"]) for pilot in pilots])
    noise = [
        1 / (pilot["total"] * p * (1 - p)) + prior["seed_variance"] for pilot, p in zip(pilots, share, strict=True)
    ]
    odds = np.full_like(at, math.log(prior["no_change_weight"] / (1 - prior["no_change_weight"])))
    if pilots:
        seen, bend = logit(np.array(share)), prior["bend_variance"] * (d.max() - d) ** 2
        spread = v_level + prior["slope_variance"] * np.outer(d, d) + np.diag(np.array(noise) + bend)
        line = at[:, None] + prior["slope_mean"] * d
        odds += norm.logpdf(seen, logit(accuracy)[:, None], np.sqrt(noise)).sum(axis=1)
        odds -= np.array([multivariate_normal.logpdf(seen, mean, spread) for mean in line])
    return np.asarray(expit(odds))


def tuned_accuracy(request: Request, planned: float) -> float:
    """Return the accuracy of a fine-tune on the day it starts (§5)."""
    prior, trials = fitted("accuracy_prior"), request["prompting"]["measured_accuracy"]
    accuracy = prompt_accuracy(request)
    mean, variance = tuned_log_odds(request, accuracy, planned)
    drawn = expit(mean + np.sqrt(variance) * norm.ppf(column(TUNE)))
    if request["fine_tuning"].get("label_source") == "teacher":
        drawn = np.maximum(0.0, drawn - of_range(ASSUMPTIONS["teacher_accuracy_gap"], column(GAP), "rate"))
    is_good = (trials["correct"] + 0.5) / (trials["total"] + 1) >= prior["no_change_from"]
    if is_good:
        drawn = np.where(column(COIN) < chance_of_no_change(request, accuracy), accuracy, drawn)
    best = min(request["fine_tuning"].get("teacher", {}).get("accuracy", 1.0), ceiling(request))
    return float(np.minimum(drawn, best).mean())


def life(uniform: float, steps: list[dict[str, float]], age: float = 0.0, notice: float = 0.0) -> float:
    """Return the months that a base model of an age still lives, by its hazard from the notice on (§3)."""
    wanted, now = -math.log(1 - uniform), age + notice
    ends = [step["from_months"] for step in steps[1:]] + [math.inf]
    for step, end in zip(steps, ends, strict=True):
        if now >= end:
            continue
        rate = step["per_year"] / MONTHS_PER_YEAR
        if rate > 0 and wanted <= rate * (end - now):
            return now + wanted / rate - age
        wanted, now = wanted - (rate * (end - now) if rate > 0 else 0.0), end
    return math.inf


def moves(first: float, lifetime_class: str, horizon: int, as_of: str) -> list[float]:
    """Return the expected moves of a prompt in each month, the first retirement being known (§3)."""
    values = tomllib.loads((LARDER / "lifetimes" / "hazard.toml").read_text())[lifetime_class]["values"]
    hazard = [value for value in values if str(value["from"]) <= as_of][-1]
    found = [0.0] * horizon
    for point in fixed("case", 64)[:POINTS_OF_LIVES]:
        end = first
        for number in (None, *RENEWALS):
            end += 0.0 if number is None else life(float(point[number]), hazard["steps"])
            if end >= horizon - TOLERANCE:
                break
            found[max(1, math.ceil(end - TOLERANCE)) - 1] += 1 / POINTS_OF_LIVES
    return found
