"""Chapter of the ledger: what it costs to have an option, to train it again, and to move it to another base model."""

from __future__ import annotations

from models import arithmetic, cost
from service.assessment.ledger.accuracy import Accuracy
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import TUNES, Chapter, Line, Own, each
from service.assessment.ledger.requests import Requests
from service.assessment.ledger.volume import Volume


class Projects(Chapter):
    """The build of an option, the retraining of a fine-tune, and the move to another base model."""

    # fmt: off
    prompt_build_cost = Line(
        "currency",
        "One-off cost of the prompt where it is still to be built; 0 unless stated, for a measured prompt is built.",
        field="/prompting/build_cost", column=17,
    )
    build_hours = Line(
        "hours", "Hours of engineering until the option serves.",
        field={"fine_tune": "/fine_tuning/build_plan/engineering_hours"}, column={"improve": 19, "fine_tune": 10},
    )
    build_hourly_rate = Line(
        "currency/hour", "Loaded price of these hours; the same as of all others unless a plan states its own.",
        arithmetic.same_as, reads=(Volume.hourly_rate,), field="/fine_tuning/build_plan/hourly_rate", column=36,
    )
    examples_to_label = Line(
        "examples", "Examples that still have to be labelled for the first build.",
        field="/fine_tuning/build_plan/examples_to_label", column={"fine_tune": 37},
    )
    cost_per_example = Line(
        "currency/example", "Price of one label in the first build.",
        field="/fine_tuning/build_plan/cost_per_example", column={"fine_tune": 38},
    )
    epochs = Line(
        "epochs", "Passes over the training set in one run of the first build.",
        field="/fine_tuning/build_plan/epochs", column={"fine_tune": 39},
    )
    training_runs = Line(
        "runs", "Training runs until one is good enough to keep.", field="/fine_tuning/build_plan/training_runs",
        column={"fine_tune": 40},
    )
    retraining_hours = Line(
        "hours", "Hours of engineering for one retraining.", field="/fine_tuning/retraining/plan/engineering_hours",
        column={"fine_tune": 41, "in_service": 41},
    )
    retraining_hourly_rate = Line(
        "currency/hour", "Loaded price of the hours of a retraining; the same as of all others unless a plan states its own.",
        arithmetic.same_as, reads=(Volume.hourly_rate,), field="/fine_tuning/retraining/plan/hourly_rate", column=42,
    )
    retraining_label_share = Line(
        "share", "Part of the planned examples that is labelled anew for a retraining.",
        column={"fine_tune": 43, "in_service": 43}, family="share",
    )
    retraining_cost_per_example = Line(
        "currency/example", "Price of one label in a retraining; that of the first build unless a plan states its own.",
        arithmetic.same_as, reads=(cost_per_example,), field="/fine_tuning/retraining/plan/cost_per_example",
        column={"fine_tune": 44, "in_service": 44},
    )
    retraining_epochs = Line(
        "epochs", "Passes over the training set in one run of a retraining; as in the first build unless stated.",
        arithmetic.same_as, reads=(epochs,), field="/fine_tuning/retraining/plan/epochs",
        column={"fine_tune": 45, "in_service": 45},
    )
    retraining_runs = Line(
        "runs", "Training runs of one retraining.", field="/fine_tuning/retraining/plan/training_runs",
        column={"fine_tune": 46, "in_service": 46},
    )
    regraded_trials = Line("trials", "Answers that are graded again after a retraining or a move.")
    migration_hours = Line(
        "hours", "Hours of moving the option to another base model or host.", field="/prompting/migration_cost", column=18,
    )
    training_price = Line(
        "currency/1M tokens", "Price of training tokens: tokens of the set times epochs.",
        field="/fine_tuning/offer/training_usd_per_mtok",
    )
    minimum_charge = Line(
        "currency", "Least a provider charges for a training job, however small.",
        field="/fine_tuning/offer/minimum_charge_usd",
    )
    training_gpu_hours_per_mtok = Line(
        "hours/1M tokens", "GPU hours that a million training tokens take; 0 where training is not paid by the hour.",
        column={"fine_tune": Own(3), "in_service": Own(3)},
    )
    training_hours = Line(
        "hours", "Hours of one training run where they are stated; else 0.", field="/fine_tuning/offer/training_hours",
    )
    training_price_per_hour = Line(
        "currency/hour", "Price of an hour of training.", field="/fine_tuning/offer/training_usd_per_hour",
        column={"fine_tune": Own(1), "in_service": Own(1)},
    )
    dataset_tokens = Line(
        "tokens", "Size of the training set, each example counted once: instruction, payload and answer.",
        arithmetic.multiply, reads=(Accuracy.planned_examples, Requests.tokens_per_request),
    )
    training_run_cost = Line(
        "currency/run", "What one training run of the first build costs.", cost.training_cost,
        reads=(dataset_tokens, epochs, training_price, minimum_charge, training_gpu_hours_per_mtok, training_hours,
               training_price_per_hour),
        parts=("options.training.run_cost",),
    )
    labels_cost = Line(
        "currency", "What the labels that are missing cost.", arithmetic.multiply,
        reads=(examples_to_label, cost_per_example), parts=("options.training.labels_cost",),
    )
    build_cost = Line(
        "currency", "Outlay to have the option: engineering, labels and training runs, or the one figure stated.",
        cost.project_cost,
        reads=(build_hours, build_hourly_rate, examples_to_label, cost_per_example, training_runs, training_run_cost),
        field={"improve": "/prompting/improvement_cost", "other_prompt": "/prompting/alternatives",
               "fine_tune": "/fine_tuning/build_cost"},
        column={"improve": 19, "fine_tune": 3, "other_prompt": Own(8)}, parts=("options.training.build_cost",),
    )
    one_off_cost = Line(
        "currency", "Paid once, in month 0, for the option itself; that of the prompt included where it is still to be built.",
        arithmetic.add, reads=(build_cost, prompt_build_cost),
        by_kind=each(TUNES, arithmetic.same_as, build_cost),
        parts=("options.one_off", "options.present_values.one_off", "offers.one_off_cost"),
    )
    retraining_examples = Line(
        "examples", "Examples labelled anew for one retraining.", arithmetic.multiply,
        reads=(Accuracy.planned_examples, retraining_label_share),
        field="/fine_tuning/retraining/plan/examples_to_label", column={"fine_tune": 43, "in_service": 43},
    )
    retraining_run_cost = Line(
        "currency/run", "What one training run of a retraining costs.", cost.training_cost,
        reads=(dataset_tokens, retraining_epochs, training_price, minimum_charge, training_gpu_hours_per_mtok,
               training_hours, training_price_per_hour),
    )
    regrading_cost = Line(
        "currency", "Cost of grading again after a retraining or a move.", arithmetic.multiply,
        reads=(regraded_trials, Volume.cost_per_trial),
    )
    retraining_project_cost = Line(
        "currency/retraining", "Hours, labels and runs of one retraining.", cost.project_cost,
        reads=(retraining_hours, retraining_hourly_rate, retraining_examples, retraining_cost_per_example,
               retraining_runs, retraining_run_cost),
    )
    retraining_cost = Line(
        "currency/retraining", "Cost of one retraining: hours, labels, runs and grading, or the one figure stated.",
        arithmetic.add, reads=(retraining_project_cost, regrading_cost), field="/fine_tuning/retraining/cost",
        column={"fine_tune": 1, "in_service": 1}, parts=("options.training.retraining_cost",),
    )
    redeployment_hours = Line(
        "hours", "Hours of moving a fine-tune of open weights to another host; 0 where that does not occur.", column=18,
    )
    redeployment_cost = Line(
        "currency", "Cost of one move of a fine-tune of open weights to another host.", arithmetic.multiply,
        reads=(redeployment_hours, Volume.hourly_rate),
    )
    migration_cost = Line(
        "currency", "Cost of one move to another base model: hours and grading again, or the one figure stated.",
        cost.move, reads=(migration_hours, Volume.hourly_rate, regrading_cost), field="/prompting/migration_cost",
        by_kind=each(TUNES, arithmetic.blend, Life.serves_on, redeployment_cost, retraining_cost), column=18,
    )
