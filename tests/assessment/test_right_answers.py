"""Right answers for money, from request to answer: net benefit in two parts, dominance, what one more costs, acceptability."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from assessment.by_hand import merged, option
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example

from service.assessment.case import Case
from service.assessment.decide import Decision, decide
from service.assessment.decide.effectiveness import TOKEN_COSTS
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulated, simulate
from service.assessment.simulate.draws import points_of, shared_draws

Json = dict[str, Any]
Assess = Callable[[Json], Json]
Resolve = Callable[[Json], Case]

CASES: list[str | int] = [*EXAMPLES, *range(3000, 3012)]
"""Examples, and seeds of the auditor's requests at random."""
CURVES: Json = {"include": ["curves"]}
POINTS = 42
TODAY = 21
"""Place of today's error cost among those looked at."""
ROUNDING = 1e-12


def request_of(case: str | int) -> Json:
    """Return an example or a request at random, curves asked for."""
    return merged(example(case) if isinstance(case, str) else request_at_random(case), CURVES)


def parts(decision: Decision) -> Iterator[tuple[Simulated, Any, Any]]:
    """Yield every option with what it saves in each draw, wrong answers left out, and the right answers it gives more."""
    first = decision.matrix.baseline.one.draws
    for held in decision.matrix.options:
        draws = held.one.draws
        yield (
            held.one,
            first[Lines.tco_without_errors] - draws[Lines.tco_without_errors],
            draws[Lines.correct_pv] - first[Lines.correct_pv],
        )


@pytest.mark.parametrize("name", CASES)
def test_net_benefit_is_money_and_right_answers(name: str | int, resolved: Resolve) -> None:
    """In every draw of every option the NPV is what is saved but for errors, and the error cost of each right answer more."""
    case = resolved(request_of(name))
    decision = decide(case, simulate(case))
    error_cost = shared_draws(case, points_of(case, "keep").case)[Lines.error_cost].ravel()
    for one, saved, more_right in parts(decision):
        size = np.abs(one.draws[Lines.tco]) + np.abs(decision.matrix.baseline.one.draws[Lines.tco])
        gap = np.abs(saved + error_cost * more_right - one.draws[Lines.npv])
        assert (gap <= ROUNDING * size).all(), one.id


