"""What each option saves against today as the months go by, and what that comes to in today's money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.money import CashFlow, CashFlowMonth
from service.nouns.answer.options import OptionAnswer
from service.renderings.memo.charts.figure import Figure, Table
from service.renderings.memo.charts.rows import Against, Row
from service.renderings.memo.charts.rows import draw as draw_rows
from service.renderings.memo.charts.svg import (
    NARROW,
    Axis,
    across,
    badge,
    chart,
    down,
    element,
    kept_apart,
    label,
    lines,
    padded,
    rule,
    scaled,
    words,
)  # fmt: skip
from service.renderings.memo.options import Mark
from service.renderings.memo.words import about, chance, counted, money, number, spread

HEIGHT, TOP, FLOOR = 340.0, 26.0, 300.0
START, END, LETTERS = 0.0, 91.0, 95.5
"""Where the months begin and end, and where the letters stand [per cent]."""
MOST_DRAWS = 1024
"""Draws of which the percentiles by month are told at most."""
LETTER = 12.0
"""Width of a letter without its ring [px]."""


def payback_in_words(option: OptionAnswer, horizon: int) -> str:
    """Return when an option pays back, in words."""
    payback = option.payback
    if payback.state == "from_the_start":
        return "from the start"
    if payback.months is None:
        return f"not within {counted(horizon, 'month')}"
    return f"after {about(payback.months, 'month')}"


def _paybacks(options: Sequence[OptionAnswer], marks: Mapping[str, Mark], x: Axis, zero: float) -> str:
    """Return a dot and a letter where each line crosses today's cost for good."""
    crossing = [option for option in options if option.payback.state == "reached" and option.payback.months is not None]
    places = [x.at(option.payback.months or 0.0) for option in crossing]
    letters = kept_apart(places, 100 * LETTER / NARROW, START + 2, END)
    drawn = []
    for option, place, at in zip(crossing, places, letters, strict=True):
        mark = marks[option.id]
        tip = element("title", words(f"{mark.full}: pays back after {about(option.payback.months or 0.0, 'month')}"))
        dot = element("circle", cx=across(place), cy=down(zero), r=5, class_="dot open")
        drawn.append(element("g", tip, dot, label(mark.letter, at, zero - 9, "letter"), class_=mark.css))
    return "".join(drawn)


def _months(horizon: int) -> range:
    """Return the months that are named: every quarter, half or whole year, so that they are few.

    Examples
    --------
    >>> list(_months(24)), list(_months(4))
    ([0, 6, 12, 18, 24], [0, 1, 2, 3, 4])
    """
    step = next((step for step in (1, 2, 3, 6, 12) if horizon <= 5 * step), 24)
    return range(0, horizon + 1, step)


def _interval(month: CashFlowMonth) -> str:
    """Return between which percentiles the savings up to a month lie."""
    return f"{number(month.cumulative_saving_p10)} to {number(month.cumulative_saving_p90)}"


def _lines(answer: Assessment, flows: Sequence[CashFlow], marks: Mapping[str, Mark]) -> str:
    """Return the drawing of the cumulative savings."""
    values = [
        value
        for flow in flows
        for month in flow.months
        for value in (month.cumulative_saving, month.cumulative_saving_p10, month.cumulative_saving_p90)
    ]
    factor, unit = scaled(values)
    low, high = padded([0.0, *values])
    x, y = Axis(0, answer.horizon_months, START, END), Axis(low, high, FLOOR, TOP)
    parts = [label(" ".join(f"Cumulative saving, {answer.currency} {unit}".split()), START, 12.0, "axis")]
    for tick in y.ticks():
        parts.append(rule(START, y.at(tick), END, y.at(tick), "zero" if tick == 0 else "grid"))
        parts.append(label(number(tick / factor), START, y.at(tick) - 4, "tick start"))
    parts += [
        label(number(tick), x.at(tick), FLOOR + 18, "tick middle" if tick else "tick start")
        for tick in _months(answer.horizon_months)
    ]
    parts.append(label("Months", END, FLOOR + 36, "axis end-of"))
    drawn = [
        (
            [(x.at(month.month), y.at(month.cumulative_saving)) for month in flow.months],
            f"line {marks[flow.option].css}",
        )
        for flow in flows
    ]
    bands = [
        (
            [(x.at(month.month), y.at(month.cumulative_saving_p90)) for month in flow.months]
            + [(x.at(month.month), y.at(month.cumulative_saving_p10)) for month in reversed(flow.months)],
            f"band {marks[flow.option].css}",
        )
        for flow in flows[1:]
    ]
    parts += [lines(HEIGHT, bands, "polygon"), lines(HEIGHT, drawn)]
    ends = kept_apart([places[-1][1] for places, _ in drawn], 20.0, TOP, FLOOR)
    by_id = {option.id: option for option in answer.options}
    parts.append(_paybacks([by_id[flow.option] for flow in flows], marks, x, y.at(0.0)))
    for flow, (places, _), end in zip(flows, drawn, ends, strict=True):
        mark, last = marks[flow.option], flow.months[-1]
        parts.append(rule(END, places[-1][1], LETTERS - 2.0, end, f"leader {mark.css}"))
        parts.append(
            badge(mark, LETTERS, end, f"{money(answer.currency, last.cumulative_saving)} in month {last.month}")
        )
    title = f"Cumulative saving over {counted(answer.horizon_months, 'month')}"
    desc = "; ".join(
        f"{marks[flow.option].full}: {money(answer.currency, flow.months[-1].cumulative_saving)} at the end"
        + (f", 10th to 90th percentile {_interval(flow.months[-1])}" if flow in flows[1:] else "")
        for flow in flows
    )
    return chart("cumulative-chart", HEIGHT, title, f"{desc}.", *parts)


