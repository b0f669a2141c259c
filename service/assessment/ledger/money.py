"""Chapter of the ledger: the same money over the horizon, in today's money and per unit."""

from __future__ import annotations

from models import arithmetic, finance
from service.assessment.ledger.costs import Costs
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import Chapter, Line
from service.assessment.ledger.projects import Projects
from service.assessment.ledger.requests import Requests


class Money(Chapter):
    """Present values, what switching is worth, and unit costs over the horizon."""

    # fmt: off
    prompt_tco = Line(
        "currency", "Total cost of keeping the prompt over the horizon, in today's money.", finance.present_value,
        reads=(Costs.prompt_build_cost, Costs.prompt_costs, Requests.discount_factors), is_drawn=True,
        parts=("costs.prompting.tco",),
    )
    prompt_tco_without_errors = Line(
        "currency", "Total cash cost of keeping the prompt, in today's money: wrong answers left out.",
        finance.present_value,
        reads=(Costs.prompt_build_cost, Costs.prompt_running_costs, Requests.discount_factors), is_drawn=True,
        parts=("costs.prompting.tco_without_errors",),
    )
    improved_tco = Line(
        "currency", "Total cost of improving the prompt over the horizon, in today's money.", finance.present_value,
        reads=(Costs.improved_one_off_cost, Costs.improved_costs, Requests.discount_factors), is_drawn=True,
        parts=("costs.improved_prompt.tco",),
    )
    improved_tco_without_errors = Line(
        "currency", "Total cash cost of improving the prompt, in today's money: wrong answers left out.",
        finance.present_value,
        reads=(Costs.improved_one_off_cost, Costs.prompt_running_costs, Requests.discount_factors), is_drawn=True,
        parts=("costs.improved_prompt.tco_without_errors",),
    )
    tuned_tco = Line(
        "currency", "Total cost of switching to the fine-tune over the horizon, in today's money.",
        finance.present_value, reads=(Costs.tuned_one_off_cost, Costs.tuned_costs, Requests.discount_factors),
        is_drawn=True, parts=("costs.fine_tuning.tco",),
    )
    tuned_tco_without_errors = Line(
        "currency", "Total cash cost of switching, in today's money: wrong answers left out.", finance.present_value,
        reads=(Costs.tuned_one_off_cost, Costs.tuned_running_costs, Requests.discount_factors), is_drawn=True,
        parts=("costs.fine_tuning.tco_without_errors",),
    )
    saving_at_start = Line(
        "currency", "Month 0 of switching: usually an outlay, hence negative.", arithmetic.subtract,
        reads=(Costs.prompt_build_cost, Costs.tuned_one_off_cost),
    )
    savings = Line(
        "currency", "What switching saves in each month against keeping the prompt; negative where it costs more.",
        arithmetic.subtract, reads=(Costs.prompt_costs, Costs.tuned_costs), parts=("cash_flows.saving",),
    )
    discounted_savings = Line(
        "currency", "What switching saves in each month, in today's money.", arithmetic.multiply,
        reads=(savings, Requests.discount_factors),
    )
    npv = Line(
        "currency",
        "Worth today of switching rather than keeping the prompt; above 0, fine-tuning is the cheaper way.",
        finance.present_value, reads=(saving_at_start, savings, Requests.discount_factors), is_drawn=True,
        parts=("costs.npv",),
    )
    improved_saving_at_start = Line(
        "currency", "Month 0 of improving the prompt: the outlay for it, hence negative.", arithmetic.subtract,
        reads=(Costs.prompt_build_cost, Costs.improved_one_off_cost),
    )
    improved_savings = Line(
        "currency", "What improving the prompt saves in each month against leaving it as it is.",
        arithmetic.subtract, reads=(Costs.prompt_costs, Costs.improved_costs),
    )
    npv_improved = Line(
        "currency", "Worth today of improving the prompt rather than leaving it as it is.", finance.present_value,
        reads=(improved_saving_at_start, improved_savings, Requests.discount_factors), is_drawn=True,
        parts=("costs.npv_of_improving",),
    )
    investments = Line(
        "currency", "What the fine-tune ties up in each month: hosting, monitoring and retraining.", arithmetic.add,
        reads=(Costs.tuned_hosting_costs, Costs.tuned_monitoring_costs, Costs.tuned_retraining_costs),
    )
    invested = Line(
        "currency", "Everything put into the fine-tune over the horizon, in today's money; the base of the return.",
        finance.present_value, reads=(Projects.tuned_build_cost, investments, Requests.discount_factors),
    )
    roi = Line(
        "ratio",
        "NPV per unit of money invested; 0.25 means a quarter on top of money back and the discount rate earned.",
        arithmetic.ratio, reads=(npv, invested), parts=("costs.roi",),
    )
    payback_months = Line(
        "months",
        "Months until the savings have earned the outlay back for good; 0 is from the start, infinite is never.",
        finance.payback_months, reads=(saving_at_start, savings), is_drawn=True, parts=("break_even.payback",),
    )
    discounted_payback_months = Line(
        "months",
        "Months until savings in today's money have earned the outlay back for good; as a rule later than plain payback.",
        finance.payback_months, reads=(saving_at_start, discounted_savings), is_drawn=True,
        parts=("break_even.discounted_payback",),
    )
    saving_per_request = Line(
        "currency/request",
        "Token cost saved on one request at today's prices; negative where the fine-tune's tokens cost more.",
        arithmetic.subtract, reads=(Requests.prompt_cost_per_request, Requests.tuned_cost_per_request),
        parts=("costs.saving_per_request",),
    )
    payback_requests = Line(
        "requests", "Requests whose token savings equal the outlay; empty where no token cost is saved.",
        arithmetic.ratio, reads=(Projects.tuned_build_cost, saving_per_request),
        parts=("break_even.payback_requests",),
    )
    requests_pv = Line(
        "requests",
        "Requests of the horizon, later ones counting less, by the factors money is discounted with; divides a tco.",
        finance.present_value, reads=(Life.nothing, Requests.requests, Requests.discount_factors),
    )
    prompt_correct = Line(
        "answers", "Right answers of each month with the prompt as it is.", arithmetic.multiply,
        reads=(Requests.requests, Life.prompt_accuracy),
    )
    prompt_correct_pv = Line(
        "answers", "Right answers of the horizon with the prompt as it is, discounted like money.",
        finance.present_value, reads=(Life.nothing, prompt_correct, Requests.discount_factors),
    )
    improved_correct = Line(
        "answers", "Right answers of each month when the prompt is improved.", arithmetic.multiply,
        reads=(Requests.requests, Life.improved_accuracy_by_month),
    )
    improved_correct_pv = Line(
        "answers", "Right answers of the horizon when the prompt is improved, discounted like money.",
        finance.present_value, reads=(Life.nothing, improved_correct, Requests.discount_factors),
    )
    tuned_correct = Line(
        "answers", "Right answers of each month when switching.", arithmetic.multiply,
        reads=(Requests.requests, Life.tuned_accuracy_by_month),
    )
    tuned_correct_pv = Line(
        "answers", "Right answers of the horizon when switching, discounted like money.", finance.present_value,
        reads=(Life.nothing, tuned_correct, Requests.discount_factors),
    )
    prompt_levelised_cost_per_request = Line(
        "currency/request", "The one steady cost per request that pays for keeping the prompt over the horizon.",
        arithmetic.ratio, reads=(prompt_tco, requests_pv), parts=("costs.prompting.levelised_cost_per_request",),
    )
    prompt_levelised_cost_per_correct_answer = Line(
        "currency/answer", "The one steady cost per right answer that pays for keeping the prompt over the horizon.",
        arithmetic.ratio, reads=(prompt_tco, prompt_correct_pv),
        parts=("costs.prompting.levelised_cost_per_correct_answer",),
    )
    improved_levelised_cost_per_request = Line(
        "currency/request", "The one steady cost per request that pays for improving the prompt.", arithmetic.ratio,
        reads=(improved_tco, requests_pv), parts=("costs.improved_prompt.levelised_cost_per_request",),
    )
    improved_levelised_cost_per_correct_answer = Line(
        "currency/answer", "The one steady cost per right answer that pays for improving the prompt.",
        arithmetic.ratio, reads=(improved_tco, improved_correct_pv),
        parts=("costs.improved_prompt.levelised_cost_per_correct_answer",),
    )
    tuned_levelised_cost_per_request = Line(
        "currency/request", "The one steady cost per request that pays for switching, outlay included.",
        arithmetic.ratio, reads=(tuned_tco, requests_pv), parts=("costs.fine_tuning.levelised_cost_per_request",),
    )
    tuned_levelised_cost_per_correct_answer = Line(
        "currency/answer", "The one steady cost per right answer that pays for switching, outlay included.",
        arithmetic.ratio, reads=(tuned_tco, tuned_correct_pv),
        parts=("costs.fine_tuning.levelised_cost_per_correct_answer",),
    )
    prompt_tokens_pv = Line(
        "currency", "Tokens' part of the prompt's total cost, in today's money.", finance.present_value,
        reads=(Life.nothing, Costs.prompt_token_costs, Requests.discount_factors),
        parts=("costs.prompting.present_values.tokens", "costs.improved_prompt.present_values.tokens"),
    )
    uncached_tokens_pv = Line(
        "currency", "Tokens' part of the prompt's total cost, were nothing cached.", finance.present_value,
        reads=(Life.nothing, Costs.uncached_token_costs, Requests.discount_factors),
        parts=("costs.prompting_without_cache.tokens_present_value",),
    )
    prompt_errors_pv = Line(
        "currency", "Wrong answers' part of the prompt's total cost.", finance.present_value,
        reads=(Life.nothing, Costs.prompt_error_costs, Requests.discount_factors),
        parts=("costs.prompting.present_values.errors",),
    )
    prompt_maintenance_pv = Line(
        "currency", "Upkeep's part of the prompt's total cost.", finance.present_value,
        reads=(Life.nothing, Costs.prompt_maintenance_cost_per_month, Requests.discount_factors),
        parts=("costs.prompting.present_values.maintenance", "costs.improved_prompt.present_values.maintenance"),
    )
    prompt_migration_pv = Line(
        "currency", "Migration's part of the prompt's total cost.", finance.present_value,
        reads=(Life.nothing, Costs.prompt_migration_costs, Requests.discount_factors),
        parts=("costs.prompting.present_values.migration", "costs.improved_prompt.present_values.migration"),
    )
    improved_errors_pv = Line(
        "currency", "Wrong answers' part of the improved prompt's total cost.", finance.present_value,
        reads=(Life.nothing, Costs.improved_error_costs, Requests.discount_factors),
        parts=("costs.improved_prompt.present_values.errors",),
    )
    tuned_tokens_pv = Line(
        "currency", "Tokens' part of the total cost of switching.", finance.present_value,
        reads=(Life.nothing, Costs.tuned_token_costs, Requests.discount_factors),
        parts=("costs.fine_tuning.present_values.tokens",),
    )
    tuned_errors_pv = Line(
        "currency", "Part of the total cost of switching that the fine-tune's wrong answers make up.",
        finance.present_value, reads=(Life.nothing, Costs.tuned_error_costs, Requests.discount_factors),
        parts=("costs.fine_tuning.present_values.errors",),
    )
    tuned_hosting_pv = Line(
        "currency", "Hosting's part of the total cost of switching.", finance.present_value,
        reads=(Life.nothing, Costs.tuned_hosting_costs, Requests.discount_factors),
        parts=("costs.fine_tuning.present_values.hosting",),
    )
    tuned_monitoring_pv = Line(
        "currency", "Monitoring's part of the total cost of switching.", finance.present_value,
        reads=(Life.nothing, Costs.tuned_monitoring_costs, Requests.discount_factors),
        parts=("costs.fine_tuning.present_values.maintenance",),
    )
    tuned_retraining_pv = Line(
        "currency", "Retraining's part of the total cost of switching.", finance.present_value,
        reads=(Life.nothing, Costs.tuned_retraining_costs, Requests.discount_factors),
        parts=("costs.fine_tuning.present_values.retraining",),
    )
    tuned_prompt_running_pv = Line(
        "currency", "Part of the total cost of switching that running the stand-in prompt makes up.",
        finance.present_value, reads=(Life.nothing, Costs.tuned_prompt_running_costs, Requests.discount_factors),
    )
    tuned_prompt_errors_pv = Line(
        "currency", "Part of the total cost of switching that the stand-in prompt's wrong answers make up.",
        finance.present_value, reads=(Life.nothing, Costs.tuned_prompt_error_costs, Requests.discount_factors),
    )
    tuned_stand_in_pv = Line(
        "currency", "Part of the total cost of switching that the prompt makes up while the fine-tune is not live.",
        arithmetic.add, reads=(tuned_prompt_running_pv, tuned_prompt_errors_pv, Costs.stand_in_outlay),
        parts=("costs.fine_tuning.present_values.prompting_while_not_live",),
    )
    npv_against_better_prompt = Line(
        "currency", "Worth today of switching rather than prompting in the better of two ways: as it is, or improved.",
        arithmetic.excess, reads=(npv, npv_improved), is_drawn=True, parts=("costs.npv_against_better_prompt",),
    )
    cumulative_savings = Line(
        "currency", "What switching has saved up to each month, the outlay included, undiscounted.", arithmetic.running_total,
        reads=(saving_at_start, savings), parts=("cash_flows.cumulative_saving",),
    )
