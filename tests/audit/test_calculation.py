"""Check the auditor's own calculation on cases that can be worked on paper."""

import math
from dataclasses import replace

import pytest
from audit.calculation import SECONDS_PER_MONTH, WEEKS_PER_MONTH, base_case
from audit.figures import Facts, Plan

ONE_PER_CENT_A_MONTH = 1.01**12 - 1  # the annual rate that discounts month m by exactly 1.01^m

# A case in which nothing happens: 1,000 requests a month, one payload token each, everything else free or off.
NOTHING = Facts(
    requests_per_month=1_000.0,
    growth_per_month=0.0,
    horizon_months=12,
    peak_to_average=3.0,
    prompt_instruction_tokens=0.0,
    prompt_payload_tokens=1.0,
    prompt_output_tokens=0.0,
    prompt_input_price=0.0,
    prompt_output_price=0.0,
    prompt_cache_read_price=None,
    prompt_cache_write_price=None,
    prompt_cache_hit_rate=None,
    min_cacheable_tokens=1_024.0,
    cache_time_to_live_seconds=300.0,
    prompt_batch_discount=0.5,
    prompt_invalid_output_rate=0.0,
    batch_share=0.0,
    prompt_accuracy=0.8,
    prompt_build_cost=0.0,
    prompt_maintenance_cost_per_month=0.0,
    improvement_cost=0.0,
    improvement_weeks=0.0,
    improved_accuracy=0.8,
    prompt_shutdown_months=None,
    prompt_migration_cost=0.0,
    tuned_instruction_tokens=0.0,
    tuned_payload_tokens=1.0,
    tuned_output_tokens=0.0,
    tuned_input_price=0.0,
    tuned_output_price=0.0,
    tuned_cache_read_price=None,
    tuned_cache_write_price=None,
    tuned_cache_hit_rate=None,
    tuned_min_cacheable_tokens=1_024.0,
    tuned_batch_discount=0.5,
    tuned_invalid_output_rate=0.0,
    tuned_accuracy_at_start=0.9,
    knowledge_half_life_months=None,
    off_task_share=0.0,
    forgetting_drop=0.0,
    tuned_hosting_per_hour=0.0,
    tuned_storage_per_month=0.0,
    tuned_hosting_per_month=None,
    dedicated=False,
    requests_per_second_per_replica=None,
    minimum_replicas=1,
    tuned_monitoring_cost_per_month=0.0,
    lead_time_weeks=0.0,
    tuned_shutdown_months=None,
    last_training_months=None,
    on_shutdown="revert",
    retraining_interval_months=None,
    retraining_cost=0.0,
    tuned_build_cost=0.0,
    build_plan=None,
    retraining_plan=None,
    planned_examples=0.0,
    training_price_per_mtok=0.0,
    minimum_charge=0.0,
    discount_rate=0.0,
    error_cost=0.0,
    price_decline_per_year=0.0,
)


def case(**changes):
    """Return the base case of the quiet case with these facts changed."""
    return base_case(replace(NOTHING, **changes))


def near(expected):
    """Return a comparison as tight as the service will be held to."""
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


TWO_MONTHS = {
    "horizon_months": 2,
    "growth_per_month": 0.1,
    "discount_rate": ONE_PER_CENT_A_MONTH,
    "prompt_input_price": 10_000.0,  # one token: 0.010 a request
    "tuned_input_price": 4_000.0,  # one token: 0.004 a request
    "error_cost": 2.0,
    "prompt_maintenance_cost_per_month": 40.0,
    "tuned_build_cost": 100.0,
    "tuned_hosting_per_month": 50.0,
    "tuned_monitoring_cost_per_month": 20.0,
    "lead_time_weeks": 0.5 * WEEKS_PER_MONTH,
    "knowledge_half_life_months": 0.25,
    "retraining_interval_months": 1.2,
    "retraining_cost": 30.0,
    "improvement_cost": 60.0,
    "improvement_weeks": 0.25 * WEEKS_PER_MONTH,
    "improved_accuracy": 0.84,
}


