"""What options, inputs, steps and rules are called: the words of the trade, none of the service's own.

What is not here, for answers may come to name more, goes by its name with blanks in place of underscores.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

INPUTS: Mapping[str, str] = MappingProxyType({
    # Varied along the break-even frontier.
    "requests_per_month": "Requests per month", "error_cost": "Cost of a wrong answer",
    "prompt_accuracy": "Accuracy of the prompt", "improved_accuracy": "Accuracy of the improved prompt",
    "tuned_accuracy": "Accuracy of the fine-tune", "one_off_cost": "One-off cost of the fine-tune",
    "retraining_interval_months": "Months between retrainings", "tuned_retirement_months": "Months until the tuned base model retires",
    "prompt_instruction_tokens": "Instruction tokens of the prompt", "prompt_cache_hit_rate": "Cache hit rate of the prompt",
    "tuned_output_price": "Output price of the fine-tune", "lead_time_weeks": "Lead time of the fine-tune",
    # Drawn in the simulation.
    "accuracy_deviate": "Accuracy the fine-tune reaches", "technique_deviate": "Gain from improving the prompt",
    "residual_deviate": "Further gain from improving the prompt", "drift_deviate": "Updates of the prompt's base model",
    "no_change_coin": "Whether fine-tuning helps at all", "change_deviate": "Accuracy on another base model",
    "broken_coin": "Whether another base model takes the prompt", "broken_factor": "Accuracy kept on another base model",
    "prompted_accuracy": "True accuracy of the prompt", "accuracy_at_start": "True accuracy of what was measured",
    "teacher_gap": "Accuracy lost to labels of a teacher model", "forgetting_drop": "Accuracy lost outside the narrow task",
    "first_retirement_month": "When base models retire", "knowledge_half_life_months": "How fast the knowledge goes out of date",
    "start_weeks": "Weeks until it serves", "growth_per_month": "Growth of the volume", "price_decline_per_year": "Fall of token prices",
    "build_hours": "Engineering hours to build", "build_cost": "Cost to build", "build_hourly_rate": "Hourly rate of the build",
    "hourly_rate": "Hourly rate of engineers", "upkeep_hours_per_month": "Hours of upkeep a month", "upkeep_factor": "Upkeep of a fine-tune against a prompt",
    "upkeep_per_month": "Upkeep a month", "reference_upkeep": "Upkeep a month", "extra_cost_per_month": "Other running cost a month",
    "cost_per_example": "Cost of a label", "cost_per_trial": "Cost of grading one answer", "examples_to_label": "Examples still to label",
    "training_runs": "Training runs until one is good", "epochs": "Passes over the training set", "training_price_per_hour": "Price of an hour of training",
    "training_gpu_hours_per_mtok": "GPU hours to train on 1M tokens", "retraining_cost": "Cost of a retraining",
    "retraining_hours": "Engineering hours of a retraining", "retraining_runs": "Training runs of a retraining",
    "retraining_label_share": "Labels renewed for a retraining", "retraining_examples": "Labels of a retraining",
    "retraining_cost_per_example": "Cost of a label of a retraining", "retraining_epochs": "Training passes of a retraining",
    "retraining_hourly_rate": "Hourly rate of a retraining", "migration_cost": "Cost of moving to another base model",
    "migration_hours": "Hours of moving to another base model", "redeployment_hours": "Hours of moving to another host",
    "hosting_cost_per_month": "Hosting a month", "hosting_fee_per_hour": "Hosting fee per hour", "replica_tokens_per_second": "Tokens per second of a replica",
    "prompted_instruction_tokens": "Instruction tokens of the prompt", "prompted_payload_tokens": "Payload tokens of a request",
    "prompted_output_tokens": "Output tokens of a request", "instruction_tokens": "Instruction tokens", "payload_tokens": "Payload tokens",
    "output_tokens": "Output tokens", "instruction_share": "Instruction still sent after tuning",
    "cache_hit_ceiling": "Highest cache hit rate", "cache_hit_rate": "Cache hit rate", "own_scale": "Latency of the base model, true to estimate",
    "shared_scale": "Latency, true to estimate", "speed_factor": "Speed of a hosted adapter", "ttft_factor": "Time to first token of a hosted adapter",
    "prompt_build_cost": "Cost to build the prompt",
})  # fmt: skip

FIELDS: Mapping[str, str] = MappingProxyType({
    "article_enough_examples": "Labelled examples that are enough", "article_enough_trials": "Graded answers that are enough",
    "article_small_gap": "Gap in accuracy that is small", "article_large_gap": "Gap in accuracy that is large",
    "thrift_chance": "Difference in chance that counts as none", "thrift_value_share": "Difference in value that counts as none",
    "question_probability": "Likelihood at which a question comes first", "alternative_trials": "Answers to grade of an alternative",
    "study_trials": "Answers to grade in a study", "plausible_probability": "Chance that counts as plausible",
    "token_overhead_share": "Share of instructions that counts as overhead", "latency_benefit_share": "Share of time saved that counts",
    "is_pinned": "Pinned version of the base model", "in_service": "Fine-tune in service", "is_existing_customer": "Existing customer of the provider",
    "units_per_usd": "Exchange rate, units per USD", "on_shutdown": "What happens at a shutdown", "offer": "Fine-tuning offer",
    "value_of_meeting_per_request": "Value of meeting the bar, per request", "confidence": "Confidence asked for",
})  # fmt: skip
"""Fields and thresholds whose own names would not be understood."""

STEPS: Mapping[str, str] = MappingProxyType({
    "keep": "keep today's way to serve", "keep_prompting": "keep the prompt", "improve_prompt": "improve the prompt",
    "measure_first": "grade more answers", "measure_alternative": "measure an alternative", "switch_model": "switch to a measured alternative",
    "collect_examples": "label examples", "run_pilot": "train a pilot", "fine_tune": "fine-tune", "keep_fine_tune": "keep the fine-tune in service",
    "return_to_prompt": "return to the prompt", "rethink_task": "rethink the task", "answer_question": "answer the open question first",
})  # fmt: skip

DIMENSIONS: Mapping[str, str] = MappingProxyType({
    "time_to_first_result": "Time to first result", "iteration_speed": "Speed of iteration", "data_requirement": "Data required",
    "output_consistency": "Consistency of output", "knowledge_freshness": "Freshness of knowledge", "token_cost_at_scale": "Token cost at scale",
    "auditability": "Auditability", "implementation_cost": "Implementation cost", "task_specificity": "Specificity of the task",
    "maintenance_burden": "Maintenance",
})  # fmt: skip

RULES: Mapping[str, str] = MappingProxyType({
    "enough_examples": "Enough labelled examples", "consistent_prompt_failure": "The prompt fails consistently", "token_overhead": "Long instructions, strict format",
    "proprietary_knowledge": "Proprietary knowledge", "latency_benefit": "Latency benefit", "feasibility_unproven": "Feasibility not proven",
    "knowledge_changes": "Knowledge changes", "no_dataset": "No dataset", "multi_step_reasoning": "Multi-step reasoning",
    "audit_required": "Audit required", "size_of_gap": "Size of the gap",
})  # fmt: skip

STUDIES: Mapping[str, str] = MappingProxyType({
    "grade": "Grade more answers of the prompt", "improve": "Improve the prompt and measure it again", "alternative": "Measure the alternative",
    "pilot": "Train and grade a pilot", "grade_pilot": "Grade more answers of the pilot",
})  # fmt: skip

SIDES: Mapping[str, str] = MappingProxyType({
    "prompt_engineering": "prompt engineering", "fine_tuning": "fine-tuning", "tie": "tie",
})  # fmt: skip

STATUSES: Mapping[str, str] = MappingProxyType(
    {"satisfied": "holds", "not_satisfied": "does not hold", "unknown": "unknown"}
)

POLICIES: Mapping[str, str] = MappingProxyType({"framework": "the framework", "expected_value": "expected value"})


def spaced(name: str) -> str:
    """Return a name with blanks in place of underscores, its first letter a capital.

    Examples
    --------
    >>> spaced("price_of_something")
    'Price of something'
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def input_in_words(name: str) -> str:
    """Return what an input is called.

    Examples
    --------
    >>> input_in_words("accuracy_deviate"), input_in_words("something_new")
    ('Accuracy the fine-tune reaches', 'Something new')
    """
    return INPUTS.get(name) or spaced(name)


