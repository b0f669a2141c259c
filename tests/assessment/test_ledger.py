"""The ledger is whole: one quantity stands in one place, and the explanation cannot drift from the sum."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from conftest import EXAMPLES, ROOT, example

from models.sampling import sobol_block
from service.assessment.case import Case
from service.assessment.decide import decide
from service.assessment.explain.figures import Figures
from service.assessment.explain.options import options_answer
from service.assessment.ledger.fold import fold, inputs_for, lines_for
from service.assessment.ledger.line import KINDS, Formula, Kind, Line, Own
from service.assessment.ledger.lines import BASELINE, CHAPTERS, FIGURES, INPUTS, LEDGER, STAND_IN, STEPS, Lines
from service.assessment.simulate import draws, simulate
from service.assessment.simulate.book import COSTS, NOTHING_STANDS_IN
from service.assessment.simulate.tunes import base_rows, policies_of
from service.contract.schemas import schema_of
from service.nouns.answer.assessment import Assessment
from service.nouns.answer.money import MonthlyCosts
from service.nouns.request.assessment import AssessmentRequest

FROM_OTHERS = STAND_IN.keys() | BASELINE.keys()
"""Lines that an option takes from others."""
ONE_DRAW = (
    {Lines.hosting_fee_per_hour, Lines.training_price_per_hour},
    {Lines.migration_hours, Lines.redeployment_hours},
)
"""The price of an hour of the same GPU; the hours of a move of one kind or the other."""


def formulas_of(line: Line) -> list[tuple[Kind, Formula]]:
    """Return the formulas of a line, by kind of option."""
    return [(kind, formula) for kind in KINDS if (formula := line.formula(kind))]


def home_of(line: Line) -> str:
    """Return the file in which a line is declared."""
    chapter = next(chapter for chapter in CHAPTERS if line in chapter.lines())
    return f"service/assessment/ledger/{chapter.__name__.lower()}.py"


def test_every_line_is_defined_above_the_line_that_reads_it() -> None:
    """For every kind of option a line reads only lines above it, and no name stands twice."""
    known: set[Line] = set()
    for line in LEDGER:
        for kind, formula in formulas_of(line):
            below = set(formula.reads) - known
            assert not below, f"{home_of(line)}: {line} of {kind} reads {below}, which stand below it"
        known.add(line)
    names = [line.name for line in LEDGER]
    assert len(names) == len(set(names))


def test_arity_matches() -> None:
    """A line hands its formula as many arguments as it takes, whatever the kind of option."""
    for line in STEPS:
        for _, formula in formulas_of(line):
            inspect.signature(formula.function).bind(*formula.reads)


def test_every_line_is_read_or_shown() -> None:
    """Every line is read by a later line or a later stage, or part of the answer."""
    read = {source for line in LEDGER for _, formula in formulas_of(line) for source in formula.reads}
    read |= {*STAND_IN.values(), *BASELINE.values()}
    for line in LEDGER:
        assert line in read or line.is_drawn or line.is_read or line.parts, (
            f"{home_of(line)}: nothing reads {line}, and no part shows it"
        )


def test_formulas_live_in_the_textbook_and_are_explained() -> None:
    """Every formula is a function of models/ whose docstring says what it returns."""
    for line in STEPS:
        for _, formula in formulas_of(line):
            assert formula.function.__module__.startswith("models."), line
            assert (formula.function.__doc__ or "").startswith("Return"), formula.function


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
    """The pointer of a line leads to a field of the request, for every kind of option that has one."""
    components = schema_of(AssessmentRequest)["components"]["schemas"]
    for pointer in {line.field_of(kind) for kind in KINDS} - {""}:
        owner = AssessmentRequest.__name__
        *parents, last = pointer.strip("/").split("/")
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
    """An option's answer is filled from lines; a field that no line fills is named."""
    case = resolved(example("minimal"))
    simulation = simulate(case)
    found = decide(case, simulation)
    for held, answer in zip(found.matrix.options, options_answer(found.matrix, found.effectiveness), strict=True):
        figures = Figures(held.one)
        assert answer.tco.base_case == figures(Lines.tco)
        assert answer.latency.p95_seconds == figures(Lines.p95_latency)
    with pytest.raises(LookupError, match=r"no line of service/assessment/ledger stands at options\.nowhere\.tokens"):
        Figures(simulation.keep).noun(MonthlyCosts, "options.nowhere")


