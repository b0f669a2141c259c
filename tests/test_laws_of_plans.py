"""Laws of plans: what costs more is never worth more, to know is never worth less than nothing, and silence never spends."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from assessment.by_hand import merged
from assessment.decided import EVERY_NAME, Decided, Resolved, decided, decided_as, evpi, request_of, spec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from service.assessment.case import Field
from service.assessment.decide.advice import Advice, advise
from service.assessment.decide.plans import spec_of, spread_of
from service.assessment.ledger.lines import Lines

Json = dict[str, Any]

DRAWS: Json = {"simulation": {"draws": 256}}
ROUNDING = 1e-9
TO_FIND_OUT = (
    "ticket-triage",
    "hosting-fee@3",
    "sixty-codes@0.03",
    "provider-closes@0.3",
    "at random 5",
    "at random 34",
)
"""Requests in which a study is worth something."""
ERROR_COSTS = np.geomspace(0.001, 10.0, 12).tolist()
DROPPED: tuple[Field, ...] = (
    "/finance/error_cost", "/task/required_accuracy", "/fine_tuning/labelled_examples", "/prompting/techniques_tried",
    "/task/audit_required", "/latency_target",
)  # fmt: skip
REQUESTS = (*EVERY_NAME, *(f"at random {seed}" for seed in range(20)))
POLICIES = ("by_value", "by_framework")
EVERY = 5
"""Of all pairs of a request and a field it states every so many are looked at, for speed."""


def best_value(advice: Advice) -> float:
    """Return what the plan of the most value is worth."""
    return max(plan.value for plan in advice.plans)


@pytest.mark.parametrize("name", TO_FIND_OUT)
def test_a_plan_is_never_worth_more_where_a_pilot_costs_more(name: str, resolved: Resolved) -> None:
    """As a pilot costs more, no plan is worth more, nor is the best of them; a plan without a pilot is worth the same."""
    cheap, dear = (
        decided(resolved, request_of(name), DRAWS, {"fine_tuning": {"pilot_cost": cost}}) for cost in (100, 9000)
    )
    before = {(plan.kinds, plan.is_sequential): plan.value for plan in cheap.by_value.plans}
    scale = ROUNDING * max(abs(value) for value in before.values())
    for plan in dear.by_value.plans:
        was = before[plan.kinds, plan.is_sequential]
        assert plan.value <= was + scale, (plan.kinds, was, plan.value)
        assert "pilot" in plan.kinds or plan.value == pytest.approx(was, abs=scale)
    assert best_value(dear.by_value) <= best_value(cheap.by_value) + scale


@settings(max_examples=10, deadline=None)
@given(
    more=st.floats(1.0, 50.0), name=st.sampled_from(TO_FIND_OUT), kind=st.sampled_from(("grade", "improve", "pilot"))
)
def test_a_plan_is_never_worth_more_where_a_study_costs_more(
    more: float, name: str, kind: str, resolved: Resolved
) -> None:
    """Were one study dearer, each plan that runs it would be worth less by that, and no other plan anything else.

    All else equal: where grading costs more, a fine-tune may be worth more, for prompts are graded again when they migrate.
    """
    advice = decided(resolved, request_of(name), DRAWS).by_value
    tune = next((each.option for each in advice.ground.studies if each.kind in ("pilot", "grade_pilot")), None)
    dearer = [
        structs.replace(each, cost=each.cost * more) if each.kind == kind else each for each in advice.ground.studies
    ]
    (after,) = advise(structs.replace(advice.ground, studies=tuple(dearer)), [(advice.rules, tune)])
    before = {(plan.kinds, plan.is_sequential): plan.value for plan in advice.plans}
    scale = ROUNDING * max(abs(value) for value in before.values())
    for plan in after.plans:
        was = before[plan.kinds, plan.is_sequential]
        assert plan.value <= was + scale
        assert kind in plan.kinds or plan.value == pytest.approx(was, abs=scale)
    assert best_value(after) <= best_value(advice) + scale


@pytest.mark.parametrize("name", [*TO_FIND_OUT, "policy-answers", "contract-extraction", "support-big-model@3"])
def test_to_know_all_is_worth_most_and_to_look_never_less_than_nothing(name: str, resolved: Resolved) -> None:
    """The EVPI is at least what any study tells, before its cost, and that is at least nothing, within three standard errors."""
    advice = decided(resolved, request_of(name), DRAWS).by_value
    prospects, ground = advice.ground.prospects, advice.ground
    for at in advice.places:
        end = advice.ends[spec_of(ground, (at,), is_free=True)]
        gains = end.worth - prospects.benefit[:, prospects.best].mean()
        may = prospects.is_measured.copy()
        may[ground.studies[at].column] = True
        avoided = prospects.benefit[:, may].max(axis=1) - prospects.benefit[:, prospects.best]
        errors = (gains.std() + avoided.std()) / np.sqrt(gains.size)
        assert gains.mean() >= -3.0 * gains.std() / np.sqrt(gains.size) - ROUNDING * abs(end.worth).max()
        assert gains.mean() <= avoided.mean() + 3.0 * errors + ROUNDING * abs(end.worth).max(), ground.studies[at].kind


@settings(max_examples=10, deadline=None)
@given(row=st.integers(0, 255), name=st.sampled_from(TO_FIND_OUT))
def test_where_nothing_is_uncertain_nothing_is_worth_finding_out(row: int, name: str, resolved: Resolved) -> None:
    """Were every draw the same one, all information would be worth nothing, exactly.

    Accuracies are always uncertain, so no request is like that: one draw of the table stands in for all of them.
    """
    ground = decided(resolved, request_of(name), DRAWS).by_value.ground
    was = ground.prospects

    def sure(table: Any) -> Any:
        return None if table is None else np.tile(table[row], (len(table), 1))

    prospects = structs.replace(
        was, benefit=sure(was.benefit), accuracy=sure(was.accuracy), log_odds=sure(was.log_odds),
        margin=sure(was.margin), margin_today=sure(was.margin_today), is_measured=np.ones_like(was.is_measured),
    )  # fmt: skip
    rules = decided(resolved, request_of(name), DRAWS).by_value.rules
    tune = next((study.option for study in ground.studies if study.kind in ("pilot", "grade_pilot")), None)
    (advice,) = advise(structs.replace(ground, prospects=prospects), [(rules, tune)])
    assert evpi(advice) == 0.0
    for at in advice.places:
        end = advice.ends[spec_of(advice.ground, (at,), is_free=True)]
        assert float(end.worth.mean()) == advice.commitment.value


@pytest.mark.parametrize("name", ["ticket-triage", "hosting-fee@3", "at random 5"])
def test_another_alternative_never_makes_it_worse(name: str, resolved: Resolved) -> None:
    """An alternative more, measured, never lowers what the best plan is worth by a thousandth, be it good or poor."""
    request = merged(request_of(name), DRAWS)
    before = best_value(decided(resolved, request).by_value)
    others = request["prompting"].get("alternatives", [])
    for correct, price in ((90, 0.1), (40, 9.0)):
        prices = {"input_usd_per_mtok": price, "output_usd_per_mtok": 4 * price}
        more = {"name": "one-more", "prices": prices, "measured_accuracy": {"correct": correct, "total": 100}}
        found = decided(resolved, request, {"prompting": {"alternatives": [*others, more]}})
        assert best_value(found.by_value) >= before - 0.001 * abs(before)


@pytest.mark.parametrize("name", ["half-a-billion-extractions", "hosting-fee", "sixty-adapters"])
def test_dearer_errors_cost_more_and_are_fewer(name: str, resolved: Resolved) -> None:
    """As an error costs more, the best plan's total cost never falls, up to thrift, and the best option errs no more."""
    costs, wrong, thrift = [], [], []
    for error_cost in ERROR_COSTS:
        changes: Json = {"task": {"required_accuracy": None}, "finance": {"error_cost": error_cost}}
        found = decided(resolved, request_of(name), DRAWS, changes)
        advice, today = found.by_value, found.simulation.of(found.by_value.today)
        thrift.append(found.case.thresholds["thrift_value_share"] * spread_of(advice.ground, advice.plans))
        costs.append(float(found.simulation.baseline.draws[Lines.tco].mean()) - advice.best.value)
        requests = float(found.simulation.keep.base[Lines.requests_pv].ravel()[0])
        wrong.append(requests - float(today.draws[Lines.correct_pv].mean()))
    for at, (less, more) in enumerate(itertools.pairwise(costs)):
        assert more >= less - max(thrift[at], thrift[at + 1]), (ERROR_COSTS[at + 1], less, more)
    for less, more in itertools.pairwise(wrong):
        assert more <= less + ROUNDING * abs(less)
    assert len({round(each, 3) for each in wrong}) > 1


