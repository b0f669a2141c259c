"""The first stage: every option has a value for every line that it needs, and nothing that was left unsaid is silent."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from conftest import EXAMPLES, ROOT, example

from models.sampling import mean
from service.assessment.case import Candidate, Case, Inputs
from service.assessment.ledger.fold import inputs_for
from service.assessment.ledger.line import Kind, Line
from service.assessment.ledger.lines import BASELINE, FIGURES, STAND_IN, Lines
from service.nouns.faults import Unassessable

Json = dict[str, Any]
Resolve = Callable[[Json], Case]

DRAW_LINES = frozenset({
    Lines.prompted_accuracy, Lines.accuracy_deviate, Lines.no_change_coin, Lines.first_retirement_month, Lines.renewed_lives,
    Lines.migrates, Lines.cost_on_tuned_base, Lines.prompted_cost_per_request, *STAND_IN, *BASELINE,
})  # fmt: skip
"""What falls at random, comes from another option or from a retirement: the next stage puts it."""

DRAWN_FOR: dict[Kind, frozenset[Line]] = {
    "improve": frozenset({
        Lines.technique_gain, Lines.technique_below, Lines.technique_above, Lines.technique_deviate, Lines.residual_deviate,
        Lines.added_instruction_tokens, Lines.added_output_tokens,
    }),
    "other_prompt": frozenset({Lines.change_deviate, Lines.broken_coin, Lines.broken_factor}),
}  # fmt: skip
"""What it puts besides for a kind of option."""

MINIMAL = example("minimal")
OWN = {
    "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0},
    "hosting_usd_per_hour": 2.5,
    "tokens_per_second_per_replica": 9000,
}


def merged(request: Json, **parts: Json) -> Json:
    """Return a request with fields put into its parts."""
    return request | {name: {**request.get(name, {}), **fields} for name, fields in parts.items()}


REQUESTS: dict[str, Json] = {
    **{name: example(name) for name in EXAMPLES},
    "own GPUs": merged(MINIMAL, fine_tuning={"offer": OWN, "labelled_examples": 400}),
    "own GPUs by requests, batched": merged(
        MINIMAL,
        prompting={"batch_share": 1},
        fine_tuning={"offer": {"prices": OWN["prices"], "requests_per_second_per_replica": 3, "scale_to_zero": True}},
    ),
    "a named offer on own GPUs": merged(MINIMAL, fine_tuning={"base_model": "self-hosted/llama-3.1-8b.h100"}),
    "in service": merged(
        MINIMAL,
        fine_tuning={
            "base_model": "azure/gpt-4.1-mini", "in_service": True, "last_trained_date": "2026-08-20",
            "pilots": [{"training_examples": 800, "correct": 180, "total": 200, "measured_latency": {"p50_seconds": 1.0, "p95_seconds": 2.0}}],
            "hosting_cost_per_month": 900,
        },
    ),
    "in service on an offer of one's own": merged(
        MINIMAL,
        fine_tuning={"offer": OWN, "in_service": True, "pilots": [{"training_examples": 800, "correct": 180, "total": 200}]},
    ),
    "the article's figures": merged(MINIMAL, finance={"cost_basis": "article"}),
    "figures in place of plans": merged(
        MINIMAL,
        prompting={"improvement_cost": 900, "migration_cost": 700, "maintenance_cost_per_month": 500},
        fine_tuning={
            "build_cost": {"low": 4000, "high": 9000}, "retraining": {"cost": 800, "interval_months": 6}, "lead_time_weeks": 4,
            "monitoring_cost_per_month": 300,
        },
    ),
    "upkeep of the fine-tune alone": merged(MINIMAL, fine_tuning={"monitoring_cost_per_month": {"low": 300, "high": 800}}),
    "a teacher": merged(
        MINIMAL,
        fine_tuning={"label_source": "teacher", "teacher": {"base_model": "anthropic/claude-sonnet-4-5", "accuracy": 0.9}},
    ),
    "logs": merged(MINIMAL, fine_tuning={"label_source": "logs", "off_task_share": 0.1, "retraining": {"plan": {}}}),
    "alternatives": merged(
        MINIMAL,
        prompting={
            "measured_latency": {"p50_seconds": 1.2, "p95_seconds": 2.4},
            "improved_tokens": {"instruction": 900},
            "improvement_techniques": ["better_examples"],
            "alternatives": [
                {"name": "small", "base_model": "openai/gpt-4.1-nano"},
                {"name": "retrieval", "tokens": {"payload": {"low": 800, "high": 2000}}, "running_cost_per_month": 200,
                 "measured_accuracy": {"correct": 85, "total": 100}, "weeks": {"low": 1, "high": 3}, "one_off_cost": 4000},
                {"name": "router", "prices": {"input_usd_per_mtok": 0.2, "output_usd_per_mtok": 0.9}},
            ],
        },
        task={"knowledge_half_life_months": 6, "knowledge_in_payload": True},
    ),
}  # fmt: skip
"""Requests that leave different things to the first stage."""


@pytest.fixture(params=REQUESTS, ids=lambda name: str(name).replace(" ", "-"))
def case(request: pytest.FixtureRequest, resolved: Resolve) -> Case:
    """Return each of the requests, resolved."""
    return resolved(REQUESTS[request.param])


def inputs_of(case: Case) -> Iterator[tuple[str, Kind, frozenset[Line], bool]]:
    """Yield every option and offer of a case: its id, its kind, the lines that were put for it, whether it was measured."""
    options = (*case.prompts, *case.suggested, *([case.in_service] if case.in_service else ()))
    for option in options:
        yield option.id, option.kind, option.inputs.lines, option.trials is not None
    for offer in (*case.candidates, *case.bystanders):
        yield f"tune:{offer.id}", "fine_tune", case.tuning.lines | set(offer.terms), False


def test_every_option_has_a_value_for_every_line_that_it_needs(case: Case) -> None:
    """Whatever the request says, the figures of no option ask for an input that nobody puts."""
    for id, kind, lines, is_measured in inputs_of(case):
        known = lines | case.shared.lines | DRAW_LINES | DRAWN_FOR.get(kind, frozenset())
        known |= {Lines.accuracy_at_start} if is_measured else set()
        missing = inputs_for(kind, frozenset(known), FIGURES) - known
        assert not missing, f"{id} lacks {sorted(line.name for line in missing)}"


def test_what_is_uncertain_has_a_column_of_the_draws(case: Case) -> None:
    """No option has a range for a line that the draws give it no column for."""

    def uncertain(inputs: Inputs) -> set[Line]:
        return {line for line, interval in inputs.intervals.items() if interval.low < interval.high}

    for option in (*case.prompts, *case.suggested, *([case.in_service] if case.in_service else ())):
        assert not [line for line in uncertain(option.inputs) if line.column_of(option.kind) is None], option.id
    assert not [line for line in uncertain(case.shared) if not isinstance(line.column, int)]
    for offer in (*case.candidates, *case.bystanders):
        assert not [line for line in offer.ranges if line.column_of("fine_tune") is None], offer.id
        for line, interval in offer.ranges.items():
            assert offer.terms[line] == pytest.approx(mean(*interval), rel=1e-12)


def test_no_line_is_put_twice_for_an_option(case: Case) -> None:
    """A line stands among the intervals or among the constants of inputs, and not among those that all options share too."""
    for option in (*case.prompts, *case.suggested):
        assert not set(option.inputs.intervals) & set(option.inputs.constants)
        assert not option.inputs.lines & case.shared.lines, option.id
    assert not case.tuning.lines & case.shared.lines


def test_what_is_unsaid_is_listed_once(case: Case) -> None:
    """No two entries of the defaults say the same of the same field."""
    times = Counter((used.pointer, used.id, used.text, used.note) for used in case.used)
    assert not [entry for entry, count in times.items() if count > 1]
    assert all(used.source.title for used in case.used)


def offer_of(case: Case, id: str) -> Candidate:
    """Return one of the offers of a case."""
    return next(offer for offer in (*case.candidates, *case.bystanders) if offer.id == id)


def at_mean(inputs: Inputs, line: Line) -> float:
    """Return the mean of a line of inputs."""
    return mean(*inputs.intervals[line]) if line in inputs.intervals else inputs.constants[line].item()


def test_samples_are_billed_at_their_arithmetic_mean(resolved: Resolve) -> None:
    """Ten payloads, one of them thirty times as long, cost what they cost together, and more of them are known better."""
    texts = ["word " * 40] * 9 + ["word " * 1200]

    def payload(samples: list[str]) -> tuple[float, float]:
        case = resolved(
            merged(MINIMAL, prompting={"base_model": "openai/gpt-4.1-mini", "texts": {"payload_samples": samples}})
        )
        interval = case.shared.intervals[Lines.prompted_payload_tokens]
        return mean(*interval), interval.high / interval.low

    few, spread_of_few = payload(texts)
    many, spread_of_many = payload(texts * 10)
    short, long = payload(texts[:1])[0], payload(texts[-1:])[0]
    assert few == pytest.approx((9 * short + long) / 10, rel=1e-9) and many == pytest.approx(few, rel=1e-9)
    assert spread_of_many < spread_of_few


@pytest.mark.parametrize(
    ("labelled", "target", "planned", "missing"),
    [(None, None, 1000, 1000), (0, None, 1000, 1000), (999, None, 1000, 1), (1001, None, 1001, 0), (6200, None, 6200, 0),
     (300, 5000, 5000, 4700), (300, 200, 200, 0)],
)  # fmt: skip
def test_planned_examples(
    labelled: int | None, target: int | None, planned: int, missing: int, resolved: Resolve
) -> None:
    """What is planned is the target, else what is labelled but no fewer than a thousand; what is missing is never below 0."""
    said = {"labelled_examples": labelled, "target_examples": target}
    case = resolved(merged(MINIMAL, fine_tuning={name: value for name, value in said.items() if value is not None}))
    assert case.planned_examples == at_mean(case.tuning, Lines.planned_examples) == planned
    assert at_mean(case.tuning, Lines.examples_to_label) == missing


@pytest.mark.parametrize(
    ("said", "weeks"),
    [({"labels_per_week": 20, "labelled_examples": 200, "target_examples": 5000}, 240.0), ({}, 4.0), ({"label_source": "logs"}, 0.0),
     ({"label_source": "teacher"}, 0.0), ({"lead_time_weeks": 6, "labels_per_week": 20}, 0.0)],
)  # fmt: skip
def test_labelling_takes_its_time(said: Json, weeks: float, resolved: Resolve) -> None:
    """Labels that are missing delay a fine-tune by what people label in a week; a stated lead time holds all of it."""
    case = resolved(merged(MINIMAL, fine_tuning=said))
    assert at_mean(case.tuning, Lines.labelling_weeks) == pytest.approx(weeks)


@pytest.mark.parametrize(
    ("prompt", "tuned", "expected"),
    [(None, None, (0.0, 1.0)), (500, None, (0.0, 1.0)), (None, 300, (-1.0, 0.0)), (500, 300, (0.0, 0.0))],
)
def test_upkeep_follows_from_what_is_stated(
    prompt: float | None, tuned: float | None, expected: tuple[float, float], resolved: Resolve
) -> None:
    """Where one side's upkeep is stated the other follows by one factor; where both are, each has its own."""
    request = MINIMAL
    if prompt is not None:
        request = merged(request, prompting={"maintenance_cost_per_month": prompt})
    if tuned is not None:
        request = merged(request, fine_tuning={"monitoring_cost_per_month": tuned})
    case = resolved(request)
    exponent = Lines.upkeep_exponent
    assert (at_mean(case.prompts[0].inputs, exponent), at_mean(case.tuning, exponent)) == expected
    assert (Lines.reference_upkeep in case.shared.intervals) == (prompt is not None or tuned is not None)
    if prompt is not None and tuned is not None:
        assert at_mean(case.tuning, Lines.upkeep_per_month) == tuned


