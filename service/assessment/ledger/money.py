"""Chapter of the ledger: the same money over the horizon, in today's money, against option 0, and per unit."""

from __future__ import annotations

from models import arithmetic, finance
from service.assessment.ledger.costs import Costs
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import Chapter, Line
from service.assessment.ledger.projects import Projects
from service.assessment.ledger.requests import Requests
from service.assessment.ledger.volume import Volume

NOTHING, FACTORS = Volume.nothing, Volume.discount_factors


class Money(Chapter):
    """Present values, what an option is worth against today's, and unit costs over the horizon."""

    # fmt: off
    baseline_costs = Line("currency", "Full cost in each month of option 0, which every saving is held against.")
    baseline_outlay = Line("currency", "What option 0 pays in month 0.")
    baseline_upkeep_per_month = Line("currency/month", "Upkeep of option 0.")
    baseline_total_per_month = Line("currency/month", "What each month of option 0 costs, were it to serve all of it.")
    tco = Line(
        "currency", "Total cost over the horizon, in today's money.", finance.present_value,
        reads=(Costs.outlay, Costs.costs, FACTORS), is_drawn=True, parts=("options.tco",),
    )
    tco_without_errors = Line(
        "currency", "Total cash cost over the horizon, in today's money: wrong answers left out.", finance.present_value,
        reads=(Costs.outlay, Costs.running_costs, FACTORS), is_drawn=True, parts=("options.tco_without_errors",),
    )
    saving_at_start = Line(
        "currency", "Month 0 against option 0: usually an outlay, hence negative.", arithmetic.subtract,
        reads=(baseline_outlay, Costs.outlay),
    )
    extra_outlay = Line(
        "currency", "What month 0 costs more than with option 0.", arithmetic.subtract, reads=(Costs.outlay, baseline_outlay),
    )
    savings = Line(
        "currency", "What the option saves in each month against option 0; negative where it costs more.",
        arithmetic.subtract, reads=(baseline_costs, Costs.costs), parts=("cash_flows.months.saving",),
    )
    discounted_savings = Line(
        "currency", "What the option saves in each month, in today's money.", arithmetic.multiply,
        reads=(savings, FACTORS), parts=("cash_flows.months.present_saving",),
    )
    discounted_costs = Line(
        "currency", "Full cost of each month, in today's money.", arithmetic.multiply, reads=(Costs.costs, FACTORS),
        parts=("cash_flows.months.present_cost",),
    )
    npv = Line(
        "currency", "Worth today of the option rather than option 0; above 0 it is the cheaper way.",
        finance.present_value, reads=(saving_at_start, savings, FACTORS), is_drawn=True, parts=("options.npv",),
    )
    tokens_pv = Line(
        "currency", "Part of the total cost that the option's tokens make up.", finance.present_value,
        reads=(NOTHING, Costs.token_costs, FACTORS), parts=("options.present_values.tokens",),
    )
    errors_pv = Line(
        "currency", "Part of the total cost that the option's wrong answers make up.", finance.present_value,
        reads=(NOTHING, Costs.error_costs, FACTORS), parts=("options.present_values.errors",),
    )
    hosting_pv = Line(
        "currency", "Part of the total cost that hosting makes up.", finance.present_value,
        reads=(NOTHING, Costs.hosting_costs, FACTORS), parts=("options.present_values.hosting",),
    )
    upkeep_pv = Line(
        "currency", "Part of the total cost that upkeep makes up.", finance.present_value,
        reads=(NOTHING, Costs.upkeep_costs, FACTORS), parts=("options.present_values.upkeep",),
    )
    retraining_pv = Line(
        "currency", "Part of the total cost that retraining makes up.", finance.present_value,
        reads=(NOTHING, Costs.retraining_costs, FACTORS), parts=("options.present_values.retraining",),
    )
    migration_pv = Line(
        "currency", "Part of the total cost that moves to other base models make up.", finance.present_value,
        reads=(NOTHING, Costs.migration_costs, FACTORS), parts=("options.present_values.migration",),
    )
    stand_in_pv = Line(
        "currency", "Part of the total cost that what stands in makes up, its one-off cost and wrong answers included.",
        finance.present_value, reads=(Costs.stand_in_outlay, Costs.stand_in_costs, FACTORS),
        parts=("options.present_values.stand_in",),
    )
    extra_upkeep_costs = Line(
        "currency", "Upkeep above that of option 0 while the option serves; negative where it is below.", finance.extra,
        reads=(Costs.upkeep_per_month, baseline_upkeep_per_month, Life.live_share),
    )
    investments = Line(
        "currency", "What the option ties up in each month: hosting, retraining, and upkeep above that of option 0.",
        arithmetic.add, reads=(Costs.hosting_costs, Costs.retraining_costs, extra_upkeep_costs),
    )
    invested = Line(
        "currency", "Everything put into the option over the horizon, in today's money; the base of the return.",
        finance.present_value, reads=(Projects.one_off_cost, investments, FACTORS),
    )
    roi = Line(
        "ratio", "NPV per unit of money invested; 0.25 means a quarter on top of money back and the discount rate earned.",
        arithmetic.ratio, reads=(npv, invested), parts=("options.roi",),
    )
    cumulative_savings = Line(
        "currency", "What the option has saved up to each month, the outlay included, undiscounted.",
        arithmetic.running_total, reads=(saving_at_start, savings), parts=("cash_flows.months.cumulative_saving",),
    )
    cumulative_present_savings = Line(
        "currency", "What the option has saved up to each month in today's money, the outlay included.",
        arithmetic.running_total, reads=(saving_at_start, discounted_savings),
    )
    payback_months = Line(
        "months", "Months until the savings have earned the outlay back for good; 0 is from the start, infinite is never.",
        finance.payback_months, reads=(saving_at_start, savings, cumulative_savings), is_drawn=True,
    )
    discounted_payback_months = Line(
        "months",
        "Months until savings in today's money have earned the outlay back for good; as a rule later than plain payback.",
        finance.payback_months, reads=(saving_at_start, discounted_savings, cumulative_present_savings), is_drawn=True,
    )
    baseline_monthly_total = Line(
        "currency/month", "What the option's first full month costs with option 0.", finance.first_full_month,
        reads=(baseline_total_per_month, Life.start_month, Volume.horizon_months),
    )
    saving_per_month = Line(
        "currency/month", "What the first full month saves against that of option 0, once the option runs.",
        arithmetic.subtract, reads=(baseline_monthly_total, Costs.monthly_total), is_read=True,
    )
    saving_per_request = Line(
        "currency/request", "The same for one request.", arithmetic.quotient, reads=(saving_per_month, Costs.monthly_requests),
    )
    payback_requests = Line(
        "requests", "Requests after which the outlay is earned back; empty where running on saves nothing.",
        finance.payback_requests, reads=(extra_outlay, saving_per_request), parts=("options.payback_requests",),
    )
    baseline_accuracy = Line("share", "Accuracy in each month of what serves with option 0.")
    more_wrong_answers = Line(
        "answers", "Wrong answers of each month above those with option 0; negative where there are fewer.", finance.saved,
        reads=(Volume.requests, baseline_accuracy, Life.accuracy_by_month),
    )
    change_in_wrong_answers_per_month = Line(
        "answers/month", "The same in a month from the option's start to the horizon.", arithmetic.average_over,
        reads=(more_wrong_answers, Life.share_since_start), is_drawn=True,
    )
    correct = Line(
        "answers", "Right answers of each month.", arithmetic.multiply,
        reads=(Volume.requests, Life.accuracy_by_month),
    )
    correct_pv = Line(
        "answers", "Right answers of the horizon, discounted like money.", finance.present_value,
        reads=(NOTHING, correct, FACTORS), is_drawn=True,
    )
    levelised_cost_per_request = Line(
        "currency/request", "The one steady cost per request that pays for the option over the horizon.",
        arithmetic.ratio, reads=(tco, Volume.requests_pv), parts=("options.levelised_cost_per_request",),
    )
    levelised_cost_per_correct_answer = Line(
        "currency/answer", "The one steady cost per right answer that pays for the option over the horizon.",
        arithmetic.ratio, reads=(tco, correct_pv), parts=("options.levelised_cost_per_correct_answer",),
    )
    live_requests_priced = Line(
        "requests", "Requests that the option serves in each month, at today's prices of tokens.", arithmetic.multiply,
        reads=(Life.live_share, Volume.requests, Volume.price_factors),
    )
    saved_by_model = Line(
        "currency", "What each month's requests would save in tokens by the prompt on this option's base model.",
        finance.saved, reads=(live_requests_priced, Requests.prompted_cost_per_request, Requests.cost_on_tuned_base),
    )
    saved_by_tuning = Line(
        "currency", "What each month's requests save in tokens beyond that.", finance.saved,
        reads=(live_requests_priced, Requests.cost_on_tuned_base, Requests.token_cost_per_request),
    )
    saving_from_model = Line(
        "currency", "Token saving over the horizon that the other base model alone brings, which a prompt could use as well.",
        finance.present_value, reads=(NOTHING, saved_by_model, FACTORS), parts=("options.saving_from_model",),
    )
    saving_from_tuning = Line(
        "currency", "Token saving over the horizon that fine-tuning brings beyond the other base model.",
        finance.present_value, reads=(NOTHING, saved_by_tuning, FACTORS), parts=("options.saving_from_tuning",),
    )
