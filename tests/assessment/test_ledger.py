"""The ledger is whole: one quantity stands in one place, and the explanation cannot drift from the sum."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from conftest import EXAMPLES, ROOT, example

from models.sampling import sobol_block
from service.assessment.case import Case
from service.assessment.explain.figures import Figures
from service.assessment.explain.money import costs_answer
from service.assessment.explain.quality import latency_answer
from service.assessment.ledger.fold import FIGURES, fold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import CHAPTERS, COLUMNS, INPUTS, LEDGER, STEPS, Lines
from service.assessment.simulate import draws, simulate
from service.contract.schemas import schema_of
from service.nouns.answer.assessment import Assessment
from service.nouns.answer.money import OptionCosts
from service.nouns.request.assessment import AssessmentRequest


def home_of(line: Line) -> str:
    """Return the file in which a line is declared."""
    chapter = next(chapter for chapter in CHAPTERS if line in chapter.lines())
    return f"service/assessment/ledger/{chapter.__name__.lower()}.py"


def test_every_line_is_defined_above_the_line_that_reads_it() -> None:
    """A line reads only lines above it, and no name stands twice."""
    known: set[Line] = set()
    for line in LEDGER:
        assert set(line.reads) <= known, (
            f"{home_of(line)}: {line} reads {set(line.reads) - known}, which stand below it"
        )
        known.add(line)
    names = [line.name for line in LEDGER]
    assert len(names) == len(set(names))


def test_arity_matches() -> None:
    """A line hands its formula as many arguments as it takes."""
    for line in STEPS:
        inspect.signature(line.function).bind(*line.reads)


def test_every_line_is_read_or_shown() -> None:
    """Every line is read by a later line or a later stage, or part of the answer."""
    read = {source for line in LEDGER for source in line.reads}
    for line in LEDGER:
        assert line in read or line.is_drawn or line.is_read or line.parts, (
            f"{home_of(line)}: nothing reads {line}, and no part shows it"
        )


def test_formulas_live_in_the_textbook_and_are_explained() -> None:
    """Every formula is a function of models/ whose docstring says what it returns."""
    for line in STEPS:
        assert line.function.__module__.startswith("models."), line
        assert (line.function.__doc__ or "").startswith("Return"), line.function


def test_every_line_says_what_it_is() -> None:
    """Every line has a unit and a sentence of its own."""
    for line in LEDGER:
        assert line.unit and "money" not in line.unit, f"{home_of(line)}: {line}"
        assert line.meaning.endswith("."), f"{home_of(line)}: {line}"
    assert len({line.meaning for line in STEPS}) == len(STEPS)


def file_of(component: str) -> str:
    """Return the file in which a noun of the request is declared."""
    found = (path for path in (ROOT / "service" / "nouns").rglob("*.py") if f"class {component}(" in path.read_text())
    return str(next(found).relative_to(ROOT))


@pytest.mark.parametrize("line", [line for line in LEDGER if line.field], ids=str)
def test_the_request_has_every_field_that_a_line_names(line: Line) -> None:
    """The pointer of a line leads to a field of the request."""
    components = schema_of(AssessmentRequest)["components"]["schemas"]
    owner = AssessmentRequest.__name__
    *parents, last = line.field.strip("/").split("/")
    for name in (*parents, last):
        known = components[owner].get("properties", {})
        assert name in known, f"{file_of(owner)} has no field {name}, which {line} of {home_of(line)} follows from"
        owner = known[name].get("$ref", "").rpartition("/")[2]


def fields_of(noun: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an answer's noun with the nouns inside, lists and options unwrapped."""
    if isinstance(noun, type) and issubclass(noun, msgspec.Struct):
        yield from typing.get_type_hints(noun, include_extras=True).items()
    else:
        for part in typing.get_args(noun):
            yield from fields_of(part)


@pytest.mark.parametrize("line", [line for line in LEDGER if line.parts], ids=str)
def test_the_answer_has_every_place_that_a_line_names(line: Line) -> None:
    """The parts of a line are fields of the answer."""
    for part in line.parts:
        noun: Any = Assessment
        for name in part.split("."):
            known = dict(fields_of(noun))
            assert name in known, f"service/nouns/answer has no {part}, where {line} of {home_of(line)} stands"
            noun = known[name]


