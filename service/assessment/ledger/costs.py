"""Chapter of the ledger: what an option costs in each month, its own and that of what stands in for it."""

from __future__ import annotations

from models import arithmetic, cost, finance, hosting
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import TUNES, Chapter, Line, Own, each
from service.assessment.ledger.projects import Projects
from service.assessment.ledger.requests import Requests
from service.assessment.ledger.volume import Volume

REQUESTS, LIVE = Volume.requests, Life.live_share


class Costs(Chapter):
    """Monthly costs by what they pay for, weighed by the part of a month in which the option serves."""

    # fmt: off
    upkeep_hours_per_month = Line(
        "hours/month", "Hours a month of keeping one option in order: one estimate for all options.", column=49,
    )
    upkeep_factor = Line("ratio", "Upkeep of a live fine-tune over that of a prompt.", column=50)
    upkeep_exponent = Line(
        "count", "Power of that factor: 1 where a fine-tune follows a prompt, -1 where a prompt follows a fine-tune, 0 where stated.",
    )
    extra_cost_per_month = Line(
        "currency/month", "What running the option costs a month beside tokens, hosting and upkeep.",
        field={"other_prompt": "/prompting/alternatives"}, column={"other_prompt": Own(9)},
    )
    hosting_fee_per_hour = Line(
        "currency/hour", "Hourly fee for keeping one replica ready.", field="/fine_tuning/offer/hosting_usd_per_hour",
        column={"fine_tune": Own(1), "in_service": Own(1)},
    )
    storage_cost_per_month = Line(
        "currency/month", "Monthly fee for keeping the fine-tuned weights.",
        field="/fine_tuning/offer/storage_usd_per_month",
    )
    replica_tokens_per_second = Line(
        "tokens/second", "Tokens in and out that one saturated replica serves; infinite where nothing is dedicated.",
        field="/fine_tuning/offer/tokens_per_second_per_replica",
        column={"fine_tune": Own(2), "in_service": Own(2)},
    )
    replica_requests_per_second = Line(
        "requests/second", "Requests that one replica serves where they are stated; else infinite.",
        field="/fine_tuning/offer/requests_per_second_per_replica",
    )
    replica_utilisation = Line("share", "Part of a replica's saturated throughput that is planned with.")
    minimum_replicas = Line(
        "replicas", "Fewest replicas kept whatever the volume.", field="/fine_tuning/offer/minimum_replicas",
    )
    gpus_per_replica = Line("GPUs", "GPUs that one replica takes; 1 where a fee is for the whole replica.")
    is_paid_by_use = Line(
        "flag", "1 where replicas are paid for only while they work: they scale to zero, or all work can wait.",
        field="/fine_tuning/offer/scale_to_zero",
    )
    hosting_share = Line(
        "share", "Part of the hosting bill that this task bears.", field="/fine_tuning/hosting_share",
    )
    reference_upkeep = Line(
        "currency/month", "Upkeep that all options are held against.", arithmetic.multiply,
        reads=(upkeep_hours_per_month, Volume.hourly_rate), column=11,
        field="/prompting/maintenance_cost_per_month",
    )
    upkeep_per_month = Line(
        "currency/month", "People's time and tools for keeping the option in order, and what else it costs a month.",
        cost.upkeep, reads=(reference_upkeep, upkeep_factor, upkeep_exponent, extra_cost_per_month),
        field={"fine_tune": "/fine_tuning/monitoring_cost_per_month",
               "in_service": "/fine_tuning/monitoring_cost_per_month"},
        column={"fine_tune": 12, "in_service": 12}, is_read=True,
    )
    replica_load = Line(
        "replicas", "Replicas that the busiest flow of each month fills, a part of one included.", hosting.replica_load,
        reads=(REQUESTS, Requests.tokens_per_request, Volume.peak_to_average, Volume.batch_share,
               replica_tokens_per_second, replica_requests_per_second, replica_utilisation),
    )
    replicas = Line(
        "replicas", "Dedicated replicas kept in each month so that the peak is served; 1 where nothing is dedicated.",
        hosting.whole_replicas, reads=(replica_load, minimum_replicas),
    )
    replica_fee_per_hour = Line(
        "currency/hour", "Hourly fee of a replica with all its GPUs.", arithmetic.multiply,
        reads=(hosting_fee_per_hour, gpus_per_replica),
    )
    replica_hours = Line(
        "hours", "Hours of replicas paid for in each month.", hosting.replica_hours,
        reads=(REQUESTS, Requests.tokens_per_request, replicas, replica_tokens_per_second, replica_requests_per_second,
               is_paid_by_use),
    )
    hosting_cost_per_month = Line(
        "currency/month", "Hosting bill of a full month of service: hourly fees, and storage.", hosting.hosting_cost,
        reads=(replica_fee_per_hour, replica_hours, storage_cost_per_month, hosting_share),
        field="/fine_tuning/hosting_cost_per_month", column={"fine_tune": 35, "in_service": 35},
    )
    tokens_per_month = Line(
        "currency/month", "Token bill of each month, were the option to serve all of it.", arithmetic.multiply,
        reads=(REQUESTS, Requests.token_cost_per_request, Volume.price_factors),
    )
    errors_per_month = Line(
        "currency/month", "Cost of wrong answers of each month, were the option to serve all of it.",
        cost.cost_of_errors, reads=(REQUESTS, Volume.error_cost, Life.own_accuracy),
    )
    token_costs = Line(
        "currency", "Token bill of the part of each month that the option serves.", arithmetic.multiply,
        reads=(LIVE, tokens_per_month), parts=("cash_flows.months.tokens",),
    )
    error_costs = Line(
        "currency", "Cost of wrong answers for the part of each month that the option serves.", arithmetic.multiply,
        reads=(LIVE, errors_per_month), parts=("cash_flows.months.errors",),
    )
    upkeep_costs = Line(
        "currency", "Upkeep for the part of each month that the option serves.", arithmetic.multiply,
        reads=(LIVE, upkeep_per_month), parts=("cash_flows.months.upkeep",),
    )
    hosting_costs = Line(
        "currency", "Hosting for the part of each month that the option serves.", arithmetic.multiply,
        reads=(LIVE, hosting_cost_per_month), parts=("cash_flows.months.hosting",),
    )
    migration_costs = Line(
        "currency", "Cost of moves to another base model in each month; none where there are no requests.",
        cost.moves, reads=(Life.migrations, Projects.migration_cost, REQUESTS, LIVE),
        by_kind=each(TUNES, cost.moves, Life.migrations, Projects.migration_cost, REQUESTS),
        parts=("cash_flows.months.migration",),
    )
    retraining_costs = Line(
        "currency", "Retraining bill of each month.", arithmetic.multiply,
        reads=(Life.retrainings, Projects.retraining_cost), parts=("cash_flows.months.retraining",),
    )
    own_running_costs = Line(
        "currency", "Cash cost of the option itself in each month: no errors, nothing that stands in.", arithmetic.add,
        reads=(token_costs, upkeep_costs, hosting_costs, migration_costs, retraining_costs),
    )
    stand_in_running_costs_per_month = Line("currency", "Cash cost in each month of what stands in, no errors.")
    stand_in_costs_per_month = Line("currency", "Full cost in each month of what stands in, wrong answers included.")
    stand_in_one_off_cost = Line("currency", "One-off cost of what stands in.")
    stand_in_running_costs = Line(
        "currency", "Cash cost of what stands in, for the part of each month that the option does not serve.",
        arithmetic.outside_of, reads=(LIVE, stand_in_running_costs_per_month),
        parts=("cash_flows.months.stand_in_without_errors",),
    )
    stand_in_costs = Line(
        "currency", "Full cost of what stands in, for the part of each month that the option does not serve.",
        arithmetic.outside_of, reads=(LIVE, stand_in_costs_per_month), parts=("cash_flows.months.stand_in",),
    )
    stand_in_outlay = Line(
        "currency",
        "One-off cost of what stands in for a fine-tune, where it serves for any part of the horizon; a prompt bears it itself.",
        arithmetic.same_as, reads=(Volume.nothing,),
        by_kind=each(
            TUNES, cost.stand_in_outlay, stand_in_one_off_cost, Life.live_months, Volume.horizon_months
        ),
    )
    one_off_spread = Line(
        "currency", "The one-off cost spread evenly over the time served, in each month; nothing where it never serves.",
        finance.spread_over, reads=(Projects.one_off_cost, LIVE), parts=("cash_flows.months.one_off_spread",),
    )
    outlay = Line(
        "currency", "Paid in month 0: for the option, and for what stands in.", arithmetic.add,
        reads=(Projects.one_off_cost, stand_in_outlay), is_drawn=True,
    )
    running_costs = Line(
        "currency", "Cash cost of the option in each month, with what stands in; no errors.", arithmetic.add,
        reads=(own_running_costs, stand_in_running_costs), parts=("cash_flows.months.cost_without_errors",),
    )
    costs = Line(
        "currency", "Full cost of the option in each month, with what stands in, wrong answers included.",
        arithmetic.add, reads=(own_running_costs, error_costs, stand_in_costs), parts=("cash_flows.months.cost",),
    )
    total_per_month = Line(
        "currency/month", "What each month costs, were the option to serve all of it: tokens, wrong answers, hosting and upkeep.",
        arithmetic.add, reads=(tokens_per_month, errors_per_month, hosting_cost_per_month, upkeep_per_month),
    )
    monthly_tokens = Line(
        "currency/month", "Token bill of the first full month.", finance.first_full_month,
        reads=(tokens_per_month, Life.start_month, Volume.horizon_months), parts=("options.monthly.tokens",),
    )
    monthly_errors = Line(
        "currency/month", "Cost of wrong answers of the first full month.", finance.first_full_month,
        reads=(errors_per_month, Life.start_month, Volume.horizon_months), parts=("options.monthly.errors",),
    )
    monthly_hosting = Line(
        "currency/month", "Hosting bill of the first full month.", finance.first_full_month,
        reads=(hosting_cost_per_month, Life.start_month, Volume.horizon_months), parts=("options.monthly.hosting",),
    )
    monthly_upkeep = Line(
        "currency/month", "Upkeep of the first full month.", finance.first_full_month,
        reads=(upkeep_per_month, Life.start_month, Volume.horizon_months), parts=("options.monthly.upkeep",),
    )
    monthly_total = Line(
        "currency/month", "What the first full month costs: tokens, wrong answers, hosting and upkeep.", arithmetic.add,
        reads=(monthly_tokens, monthly_errors, monthly_hosting, monthly_upkeep), parts=("options.monthly.total",),
    )
    monthly_serving = Line(
        "currency/month", "What serving the first full month costs: tokens and hosting.", arithmetic.add,
        reads=(monthly_tokens, monthly_hosting), parts=("offers.monthly_cost",), is_read=True,
    )
    monthly_requests = Line(
        "requests/month", "Requests of the first full month.", finance.first_full_month,
        reads=(REQUESTS, Life.start_month, Volume.horizon_months),
    )
    monthly_accuracy = Line(
        "share", "Accuracy of the first full month.", finance.first_full_month,
        reads=(Life.own_accuracy, Life.start_month, Volume.horizon_months),
    )
    monthly_correct = Line(
        "answers/month", "Right answers of the first full month.", arithmetic.multiply,
        reads=(monthly_requests, monthly_accuracy),
    )
    cost_per_correct_answer = Line(
        "currency/answer", "The first full month's cost over its right answers: what a usable answer costs.",
        arithmetic.ratio, reads=(monthly_total, monthly_correct), parts=("options.cost_per_correct_answer",),
    )
    one_off_per_month = Line(
        "currency/month", "The one-off cost spread evenly over the months served; empty where it never serves.",
        arithmetic.ratio, reads=(Projects.one_off_cost, Life.live_months),
    )
    retraining_per_month = Line(
        "currency/month", "What retraining costs in a month, each spread over its interval.",
        finance.retraining_per_month,
        reads=(Projects.retraining_cost, Life.retraining_interval_months, Life.retraining_count),
    )
    training_per_month = Line(
        "currency/month", "What building and retraining cost in a month of service.", arithmetic.add,
        reads=(one_off_per_month, retraining_per_month), parts=("options.training.amortised_per_month",),
    )
    training_per_request = Line(
        "currency/request", "What building and retraining cost a request of the first full month.", cost.per_request,
        reads=(one_off_per_month, retraining_per_month, monthly_requests),
        parts=("options.training.amortised_per_request",),
    )
    amortised_cost_per_month = Line(
        "currency/month",
        "The first full month's cost with the outlay spread over the months served and a retraining over its interval.",
        arithmetic.add, reads=(monthly_total, one_off_per_month, retraining_per_month),
        parts=("options.amortised_cost_per_month",),
    )
    upkeep_with_retraining = Line(
        "currency/month", "What a month of keeping the option up costs: upkeep, hosting and its part of a retraining.",
        arithmetic.add, reads=(monthly_upkeep, monthly_hosting, retraining_per_month), is_read=True,
    )
