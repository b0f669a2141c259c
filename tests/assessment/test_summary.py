"""Headline and summary: short, in the words of the trade, their figures the answer's own; golden for two dozen cases."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, example

from service.assessment.explain.words import number, percent

Assess = Callable[[dict[str, Any]], dict[str, Any]]
Json = dict[str, Any]

HERE = Path(__file__).parents[1]
GOLDEN = tomllib.loads((HERE / "summaries.toml").read_text(encoding="utf-8"))
MOST_WORDS_OF_A_HEADLINE, MOST_WORDS = 14, 60
SLIPS = re.compile(
    r"(?<![\d.,])1 (answers|months|examples|points|weeks)\b|None|\bnan\b|\binf\b|n/a|\b(\w+) \2\b|_|\btune:|\bprompt:\S| ;|,;|,,|\(\)|  |"
    r"\b(a) (?:[aeio]|error)|USD 0(?![.\d])"
)
SAVED = re.compile(
    r"[Oo]ver (\d+) months?(?:, against the fine-tune in service,)? (.+?) is expected to (save|cost) ([A-Z]{3}) ([\d.,]*\d)"
)
PLANNED = re.compile(r": expected to (save|cost) ([A-Z]{3}) ([\d.,]*\d)")


def request_of(name: str) -> Json:
    """Return the request of a golden case: an example, one of the field, or a story."""
    kind, _, stem = name.partition("/")
    if kind == "examples":
        return example(stem)
    if kind == "field":
        found: Json = json.loads((HERE / "field" / f"{stem}.json").read_text())
        return found
    story: Json = tomllib.loads((HERE / "stories" / f"{stem}.toml").read_text())["request"]
    return story


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str, assess: Assess) -> None:
    """Headline and summary are those that were read aloud; `make examples` writes them anew."""
    verdict = assess(request_of(name))["verdict"]
    assert {"headline": verdict["headline"], "summary": verdict["summary"]} == GOLDEN[name]


def test_golden_cases_are_many_and_differ() -> None:
    """Two dozen cases with every example and every case of the field, and hardly two headlines alike."""
    assert len(GOLDEN) >= 20
    assert {f"examples/{name}" for name in EXAMPLES} <= GOLDEN.keys()
    assert {f"field/{path.stem}" for path in (HERE / "field").glob("*.json")} <= GOLDEN.keys()
    assert len({said["headline"] for said in GOLDEN.values()}) > len(GOLDEN) * 0.6


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


@pytest.mark.parametrize("seed", range(40))
def test_words_of_any_case(seed: int, assess: Assess) -> None:
    """A headline has 14 words at most and a summary 60, without a name of the service's own, and sums are those of the answer."""
    answer = assess(varied(seed))
    verdict, plan = answer["verdict"], answer["plan"]
    headline, summary = verdict["headline"], verdict["summary"]
    assert len(headline.split()) <= MOST_WORDS_OF_A_HEADLINE, headline
    assert len(summary.split()) <= MOST_WORDS, summary
    for said in (
        headline,
        summary,
        *(step["what"] for step in plan["steps"]),
        *(c["statement"] for c in verdict["conditional_on"]),
    ):
        assert not SLIPS.search(said), said
        assert said[0].isupper() and said.endswith("."), said
    if planned := PLANNED.search(summary):
        verb, currency, figure = planned.groups()
        assert (verb, currency, figure) == (
            "save" if plan["value"] >= 0 else "cost", answer["currency"], number(abs(plan["value"])),
        )  # fmt: skip
    elif said_of := SAVED.search(summary):
        option = next(o for o in answer["options"] if o["id"] == verdict["option"])
        months, _, verb, currency, figure = said_of.groups()
        assert (int(months), currency, figure) == (
            answer["horizon_months"], answer["currency"], number(abs(option["npv"]["mean"])),
        )  # fmt: skip
        assert (verb == "save") == (option["npv"]["mean"] >= 0)


def test_accuracy_in_a_summary(assess: Assess) -> None:
    """The accuracies and wrong answers that a summary tells are the averages over the horizon of the answer."""
    answer = assess(request_of("stories/only-a-tune-meets-it-at-a-premium"))
    by_id = {o["id"]: o for o in answer["options"]}
    tune, keep = by_id[answer["verdict"]["option"]]["accuracy"], by_id["keep"]["accuracy"]
    fewer = -tune["change_in_wrong_answers_per_month"]
    told = (
        f"at {percent(tune['average_mean'])} accuracy instead of {percent(keep['average_mean'])}, "
        f"{number(fewer)} fewer wrong answers a month"
    )
    assert told in answer["verdict"]["summary"]
