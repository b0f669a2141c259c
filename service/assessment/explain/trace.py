"""The trace: every line of the ledger as it was calculated for each option, and where what was put in comes from. Part of the explain stage."""

from __future__ import annotations

import datetime
import math

import numpy as np
from msgspec import UNSET, UnsetType

from service.assessment.case import Case, Used
from service.assessment.decide.matrix import Matrix
from service.assessment.explain.figures import Figures, finite
from service.assessment.explain.provenance import side_of
from service.assessment.ledger.line import PRICE_LIST, Line, in_currency
from service.assessment.ledger.lines import BASELINE, LEDGER, STAND_IN, Lines
from service.assessment.resolve.desk import CALLER
from service.assessment.simulate import Simulated
from service.nouns.answer.information import OptionTrace, TakenFrom, TraceLine

OF_OTHERS = STAND_IN.keys() | BASELINE.keys()
"""Lines that an option takes from what stands in, and from option 0."""

PROMPTED = {Lines.prompted_cost_per_request: Lines.token_cost_per_request}
"""What a fine-tune takes from the prompt as it is."""


class _Trace:
    """Prints the lines of one option."""

    def __init__(self, case: Case, matrix: Matrix, one: Simulated) -> None:
        self.case, self.one = case, one
        self.figures, self.kind = Figures(one), one.option.kind
        self.assumed = {line: used for used in case.used for line in used.feeds if self._is_assumed(line, used)}
        taken = dict.fromkeys(BASELINE, matrix.options[0].one.id)
        taken |= dict.fromkeys(STAND_IN, one.stand_in) if one.stand_in else {}
        taken |= dict.fromkeys(PROMPTED, matrix.keep.one.id) if self.kind == "fine_tune" else {}
        self.taken_from = taken

    def line(self, line: Line) -> TraceLine:
        """Return one line as it was calculated."""
        one, figures = self.one, self.figures
        taken = self._taken(line)
        formula = None if line in one.folded.stated or line in OF_OTHERS else line.formula(self.kind)
        is_put = formula is None and taken is UNSET
        is_drawn = line in one.draws and not np.isnan(one.draws[line]).any()
        p10, p50, p90 = figures.percentiles(line) if is_drawn else (None,) * 3
        low, high = self._range(line) if is_put else (None, None)
        source, checked = self._source(line) if is_put else ("", None)
        return TraceLine(
            name=line.name,
            unit=in_currency(line.unit, self.case.currency),
            meaning=line.meaning,
            formula=formula.function.__name__ if formula else "",
            inputs=[source.name for source in formula.reads] if formula else [],
            origin="calculated" if formula else self._origin(line),
            base_case=figures.row(line),
            p10=p10,
            p50=p50,
            p90=p90,
            low=low,
            high=high,
            pointer=line.field_of(self.kind),
            source=source,
            checked=checked,
            is_shared=is_put and line in self.case.shared.lines and line not in one.option.inputs.lines,
            taken_from=taken,
        )

    def _taken(self, line: Line) -> TakenFrom | UnsetType:
        """Return the line of another option that a line is."""
        option = self.taken_from.get(line)
        if option is None or line not in OF_OTHERS | PROMPTED.keys() or self.figures.maybe(line) is None:
            return UNSET
        return TakenFrom(option=option, name=({**STAND_IN, **BASELINE, **PROMPTED})[line].name)

    def _range(self, line: Line) -> tuple[float | None, float | None]:
        """Return the interval that was put for a line; nothing for one that is known."""
        found = self.one.option.inputs.intervals.get(line) or self.case.shared.intervals.get(line)
        is_own = line in self.one.option.inputs.constants
        if found is None or is_own or found.low == found.high:
            return None, None
        return finite(found.low), finite(found.high)

    def _is_assumed(self, line: Line, used: Used) -> bool:
        """Return whether a default is what was put for this option: not one of the other side, nor one that gave way to more."""
        if line not in self.one.base:
            return False
        is_of_side = line in self.case.shared.lines or self.kind in side_of(used.pointer)
        value = self.figures.maybe(line) if self.one.base[line].size == 1 else None
        return is_of_side and (used.value is None or value is None or math.isclose(value, used.value, rel_tol=1e-9))

    def _origin(self, line: Line) -> str:
        """Return where a value that is not calculated comes from."""
        option, candidate = self.one.option, self.one.candidate
        if line in self.assumed:
            return "assumed"
        if line.origin and line.origin != PRICE_LIST:
            return line.origin
        if option.price_checked is not None:
            if candidate is not None and line in candidate.terms:
                return "offer"
            if line.origin == PRICE_LIST:
                return PRICE_LIST
        return "stated" if line in self.case.said else "derived"

    def _source(self, line: Line) -> tuple[str, datetime.date | None]:
        """Return the source of a value that is not calculated, and when that was checked."""
        match self._origin(line):
            case "assumed":
                used = self.assumed[line]
                return used.source.title, used.checked
            case "offer" | "price list":
                return self.one.option.price_source.title, self.one.option.price_checked
            case "fitted":
                return "fitted to published results", None
            case _:
                return CALLER.title, None


def trace_answer(case: Case, matrix: Matrix) -> list[OptionTrace]:
    """Return the ledger as calculated for every option that can serve."""
    found = []
    for held in matrix.options:
        if held.one.is_feasible:
            trace = _Trace(case, matrix, held.one)
            lines = [trace.line(line) for line in LEDGER if line in held.one.base]
            found.append(OptionTrace(option=held.one.id, lines=lines))
    return found
