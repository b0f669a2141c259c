"""Check the auditor's own calculation on cases that can be worked on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from audit.calculation import SECONDS_PER_MONTH, base_case, volumes
from audit.figures import Case, Hosting, Option, Prices, Project, Result, Run, Serving, Tokens, World

ONE_PER_CENT_A_MONTH = 1.01**12 - 1  # the annual rate that discounts month m by exactly 1.01^m


def near(expected: Any) -> Any:
    """Return a comparison as tight as the service will be held to."""
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


def paying(cost_per_request: float) -> Serving:
    """Return what makes one request cost this much: one token of payload."""
    return Serving(tokens=Tokens(payload=1.0), prices=Prices(input=cost_per_request * 1e6))


# Two options of which nothing happens: 1,000 requests a month, everything free or off.
WORLD = World(requests_per_month=1_000.0, horizon_months=12)
KEEP = Option(id="keep", kind="keep", serving=paying(0.0), accuracy_at_start=0.8)
TUNED = Option(
    id="tune:own", kind="fine_tune", stands_in="keep", serving=paying(0.0), accuracy_at_start=0.9, serves_on=False
)
IMPROVED = Option(id="improve", kind="improve", stands_in="keep", serving=paying(0.0), accuracy_at_start=0.84)


def tuned(world: World = WORLD, keep: Option = KEEP, **changes: Any) -> Result:
    """Return the result of a fine-tune with these changes."""
    return base_case(Case(world=world, options=(keep, replace(TUNED, **changes))))["tune:own"]


def kept(world: World = WORLD, **changes: Any) -> Result:
    """Return the result of the prompt with these changes."""
    return base_case(Case(world=world, options=(replace(KEEP, **changes),)))["keep"]


def test_tokenmath_example() -> None:
    """The published tokenmath.io example comes out to every printed digit."""
    world, keep = replace(WORLD, requests_per_month=100_000.0), replace(KEEP, serving=paying(0.020))
    result = tuned(world, keep, serving=paying(0.012), one_off=2_500.0, upkeep_per_month=100.0)
    assert kept(world, serving=paying(0.020)).flows[1] - result.flows[1] == near(700.0)
    assert round(result.payback_months or 0.0, 2) == 3.57
    assert result.npv == near(5_900.0)
    assert result.tco == near(18_100.0)
    assert result.token_saving == near(9_600.0)
    assert round(100 * (result.roi or 0.0), 2) == 159.46


def test_novacalculator_example() -> None:
    """The published novacalculator.com example comes out to its printed digits, its ROI of 384.53 % cut to 384."""
    tokens = Tokens(payload=500.0, output=300.0)
    keep = replace(KEEP, serving=Serving(tokens=tokens, prices=Prices(input=10.0, output=30.0)))
    result = tuned(
        replace(WORLD, requests_per_month=200_000.0),
        keep,
        serving=Serving(tokens=tokens, prices=Prices(input=3.0, output=6.0)),
        one_off=Project(hours=60.0, hourly_rate=75.0, epochs=3.0, runs=1.0),
        run=Run(minimum_charge=800.0),
    )
    assert result.flows[1] == near(660.0)
    assert result.one_off == near(5_300.0)
    assert round(result.payback_months or 0.0, 1) == 2.5
    assert result.npv == near(20_380.0)
    assert math.floor(100 * (result.roi or 0.0)) == 384


TWO_MONTHS = World(
    requests_per_month=1_000.0,
    growth_per_month=0.1,
    horizon_months=2,
    discount_rate=ONE_PER_CENT_A_MONTH,
    error_cost=2.0,
)
KEPT_TWO_MONTHS = replace(KEEP, serving=paying(0.010), upkeep_per_month=40.0)
TUNED_TWO_MONTHS: dict[str, Any] = {
    "serving": paying(0.004),
    "one_off": 100.0,
    "hosting": Hosting(bill_per_month=50.0),
    "upkeep_per_month": 20.0,
    "start": 0.5,
    "half_life": 0.25,
    "interval": 1.2,
    "retraining_cost": 30.0,
}


def test_two_months_by_hand() -> None:
    """A two-month case with growth, errors, lead time, staleness and a retraining equals the sum done on paper."""
    # v = 1,000 and 1,100; live from 0.5, so half of month 1 and all of month 2; discounts 1/1.01 and 1/1.0201.
    # Middle of the live parts 0.75 and 1.5: ages 0.25 and 1.0 (the retraining at 0.5 + 1.2 = 1.7 comes after 1.5).
    # Accuracy 0.9 * 2^-1 = 0.45 and 0.9 * 2^-4 = 0.05625.
    # P_1 = 1,000 * 0.01 + 1,000 * 2 * 0.2 + 40 = 450;  P_2 = 11 + 440 + 40 = 491.
    # F_1 = 450 / 2 + (4 + 2,000 * 0.55 + 70) / 2 = 812;  F_2 = 4.4 + 2,200 * 0.94375 + 70 + 30 = 2,180.65.
    result = tuned(TWO_MONTHS, KEPT_TWO_MONTHS, **TUNED_TWO_MONTHS)
    assert result.live == near([0.5, 1.0])
    assert result.age == near([0.25, 1.0])
    assert result.retrainings == [0, 1]
    assert result.flows == near([100.0, 812.0, 2_180.65])
    assert result.npv == near(-100 - 362 / 1.01 - 1_689.65 / 1.0201)
    assert result.tco_without_errors == near(100 + 62 / 1.01 + 104.4 / 1.0201)  # 62 = 25 + 37
    assert result.roi == near(result.npv / (100 + 15 / 1.01 + 60 / 1.0201))  # 50 + 20 - 40 a month, and 30
    assert result.payback_months is None
    assert result.average_accuracy == near((500 * 0.45 + 1_100 * 0.05625) / 1_600)
    assert result.live_months == near(1.5)
    requests = 1_000 / 1.01 + 1_100 / 1.0201
    correct = 1_000 * (0.5 * 0.45 + 0.5 * 0.8) / 1.01 + 1_100 * 0.05625 / 1.0201
    assert result.levelised_cost_per_request == near(result.tco / requests)
    assert result.levelised_cost_per_correct_answer == near(result.tco / correct)


def test_parts_by_hand() -> None:
    """The parts of the two-month case are those done on paper, and add up to its cost."""
    result = tuned(TWO_MONTHS, KEPT_TWO_MONTHS, **TUNED_TWO_MONTHS)
    assert result.parts == near(
        {
            "one_off": 100.0,
            "tokens": 2 / 1.01 + 4.4 / 1.0201,
            "errors": 550 / 1.01 + 2_076.25 / 1.0201,
            "hosting": 25 / 1.01 + 50 / 1.0201,
            "upkeep": 10 / 1.01 + 20 / 1.0201,
            "retraining": 30 / 1.0201,
            "migration": 0.0,
            "stand_in": 225 / 1.01,
        }
    )
    assert sum(result.parts.values()) == near(result.tco)


def test_improving_by_hand() -> None:
    """An improved prompt answers better from its weeks on, and the prompt stands in before."""
    # Improved: 0.25 of month 1 at 0.80 and 0.75 at 0.84: I_1 = 10 + 2,000 * 0.17 + 40 = 390;  I_2 = 11 + 352 + 40.
    improved = replace(IMPROVED, serving=paying(0.010), upkeep_per_month=40.0, one_off=60.0, start=0.25)
    result = base_case(Case(world=TWO_MONTHS, options=(KEPT_TWO_MONTHS, improved)))["improve"]
    assert result.flows == near([60.0, 390.0, 403.0])
    assert result.npv == near(-60 + 60 / 1.01 + 88 / 1.0201)
    assert result.average_accuracy == near(0.84)
    assert result.roi == near(result.npv / 60)  # its upkeep is that of the prompt


def test_a_better_prompt_stands_in() -> None:
    """Before its start a fine-tune costs what stands in costs, whose one-off counts only where it serves at all."""
    improved = replace(IMPROVED, serving=paying(0.010), one_off=60.0, start=1.0)
    options = (KEPT_TWO_MONTHS, improved, replace(TUNED, **{**TUNED_TWO_MONTHS, "stands_in": "improve"}))
    results = base_case(Case(world=TWO_MONTHS, options=options))
    assert results["tune:own"].flows[0] == near(160.0)
    assert results["tune:own"].parts["stand_in"] == near(60 + 225 / 1.01)  # keep still serves in month 1
    at_once = replace(options[2], start=0.0)
    assert base_case(Case(world=TWO_MONTHS, options=(*options[:2], at_once)))["tune:own"].flows[0] == near(100.0)


def test_in_service() -> None:
    """What serves already is what others are held against, and it stands in for its successor until it ends."""
    serving = replace(TUNED, id="in_service", kind="in_service", end=2.0, serving=paying(0.004), age_at_start=2.0)
    successor = replace(TUNED, stands_in="in_service", start=1.0, one_off=7.0, serving=paying(0.003))
    keep, world = replace(KEEP, serving=paying(0.010), one_off=5.0), replace(WORLD, horizon_months=3)
    results = base_case(Case(world=world, options=(serving, keep, successor)))
    assert results["in_service"].flows == near([5.0, 4.0, 4.0, 10.0])  # the prompt serves from month 3 on
    assert results["in_service"].npv == 0.0
    assert results["keep"].npv == near(23.0 - 35.0)
    assert results["tune:own"].flows == near([12.0, 4.0, 3.0, 3.0])
    assert results["in_service"].age == [near(2.5), near(3.5), None]


def test_retraining_that_is_overdue() -> None:
    """A fine-tune in service is retrained when due from its last training; what was missed before is not made up."""
    serving = replace(TUNED, kind="in_service", id="in_service", age_at_start=5.0, interval=3.0, half_life=1.0)
    world = replace(WORLD, horizon_months=5)
    result = base_case(Case(world=world, options=(serving, KEEP)))["in_service"]
    assert result.retrainings == [1, 0, 0, 1, 0]  # at -5 + 6 = 1 and 4, not at -2
    assert result.age == near([5.5, 0.5, 1.5, 2.5, 0.5])


def test_an_end_inside_the_lead_time() -> None:
    """A drawn end before the fine-tune is ready costs the build and the prompt's own, and never serves."""
    keep = replace(KEPT_TWO_MONTHS, one_off=3.0)
    result = tuned(TWO_MONTHS, keep, **{**TUNED_TWO_MONTHS, "end": 0.4})
    assert result.npv == near(-100.0)
    assert result.live == [0.0, 0.0]
    assert result.age == [None, None]
    assert result.retrainings == [0, 0]
    assert result.average_accuracy == near(0.8)
    assert result.payback_months is None
    assert result.parts["stand_in"] == near(3 + 450 / 1.01 + 491 / 1.0201)