@pytest.mark.parametrize("name", CASES)
def test_what_is_dominated_is_never_the_best(name: str | int, resolved: Resolve) -> None:
    """At no error cost looked at has a dominated option the best mean; what one more right answer costs never falls."""
    case = resolved(request_of(name))
    decision = decide(case, simulate(case))
    found, served = decision.effectiveness, [held.id for held in decision.matrix.served]
    assert found.acceptability is not None
    means = {one.id: (saved.mean(), more_right.mean()) for one, saved, more_right in parts(decision)}
    by_right = sorted(found.incremental_costs, key=lambda id: means[id][1])
    for one, other in itertools.pairwise(by_right):
        assert found.incremental_costs[one] <= found.incremental_costs[other]
    assert found.dominated_by.keys() | found.incremental_costs.keys() < set(served), "the cheapest is neither"
    assert not found.dominated_by.keys() & found.incremental_costs.keys()
    for id, by in found.dominated_by.items():
        assert by in served and by != id
        for error_cost in found.acceptability.error_costs:
            worth = {each: means[each][0] + error_cost * means[each][1] for each in served}
            others = max(worth[each] for each in served if each not in found.dominated_by)
            assert worth[id] <= others + ROUNDING * max(abs(others), 1.0), (id, error_cost)
    for at, best in enumerate(found.acceptability.found.best):
        worth = [means[each][0] + found.acceptability.error_costs[at] * means[each][1] for each in served]
        assert worth[best] == pytest.approx(max(worth), rel=ROUNDING, abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_shares_are_of_all_draws(name: str | int, assess: Assess) -> None:
    """At every error cost the options' shares add up to 1, one of them is that of the best mean, and no EVPI is below 0."""
    answer = assess(request_of(name))
    found = answer["curves"]["acceptability"]
    prices = found["error_costs"]
    assert prices[0] == 0.0 and prices == sorted(prices)
    served = [each["id"] for each in answer["options"] if each["chance_best"] is not None]
    assert [each["option"] for each in found["options"]] == served
    for at, evpi in enumerate(found["evpi"]):
        shares = [each["shares"][at] for each in found["options"]]
        assert sum(shares) == pytest.approx(1.0, rel=1e-12)
        assert found["frontier_shares"][at] in shares
        assert evpi >= 0.0
    assert len(prices) == len(found["frontier_shares"]) == len(found["evpi"])


@pytest.mark.parametrize("name", CASES)
def test_todays_error_cost_is_looked_at(name: str | int, assess: Assess, resolved: Resolve) -> None:
    """Where the error cost is sure, what it is worth to know all is that of the options' NPVs, draw by draw."""
    request = merged(request_of(name), {"finance": {"error_cost": 0.25}})
    found = assess(request)["curves"]["acceptability"]
    assert found["error_costs"][TODAY] == 0.25
    assert len(found["error_costs"]) == POINTS
    assert found["error_costs"][1] == pytest.approx(0.25e-3) and found["error_costs"][-1] == pytest.approx(250.0)
    case = resolved({"as_of": "2026-11-23"} | request)
    npv = np.array([held.one.draws[Lines.npv] for held in decide(case, simulate(case)).matrix.served])
    evpi = npv.max(axis=0).mean() - npv.mean(axis=1).max()
    assert found["evpi"][TODAY] == pytest.approx(evpi, rel=1e-6, abs=1e-9 * np.abs(npv).max())
    best = npv.mean(axis=1).argmax()
    assert found["frontier_shares"][TODAY] == pytest.approx(np.mean(npv.argmax(axis=0) == best), abs=2 / npv.shape[1])


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_error_that_costs_what_avoiding_it_costs_is_worth_nothing(name: str, assess: Assess) -> None:
    """At the error cost that a better prompt's one more right answer costs, that prompt and today's are worth the same."""
    request = example(name)
    found = option(assess(request), "improve")["incremental_cost_per_right_answer"]
    assert found > 0.0
    worth = [
        option(assess(merged(request, {"finance": {"error_cost": found * part}})), "improve")["npv"]
        for part in (0.9, 1.0, 1.1)
    ]
    below, there, above = (npv["mean"] for npv in worth)
    assert below < 0.0 < above
    assert there == pytest.approx(0.0, abs=1e-9 * (above - below))


def test_what_may_not_be_served_is_not_weighed(assess: Assess) -> None:
    """An alternative that nobody measured dominates nothing, and neither of the two figures is told of it."""
    request = merged(
        example("minimal"),
        {"prompting": {"alternatives": [{"name": "unseen", "base_model": "openai/gpt-4.1-nano", "one_off_cost": 0}]}} | CURVES,
    )  # fmt: skip
    answer = assess(request)
    unseen = option(answer, "prompt:unseen")
    assert unseen["dominated_by"] is None and unseen["incremental_cost_per_right_answer"] is None
    assert "prompt:unseen" not in {each["option"] for each in answer["curves"]["acceptability"]["options"]}
    assert "prompt:unseen" not in {each["dominated_by"] for each in answer["options"]}


@pytest.mark.parametrize("correct", range(120, 200, 16))
def test_rounding_is_no_right_answer(correct: int, assess: Assess) -> None:
    """Work on the prompt that tries nothing gives no right answer more: the prompt that it leaves as it is dominates it."""
    tokens = {"instruction": 900, "payload": 300, "output": 20}
    prompting = {"measured_accuracy": {"correct": correct, "total": 200}, "tokens": tokens, "improved_tokens": tokens}
    untried = prompting | {"improvement_techniques": [], "improvement_cost": 500}
    answer = assess(merged(example("minimal"), {"prompting": untried}))
    assert {each["id"]: each["dominated_by"] for each in answer["options"]}["improve"] == "keep"
    assert option(answer, "improve")["incremental_cost_per_right_answer"] is None


def test_errors_not_valued_are_looked_at_where_it_matters(assess: Assess) -> None:
    """Without an error cost, those around the least that one more right answer costs are looked at."""
    answer = assess(merged(example("minimal"), CURVES))
    least = min(
        each["incremental_cost_per_right_answer"]
        for each in answer["options"]
        if each["incremental_cost_per_right_answer"] is not None
    )
    found = answer["curves"]["acceptability"]["error_costs"]
    assert len(found) == POINTS and found[TODAY] == pytest.approx(least, rel=1e-12)


def test_where_nothing_is_gained_errors_are_held_against_tokens(assess: Assess) -> None:
    """Without requests nothing is more right: everything but today's prompt is dominated by it, and tokens set the grid."""
    answer = assess(merged(example("minimal"), {"volume": {"requests_per_month": 0}} | CURVES))
    keep, *others = answer["options"]
    assert keep["dominated_by"] is None
    assert {each["dominated_by"] for each in others if each["is_feasible"]} == {"keep"}
    found = answer["curves"]["acceptability"]
    assert found["error_costs"][TODAY] == pytest.approx(TOKEN_COSTS * keep["token_cost_per_request"], rel=1e-12)
    assert found["evpi"] == [0.0] * POINTS


def test_where_tokens_are_free_too_nothing_is_left_to_look_at(assess: Assess) -> None:
    """With free tokens and no requests there is no scale for an error: only the error cost 0 is looked at."""
    free = {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}
    request = merged(example("minimal"), {"prompting": {"prices": free}, "volume": {"requests_per_month": 0}} | CURVES)
    request["prompting"].pop("base_model", None)
    found = assess(request)["curves"]["acceptability"]
    assert found["error_costs"] == [0.0] and len(found["evpi"]) == 1


def test_acceptability_is_computed_only_where_asked(resolved: Resolve) -> None:
    """Unless curves are asked for, no curve is computed; what one more right answer costs always is."""
    case = resolved(example("minimal"))
    found = decide(case, simulate(case)).effectiveness
    assert found.acceptability is None and found.incremental_costs