def test_tokenmath_example():
    """The published tokenmath.io example comes out to every printed digit."""
    result = case(
        requests_per_month=100_000.0,
        prompt_input_price=20_000.0,
        tuned_input_price=12_000.0,
        tuned_build_cost=2_500.0,
        tuned_monitoring_cost_per_month=100.0,
    )
    assert result.prompt_cost_per_request - result.tuned_cost_per_request == near(0.008)
    assert result.prompt_flows[1] - result.tuned_flows[1] == near(700.0)
    assert round(result.payback_months, 2) == 3.57
    assert result.payback_requests == near(312_500.0)
    assert result.npv == near(5_900.0)
    assert result.prompt_tco == near(24_000.0)
    assert result.tuned_tco == near(18_100.0)
    assert round(100 * result.roi, 2) == 159.46


def test_novacalculator_example():
    """The published novacalculator.com example comes out to its printed digits, its ROI of 384.53 % cut to 384."""
    result = case(
        requests_per_month=200_000.0,
        prompt_payload_tokens=500.0,
        prompt_output_tokens=300.0,
        prompt_input_price=10.0,
        prompt_output_price=30.0,
        tuned_payload_tokens=500.0,
        tuned_output_tokens=300.0,
        tuned_input_price=3.0,
        tuned_output_price=6.0,
        tuned_build_cost=None,
        build_plan=Plan(60.0, 75.0, 0.0, 0.0, epochs=3.0, training_runs=1.0),
        minimum_charge=800.0,
    )
    assert result.prompt_flows[1] == near(2_800.0)
    assert result.tuned_flows[1] == near(660.0)
    assert result.tuned_build_cost == near(5_300.0)
    assert round(result.payback_months, 1) == 2.5
    assert result.npv == near(20_380.0)
    assert math.floor(100 * result.roi) == 384


def test_two_months_by_hand():
    """A two-month case with growth, errors, lead time, staleness and a retraining equals the sum done on paper."""
    # v = 1,000 and 1,100; live from 0.5, so half of month 1 and all of month 2; discounts 1/1.01 and 1/1.0201.
    # Middle of the live parts 0.75 and 1.5: ages 0.25 and 1.0 (the retraining at 0.5 + 1.2 = 1.7 comes after 1.5).
    # Accuracy 0.9 * 2^-1 = 0.45 and 0.9 * 2^-4 = 0.05625.
    # P_1 = 1,000 * 0.01 + 1,000 * 2 * 0.2 + 40 = 450;  P_2 = 11 + 440 + 40 = 491.
    # F_1 = 450 / 2 + (4 + 2,000 * 0.55 + 70) / 2 = 812;  F_2 = 4.4 + 2,200 * 0.94375 + 70 + 30 = 2,180.65.
    # Improved: 0.25 of month 1 at 0.80 and 0.75 at 0.84 = 0.83, then 0.84.
    # I_1 = 10 + 2,000 * 0.17 + 40 = 390;  I_2 = 11 + 2,200 * 0.16 + 40 = 403.
    result = case(**TWO_MONTHS)
    assert result.live == near([0.5, 1.0])
    assert result.age == near([0.25, 1.0])
    assert result.retrainings == [0, 1]
    assert result.prompt_flows == near([0.0, 450.0, 491.0])
    assert result.tuned_flows == near([100.0, 812.0, 2_180.65])
    assert result.improved_flows == near([60.0, 390.0, 403.0])
    assert result.npv == near(-100 - 362 / 1.01 - 1_689.65 / 1.0201)
    assert result.npv_improved == near(-60 + 60 / 1.01 + 88 / 1.0201)
    assert result.prompt_tco_without_errors == near(50 / 1.01 + 51 / 1.0201)
    assert result.tuned_tco_without_errors == near(100 + 62 / 1.01 + 104.4 / 1.0201)  # 62 = 25 + 37
    assert result.roi == near(result.npv / (100 + 35 / 1.01 + 100 / 1.0201))
    assert result.payback_months is None
    assert result.payback_requests == near(100 / 0.006)
    assert result.average_tuned_accuracy == near((0.5 * 0.45 + 0.05625) / 1.5)
    assert result.worst_tuned_accuracy == near(0.05625)
    assert result.live_months == near(1.5)
    requests = 1_000 / 1.01 + 1_100 / 1.0201
    assert result.prompt_levelised_cost_per_request == near(result.prompt_tco / requests)
    assert result.prompt_levelised_cost_per_correct_answer == near(result.prompt_tco / (0.8 * requests))
    correct = 1_000 * (0.5 * 0.45 + 0.5 * 0.8) / 1.01 + 1_100 * 0.05625 / 1.0201
    assert result.tuned_levelised_cost_per_request == near(result.tuned_tco / requests)
    assert result.tuned_levelised_cost_per_correct_answer == near(result.tuned_tco / correct)