def test_zero_volume() -> None:
    """Without requests only the fixed costs remain, nothing migrates, and no cost per request is quoted."""
    world = replace(TWO_MONTHS, requests_per_month=0.0)
    keep = replace(KEPT_TWO_MONTHS, migrations=(0.0, 1.0), migration_cost=9.0)
    result = tuned(world, keep, **TUNED_TWO_MONTHS)
    assert result.flows == near([100.0, 55.0, 100.0])  # 20 + 35 in month 1; 70 + 30 in month 2
    assert base_case(Case(world=world, options=(keep,)))["keep"].flows == near([0.0, 40.0, 40.0])
    assert result.levelised_cost_per_request is None
    assert result.levelised_cost_per_correct_answer is None
    assert result.average_accuracy == near((0.5 * 0.45 + 0.05625) / 1.5)
    cached = Serving(tokens=Tokens(instruction=2_000.0), prices=Prices(input=2.0, cache_read=1.0))
    assert kept(world, serving=cached).cache_hit_rate == 0.0


def test_no_discounting() -> None:
    """At a discount rate of zero a present value is a plain sum."""
    result = tuned(replace(TWO_MONTHS, discount_rate=0.0), KEPT_TWO_MONTHS, **TUNED_TWO_MONTHS)
    assert result.npv == near(-100.0 - 362.0 - 1_689.65)
    assert result.tco == near(sum(result.flows))
    assert result.discounted_payback_months == result.payback_months


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


