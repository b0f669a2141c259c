"""What plans are said to be worth, against what their choices earn in the draws and against a nested Monte Carlo."""

from __future__ import annotations

import numpy as np
import pytest
from assessment.decided import Array, Decided, Resolved, at, decided, evpi, of_errors, request_of, spec
from assessment.nested import choices

from service.assessment.decide.advice import Advice
from service.assessment.decide.plans import Plan, spread_of

CASES = (
    "minimal", "ticket-triage", "policy-answers", "contract-extraction", "hosting-fee@3", "short-requests@0.03",
    "provider-closes@0.3", "support-big-model@3", "sixty-codes@0.03", "at random 34",
)  # fmt: skip
"""Four examples, five of the field with a price on errors at which a study may pay, and one at random (docs/model.md)."""
DRAWS = 2048
NEAR = 0.05
"""Part of the EVPI within which two ways to reckon a value agree."""
STANDARD_ERRORS = 3.0
"""Of some forty comparisons one in twenty lies beyond two by chance alone, and one in four hundred beyond three."""
JOINT = ({"improve", "pilot"}, {"grade", "improve"}, {"alternative", "pilot"}, {"improve", "grade_pilot"})
"""Sets of two studies that are looked at: two at most in every case."""


@pytest.fixture(scope="module", params=CASES)
def found(request: pytest.FixtureRequest, resolved: Resolved) -> Decided:
    """Return one of the cases, decided on more draws than usual."""
    name: str = request.param
    return decided(resolved, request_of(name), {"simulation": {"draws": DRAWS}})


def added(advice: Advice, plan: Plan) -> Array:
    """Return what every option is worth more once a plan has paid for parts of it, and less for being waited for."""
    ground, kinds = advice.ground, plan.kinds
    is_tune = np.array([kind == "fine_tune" for kind in ground.prospects.kinds])
    labels = sum(study.labels for study in plan.studies)
    paid = labels * ground.case.studies.cost_per_example * is_tune
    paid = paid + (ground.improvement_paid if "improve" in kinds else 0.0)
    if "improve" in kinds:
        return np.asarray(paid - ground.waiting[2 if plan.is_sequential and "pilot" in kinds else 1])
    return np.asarray(paid - (ground.waiting[0] if "pilot" in kinds else 0.0))


def earned(advice: Advice, plan: Plan) -> float:
    """Return what the end choices of a plan earn in the draws in which they are taken, less what its studies cost."""
    benefit = advice.ground.prospects.benefit
    if not plan.is_sequential:
        end = advice.ends[spec(advice, plan)]
        return float((at(end, benefit) + added(advice, plan)[end.option]).mean()) - plan.cost
    first, then = plan.studies
    alone = next(other for other in advice.plans if other.studies == (first,))
    place = {study: where for where, study in enumerate(advice.ground.studies)}
    stopped = advice.ends[spec(advice, alone)]
    continued = next(end for each, end in advice.ends.items()
                     if each.wait == "improve_then_pilot" and each.studies == (place[first], place[then]))  # fmt: skip
    if_stopped = at(stopped, benefit) + added(advice, alone)[stopped.option]
    if_continued = at(continued, benefit) + added(advice, plan)[continued.option] - then.cost
    assert plan.stop_at is not None
    return float(np.where(stopped.measured >= plan.stop_at, if_stopped, if_continued).mean()) - first.cost


def test_every_plan_earns_what_it_promises(found: Decided) -> None:
    """Each plan, side by side or in turn, earns in the draws what it is said to be worth, within 5 % of EVPI or spread."""
    advice = found.by_value
    spread = spread_of(advice.ground, advice.plans)
    assert len(advice.plans) >= 4
    for plan in advice.plans:
        together = None if plan.is_sequential else spec(advice, plan)
        apart = earned(advice, plan) - plan.value
        assert abs(apart) <= NEAR * max(evpi(advice, together), spread) + 1e-6, (sorted(plan.kinds), plan.value, apart)


def test_plans_are_worth_what_nested_simulation_says(found: Decided) -> None:
    """Studies alone and two at a time are worth what running them at each draw's truth earns, within 5 % of the EVPI.

    Or within three standard errors of the difference in what the choices of the two earn, where that is more.
    """
    advice, table = found.by_value, of_errors(found)
    ground, random = advice.ground, np.random.default_rng(1)
    singles = [plan for plan in advice.plans if len(plan.studies) == 1]
    joint = [plan for plan in advice.plans if plan.kinds in JOINT and not plan.is_sequential][:2]
    assert len(singles) >= 2 and joint
    for plan in (*singles, *joint):
        may = ground.prospects.is_measured.copy()
        may[[study.column for study in plan.studies]] = True
        worth = np.where(may, table + added(advice, plan), -np.inf)
        nested = worth[np.arange(DRAWS), choices(ground, plan.studies, worth, random)]
        ours = at(advice.ends[spec(advice, plan)], worth)
        error = float((nested - ours).std()) / np.sqrt(DRAWS)
        near = max(NEAR * evpi(advice, spec(advice, plan)), STANDARD_ERRORS * error)
        apart = plan.value - (float(nested.mean()) - plan.cost)
        assert abs(apart) <= near + 1e-6, (sorted(plan.kinds), plan.value, apart, error)


def test_the_cases_have_something_to_find_out(resolved: Resolved) -> None:
    """In at least six of the cases some study is worth a tenth of the EVPI or more: else the two tests above said little."""
    told = 0
    for name in CASES:
        advice = decided(resolved, request_of(name), {"simulation": {"draws": DRAWS}}).by_value
        studies = [plan for plan in advice.plans if plan.studies]
        gain = max(
            plan.value + plan.cost - advice.commitment.value - float(added(advice, plan).max()) for plan in studies
        )
        told += gain >= 0.1 * evpi(advice)
    assert told >= 6