def test_shutdown_inside_lead_time():
    """A base model shut down before the fine-tune is ready costs exactly the build, and never serves."""
    result = case(**{**TWO_MONTHS, "tuned_shutdown_months": 0.4, "on_shutdown": "migrate"})
    assert result.npv == -100.0
    assert result.live == [0.0, 0.0]
    assert result.age == [None, None]
    assert result.retrainings == [0, 0]
    assert result.average_tuned_accuracy is None
    assert result.worst_tuned_accuracy is None
    assert result.payback_months is None


def test_zero_volume():
    """Without requests only the fixed costs remain, and no cost per request is quoted."""
    result = case(**{**TWO_MONTHS, "requests_per_month": 0.0, "prompt_cache_read_price": 1.0})
    assert result.prompt_flows == near([0.0, 40.0, 40.0])
    assert result.tuned_flows == near([100.0, 55.0, 100.0])  # 20 + 35 in month 1; 70 + 30 in month 2
    assert result.prompt_cache_hit_rate == 0.0
    assert result.prompt_levelised_cost_per_request is None
    assert result.tuned_levelised_cost_per_correct_answer is None


def test_no_discounting():
    """At a discount rate of zero a present value is a plain sum."""
    result = case(**{**TWO_MONTHS, "discount_rate": 0.0})
    assert result.npv == near(-100.0 - 362.0 - 1_689.65)
    assert result.npv == near(sum(result.prompt_flows) - sum(result.tuned_flows))
    assert result.discounted_payback_months == result.payback_months


def test_cache():
    """The hit rate follows Poisson arrivals of month 1, the write price counts only when there are hits."""
    requests = SECONDS_PER_MONTH / 300 * math.log(4)  # ln 4 arrivals in a cache life: 1 - 1/4 hit
    prompt = {
        "requests_per_month": requests,
        "growth_per_month": 0.5,
        "prompt_instruction_tokens": 2_000.0,
        "prompt_payload_tokens": 100.0,
        "prompt_output_tokens": 50.0,
        "prompt_input_price": 2.0,
        "prompt_output_price": 8.0,
        "prompt_cache_read_price": 0.5,
        "prompt_cache_write_price": 2.5,
    }
    # 2,000 * (0.75 * 0.5 + 0.25 * 2.5) + 100 * 2 + 50 * 8 = 2,600; half in batch at half price; 10 % retried
    result = case(**prompt, batch_share=0.5, prompt_invalid_output_rate=0.1)
    assert result.prompt_cache_hit_rate == near(0.75)
    assert result.prompt_cost_per_request == near(2_600e-6 * 0.75 * 1.1)
    short = case(**{**prompt, "min_cacheable_tokens": 2_001.0})
    assert short.prompt_cache_hit_rate == 0.0
    assert short.prompt_cost_per_request == near((4_000 + 600) * 1e-6)
    unpublished = case(**{**prompt, "prompt_cache_read_price": None, "prompt_cache_hit_rate": 0.5})
    assert unpublished.prompt_cost_per_request == near((2_000 * (0.5 * 2.0 + 0.5 * 2.5) + 600) * 1e-6)


