"""Cases from the field (tests/field): what is advised, and why that is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from assessment.by_hand import remembered, told
from assessment.test_stories import holds, look

Json = dict[str, Any]
Assess = Callable[[Json], Json]


@pytest.fixture(scope="module")
def field(assess: Assess) -> Assess:
    """Return a function that answers a request of the field once."""
    return remembered(assess)


class Right(NamedTuple):
    """A case, why its advice is right, and the outputs that show it."""

    name: str
    why: str
    expect: dict[str, Any]


CASES = (
    Right("documents-own-gpu", "A rented GPU saves money on top of any prompt, but half the draws miss 90 %: a pilot on the labels there are.",
          {"verdict.action": "run_pilot", "plan.steps.[run_pilot].option": "tune:own", "options.[tune:own].npv.mean": {"above": 50_000}}),
    Right("support-big-model", "The same prompt on a small model costs a sixtieth: it is measured first, for next to nothing, and not served unseen.",
          {"verdict.action": "measure_alternative", "plan.steps.[measure_alternative].cost": {"below": 500},
           "options.[prompt:small].npv.mean": {"above": 100_000}}),
    Right("half-a-billion-extractions", "Thirty million are at stake and the prompt misses the latency target: a fine-tune, never a better prompt; a pilot would cost more by the weeks it takes.",
          {"verdict.action": "fine_tune", "verdict.also": [], "plan.value": {"above": 10_000_000},
           "options.[keep].latency.chance_meets_target": {"below": 0.01}}),
    Right("provider-closes", "The fine-tune in service ends with its provider: a successor elsewhere is the one way likely to reach 90 %, and the premium is told.",
          {"verdict.action": "fine_tune", "options.[in_service].chance_meets_bar": {"below": 0.1},
           "verdict.summary": {"contains": "expected to cost"}, "verdict.expected_value_action": "keep_fine_tune"}),
    Right("sixty-adapters", "A sixtieth of a deployment is ten times cheaper than the big model: the fine-tune is piloted, after the prompt, for the gap is small.",
          {"plan.steps.[run_pilot].option": "tune:own", "options.[tune:own].npv.mean": {"above": 300_000}}),
    Right("teacher-summaries", "Labels of a teacher are no bar: what holds back is that nothing is said of what a wrong answer costs; meanwhile a pilot.",
          {"verdict.action": "answer_question", "verdict.until_answered.action": "run_pilot",
           "verdict.reasons": {"contains_rule": ["enough_examples", "satisfied"]}}),
    Right("batch-filings", "A cent a document leaves nothing to save: the prompt is kept although a GPU is needed seven hours a month only.",
          {"verdict.action": "keep_prompting", "verdict.confidence": {"above": 0.9}}),
    Right("retrieval-and-tuning", "Retrieval brings the knowledge, so it does not go stale in a fine-tune; at 2,200 requests a month no way to 90 % is worth its cost.",
          {"verdict.action": "keep_prompting", "options.[improve].chance_meets_bar": {"above": 0.6},
           "options.[fine_tune].accuracy.average_mean": {"above": 0.9}}),
    Right("queues-said-little", "Nothing is said of requirement or errors, and both would change the advice: the question comes first, and no default decides unseen.",
          {"verdict.action": "answer_question", "next_question.changes_advice_with_probability": {"above": 0.5}}),
    Right("long-requests", "Ten million requests of 17,000 tokens: the tokens alone pay for a fine-tune many times over, whatever else is unsaid.",
          {"verdict.action": "fine_tune", "options.[fine_tune].npv.probability_positive": {"above": 0.99}}),
    Right("short-requests", "The same with 300 tokens saves a hundredth of that: what a wrong answer costs decides.",
          {"verdict.action": "answer_question", "verdict.until_answered.action": "fine_tune"}),
    Right("sixty-codes", "30,000 labels and everything tried: a pilot on all of them, of the model likeliest to reach 92 %, and what that must be worth.",
          {"verdict.action": "run_pilot", "plan.steps.[run_pilot].what": {"contains": "30,000 examples"},
           "verdict.conditional_on": {"not_empty": True}}),
    Right("hosting-fee", "A hosted fine-tune at 1.70 USD an hour costs more than it saves and errors have no price: the prompt is kept.",
          {"verdict.action": "keep_prompting", "options.[tune:own].npv.mean": {"below": 0}}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_advice(case: Right, field: Assess) -> None:
    """What is advised in a case of the field is what its known outcome asks for."""
    answer = field(told(case.name))
    for place, wanted in case.expect.items():
        value = look(answer, place)
        if isinstance(wanted, dict) and "contains_rule" in wanted:
            rule, status = wanted["contains_rule"]
            assert any(reason["rule"] == rule and reason["status"] == status for reason in value), case.why
        elif isinstance(wanted, dict) and "not_empty" in wanted:
            assert value, case.why
        else:
            assert holds(value, wanted), f"{place} is {value!r}: {case.why} {answer['verdict']['summary']}"


def test_every_case_has_its_sentence() -> None:
    """No case of the field is without a sentence on what is right."""
    names = {path.stem for path in (Path(__file__).parents[1] / "field").glob("*.json")}
    assert {case.name for case in CASES} == names
    assert all(len(case.why) > 40 for case in CASES)