def upstream_of(line: Line, kind: Kind) -> set[Line]:
    """Return all lines that a line follows from."""
    formula = line.formula(kind)
    reads = formula.reads if formula else ()
    return set(reads).union(*(upstream_of(source, kind) for source in reads))


@pytest.mark.parametrize("kind", KINDS)
def test_columns_are_given_once(kind: Kind) -> None:
    """No two lines share a column of the draws, unless one is stated in place of the other, or both are one price."""
    by_place: dict[tuple[bool, int], list[Line]] = {}
    needed = inputs_for(kind, frozenset(), FIGURES) | set(lines_for(kind, frozenset(), FIGURES))
    for line in (line for line in LEDGER if line in needed):
        place = line.column_of(kind)
        if place is not None:
            assert 0 <= place < (draws.OWN_BLOCK if isinstance(place, Own) else draws.BLOCK)
            by_place.setdefault((isinstance(place, Own), int(place)), []).append(line)
    reserved = {draws.LIFE, draws.LENGTH, *range(draws.BLOCK)[draws.RENEWALS], *range(draws.BLOCK)[draws.COINS]}
    assert not reserved & {place for is_own, place in by_place if not is_own}
    assert (True, draws.OWN_LIFE) not in by_place
    for first, *others in by_place.values():
        for line in others:
            assert first in upstream_of(line, kind) or {first, line} in ONE_DRAW, (kind, first, line)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_uncertain_line_has_a_column(name: str, resolved: Callable[[dict[str, Any]], Case]) -> None:
    """A line that is uncertain in an example owns a column for each kind of option that reads it."""
    case = resolved(example(name))
    for option in (*case.prompts, *case.suggested):
        for line, interval in (case.shared.intervals | option.inputs.intervals).items():
            is_sure = interval.low == interval.high
            assert is_sure or line.column_of(option.kind) is not None, f"{home_of(line)}: {line} of {option.kind}"
    for line, interval in case.tuning.intervals.items():
        assert interval.low == interval.high or line.column_of("fine_tune") is not None, f"{home_of(line)}: {line}"


