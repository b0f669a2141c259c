"""Check the single lines of the auditor's calculation, from volume to payback, on cases that can be worked on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from audit.calculation import SECONDS_PER_MONTH, first_full_month, volumes
from audit.figures import Case, Hosting, Prices, Project, Run, Serving, Tokens, World
from audit.paper import KEEP, ONE_PER_CENT_A_MONTH, TUNED, WORLD, kept, near, paying, tuned


def test_growth_that_is_not_known() -> None:
    """The mean path of an uncertain growth is that of the moments of a normal number."""
    world = replace(WORLD, horizon_months=4, growth_per_month=0.1, growth_spread=0.2)
    assert volumes(world) == near([1_000, 1_100, 1_000 * (1.21 + 0.04), 1_000 * (1.331 + 3 * 1.1 * 0.04)])
    assert volumes(replace(world, growth_spread=0.0)) == near([1_000, 1_100, 1_210, 1_331])
    assert volumes(replace(world, horizon_months=1)) == near([1_000])


def test_cache() -> None:
    """The hit rate follows Poisson arrivals of month 1 up to a ceiling; the write price counts only with hits."""
    requests = SECONDS_PER_MONTH / 300 * math.log(4)  # ln 4 arrivals in a cache life: 1 - 1/4 hit
    world = replace(WORLD, requests_per_month=requests, growth_per_month=0.5)
    serving = Serving(
        tokens=Tokens(instruction=2_000.0, payload=100.0, output=50.0),
        prices=Prices(input=2.0, output=8.0, cache_read=0.5, cache_write=2.5),
        batch_discount=0.5,
        invalid_output_rate=0.1,
    )
    # 2,000 * (0.75 * 0.5 + 0.25 * 2.5) + 100 * 2 + 50 * 8 = 2,600; half in batch at half price; 10 % retried
    result = kept(replace(world, batch_share=0.5), serving=serving)
    assert result.cache_hit_rate == near(0.75)
    assert result.cost_per_request == near(2_600e-6 * 0.75 * 1.1)
    assert kept(world, serving=replace(serving, cache_hit_ceiling=0.8)).cache_hit_rate == near(0.6)
    short = kept(world, serving=replace(serving, min_cacheable_tokens=2_001.0, invalid_output_rate=0.0))
    assert short.cache_hit_rate == 0.0
    assert short.cost_per_request == near((4_000 + 600) * 1e-6)
    unpublished = replace(
        serving, prices=replace(serving.prices, cache_read=None), cache_hit_rate=0.5, invalid_output_rate=0.0
    )
    assert kept(world, serving=unpublished).cost_per_request == near((2_000 * (0.5 * 2.0 + 0.5 * 2.5) + 600) * 1e-6)


def test_price_decline() -> None:
    """Prices fall by the yearly rate at the middle of each month, fixed fees do not."""
    world = replace(WORLD, horizon_months=7, price_decline_per_year=0.75)
    result = tuned(world, serving=paying(0.010), hosting=Hosting(storage_per_month=7.0))
    assert result.flows[7] == near(10 * 0.25 ** (6.5 / 12) + 7)  # month 7: 1,000 requests at 0.01
    assert result.cost_per_request == near(0.01)


def test_forgetting() -> None:
    """Requests off the task are answered at the prompt's accuracy less the drop, each part clipped first."""
    assert tuned(off_task_share=0.25, forgetting_drop=0.1).average_accuracy == near(0.75 * 0.9 + 0.25 * 0.7)
    assert tuned(off_task_share=0.25, forgetting_drop=0.9).average_accuracy == near(0.75 * 0.9)


def test_replicas_by_requests() -> None:
    """A dedicated deployment follows the peak of each month, and exactly two replicas' load needs two, not three."""
    world = World(requests_per_month=SECONDS_PER_MONTH, growth_per_month=1.0, horizon_months=2, peak_to_average=3.0)
    hosting = Hosting(requests_per_second_per_replica=1.5, fee_per_hour=2.0, storage_per_month=10.0, utilisation=0.8)
    assert tuned(world, hosting=hosting).flows == near([0, 2 * 730.5 * 2 + 10, 2 * 730.5 * 4 + 10])
    assert tuned(world, hosting=replace(hosting, minimum_replicas=3)).flows[1] == near(2 * 730.5 * 3 + 10)
    assert tuned(world, hosting=replace(hosting, share=0.1)).flows[1] == near((2 * 730.5 * 2 + 10) / 10)
    assert tuned(world, hosting=replace(hosting, bill_per_month=99.0, share=0.1)).flows[2] == near(99.0)
    adapter = replace(hosting, requests_per_second_per_replica=None)
    assert tuned(world, hosting=adapter).flows[2] == near(2 * 730.5 + 10)
    assert tuned(replace(world, batch_share=1.0), hosting=adapter).flows[2] == near(2 * 730.5 + 10)


def test_replicas_by_tokens() -> None:
    """Longer requests take more replicas, four fifths of whose throughput is planned with; batch work takes the mean."""
    world = World(requests_per_month=SECONDS_PER_MONTH, horizon_months=1, peak_to_average=4.0)
    serving = Serving(tokens=Tokens(instruction=100.0, payload=200.0, output=20.0))
    hosting = Hosting(tokens_per_second_per_replica=400.0, fee_per_hour=1.0, utilisation=0.8)
    assert tuned(world, serving=serving, hosting=hosting).flows[1] == near(4 * 730.5)  # 1,280 a second over 320
    half = replace(world, batch_share=0.5)
    assert tuned(half, serving=serving, hosting=hosting).flows[1] == near(3 * 730.5)  # 800 a second over 320
    assert tuned(replace(world, batch_share=1.0), serving=serving, hosting=hosting).flows[1] == near(730.5 * 0.8)
    to_zero = replace(hosting, scales_to_zero=True)
    assert tuned(world, serving=serving, hosting=to_zero).flows[1] == near(730.5 * 0.8)  # 320 a second over 400