def test_a_fine_tune_in_service_is_option_0_and_may_be_followed(resolved: Resolve) -> None:
    """It is measured by the last pilot, has its age and its bill, costs nothing to build, and any offer may succeed it."""
    case = resolved(REQUESTS["in service"])
    assert case.in_service is not None and case.in_service.trials == (180.0, 200.0)
    inputs = case.in_service.inputs
    assert at_mean(inputs, Lines.age_at_start) == pytest.approx(95 / 30.4375)
    assert at_mean(inputs, Lines.build_cost) == at_mean(inputs, Lines.start_weeks) == 0.0
    assert at_mean(inputs, Lines.hosting_cost_per_month) == 900
    assert at_mean(inputs, Lines.measured_p50) == 1.0
    assert len(case.candidates) > 10 and offer_of(case, "azure/gpt-4.1-mini")
    assert len({frozenset(offer.terms) for offer in case.candidates if not offer.is_named}) == 1


def test_the_article_and_the_plan_never_count_together(resolved: Resolve) -> None:
    """By the article costs are its figures; added up they are hours, labels and runs; each stands beside the other."""
    plan, article = resolved(MINIMAL), resolved(REQUESTS["the article's figures"])
    assert at_mean(article.tuning, Lines.labelling_weeks) == at_mean(plan.tuning, Lines.labelling_weeks) == 4.0
    for line in (Lines.build_cost, Lines.retraining_cost):
        assert line in article.tuning.intervals and line not in plan.tuning.lines
    assert (
        Lines.build_cost in article.prompts[1].inputs.intervals
        and Lines.build_hours in plan.prompts[1].inputs.intervals
    )
    assert Lines.build_hours not in article.tuning.lines
    assert plan.article == article.article and len(plan.article) == 8
    assert {figure.quantity: (figure.low, figure.high) for figure in plan.article}["article_training_run_cost"] == (
        5000,
        150_000,
    )