def test_points_are_kept_for_a_seed_and_a_number_of_draws(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """The points of a seed are made once, and are not those of another seed or another block."""
    case = resolved(example("ticket-triage"))
    block = sobol_block(draws.CASE, draws.BLOCK, case.draws, case.seed)
    points = draws.points_of(case, "tune:own")
    assert np.shares_memory(points.column(Lines.prompted_accuracy, "fine_tune"), block)
    assert not (sobol_block(draws.CASE, draws.BLOCK, case.draws, case.seed + 1) == block).any()
    assert not (sobol_block("prompt:other", draws.OWN_BLOCK, case.draws, case.seed) == points.own).any()


def test_an_input_that_is_not_put_is_named(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """A line that reads what no stage puts says which, of which option, and which field states it."""
    case = resolved(example("minimal"))
    values = draws.base_inputs(case, case.prompts[1]) | NOTHING_STANDS_IN
    del values[Lines.start_weeks]
    with pytest.raises(
        LookupError, match=r"start_month of improve reads start_weeks.*puts no value .*/prompting/improvement_weeks"
    ):
        fold(values, "improve", COSTS)


def test_one_draw_equals_the_base_case_function(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """Rows do not mix: an offer folded among others has the same figures as alone."""
    case = resolved(example("minimal"))
    policies = tuple(policies_of(case, candidate)[0] for candidate in case.candidates)
    nothing = NOTHING_STANDS_IN | {line: np.zeros((1, 1)) for line in BASELINE}
    figures = FIGURES - {Lines.saving_from_model, Lines.saving_from_tuning}
    together = fold(base_rows(case, case.candidates, policies) | nothing, "fine_tune", figures)
    for row in range(0, len(case.candidates), 7):
        one = base_rows(case, case.candidates[row : row + 1], policies[row : row + 1]) | nothing
        alone = fold(one, "fine_tune", figures)
        for line in figures:
            ours = np.atleast_2d(together[line])
            ours = ours[row if ours.shape[0] > 1 else 0]
            np.testing.assert_allclose(ours, np.ravel(alone[line]), rtol=1e-12, err_msg=line.name)


def told(line: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Return the base case of a traced line in the shape in which formulas read it."""
    values = np.array([np.inf if v is None else v for v in line["base_case"]])
    if line["name"] == "pilots":
        return values.reshape(-1, 3)
    is_plain = line["name"].startswith("tier_") or line["name"] == "months"
    return values if is_plain else values.reshape(1, -1)


def test_trace_recomputes(assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Every calculated line of every printed trace follows from the lines above it, by the formula it names."""
    answer = assess(example("contract-extraction") | {"include": ["trace"]})
    kinds = {option["id"]: option["kind"] for option in answer["options"]}
    lines = {line.name: line for line in LEDGER}
    checked = 0
    for trace in answer["trace"]:
        values = {line["name"]: told(line) for line in trace["lines"]}
        for line in trace["lines"]:
            if line["origin"] != "calculated":
                continue
            formula = lines[line["name"]].formula(kinds[trace["option"]])
            assert formula is not None and line["formula"] == formula.function.__name__
            with np.errstate(invalid="ignore"):  # what does not apply is told as null, and read as infinite
                again = formula.function(*[values[name] for name in line["inputs"]])
            shown = np.nan_to_num(np.ravel(again), nan=np.inf, posinf=np.inf, neginf=np.inf)
            expected = np.array([np.inf if v is None else v for v in line["base_case"]])
            shown, expected = np.broadcast_arrays(shown, expected)  # what is alike in all months may be one number
            np.testing.assert_allclose(shown, expected, rtol=1e-12, err_msg=f"{trace['option']}: {line['name']}")
            checked += 1
    assert checked > 250


def shown_at(answer: Any, part: str) -> Any:
    """Return what an option, a cash flow or an offer shows at a part: the months in a row, the base case of a spread."""
    for name in part.split(".")[1:]:
        answer = [month[name] for month in answer] if isinstance(answer, list) else answer[name]
    return answer["base_case"] if isinstance(answer, dict) else answer


NOT_THEIRS = {
    "options.prices.cache_read", "options.prices.cache_write", "options.latency.replicas", "options.saving_from_model",
    "options.saving_from_tuning", "options.accuracy.planned_examples", "options.training.run_cost",
    "options.training.labels_cost",
}  # fmt: skip
"""What is null where an option does not have it, though its line has a neutral value."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_answer_shows_at_each_part_what_the_trace_says(
    name: str, assess: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """The base case of a line of an option is the figure at each of its parts."""
    answer = assess(example(name) | {"include": ["trace", "cash_flows"]})
    flows = {flow["option"]: flow for flow in answer["cash_flows"]}
    options = {option["id"]: option for option in answer["options"]}
    for trace in answer["trace"]:
        traced = {line["name"]: line["base_case"] for line in trace["lines"]}
        at = {"options": options[trace["option"]], "cash_flows": flows[trace["option"]]}
        for line in (line for line in LEDGER if line.parts):
            for part in line.parts:
                place = part.partition(".")[0]
                if place not in at or (part.startswith("options.training.") and "training" not in at[place]):
                    continue
                shown, row = shown_at(at[place], part), traced.get(line.name, [None])
                if isinstance(shown, list):
                    assert shown[1:] == row * (len(shown) - 1 if len(row) == 1 else 1), part
                else:
                    assert shown == row[0] or (shown is None and part in NOT_THEIRS), part


def test_the_trace_shows_where_a_fitted_number_comes_from(assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Every number of the fitted prior is called fitted, and nothing else is."""
    traces = assess(example("contract-extraction"))["trace"]
    known = {line.name for line in INPUTS if line.origin == "fitted"}
    for trace in traces:
        fitted = {line["name"] for line in trace["lines"] if line["origin"] == "fitted"}
        assert fitted == known & {line["name"] for line in trace["lines"]}
    assert {"bend_variance", "seed_variance", "prior_intercept"} <= fitted


def test_no_path_of_the_code_is_on_the_wire(client: Any) -> None:
    """The ledger names formulas, not modules."""
    ledger = client.get("/v1/ledger")
    assert not re.search(r"\b(models|service)\.\w", ledger.text)
    assert "money" not in {word for line in ledger.json()["steps"] for word in line["unit"].split("/")}
