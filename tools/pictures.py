"""The frontier of an answer as a picture: which option is the best at which price of a wrong answer."""

from __future__ import annotations

import math
from html import escape
from typing import NamedTuple

from tools.defended import Answer, number

WIDTH, LEFT, RIGHT, TOP, HEIGHT = 720, 24, 24, 92, 46
DECADES = 1.0
"""Decades of error cost that are drawn beyond the first switch and the last."""
FILLS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442")
"""The colours of Okabe and Ito, told apart by colour-blind readers; the options are named in the picture besides."""
STYLE = """<style>
text { font-family: sans-serif; font-size: 13px; fill: #1b1f24 } .small { font-size: 12px }
.line { stroke: #1b1f24 } .ground { fill: #fff }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .line { stroke: #e6edf3 } .ground { fill: #0d1117 } }
text.on { fill: #000 }
</style>"""


class Part(NamedTuple):
    """A stretch of the axis over which one option is the best."""

    option: str
    lower: float
    upper: float
    fill: str


def rounded(value: float) -> str:
    """Return an amount with the two digits that a picture can bear."""
    return number(float(f"{value:.2g}"))


class Axis(NamedTuple):
    """A logarithmic axis."""

    lowest: float
    highest: float

    def __call__(self, value: float) -> float:
        """Return where a value stands."""
        share = math.log(value / self.lowest) / math.log(self.highest / self.lowest)
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    @property
    def decades(self) -> list[float]:
        """Return the powers of ten on the axis."""
        first, last = math.ceil(math.log10(self.lowest)), math.floor(math.log10(self.highest))
        return [10.0**power for power in range(first, last + 1)]


def _parts(item: Answer, axis: Axis) -> list[Part]:
    """Return the stretches of different options, those that end before the axis begins left out."""
    options = [item["switches"][0]["from_option"], *(switch["to_option"] for switch in item["switches"])]
    ends = [axis.lowest, *(switch["value"] for switch in item["switches"]), axis.highest]
    fills = {option: FILLS[at % len(FILLS)] for at, option in enumerate(dict.fromkeys(options))}
    return [
        Part(option, low, high, fills[option]) for option, low, high in zip(options, ends[:-1], ends[1:], strict=True)
    ]


def _words(answer: Answer, parts: list[Part]) -> tuple[str, str]:
    money = answer["currency"]
    told = [f"below {money} {rounded(parts[0].upper)} {parts[0].option}"]
    told += [f"from {money} {rounded(part.lower)} on {part.option}" for part in parts[1:]]
    return "Which option is the best, by the price of a wrong answer", f"The best option is {', '.join(told)}."


def _segment(part: Part, axis: Axis, names: dict[str, str]) -> list[str]:
    left, right = axis(part.lower), axis(part.upper)
    middle = (left + right) / 2.0
    return [
        f'<rect x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{HEIGHT}" fill="{part.fill}"/>',
        f'<text class="on" x="{middle:.1f}" y="{TOP + 20}" text-anchor="middle" font-weight="bold">'
        f"{escape(part.option.partition(':')[0])}</text>",
        f'<text class="on small" x="{middle:.1f}" y="{TOP + 37}" text-anchor="middle">{escape(names[part.option])}</text>',
    ]


def frontier(answer: Answer) -> str:
    """Return the frontier in the cost of an error as an SVG; it needs at least one switch."""
    item = next(each for each in answer["break_even"]["items"] if each["input"] == "error_cost")
    values = [switch["value"] for switch in item["switches"]]
    axis = Axis(values[0] / 10.0 ** (DECADES + 0.3), values[-1] * 10.0**DECADES)
    parts, money = _parts(item, axis), answer["currency"]
    title, desc = _words(answer, parts)
    names = {each["id"]: each["base_model"] or each["name"] for each in answer["options"]}
    names |= {"keep": "the prompt as it is", "improve": "an improved prompt"}
    bottom = TOP + HEIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 62}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(desc)}</desc>',
        STYLE,
        f'<rect class="ground" width="{WIDTH}" height="{bottom + 62}"/>',
        f'<text x="{LEFT}" y="28" font-weight="bold">{escape(title)}</text>',
    ]
    for part in parts:
        lines += _segment(part, axis, names)
    for value in values:
        x = axis(value)
        lines.append(f'<path class="line" stroke-width="2" d="M{x:.1f} {TOP - 14} V{bottom}"/>')
        lines.append(f'<text x="{x:.1f}" y="{TOP - 20}" text-anchor="middle">{money} {rounded(value)}</text>')
    for value in axis.decades:
        x = axis(value)
        lines.append(f'<path class="line" d="M{x:.1f} {bottom} v6"/>')
        lines.append(f'<text class="small" x="{x:.1f}" y="{bottom + 22}" text-anchor="middle">{number(value)}</text>')
    lines.append(
        f'<text class="small" x="{WIDTH / 2:.1f}" y="{bottom + 46}" text-anchor="middle">'
        f"what a wrong answer costs, {money} (each mark is ten times the one before)</text>"
    )
    return "\n".join([*lines, "</svg>"]) + "\n"