def test_revert_and_last_training() -> None:
    """Retraining stops strictly before the last training date, ageing goes on, and the prompt serves after the end."""
    result = tuned(
        replace(WORLD, horizon_months=8),
        interval=2.0,
        retraining_cost=5.0,
        last_training=4.0,
        known_retirement=6.5,
        half_life=1.0,
    )
    assert result.retrainings == [0, 1, 0, 0, 0, 0, 0, 0]  # at 2; the one at 4 would fall on the last date itself
    assert result.live == near([1, 1, 1, 1, 1, 1, 0.5, 0])
    assert result.age[:7] == near([0.5, 1.5, 0.5, 1.5, 2.5, 3.5, 4.25])
    assert result.age[7] is None
    live = sum(0.9 * 2 ** -(age or 0.0) * share for age, share in zip(result.age, result.live, strict=True))
    assert result.average_accuracy == near((live + 1.5 * 0.8) / 8)


def test_migration() -> None:
    """Migrating pays one retraining at a known end, starts a new clock there and outlives the last training date."""
    changes: dict[str, Any] = {"migrates": True, "interval": 2.0, "retraining_cost": 5.0}
    in_month_4 = tuple(float(month == 4) for month in range(1, 9))
    world = replace(WORLD, horizon_months=8)
    result = tuned(world, **changes, last_training=1.0, known_retirement=3.25, migrations=in_month_4)
    assert result.live == near([1.0] * 8)
    assert result.retrainings == [0, 0, 0, 0, 0, 1, 0, 1]  # 5.25 and 7.25; the migration counts apart
    assert result.age == near([0.5, 1.5, 2.5, 0.25, 1.25, 0.25, 1.25, 0.25])
    assert result.flows == near([0, 0, 0, 0, 5, 0, 5, 0, 5])
    assert result.parts["migration"] == near(5.0)
    second_clock = tuned(replace(WORLD, horizon_months=6), **changes, known_retirement=3.5)
    assert second_clock.retrainings == [0, 1, 0, 0, 0, 1]  # 2; then 5.5; no longer 4


