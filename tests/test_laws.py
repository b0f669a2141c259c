"""Laws that hold for every case: of money, of tokens, of evidence, of draws."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models import cost, finance, latency, learning, sampling, sensitivity

Assess = Callable[[dict[str, Any]], dict[str, Any]]
money = st.floats(-1e6, 1e6)
share = st.floats(0.0, 1.0)


def a(value: float) -> np.ndarray[Any, Any]:
    """Return a scalar as the textbook takes it."""
    return np.full((1, 1), float(value))


@given(st.lists(money, min_size=1, max_size=60), st.floats(0, 0.9), money)
def test_present_value_is_numpy_financials(flows: list[float], rate: float, start: float) -> None:
    """Present value equals numpy-financial's NPV at the monthly equivalent of the annual rate."""
    months = np.arange(1.0, len(flows) + 1)
    factors = finance.discount_factors(a(rate), months)
    ours = float(finance.present_value(a(start), np.array([flows]), factors)[0, 0])
    theirs = npf.npv((1 + rate) ** (1 / 12) - 1, [start, *flows])
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6)


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 1e3), share, st.floats(0, 100), st.floats(0.1, 10))
def test_cost_is_additive_in_tokens_and_linear_in_price(
    first: float, second: float, output: float, hit: float, price: float, factor: float
) -> None:
    """Two payloads cost what both cost together, and a price k times as high costs k times as much."""

    def request(payload: float, out: float, scale: float) -> float:
        prices = [a(price * scale), a(2 * price * scale), a(0.1 * price * scale), a(1.25 * price * scale)]
        found = cost.cost_per_request(a(0), a(payload), a(out), a(hit), *prices, a(0.3), a(0.5), a(0.02))
        return float(found[0, 0])

    assert request(first + second, output, 1) == pytest.approx(
        request(first, 0, 1) + request(second, output, 1), rel=1e-9
    )
    assert request(first, output, factor) == pytest.approx(factor * request(first, output, 1), rel=1e-9)


@given(st.integers(1, 500), st.integers(1, 500))
def test_prompt_posterior_is_scipys_beta(correct: int, wrong: int) -> None:
    """The draws of a prompt's accuracy are quantiles of the Jeffreys posterior."""
    points = np.array([0.1, 0.5, 0.9])
    ours = sampling.accuracy_quantile(points, correct, correct + wrong)
    np.testing.assert_allclose(ours, stats.beta.ppf(points, correct + 0.5, wrong + 0.5), rtol=1e-7)


@given(st.floats(0.01, 100), st.floats(1.0, 100.0))
def test_draws_have_the_stated_percentiles(low: float, ratio: float) -> None:
    """The 10th and 90th percentile of the draws are the ends of the interval, in every family."""
    ends = np.array([0.1, 0.9])
    np.testing.assert_allclose(sampling.quantile(ends, low, low * ratio, "positive"), [low, low * ratio], rtol=1e-9)
    inside = np.array([low, low * ratio]) / (1e4 + low * ratio)
    np.testing.assert_allclose(sampling.quantile(ends, *inside, "share"), inside, rtol=1e-9)
    np.testing.assert_allclose(sampling.quantile(ends, -low, low, "rate"), [-low, low], rtol=1e-9)


@given(st.floats(0.05, 0.95), st.integers(10, 40_000), st.integers(2, 10))
def test_more_examples_never_lower_the_expected_accuracy(prompt: float, examples: int, times: int) -> None:
    """The posterior mean of the log-odds does not fall with examples, whatever the pilots say."""
    pilots = np.array([[200.0, 70, 100], [2000.0, 55, 100]])
    level = learning.prior_level(a(prompt), a(1.5), a(0.5))

    def mean(count: float) -> float:
        return float(learning.predictive_mean(level, a(1.2), a(0.8), a(0.25), pilots, a(0.03), a(3.0), a(count))[0, 0])

    assert mean(examples * times) >= mean(examples) - 1e-12


def test_pilots_dominate_the_prior_as_they_grow() -> None:
    """With enough graded answers at the planned size the prior hardly matters, and the variance falls."""
    rate = 0.9
    spreads = []
    for total in (100, 10_000, 1_000_000):
        pilots = np.array([[1000.0, rate * total, total]])
        means = [
            float(learning.predictive_mean(a(level), a(1.2), a(0.8), a(0.25), pilots, a(0.0), a(3.0), a(1000))[0, 0])
            for level in (-3.0, 3.0)
        ]
        spreads.append(abs(means[0] - means[1]))
    assert spreads[0] > spreads[1] > spreads[2]
    assert spreads[2] < 1e-3
    assert means[0] == pytest.approx(np.log(rate / (1 - rate)), abs=1e-3)


