"""Chapter of the ledger: when an option serves, how long its base model lives, and how often it is right."""

from __future__ import annotations

from models import accuracy, arithmetic, lifetime, prompting, timeline
from service.assessment.ledger.accuracy import Accuracy
from service.assessment.ledger.line import TUNES, Chapter, Line, Own, each
from service.assessment.ledger.volume import Volume


class Life(Chapter):
    """Time, retirements, knowledge and accuracy month by month."""

    # fmt: off
    start_weeks = Line(
        "weeks", "Weeks from the decision until the option serves, labelling not included.",
        field={
            "improve": "/prompting/improvement_weeks", "other_prompt": "/prompting/alternatives",
            "fine_tune": "/fine_tuning/lead_time_weeks",
        },
        column={"improve": 20, "fine_tune": 2, "other_prompt": Own(10)},
    )
    labelling_weeks = Line(
        "weeks", "Weeks until the examples that are missing are labelled.", field="/fine_tuning/labels_per_week",
    )
    first_retirement_month = Line(
        "months", "Months until the base model is retired: stated, in the catalogue, or drawn; infinite for never.",
        field={
            "keep": "/prompting/shutdown_date", "improve": "/prompting/shutdown_date",
            "other_prompt": "/prompting/alternatives", "fine_tune": "/fine_tuning/offer/shutdown_date",
            "in_service": "/fine_tuning/offer/shutdown_date",
        },
    )
    renewed_lives = Line("months", "Lives of the base models that follow it, one after the other.")
    serves_on = Line(
        "flag", "1 where a retirement is a move that leaves the option as it is, as of a prompt or of open weights.",
    )
    migrates = Line(
        "flag", "1 where a successor is trained at a retirement, 0 where what stands in serves again.",
        field={"fine_tune": "/fine_tuning/on_shutdown", "in_service": "/fine_tuning/on_shutdown"},
    )
    last_training_months = Line(
        "months", "Months until the provider stops training the base model; infinite when no date is known.",
        field={"fine_tune": "/fine_tuning/offer/last_training_date"},
    )
    retraining_interval_months = Line(
        "months", "Months from one training to the next; infinite for a prompt.",
        field={"fine_tune": "/fine_tuning/retraining/interval_months",
               "in_service": "/fine_tuning/retraining/interval_months"},
        column={"fine_tune": 9, "in_service": 9},
    )
    age_at_start = Line(
        "months", "Age of the last training on the day of the decision; above 0 only for a fine-tune in service.",
        field={"in_service": "/fine_tuning/last_trained_date"},
    )
    knowledge_half_life_months = Line(
        "months", "Months in which half of what was trained goes out of date; infinite for what keeps, and for a prompt.",
        field="/task/knowledge_half_life_months", column={"fine_tune": 0, "in_service": 0},
    )
    off_task_share = Line(
        "share", "Share of requests that lie outside the narrow task.", field="/fine_tuning/off_task_share",
    )
    forgetting_drop = Line(
        "share", "Accuracy lost on requests outside the narrow task.", field="/fine_tuning/forgetting_drop",
        column={"fine_tune": 47, "in_service": 47}, family="share",
    )
    start_month = Line(
        "months", "Months from the decision until the option serves; until then what stands in is paid for.",
        timeline.start_months, reads=(start_weeks, labelling_weeks), parts=("options.timeline.start_month",),
    )
    retirements = Line(
        "months", "When the base model and each of its successors is retired.", lifetime.retirements,
        reads=(first_retirement_month, renewed_lives, Volume.nothing),
        by_kind=each(TUNES, lifetime.retirements, first_retirement_month, renewed_lives, start_month),
    )
    end_month = Line(
        "months", "Month in which the option stops serving: the horizon, or an earlier retirement.",
        timeline.end_of_service, reads=(start_month, Volume.horizon_months, retirements, migrates, serves_on),
        parts=("options.timeline.end_month",),
    )
    live_share = Line(
        "share", "Part of each month in which the option serves; weighs its costs and savings.",
        timeline.live_share, reads=(Volume.months, start_month, end_month), parts=("cash_flows.months.live_share",),
    )
    live_months = Line(
        "months", "Months of service within the horizon: the time the outlay has to earn itself back.",
        arithmetic.total_over_months, reads=(live_share,), parts=("options.timeline.live_months",),
    )
    migrations = Line(
        "moves", "Moves to another base model in each month; in the base case of a life that is drawn, their expected number.",
        lifetime.migrations, reads=(retirements, Volume.months, Volume.horizon_months),
        by_kind=each(TUNES, lifetime.migrations_of_tuned, retirements, Volume.months, Volume.horizon_months, migrates, serves_on),
    )
    retrainings = Line(
        "retrainings", "Trainings bought in each month after the first, migrations not counted.",
        timeline.retrainings,
        reads=(Volume.months, start_month, end_month, retraining_interval_months, last_training_months, retirements,
               migrates, serves_on, age_at_start),
        parts=("cash_flows.months.retrainings",),
    )
    retraining_count = Line(
        "retrainings", "Retrainings bought over the whole horizon.", arithmetic.total_over_months,
        reads=(retrainings,), parts=("options.timeline.retrainings",),
    )
    knowledge_age = Line(
        "months", "Months since the option last learned anything, at the middle of its service in each month.",
        timeline.knowledge_age,
        reads=(Volume.months, start_month, end_month, retraining_interval_months, last_training_months, retirements,
               migrates, serves_on, age_at_start,
               knowledge_half_life_months),
    )
    oldest_knowledge = Line(
        "months", "Greatest age that the option's knowledge reaches, at the middle of a month.",
        arithmetic.largest, reads=(knowledge_age,), is_read=True,
    )
    drift_per_quarter = Line(
        "log-odds", "How far a quarter moves the accuracy of a fixed prompt; 0 where its base model is pinned or not said not to be.",
        origin="fitted", field="/prompting/is_pinned",
    )
    drift_deviate = Line(
        "deviate", "Which way it moves, as a standard normal number.", column={"keep": Own(12), "improve": Own(12)},
    )
    accuracy_over_time = Line(
        "share", "Accuracy on the task in each month, before knowledge ages: that of a prompt drifts with its base model.",
        arithmetic.same_as, reads=(Accuracy.accuracy_at_start,),
        by_kind=each(("keep", "improve"), prompting.drifted, Accuracy.accuracy_at_start, Volume.months, drift_per_quarter,
                     drift_deviate),
    )
    own_accuracy = Line(
        "share", "Accuracy in each month over all that is served: ageing and off-task requests counted.",
        accuracy.effective_accuracy,
        reads=(accuracy_over_time, knowledge_age, knowledge_half_life_months, off_task_share,
               Accuracy.observed_accuracy, forgetting_drop),
    )
    accuracy_fresh = Line(
        "share", "Accuracy over all that is served right after training, off-task requests included.",
        accuracy.effective_accuracy,
        reads=(Accuracy.accuracy_at_start, Volume.nothing, knowledge_half_life_months, off_task_share,
               Accuracy.observed_accuracy, forgetting_drop),
        is_drawn=True, is_read=True,
    )
    stand_in_accuracy = Line("share", "Accuracy in each month of what stands in while the option does not serve.")
    accuracy_by_month = Line(
        "share", "Accuracy in each month of what serves: the option's own, or that of what stands in.",
        arithmetic.blend, reads=(live_share, own_accuracy, stand_in_accuracy), parts=("cash_flows.months.accuracy",),
    )
    share_since_start = Line(
        "share", "Part of each month that lies after the option's start.", timeline.share_after,
        reads=(Volume.months, start_month),
    )
    average_accuracy = Line(
        "share",
        "Accuracy of what serves from the option's start to the horizon, by requests: held against the requirement.",
        accuracy.average_since_start,
        reads=(own_accuracy, stand_in_accuracy, live_share, share_since_start, Volume.requests),
        is_drawn=True,
        parts=("options.accuracy.average_base_case",),
    )
    worst_month_accuracy = Line(
        "share", "The option's own accuracy in its worst month; low where knowledge ages faster than it is retrained.",
        accuracy.live_minimum, reads=(own_accuracy, live_share), parts=("options.accuracy.worst_month",),
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