def test_price_decline():
    """Prices fall by the yearly rate at the middle of each month, fixed fees do not."""
    result = case(
        prompt_input_price=10_000.0,
        tuned_input_price=10_000.0,
        tuned_storage_per_month=7.0,
        price_decline_per_year=0.75,
        horizon_months=7,
    )
    # month 7: 0.25^(6.5/12), 1,000 requests at 0.01
    assert result.prompt_flows[7] == near(10 * 0.25 ** (6.5 / 12))
    assert result.tuned_flows[7] == near(10 * 0.25 ** (6.5 / 12) + 7)
    assert result.prompt_cost_per_request == near(0.01)


def test_revert_and_last_training():
    """Retraining stops strictly before the last training date, ageing goes on, and the prompt serves after shutdown."""
    result = case(
        horizon_months=8,
        retraining_interval_months=2.0,
        retraining_cost=5.0,
        last_training_months=4.0,
        tuned_shutdown_months=6.5,
        knowledge_half_life_months=1.0,
    )
    assert result.retrainings == [0, 1, 0, 0, 0, 0, 0, 0]  # at 2; the one at 4 would fall on the last date itself
    assert result.live == near([1, 1, 1, 1, 1, 1, 0.5, 0])
    assert result.age[:7] == near([0.5, 1.5, 0.5, 1.5, 2.5, 3.5, 4.25])
    assert result.age[7] is None
    assert result.worst_tuned_accuracy == near(0.9 * 2**-4.25)


def test_migration():
    """Migrating pays one retraining at the shutdown, starts a new clock there and outlives the last training date."""
    result = case(
        horizon_months=8,
        retraining_interval_months=2.0,
        retraining_cost=5.0,
        last_training_months=1.0,
        tuned_shutdown_months=3.25,
        on_shutdown="migrate",
    )
    assert result.live == near([1.0] * 8)
    assert result.retrainings == [0, 0, 0, 1, 0, 1, 0, 1]  # 3.25, 5.25, 7.25
    assert result.age == near([0.5, 1.5, 2.5, 0.25, 1.25, 0.25, 1.25, 0.25])
    assert result.tuned_flows == near([0, 0, 0, 0, 5, 0, 5, 0, 5])
    second_clock_only = case(
        horizon_months=6, retraining_interval_months=2.0, tuned_shutdown_months=3.5, on_shutdown="migrate"
    )
    assert second_clock_only.retrainings == [0, 1, 0, 1, 0, 1]  # 2; 3.5 and 5.5; no longer 4
    on_the_month = case(tuned_shutdown_months=3.0, on_shutdown="migrate", retraining_cost=5.0)
    assert on_the_month.retrainings == [0, 0, 1] + [0] * 9
    at_the_end = case(tuned_shutdown_months=12.0, on_shutdown="migrate", retraining_cost=5.0)
    assert at_the_end.retrainings == [0] * 12


def test_improved_prompt_contains_the_prompt():
    """An improved prompt is built on the prompt, so only the improvement counts against it."""
    result = case(prompt_build_cost=70.0, improvement_cost=30.0)
    assert result.improved_flows[0] == 100.0
    assert result.npv_improved == near(-30.0)
    assert result.npv == near(70.0)


def test_prompt_migration():
    """Retiring the prompted base model charges each option for the share of that month it still prompts."""
    changes = {"prompt_migration_cost": 80.0, "lead_time_weeks": 2.25 * WEEKS_PER_MONTH}
    result = case(**changes, prompt_shutdown_months=2.5)
    assert result.prompt_flows[2:5] == near([0, 80, 0])
    assert result.improved_flows[2:5] == near([0, 80, 0])
    assert result.tuned_flows[2:5] == near([0, 20, 0])  # a quarter of month 3 is still prompted
    assert case(**changes, prompt_shutdown_months=0.0).prompt_flows[1] == 80.0
    assert sum(case(**changes, prompt_shutdown_months=12.0).prompt_flows) == 80.0
    assert sum(case(**changes, prompt_shutdown_months=12.5).prompt_flows) == 0.0


def test_forgetting():
    """Requests off the task are answered at the prompt's accuracy less the drop, each part clipped first."""
    result = case(off_task_share=0.25, forgetting_drop=0.1, tuned_accuracy_at_start=0.9)
    assert result.average_tuned_accuracy == near(0.75 * 0.9 + 0.25 * 0.7)
    assert case(off_task_share=0.25, forgetting_drop=0.9).average_tuned_accuracy == near(0.75 * 0.9)


