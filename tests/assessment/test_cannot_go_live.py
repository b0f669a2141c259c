"""A fine-tune that cannot go live: nothing in the answer counts on it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

Assess = Callable[[dict[str, Any]], dict[str, Any]]
Json = dict[str, Any]

RICH: Json = {
    "task": {"description": "Route tickets.", "required_accuracy": 0.9},
    "prompting": {"measured_accuracy": {"correct": 148, "total": 200}},
    "fine_tuning": {"labelled_examples": 5000},
    "volume": {"requests_per_month": 400000},
    "finance": {"error_cost": 1000},
    "include": ["cash_flows", "curves"],
}
"""A case in which a fine-tune would pay well if only it could go live."""

LATE: Json = {"is_existing_customer": True, "lead_time_weeks": 10}
"""Live after the provider's last day."""

DEAD: dict[str, Json] = {
    "retired": {"base_model": "openai/gpt-3.5-turbo"},
    "no longer trained, still served": {
        "base_model": "azure/gpt-4.1-mini", "offer": {"last_training_date": "2026-10-01", "shutdown_date": "2029-01-01"},
    },
    "shut down before it could go live": {"base_model": "openai/gpt-4.1-mini", **LATE},
    "shut down before it could go live, then migrated": {
        "base_model": "openai/gpt-4.1-mini", "on_shutdown": "migrate", **LATE,
    },
    "not live within the horizon": {"base_model": "azure/gpt-4.1-mini", "lead_time_weeks": {"low": 100, "high": 130}},
    "nothing to build": {"base_model": "openai/gpt-3.5-turbo", "build_cost": 0},
}  # fmt: skip


def dead(name: str, **finance: Any) -> Json:
    """Return the rich case with an offer that cannot go live."""
    request = copy.deepcopy(RICH)
    request["fine_tuning"] |= DEAD[name]
    request["finance"] |= finance
    return request


def tune_of(answer: Json) -> Json:
    """Return the fine-tune of an answer."""
    found: Json = next(option for option in answer["options"] if option["kind"] == "fine_tune")
    return found


def figures_of(part: Any) -> list[Any]:
    """Return every figure of a part of an answer."""
    return [figure for value in part.values() for figure in figures_of(value)] if isinstance(part, dict) else [part]


@pytest.mark.parametrize("name", DEAD)
@pytest.mark.parametrize("policy", ["framework", "expected_value"])
def test_nothing_counts_on_it(name: str, policy: str, assess: Assess) -> None:
    """No saving, no chance, no payback and no value of a study comes from a switch that cannot happen."""
    answer = assess({**dead(name), "policy": policy})
    tune = tune_of(answer)
    assert tune["is_feasible"] is False and tune["obstacle"]
    assert answer["verdict"]["choice"] == "prompt_engineering"
    assert answer["verdict"]["option"] != tune["id"] and answer["options"][-1] == tune
    parts = ("npv", "npv_over_best_other", "tco", "tco_without_errors", "present_values", "timeline", "monthly")
    assert {figure for part in parts for figure in figures_of(tune[part])} == {None}
    assert tune["roi"] is tune["payback_requests"] is tune["chance_meets_bar"] is tune["chance_best"] is None
    never = {"months": None, "state": "never", "p10": None, "p50": None, "p90": None, "share_never": None}
    assert tune["payback"] == tune["discounted_payback"] == never
    volume = answer["break_even"]["requests_per_month"]
    assert volume == {"p10": None, "p50": None, "p90": None, "share_never": 1}
    assert all(study["option"] != tune["id"] for study in answer["value_of_information"]["studies"])
    assert all(step["option"] != tune["id"] for step in answer["plan"]["steps"])
    assert not {"run_pilot", "collect_examples", "fine_tune"} & {
        answer["verdict"]["action"],
        *answer["verdict"]["also"],
    }
    assert tune["id"] not in {flow["option"] for flow in answer["cash_flows"]}
    assert all(dimension["winner"] != "fine_tuning" for dimension in answer["comparison"])
    assert {dimension["fine_tune_option"] for dimension in answer["comparison"]} == {None}
    assert next(offer for offer in answer["offers"] if offer["option"] == tune["id"])["npv"] is None


@pytest.mark.parametrize("name", DEAD)
def test_it_takes_no_part_in_the_break_even(name: str, assess: Assess) -> None:
    """What cannot go live is the best nowhere: no segment names it, and what only it has changes nothing."""
    answer = assess(dead(name))
    tune = tune_of(answer)["id"]
    for item in answer["break_even"]["items"]:
        assert tune not in {segment["option"] for segment in item["segments"]}, item["input"]
        assert item["break_even"] == [] and item["tuning_pays"] is None
        if item["input"] in ("tuned_accuracy", "one_off_cost", "tuned_output_price", "lead_time_weeks"):
            assert item["state"] == "one_option" and item["current"] is None


@pytest.mark.parametrize("name", DEAD)
@pytest.mark.parametrize("total", [60, 200])
def test_the_summary_claims_nothing_for_it(name: str, total: int, assess: Assess) -> None:
    """The summary says that it cannot go live, and neither a saving, a cost nor a chance of it."""
    request = dead(name)
    request["prompting"]["measured_accuracy"] = {"correct": total // 2, "total": total}
    answer = assess(request)
    said = answer["verdict"]["summary"]
    assert "A fine-tune cannot go live" in said
    assert "pilot" not in said and "a fine-tune of" not in said
    assert "fine-tune" not in answer["verdict"]["headline"]


def test_the_same_offer_pays_where_it_can_go_live(assess: Assess) -> None:
    """The case is rich: with an offer that lives on, the same figures speak for fine-tuning."""
    request = copy.deepcopy(RICH)
    request["fine_tuning"]["base_model"] = "azure/gpt-4.1-mini"
    answer = assess(request)
    assert tune_of(answer)["npv"]["mean"] > 0 and answer["value_of_information"]["evpi"] > 0
    assert "cannot go live" not in answer["verdict"]["summary"]
    assert "run_pilot" in {step["step"] for step in answer["plan"]["steps"]}


def test_what_is_compared_is_what_is_shown(assess: Assess) -> None:
    """A go-live one day too late is said in days that differ, not in rounded months that look alike."""
    request = dead("shut down before it could go live")
    request["fine_tuning"] = {
        "base_model": "azure/gpt-4.1-mini", "lead_time_weeks": 31 / 7, "offer": {"shutdown_date": "2026-12-23", "last_training_date": "2026-12-23"},
    }  # fmt: skip
    assert (
        tune_of(assess(request))["obstacle"]
        == "going live takes 31 days, and the provider shuts it down on 2026-12-23, after 30"
    )


@pytest.mark.parametrize(("error_cost", "action"), [(1000, "improve_prompt"), (0, "keep_prompting")])
def test_a_prompt_that_will_do_is_improved_where_that_pays(error_cost: float, action: str, assess: Assess) -> None:
    """Without a requirement the prompt will do; it is improved where wrong answers cost more than the improvement."""
    request = dead("retired", error_cost=error_cost)
    del request["task"]["required_accuracy"]
    verdict = assess(request)["verdict"]
    assert verdict["action"] == verdict["expected_value_action"] == action