def test_projects() -> None:
    """A project adds its people, its labels, its runs and its grading, each run at the price of the whole data set."""
    project = Project(hours=10.0, hourly_rate=95.0, labels=200.0, cost_per_label=0.5, epochs=3.0, runs=4.0)
    again = replace(project, labels=0.0, runs=1.0, trials=50.0, cost_per_trial=2.0)
    facts: dict[str, Any] = {
        "one_off": project,
        "retraining_cost": again,
        "serving": Serving(tokens=Tokens(instruction=300.0, payload=600.0, output=100.0)),
    }
    run = Run(planned_examples=2_000.0, price_per_mtok=25.0, minimum_charge=4.0, epochs=3.0)
    result = tuned(**facts, run=run)  # 2,000 * 1,000 * 3 = 6 million tokens at 25: 150 a run
    assert result.run_cost == near(150.0)
    assert result.one_off == near(950 + 100 + 4 * 150)
    assert result.retraining_cost == near(950 + 150 + 100)
    assert tuned(**facts, run=replace(run, minimum_charge=151.0)).retraining_cost == near(950 + 151 + 100)
    by_gpu = replace(run, price_per_mtok=0.0, minimum_charge=0.0, hours_per_mtok=0.5, price_per_hour=2.0)
    assert tuned(**facts, run=by_gpu).run_cost == near(6.0)  # 3 hours
    assert tuned(**facts, run=replace(by_gpu, hours=7.0)).run_cost == near(14.0)


def test_the_first_full_month() -> None:
    """Monthly figures are those of the first full month, of the option itself; payback by requests too."""
    # live from 1.5: month 3, at 1,000 * 1.1^2 = 1,210 requests, 0.9 / 2 of them right
    world = World(requests_per_month=1_000.0, growth_per_month=0.1, horizon_months=4, error_cost=0.5)
    keep = replace(KEEP, serving=paying(0.010), upkeep_per_month=40.0)
    changes: dict[str, Any] = {"serving": paying(0.004), "start": 1.5, "half_life": 1.0, "upkeep_per_month": 16.3}
    serving = replace(TUNED, **changes)
    assert first_full_month(Case(world=world, options=(keep, serving)), serving) == 3
    result = tuned(world, keep, **changes, one_off=100.0)
    month = result.monthly
    assert month is not None
    assert (month.requests, month.accuracy) == near((1_210.0, 0.45))  # a month old in its middle
    assert (month.tokens, month.errors, month.total) == near((4.84, 332.75, 353.89))
    assert result.cost_per_correct_answer == near(353.89 / 544.5)
    assert result.amortised_cost_per_month == near(353.89 + 40.0)  # live for 2.5 months
    fresh = changes | {"half_life": math.inf}  # costs 4.84 + 60.5 + 16.3 = 81.64, and keep by itself 12.1 + 121 + 40
    assert tuned(world, keep, **fresh, one_off=100.0).payback_requests == near(100.0 * 1_210 / 91.46)
    assert result.payback_requests is None  # stale, it saves nothing
    at_once = fresh | {"start": 0.0}
    assert tuned(world, replace(keep, one_off=200.0), **at_once, one_off=150.0).payback_requests == 0.0
    late = tuned(world, keep, **{**fresh, "start": 3.5})
    assert late.monthly is None
    assert late.payback_requests is None
    assert late.amortised_cost_per_month is None


def test_an_option_that_starts_after_the_horizon() -> None:
    """What never starts within the horizon is as right as what stands in for it."""
    late = tuned(replace(WORLD, growth_per_month=0.1), start=30.0)
    assert late.average_accuracy == near(0.8)
    assert late.live == [0.0] * 12
    assert late.amortised_cost_per_month is None


def test_payback_waits_for_the_last_relapse() -> None:
    """Payback is the last time the cumulative saving leaves the red, not the first."""
    # Saves 10 a month; a retraining of 25 falls in month 3: -15, -5, 5, -10, 0, then on from zero
    keep = replace(KEEP, serving=paying(0.010))
    result = tuned(
        replace(WORLD, horizon_months=5), keep, one_off=15.0, interval=2.5, retraining_cost=25.0, last_training=3.0
    )
    assert result.retrainings == [0, 0, 1, 0, 0]
    assert result.payback_months == near(4.0)
    assert result.npv == near(10.0)


def test_payback_states() -> None:
    """Nothing to pay back is paid back from the start, a hole at the horizon is never paid back."""
    assert tuned().payback_months == 0.0
    assert tuned().roi is None
    assert tuned(one_off=5.0).payback_months is None
    dear = replace(KEEP, serving=paying(0.010))
    assert tuned(WORLD, dear, one_off=120.0).payback_months == near(12.0)
    monthly = replace(WORLD, discount_rate=ONE_PER_CENT_A_MONTH)
    assert tuned(monthly, dear, one_off=120.0).discounted_payback_months is None
    tenths = tuned(replace(WORLD, horizon_months=8), replace(KEEP, serving=paying(0.0001)), one_off=0.8)
    assert tenths.payback_months == near(8.0)  # 0.1 a month misses 0.8 by 1e-16
    late_loss = tuned(WORLD, replace(KEEP, one_off=8.0), one_off=5.0, hosting=Hosting(storage_per_month=1.0))
    assert late_loss.payback_months is None  # 3, 2, 1, 0, -1, ...: ahead at first, in the red at the horizon
    discounted = tuned(monthly, dear, one_off=15.0)
    assert discounted.discounted_payback_months == near(1 + (15 - 10 / 1.01) / (10 / 1.0201))
