"""The workbook in LibreOffice: calculated anew it says what the service said, and with other inputs what the service would say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from audit.cases_at_random import request_at_random
from conftest import EXAMPLES, TODAY, example, field_case
from renderings.asking import Ask, Request
from renderings.recalculating import Values, formulas_of, names_of, recalculated, spoiled, unlike
from xlsxwriter.utility import xl_cell_to_rowcol

from service.nouns.answer.assessment import Assessment
from service.nouns.request.assessment import AssessmentRequest
from service.renderings import workbook
from service.renderings.workbook.summary import TAB

FIELD = tuple(sorted(path.stem for path in (Path(__file__).parents[1] / "field").glob("*.json")))
SEEDS = range(100, 130)
"""Of the requests at random."""

ASK_AGAIN = "ask the service again"

NEW: dict[str, Callable[[float], float]] = {
    "requests_per_month": lambda value: value * 0.5,
    "error_cost": lambda value: value * 2.0 + 0.013,
    "discount_rate": lambda value: value + 0.04,
    "prompted_instruction_tokens": lambda value: value * 0.7,
    "prompted_output_tokens": lambda value: value * 1.3,
    "price_decline_per_year": lambda value: value * 0.5 + 0.05,
    "cost_per_trial": lambda value: value * 1.7,
    "peak_to_average": lambda value: value + 1.0,
}
"""Inputs that all options share, and what becomes of each."""


def request_of(name: str) -> Request:
    """Return a request by its name: an example, a field case, or a seed."""
    if name.isdecimal():
        return request_at_random(int(name))
    found = example(name) if name in EXAMPLES else field_case(name)
    return {"as_of": str(TODAY), **found}


Whole = tuple[AssessmentRequest, Assessment]


@pytest.fixture(scope="module")
def answers(ask: Ask) -> dict[str, Whole]:
    """Return the answer to every example, field case and request at random."""
    return {name: ask(request_of(name)) for name in (*EXAMPLES, *FIELD, *map(str, SEEDS))}


@pytest.fixture(scope="module")
def books(answers: dict[str, Whole]) -> dict[str, bytes]:
    """Return the workbook of every answer."""
    return {name: workbook.render(*answer) for name, answer in answers.items()}


def test_every_formula_gives_what_the_service_says(books: dict[str, bytes], tmp_path: Path) -> None:
    """Calculated anew from the inputs, with every kept value wrong before, each formula gives the figure of the answer."""
    again = recalculated({name: spoiled(book) for name, book in books.items()}, tmp_path)
    faults, count = [], 0
    for name, book in books.items():
        kept, now = Values(book), Values(again[name])
        for place, formula in formulas_of(book).items():
            count += 1
            if unlike(kept.at(place), now.at(place)):
                faults.append(f"{name} {place}: {kept.at(place)} kept, {now.at(place)} by {formula[:300]}")
    assert not faults, "\n".join(faults[:20])
    assert count > 100_000


def test_what_is_kept_is_what_the_answer_says(books: dict[str, bytes], answers: dict[str, Whole]) -> None:
    """The value kept beside a formula is the base case of its line in the trace, for every line of every option."""
    for name in EXAMPLES:
        _, answer = answers[name]
        kept = Values(books[name])
        tabs = [tab for tab in kept.tabs if tab[0].isdigit()]
        for tab, trace in zip(tabs, answer.trace or [], strict=True):
            lines = {line.meaning: line for line in trace.lines}
            for row in kept.sheets[tab][4:]:
                line = lines[row[1]]
                found = row[5:] if len(line.base_case) > 1 else row[4:5]
                for cell, value in zip(found, line.base_case, strict=False):
                    is_alike = value is not None and cell == pytest.approx(value, rel=1e-14, abs=0.0)
                    assert is_alike or (value is None and cell in ("", 1e300)), (tab, line.name)


def with_changes(request: Request, numbers: dict[str, tuple[str, float]]) -> Request:
    """Return a request with other numbers at some pointers."""
    changed: Request = json.loads(json.dumps(request))
    for pointer, number in numbers.values():
        *parents, last = pointer.strip("/").split("/")
        place = changed
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = number
    return changed


def three_of(seed: int, request: Request, answer: Assessment) -> dict[str, tuple[str, float]]:
    """Return three inputs of an answer with the pointer and the new number of each, other ones for each seed."""
    lines = {line.name: line for line in (answer.trace or [])[0].lines}
    # What a teacher's label costs follows from tokens before the calculation begins: an input of the workbook.
    is_taught = request.get("fine_tuning", {}).get("label_source") == "teacher"
    found = [
        name
        for name in NEW
        if name in lines and lines[name].is_shared and lines[name].pointer and not (is_taught and "tokens" in name)
    ]
    chosen = [found[(seed + step) % len(found)] for step in range(3)]
    return {name: (lines[name].pointer, NEW[name](lines[name].base_case[0] or 0.0)) for name in chosen}


def checks_of(now: Values) -> dict[str, dict[str, str]]:
    """Return what a workbook's first sheet says of the choices of each option: by its id, what is checked and the word."""
    rows = {row[0]: row[1:] for row in now.sheets[TAB]}
    checks = {label: rows[label] for label in ("Who stands in", "What is done at a shutdown", "Which offer")}
    return {id: {label: said[at] for label, said in checks.items()} for at, id in enumerate(rows["Id"]) if id}


