"""How many examples a fine-tune is planned with, who labels those that are missing, at what cost and in what time.

Part of the first stage.
"""

from __future__ import annotations

from typing import NamedTuple

from service.assessment.case import Interval
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, around, log_deviation, middle, sure
from service.assessment.resolve.prices import price_of
from service.assessment.resolve.prompting import mean_tokens
from service.larder.prices import PriceList
from service.nouns.request.projects import Teacher

TARGET = "/fine_tuning/target_examples"
PER_WEEK = "/fine_tuning/labels_per_week"
COST_PER_EXAMPLE = "/fine_tuning/build_plan/cost_per_example"
TEACHER = "/fine_tuning/teacher"

TOKENS_PER_PRICED_UNIT = 1e6

LONGEST_WEEKS = 52_000.0
"""A thousand years: labelling that takes longer never ends."""


class Labels(NamedTuple):
    """Examples that are planned, and those that are not labelled yet."""

    planned: float
    missing: float


def put_labels(desk: Desk) -> Labels:
    """Put planned examples, and what a teacher in place of people does to accuracy."""
    tuning, target = desk.tuned, desk.tuned.target_examples
    have = float(tuning.labelled_examples or 0)
    line = Lines.planned_examples
    if target is None:
        enough = desk.assume(TARGET, "article_enough_examples", line).low
        planned = max(have, enough)
        if planned > enough:
            desk.derive(
                TARGET,
                "examples",
                "As many as are labelled, which is more than the fewest to plan with.",
                value=planned,
            )
    else:
        planned = float(target)
        desk.said.add(line)
    desk.tuning.put(line, planned)
    _put_source(desk)
    return Labels(planned=planned, missing=max(planned - have, 0.0))


def _put_source(desk: Desk) -> None:
    """Put what labels of a teacher cost in accuracy; labels of people and outcomes on record cost none."""
    source, gap, accuracy = desk.tuned.label_source, Lines.teacher_gap, Lines.teacher_accuracy
    if source == "teacher":
        desk.tuning.range(gap, desk.assume("/fine_tuning/label_source", "teacher_accuracy_gap", gap))
    else:
        desk.tuning.put(gap, 0.0)
    teacher = desk.tuned.teacher or Teacher()
    if source == "teacher" and teacher.accuracy is not None:
        desk.said.add(accuracy)
    desk.tuning.put(accuracy, 1.0 if teacher.accuracy is None else teacher.accuracy)


def cost_per_label(desk: Desk, prices: PriceList) -> Interval:
    """Return what a label costs where no plan says: by people by the task's kind, by a teacher its tokens and the share that people check, from logs nothing."""
    source = desk.tuned.label_source
    if source == "logs":
        desk.derive(COST_PER_EXAMPLE, f"{desk.currency}/example", "Outcomes on record are labels already.", value=0.0)
        return sure(0.0)
    kind = desk.request.task.kind or "other"
    human = desk.assume(COST_PER_EXAMPLE, f"cost_per_example_{kind}", Lines.cost_per_example)
    return _by_teacher(desk, human, prices) if source == "teacher" else human


def _by_teacher(desk: Desk, human: Interval, prices: PriceList) -> Interval:
    """Return what a label of a teacher costs: the mean of its parts, as uncertain as they are together."""
    teacher, line = desk.tuned.teacher or Teacher(), Lines.cost_per_example
    if teacher.base_model is None and teacher.prices is None:
        own = desk.assume(f"{TEACHER}/base_model", "teacher_cost_per_example", line)
    else:
        own = sure(_token_cost(desk, teacher, prices))
    if teacher.checked_share is None:
        share = desk.assume(f"{TEACHER}/checked_share", "teacher_checked_share", line)
    else:
        share = sure(teacher.checked_share, "share")
    checked = middle(share) * middle(human)
    total = middle(own) + checked
    if total == 0.0:
        return sure(0.0)
    spread = log_deviation(human) + log_deviation(share._replace(family="positive"))
    return around(total, (middle(own) * log_deviation(own) + checked * spread) / total)


def _token_cost(desk: Desk, teacher: Teacher, prices: PriceList) -> float:
    """Return what it costs to send a request of mean length to the teacher."""
    tiers = price_of(desk, f"{TEACHER}/base_model", teacher.base_model, teacher.prices, prices).tiers
    tokens = mean_tokens(desk)
    sent = tokens[Lines.prompted_instruction_tokens] + tokens[Lines.prompted_payload_tokens]
    tier = sum(start < sent for start in tiers.starts)
    cost = sent * tiers.input[tier] + tokens[Lines.prompted_output_tokens] * tiers.output[tier]
    return cost / TOKENS_PER_PRICED_UNIT


def weeks_of_labelling(desk: Desk, labels: Labels) -> float:
    """Return the weeks that the missing labels take; labels of a teacher and from logs take none.

    At next to no labels a week they take for ever: longer than any horizon, and still a number.
    """
    pointer, line = PER_WEEK, Lines.labelling_weeks
    if desk.tuned.label_source in ("teacher", "logs"):
        desk.derive(pointer, "examples/week", "Labels of a teacher, or from logs, take no time.", text="no time")
        return 0.0
    per_week = desk.plain(pointer, desk.tuned.labels_per_week, "labels_per_week", line)
    return min(labels.missing / per_week, LONGEST_WEEKS)
