"""The cash flow as CSV: its sums are the answer's totals, and every program reads it."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import subprocess
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas
import pytest
from conftest import EXAMPLES, TODAY, example, field_case
from renderings.asking import Ask
from renderings.recalculating import Values

from service.nouns.answer.assessment import Assessment
from service.nouns.request.query import CashFlowQuery
from service.renderings import cash_flow, workbook
from service.renderings.cash_flow import PARTS

CASES = (*EXAMPLES, "provider-closes", "documents-own-gpu")
CENT = 0.005
Rows = list[dict[str, str]]


def answered(ask: Ask, name: str) -> Assessment:
    """Return the whole answer to a case."""
    request = example(name) if name in EXAMPLES else field_case(name)
    return ask({"as_of": str(TODAY), **request})[1]


def rows_of(answer: Assessment, **query: Any) -> Rows:
    """Return the rows of a cash flow, read as a program would."""
    text = cash_flow.render(answer, CashFlowQuery(**query)).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def sums(rows: Rows, by: str, column: str) -> dict[str, float]:
    """Return the sums of a column by the values of another."""
    found: dict[str, float] = defaultdict(float)
    for row in rows:
        found[row[by]] += float(row[column])
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_wide_table_adds_up_to_the_totals(name: str, ask: Ask) -> None:
    """Costs and savings of the months in today's money are the base case of TCO and NPV, to the cent, and every cost its parts."""
    answer = answered(ask, name)
    rows = rows_of(answer)
    costs, savings = (sums(rows, "option", column) for column in ("present_cost", "present_saving"))
    feasible = [option for option in answer.options if option.is_feasible]
    assert list(costs) == [option.id for option in feasible]
    for option in feasible:
        assert costs[option.id] == pytest.approx(option.tco.base_case, abs=CENT)
        assert savings[option.id] == pytest.approx(option.npv.base_case, abs=CENT)
    for row in rows:
        assert sum(float(row[part]) for part in PARTS) == pytest.approx(float(row["cost"]), abs=CENT)
        assert float(row["cost"]) * float(row["discount_factor"]) == pytest.approx(float(row["present_cost"]), abs=CENT)


@pytest.mark.parametrize("name", CASES)
def test_a_long_table_adds_up_to_the_parts(name: str, ask: Ask) -> None:
    """The present values of each cost of an option are those of the answer, to the cent."""
    answer = answered(ask, name)
    rows = rows_of(answer, shape="long")
    for option in answer.options:
        found = sums([row for row in rows if row["option"] == option.id], "component", "present_value")
        for part, total in found.items():
            assert total == pytest.approx(getattr(option.present_values, part), abs=CENT), (option.id, part)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_columns_of_the_cost_specification_keep_cash_and_economic_cost_apart(name: str, shape: str, ask: Ask) -> None:
    """What is billed is the cost without wrong answers; what is written off is the same over the horizon; x_Cost holds all."""
    answer = answered(ask, name)
    rows = rows_of(answer, shape=shape, columns="focus")
    billed, written_off, present = (
        sums(rows, "x_Scenario", name) for name in ("BilledCost", "EffectiveCost", "x_PresentCost")
    )
    for flow in answer.cash_flows or []:
        cash = sum(month.cost_without_errors for month in flow.months)
        assert billed[flow.option] == pytest.approx(cash, abs=CENT)
        assert written_off[flow.option] == pytest.approx(cash, abs=CENT)
    for option in answer.options:
        if option.is_feasible:
            assert present[option.id] == pytest.approx(option.tco.base_case, abs=CENT)
    for row in rows:
        start, end = (
            datetime.datetime.strptime(row[name], "%Y-%m-%dT%H:%M:%SZ")
            for name in ("ChargePeriodStart", "ChargePeriodEnd")
        )
        assert start < end
    ours = [column.startswith("x_") for column in rows[0]]
    assert ours == sorted(ours)


def test_months_follow_each_other(ask: Ask) -> None:
    """Each month begins where the one before ends, from the day of the decision on; months are as many as the horizon, and one."""
    answer = answered(ask, "contract-extraction")
    rows = [row for row in rows_of(answer) if row["option"] == "keep"]
    assert [int(row["month"]) for row in rows] == list(range(answer.horizon_months + 1))
    assert rows[0]["period_start"] == rows[1]["period_start"] == str(TODAY)
    assert all(one["period_end"] == other["period_start"] for one, other in itertools.pairwise(rows[1:]))


def test_months_behind_the_calendar_end_with_it(ask: Ask) -> None:
    """A decision on the calendar's last day has its months, which all end on that day."""
    answer = ask({**example("ticket-triage"), "as_of": "9999-12-31"})[1]
    assert {row["period_end"] for row in rows_of(answer)} == {"9999-12-31"}