def _told(answer: Assessment, flows: Sequence[CashFlow], marks: Mapping[str, Mark]) -> str:
    """Return when each option pays back, in a sentence."""
    by_id = {option.id: option for option in answer.options}
    said = []
    for flow in flows:
        option = by_id[flow.option]
        text = f"{marks[flow.option].letter} {payback_in_words(option, answer.horizon_months)}"
        if option.payback.state != "never" and option.payback.share_never:
            text += f" (in {chance(option.payback.share_never, answer.provenance.draws)} of the draws never)"
        said.append(text)
    return f"Payback: {'; '.join(said)}." if said else "There is no other option that can serve."


def cumulative(answer: Assessment, marks: Mapping[str, Mark]) -> Figure:
    """Return the savings of every option against today, month by month: the base case, not discounted."""
    flows = answer.cash_flows or []
    today = marks[answer.options[0].id]
    head = ["Month"]
    for flow in flows:
        mark = marks[flow.option]
        head += [mark.full, *([] if flow is flows[0] else [f"{mark.letter}, 10th to 90th percentile"])]
    rows = [
        [str(months[0].month), number(months[0].cumulative_saving)]
        + [said for month in months[1:] for said in (number(month.cumulative_saving), _interval(month))]
        for months in zip(*(flow.months for flow in flows), strict=True)
    ]
    notes = [
        f"Every line is the base case against {today.full}, not discounted: below zero more was spent so far than under {today.letter}. "
        f"The shade of its colour reaches from the 10th to the 90th percentile of {min(answer.provenance.draws, MOST_DRAWS):,} draws, each month "
        "by itself. The base case takes every input at its mean and may lie outside, where few draws have what the mean has a share of.",
        _told(answer, flows[1:], marks),
    ]
    return Figure(
        "cumulative-chart", _lines(answer, flows, marks), f"Cumulative saving against {today.full}, base case",
        Table(f"Cumulative saving by month, {answer.currency}", head, rows), [marks[flow.option] for flow in flows], True, notes,
    )  # fmt: skip


def npv(answer: Assessment, marks: Mapping[str, Mark]) -> Figure | None:
    """Return the net present value of every other option with its percentiles; nothing where there is no other."""
    today, draws = marks[answer.options[0].id], answer.provenance.draws
    rows, figures = [], []
    for option in answer.options[1:]:
        value, mark = option.npv, marks[option.id]
        if value.mean is None or value.p10 is None or value.p90 is None:
            continue
        said = money(answer.currency, value.mean)
        interval = spread(value.p10, value.p90, answer.currency)
        positive = chance(value.probability_positive, draws)
        rows.append(
            Row(
                mark.brief,
                number(value.mean),
                value.p10,
                value.p90,
                value.mean,
                mark=mark,
                tip=f"{mark.full}: {said}, {interval}",
            )
        )
        figures.append([mark.full, number(value.p10), number(value.mean), number(value.p90), positive])
    if not rows:
        return None
    factor, unit = scaled(value for row in rows for value in (row.low, row.high))
    title = f"Net present value against {today.full}"
    axis = " ".join(f"{answer.currency} {unit}".split())
    desc = "; ".join(
        f"{line[0]}: mean {line[2]}, 10th to 90th percentile {line[1]} to {line[3]} {answer.currency}"
        for line in figures
    )
    svg = draw_rows(
        "npv-chart",
        title,
        f"{desc}.",
        rows,
        [Against(0.0, f"same as {today.letter}")],
        lambda value: number(value / factor),
        head=f"mean, {answer.currency}",
    )
    notes = [
        f"Right of the line an option is worth more than {today.letter}, left of it less. The dot is the mean, the bar reaches from the "
        f"10th to the 90th percentile of {draws:,} draws; later money counts less, by {100 * answer.discount_rate:.3g} % a year. Axis in {axis}."
    ]
    return Figure(
        "npv-chart", svg, f"{title} over {counted(answer.horizon_months, 'month')}",
        Table(f"Net present value, {answer.currency}", ["Option", "10th percentile", "Mean", "90th percentile", "Chance above zero"], figures),
        notes=notes,
    )  # fmt: skip
