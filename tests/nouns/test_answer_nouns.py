"""The nouns of the answer: its keys and their order, units, and what stays when an option cannot serve."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import UNSET, Struct, UnsetType

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.options import OptionAnswer, TrainingAnswer
from service.nouns.answer.verdict import ArticleCheck

Answer = dict[str, Any]

ASSUMPTIONS = Path(__file__).parent.parent.parent / "service" / "larder" / "data" / "assumptions"
ANSWERS: Answer = msgspec.json.schema_components((Assessment,), ref_template="{name}")[1]
OPTIONS: Answer = msgspec.json.schema_components((OptionAnswer,), ref_template="{name}")[1]

TOP_LEVEL = (
    "verdict break_even plan options accuracy value_of_information comparison article_check offers suggestions assumptions "
    "wide_ranges currency horizon_months discount_rate policy provenance next_question trace cash_flows sensitivity curves"
)
KEYS = {
    "OptionAnswer": "id kind name base_model offer stands_in is_feasible obstacle is_measured chance_meets_bar "
    "chance_best dominated_by incremental_cost_per_right_answer one_off monthly prices tokens token_cost_per_request "
    "cost_per_correct_answer "
    "amortised_cost_per_month levelised_cost_per_request levelised_cost_per_correct_answer present_values tco "
    "tco_without_errors npv npv_over_best_other payback discounted_payback roi payback_requests saving_from_model "
    "saving_from_tuning timeline training accuracy latency lifetime",
    "MonthlyCosts": "tokens errors hosting upkeep total",
    "OptionPrices": "input output cache_read cache_write source checked",
    "OptionTokens": "instruction payload output cache_hit_rate cost_without_cache",
    "PresentValues": "one_off tokens errors hosting upkeep retraining migration stand_in",
    "Spread": "base_case mean p10 p50 p90",
    "NpvAnswer": "base_case mean p10 p50 p90 standard_error probability_positive",
    "PaybackAnswer": "months state p10 p50 p90 share_never",
    "TimelineAnswer": "start_month end_month live_months retrainings",
    "TrainingAnswer": "run_cost labels_cost build_cost retraining_cost amortised_per_month amortised_per_request",
    "OptionAccuracy": "mean interval at_start_base_case average_mean average_base_case worst_month "
    "change_in_wrong_answers_per_month planned_examples evidence",
    "OptionEvidence": "sources rows left_out_error_points is_outside",
    "AccuracyInterval": "low high",
    "OptionLatency": "ttft_seconds p50_seconds p95_seconds p99_seconds saving_p50_seconds chance_meets_target "
    "is_measured replicas fewest_replicas_for_target",
    "LifetimeAnswer": "retires_on origin on_shutdown npv_migrate npv_revert",
}
PER_OPTION = ("trace", "cash_flows", "sensitivity")
STAY_WHEN_INFEASIBLE = {
    "tokens": {"instruction", "payload", "output", "cache_hit_rate", "cost_without_cache"},
    "prices": {"input", "output"},
}


def scalar(kind: Any) -> Any:
    """Return a value of a plain type."""
    values = {bool: True, int: 1, float: 0.5, str: "never", datetime.date: datetime.date(2027, 10, 14)}
    return values[kind]


def sample(hint: Any, *, serves: bool) -> Any:
    """Return a value of a type: filled in where the option serves, else null wherever null is allowed."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return sample(inner[0], serves=serves)
    if origin in (Union, UnionType):
        if UnsetType in inner and not serves:
            return UNSET
        if type(None) in inner and not serves:
            return None
        return sample(inner[0], serves=serves)
    if origin is list:
        return [sample(inner[0], serves=serves)]
    if isinstance(hint, type) and issubclass(hint, Struct):
        hints = get_type_hints(hint, include_extras=True)
        return hint(**{name: sample(of, serves=serves) for name, of in hints.items()})
    return scalar(hint)


def encoded(noun: type[Struct], *, serves: bool) -> Answer:
    """Return a noun as a client gets it."""
    answer: Answer = msgspec.json.decode(msgspec.json.encode(sample(noun, serves=serves)))
    return answer


def fields(components: Answer) -> Iterator[tuple[str, str, Answer]]:
    """Yield noun, name and schema of each field."""
    for noun, schema in components.items():
        for name, field in schema["properties"].items():
            yield noun, name, field


def types(field: Answer) -> set[str]:
    """Return the plain types a field may have."""
    return {str(part["type"]) for part in (field, *field.get("anyOf", ())) if "type" in part}


