"""Each option's accuracy with its interval against the bar, and what the result is sensitive to."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.information import TraceLine
from service.nouns.answer.options import OptionAnswer
from service.renderings.memo.charts.figure import Figure, Table
from service.renderings.memo.charts.rows import Against, Row, draw
from service.renderings.memo.charts.svg import scaled
from service.renderings.memo.options import Mark
from service.renderings.memo.words import NONE, chance, counted, money, number, percent, plain, spread
from service.renderings.names import input_in_words

SHOWN = 10
"""Inputs in the tornado at most."""
ALIKE = 0.0005
"""Accuracies closer than this are shown as one."""
LEAST = 0.005
"""Share of the variance from which on an input is shown: below it its ends are noise."""


def accuracy(answer: Assessment, marks: Mapping[str, Mark]) -> Figure | None:
    """Return the accuracy of every option with its interval; nothing where none can serve."""
    rows, figures, draws = [], [], answer.provenance.draws
    for option in answer.options:
        one, mark = option.accuracy, marks[option.id]
        if one.mean is None or one.interval.low is None or one.interval.high is None:
            continue
        interval = spread(one.interval.low, one.interval.high, "share")
        tip = f"{mark.full}: {percent(one.mean)}, {interval}; average {percent(one.average_mean)}"
        low, high, average = one.interval.low, one.interval.high, one.average_mean
        if average is not None and abs(average - one.mean) < ALIKE:
            average = None
        rows.append(Row(mark.brief, percent(one.mean), low, high, one.mean, average, mark, not option.is_measured, tip))
        figures.append([
            mark.full, percent(one.mean), interval, percent(one.average_mean), percent(one.worst_month),
            chance(option.chance_meets_bar, draws), _basis(option),
        ])  # fmt: skip
    if not rows:
        return None
    bar = answer.verdict.bar
    against = []
    if bar.accuracy is not None:
        name = "required" if bar.origin == "stated" else "today's bar"
        against.append(Against(bar.accuracy, f"{name} {percent(bar.accuracy)}"))
    title = "Accuracy with its 80 % interval"
    desc = "; ".join(f"{line[0]}: {line[1]}, {line[2]}, average {line[3]}" for line in figures)
    svg = draw("accuracy-chart", title, f"{desc}.", rows, against, percent, within=(0.0, 1.0), head="at its start")
    compared = ": that average is held against the upright line" if against else ""
    notes = [
        "The dot is the accuracy of the option itself at its start, the bar its 80 % interval: a full dot is measured on graded answers, a "
        "ring is predicted. Where the average from its start to the horizon, with whatever stands in for it, is another, a diamond shows "
        f"it{compared}."
    ]
    head = [
        "Option", "Accuracy at its start", "80 % interval", "Average to the horizon", "Worst month", "Chance to meet the bar", "Basis",
    ]  # fmt: skip
    return Figure("accuracy-chart", svg, title, Table("Accuracy of each option", head, figures), notes=notes)


def _basis(option: OptionAnswer) -> str:
    """Return what an accuracy rests on, and how far such predictions were off where they could be tested."""
    evidence = option.accuracy.evidence
    if option.is_measured:
        return "measured"
    if evidence is UNSET:
        return "predicted"
    outside = "; this case lies outside of them" if evidence.is_outside else ""
    return (
        f"predicted from {counted(evidence.rows, 'published comparison')} of {counted(evidence.sources, 'source')}, on average "
        f"{number(evidence.left_out_error_points)} points off on sources left out{outside}"
    )


def _ranges(answer: Assessment, option: str) -> dict[str, str]:
    """Return what each input ranges over in the draws, in words, by its name; random numbers of ours are left out."""
    for one in answer.trace or ():
        if one.option == option:
            return {line.name: _range(line) for line in one.lines if line.unit != "deviate"}
    return {}


def _range(line: TraceLine) -> str:
    low, high = (line.p10, line.p90) if line.p10 is not None else (line.low, line.high)
    return spread(low, high, line.unit)


def tornado(answer: Assessment, marks: Mapping[str, Mark]) -> Figure | None:
    """Return what drives the uncertainty of the margin, the largest first; nothing where nothing is uncertain."""
    all_of_them = answer.sensitivity or []
    shown = [one for one in all_of_them if one.share_of_variance >= LEAST][:SHOWN]
    if not shown:
        return None
    mark = marks[shown[0].option]
    ranges = _ranges(answer, shown[0].option)
    rows, figures = [], []
    for one in shown:
        low, high = one.mean_npv_in_lowest_tenth, one.mean_npv_in_highest_tenth
        name, share = input_in_words(one.input), plain(one.share_of_variance)
        ends = f"{money(answer.currency, low)} in its lowest tenth, {money(answer.currency, high)} in its highest"
        rows.append(Row(name, share, low, high, tip=f"{name}: {ends}"))
        figures.append([name, ranges.get(one.input, NONE), number(low), number(high), share])
    factor, unit = scaled(value for row in rows for value in (row.low, row.high))
    title = f"Net present value of {mark.full} against the best other option, by input"
    svg = draw(
        "tornado-chart", title, f"{'; '.join(row.tip for row in rows)}.", rows, [Against(0.0, "break-even")],
        lambda value: number(value / factor), is_bar=True, head="variance explained",
    )  # fmt: skip
    axis = " ".join(f"{answer.currency} {unit}".split())
    rest = len(all_of_them) - len(shown)
    notes = [
        f"Mean over {counted(answer.horizon_months, 'month')}, in {axis}, where an input is in its lowest tenth (ring) and where it is in its "
        "highest (dot): the longer the bar, the more the result depends on it. Variance explained is what the input explains by itself."
    ]
    if rest:
        notes.append(f"{counted(rest, 'other input')} {'explains' if rest == 1 else 'explain'} less.")
    head = ["Input", "10th to 90th percentile", "Lowest tenth", "Highest tenth", "Variance explained"]
    table = Table(f"Mean net present value, {answer.currency}", head, figures)
    return Figure("tornado-chart", svg, title, table, notes=notes)
