"""What goes into the auditor's calculation, and what comes out of it.

Money is in finance.currency, prices are per million tokens after vendor discount, rates and shares are decimals, times
are months from as_of. The section of the page of formulas behind a figure stands beside it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Hold a bottom-up cost plan for a build or for one retraining (§6)."""

    engineering_hours: float
    hourly_rate: float
    examples_to_label: float
    cost_per_example: float
    epochs: float
    training_runs: float


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Hold one case as plain numbers, nothing left to look up; None means 'not given'."""

    requests_per_month: float  # §3
    growth_per_month: float  # §3
    horizon_months: int  # §3
    peak_to_average: float  # §3
    prompt_instruction_tokens: float  # §4
    prompt_payload_tokens: float  # §4
    prompt_output_tokens: float  # §4
    prompt_input_price: float
    prompt_output_price: float
    prompt_cache_read_price: float | None
    prompt_cache_write_price: float | None
    prompt_cache_hit_rate: float | None  # None: derived from the volume
    min_cacheable_tokens: float
    cache_time_to_live_seconds: float  # these two serve both options
    batch_share: float  # these two serve both options
    prompt_batch_discount: float
    prompt_invalid_output_rate: float
    prompt_accuracy: float  # §5
    prompt_build_cost: float  # §6
    prompt_maintenance_cost_per_month: float  # §6
    improvement_cost: float  # §6
    improvement_weeks: float  # §3
    improved_accuracy: float  # §5
    prompt_shutdown_months: float | None  # §3
    prompt_migration_cost: float  # §3
    tuned_instruction_tokens: float  # §4
    tuned_payload_tokens: float  # §4
    tuned_output_tokens: float  # §4
    tuned_input_price: float
    tuned_output_price: float
    tuned_cache_read_price: float | None
    tuned_cache_write_price: float | None
    tuned_cache_hit_rate: float | None  # None: derived from the volume
    tuned_min_cacheable_tokens: float
    tuned_batch_discount: float
    tuned_invalid_output_rate: float
    tuned_accuracy_at_start: float  # §5
    knowledge_half_life_months: float | None  # None: knowledge does not go stale
    off_task_share: float
    forgetting_drop: float
    tuned_hosting_per_hour: float  # §6
    tuned_storage_per_month: float  # §6
    tuned_hosting_per_month: float | None  # given: replaces the hourly fee and the storage fee
    dedicated: bool
    requests_per_second_per_replica: float | None
    minimum_replicas: int
    tuned_upkeep_per_month: float
    lead_time_weeks: float  # §3
    tuned_shutdown_months: float | None
    last_training_months: float | None
    on_shutdown: str  # "revert" or "migrate"
    retraining_interval_months: float | None  # None: never retrained
    retraining_cost: float | None  # §6: one of the two
    retraining_plan: Plan | None  # §6: one of the two
    tuned_build_cost: float | None  # §6: one of the two
    build_plan: Plan | None  # §6: one of the two
    planned_examples: float
    training_price_per_mtok: float
    minimum_charge: float
    discount_rate: float  # §3: per year
    price_decline_per_year: float  # §4: per year
    error_cost: float  # §6: per wrong answer, 0 when not valued


@dataclass(frozen=True, kw_only=True)
class Result:
    """Hold what the auditor found; flows have month 0 first, other monthly lists begin with month 1."""

    npv: float
    npv_improved: float
    prompt_tco: float
    prompt_tco_without_errors: float
    improved_tco: float
    tuned_tco: float
    tuned_tco_without_errors: float
    payback_months: float | None  # None: never; 0.0: from the start
    discounted_payback_months: float | None  # None: never; 0.0: from the start
    roi: float | None  # None: nothing is invested
    payback_requests: float | None  # None: a request is not cheaper
    prompt_cost_per_request: float  # at today's prices, before any decline
    tuned_cost_per_request: float  # at today's prices, before any decline
    prompt_cache_hit_rate: float
    tuned_cache_hit_rate: float
    average_tuned_accuracy: float | None  # None: never live
    worst_tuned_accuracy: float | None  # None: never live
    live_months: float
    live: list[float]
    age: list[float | None]  # None in a month without a live part
    retrainings: list[int]  # a migration counts as one
    prompt_flows: list[float]
    improved_flows: list[float]
    tuned_flows: list[float]
    tuned_build_cost: float
    retraining_cost: float
    prompt_levelised_cost_per_request: float | None  # None: no requests
    prompt_levelised_cost_per_correct_answer: float | None  # None: no correct answers
    tuned_levelised_cost_per_request: float | None
    tuned_levelised_cost_per_correct_answer: float | None
