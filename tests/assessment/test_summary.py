"""The summary: one sentence whose every figure is the answer's own, and that claims nothing which cannot happen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from audit.cases_at_random import request_at_random

from service.assessment.explain.words import number

Assess = Callable[[dict[str, Any]], dict[str, Any]]
Json = dict[str, Any]

EXPECTED = re.compile(
    r"fine-tuning is expected to (save|cost) ([A-Z]{3}) ([\d.,]+)( more)? \((?:under |over )?[\d.]+ %"
)
IMPROVING = re.compile(r"improving the prompt (?:is expected )?to (save|cost) ([A-Z]{3}) ([\d.,]+)( more)?")
SLIPS = re.compile(
    r"\b1 (answers|months|examples|points)\b|\bonly 1 answer were\b|None|nan|inf\b|n/a|\b(\w+) \2\b|_| ;|,;|\(\)|  |USD 0(?![.\d])"
)


def varied(seed: int) -> Json:
    """Return a random request with the fields that choose the words of a summary varied too."""
    request = request_at_random(seed)
    request["simulation"] = {"draws": 256}
    request["policy"] = ("framework", "expected_value")[seed % 2]
    if seed % 3 == 0:
        request["finance"].pop("error_cost", None)
    if seed % 4 == 0:
        request["prompting"]["measured_accuracy"] = {"correct": 150, "total": 200}
        request["task"]["required_accuracy"] = (0.8, 0.875, 0.95)[seed % 3]
    if seed % 5 < 3:
        request["fine_tuning"]["labelled_examples"] = (999, 5000, 20000)[seed % 3]
    if seed % 7 < 2:
        request["task"]["audit_required"] = seed % 7 == 1
        request["task"]["strict_format"] = request["task"]["proprietary_knowledge"] = True
    return request


def amount(found: re.Match[str]) -> tuple[str, str, bool]:
    """Return currency, number and whether it is a saving, as a summary says them."""
    verb, currency, figure, more = found.groups()
    assert (more is None) == (verb == "save")
    return currency, figure, verb == "save"


def option_of(answer: Json, id: str) -> Json:
    """Return an option of an answer."""
    found: Json = next(option for option in answer["options"] if option["id"] == id)
    return found


def spoken_of(answer: Json) -> list[Json]:
    """Return the fine-tunes that a summary may speak of: those that can go live."""
    return [option for option in answer["options"] if option["kind"] == "fine_tune" and option["is_feasible"]]


@pytest.mark.parametrize("seed", range(48))
def test_a_summary_is_one_sound_sentence_with_the_answers_figures(seed: int, assess: Assess) -> None:
    """It has no slip of grammar, says every sum with its currency, sign and three digits, and ends with a full stop."""
    request = varied(seed)
    answer = assess(request)
    said, currency = answer["verdict"]["summary"], answer["currency"]
    improve, tune = option_of(answer, "improve"), spoken_of(answer)
    assert not SLIPS.search(re.sub(r" \(send [\w.]+\)", "", said)), said
    assert said[0].isupper() and said.endswith(".") and ". " not in said
    assert ("cannot go live" in said) == (not tune and answer["options"][0]["id"] == "keep")
    assert ("wrong answers left out" in said) == ("error_cost" not in request["finance"])
    if answer["options"][0]["id"] == "in_service":
        assert "against the fine-tune in service, it is expected to" in said
        return
    improving = IMPROVING.search(said)
    if improve["npv"]["mean"]:
        assert improving, said
        mean = improve["npv"]["mean"]
        assert amount(improving) == (currency, number(abs(mean)), mean > 0)
    found = EXPECTED.search(said)
    assert bool(found) == any(option["npv"]["mean"] for option in tune), said
    if found:
        amounts = [(currency, number(abs(mean)), mean > 0) for mean in (option["npv"]["mean"] for option in tune)]
        assert amount(found) in amounts


def test_the_varied_requests_reach_every_advice(assess: Assess) -> None:
    """The requests above lead to at least five of the seven actions, feasible and not, so that many sentences are read."""
    answers = [assess(varied(seed)) for seed in range(48)]
    assert len({answer["verdict"]["action"] for answer in answers}) >= 5
    assert {bool(spoken_of(answer)) for answer in answers} == {True, False}
    assert {answer["currency"] for answer in answers} == {"EUR", "USD"}


def test_the_error_cost_that_breaks_even_is_said_with_its_side(assess: Assess) -> None:
    """Without a price on errors the summary says above or below which price of one fine-tuning pays."""
    request: Json = {
        "task": {"description": "Route tickets."},
        "prompting": {"measured_accuracy": {"correct": 148, "total": 200}},
        "volume": {"requests_per_month": 400000},
    }
    answer = assess(request)
    item = next(item for item in answer["break_even"]["items"] if item["input"] == "error_cost")
    assert item["fine_tuning_pays"] == "above"
    assert f"fine-tuning pays above USD {number(item['break_even'][0])} for each" in answer["verdict"]["summary"]
    assert "no price was put on a wrong answer" in answer["verdict"]["summary"]
