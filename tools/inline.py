"""Figures of an answer within a sentence of a document, written anew with it: used by `tools/examples.py`.

`<!--= minimal /options/improve/npv/mean money -->6,100<!--/-->` holds what stands there in the answer on `minimal`, as an amount; `percent`
and `number` are the other forms. An item of a list is named by its place, or by its id, input, study or group.
"""

from __future__ import annotations

import re
from typing import Any

from tools.defended import Answer, number, percent, sound

FIGURE = re.compile(r"(<!--= (\S+) (\S+) (\w+) -->)[^<]*(<!--/-->)")
NAMES = ("id", "input", "study", "group")
"""Fields by which an item of a list is known."""
DIGITS = 2
"""Digits of an amount in a sentence."""


def _item(found: list[Any], name: str) -> Any:
    if name.isdecimal():
        return found[int(name)]
    return next(item for item in found if name in (item.get(field) for field in NAMES))


def value_at(answer: Answer, path: str) -> Any:
    """Return what stands at a path of an answer."""
    found: Any = answer
    for name in path.strip("/").split("/"):
        name = name.replace("~1", "/")
        found = _item(found, name) if isinstance(found, list) else found[name]
    return found


def told(value: float, form: str) -> str:
    """Return a figure as a sentence tells it: an amount without its sign and with two digits, a share in whole per cent."""
    if form == "money":
        return number(float(f"{abs(sound(value)):.{DIGITS}g}"))
    if form == "percent":
        return percent(round(sound(value), 2))
    return f"{round(sound(value), 1):g}"


def renewed(text: str, answers: dict[str, Answer]) -> str:
    """Return a text with every figure in it written anew."""

    def again(found: re.Match[str]) -> str:
        mark, name, path, form, end = found.groups()
        return f"{mark}{told(value_at(answers[name], path), form)}{end}"

    return FIGURE.sub(again, text)
