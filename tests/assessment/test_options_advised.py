"""What is advised where there are other ways to serve than the prompt as it is, and how options are held against the bar."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from conftest import EXAMPLES, example, field_case

from service.larder.load import load

Assess = Callable[[dict[str, Any]], dict[str, Any]]
Json = dict[str, Any]


def triage() -> Json:
    """Return the triage example without its latency target."""
    request = example("ticket-triage")
    del request["latency_target"]
    return request


def in_service(correct: int) -> Json:
    """Return the triage example with a fine-tune in service that was right so often in 200 answers."""
    request = triage()
    pilot = {"training_examples": 5000, "correct": correct, "total": 200}
    request["fine_tuning"] |= {"in_service": True, "last_trained_date": "2026-08-01", "pilots": [pilot]}
    return request


def test_a_measured_alternative_that_is_best_is_switched_to(assess: Assess) -> None:
    """A measured alternative that meets the bar and is worth most of the prompts is advised, by its name."""
    request, measured = triage(), {"correct": 192, "total": 200}
    other = {"name": "small", "base_model": "openai/gpt-4.1-nano", "measured_accuracy": measured}
    request["prompting"]["alternatives"] = [other]
    answer = assess(request)
    verdict = answer["verdict"]
    assert (verdict["action"], verdict["option"], verdict["choice"]) == (
        "switch_model", "prompt:small", "prompt_engineering",
    )  # fmt: skip
    assert verdict["headline"] == "Serve by 'small' instead of today's prompt."
    assert answer["plan"]["steps"][0]["step"] == "switch_model" and answer["plan"]["cost"] == 0
    assert answer["options"][1]["id"] == "prompt:small"


def test_an_alternative_without_a_measurement_is_never_advised(assess: Assess) -> None:
    """The same alternative unmeasured is listed as such, may not be served, and is no advice."""
    request = triage()
    request["prompting"]["alternatives"] = [{"name": "small", "base_model": "openai/gpt-4.1-nano"}]
    answer = assess(request)
    (small,) = (option for option in answer["options"] if option["id"] == "prompt:small")
    assert small["is_measured"] is False and small["chance_best"] is None
    verdict = answer["verdict"]
    assert "switch_model" not in (verdict["action"], verdict["framework_action"], verdict["expected_value_action"])


@pytest.mark.parametrize(("correct", "action", "side"), [
    (192, "keep_fine_tune", "fine_tuning"), (120, "return_to_prompt", "prompt_engineering"),
])  # fmt: skip
def test_a_fine_tune_in_service_is_kept_while_it_is_best(correct: int, action: str, side: str, assess: Assess) -> None:
    """A fine-tune that serves well is kept; one that serves badly gives way to a prompt, in words that say against what."""
    answer = assess(in_service(correct))
    verdict = answer["verdict"]
    assert (verdict["action"], verdict["choice"]) == (action, side)
    assert answer["options"][0]["id"] == "in_service" and answer["options"][0]["npv"]["mean"] == 0
    assert (verdict["option"] == "in_service") == (action == "keep_fine_tune")
    assert "fine-tune in service" in verdict["summary"]


@pytest.mark.parametrize("policy", ["framework", "expected_value"])
def test_without_requests_the_prompt_is_kept(policy: str, assess: Assess) -> None:
    """Where nothing is asked of anybody, nothing is bought, whatever is required."""
    request = example("ticket-triage") | {"policy": policy}
    request["volume"]["requests_per_month"] = 0
    verdict = assess(request)["verdict"]
    assert (verdict["action"], verdict["option"], verdict["also"]) == ("keep_prompting", "keep", [])
    assert verdict["confidence"] == 1 and "no requests to serve" in verdict["summary"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_one_option_is_best_in_every_draw(name: str, assess: Assess) -> None:
    """The chances to be best add up to one, and that of the end choice is the confidence unless a study of another comes first."""
    answer = assess(example(name))
    chances = {o["id"]: o["chance_best"] for o in answer["options"] if o["chance_best"] is not None}
    assert sum(chances.values()) == pytest.approx(1)
    verdict, first = answer["verdict"], answer["plan"]["steps"][0]
    is_open = verdict["action"] == "answer_question" or first["option"] != verdict["option"]
    assert (verdict["confidence"] is None) == is_open
    if not is_open and not answer["verdict"]["conditional_on"] and "audit_required" not in example(name)["task"]:
        assert verdict["confidence"] == pytest.approx(chances[verdict["option"]])


def test_what_is_barred_is_not_held_against_the_end_choice(assess: Assess) -> None:
    """Where an audit bars fine-tunes, how sure the end choice is does not hang on what they would be worth."""
    request = triage()
    request["task"] |= {"required_accuracy": 0.86, "audit_required": True}
    request["fine_tuning"]["pilots"] = [{"training_examples": 6200, "correct": 485, "total": 500}]
    answer = assess(request)
    verdict = answer["verdict"]
    chances = {o["id"]: o["chance_best"] for o in answer["options"]}
    assert verdict["option"] == "improve" and chances["improve"] < 0.1 < 0.8 < verdict["confidence"]


def test_today_is_the_bar_where_nothing_else_is_said(assess: Assess) -> None:
    """Without requirement and error cost an option has to be no worse than today; with an error cost nothing is asked."""
    answer = assess(example("minimal"))
    chances = {option["kind"]: option["chance_meets_bar"] for option in answer["options"]}
    assert chances["keep"] == chances["improve"] == 1 and 0 < chances["fine_tune"] < 1
    assert answer["verdict"]["bar"]["origin"] == "today"
    assert answer["verdict"]["bar"]["accuracy"] == pytest.approx(148.5 / 201 - 0.01, abs=1e-4)
    valued = assess(example("minimal") | {"finance": {"error_cost": 0.1}})
    assert {option["chance_meets_bar"] for option in valued["options"]} == {None}
    assert valued["verdict"]["bar"] == {"accuracy": None, "origin": "none", "latency_seconds": None}


def test_a_wide_range_is_named(assess: Assess) -> None:
    """A range wider than tenfold is listed with the ratio of its mean to its median, and is a risk."""
    answer = assess(example("minimal") | {"finance": {"error_cost": {"low": 0.01, "high": 1.0}}})
    (wide,) = (found for found in answer["wide_ranges"] if found["pointer"] == "/finance/error_cost")
    assert wide["ratio"] == pytest.approx(5.02, abs=0.01)
    assert any("finance.error_cost" in risk for risk in answer["verdict"]["risks"])


def test_the_end_of_the_fine_tune_in_service_is_a_risk(assess: Assess) -> None:
    """Whatever replaces a fine-tune whose provider ends it, the answer says when it ends and what serves if nothing does."""
    ending = (
        "The fine-tune in service ends with its base model on 2027-01-14; unless it is replaced, the unchanged prompt"
    )
    (told,) = (risk for risk in assess(field_case("provider-closes"))["verdict"]["risks"] if "in service" in risk)
    assert told.startswith(ending)
    closed = assess(field_case("provider-closes") | {"as_of": "2027-02-14"})["verdict"]["risks"]
    past = "The base model of the fine-tune in service was shut down on 2027-01-14; unless it is replaced, the unchanged prompt serves now."
    assert past in closed and not any("in service ends" in risk for risk in closed)
    staying = assess(in_service(196))
    assert staying["options"][0]["lifetime"]["on_shutdown"] == "migrate"
    assert not any("in service ends" in risk for risk in staying["verdict"]["risks"])


def test_of_an_end_beyond_the_horizon_no_stand_in_is_told(assess: Assess) -> None:
    """What would stand in for a fine-tune that outlasts the horizon was not weighed, so nothing is said of it."""
    request = field_case("provider-closes")
    better = {"name": "small", "base_model": "openai/gpt-4.1-nano", "measured_accuracy": {"correct": 185, "total": 200}}
    request["prompting"]["alternatives"] = [better]
    assert any("'small' serves from then on" in risk for risk in assess(request)["verdict"]["risks"])
    request["volume"]["horizon_months"] = 1
    assert not any("serves from then on" in risk for risk in assess(request)["verdict"]["risks"])


@pytest.mark.parametrize(("is_pinned", "words"), [(None, "may not be pinned"), (False, "is not pinned"), (True, None)])
def test_a_base_model_that_may_change_is_a_risk(is_pinned: bool | None, words: str | None, assess: Assess) -> None:
    """Unless the prompt's base model is pinned, an update by its provider is named as a risk."""
    request = example("minimal")
    if is_pinned is not None:
        request["prompting"]["is_pinned"] = is_pinned
    risks = " ".join(assess(request)["verdict"]["risks"])
    assert (words or "pinned") in risks if words else "pinned" not in risks


@pytest.mark.parametrize(("correct", "points"), [(50, 16), (80, 11), (95, 3.6)])
def test_a_model_that_may_change_moves_the_prompt_by_so_many_points(
    correct: int, points: float, assess: Assess
) -> None:
    """The risk says how far an accuracy like the caller's moves in a year, by the fitted drift, and where that was read."""
    request = example("minimal")
    request["prompting"] |= {"measured_accuracy": {"correct": correct, "total": 100}, "is_pinned": False}
    answer = assess(request)
    (said,) = (risk for risk in answer["verdict"]["risks"] if "not pinned" in risk)
    assert said.endswith(f"A prompt like yours moves by about {points:g} points either way in a year (80 %).")
    (noted,) = (one for one in answer["assumptions"] if one["pointer"] == "/prompting/is_pinned")
    assert noted["value"] == load().effects.drift(datetime.date(2026, 11, 26)).per_quarter
