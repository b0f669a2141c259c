"""The ledger: the model's table of contents.

An ordered tuple of steps, each a name, a unit, a function of `models/` and the names it reads. `fold` runs it, the
trace prints it, GET /v1/ledger serves it: the explanation is the calculation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import accuracy, cost, finance, latency, learning, timeline

Array = NDArray[np.float64]


class Step(NamedTuple):
    """One line of the ledger."""

    name: str
    unit: str
    function: Callable[..., Array]
    inputs: tuple[str, ...]


def add(*terms: Array) -> Array:
    """Return the sum of its terms."""
    return sum(terms[1:], np.asarray(terms[0]))


def subtract(left: Array, right: Array) -> Array:
    """Return left - right."""
    return left - right


def multiply(*factors: Array) -> Array:
    """Return the product of its factors."""
    product = np.asarray(factors[0])
    for factor in factors[1:]:
        product = product * factor
    return product


def same_as(value: Array) -> Array:
    """Return the value it is given: what one side leaves unsaid is as on the other side."""
    return value


def total_over_months(monthly: Array) -> Array:
    """Return the sum over months, shape (D, 1)."""
    return monthly.sum(axis=1, keepdims=True)


def largest(monthly: Array) -> Array:
    """Return the largest value of any month, shape (D, 1)."""
    return monthly.max(axis=1, keepdims=True)


def errors(requests: Array, error_cost: Array, accuracy_: Array) -> Array:
    """Return the cost of wrong answers: requests * error cost * (1 - accuracy)."""
    return requests * error_cost * (1.0 - accuracy_)


def blend(share: Array, inside: Array, outside: Array) -> Array:
    """Return share * inside + (1 - share) * outside."""
    return share * inside + (1.0 - share) * outside


def outside_of(share: Array, amount: Array) -> Array:
    """Return (1 - share) * amount."""
    return (1.0 - share) * amount


def with_stand_in(build_cost: Array, prompt_build_cost: Array, live_months: Array) -> Array:
    """Return the outlay for the fine-tune, with the prompt's where it never goes live and the prompt serves throughout."""
    return build_cost + np.where(live_months > 0.0, 0.0, prompt_build_cost)


def plain_cost_per_request(
    instruction: Array,
    payload: Array,
    output: Array,
    price_input: Array,
    price_output: Array,
    batch_share: Array,
    batch_discount: Array,
    invalid: Array,
) -> Array:
    """Return the token cost of one request with every input token at the full input price."""
    none = np.zeros(())
    return cost.cost_per_request(
        instruction, payload, output, none, price_input, price_output, price_input, price_input, batch_share,
        batch_discount, invalid,
    )  # fmt: skip


def scale_to_measured(measured_p50: Array, ttft: Array, output_tokens: Array, speed: Array) -> Array:
    """Return the factor that makes the computed median latency the measured one."""
    return measured_p50 / latency.end_to_end_seconds(ttft, output_tokens, speed, np.ones(()))


def scale_if_same(scale: Array, is_same_base: Array) -> Array:
    """Return the prompt's latency scale for the same base model, else 1."""
    return np.where(is_same_base > 0, scale, 1.0)


def waiting_median(median: Array, sigma: Array, arrivals: Array, capacity: Array, servers: Array) -> Array:
    """Return the median latency with M/M/c waiting."""
    return latency.with_waiting(median, sigma, arrivals, capacity, servers)[0]


def waiting_sigma(median: Array, sigma: Array, arrivals: Array, capacity: Array, servers: Array) -> Array:
    """Return the spread of latency with M/M/c waiting."""
    return latency.with_waiting(median, sigma, arrivals, capacity, servers)[1]


def first_month(monthly: Array) -> Array:
    """Return the value of month 1, shape (D, 1)."""
    return monthly[:, :1]


_CACHE = ("mean_requests_per_second", "cache_time_to_live")
_POSTERIOR = (
    "tuned_level_prior_mean", "prior_level_variance", "prior_slope_mean", "prior_slope_variance", "pilots",
    "seed_variance", "bend_variance",
)  # fmt: skip
_DATES = ("lead_time_months", "live_end_month", "retraining_interval_months", "last_training_months",
          "tuned_shutdown_months")  # fmt: skip
