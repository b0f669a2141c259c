"""The ledger is whole: the explanation cannot drift from the sum."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from conftest import EXAMPLES, example

from service.assessment.case import Case
from service.assessment.ledger.fold import FIGURES, fold
from service.assessment.ledger.inputs import INPUTS
from service.assessment.ledger.lines import LEDGER
from service.assessment.simulate import DIMENSIONS, base_inputs, with_candidates

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def test_every_input_is_defined_above_the_line_that_reads_it() -> None:
    """A line reads only inputs and lines above it."""
    known = set(INPUTS)
    for step in LEDGER:
        assert set(step.inputs) <= known, (step.name, set(step.inputs) - known)
        assert step.name not in known
        known.add(step.name)


def test_arity_matches() -> None:
    """A line hands its function as many arguments as it takes."""
    for step in LEDGER:
        inspect.signature(step.function).bind(*step.inputs)


def test_every_line_and_input_is_read() -> None:
    """Every line is read by a later line or is a figure of the answer; every input is read."""
    read = {source for step in LEDGER for source in step.inputs}
    figures = Path(__file__).parents[2] / "service" / "assessment"
    rooms = ("explain", "decide", "simulate")
    words = "".join(path.read_text() for room in rooms for path in (figures / room).glob("*.py"))
    options = ("prompt", "improved", "tuned")
    for step in LEDGER:
        templates = {step.name} | {"{option}_" + step.name.removeprefix(f"{o}_") for o in options}
        templates |= {"{shared}_" + step.name.removeprefix(f"{o}_") for o in options}
        assert step.name in read or any(template in words for template in templates), step.name
    assert set(INPUTS) <= read | {"months"}, set(INPUTS) - read


def test_every_name_is_in_the_glossary() -> None:
    """Every name of the ledger is explained in docs/glossary.md."""
    glossary = GLOSSARY.read_text()
    missing = [name for name in (*INPUTS, *(step.name for step in LEDGER)) if f"| {name} |" not in glossary]
    assert not missing


def test_functions_live_in_the_textbook_and_are_explained() -> None:
    """Every function of the ledger has a docstring that says what it returns."""
    for step in LEDGER:
        assert (step.function.__doc__ or "").startswith("Return"), step.function


def test_dimensions_are_unique_and_cover_every_uncertain_input(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """Each uncertain input owns one Sobol' dimension by its name."""
    assert len(set(DIMENSIONS)) == len(DIMENSIONS)
    for name in EXAMPLES:
        assert set(resolved(example(name)).intervals) <= set(DIMENSIONS)


def test_one_draw_equals_the_base_case_function(resolved: Callable[[dict[str, Any]], Case]) -> None:
    """Rows do not mix: a case folded among others gives the same figures as alone."""
    case = resolved(example("minimal"))
    together = fold(with_candidates(base_inputs(case), case.candidates))
    for row, candidate in list(enumerate(case.candidates))[::7]:
        alone = fold(with_candidates(base_inputs(case), (candidate,)))
        for name in FIGURES:
            ours = np.atleast_2d(together[name])
            ours = ours[row if ours.shape[0] > 1 else 0]
            np.testing.assert_allclose(ours, np.ravel(alone[name]), rtol=1e-12, err_msg=name)


def test_trace_recomputes(assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Every calculated line of a printed trace follows from the lines above it, by the function it names."""
    trace = assess(example("contract-extraction"))["trace"]
    functions = {step.name: step.function for step in LEDGER}
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
            again = functions[line["name"]](*[values[name] for name in line["inputs"]])
            expected = [np.inf if v is None else v for v in line["base_case"]]
            shown = np.nan_to_num(np.ravel(again), nan=np.inf, posinf=np.inf, neginf=np.inf)
            np.testing.assert_allclose(shown, expected, rtol=1e-12, err_msg=line["name"])
            checked += 1
    assert checked > 80