def numbers(value: Any) -> Iterator[float]:
    """Yield every number inside a value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value


def test_the_verdict_and_the_break_evens_come_first() -> None:
    """A reader meets the verdict, the break-evens and the plan, then the options, and the heavy parts last."""
    assert list(encoded(Assessment, serves=True)) == TOP_LEVEL.split()


@pytest.mark.parametrize("noun", KEYS)
def test_an_option_has_its_keys_in_order(noun: str) -> None:
    """Each part of an option carries the names of the contract, in its order."""
    assert list(OPTIONS[noun]["properties"]) == KEYS[noun].split()


def test_the_keys_of_every_part_of_an_option_are_pinned() -> None:
    """No part of an option is left out of the list above."""
    assert set(OPTIONS) == set(KEYS)


def test_no_figure_of_an_option_names_its_option() -> None:
    """The same name holds for every option: what it belongs to is said once, by `id`."""
    for _, name, _ in fields(OPTIONS):
        assert not re.match(r"(prompt|prompting|improved|tuned|fine_tuning)_", name), name


def test_an_infeasible_option_keeps_its_keys() -> None:
    """What an option that cannot serve has no figure for is null; only training and what a forecast rests on may be absent."""
    serving, infeasible = encoded(OptionAnswer, serves=True), encoded(OptionAnswer, serves=False)
    assert set(serving) - set(infeasible) == {"training"}
    for name, value in infeasible.items():
        if isinstance(value, dict):
            assert set(serving[name]) - set(value) == ({"evidence"} if name == "accuracy" else set())
            left = {key for key in value if any(True for _ in numbers(value[key]))}
            assert left == STAY_WHEN_INFEASIBLE.get(name, set()), name
    assert [name for name, value in infeasible.items() if isinstance(value, float)] == ["token_cost_per_request"]


def test_what_is_encoded_is_read_back() -> None:
    """An answer survives the wire, with all its figures or with none that may be missing."""
    for serves in (True, False):
        noun = sample(Assessment, serves=serves)
        assert msgspec.json.decode(msgspec.json.encode(noun), type=Assessment) == noun


def test_only_what_is_asked_for_or_does_not_arise_may_be_absent() -> None:
    """A part that is asked for, training, a question, a stop rule, what a forecast rests on and a line that is another option's; every other key needs no test by a client."""
    absent = {
        f"{noun}.{name}"
        for noun, schema in ANSWERS.items()
        for name in schema["properties"]
        if name not in schema.get("required", ())
    }
    heavy = (*PER_OPTION, "curves")
    arising = {
        "OptionAnswer.training", "Assessment.next_question", "VerdictAnswer.until_answered", "PlanStep.stop_at",
        "OptionAccuracy.evidence", "TraceLine.taken_from",
    }  # fmt: skip
    assert absent == arising | {*(f"Assessment.{name}" for name in heavy)}


def test_every_figure_of_an_option_says_its_unit() -> None:
    """A number of an option carries its unit in brackets."""
    for noun, name, field in fields(OPTIONS):
        if types(field) & {"number", "integer"}:
            assert re.search(r"\[[^\]]+\]", field["description"]), f"{noun}.{name}"


def test_every_null_is_explained() -> None:
    """A figure that may be null says when it is."""
    for noun, name, field in fields(ANSWERS):
        if "null" in types(field):
            assert re.search(r"\bnull\b", field["description"]), f"{noun}.{name}"


@pytest.mark.parametrize("part", PER_OPTION)
def test_each_heavy_part_names_its_option(part: str) -> None:
    """Trace, cash flows and sensitivity are arrays whose items say which option they are of."""
    items = ANSWERS["Assessment"]["properties"][part]["items"]
    assert next(iter(ANSWERS[items["$ref"]]["properties"])) == "option"


def test_the_article_is_checked_figure_by_figure() -> None:
    """Each quantity of the check is a published range of the catalogue, in the unit that the contract says."""
    tables = tomllib.loads((ASSUMPTIONS / "article.toml").read_text(encoding="utf-8"))
    field = ANSWERS[ArticleCheck.__name__]["properties"]["quantity"]
    found = re.search(r"one of (.+)\.$", field["description"])
    assert found
    quantities = set(found[1].split(", "))
    ranges = {name for name, table in tables.items() if isinstance(table, dict) and "low" in table["values"][-1]}
    assert quantities == ranges
    units = {name: tables[name]["unit"] for name in quantities}
    assert {unit for name, unit in units.items() if name.endswith("cost")} == {"USD"}
    assert {unit for name, unit in units.items() if name.endswith("time")} == {"weeks"}
    assert units["article_retraining_interval"] == "months"
    assert units["article_labelled_examples"] == "examples"
    assert units["article_evaluation_set"] == "trials"


def test_training_says_what_it_costs_whatever_is_known_of_its_parts() -> None:
    """Where the build cost is one stated sum, its parts are null and the sums stay."""
    training = encoded(TrainingAnswer, serves=False)
    assert {name for name, value in training.items() if value is not None} == {"build_cost", "retraining_cost"}