def without(request: Json, pointer: str) -> Json | None:
    """Return a request that leaves a field out; None where it does so already."""
    less = copy.deepcopy(request)
    *parents, last = pointer.strip("/").split("/")
    place = less
    for name in parents:
        place = place.get(name, {})
    return None if place.pop(last, None) is None else less


def spends(advice: Advice) -> bool:
    """Return whether a plan finds something out first."""
    return bool(advice.best.studies)


def as_it_may_be(found: Decided, field: Field) -> Iterator[Decided]:
    """Yield a case decided at each plausible value of a field that it leaves unsaid."""
    for unknown in found.case.unknowns:
        if unknown.field == field:
            for answer in unknown.answers:
                yield decided_as(answer.case)


def as_planned(resolved: Resolved, less: Json, field: Field) -> Iterator[Decided]:
    """Yield a case that does not say how many labels there are as it is planned: with just those that it takes to be needed."""
    if field == "/fine_tuning/labelled_examples":
        yield decided(resolved, merged(less, {"fine_tuning": {"labelled_examples": 1000}}))


PAIRS = [(name, field) for name in REQUESTS for field in DROPPED if without(request_of(name), field) is not None]
"""Requests, and the fields that each of them states."""


@pytest.mark.parametrize(("name", "field"), PAIRS[::EVERY])
def test_silence_never_spends_where_no_answer_would(name: str, field: Field, resolved: Resolved) -> None:
    """To leave a field out never turns a plan that costs nothing into one that spends, unless a plausible value does so."""
    request = merged(request_of(name), DRAWS)
    less = without(request, field)
    assert less is not None
    for policy in POLICIES:
        told, silent = (getattr(decided(resolved, each), policy) for each in (request, less))
        if spends(silent) and not spends(told):
            may = [*as_it_may_be(decided(resolved, less), field), *as_planned(resolved, less, field)]
            assert any(spends(getattr(each, policy)) for each in may)


def test_the_requests_leave_something_to_say(resolved: Resolved) -> None:
    """All fields are stated somewhere, and in some requests the best plan is free: else the law above said nothing."""
    pairs = PAIRS[::EVERY]
    free = [name for name, _ in pairs if not spends(decided(resolved, request_of(name), DRAWS).by_framework)]
    assert len(pairs) >= 20 and len(free) >= 5
    assert {field for _, field in PAIRS} == set(DROPPED)


def test_a_plan_that_was_looked_at_is_found_again(resolved: Resolved) -> None:
    """Every plan side by side has its end choices among those that were looked at."""
    advice = decided(resolved, request_of("ticket-triage"), DRAWS).by_value
    for plan in advice.plans:
        if not plan.is_sequential:
            shares = np.bincount(advice.ends[spec(advice, plan)].option, minlength=plan.ends.size) / 256
            assert shares == pytest.approx(plan.ends)