def step_in_words(name: str) -> str:
    """Return what a step or an action is called, in the middle of a sentence."""
    return STEPS.get(name) or name.replace("_", " ")


def side_in_words(name: str) -> str:
    """Return what a side is called, in the middle of a sentence."""
    return SIDES.get(name) or name.replace("_", " ")


def field_in_words(pointer: str) -> str:
    """Return what a field of the request is called, by its JSON pointer.

    Examples
    --------
    >>> field_in_words("/finance/error_cost"), field_in_words("/fine_tuning/tokens/output")
    ('Cost of a wrong answer', 'Tokens: output')
    >>> field_in_words("/assumptions/article_small_gap"), field_in_words("/policy"), field_in_words("")
    ('Gap in accuracy that is small', 'Policy', 'The request')
    """
    parts = [part for part in pointer.split("/") if part and not part.isdigit()]
    if not parts:
        return "The request"
    last = (
        FIELDS.get(parts[-1])
        or INPUTS.get(parts[-1])
        or spaced(parts[-1]).replace("usd per mtok", "in USD per 1M tokens").replace("usd per", "in USD per")
    )
    if len(parts) > 2 and parts[-2] in ("tokens", "prices", "improved_tokens", "retraining", "plan", "alternatives"):
        return f"{spaced(parts[-2])}: {last[:1].lower()}{last[1:]}"
    return last