def test_pilot_update_is_the_textbook_regression() -> None:
    """Level and slope after pilots equal the Bayesian linear regression solved in one step."""
    pilots = np.array([[100.0, 60, 100], [1000.0, 80, 100], [5000.0, 170, 200]])
    rates = (pilots[:, 1] + 0.5) / (pilots[:, 2] + 1)
    noise = 1 / (pilots[:, 2] * rates * (1 - rates)) + 0.03
    x = np.column_stack([np.ones(3), np.log10(pilots[:, 0] / 1000)])
    prior = np.diag([1 / 1.2, 1 / 0.25])
    precision = prior + x.T @ (x / noise[:, None])
    mean = np.linalg.solve(precision, prior @ [0.5, 0.8] + x.T @ (np.log(rates / (1 - rates)) / noise))
    level, slope, v_level, v_cross, v_slope = learning.posterior(
        a(0.5), a(1.2), a(0.8), a(0.25), pilots, a(0.03), a(0.0)
    )
    np.testing.assert_allclose([level[0, 0], slope[0, 0]], mean, rtol=1e-10)
    covariance = np.linalg.inv(precision)
    np.testing.assert_allclose(
        [v_level[0, 0], v_cross[0, 0], v_slope[0, 0]], covariance[[0, 0, 1], [0, 1, 1]], rtol=1e-10
    )


@given(st.floats(-3, 3), st.floats(0.05, 2.0))
def test_the_mean_of_a_share_is_the_integral(mean: float, deviation: float) -> None:
    """Gauss-Hermite's mean of a logit-normal equals numerical integration."""
    grid = np.linspace(-9, 9, 20_001)
    exact = np.trapezoid(stats.norm.pdf(grid) / (1 + np.exp(-(mean + deviation * grid))), grid)
    ends = (1 / (1 + np.exp(-(mean + side * stats.norm.ppf(0.9) * deviation))) for side in (-1.0, 1.0))
    assert sampling.mean(*ends, "share") == pytest.approx(exact, abs=1e-7)


@given(st.floats(0.01, 30), st.integers(1, 40))
def test_erlang_c_is_the_sum(load: float, servers: int) -> None:
    """The probability of waiting equals Erlang's formula summed term by term."""
    if load >= servers:
        assert float(latency.erlang_c(a(load), a(servers))[0, 0]) == 1.0
        return
    terms = [1.0]
    for k in range(1, servers + 1):
        terms.append(terms[-1] * load / k)
    last = terms[-1] * servers / (servers - load)
    assert float(latency.erlang_c(a(load), a(servers))[0, 0]) == pytest.approx(
        last / (sum(terms[:-1]) + last), rel=1e-9
    )


def test_first_order_share_of_a_sum_is_its_share_of_variance() -> None:
    """For a sum of independent inputs among many idle ones the shares are known in closed form, at the default N."""
    points = sampling.sobol_block("case", 40, 1024, 1)
    output = 3.0 * points[:, 7] + 1.0 * points[:, 31]
    shares = sensitivity.first_order_shares(sensitivity.main_effects(points, output[:, None])[..., 0], output)
    assert shares[7] == pytest.approx(0.9, abs=0.01)
    assert shares[31] == pytest.approx(0.1, abs=0.01)
    assert np.delete(shares, [7, 31]).max() < 1e-9


def test_currency_scales_money_and_moves_no_verdict(assess: Assess) -> None:
    """Stating the same case in a currency of half the value doubles every sum of money and nothing else."""
    request = example("contract-extraction")
    usd, other = copy.deepcopy(request), copy.deepcopy(request)
    usd["finance"] |= {"currency": "USD", "units_per_usd": 1.0}
    other["finance"] |= {"currency": "XTS", "units_per_usd": 2.0}

    def double(value: Any) -> Any:
        return {k: 2 * v for k, v in value.items()} if isinstance(value, dict) else 2 * value

    other["finance"]["error_cost"] = double(other["finance"]["error_cost"])
    plan = other["fine_tuning"]["build_plan"]
    plan["hourly_rate"], plan["cost_per_example"] = double(plan["hourly_rate"]), double(plan["cost_per_example"])
    other["fine_tuning"]["retraining"]["cost"] = double(other["fine_tuning"]["retraining"]["cost"])
    one, two = assess(usd), assess(other)
    assert [option["id"] for option in two["options"]] == [option["id"] for option in one["options"]]
    for theirs, ours in zip(two["options"], one["options"], strict=True):
        for figure in ("npv", "tco"):
            doubled = {name: 2 * ours[figure][name] for name in ("mean", "p90")}
            assert {name: theirs[figure][name] for name in doubled} == pytest.approx(doubled, rel=1e-9), ours["id"]
        assert theirs["accuracy"] == ours["accuracy"], ours["id"]
    assert [two["verdict"][k] for k in ("choice", "action", "confidence")] == [
        one["verdict"][k] for k in ("choice", "action", "confidence")
    ]
    assert two["accuracy"] == one["accuracy"]


def test_more_trials_narrow_the_interval(assess: Assess) -> None:
    """Ten times the graded answers at the same accuracy give a narrower interval."""
    request = example("ticket-triage")
    widths = []
    for factor in (1, 10):
        request["prompting"]["measured_accuracy"] = {"correct": 148 * factor, "total": 200 * factor}
        interval = assess(request)["options"][0]["accuracy"]["interval"]
        widths.append(interval["high"] - interval["low"])
    assert widths[1] < widths[0] / 2.5


