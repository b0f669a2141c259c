"""The figures of the memo are those of the answer: tables and charts say what the JSON says, to three digits."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from msgspec import UNSET
from renderings.memos import CASES, Element, case, read

from service.nouns.answer.options import OptionAnswer
from service.renderings.memo.options import marks_of

POWER = re.compile(r"(−?[\d.,]+) × 10\^(−?\d+)")
NUMBER = re.compile(r"[−+]?\d[\d,]*(?:\.\d+)?")
LARGE = {"million": 1e6, "billion": 1e9, "trillion": 1e12}
NEAR = 0.0051
"""Half a unit of the third digit, where it is the most."""


def numbers(text: str) -> list[float]:
    """Return the numbers in a text, as people write them."""
    text = POWER.sub(
        lambda found: (
            f"{float(found[1].replace('−', '-').replace(',', '')) * 10.0 ** int(found[2].replace('−', '-')):.20f}"
        ),
        text,
    )
    return [float(one.replace("−", "-").replace(",", "")) for one in NUMBER.findall(text.replace("-", "−"))]


def body(table: Element) -> list[list[str]]:
    """Return the cells of a table's rows."""
    return [[cell.text for cell in row.inside if isinstance(cell, Element)] for row in table.one("tbody").all("tr")]


def table_of(name: str, chart: str) -> list[list[str]]:
    """Return the figures beside a chart of a case, or nothing where it is not drawn."""
    for figure in read(name).all("figure"):
        if figure.all(id=f"{chart}-title"):
            return body(figure.one("details").one("table"))
    return []


def same(cell: str, value: float | None, scale: float = 1.0) -> bool:
    """Return whether a cell says a value; n/a where there is none."""
    if value is None:
        return cell == "n/a"
    return numbers(cell)[:1] == [pytest.approx(value * scale, rel=NEAR, abs=1e-30)]


def feasible(name: str) -> list[OptionAnswer]:
    """Return the options that can serve."""
    return [option for option in case(name).answer.options if option.is_feasible]


@pytest.mark.parametrize("name", CASES)
def test_savings_are_those_of_the_cash_flow(name: str) -> None:
    """The table beside the savings has every month of every option with its percentiles, as the cash flow has them."""
    rows, flows = table_of(name, "cumulative-chart"), case(name).answer.cash_flows or []
    assert [int(row[0]) for row in rows] == [month.month for month in flows[0].months]
    for at, row in enumerate(rows):
        savings, bands = [row[1], *row[2::2]], row[3::2]
        assert all(same(cell, flow.months[at].cumulative_saving) for cell, flow in zip(savings, flows, strict=True)), (
            row
        )
        for cell, flow in zip(bands, flows[1:], strict=True):
            month, (low, high) = flow.months[at], cell.split(" to ")
            assert same(low, month.cumulative_saving_p10) and same(high, month.cumulative_saving_p90), row


@pytest.mark.parametrize("name", CASES)
def test_net_present_values_and_accuracies_are_the_answers(name: str) -> None:
    """Beside their charts stand percentiles and mean of each net present value, and each accuracy with its interval."""
    marks, others = marks_of(case(name).answer), feasible(name)[1:]
    rows = table_of(name, "npv-chart")
    assert [row[0] for row in rows] == [marks[option.id].full for option in others]
    for row, option in zip(rows, others, strict=True):
        for cell, value in zip(row[1:4], (option.npv.p10, option.npv.mean, option.npv.p90), strict=True):
            assert same(cell, value)
    rows = table_of(name, "accuracy-chart")
    assert len(rows) == len(feasible(name))
    for row, option in zip(rows, feasible(name), strict=True):
        one = option.accuracy
        assert (
            same(row[1], one.mean, 100) and same(row[3], one.average_mean, 100) and same(row[4], one.worst_month, 100)
        )
        assert numbers(row[2]) == pytest.approx(
            [100 * (one.interval.low or 0), 100 * (one.interval.high or 0)], rel=NEAR
        )
        assert row[6].startswith("measured" if option.is_measured else "predicted")
        if option.accuracy.evidence is not UNSET and not option.is_measured:
            evidence = option.accuracy.evidence
            wanted = [evidence.rows, evidence.sources, evidence.left_out_error_points]
            assert numbers(row[6]) == pytest.approx(wanted, rel=NEAR)
            assert ("lies outside" in row[6]) is evidence.is_outside