def test_migrations_that_are_expected() -> None:
    """An end that is drawn costs its expected migrations, live or not, and leaves the clock of retrainings alone."""
    expected = (0.0, 0.25, 0.5)
    result = tuned(
        replace(WORLD, horizon_months=3),
        migrates=True,
        start=1.5,
        interval=1.0,
        retraining_cost=8.0,
        migrations=expected,
    )
    assert result.retrainings == [0, 0, 1]  # at 2.5
    assert result.flows == near([0, 0, 2, 4 + 8])


def test_prompt_migration() -> None:
    """Retiring the prompted base model charges each option for the share of that month it still prompts."""
    keep = replace(KEEP, migration_cost=80.0, migrations=tuple(float(month == 3) for month in range(1, 13)))
    improved = replace(IMPROVED, migration_cost=80.0, migrations=keep.migrations)
    options = (keep, improved, replace(TUNED, start=2.25))
    results = base_case(Case(world=WORLD, options=options))
    assert results["keep"].flows[2:5] == near([0, 80, 0])
    assert results["improve"].flows[2:5] == near([0, 80, 0])
    assert results["tune:own"].flows[2:5] == near([0, 20, 0])  # a quarter of month 3 is still prompted
    assert results["tune:own"].parts["migration"] == 0.0
    assert results["tune:own"].parts["stand_in"] == near(20.0)


def test_redeployment() -> None:
    """Hosted open weights pay a redeployment for the share that is live, serve on, and keep their clock."""
    row = tuple(float(month == 2) for month in range(1, 5))
    result = tuned(
        replace(WORLD, horizon_months=4),
        serves_on=True,
        known_retirement=1.75,
        migrations=row,
        migration_cost=12.0,
        start=1.5,
        interval=1.0,
        retraining_cost=3.0,
    )
    assert result.live == near([0, 0.5, 1, 1])
    assert result.flows == near([0, 0, 6, 3, 3])  # retrained at 2.5 and 3.5
    assert result.parts["migration"] == near(6.0)


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
