"""Check the auditor's months, parts and stand-ins on cases that can be worked on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from audit.calculation import base_case
from audit.figures import Case, Hosting, Prices, Project, Run, Serving, Tokens, World
from audit.paper import IMPROVED, KEEP, ONE_PER_CENT_A_MONTH, TUNED, WORLD, kept, near, paying, tuned


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
    """Hosted open weights pay a redeployment in whole, serve on, and keep their clock."""
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
    assert result.flows == near([0, 0, 12, 3, 3])  # retrained at 2.5 and 3.5
    assert result.parts["migration"] == near(12.0)
