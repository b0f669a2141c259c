"""The workbook: a formula for every line, texts that stay texts, functions that every spreadsheet knows, the same bytes again."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import formulas as spreadsheet
import openpyxl
import pytest
from conftest import EXAMPLES, TODAY, example
from renderings.asking import Ask
from renderings.recalculating import Values, formulas_of, names_of, spoiled, unlike
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from service.assessment.ledger.fold import steps_for
from service.assessment.ledger.line import KINDS
from service.assessment.ledger.lines import FIGURES, Lines
from service.renderings import workbook
from service.renderings.workbook.ledgers import FORMULAS
from service.renderings.workbook.styles import PlainSheet

KNOWN = frozenset(
    [
        "ABS",
        "AND",
        "COLUMN",
        "COUNT",
        "COUNTIF",
        "EXP",
        "FALSE",
        "IF",
        "INDEX",
        "INT",
        "LN",
        "MATCH",
        "MAX",
        "MIN",
        "OR",
        "POISSON",
        "ROUND",
        "SQRT",
        "SUM",
        "SUMPRODUCT",
        "TRUE",
    ]
)
"""Functions that Excel 2010 and LibreOffice 7 both know without a prefix."""

NEVER_FOLDED = frozenset({Lines.retirements, Lines.migrations, Lines.is_better})
"""Put at the base case, whatever the kind of option: expected over the draws."""


def booked(ask: Ask, request: dict[str, Any]) -> bytes:
    """Return the workbook of a request."""
    return workbook.render(*ask({"as_of": str(TODAY), **request}))


def test_every_line_of_the_base_case_has_a_formula() -> None:
    """No kind of option has a line at its base case whose formula a sheet cannot say, whatever is stated and whatever is not."""
    for kind in KINDS:
        put = NEVER_FOLDED | (frozenset() if kind == "keep" else {Lines.accuracy_at_start})
        missing = {step.line.name: step.function.__name__ for step in steps_for(kind, put, FIGURES)}
        assert {line: name for line, name in missing.items() if name not in FORMULAS} == {}, kind


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_request_has_the_same_bytes(name: str, ask: Ask) -> None:
    """A workbook made twice is the same file to the byte."""
    assert booked(ask, example(name)) == booked(ask, example(name))


@pytest.mark.parametrize("name", EXAMPLES)
def test_formulas_use_what_every_spreadsheet_knows(name: str, ask: Ask) -> None:
    """No formula calls a function newer than Excel 2010, is longer than 8,192 characters, or leads to another file."""
    found = formulas_of(booked(ask, example(name)))
    called = {function for formula in found.values() for function in re.findall(r"([A-Z][A-Z0-9.]*)\(", formula)}
    assert called <= KNOWN
    assert max(map(len, found.values())) < 8192
    assert not [formula for formula in found.values() if "[" in formula]


def test_there_is_nothing_in_it_but_sheets(ask: Ask) -> None:
    """The file holds no macro, no link to elsewhere and no other object than its chart."""
    with zipfile.ZipFile(io.BytesIO(booked(ask, example("minimal")))) as opened:
        names = opened.namelist()
        targets = [
            name
            for file in names
            if file.endswith(".rels")
            for name in re.findall(r'TargetMode="(\w+)"', opened.read(file).decode())
        ]
    assert not [
        name for name in names if re.search(r"vba|macro|externalLink|embed|oleObject|activeX", name, re.IGNORECASE)
    ]
    assert targets == []


def test_inputs_are_named_and_say_where_they_come_from(ask: Ask) -> None:
    """Each named input has a unit, an origin and a source; those assumed or priced have the day of their check."""
    request = example("ticket-triage")
    book = booked(ask, request)
    names, sheet = names_of(book), Values(book).sheets["Inputs"]
    assert names["requests_per_month"][0] == "Inputs"
    assert {"error_cost", "discount_rate", "hourly_rate", "npv.keep", "npv.improve"} <= names.keys()
    rows = [row for row in sheet[4:] if row[0]]
    assert len(rows) > 60
    for row in rows:
        assert row[4] and row[9] and row[10], row[0]
        assert row[11] or row[9] not in ("assumed", "price list"), row[0]
    volume = next(row for row in rows if row[0] == "Requests per month")
    said = request["volume"]["requests_per_month"]
    assert (volume[5], volume[6]) == (said["low"], said["high"]) and volume[3] == volume[7]


HOSTILE = ("=1+1", "=cmd|' /C calc'!A1", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>", "\u202e=1", "😀" * 20_000)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_stays_a_text(text: str, ask: Ask) -> None:
    """What a caller wrote stands in its cell as it was written, as a text, quoted where it begins like a formula."""
    request = example("minimal")
    request["task"]["description"] = text
    opened = openpyxl.load_workbook(io.BytesIO(booked(ask, request)))
    cell = opened["Summary"]["B3"]
    assert cell.data_type == "s"
    assert cell.value == text or (len(text) > 4_000 and cell.value.startswith(text[:4_000]))
    assert cell.quotePrefix is text.startswith(("=", "+", "-", "@"))


def test_options_of_one_name_keep_their_cells_apart(ask: Ask) -> None:
    """Alternatives whose names differ in their signs only have cells of their own names, and each reads its own prices."""
    request = example("minimal")
    graded = {"measured_accuracy": {"correct": 150, "total": 200}}
    request["prompting"]["alternatives"] = [
        {"name": name, "prices": {"input_usd_per_mtok": price, "output_usd_per_mtok": 2 * price}, **graded}
        for name, price in (("a-b", 1), ("a_b", 50), ("a.b", 9))
    ]
    book = booked(ask, request)
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        defined = re.findall(r'<definedName name="([^"]+)"(?! hidden)', opened.read("xl/workbook.xml").decode())
    ours = [name.casefold() for name in defined if not name.startswith("_xlnm")]
    assert len(set(ours)) == len(ours)
    places, now = names_of(book), Values(book)
    prices = {
        now.at((tab, *xl_cell_to_rowcol(cell)))
        for name, (tab, cell) in places.items()
        if name.startswith("tier_input_prices.prompt_a_b")
    }
    assert prices == {1.0, 50.0, 9.0}


def test_inputs_out_of_range_are_told(ask: Ask) -> None:
    """A share is held between 0 and 1 and a sum above 0, with a warning in words where it is not."""
    opened = openpyxl.load_workbook(io.BytesIO(booked(ask, example("ticket-triage"))))
    rules = opened["Inputs"].data_validations.dataValidation
    place = names_of(booked(ask, example("ticket-triage")))["prompted_accuracy"][1]
    (of_accuracy,) = [rule for rule in rules if place in rule.sqref]
    assert (float(of_accuracy.formula1), float(of_accuracy.formula2), of_accuracy.errorStyle) == (0.0, 1.0, "warning")
    assert len(rules) > 50


def test_the_search_for_new_functions_is_still_skipped(monkeypatch: pytest.MonkeyPatch, ask: Ask) -> None:
    """The method by which the library would search every formula is ours, and is called for each."""
    called = []
    whole = PlainSheet._prepare_formula
    monkeypatch.setattr(PlainSheet, "_prepare_formula", lambda *said: called.append(1) or whole(*said))
    found = formulas_of(booked(ask, example("minimal")))
    assert len(called) >= len(found) > 1000


def test_a_small_book_is_calculated_anew(ask: Ask, tmp_path: Path) -> None:
    """A second spreadsheet, in Python, gives every formula of a book of three months the value that is kept beside it."""
    request = example("ticket-triage")
    request["volume"]["horizon_months"] = 3
    book = booked(ask, request)
    (tmp_path / "small.xlsx").write_bytes(spoiled(book))
    solved = spreadsheet.ExcelModel().loads(str(tmp_path / "small.xlsx")).finish().calculate()
    kept, faults = Values(book), []
    for place, formula in formulas_of(book).items():
        tab, row, column = place
        now = solved[f"'[small.xlsx]{tab.upper()}'!{xl_rowcol_to_cell(row, column)}"].value[0, 0]
        if unlike(kept.at(place), now.item() if hasattr(now, "item") else now):
            faults.append((place, kept.at(place), now, formula[:200]))
    assert faults == []
