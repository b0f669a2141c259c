"""Chapter of the ledger: when each option serves, how old its knowledge is, and how often it is right."""

from __future__ import annotations

from models import accuracy, arithmetic, learning, timeline
from service.assessment.ledger.line import Chapter, Line
from service.assessment.ledger.requests import Requests


class Life(Chapter):
    """Time and accuracy of each option."""

    # fmt: off
    nothing = Line(
        "any", "Nought, where a formula or the answer asks for what an option does not have.",
        parts=("costs.prompting.monthly.hosting", "costs.prompting.present_values.hosting",
               "costs.prompting.present_values.retraining", "costs.prompting.present_values.prompting_while_not_live",
               "costs.improved_prompt.monthly.hosting", "costs.improved_prompt.present_values.hosting",
               "costs.improved_prompt.present_values.retraining",
               "costs.improved_prompt.present_values.prompting_while_not_live",
               "costs.fine_tuning.present_values.migration"),
    )
    horizon_months = Line("months", "How far ahead costs are counted.", field="/volume/horizon_months")
    prompt_accuracy = Line(
        "share", "Share of answers the prompt gets right, from the graded trials.",
        field="/prompting/measured_accuracy", column=5, parts=("accuracy.prompting",),
    )
    improvement_weeks = Line(
        "weeks", "Weeks until the improved prompt serves.", field="/prompting/improvement_weeks", column=20,
    )
    prompt_gain_few_shot = Line(
        "log-odds", "Gain from adding few-shot examples; 0 once tried.", field="/prompting/techniques_tried",
        column=21, family="rate",
    )
    prompt_gain_better_examples = Line(
        "log-odds", "Gain from choosing the few-shot examples better; 0 once tried.",
        field="/prompting/techniques_tried", column=22, family="rate",
    )
    prompt_gain_chain_of_thought = Line(
        "log-odds", "Gain from letting the base model reason before it answers; 0 once tried.",
        field="/prompting/techniques_tried", column=23, family="rate",
    )
    prompt_gain_structured_output = Line(
        "log-odds", "Gain from holding the output to a schema; 0 once tried.", field="/prompting/techniques_tried",
        column=24, family="rate",
    )
    prompt_gain_output_parsing = Line(
        "log-odds", "Gain from parsing and repairing outputs; 0 once tried.", field="/prompting/techniques_tried",
        column=25, family="rate",
    )
    prompt_gain_input_preprocessing = Line(
        "log-odds", "Gain from cleaning inputs before they are sent; 0 once tried.",
        field="/prompting/techniques_tried", column=26, family="rate",
    )
    prompt_gain_prompt_optimiser = Line(
        "log-odds", "Gain from an automatic prompt optimiser; 0 once tried.", field="/prompting/techniques_tried",
        column=27, family="rate",
    )
    prompt_gain_residual = Line(
        "log-odds", "Gain that further work on a prompt still leaves when everything named was tried.",
        field="/prompting/techniques_tried", column=28, family="rate",
    )
    lead_time_weeks = Line(
        "weeks", "Weeks from the decision until the fine-tune serves.", field="/fine_tuning/lead_time_weeks",
        column=2,
    )
    tuned_shutdown_months = Line(
        "months", "Months until the provider shuts the fine-tune's base model down; infinite when no date is known.",
        field="/fine_tuning/offer/shutdown_date",
    )
    last_training_months = Line(
        "months",
        "Months until the provider stops training the fine-tune's base model; infinite when no date is known.",
        field="/fine_tuning/offer/last_training_date",
    )
    migrates = Line(
        "flag", "1 when a successor is trained at the shutdown, 0 when the prompt takes over again.",
        field="/fine_tuning/on_shutdown",
    )
    retraining_interval_months = Line(
        "months", "Months from one training to the next.", field="/fine_tuning/retraining/interval_months", column=9,
    )
    prior_intercept = Line(
        "log-odds",
        "Fitted level of a fine-tune whose prompt is right half the time; carries task kind and base model.",
        origin="fitted",
    )
    prior_weight = Line("ratio", "How much of the prompt's log-odds carries over to the fine-tune.", origin="fitted")
    prior_working_prompt = Line(
        "share", "Prompts below this fail on the format; the prior reads them as this and widens.", origin="fitted",
    )
    prior_level_variance = Line("log-odds^2", "How far tasks stray from the fitted level.", origin="fitted")
    prior_slope_mean = Line("log-odds/decade", "Usual gain from ten times the examples.", origin="fitted")
    prior_slope_variance = Line(
        "(log-odds/decade)^2", "How far tasks stray from the usual gain from more examples.", origin="fitted",
    )
    seed_variance = Line(
        "log-odds^2", "How far two training runs on the same examples stray from each other.", origin="fitted",
    )
    bend_variance = Line(
        "log-odds^2/decade^2",
        "How far real learning curves bend away from a straight line; makes small pilots count less for large sizes.",
        origin="fitted",
    )
    pilots = Line(
        "table", "Trial fine-tunes already graded: examples, right answers and graded answers of each.",
        field="/fine_tuning/pilots",
    )
    planned_examples = Line(
        "examples", "Labelled examples the fine-tune will be trained on.", field="/fine_tuning/target_examples",
    )
    accuracy_deviate = Line(
        "deviate", "Where in the range of possible accuracies a draw falls, as a standard normal number.", column=4,
    )
    accuracy_ceiling = Line(
        "share", "Highest accuracy that can be observed when some labels are themselves wrong.",
        field="/fine_tuning/label_noise",
    )
    knowledge_half_life_months = Line(
        "months", "Months in which half of what the task needs to know goes out of date; infinite when it keeps.",
        field="/task/knowledge_half_life_months", column=0,
    )
    off_task_share = Line(
        "share", "Share of requests that lie outside the narrow task.", field="/fine_tuning/off_task_share",
    )
    forgetting_drop = Line(
        "share", "Accuracy lost on requests outside the narrow task.", field="/fine_tuning/forgetting_drop",
        column=47, family="share",
    )
    lead_time_months = Line(
        "months", "Months from the decision until the fine-tune serves; until then the prompt is paid for.",
        timeline.months_from_weeks, reads=(lead_time_weeks,), parts=("costs.go_live_month",),
    )
    live_end_month = Line(
        "months", "Month in which the fine-tune stops serving: the horizon, or an earlier shutdown by the provider.",
        timeline.live_end,
        reads=(lead_time_months, horizon_months, tuned_shutdown_months, migrates),
        parts=("costs.end_month",),
    )
    live_share = Line(
        "share", "Part of each month in which the fine-tune serves; weighs its costs and savings.",
        timeline.live_share, reads=(Requests.months, lead_time_months, live_end_month),
        parts=("cash_flows.live_share",),
    )
    live_months = Line(
        "months", "Months of service within the horizon: the time the outlay has to earn itself back.",
        arithmetic.total_over_months, reads=(live_share,), parts=("costs.live_months",),
    )
    retrainings = Line(
        "retrainings", "Trainings bought in each month after the first, a migration to a successor included.",
        timeline.retrainings,
        reads=(Requests.months, lead_time_months, live_end_month, retraining_interval_months,
               last_training_months, tuned_shutdown_months, horizon_months),
        parts=("cash_flows.retrainings",),
    )
    retraining_count = Line(
        "retrainings", "Retrainings bought over the whole horizon.", arithmetic.total_over_months,
        reads=(retrainings,), parts=("costs.retrainings",),
    )
    knowledge_age = Line(
        "months", "Months since the fine-tune last learned anything, at the middle of its service in each month.",
        timeline.knowledge_age,
        reads=(Requests.months, lead_time_months, live_end_month, retraining_interval_months,
               last_training_months, tuned_shutdown_months),
    )
    oldest_knowledge = Line(
        "months", "Greatest age that the fine-tune's knowledge reaches, at the middle of a month.",
        arithmetic.largest, reads=(knowledge_age,), is_read=True,
    )
    improvement_months = Line(
        "months", "Months until the improved prompt serves.", timeline.months_from_weeks,
        reads=(improvement_weeks,),
    )
    improved_share = Line(
        "share", "Part of each month in which the improved prompt serves.", timeline.share_after,
        reads=(Requests.months, improvement_months),
    )
    tuned_level_prior_mean = Line(
        "log-odds", "Expected level of the fine-tune at 1,000 examples before any pilot, from published results.",
        learning.prior_level,
        reads=(prompt_accuracy, prior_intercept, prior_weight, prior_working_prompt),
    )
    tuned_log_odds_mean = Line(
        "log-odds",
        "Best estimate of the fine-tune's accuracy at the planned examples, pilots included, as log-odds.",
        learning.predictive_mean,
        reads=(tuned_level_prior_mean, prior_level_variance, prior_slope_mean,
               prior_slope_variance, pilots, seed_variance, bend_variance,
               planned_examples),
    )
    tuned_log_odds_variance = Line(
        "log-odds^2",
        "How far off the best estimate of the fine-tune's accuracy may be; every pilot brings it down.",
        learning.predictive_variance,
        reads=(tuned_level_prior_mean, prior_level_variance, prior_slope_mean,
               prior_slope_variance, pilots, seed_variance, bend_variance,
               planned_examples),
    )
    tuned_accuracy_at_start = Line(
        "share", "Accuracy of the fine-tune on the task on the day it goes live.", accuracy.tuned_accuracy,
        reads=(tuned_log_odds_mean, tuned_log_odds_variance, accuracy_deviate, accuracy_ceiling), is_drawn=True,
        parts=("accuracy.fine_tuning.at_start_base_case",),
    )
    tuned_accuracy = Line(
        "share", "Accuracy of the fine-tune in each month over all it serves: ageing and off-task requests counted.",
        accuracy.effective_accuracy,
        reads=(tuned_accuracy_at_start, knowledge_age, knowledge_half_life_months, off_task_share,
               prompt_accuracy, forgetting_drop),
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
        reads=(prompt_accuracy, prompt_gain_few_shot, prompt_gain_better_examples,
               prompt_gain_chain_of_thought, prompt_gain_structured_output,
               prompt_gain_output_parsing, prompt_gain_input_preprocessing,
               prompt_gain_prompt_optimiser, prompt_gain_residual),
        is_drawn=True, parts=("accuracy.improved_prompt",),
    )
    improved_accuracy_by_month = Line(
        "share", "Accuracy of the improving option in each month: the old prompt's until the new one serves.",
        arithmetic.blend, reads=(improved_share, improved_accuracy, prompt_accuracy),
    )
    tuned_accuracy_fresh = Line(
        "share", "Accuracy of a just-trained fine-tune over all it serves, off-task requests included.",
        accuracy.effective_accuracy,
        reads=(tuned_accuracy_at_start, nothing, knowledge_half_life_months, off_task_share,
               prompt_accuracy, forgetting_drop),
        is_read=True,
    )
    tuned_accuracy_by_month = Line(
        "share", "Accuracy of the switching option in each month, the prompt's where it stands in.",
        arithmetic.blend, reads=(live_share, tuned_accuracy, prompt_accuracy),
    )
    months_between_trainings = Line(
        "months", "Months for which one training must do: the retraining interval, or all live time without retraining.",
        timeline.months_between_trainings, reads=(retraining_interval_months, retraining_count, live_months),
    )
    best_average_validity = Line(
        "share", "Average accuracy between trainings of a fine-tune that was perfect on the day of each.",
        accuracy.best_average_validity, reads=(months_between_trainings, knowledge_half_life_months),
        is_read=True,
    )
