"""Chapter of the ledger: what building a fine-tune and each retraining of it cost."""

from __future__ import annotations

from models import arithmetic, cost
from service.assessment.ledger.life import Life
from service.assessment.ledger.line import Chapter, Line
from service.assessment.ledger.requests import Requests


class Projects(Chapter):
    """The build and the retraining of a fine-tune."""

    # fmt: off
    build_engineering_hours = Line(
        "hours", "Engineers' hours for the first fine-tune.", field="/fine_tuning/build_plan/engineering_hours",
        column=10,
    )
    build_hourly_rate = Line(
        "currency/hour", "Loaded price of an engineer's hour in the first build.",
        field="/fine_tuning/build_plan/hourly_rate", column=36,
    )
    build_examples_to_label = Line(
        "examples", "Examples that still have to be labelled for the first build.",
        field="/fine_tuning/build_plan/examples_to_label", column=37,
    )
    build_cost_per_example = Line(
        "currency/example", "Price of one label in the first build.",
        field="/fine_tuning/build_plan/cost_per_example", column=38,
    )
    build_epochs = Line(
        "epochs", "Passes over the training set in one run of the first build.",
        field="/fine_tuning/build_plan/epochs", column=39,
    )
    build_training_runs = Line(
        "runs", "Training runs until one is good enough to keep.", field="/fine_tuning/build_plan/training_runs",
        column=40,
    )
    retraining_engineering_hours = Line(
        "hours", "Engineers' hours for one retraining.", field="/fine_tuning/retraining/plan/engineering_hours",
        column=41,
    )
    retraining_hourly_rate = Line(
        "currency/hour", "Loaded price of an engineer's hour in a retraining.",
        field="/fine_tuning/retraining/plan/hourly_rate", column=42,
    )
    retraining_examples_to_label = Line(
        "examples", "Examples labelled anew for one retraining.",
        field="/fine_tuning/retraining/plan/examples_to_label", column=43,
    )
    retraining_cost_per_example = Line(
        "currency/example", "Price of one label in a retraining.",
        field="/fine_tuning/retraining/plan/cost_per_example", column=44,
    )
    retraining_epochs = Line(
        "epochs", "Passes over the training set in one run of a retraining.",
        field="/fine_tuning/retraining/plan/epochs", column=45,
    )
    retraining_training_runs = Line(
        "runs", "Training runs of one retraining.", field="/fine_tuning/retraining/plan/training_runs", column=46,
    )
    training_price = Line(
        "currency/1M tokens", "Price of training tokens: tokens of the set times epochs.",
        field="/fine_tuning/offer/training_usd_per_mtok",
    )
    minimum_charge = Line(
        "currency", "Least a provider charges for a training job, however small.",
        field="/fine_tuning/offer/minimum_charge_usd",
    )
    tuned_tokens_per_example = Line(
        "tokens",
        "Length of one training example: shortened instruction, payload and answer.", arithmetic.add,
        reads=(Requests.tuned_instruction_tokens, Requests.tuned_payload_tokens, Requests.tuned_output_tokens),
    )
    dataset_tokens = Line(
        "tokens", "Size of the training set, each example counted once.", arithmetic.multiply,
        reads=(Life.planned_examples, tuned_tokens_per_example),
    )
    training_run_cost = Line(
        "currency/run",
        "What the provider charges for one training run of the first build.", cost.training_cost,
        reads=(dataset_tokens, build_epochs, training_price, minimum_charge),
    )
    tuned_build_cost = Line(
        "currency",
        "Outlay in month 0 to have the fine-tune: engineering, labels and training runs, or the one figure stated.",
        cost.project_cost,
        reads=(build_engineering_hours, build_hourly_rate, build_examples_to_label,
               build_cost_per_example, build_training_runs, training_run_cost),
        field="/fine_tuning/build_cost", column=3,
        parts=("costs.fine_tuning.one_off", "costs.fine_tuning.present_values.one_off", "offers.one_off_cost"),
    )
    retraining_run_cost = Line(
        "currency/run",
        "What the provider charges for one training run of a retraining.", cost.training_cost,
        reads=(dataset_tokens, retraining_epochs, training_price, minimum_charge),
    )
    retraining_cost = Line(
        "currency/retraining", "Cost of one retraining: hours, labels and runs, or the one figure stated.",
        cost.project_cost,
        reads=(retraining_engineering_hours, retraining_hourly_rate,
               retraining_examples_to_label, retraining_cost_per_example,
               retraining_training_runs, retraining_run_cost),
        field="/fine_tuning/retraining/cost", column=1, parts=("costs.retraining_cost",),
    )