@pytest.mark.parametrize("name", CASES)
def test_costs_and_the_frontier_are_the_answers(name: str) -> None:
    """Beside cost and accuracy stand cost without errors, average accuracy and what one more right answer costs."""
    answer = case(name).answer
    rows, marks = table_of(name, "efficiency-chart"), marks_of(answer)
    assert len(rows) == len(feasible(name))
    for row, option in zip(rows, feasible(name), strict=True):
        cost = option.tco_without_errors
        assert all(same(cell, value) for cell, value in zip(row[1:4], (cost.p10, cost.mean, cost.p90), strict=True))
        assert same(row[4], option.accuracy.average_mean, 100)
        if option.dominated_by is not None:
            assert row[5].endswith(f"see {marks[option.dominated_by].letter}")
        elif option.incremental_cost_per_right_answer is not None:
            assert same(row[5], option.incremental_cost_per_right_answer)


@pytest.mark.parametrize("name", CASES)
def test_chances_to_be_the_best_are_the_answers(name: str) -> None:
    """Beside the acceptability curves stands every share at every price of an error."""
    answer = case(name).answer
    assert answer.curves
    curve, rows = answer.curves.acceptability, table_of(name, "acceptability-chart")
    if not rows:
        assert len(curve.error_costs) < 3
        return
    assert len(rows) == len(curve.error_costs)
    for row, cost in zip(rows, curve.error_costs, strict=True):
        assert same(row[0], cost / next((size for word, size in LARGE.items() if word in row[0]), 1.0))
    letters = {mark.letter: id_ for id_, mark in marks_of(answer).items()}
    for at, row in enumerate(rows):
        for cell, one in zip(row[1:-1], curve.options, strict=True):
            assert numbers(cell)[0] == pytest.approx(100 * one.shares[at], abs=0.51)
        equal = {one.option for one in curve.options if one.shares[at] == curve.frontier_shares[at]}
        best, _, share = row[-1].rpartition(", ")
        assert numbers(share)[0] == pytest.approx(100 * curve.frontier_shares[at], abs=0.51)
        assert letters[best] in equal if best else len(equal) > 1


@pytest.mark.parametrize("name", CASES)
def test_sensitivities_are_the_answers(name: str) -> None:
    """Beside the tornado stand the means in the lowest and the highest tenth, the largest share of the variance first."""
    answer = case(name).answer
    rows, shown = (
        table_of(name, "tornado-chart"),
        [one for one in answer.sensitivity or () if one.share_of_variance >= 0.005][:10],
    )
    assert len(rows) == len(shown)
    for row, one in zip(rows, shown, strict=True):
        assert same(row[2], one.mean_npv_in_lowest_tenth) and same(row[3], one.mean_npv_in_highest_tenth)
        assert numbers(row[4])[0] == pytest.approx(100 * one.share_of_variance, abs=0.51)


@pytest.mark.parametrize("name", CASES)
def test_the_break_even_frontier_is_the_answers(name: str) -> None:
    """Every segment of every input is in the table, and every switch in the sentence below its bar."""
    answer = case(name).answer
    section, marks = read(name).one(id="frontier"), marks_of(answer)
    rows = body(section.one("details").one("table"))
    segments = [(item, segment) for item in answer.break_even.items for segment in item.segments]
    assert len(rows) == len(segments)
    for row, (item, segment) in zip(rows, segments, strict=True):
        scale = 100 if item.unit == "share" else 1
        said = numbers(row[2].replace("1M tokens", ""))
        assert said == pytest.approx([segment.lower * scale, segment.upper * scale], rel=NEAR, abs=1e-30)
        assert row[3] == marks[segment.option].full
    drawn = [item for item in answer.break_even.items if item.state in ("switches", "insensitive")]
    bars = [one for one in section.all("ul", class_="strips") for one in one.inside if isinstance(one, Element)]
    assert len(bars) == len(drawn)
    drawn.sort(key=lambda item: item.state != "switches")
    for bar, item in zip(bars, drawn, strict=True):
        scale = 100 if item.unit == "share" else 1
        said = numbers(bar.one("p").text)
        assert len(item.switches) <= 4 or f"changes {len(item.switches)} times" in bar.text
        nearest = sorted(item.switches, key=lambda one: abs(one.value - (item.current or 0.0)))
        for switch in nearest[:4]:
            assert any(value == pytest.approx(switch.value * scale, rel=NEAR) for value in said), (
                item.input,
                switch.value,
            )
        if item.current:
            assert any(value == pytest.approx(item.current * scale, rel=NEAR) for value in said), item.input