_TTFT = ("ttft_base", "ttft_per_input_token", "ttft_cached_token_share")
_QUEUE = ("tuned_latency_unqueued", "latency_sigma", "peak_requests_per_second", "replica_requests_per_second",
          "tuned_replicas_month_1")  # fmt: skip

LEDGER: tuple[Step, ...] = (
    Step("requests", "requests", timeline.volume, ("requests_per_month", "growth_per_month", "months")),
    Step("mean_requests_per_second", "requests/second", cost.requests_per_second, ("requests_per_month",)),
    Step("peak_requests_per_second", "requests/second", multiply, ("mean_requests_per_second", "peak_to_average")),
    Step("discount_factors", "share", finance.discount_factors, ("discount_rate", "months")),
    Step("price_factors", "ratio", timeline.price_factor, ("price_decline_per_year", "months")),
    # tokens and the cost of one request
    Step("prompt_input_tokens", "tokens", add, ("prompt_instruction_tokens", "prompt_payload_tokens")),
    Step("prompt_input_price", "money/1M tokens", cost.price_in_tier,
         ("prompt_input_tokens", "prompt_tier_starts", "prompt_tier_input_prices")),
    Step("prompt_output_price", "money/1M tokens", cost.price_in_tier,
         ("prompt_input_tokens", "prompt_tier_starts", "prompt_tier_output_prices")),
    Step("prompt_cache_read_price", "money/1M tokens", cost.price_in_tier,
         ("prompt_input_tokens", "prompt_tier_starts", "prompt_tier_cache_read_prices")),
    Step("prompt_cache_write_price", "money/1M tokens", cost.price_in_tier,
         ("prompt_input_tokens", "prompt_tier_starts", "prompt_tier_cache_write_prices")),
    Step("prompt_cache_hit_rate", "share", cost.cache_hit_rate,
         ("prompt_instruction_tokens", *_CACHE, "prompt_min_cacheable_tokens", "prompt_cache_priced")),
    Step("prompt_cost_per_request", "money/request", cost.cost_per_request,
         ("prompt_instruction_tokens", "prompt_payload_tokens", "prompt_output_tokens", "prompt_cache_hit_rate",
          "prompt_input_price", "prompt_output_price", "prompt_cache_read_price", "prompt_cache_write_price",
          "batch_share", "prompt_batch_discount", "prompt_invalid_output_rate")),
    Step("uncached_cost_per_request", "money/request", plain_cost_per_request,
         ("prompt_instruction_tokens", "prompt_payload_tokens", "prompt_output_tokens", "prompt_input_price",
          "prompt_output_price", "batch_share", "prompt_batch_discount", "prompt_invalid_output_rate")),
    Step("tuned_instruction_tokens", "tokens", multiply, ("prompt_instruction_tokens", "tuned_instruction_share")),
    Step("tuned_payload_tokens", "tokens", same_as, ("prompt_payload_tokens",)),
    Step("tuned_output_tokens", "tokens", same_as, ("prompt_output_tokens",)),
    Step("tuned_cache_hit_rate", "share", cost.cache_hit_rate,
         ("tuned_instruction_tokens", *_CACHE, "tuned_min_cacheable_tokens", "tuned_cache_priced")),
    Step("tuned_cost_per_request", "money/request", cost.cost_per_request,
         ("tuned_instruction_tokens", "tuned_payload_tokens", "tuned_output_tokens", "tuned_cache_hit_rate",
          "tuned_input_price", "tuned_output_price", "tuned_cache_read_price", "tuned_cache_write_price",
          "batch_share", "tuned_batch_discount", "tuned_invalid_output_rate")),
    # time
    Step("lead_time_months", "months", timeline.months_from_weeks, ("lead_time_weeks",)),
    Step("live_end_month", "months", timeline.live_end,
         ("lead_time_months", "horizon_months", "tuned_shutdown_months", "migrates")),
    Step("live_share", "share", timeline.live_share, ("months", "lead_time_months", "live_end_month")),
    Step("live_months", "months", total_over_months, ("live_share",)),
    Step("retrainings", "retrainings", timeline.retrainings, ("months", *_DATES, "horizon_months")),
    Step("retraining_count", "retrainings", total_over_months, ("retrainings",)),
    Step("knowledge_age", "months", timeline.knowledge_age, ("months", *_DATES)),
    Step("oldest_knowledge", "months", largest, ("knowledge_age",)),
    Step("improvement_months", "months", timeline.months_from_weeks, ("improvement_weeks",)),
    Step("improved_share", "share", timeline.share_after, ("months", "improvement_months")),
    # accuracy
    Step("tuned_level_prior_mean", "log-odds", learning.prior_level,
         ("prompt_accuracy", "prior_intercept", "prior_weight", "prior_working_prompt")),
    Step("tuned_log_odds_mean", "log-odds", learning.predictive_mean, (*_POSTERIOR, "planned_examples")),
    Step("tuned_log_odds_variance", "log-odds^2", learning.predictive_variance, (*_POSTERIOR, "planned_examples")),
    Step("tuned_accuracy_at_start", "share", accuracy.tuned_accuracy,
         ("tuned_log_odds_mean", "tuned_log_odds_variance", "accuracy_deviate", "accuracy_ceiling")),
    Step("tuned_accuracy", "share", accuracy.effective_accuracy,
         ("tuned_accuracy_at_start", "knowledge_age", "knowledge_half_life_months", "off_task_share",
          "prompt_accuracy", "forgetting_drop")),
    Step("tuned_accuracy_average", "share", accuracy.live_average, ("tuned_accuracy", "live_share")),
    Step("tuned_accuracy_worst", "share", accuracy.live_minimum, ("tuned_accuracy", "live_share")),
    Step("improved_accuracy", "share", accuracy.improved_accuracy,
         ("prompt_accuracy", "prompt_gain_few_shot", "prompt_gain_better_examples", "prompt_gain_chain_of_thought",
          "prompt_gain_structured_output", "prompt_gain_output_parsing", "prompt_gain_input_preprocessing",
          "prompt_gain_prompt_optimiser", "prompt_gain_residual")),
    Step("improved_accuracy_by_month", "share", blend, ("improved_share", "improved_accuracy", "prompt_accuracy")),
    # one-off costs
    Step("tuned_tokens_per_example", "tokens", add,
         ("tuned_instruction_tokens", "tuned_payload_tokens", "tuned_output_tokens")),
    Step("dataset_tokens", "tokens", multiply, ("planned_examples", "tuned_tokens_per_example")),
    Step("training_run_cost", "money/run", cost.training_cost,
         ("dataset_tokens", "build_epochs", "training_price", "minimum_charge")),
    Step("tuned_build_cost", "money", cost.project_cost,
         ("build_engineering_hours", "build_hourly_rate", "build_examples_to_label", "build_cost_per_example",
          "build_training_runs", "training_run_cost")),
    Step("tuned_one_off_cost", "money", with_stand_in, ("tuned_build_cost", "prompt_build_cost", "live_months")),
    Step("retraining_run_cost", "money/run", cost.training_cost,
         ("dataset_tokens", "retraining_epochs", "training_price", "minimum_charge")),
    Step("retraining_cost", "money/retraining", cost.project_cost,
         ("retraining_engineering_hours", "retraining_hourly_rate", "retraining_examples_to_label",
          "retraining_cost_per_example", "retraining_training_runs", "retraining_run_cost")),
    # monthly costs: the prompt
    Step("prompt_token_costs", "money", multiply, ("requests", "prompt_cost_per_request", "price_factors")),
    Step("uncached_token_costs", "money", multiply, ("requests", "uncached_cost_per_request", "price_factors")),
    Step("prompt_error_costs", "money", errors, ("requests", "error_cost", "prompt_accuracy")),
    Step("prompt_migration_month", "flag", timeline.month_of, ("prompt_shutdown_months", "months")),
    Step("prompt_migration_costs", "money", multiply, ("prompt_migration_month", "prompt_migration_cost")),
    Step("prompt_running_costs", "money", add,
         ("prompt_token_costs", "prompt_maintenance_cost_per_month", "prompt_migration_costs")),
    Step("prompt_costs", "money", add, ("prompt_running_costs", "prompt_error_costs")),
    # monthly costs: the improved prompt
    Step("improved_one_off_cost", "money", add, ("prompt_build_cost", "improvement_cost")),
    Step("improved_error_costs", "money", errors, ("requests", "error_cost", "improved_accuracy_by_month")),
    Step("improved_costs", "money", add, ("prompt_running_costs", "improved_error_costs")),
    # monthly costs: the fine-tune
    Step("tuned_replicas", "replicas", cost.replicas,
         ("requests", "peak_to_average", "replica_requests_per_second", "minimum_replicas")),
    Step("tuned_replicas_month_1", "replicas", first_month, ("tuned_replicas",)),
    Step("tuned_hosting_cost_per_month", "money/month", cost.hosting_per_month,
         ("hosting_fee_per_hour", "tuned_replicas", "storage_cost_per_month")),
    Step("tuned_token_costs", "money", multiply,
         ("live_share", "requests", "tuned_cost_per_request", "price_factors")),
    Step("tuned_full_error_costs", "money", errors, ("requests", "error_cost", "tuned_accuracy")),
    Step("tuned_error_costs", "money", multiply, ("live_share", "tuned_full_error_costs")),
    Step("tuned_hosting_costs", "money", multiply, ("live_share", "tuned_hosting_cost_per_month")),
    Step("tuned_monitoring_costs", "money", multiply, ("live_share", "monitoring_cost_per_month")),
    Step("tuned_retraining_costs", "money", multiply, ("retrainings", "retraining_cost")),
    Step("tuned_prompt_running_costs", "money", outside_of, ("live_share", "prompt_running_costs")),
    Step("tuned_prompt_error_costs", "money", outside_of, ("live_share", "prompt_error_costs")),
    Step("tuned_running_costs", "money", add,
         ("tuned_prompt_running_costs", "tuned_token_costs", "tuned_hosting_costs", "tuned_monitoring_costs",
          "tuned_retraining_costs")),
    Step("tuned_costs", "money", add, ("tuned_running_costs", "tuned_prompt_error_costs", "tuned_error_costs")),
    # money over the horizon
    Step("prompt_tco", "money", finance.present_value, ("prompt_build_cost", "prompt_costs", "discount_factors")),
    Step("prompt_tco_without_errors", "money", finance.present_value,
         ("prompt_build_cost", "prompt_running_costs", "discount_factors")),
    Step("improved_tco", "money", finance.present_value,
         ("improved_one_off_cost", "improved_costs", "discount_factors")),
    Step("improved_tco_without_errors", "money", finance.present_value,
         ("improved_one_off_cost", "prompt_running_costs", "discount_factors")),
    Step("tuned_tco", "money", finance.present_value, ("tuned_one_off_cost", "tuned_costs", "discount_factors")),
    Step("tuned_tco_without_errors", "money", finance.present_value,
         ("tuned_one_off_cost", "tuned_running_costs", "discount_factors")),
    Step("saving_at_start", "money", subtract, ("prompt_build_cost", "tuned_one_off_cost")),
    Step("savings", "money", subtract, ("prompt_costs", "tuned_costs")),
    Step("discounted_savings", "money", multiply, ("savings", "discount_factors")),
    Step("npv", "money", finance.present_value, ("saving_at_start", "savings", "discount_factors")),
    Step("improved_saving_at_start", "money", subtract, ("prompt_build_cost", "improved_one_off_cost")),
    Step("improved_savings", "money", subtract, ("prompt_costs", "improved_costs")),
    Step("npv_improved", "money", finance.present_value,
         ("improved_saving_at_start", "improved_savings", "discount_factors")),
    Step("investments", "money", add, ("tuned_hosting_costs", "tuned_monitoring_costs", "tuned_retraining_costs")),
    Step("invested", "money", finance.present_value, ("tuned_build_cost", "investments", "discount_factors")),
    Step("roi", "ratio", finance.return_on_investment, ("npv", "invested")),
    Step("payback_months", "months", finance.payback_months, ("saving_at_start", "savings")),
    Step("discounted_payback_months", "months", finance.payback_months, ("saving_at_start", "discounted_savings")),
    Step("saving_per_request", "money/request", subtract, ("prompt_cost_per_request", "tuned_cost_per_request")),
    Step("payback_requests", "requests", finance.ratio, ("tuned_build_cost", "saving_per_request")),
    # the same money, seen per month, per request and by component
    Step("first_price_factor", "ratio", first_month, ("price_factors",)),
    Step("prompt_run_rate_tokens", "money/month", multiply,
         ("requests_per_month", "prompt_cost_per_request", "first_price_factor")),
    Step("uncached_run_rate_tokens", "money/month", multiply,
         ("requests_per_month", "uncached_cost_per_request", "first_price_factor")),
    Step("prompt_run_rate_errors", "money/month", errors, ("requests_per_month", "error_cost", "prompt_accuracy")),
    Step("prompt_run_rate", "money/month", add,
         ("prompt_run_rate_tokens", "prompt_run_rate_errors", "prompt_maintenance_cost_per_month")),
    Step("prompt_correct_per_month", "answers/month", multiply, ("requests_per_month", "prompt_accuracy")),
    Step("prompt_cost_per_correct_answer", "money/answer", finance.ratio,
         ("prompt_run_rate", "prompt_correct_per_month")),
    Step("prompt_amortised_cost", "money/month", finance.amortised_cost,
         ("prompt_run_rate", "prompt_build_cost", "horizon_months", "nothing", "horizon_months", "nothing")),
    Step("improved_run_rate_errors", "money/month", errors,
         ("requests_per_month", "error_cost", "improved_accuracy")),
    Step("improved_run_rate", "money/month", add,
         ("prompt_run_rate_tokens", "improved_run_rate_errors", "prompt_maintenance_cost_per_month")),
    Step("improved_correct_per_month", "answers/month", multiply, ("requests_per_month", "improved_accuracy")),
    Step("improved_cost_per_correct_answer", "money/answer", finance.ratio,
         ("improved_run_rate", "improved_correct_per_month")),
    Step("improved_amortised_cost", "money/month", finance.amortised_cost,
         ("improved_run_rate", "improved_one_off_cost", "horizon_months", "nothing", "horizon_months", "nothing")),
    Step("tuned_accuracy_fresh", "share", accuracy.effective_accuracy,
         ("tuned_accuracy_at_start", "nothing", "knowledge_half_life_months", "off_task_share", "prompt_accuracy",
          "forgetting_drop")),
    Step("tuned_run_rate_tokens", "money/month", multiply,
         ("requests_per_month", "tuned_cost_per_request", "first_price_factor")),
    Step("tuned_run_rate_errors", "money/month", errors,
         ("requests_per_month", "error_cost", "tuned_accuracy_fresh")),
    Step("tuned_run_rate_hosting", "money/month", first_month, ("tuned_hosting_cost_per_month",)),
    Step("tuned_run_rate", "money/month", add,
         ("tuned_run_rate_tokens", "tuned_run_rate_errors", "tuned_run_rate_hosting", "monitoring_cost_per_month")),
    Step("tuned_correct_per_month", "answers/month", multiply, ("requests_per_month", "tuned_accuracy_fresh")),
    Step("tuned_cost_per_correct_answer", "money/answer", finance.ratio,
         ("tuned_run_rate", "tuned_correct_per_month")),
    Step("tuned_amortised_cost", "money/month", finance.amortised_cost,
         ("tuned_run_rate", "tuned_build_cost", "live_months", "retraining_cost", "retraining_interval_months",
          "retraining_count")),
    Step("requests_pv", "requests", finance.present_value, ("nothing", "requests", "discount_factors")),
    Step("prompt_correct", "answers", multiply, ("requests", "prompt_accuracy")),
    Step("prompt_correct_pv", "answers", finance.present_value, ("nothing", "prompt_correct", "discount_factors")),
    Step("improved_correct", "answers", multiply, ("requests", "improved_accuracy_by_month")),
    Step("improved_correct_pv", "answers", finance.present_value,
         ("nothing", "improved_correct", "discount_factors")),
    Step("tuned_accuracy_by_month", "share", blend, ("live_share", "tuned_accuracy", "prompt_accuracy")),
    Step("tuned_correct", "answers", multiply, ("requests", "tuned_accuracy_by_month")),
    Step("tuned_correct_pv", "answers", finance.present_value, ("nothing", "tuned_correct", "discount_factors")),
    Step("prompt_levelised_cost_per_request", "money/request", finance.ratio, ("prompt_tco", "requests_pv")),
    Step("prompt_levelised_cost_per_correct_answer", "money/answer", finance.ratio,
         ("prompt_tco", "prompt_correct_pv")),
    Step("improved_levelised_cost_per_request", "money/request", finance.ratio, ("improved_tco", "requests_pv")),
    Step("improved_levelised_cost_per_correct_answer", "money/answer", finance.ratio,
         ("improved_tco", "improved_correct_pv")),
    Step("tuned_levelised_cost_per_request", "money/request", finance.ratio, ("tuned_tco", "requests_pv")),
    Step("tuned_levelised_cost_per_correct_answer", "money/answer", finance.ratio, ("tuned_tco", "tuned_correct_pv")),
    Step("prompt_tokens_pv", "money", finance.present_value, ("nothing", "prompt_token_costs", "discount_factors")),
    Step("uncached_tokens_pv", "money", finance.present_value,
         ("nothing", "uncached_token_costs", "discount_factors")),
    Step("prompt_errors_pv", "money", finance.present_value, ("nothing", "prompt_error_costs", "discount_factors")),
    Step("prompt_maintenance_pv", "money", finance.present_value,
         ("nothing", "prompt_maintenance_cost_per_month", "discount_factors")),
    Step("prompt_migration_pv", "money", finance.present_value,
         ("nothing", "prompt_migration_costs", "discount_factors")),
    Step("improved_errors_pv", "money", finance.present_value,
         ("nothing", "improved_error_costs", "discount_factors")),
    Step("tuned_tokens_pv", "money", finance.present_value, ("nothing", "tuned_token_costs", "discount_factors")),
    Step("tuned_errors_pv", "money", finance.present_value, ("nothing", "tuned_error_costs", "discount_factors")),
    Step("tuned_hosting_pv", "money", finance.present_value, ("nothing", "tuned_hosting_costs", "discount_factors")),
    Step("tuned_monitoring_pv", "money", finance.present_value,
         ("nothing", "tuned_monitoring_costs", "discount_factors")),
    Step("tuned_retraining_pv", "money", finance.present_value,
         ("nothing", "tuned_retraining_costs", "discount_factors")),
    Step("tuned_prompt_running_pv", "money", finance.present_value,
         ("nothing", "tuned_prompt_running_costs", "discount_factors")),
    Step("tuned_prompt_errors_pv", "money", finance.present_value,
         ("nothing", "tuned_prompt_error_costs", "discount_factors")),
    # latency of one request
    Step("prompt_ttft", "seconds", latency.ttft_seconds,
         ("prompt_instruction_tokens", "prompt_payload_tokens", "prompt_cache_hit_rate", *_TTFT, "base_ttft_factor")),
    Step("prompt_latency_scale", "ratio", scale_to_measured,
         ("measured_p50", "prompt_ttft", "prompt_output_tokens", "output_tokens_per_second")),
    Step("prompt_latency", "seconds", latency.end_to_end_seconds,
         ("prompt_ttft", "prompt_output_tokens", "output_tokens_per_second", "prompt_latency_scale")),
    Step("prompt_first_token", "seconds", multiply, ("prompt_ttft", "prompt_latency_scale")),
    Step("tuned_ttft", "seconds", latency.ttft_seconds,
         ("tuned_instruction_tokens", "tuned_payload_tokens", "tuned_cache_hit_rate", *_TTFT, "adapter_ttft_factor")),
    Step("tuned_latency_scale", "ratio", scale_if_same, ("prompt_latency_scale", "is_same_base")),
    Step("tuned_first_token", "seconds", multiply, ("tuned_ttft", "tuned_latency_scale")),
    Step("tuned_latency_unqueued", "seconds", latency.end_to_end_seconds,
         ("tuned_ttft", "tuned_output_tokens", "tuned_output_tokens_per_second", "tuned_latency_scale")),
    Step("tuned_latency", "seconds", waiting_median, _QUEUE),
    Step("tuned_latency_sigma", "ratio", waiting_sigma, _QUEUE),
)  # fmt: skip

NAMES = tuple(step.name for step in LEDGER)
