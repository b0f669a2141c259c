"""The inputs that the frontier varies: the line that is put, the options that have it, today's value, and the range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from models.arrays import WEEKS_PER_MONTH
from service.assessment.case import Case
from service.assessment.ledger.line import KINDS, TUNES, Kind, Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.book import Folded
from service.assessment.simulate.draws import Lived, expected_lives

LOWEST = 1e-3
"""Where the points along a quantity begin that is 0 today; below it lies only 0."""
Measure = Literal["quantity", "share", "months"]
ALL, PROMPT = frozenset(KINDS), frozenset[Kind]({"keep", "improve"})
TUNE, TRAINED = frozenset[Kind]({"fine_tune"}), frozenset[Kind](TUNES)


class Varied(NamedTuple):
    """One input: its name for the caller, its line, how its range is measured, and the options that have it."""

    input: str
    line: Line
    measure: Measure
    kinds: frozenset[Kind]
    is_straight: bool = False
    """Whether every NPV is a straight line along it, between `knots`."""
    is_of_best: bool = False
    """Whether it moves in the best fine-tune alone, since every offer has its own."""


class Range(NamedTuple):
    """What is looked at of one input."""

    low: float
    high: float
    current: float | None
    """Today's value; None where nothing has it, or it is infinite."""


VARIED = (
    Varied("requests_per_month", Lines.requests_per_month, "quantity", ALL),
    Varied("error_cost", Lines.error_cost, "quantity", ALL, is_straight=True),
    Varied("prompt_accuracy", Lines.prompted_accuracy, "share", ALL, is_straight=True),
    Varied("improved_accuracy", Lines.accuracy_at_start, "share", frozenset({"improve"}), is_straight=True),
    Varied("tuned_accuracy", Lines.accuracy_at_start, "share", TUNE, is_straight=True, is_of_best=True),
    Varied("one_off_cost", Lines.build_cost, "quantity", TUNE, is_straight=True, is_of_best=True),
    Varied("retraining_interval_months", Lines.retraining_interval_months, "months", TRAINED),
    Varied("tuned_retirement_months", Lines.first_retirement_month, "months", TUNE, is_of_best=True),
    Varied("prompt_instruction_tokens", Lines.prompted_instruction_tokens, "quantity", ALL),
    Varied("prompt_cache_hit_rate", Lines.cache_hit_rate, "share", PROMPT, is_straight=True),
    Varied("tuned_output_price", Lines.output_price, "quantity", TUNE, is_straight=True, is_of_best=True),
    Varied("lead_time_weeks", Lines.start_weeks, "quantity", TUNE),
)
"""In the order of the answer."""


def _first(option: Folded, line: Line) -> float:
    return float(option.values[line].ravel()[0])


def retirement(lived: Lived) -> float | None:
    """Return when the base model of a fine-tune is retired in the base case [months]; None for never.

    One that is drawn stands at what is expected of it within the horizon.
    """
    if lived.life.origin == "never":
        return None
    if lived.life.origin != "drawn":
        return float(lived.life.months)
    found = expected_lives(lived.life._replace(serves_on=False), "revert", 0.0, lived.horizon)
    return float(found[Lines.retirements].ravel()[0])


def _current(varied: Varied, baseline: Folded, prompts: Sequence[Folded], tune: Folded | None) -> float | None:
    """Return today's value of an input: the best fine-tune's where it is one of its own, else that of a prompt."""
    own = [tune] if "fine_tune" in varied.kinds and tune is not None else []
    having = [one for one in (*own, baseline, *prompts) if one.kind in varied.kinds]
    return _first(having[0], varied.line) if having else None


def range_of(
    varied: Varied, case: Case, baseline: Folded, prompts: Sequence[Folded], tune: Folded | None, lived: Lived | None
) -> Range:
    """Return what is looked at of one input: never more than means anything.

    Parameters
    ----------
    varied : Varied
        The input.
    case : Case
        The case.
    baseline : Folded
        Option 0.
    prompts : sequence of Folded
        The prompt-like options, the prompt as it is first.
    tune, lived : Folded and Lived, or None
        The best fine-tune and how long it lives.
    """
    reach, horizon = case.reach, float(case.horizon_months)
    if varied.line is Lines.first_retirement_month:
        current = None if lived is None else retirement(lived)
    else:
        current = _current(varied, baseline, prompts, tune)
    if varied.measure == "share":
        return Range(reach.least_share, 1.0 - reach.least_share, current)
    if varied.measure == "months":
        low = 1.0 if current is None else min(1.0, current)
        return Range(low, min(reach.most_months, horizon + 1.0), current)
    low, high = (current / reach.times, current * reach.times) if current else (0.0, 10.0**reach.most_decades)
    if varied.line is Lines.prompted_instruction_tokens and current is not None:
        payload = _first(prompts[0], Lines.prompted_payload_tokens)
        high = min(high, max(case.context_window - payload, current, 1.0))
    if varied.line is Lines.start_weeks and tune is not None:
        most = horizon * WEEKS_PER_MONTH - _first(tune, Lines.labelling_weeks)
        high = min(high, max(most, current or 0.0, 1.0))
    return Range(low, high, current)