def _row(rows: Sequence[Sequence[str]], begins: str) -> Sequence[str]:
    (found,) = [row[1:] for row in rows if row[0].startswith(begins)]
    return found


@pytest.mark.parametrize("name", CASES)
def test_options_stand_side_by_side_with_the_answers_figures(name: str) -> None:
    """Costs, value, accuracy and what stands in are those of the answer, option by option."""
    answer = case(name).answer
    marks, tables = marks_of(answer), read(name).one(id="options").all("table")
    at = 0
    for table in tables:
        rows = body(table)
        width = len(rows[0]) - 1
        for place, option in enumerate(answer.options[at : at + width]):
            assert same(_row(rows, "One-off cost")[place], option.one_off)
            assert same(_row(rows, "Monthly cost")[place], option.monthly.total)
            assert same(_row(rows, "Total cost over")[place], option.tco.mean)
            if any((one.monthly.errors or 0) > 0 for one in answer.options):
                assert same(_row(rows, "of it wrong answers")[place], option.monthly.errors)
                assert same(_row(rows, "of it without wrong answers")[place], option.tco_without_errors.mean)
            else:
                assert not [row for row in rows if row[0].startswith("of it")]
            assert same(_row(rows, "Accuracy at its start")[place], option.accuracy.mean, 100)
            assert same(_row(rows, "Latency, 95th")[place], option.latency.p95_seconds)
            if option is not answer.options[0]:
                assert same(_row(rows, "Net present value")[place], option.npv.mean)
            if option.stands_in is not None:
                assert _row(rows, "Serves before")[place] == marks[option.stands_in].full
        at += width
    assert at == len(answer.options)


@pytest.mark.parametrize("name", CASES)
def test_the_plan_is_the_answers(name: str) -> None:
    """Each step has its sentence, its cost and its order, and the plans that rank next stand in a table."""
    plan = case(name).answer.plan
    section = read(name).one(id="plan")
    steps = [one for one in section.one("ol").inside if isinstance(one, Element)]
    assert len(steps) == len(plan.steps)
    for at, (said, step) in enumerate(zip(steps, plan.steps, strict=True)):
        assert step.what in said.text
        if step.step != "keep":
            assert any(value == pytest.approx(step.cost, rel=NEAR, abs=1e-9) for value in numbers(said.text))
        assert (f"at the same time as step {at}" in said.text) is (step.side_by_side and at > 0)
        if step.stop_at is UNSET:
            assert "Stop here" not in said.text
        else:
            (rule,) = [one.text for one in said.all("p") if "Stop here" in one.text]
            assert numbers(rule) == [pytest.approx(100 * step.stop_at.accuracy, rel=NEAR), step.stop_at.graded]
    if plan.others:
        rows = body(section.one("table"))
        assert len(rows) == len(plan.others)
        assert all(
            same(row[1], other.value) and same(row[3], other.cost) for row, other in zip(rows, plan.others, strict=True)
        )


def test_some_plan_has_a_stop_rule() -> None:
    """The cases have plans that stop on the way, and plans in turn beside others side by side."""
    plans = [case(name).answer.plan for name in ("expected-value", "ten-years", "ticket-triage")]
    assert any(step.stop_at is not UNSET for plan in plans for step in plan.steps)
    assert {other.in_turn for plan in plans for other in plan.others} == {False, True}


@pytest.mark.parametrize("name", CASES)
def test_every_assumption_is_listed_with_its_source(name: str) -> None:
    """Every assumption of the answer is in a table, with its pointer, kind and source, and a link where there is an address."""
    answer = case(name).answer
    section = read(name).one(id="assumptions")
    rows = section.all("tr")
    listed = [
        (row.all("code")[0].text, row.text, [link.attributes["href"] for link in row.all("a")])
        for row in rows
        if row.all("code")
    ]
    assert len(listed) == len(answer.assumptions)
    for one in answer.assumptions:
        found = [(text, links) for pointer, text, links in listed if pointer == one.pointer]
        assert any(
            one.note in text
            and (one.kind == "derived" or (one.kind in text and one.source in text))
            and (links == ([f"https://{one.href}"] if one.href else []))
            for text, links in found
        ), one.pointer