def test_replicas():
    """A dedicated deployment follows the peak of each month, and exactly two replicas' load needs two, not three."""
    hosting = {
        "requests_per_month": SECONDS_PER_MONTH,  # 1 a second, 3 at the peak
        "growth_per_month": 1.0,
        "horizon_months": 2,
        "dedicated": True,
        "requests_per_second_per_replica": 1.5,
        "tuned_hosting_per_hour": 2.0,
        "tuned_storage_per_month": 10.0,
    }
    assert case(**hosting).tuned_flows == near([0, 2 * 730.5 * 2 + 10, 2 * 730.5 * 4 + 10])
    assert case(**{**hosting, "minimum_replicas": 3}).tuned_flows[1] == near(2 * 730.5 * 3 + 10)
    assert case(**{**hosting, "dedicated": False}).tuned_flows[2] == near(2 * 730.5 + 10)
    assert case(**{**hosting, "tuned_hosting_per_month": 99.0}).tuned_flows[2] == near(99.0)


def test_plan():
    """A plan adds its people, its labels and its runs, each run at the training price of the whole dataset."""
    plan = Plan(10.0, 95.0, 200.0, 0.5, epochs=3.0, training_runs=4.0)
    facts = {
        "build_plan": plan,
        "tuned_build_cost": None,
        "retraining_plan": replace(plan, examples_to_label=0.0, training_runs=1.0),
        "retraining_cost": None,
        "planned_examples": 2_000.0,
        "tuned_instruction_tokens": 300.0,
        "tuned_payload_tokens": 600.0,
        "tuned_output_tokens": 100.0,
        "training_price_per_mtok": 25.0,
    }
    result = case(**facts, minimum_charge=4.0)  # 2,000 * 1,000 * 3 = 6 million tokens at 25: 150 a run
    assert result.tuned_build_cost == near(950 + 100 + 4 * 150)
    assert result.retraining_cost == near(950 + 150)
    assert case(**facts, minimum_charge=151.0).retraining_cost == near(950 + 151)
    with pytest.raises(ValueError, match="not both"):
        case(tuned_build_cost=1.0, build_plan=plan)


def test_payback_waits_for_the_last_relapse():
    """Payback is the last time the cumulative saving leaves the red, not the first."""
    # Saves 10 a month; a retraining of 25 falls in month 3: -15, -5, 5, -10, 0, then on from zero
    result = case(
        prompt_input_price=10_000.0,
        tuned_build_cost=15.0,
        retraining_interval_months=2.5,
        retraining_cost=25.0,
        last_training_months=3.0,
        horizon_months=5,
    )
    assert result.retrainings == [0, 0, 1, 0, 0]
    assert result.payback_months == near(4.0)
    assert result.npv == near(10.0)


def test_payback_states():
    """Nothing to pay back is paid back from the start, a hole at the horizon is never paid back."""
    assert case().payback_months == 0.0
    assert case().roi is None
    assert case().payback_requests is None
    assert case(tuned_build_cost=5.0).payback_months is None
    saving = {"prompt_input_price": 10_000.0, "tuned_build_cost": 120.0}
    assert case(**saving).payback_months == near(12.0)
    assert case(**saving, discount_rate=ONE_PER_CENT_A_MONTH).discounted_payback_months is None
    tenths = case(prompt_input_price=100.0, tuned_build_cost=0.8, horizon_months=8)  # 0.1 a month misses 0.8 by 1e-16
    assert tenths.payback_months == near(8.0)
    late_loss = case(tuned_build_cost=5.0, prompt_build_cost=8.0, tuned_storage_per_month=1.0)
    assert late_loss.payback_months is None  # 3, 2, 1, 0, -1, ...: ahead at first, in the red at the horizon
    discounted = case(prompt_input_price=10_000.0, tuned_build_cost=15.0, discount_rate=ONE_PER_CENT_A_MONTH)
    assert discounted.discounted_payback_months == near(1 + (15 - 10 / 1.01) / (10 / 1.0201))