def test_changed_inputs_move_every_npv_as_the_service_would(
    answers: dict[str, Whole], books: dict[str, bytes], ask: Ask, tmp_path: Path
) -> None:
    """With three inputs changed in the sheet, each option's NPV is that of the service's answer to the request so changed."""
    changed, asked_anew = {}, {}
    for seed, (name, (_, answer)) in enumerate(answers.items()):
        request = request_of(name)
        changes = three_of(seed, request, answer)
        changed[name] = spoiled(books[name], {line: number for line, (_, number) in changes.items()})
        asked_anew[name] = (answer, ask(with_changes(request, changes))[1])
    again = recalculated(changed, tmp_path)
    compared = {"prompt": 0, "tune": 0}
    said: Counter[tuple[str, bool]] = Counter()
    for name, (before, after) in asked_anew.items():
        now, names = Values(again[name]), names_of(books[name])
        checks = checks_of(now)
        offers = [{offer.id for offer in answer.offers if offer.option} for answer in (before, after)]
        may_be_others = any(ASK_AGAIN in check["Which offer"] for check in checks.values())
        assert may_be_others or offers[0] == offers[1] or not offers[0], name
        said["Which offer", may_be_others] += 1
        new = {option.id: option for option in after.options if option.is_feasible}
        for option in before.options:
            other = new.get(option.id)
            if other is None or not option.is_feasible:
                continue
            at_a_shutdown = ASK_AGAIN in checks[option.id]["What is done at a shutdown"]
            said["What is done at a shutdown", at_a_shutdown] += 1
            assert at_a_shutdown or other.lifetime.on_shutdown == option.lifetime.on_shutdown, (name, option.id)
            if other.stands_in != option.stands_in:
                continue
            if other.lifetime.on_shutdown == option.lifetime.on_shutdown:
                tab, cell = names["npv." + re.sub("[^a-z0-9]+", "_", option.id)]
                here = now.at((tab, *xl_cell_to_rowcol(cell)))
                assert not unlike(here, other.npv.base_case), (name, option.id)
                compared["tune" if option.offer else "prompt"] += 1
    assert compared["prompt"] > 60 and compared["tune"] > 20, compared
    assert said["Which offer", True] > 5 and said["What is done at a shutdown", True] > 1, said
    assert min(said["Which offer", False], said["What is done at a shutdown", False]) > 20, said


def test_a_policy_that_the_service_would_change_is_told(ask: Ask, tmp_path: Path) -> None:
    """At three times the volume the smallest example's fine-tune migrates where it reverted, and the sheet says that it may."""
    request = request_of("minimal")
    (_, before), tripled = ask(request), {"requests_per_month": ("/volume/requests_per_month", 1_200_000.0)}
    (_, after) = ask(with_changes(request, tripled))
    was, becomes = ({one.id: one.lifetime.on_shutdown for one in answer.options} for answer in (before, after))
    others = [id for id, policy in was.items() if policy and becomes.get(id) not in (policy, None)]
    assert others
    book = spoiled(workbook.render(*ask(request)), {"requests_per_month": 1_200_000.0})
    checks = checks_of(Values(recalculated({"tripled": book}, tmp_path)["tripled"]))
    assert all(ASK_AGAIN in checks[id]["What is done at a shutdown"] for id in others)


def test_the_checks_say_no_more_than_is_known(ask: Ask, tmp_path: Path) -> None:
    """Nothing is said to stay as answered where the service chooses anew, and nothing to choose is not said to be chosen."""
    few, more = {"requests_per_month": 1_000.0}, {"requests_per_month": 412_469.0}
    small = {"name": "small", "base_model": "openai/gpt-4.1-nano", "measured_accuracy": {"correct": 185, "total": 200}}
    serving = field_case("provider-closes")
    serving["prompting"]["alternatives"] = [small]
    best = json.loads(json.dumps(serving))
    best["fine_tuning"] |= {"base_model": "azure/gpt-4.1-mini", "on_shutdown": "best"}
    cases: dict[str, tuple[Request, dict[str, float]]] = {
        "moved": (request_of("134"), more), "own": (request_of("documents-own-gpu"), few),
        "accurate": (request_of("support-big-model"), few), "beyond": (request_of("22"), few),
        "serving": (serving, {"tier_input_prices.prompt_small": 500.0}), "best": (best, few),
    }  # fmt: skip
    books = {name: spoiled(workbook.render(*ask(request)), changes) for name, (request, changes) in cases.items()}
    checks = {name: checks_of(Values(book)) for name, book in recalculated(books, tmp_path).items()}

    def said(name: str, id: str, label: str = "What is done at a shutdown") -> str:
        return checks[name][id][label]

    # The service migrates here, though what reverting is worth has hardly moved.
    tune = "tune:vertex/gemini-3.1-flash-lite"
    assert said("moved", tune) == (
        "its worth moved by less than it was ahead; what the other way is worth here is not known"
    )
    # Other offers are listed for information beside an own one, and never kept.
    assert said("own", "tune:own", "Which offer") == "nothing to choose"
    # Chosen for its accuracy, not for its worth.
    assert said("accurate", tune).startswith("as answered the other way was worth as much or more")
    assert said("beyond", "tune:own") == "nothing to choose"
    assert said("serving", "in_service", "Who stands in").startswith("another would stand in more cheaply")
    assert said("serving", "in_service") == "nothing to choose"
    assert ASK_AGAIN in said("best", "in_service")
    assert said("best", "in_service", "Who stands in").startswith("another would stand in more cheaply")
