"""Where everything stands in the workbook: a sheet for each option, a row for each line, one cell for each input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.information import OptionTrace, TraceLine
from service.nouns.answer.options import OptionAnswer
from service.renderings.workbook.formulas import Ref

FIRST_ROW = 4
"""Row of the first line on a sheet of an option, and of the first input, counted from 0."""

VALUE = 3
"""Column of the value on the sheet of inputs."""

LONGEST_TAB = 31
PROMPTS = frozenset({"keep", "improve", "other_prompt"})
UNKNOWN = frozenset({"cost_on_tuned_base", "prompted_cost_per_request"})
"""Lines that are empty where they are not known; any other that is put and has no number never ends."""

FIXED: Mapping[str, str] = MappingProxyType({
    "nothing": "nought, where a formula asks for what an option does not have",
    "months": "the columns",
    "horizon_months": "the number of columns",
    "growth_factors": "the mean path of an uncertain growth",
    "is_better": "a better prompt is kept; what it adds stands in by the chance of that",
    "migrates": "chosen over the draws",
    "serves_on": "follows from the kind of option",
    "retirements": "on record, or expected over the draws",
    "migrations": "moves expected over the draws",
    "upkeep_exponent": "which side the stated upkeep is of",
    "drift_per_quarter": "at work in the draws only",
    "drift_deviate": "at work in the draws only",
    "cost_on_tuned_base": "the prompt priced on the base model of the fine-tune",
    "prompted_cost_per_request": "not known here",
})  # fmt: skip
"""Lines that are values on the sheets and no inputs, and why."""

PRICED = ("tier_", "cache_", "min_cacheable", "batch_")
"""How lines of prices begin, which every option has."""

NEUTRAL = ({0.0}, {1.0}, {None})
"""Values that say that a prompt does not have something."""


def in_words(name: str) -> str:
    """Return the name of a line as words.

    Examples
    --------
    >>> in_words("requests_per_month"), in_words("npv"), in_words("p95_latency")
    ('Requests per month', 'NPV', 'P95 latency')
    """
    words = name.replace("_", " ")
    words = re.sub(r"\b(npv|tco|roi|pv|ttft|gpus?)\b", lambda found: found[0].upper().replace("GPUS", "GPUs"), words)
    return words[:1].upper() + words[1:]


def is_fixed(line: TraceLine, kind: str) -> bool:
    """Return whether a line that is not calculated is a value on the sheet of its option rather than an input."""
    if line.name in FIXED or (len(line.base_case) != 1 and not line.name.startswith("tier_")):
        return True
    is_own = line.is_shared or line.pointer.startswith("/prompting") or line.name.startswith(PRICED)
    return kind in PROMPTS and not is_own and set(line.base_case) in NEUTRAL


class Input(Struct, frozen=True):
    """An input: the line as it was put, the options that it is put for, and where it stands on its sheet."""

    line: TraceLine
    options: list[str]
    row: int
    name: str
    """Name of its cell; empty where it is a table."""


class OptionSheet(Struct, frozen=True):
    """The sheet of an option: its lines in the order of the calculation, what is put before what is calculated."""

    option: OptionAnswer
    tab: str
    slug: str
    """Its part of the names of cells, which no other option has."""
    lines: list[TraceLine]
    rows: Mapping[str, int]

    def line(self, name: str) -> TraceLine:
        """Return a line by its name."""
        return self.lines[self.rows[name] - FIRST_ROW]

    def ref(self, name: str, *, elsewhere: bool = False) -> Ref:
        """Return where a line stands; seen from another sheet with the name of this one."""
        return Ref(self.tab if elsewhere else "", self.rows[name], len(self.line(name).base_case))


class Places(Struct, frozen=True):
    """Every sheet of an option and every input."""

    sheets: Mapping[str, OptionSheet]
    inputs: list[Input]
    input_of: Mapping[tuple[str, str], Input]
    """Input by the option and the name of its line."""


def _tab(number: int, id: str) -> str:
    return f"{number} {re.sub('[^A-Za-z0-9._-]+', ' ', id)}"[:LONGEST_TAB].rstrip()


def _slugs(ids: Iterable[str]) -> dict[str, str]:
    """Return a word for each option that may stand in a name; where two are alike, with a number.

    Examples
    --------
    >>> _slugs(["keep", "prompt:a-b", "prompt:a_b"])
    {'keep': 'keep', 'prompt:a-b': 'prompt_a_b', 'prompt:a_b': 'prompt_a_b.3'}
    """
    found: dict[str, str] = {}
    for number, id in enumerate(ids, start=1):
        slug = re.sub("[^a-z0-9]+", "_", id)
        found[id] = f"{slug}.{number}" if slug in found.values() else slug
    return found


def _sheet(number: int, trace: OptionTrace, option: OptionAnswer, slug: str) -> OptionSheet:
    calculated = [line for line in trace.lines if line.formula]
    read = {name for line in calculated for name in line.inputs}
    lines = [line for line in trace.lines if not line.formula and line.name in read] + calculated
    rows = {line.name: FIRST_ROW + index for index, line in enumerate(lines)}
    return OptionSheet(option, _tab(number, option.id), slug, lines, rows)


def _cell_name(line: TraceLine, options: list[str], slugs: Mapping[str, str]) -> str:
    if len(line.base_case) != 1:
        return ""
    return line.name if len(options) == len(slugs) else f"{line.name}.{slugs[options[0]]}"


def _is_shown(line: TraceLine, kind: str, read: frozenset[str]) -> bool:
    """Return whether a line is an input: what a formula reads, and beside it what the caller said or had assumed for them."""
    is_empty = not line.base_case or (line.base_case == [None] and line.name in UNKNOWN)
    if line.formula or line.taken_from or is_empty or is_fixed(line, kind):
        return False
    return line.name in read or line.origin in ("stated", "assumed")


def _inputs(traces: Iterable[OptionTrace], kinds: Mapping[str, str], slugs: Mapping[str, str]) -> list[Input]:
    groups: dict[tuple[object, ...], tuple[TraceLine, list[str]]] = {}
    read: set[str] = set()
    for trace in traces:
        of_trace = frozenset(name for line in trace.lines for name in line.inputs)
        read |= of_trace
        for line in trace.lines:
            if not _is_shown(line, kinds[trace.option], of_trace):
                continue
            key = (line.name, tuple(line.base_case), line.pointer, line.source, line.low, line.high)
            groups.setdefault(key, (line, []))[1].append(trace.option)
    found, row = [], FIRST_ROW
    # What all options share comes first, what no formula reads last.
    for line, options in sorted(
        groups.values(), key=lambda group: (group[0].name not in read, len(group[1]) < len(kinds))
    ):
        found.append(Input(line, options, row, _cell_name(line, options, slugs)))
        row += len(line.base_case)
    return found


def places(answer: Assessment) -> Places:
    """Return where everything of a whole answer stands."""
    options, traces = {option.id: option for option in answer.options}, answer.trace or []
    slugs = _slugs(trace.option for trace in traces)
    sheets = {
        trace.option: _sheet(number, trace, options[trace.option], slugs[trace.option])
        for number, trace in enumerate(traces, start=1)
    }
    inputs = _inputs(traces, {trace.option: options[trace.option].kind for trace in traces}, slugs)
    return Places(sheets, inputs, {(option, each.line.name): each for each in inputs for option in each.options})
