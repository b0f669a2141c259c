"""Chapter of the ledger: when each option serves, how old its knowledge is, and how often it is right."""

from __future__ import annotations

from models import accuracy, arithmetic, learning, timeline
from service.assessment.ledger.inputs import Inputs
from service.assessment.ledger.line import Chapter, Line


class Life(Chapter):
    """Time and accuracy of each option."""

    # fmt: off
    lead_time_months = Line(
        "months", "Months from the decision until the fine-tune serves; until then the prompt is paid for.",
        timeline.months_from_weeks, reads=(Inputs.lead_time_weeks,), parts=("costs.go_live_month",),
    )
    live_end_month = Line(
        "months", "Month in which the fine-tune stops serving: the horizon, or an earlier shutdown by the provider.",
        timeline.live_end,
        reads=(lead_time_months, Inputs.horizon_months, Inputs.tuned_shutdown_months, Inputs.migrates),
        parts=("costs.end_month",),
    )
    live_share = Line(
        "share", "Part of each month in which the fine-tune serves; weighs its costs and savings.",
        timeline.live_share, reads=(Inputs.months, lead_time_months, live_end_month),
        parts=("cash_flows.live_share",),
    )
    live_months = Line(
        "months", "Months of service within the horizon: the time the outlay has to earn itself back.",
        arithmetic.total_over_months, reads=(live_share,), parts=("costs.live_months",),
    )
    retrainings = Line(
        "retrainings", "Trainings bought in each month after the first, a migration to a successor included.",
        timeline.retrainings,
        reads=(Inputs.months, lead_time_months, live_end_month, Inputs.retraining_interval_months,
               Inputs.last_training_months, Inputs.tuned_shutdown_months, Inputs.horizon_months),
        parts=("cash_flows.retrainings",),
    )
    retraining_count = Line(
        "retrainings", "Retrainings bought over the whole horizon.", arithmetic.total_over_months,
        reads=(retrainings,), parts=("costs.retrainings",),
    )
    knowledge_age = Line(
        "months", "Months since the fine-tune last learned anything, at the middle of its service in each month.",
        timeline.knowledge_age,
        reads=(Inputs.months, lead_time_months, live_end_month, Inputs.retraining_interval_months,
               Inputs.last_training_months, Inputs.tuned_shutdown_months),
    )
    oldest_knowledge = Line(
        "months", "Greatest age that the fine-tune's knowledge reaches, at the middle of a month.",
        arithmetic.largest, reads=(knowledge_age,), parts=("comparison",),
    )
    improvement_months = Line(
        "months", "Months until the improved prompt serves.", timeline.months_from_weeks,
        reads=(Inputs.improvement_weeks,),
    )
    improved_share = Line(
        "share", "Part of each month in which the improved prompt serves.", timeline.share_after,
        reads=(Inputs.months, improvement_months),
    )
    tuned_level_prior_mean = Line(
        "log-odds", "Expected level of the fine-tune at 1,000 examples before any pilot, from published results.",
        learning.prior_level,
        reads=(Inputs.prompt_accuracy, Inputs.prior_intercept, Inputs.prior_weight, Inputs.prior_working_prompt),
    )
    tuned_log_odds_mean = Line(
        "log-odds",
        "Best estimate of the fine-tune's accuracy at the planned examples, pilots included, as log-odds.",
        learning.predictive_mean,
        reads=(tuned_level_prior_mean, Inputs.prior_level_variance, Inputs.prior_slope_mean,
               Inputs.prior_slope_variance, Inputs.pilots, Inputs.seed_variance, Inputs.bend_variance,
               Inputs.planned_examples),
    )
    tuned_log_odds_variance = Line(
        "log-odds^2",
        "How far off the best estimate of the fine-tune's accuracy may be; every pilot brings it down.",
        learning.predictive_variance,
        reads=(tuned_level_prior_mean, Inputs.prior_level_variance, Inputs.prior_slope_mean,
               Inputs.prior_slope_variance, Inputs.pilots, Inputs.seed_variance, Inputs.bend_variance,
               Inputs.planned_examples),
    )
    tuned_accuracy_at_start = Line(
        "share", "Accuracy of the fine-tune on the task on the day it goes live.", accuracy.tuned_accuracy,
        reads=(tuned_log_odds_mean, tuned_log_odds_variance, Inputs.accuracy_deviate, Inputs.accuracy_ceiling),
        parts=("accuracy.fine_tuning.at_start_base_case",),
    )
    tuned_accuracy = Line(
        "share", "Accuracy of the fine-tune in each month over all it serves: ageing and off-task requests counted.",
        accuracy.effective_accuracy,
        reads=(tuned_accuracy_at_start, knowledge_age, Inputs.knowledge_half_life_months, Inputs.off_task_share,
               Inputs.prompt_accuracy, Inputs.forgetting_drop),
        parts=("cash_flows.fine_tuned_accuracy",),
    )
    tuned_accuracy_average = Line(
        "share", "The fine-tune's accuracy averaged over the time it serves; this is held against the requirement.",
        accuracy.live_average, reads=(tuned_accuracy, live_share), is_drawn=True, parts=("accuracy.fine_tuning",),
    )
    tuned_accuracy_worst = Line(
        "share",
        "The fine-tune's accuracy in its worst month; low where knowledge ages faster than it is retrained.",
        accuracy.live_minimum, reads=(tuned_accuracy, live_share), parts=("accuracy.fine_tuning.worst_month",),
    )
    improved_accuracy = Line(
        "share", "Accuracy once the prompt is improved by what has not been tried yet.", accuracy.improved_accuracy,
        reads=(Inputs.prompt_accuracy, Inputs.prompt_gain_few_shot, Inputs.prompt_gain_better_examples,
               Inputs.prompt_gain_chain_of_thought, Inputs.prompt_gain_structured_output,
               Inputs.prompt_gain_output_parsing, Inputs.prompt_gain_input_preprocessing,
               Inputs.prompt_gain_prompt_optimiser, Inputs.prompt_gain_residual),
        is_drawn=True, parts=("accuracy.improved_prompt",),
    )
    improved_accuracy_by_month = Line(
        "share", "Accuracy of the improving option in each month: the old prompt's until the new one serves.",
        arithmetic.blend, reads=(improved_share, improved_accuracy, Inputs.prompt_accuracy),
    )
    tuned_accuracy_fresh = Line(
        "share", "Accuracy of a just-trained fine-tune over all it serves, off-task requests included.",
        accuracy.effective_accuracy,
        reads=(tuned_accuracy_at_start, Inputs.nothing, Inputs.knowledge_half_life_months, Inputs.off_task_share,
               Inputs.prompt_accuracy, Inputs.forgetting_drop),
        parts=("comparison",),
    )
    tuned_accuracy_by_month = Line(
        "share", "Accuracy of the switching option in each month, the prompt's where it stands in.",
        arithmetic.blend, reads=(live_share, tuned_accuracy, Inputs.prompt_accuracy),
    )
    months_between_trainings = Line(
        "months", "Months for which one training must do: the retraining interval, or all live time without retraining.",
        timeline.months_between_trainings, reads=(Inputs.retraining_interval_months, retraining_count, live_months),
    )
    best_average_validity = Line(
        "share", "Average accuracy between trainings of a fine-tune that was perfect on the day of each.",
        accuracy.best_average_validity, reads=(months_between_trainings, Inputs.knowledge_half_life_months),
        parts=("verdict.reasons",),
    )
