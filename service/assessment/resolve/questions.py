"""What a field may turn out to say where the request leaves it out, and the case as it would then be. Part of the first stage.

A range is tried at its 10th, 50th and 90th percentile with the weights 0.3, 0.4 and 0.3, which keep mean and variance of
most distributions (Keefer and Bodily 1983, doi:10.1287/mnsc.29.5.595).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from msgspec import Struct, structs

from models import sampling
from models.arrays import DAYS_PER_MONTH
from service.assessment.case import Answer, Case, Field, Life, Unknown
from service.assessment.resolve.desk import Desk
from service.nouns.request.assessment import AssessmentRequest, Finance, LatencyTarget
from service.nouns.request.fine_tuning import FineTuning

LEVELS, WEIGHTS = (0.1, 0.5, 0.9), (0.3, 0.4, 0.3)
STRONG = ("few_shot", "chain_of_thought")
"""Techniques that must have been tried before a prompt counts as failing."""
TARGET_PERCENTILE = 0.95

Again = Callable[[AssessmentRequest], Case]
"""Resolves the request as it would be, on the same offers."""
S = TypeVar("S", bound=Struct)


def _spread(desk: Desk, pointer: str, name: str, weight: float = 1.0) -> list[tuple[float, float]]:
    """Return the values of a range that are tried, with their weights."""
    interval = desk.assume(pointer, name)
    values = sampling.quantile(np.array(LEVELS), *interval)
    return [(float(value), weight * part) for value, part in zip(values, WEIGHTS, strict=True)]


def _error_cost(desk: Desk, case: Case) -> Iterator[Answer]:
    for value, weight in _spread(desk, "/finance/error_cost", "unsaid_error_cost"):
        finance = structs.replace(case.request.finance or Finance(), error_cost=value)
        yield Answer(value, None, weight, _asking(case, finance=finance))


def _required_accuracy(desk: Desk, case: Case) -> Iterator[Answer]:
    pointer = "/task/required_accuracy"
    enough = desk.assume(pointer, "unsaid_requirement_is_today").low
    yield Answer(None, "today's is enough", enough, case, is_as_now=True)
    for value, weight in _spread(desk, pointer, "unsaid_required_accuracy", 1.0 - enough):
        task = structs.replace(case.request.task, required_accuracy=value)
        yield Answer(value, None, weight, _asking(case, task=task))


def _asking(case: Case, **changes: object) -> Case:
    return structs.replace(case, request=structs.replace(case.request, **changes))


def _audit(desk: Desk, case: Case) -> Iterator[Answer]:
    share = desk.assume("/task/audit_required", "unsaid_audit_required").low
    for flag, weight in ((True, share), (False, 1.0 - share)):
        task = structs.replace(case.request.task, audit_required=flag)
        yield Answer(None, "yes" if flag else "no", weight, _asking(case, task=task), is_as_now=not flag)


def _latency(desk: Desk, case: Case) -> Iterator[Answer]:
    pointer = "/latency_target"
    free = desk.assume(pointer, "unsaid_latency_is_free").low
    yield Answer(None, "none", free, case, is_as_now=True)
    for value, weight in _spread(desk, pointer, "unsaid_latency_target", 1.0 - free):
        target = LatencyTarget(seconds=value, percentile=TARGET_PERCENTILE)
        yield Answer(value, None, weight, _asking(case, latency_target=target))


def _labels(desk: Desk, case: Case, again: Again) -> Iterator[Answer]:
    tuning = case.request.fine_tuning or FineTuning()
    for value, weight in _spread(desk, "/fine_tuning/labelled_examples", "unsaid_labelled_examples"):
        said = structs.replace(tuning, labelled_examples=round(value))
        yield Answer(float(round(value)), None, weight, again(structs.replace(case.request, fine_tuning=said)))


def _techniques(desk: Desk, case: Case, again: Again) -> Iterator[Answer]:
    both = float(np.prod([desk.known(f"technique_tried_{name}").low for name in STRONG]))
    for tried, weight in ((STRONG, both), ((), 1.0 - both)):
        said = structs.replace(case.request.prompting, techniques_tried=tuple(tried))
        text = ", ".join(tried) or "none"
        yield Answer(None, text, weight, again(structs.replace(case.request, prompting=said)))


def _shutdown(desk: Desk, case: Case, again: Again) -> Iterator[Answer]:
    pointer = "/prompting/shutdown_date"
    share = desk.assume(pointer, "unsaid_shutdown").low
    months = desk.assume(pointer, "unsaid_shutdown_ahead").low
    days = min(round(months * DAYS_PER_MONTH), (datetime.date.max - case.as_of).days)
    date = case.as_of + datetime.timedelta(days=days)
    said = structs.replace(case.request.prompting, shutdown_date=date)
    yield Answer(months, None, share, again(structs.replace(case.request, prompting=said)))
    yield Answer(None, "not known", 1.0 - share, case, is_as_now=True)


def unknowns_of(desk: Desk, case: Case, life: Life, again: Again) -> tuple[Unknown, ...]:
    """Return the fields that the request leaves out and the advice may hang on, with what each may turn out to say."""
    request = case.request
    finance, tuning = request.finance, request.fine_tuning
    found: dict[Field, tuple[str, Iterator[Answer]]] = {}
    if finance is None or finance.error_cost is None:
        found["/finance/error_cost"] = (f"{case.currency}/error", _error_cost(desk, case))
    if request.task.required_accuracy is None:
        found["/task/required_accuracy"] = ("share", _required_accuracy(desk, case))
    if (
        tuning is None or (tuning.labelled_examples is None and tuning.label_source in (None, "human"))
    ) and case.candidates:
        found["/fine_tuning/labelled_examples"] = ("examples", _labels(desk, case, again))
    if request.prompting.techniques_tried is None:
        found["/prompting/techniques_tried"] = ("id", _techniques(desk, case, again))
    if request.task.audit_required is None and case.candidates:
        found["/task/audit_required"] = ("flag", _audit(desk, case))
    if request.latency_target is None:
        found["/latency_target"] = ("seconds", _latency(desk, case))
    if life.origin == "drawn":
        found["/prompting/shutdown_date"] = ("months", _shutdown(desk, case, again))
    return tuple(Unknown(field, unit, tuple(answers)) for field, (unit, answers) in found.items())