@pytest.mark.parametrize("case", [*EXAMPLES, *range(3000, 3040)])
def test_parts_add_up(case: str | int, assess: Assess) -> None:
    """What an option costs a month, and over the horizon with and without errors, is the sum of its parts."""
    for option in assess(example(case) if isinstance(case, str) else request_at_random(case))["options"]:
        if not option["is_feasible"]:
            continue
        monthly, parts, id = dict(option["monthly"]), option["present_values"], option["id"]
        if (total := monthly.pop("total")) is not None:
            assert sum(monthly.values()) == pytest.approx(total, rel=1e-9, abs=1e-9), id
        everything, plain = sum(parts.values()), option["tco_without_errors"]["base_case"]
        assert everything == pytest.approx(option["tco"]["base_case"], rel=1e-9, abs=1e-9), id
        without_errors = everything - parts["errors"]
        if parts["stand_in"] == 0.0:
            assert without_errors == pytest.approx(plain, rel=1e-9, abs=1e-9), id
        else:  # what stands in makes errors too, and they are among what it costs
            assert plain <= without_errors + 1e-9 * abs(everything) + 1e-9, id


def test_same_request_same_bytes(client: Any) -> None:
    """The same request on the same day is answered with the same bytes."""
    request = example("minimal") | {"as_of": "2026-11-23"}
    first, second = (client.post("/v1/assessments", json=request).content for _ in range(2))
    assert first == second


def test_one_more_uncertain_input_leaves_the_others_alone(assess: Assess) -> None:
    """Making the discount-free error cost uncertain does not reshuffle the draws of accuracy."""
    request = example("ticket-triage")

    def accuracies() -> dict[str, Any]:
        options = {option["id"]: option["accuracy"] for option in assess(request)["options"]}
        return {id: [found[name] for name in ("mean", "interval")] for id, found in options.items()}

    before = accuracies()
    request["finance"]["error_cost"] = 0.8
    request["volume"]["growth_per_month"] = {"low": 0.0, "high": 0.04}
    after = accuracies()
    assert {"keep", "improve"} <= set(before) & set(after)
    for id in set(before) & set(after):
        assert after[id] == before[id], id


def test_doubling_the_draws_moves_percentiles_little(assess: Assess) -> None:
    """At the default N, doubling it moves the 10/50/90 percentiles of NPV under 2 % of their spread in 19 seeds of 20.

    In contract extraction, where a life that is drawn ends a fine-tune within the horizon in most draws, under 4 %.
    """
    for name in EXAMPLES:
        steady, near = [], 0.04 if name == "contract-extraction" else 0.02
        request = {key: value for key, value in example(name).items() if key != "include"}
        best = next(option["id"] for option in assess(request)["options"] if option["kind"] == "fine_tune")
        for seed in range(20):
            found = []
            for draws in (1024, 2048):
                request["simulation"] = {"draws": draws, "seed": seed}
                options = {option["id"]: option for option in assess(request)["options"]}
                npv = options[best]["npv"]
                found.append(np.array([npv["p10"], npv["p50"], npv["p90"]]))
            steady.append(bool(np.abs(found[0] - found[1]).max() < near * (found[0][2] - found[0][0])))
        assert sum(steady) >= 0.95 * len(steady), f"{name}: {sum(steady)} of {len(steady)}"


def test_limits_hold_exactly(assess: Assess) -> None:
    """Zero volume costs exactly its upkeep, and a fine-tune that is shut down inside the lead time costs nothing known."""
    request = example("ticket-triage")
    request["finance"]["discount_rate"] = 0
    request["prompting"]["maintenance_cost_per_month"] = 100
    request["volume"] = {"requests_per_month": 0, "horizon_months": 10}
    keep = assess(request)["options"][0]
    assert keep["tco"]["base_case"] == 1000.0
    assert keep["levelised_cost_per_request"] is None
    request["fine_tuning"] |= {"offer": {"shutdown_date": "2026-12-01"}, "build_cost": 5000}
    del request["fine_tuning"]["build_plan"]
    tune = next(option for option in assess(request)["options"] if option["kind"] == "fine_tune")
    assert not tune["is_feasible"]
    assert tune["npv"]["base_case"] is tune["tco"]["base_case"] is None


def test_without_requests_the_same_offer_is_kept_as_with_next_to_none(assess: Assess) -> None:
    """At a volume of zero all offers are worth the same; the cheapest per request is kept, and it pays from some volume on."""
    answers = []
    for volume in (0, 1e-9):
        request = example("minimal")
        request["volume"]["requests_per_month"] = volume
        answers.append(assess(request))
    none, next_to_none = ([option["id"] for option in answer["options"]] for answer in answers)
    assert none == next_to_none
    volumes = answers[0]["break_even"]["requests_per_month"]
    assert 0 < volumes["p10"] < volumes["p50"] < volumes["p90"]