def test_only_a_plan_that_is_assumed_grades_again(resolved: Resolve) -> None:
    """A retraining that is stated holds what grading it takes; one that nobody states grades as many answers as a study."""
    for said, trials in (({}, 200), ({"plan": {}}, 0), ({"cost": 900}, 0), ({"interval_months": 4}, 200)):
        case = resolved(merged(MINIMAL, fine_tuning={"retraining": said}))
        assert at_mean(case.tuning, Lines.regraded_trials) == trials
    assert at_mean(case.prompts[0].inputs, Lines.regraded_trials) == 200


def test_a_teacher_costs_its_tokens_and_what_people_check(resolved: Resolve) -> None:
    """The mean of a teacher's label is the mean of its tokens and the mean share of the mean of a label by people."""
    stated = {"prices": {"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}, "checked_share": 0.1}
    request = merged(MINIMAL, prompting={"tokens": {"instruction": 900, "payload": 100, "output": 50}},
                     fine_tuning={"label_source": "teacher", "teacher": stated})  # fmt: skip
    people = resolved(MINIMAL).tuning.intervals[Lines.cost_per_example]
    assert at_mean(resolved(request).tuning, Lines.cost_per_example) == pytest.approx(
        (1000 * 2 + 50 * 10) / 1e6 + 0.1 * mean(*people), rel=1e-9
    )
    assert at_mean(resolved(REQUESTS["a teacher"]).tuning, Lines.teacher_accuracy) == 0.9
    assert at_mean(resolved(MINIMAL).tuning, Lines.teacher_accuracy) == 1.0


def test_a_measured_prompt_sets_the_scale_of_its_base_model(resolved: Resolve) -> None:
    """What was measured of the prompt calibrates the improved prompt and its own weights; other base models are uncertain."""
    case = resolved(REQUESTS["alternatives"])
    keep, improve, small, retrieval, _ = case.prompts
    assert at_mean(keep.inputs, Lines.measured_p50) == 1.2
    scale = at_mean(improve.inputs, Lines.latency_scale)
    assert math.isfinite(scale) and at_mean(retrieval.inputs, Lines.latency_scale) == scale
    assert Lines.own_scale in small.inputs.intervals
    assert at_mean(small.inputs, Lines.latency_sigma) == at_mean(keep.inputs, Lines.latency_sigma)


def test_improved_tokens_are_those_stated(resolved: Resolve) -> None:
    """A part that is stated is added as it is; what is not stated falls with the techniques."""
    case = resolved(REQUESTS["alternatives"])
    improve = case.prompts[1]
    before = at_mean(case.shared, Lines.prompted_instruction_tokens)
    assert at_mean(improve.inputs, Lines.added_instruction_tokens) == pytest.approx(900 - before)
    assert Lines.added_output_tokens not in improve.inputs.lines
    assert at_mean(improve.inputs, Lines.residual_sd) == 0.0


def test_suggestions_are_looked_at_where_nobody_names_an_alternative(resolved: Resolve) -> None:
    """The service looks at a few base models on its own, none measured, none twice, and at none where the caller names some."""
    case = resolved(MINIMAL)
    assert case.suggested and len({option.id for option in case.suggested}) == len(case.suggested) <= 5
    assert all(option.kind == "other_prompt" and not option.is_measured for option in case.suggested)
    assert not resolved(REQUESTS["alternatives"]).suggested


def test_what_needs_the_catalogue_is_refused_with_a_mend(resolved: Resolve) -> None:
    """Unknown base models of an alternative or a teacher, an offer that cannot be priced, a service on nobody's terms."""
    for request, pointer, words in (
        (merged(MINIMAL, prompting={"alternatives": [{"name": "a", "base_model": "openai/gpt-4.1-minni"}]}),
         "/prompting/alternatives/0/base_model", "openai/gpt-4.1-mini"),
        (merged(MINIMAL, fine_tuning={"label_source": "teacher", "teacher": {"base_model": "openai/gpt-4.1-minni"}}),
         "/fine_tuning/teacher/base_model", "openai/gpt-4.1-mini"),
        (merged(MINIMAL, fine_tuning={"base_model": "openai/gpt-4.1-minni"}), "/fine_tuning/base_model", "openai/gpt-4.1-mini"),
        (merged(MINIMAL, fine_tuning={"base_model": "azure/o4-mini"}), "/fine_tuning/base_model", "fine_tuning.offer.training_hours"),
        (merged(MINIMAL, fine_tuning={"base_model": "openai/gpt-4o-2024-11-20", "build_plan": {}}),
         "/fine_tuning/build_plan", "fine_tuning.offer.training_usd_per_mtok"),
        (merged(MINIMAL, fine_tuning={"in_service": True, "pilots": [{"training_examples": 9, "correct": 1, "total": 2}]}),
         "/fine_tuning/base_model", "fine_tuning.offer.prices"),
    ):  # fmt: skip
        with pytest.raises(Unassessable) as refused:
            resolved(request)
        fault = refused.value.faults[0]
        assert fault.pointer == pointer and words in fault.expected and fault.message.endswith("."), fault


def test_field_requests_resolve(resolved: Resolve) -> None:
    """Every request from the field resolves."""
    files = sorted((ROOT / "tests" / "field").glob("*.json"))
    assert files
    for path in files:
        assert resolved(json.loads(path.read_text())).prompts, path.name


def test_all_values_are_numbers(case: Case) -> None:
    """No input is nan, and what is put for an option is of one row."""
    for option in (*case.prompts, *([case.in_service] if case.in_service else ())):
        assert all(not np.isnan(value).any() for value in option.inputs.constants.values()), option.id
    for offer in case.candidates:
        assert not [line for line, number in offer.terms.items() if math.isnan(number)], offer.id
