"""Chapter of the ledger: what each option costs once, in each month, and in a month at today's volume."""

from __future__ import annotations

from models import arithmetic, cost, finance, timeline
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import Chapter, Line
from service.assessment.ledger.projects import Projects
from service.assessment.ledger.requests import Requests


class Costs(Chapter):
    """One-off and monthly costs of each option."""

    # fmt: off
    error_cost = Line(
        "currency/error", "What one wrong answer costs the business; 0 when not valued.",
        field="/finance/error_cost", column=6,
    )
    prompt_build_cost = Line(
        "currency",
        "One-off cost of the prompt where it is still to be built; 0 unless stated, for a measured prompt is built.",
        field="/prompting/build_cost", column=17,
        parts=("costs.prompting.one_off", "costs.prompting.present_values.one_off"),
    )
    prompt_maintenance_cost_per_month = Line(
        "currency/month", "People's time spent on keeping the prompt in order.",
        field="/prompting/maintenance_cost_per_month", column=11,
        parts=("costs.prompting.monthly.maintenance", "costs.improved_prompt.monthly.maintenance"),
    )
    prompt_shutdown_months = Line(
        "months", "Months until the prompted base model is shut down; infinite when no date is known.",
        field="/prompting/shutdown_date",
    )
    prompt_migration_cost = Line(
        "currency", "One-off cost of moving the prompt to another base model after a shutdown.",
        field="/prompting/shutdown_date", column=18,
    )
    improvement_cost = Line(
        "currency", "One-off cost of improving the prompt.", field="/prompting/improvement_cost", column=19,
    )
    hosting_fee_per_hour = Line(
        "currency/hour", "Hourly fee for keeping one replica of the fine-tune ready.",
        field="/fine_tuning/offer/hosting_usd_per_hour",
    )
    storage_cost_per_month = Line(
        "currency/month", "Monthly fee for keeping the fine-tuned weights.",
        field="/fine_tuning/offer/storage_usd_per_month",
    )
    replica_requests_per_second = Line(
        "requests/second", "Flow one dedicated replica can serve; infinite for a hosted adapter.",
        field="/fine_tuning/offer/requests_per_second_per_replica",
    )
    minimum_replicas = Line(
        "replicas", "Fewest replicas kept whatever the volume.", field="/fine_tuning/offer/minimum_replicas",
    )
    monitoring_cost_per_month = Line(
        "currency/month", "People's time and tools for watching the fine-tune.",
        field="/fine_tuning/monitoring_cost_per_month", column=12, parts=("costs.fine_tuning.monthly.maintenance",),
    )
    stand_in_outlay = Line(
        "currency", "What building the prompt costs where the fine-tune never goes live and the prompt serves throughout.",
        cost.stand_in_outlay, reads=(prompt_build_cost, Life.live_months),
    )
    tuned_one_off_cost = Line(
        "currency",
        "Outlay in month 0 when switching: the fine-tune's, and the prompt's where the fine-tune never goes live.",
        arithmetic.add, reads=(Projects.tuned_build_cost, stand_in_outlay),
    )
    prompt_token_costs = Line(
        "currency", "Token bill of each month with the prompt as it is.", arithmetic.multiply,
        reads=(Requests.requests, Requests.prompt_cost_per_request, Requests.price_factors),
    )
    uncached_token_costs = Line(
        "currency", "Monthly token bill of the prompt with caching taken away.", arithmetic.multiply,
        reads=(Requests.requests, Requests.uncached_cost_per_request, Requests.price_factors),
    )
    prompt_error_costs = Line(
        "currency", "Cost of the prompt's wrong answers in each month; 0 when errors are not valued.",
        cost.cost_of_errors, reads=(Requests.requests, error_cost, Life.prompt_accuracy),
    )
    prompt_migration_month = Line(
        "flag",
        "1 in the month in which the prompted base model is shut down, else 0.", timeline.month_of,
        reads=(prompt_shutdown_months, Requests.months),
    )
    prompt_migration_costs = Line(
        "currency", "Cost of moving the prompt to another base model, in the month it falls due.",
        arithmetic.multiply, reads=(prompt_migration_month, prompt_migration_cost),
    )
    prompt_running_costs = Line(
        "currency", "Cash cost of keeping the prompt in each month: tokens, upkeep, migration; no errors.",
        arithmetic.add,
        reads=(prompt_token_costs, prompt_maintenance_cost_per_month, prompt_migration_costs),
    )
    prompt_costs = Line(
        "currency", "Full monthly cost of keeping the prompt, wrong answers included: the baseline of every saving.",
        arithmetic.add, reads=(prompt_running_costs, prompt_error_costs), parts=("cash_flows.prompting",),
    )
    improved_one_off_cost = Line(
        "currency",
        "Outlay of the improving option: the prompt itself where still to be built, and its improvement.",
        arithmetic.add, reads=(prompt_build_cost, improvement_cost),
        parts=("costs.improved_prompt.one_off", "costs.improved_prompt.present_values.one_off"),
    )
    improved_error_costs = Line(
        "currency",
        "Cost of wrong answers in each month while the prompt is improved.", cost.cost_of_errors,
        reads=(Requests.requests, error_cost, Life.improved_accuracy_by_month),
    )
    improved_costs = Line(
        "currency",
        "Full monthly cost of improving the prompt: running costs and wrong answers.", arithmetic.add,
        reads=(prompt_running_costs, improved_error_costs), parts=("cash_flows.improved_prompt",),
    )
    tuned_replicas = Line(
        "replicas", "Dedicated replicas paid for in each month so that the peak is served; 1 for a hosted adapter.",
        cost.replicas,
        reads=(Requests.requests, Requests.peak_to_average, replica_requests_per_second,
               minimum_replicas),
    )
    tuned_replicas_month_1 = Line(
        "replicas", "Replicas paid for at the volume of month 1.", arithmetic.first_month, reads=(tuned_replicas,),
        parts=("latency.replicas",),
    )
    tuned_hosting_cost_per_month = Line(
        "currency/month", "Hosting bill of a full month of service: hourly fees of all replicas, and storage.",
        cost.hosting_per_month, reads=(hosting_fee_per_hour, tuned_replicas, storage_cost_per_month),
        field="/fine_tuning/hosting_cost_per_month", column=35,
    )
    tuned_token_costs = Line(
        "currency", "Token bill of the fine-tune in each month, for the part of the month it serves.",
        arithmetic.multiply,
        reads=(Life.live_share, Requests.requests, Requests.tuned_cost_per_request, Requests.price_factors),
    )
    tuned_full_error_costs = Line(
        "currency", "Cost of the fine-tune's wrong answers in each month, were it to serve all of it.",
        cost.cost_of_errors, reads=(Requests.requests, error_cost, Life.tuned_accuracy),
    )
    tuned_error_costs = Line(
        "currency", "Cost of the fine-tune's wrong answers for the part of each month it serves.",
        arithmetic.multiply, reads=(Life.live_share, tuned_full_error_costs),
    )
    tuned_hosting_costs = Line(
        "currency", "Hosting for the part of each month served.", arithmetic.multiply,
        reads=(Life.live_share, tuned_hosting_cost_per_month),
    )
    tuned_monitoring_costs = Line(
        "currency", "Monitoring for the part of each month served.", arithmetic.multiply,
        reads=(Life.live_share, monitoring_cost_per_month),
    )
    tuned_retraining_costs = Line(
        "currency", "Retraining bill of each month.", arithmetic.multiply,
        reads=(Life.retrainings, Projects.retraining_cost),
    )
    tuned_prompt_running_costs = Line(
        "currency",
        "Running costs of the prompt while it stands in for the fine-tune, before go-live and after the end.",
        arithmetic.outside_of, reads=(Life.live_share, prompt_running_costs),
    )
    tuned_prompt_error_costs = Line(
        "currency", "Cost of wrong answers while the prompt stands in.", arithmetic.outside_of,
        reads=(Life.live_share, prompt_error_costs),
    )
    tuned_running_costs = Line(
        "currency", "Cash cost of switching in each month: fine-tune and stand-in prompt; no errors.",
        arithmetic.add,
        reads=(tuned_prompt_running_costs, tuned_token_costs, tuned_hosting_costs, tuned_monitoring_costs,
               tuned_retraining_costs),
    )
    tuned_costs = Line(
        "currency",
        "Full monthly cost of switching to the fine-tune, wrong answers included.", arithmetic.add,
        reads=(tuned_running_costs, tuned_prompt_error_costs, tuned_error_costs), parts=("cash_flows.fine_tuning",),
    )
    prompt_run_rate_tokens = Line(
        "currency/month",
        "Token bill of a month at today's volume with the prompt as it is.", arithmetic.multiply,
        reads=(Requests.requests_per_month, Requests.prompt_cost_per_request, Requests.first_price_factor),
        parts=("costs.prompting.monthly.tokens", "costs.improved_prompt.monthly.tokens"),
    )
    uncached_run_rate_tokens = Line(
        "currency/month",
        "Token bill of a month at today's volume with caching taken away.", arithmetic.multiply,
        reads=(Requests.requests_per_month, Requests.uncached_cost_per_request, Requests.first_price_factor),
        parts=("costs.prompting_without_cache.tokens_per_month",),
    )
    prompt_run_rate_errors = Line(
        "currency/month", "Cost of wrong answers of a month at today's volume with the prompt as it is.",
        cost.cost_of_errors, reads=(Requests.requests_per_month, error_cost, Life.prompt_accuracy),
        parts=("costs.prompting.monthly.errors",),
    )
    prompt_run_rate = Line(
        "currency/month",
        "What a month of the prompt costs now: tokens, wrong answers and upkeep.", arithmetic.add,
        reads=(prompt_run_rate_tokens, prompt_run_rate_errors, prompt_maintenance_cost_per_month),
        parts=("costs.prompting.monthly.total",),
    )
    prompt_correct_per_month = Line(
        "answers/month",
        "Right answers of a month at today's volume with the prompt as it is.", arithmetic.multiply,
        reads=(Requests.requests_per_month, Life.prompt_accuracy),
    )
    prompt_cost_per_correct_answer = Line(
        "currency/answer", "The prompt's run rate over its right answers: what a usable answer costs.",
        arithmetic.ratio, reads=(prompt_run_rate, prompt_correct_per_month),
        parts=("costs.prompting.cost_per_correct_answer",),
    )
    improved_run_rate_errors = Line(
        "currency/month", "Cost of wrong answers of a month at today's volume with the improved prompt.",
        cost.cost_of_errors, reads=(Requests.requests_per_month, error_cost, Life.improved_accuracy),
        parts=("costs.improved_prompt.monthly.errors",),
    )
    improved_run_rate = Line(
        "currency/month",
        "What a month of the improved prompt costs at today's volume.", arithmetic.add,
        reads=(prompt_run_rate_tokens, improved_run_rate_errors, prompt_maintenance_cost_per_month),
        parts=("costs.improved_prompt.monthly.total",),
    )
    improved_correct_per_month = Line(
        "answers/month",
        "Right answers of a month at today's volume with the improved prompt.", arithmetic.multiply,
        reads=(Requests.requests_per_month, Life.improved_accuracy),
    )
    improved_cost_per_correct_answer = Line(
        "currency/answer", "The improved prompt's run rate over its right answers.", arithmetic.ratio,
        reads=(improved_run_rate, improved_correct_per_month),
        parts=("costs.improved_prompt.cost_per_correct_answer",),
    )
    tuned_run_rate_tokens = Line(
        "currency/month",
        "Token bill of a full month of the fine-tune at today's volume.", arithmetic.multiply,
        reads=(Requests.requests_per_month, Requests.tuned_cost_per_request, Requests.first_price_factor),
        parts=("costs.fine_tuning.monthly.tokens",),
    )
    tuned_run_rate_errors = Line(
        "currency/month", "Cost of wrong answers of a full month of the fine-tune at today's volume.",
        cost.cost_of_errors, reads=(Requests.requests_per_month, error_cost, Life.tuned_accuracy_fresh),
        parts=("costs.fine_tuning.monthly.errors",),
    )
    tuned_run_rate_hosting = Line(
        "currency/month",
        "Hosting bill of a full month of the fine-tune at today's volume.", arithmetic.first_month,
        reads=(tuned_hosting_cost_per_month,), parts=("costs.fine_tuning.monthly.hosting",),
    )
    tuned_run_rate = Line(
        "currency/month",
        "What a full month of the fine-tune costs at today's volume: tokens, errors, hosting, monitoring.",
        arithmetic.add,
        reads=(tuned_run_rate_tokens, tuned_run_rate_errors, tuned_run_rate_hosting,
               monitoring_cost_per_month),
        parts=("costs.fine_tuning.monthly.total",),
    )
    tuned_correct_per_month = Line(
        "answers/month",
        "Right answers of a full month of the fine-tune at today's volume.", arithmetic.multiply,
        reads=(Requests.requests_per_month, Life.tuned_accuracy_fresh),
    )
    tuned_cost_per_correct_answer = Line(
        "currency/answer", "The fine-tune's run rate over its right answers.", arithmetic.ratio,
        reads=(tuned_run_rate, tuned_correct_per_month), parts=("costs.fine_tuning.cost_per_correct_answer",),
    )
    prompt_one_off_per_month = Line(
        "currency/month", "The prompt's one-off cost spread evenly over the horizon.", arithmetic.ratio,
        reads=(prompt_build_cost, Life.horizon_months),
    )
    prompt_amortised_cost = Line(
        "currency/month",
        "The prompt's run rate with its one-off cost spread over the horizon.", arithmetic.add,
        reads=(prompt_run_rate, prompt_one_off_per_month), parts=("costs.prompting.amortised_cost_per_month",),
    )
    improved_one_off_per_month = Line(
        "currency/month",
        "The improved prompt's one-off cost spread evenly over the horizon.", arithmetic.ratio,
        reads=(improved_one_off_cost, Life.horizon_months),
    )
    improved_amortised_cost = Line(
        "currency/month",
        "The improved prompt's run rate with its one-off cost spread over the horizon.", arithmetic.add,
        reads=(improved_run_rate, improved_one_off_per_month),
        parts=("costs.improved_prompt.amortised_cost_per_month",),
    )
    tuned_one_off_per_month = Line(
        "currency/month", "The fine-tune's outlay spread evenly over the months served; empty where it never serves.",
        arithmetic.ratio, reads=(Projects.tuned_build_cost, Life.live_months),
    )
    tuned_retraining_per_month = Line(
        "currency/month",
        "What retraining costs in a month, each spread over its interval.", finance.retraining_per_month,
        reads=(Projects.retraining_cost, Life.retraining_interval_months, Life.retraining_count),
    )
    tuned_amortised_cost = Line(
        "currency/month", "The fine-tune's run rate with its outlay spread over the months served and a retraining over its interval.",
        arithmetic.add, reads=(tuned_run_rate, tuned_one_off_per_month, tuned_retraining_per_month),
        parts=("costs.fine_tuning.amortised_cost_per_month",),
    )
    tuned_upkeep_per_month = Line(
        "currency/month", "What a month of keeping the fine-tune up costs: monitoring, hosting and its part of a retraining.",
        arithmetic.add, reads=(monitoring_cost_per_month, tuned_run_rate_hosting, tuned_retraining_per_month),
        is_read=True,
    )
    tuned_serving_cost_per_month = Line(
        "currency/month",
        "What serving a month of the fine-tune costs at today's volume: tokens and hosting.", arithmetic.add,
        reads=(tuned_run_rate_tokens, tuned_run_rate_hosting), parts=("offers.monthly_cost",),
    )