def test_every_figure_of_the_answer_is_a_line(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """The money and the latency of an answer are filled from lines; a field that no line fills is named."""
    case = resolved(example("minimal"))
    simulation = simulate(case)
    figures = Figures(simulation)
    assert costs_answer(case, figures).fine_tuning.tco.base_case == figures(Lines.tuned_tco)
    assert latency_answer(case, figures).prompting.p95_seconds == figures(Lines.prompt_latency_p95)
    with pytest.raises(LookupError, match=r"no line of service/assessment/ledger stands at costs\.nowhere\.one_off"):
        figures.noun(OptionCosts, "costs.nowhere")


def test_columns_are_given_once_and_cover_every_uncertain_line(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """Each line that can be uncertain owns one column of the block; none is left out."""
    assert sorted(COLUMNS.values()) == list(range(len(COLUMNS))) and len(COLUMNS) <= draws.BLOCK
    for name in EXAMPLES:
        for line in resolved(example(name)).intervals:
            assert line in COLUMNS, f"{home_of(line)}: {line} can be uncertain and has no column"


def test_one_more_column_changes_no_other(
    resolved: Callable[[dict[str, Any]], Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing one more quantity leaves the draws of all others as they were, to the last bit."""
    case = resolved(example("ticket-triage"))
    before = {line: draws.column(case, line).copy() for line in COLUMNS}
    newcomer = Line("share", "One more.")
    sobol_block.cache_clear()
    monkeypatch.setattr(draws, "COLUMNS", {**COLUMNS, newcomer: draws.BLOCK - 1})
    assert all((draws.column(case, line) == points).all() for line, points in before.items())
    assert not any((draws.column(case, newcomer) == points).any() for points in before.values())


def test_points_are_kept_for_a_seed_and_a_number_of_draws(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """The points of a seed are made once, and are not those of another seed or another block."""
    case = resolved(example("ticket-triage"))
    block = sobol_block("case", draws.BLOCK, case.draws, case.seed)
    assert np.shares_memory(draws.column(case, Lines.prompt_accuracy), block)
    assert not (sobol_block("case", draws.BLOCK, case.draws, case.seed + 1) == block).any()
    assert not (sobol_block("signals", draws.BLOCK, case.draws, case.seed) == block).any()


def test_an_input_that_is_not_put_is_named(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """A line that reads what no stage puts says which, where it should be put, and which field states it."""
    case = resolved(example("minimal"))
    values = draws.with_candidates(draws.base_inputs(case), case.candidates)
    del values[Lines.monitoring_cost_per_month]
    with pytest.raises(
        LookupError, match=r"service/assessment/resolve puts no value .*/fine_tuning/monitoring_cost_per_month"
    ):
        fold(values)


def test_one_draw_equals_the_base_case_function(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """Rows do not mix: a case folded among others gives the same figures as alone."""
    case = resolved(example("minimal"))
    together = fold(draws.with_candidates(draws.base_inputs(case), case.candidates))
    for row, candidate in list(enumerate(case.candidates))[::7]:
        alone = fold(draws.with_candidates(draws.base_inputs(case), (candidate,)))
        for line in FIGURES:
            ours = np.atleast_2d(together[line])
            ours = ours[row if ours.shape[0] > 1 else 0]
            np.testing.assert_allclose(ours, np.ravel(alone[line]), rtol=1e-12, err_msg=line.name)


def test_trace_recomputes(assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Every calculated line of a printed trace follows from the lines above it, by the formula it names."""
    trace = assess(example("contract-extraction"))["trace"]
    lines = {line.name: line for line in LEDGER}
    values = {
        line["name"]: np.array([np.inf if v is None else v for v in line["base_case"]]).reshape(1, -1) for line in trace
    }
    values["accuracy_deviate"] = np.full((1, 1), np.nan)
    values["pilots"] = values["pilots"].reshape(-1, 3)
    for name in ("prompt_tier_starts", *(n for n in values if n.endswith("_prices"))):
        values[name] = values[name].ravel()
    checked = 0
    for line in trace:
        if line["origin"] == "calculated":
            formula = lines[line["name"]].function
            assert line["formula"] == formula.__name__
            again = formula(*[values[name] for name in line["inputs"]])
            expected = [np.inf if v is None else v for v in line["base_case"]]
            shown = np.nan_to_num(np.ravel(again), nan=np.inf, posinf=np.inf, neginf=np.inf)
            np.testing.assert_allclose(shown, expected, rtol=1e-12, err_msg=line["name"])
            checked += 1
    assert checked > 100


def shown_at(answer: Any, part: str) -> Any:
    """Return what an answer shows at a part: the chosen offer's, the months in a row, the base case of a spread."""
    for name in part.split("."):
        answer = [row[name] for row in answer] if isinstance(answer, list) else answer[name]
    if part.startswith("offers."):
        return answer[0]
    if isinstance(answer, dict):
        return answer["months"] if "months" in answer else answer["base_case"]
    return answer[1:] if isinstance(answer, list) else answer


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_answer_shows_at_each_part_what_the_trace_says(
    name: str, assess: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """The base case of a line is the figure at each of its parts, unless the fine-tune is not live then."""
    answer = assess(example(name) | {"include": ["trace", "cash_flows"]})
    traced = {line["name"]: line["base_case"] for line in answer["trace"]}
    for line in (line for line in LEDGER if line.parts):
        for part in line.parts:
            shown = shown_at(answer, part)
            if isinstance(shown, list):
                row = traced[line.name] * (len(shown) if len(traced[line.name]) == 1 else 1)
                assert len(row) == len(shown), part
                pairs = zip(shown, row, strict=True)
                has_gaps = part == "cash_flows.fine_tuned_accuracy"
                assert all(value == figure or (value is None and has_gaps) for value, figure in pairs), part
            else:
                assert shown == traced[line.name][0], part


def test_the_trace_shows_where_a_fitted_number_comes_from(assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Every number of the fitted prior is called fitted, and nothing else is."""
    trace = assess(example("contract-extraction"))["trace"]
    fitted = {line["name"] for line in trace if line["origin"] == "fitted"}
    assert fitted == {line.name for line in INPUTS if line.origin == "fitted"}
    assert {"bend_variance", "seed_variance", "prior_intercept"} <= fitted


def test_no_path_of_the_code_is_on_the_wire(client: Any) -> None:
    """The ledger names formulas, not modules."""
    ledger = client.get("/v1/ledger")
    assert "models." not in ledger.text and "service." not in ledger.text
    assert "money" not in {word for line in ledger.json()["steps"] for word in line["unit"].split("/")}