def test_it_is_plain_text_that_every_program_reads(ask: Ask, tmp_path: Path) -> None:
    """Lines end with CRLF, the text is UTF-8 without a mark, and LibreOffice reads the figures as numbers."""
    answer = answered(ask, "ticket-triage")
    raw = cash_flow.render(answer, CashFlowQuery())
    assert raw.endswith(b"\r\n") and raw.count(b"\n") == raw.count(b"\r\n") and raw.isascii()
    (tmp_path / "flow.csv").write_bytes(raw)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "flow.csv"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (sheet,) = Values((tmp_path / "flow.xlsx").read_bytes()).sheets.values()
    rows = rows_of(answer)
    cost = sheet[0].index("cost")
    assert [line[cost] for line in sheet[1:]] == pytest.approx([float(row["cost"]) for row in rows])


def test_pandas_reads_the_file_and_the_workbook(ask: Ask) -> None:
    """By the line of the documentation pandas gives days, numbers and the totals; of the workbook it reads what is kept."""
    answer = answered(ask, "ticket-triage")
    raw = cash_flow.render(answer, CashFlowQuery())
    table = pandas.read_csv(io.BytesIO(raw), parse_dates=["period_start", "period_end"])
    texts = {"option", "currency"}
    assert all(
        str(kind).startswith(("float", "int", "datetime")) for name, kind in table.dtypes.items() if name not in texts
    )
    totals = table.groupby("option").present_cost.sum()
    options = {one.id: one for one in answer.options if one.is_feasible}
    assert set(totals.index) == set(options)
    assert all(totals[id] == pytest.approx(one.tco.base_case, abs=CENT) for id, one in options.items())
    book = workbook.render(ask({"as_of": str(TODAY), **example("ticket-triage")})[0], answer)
    rows = pandas.read_excel(io.BytesIO(book), sheet_name="Summary", header=None, index_col=0, engine="calamine").T
    found = {id: row["NPV here"] for id, row in rows.set_index("Id").iterrows() if id in options}
    assert found == {id: pytest.approx(one.npv.base_case, abs=CENT) for id, one in options.items()}


HOSTILE = ("=cmd|'/c calc'!A0/x", "@SUM(1)/x", "-1+1/x", "+1/x", "\t=1/x", "a;=1+1/x", 'say "=1"/x')


@pytest.mark.parametrize("model", HOSTILE)
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_a_text_of_the_caller_is_no_formula(model: str, shape: str, ask: Ask) -> None:
    """Whatever a base model is called, its cell begins with none of the signs of a formula and is quoted as a whole."""
    request = example("minimal")
    request["prompting"] |= {"base_model": model, "prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}}
    answer = ask({"as_of": str(TODAY), **request})[1]
    raw = cash_flow.render(answer, CashFlowQuery(shape=shape, columns="focus")).decode()
    for row in csv.reader(io.StringIO(raw, newline="")):
        for cell in row:
            is_figure = re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", cell)
            assert is_figure or not cell.startswith(("=", "+", "-", "@", "\t")), cell
    assert not re.search(r"(^|,)[^\",\r\n]*;", raw)
    assert any(row["saving"].startswith("-") for row in rows_of(answer))


def test_columns_keep_their_order() -> None:
    """Each table has its columns, ours behind those of the cost specification; there is a header where no cost is."""
    for (shape, columns), table in cash_flow.TABLES.items():
        assert len(set(table.columns)) == len(table.columns), (shape, columns)
        assert table.columns[:2] == (("BilledCost", "BillingCurrency") if columns == "focus" else ("option", "month"))


def test_what_costs_nothing_has_a_header_all_the_same(ask: Ask) -> None:
    """Where no option costs anything there are no charges, and the table is its header."""
    nothing = {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}
    request = {
        "as_of": str(TODAY),
        "task": {"description": "Nothing."},
        "prompting": {
            "measured_accuracy": {"correct": 1, "total": 2}, "prices": nothing, "maintenance_cost_per_month": 0,
            "improvement_cost": 0, "migration_cost": 0, "cost_per_trial": 0, "build_cost": 0,
        },
        "fine_tuning": {"offer": {"prices": nothing, "shutdown_date": "2026-11-28"}},
        "volume": {"requests_per_month": 0},
    }  # fmt: skip
    (header,) = cash_flow.render(ask(request)[1], CashFlowQuery(shape="long", columns="focus")).splitlines()
    assert header.startswith(b'"BilledCost"')


@pytest.mark.parametrize("day", ["0001-01-01", "1900-02-28", "9990-01-31", "9999-12-31"])
def test_any_day_of_the_calendar_has_a_table(day: str, ask: Ask) -> None:
    """A horizon that leads beyond the last day of the calendar ends there, and the first day is one like others."""
    request = example("minimal")
    request["volume"]["horizon_months"] = 120
    request["prompting"]["prices"] = {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
    request["fine_tuning"] = {"offer": {"prices": request["prompting"]["prices"], "training_usd_per_mtok": 3}}
    asked, answer = ask({**request, "as_of": day})
    rows = [row for row in rows_of(answer, columns="focus") if row["x_Scenario"] == "keep"]
    assert len(rows) == 121 and rows[0]["ChargePeriodStart"].startswith(day if day < "9999" else "9999")
    with zipfile.ZipFile(io.BytesIO(workbook.render(asked, answer))) as opened:
        assert re.search(r"<dcterms:created[^>]*>[0-9]{4}-", opened.read("docProps/core.xml").decode())
