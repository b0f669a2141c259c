"""Where another option becomes the best, in words and for the next question: read off the frontier. Part of the explain stage."""

from __future__ import annotations

import math

from service.assessment.case import Case
from service.assessment.decide import Decision
from service.assessment.decide.matrix import Matrix
from service.assessment.decide.verdict import SERVING
from service.assessment.explain.names import option_in_words
from service.assessment.explain.words import money, number, percent
from service.assessment.ledger.line import TUNES, in_currency
from service.assessment.simulate import Simulation
from service.assessment.simulate.frontier import Along, Switch
from service.nouns.answer.plan import Threshold

ERROR_COST = "error_cost"
SHARES = frozenset({"prompt_accuracy", "improved_accuracy", "tuned_accuracy", "prompt_cache_hit_rate"})
"""Inputs that are told in per cent."""


def along(simulation: Simulation, name: str) -> Along | None:
    """Return the frontier along an input; None where it was not looked at."""
    return next((found for found in simulation.frontier if found.varied.input == name), None)


def upper_end(simulation: Simulation, option: str) -> float | None:
    """Return the price of a wrong answer up to which an option that is the best at no price stays so; None where it always does."""
    found = along(simulation, ERROR_COST)
    if found is None or found.segments[0].way.id != option:
        return None
    first = next((switch for switch in found.switches), None)
    return None if first is None else first.value


def thresholds_of(simulation: Simulation, matrix: Matrix) -> list[Threshold]:
    """Return which option is the best below which price of a wrong answer, ascending."""
    found = along(simulation, ERROR_COST)
    if found is None:
        return []
    ends = [switch.value for switch in found.switches]
    options = [switch.before.id for switch in found.switches]
    options.append(found.switches[-1].after.id if found.switches else found.segments[-1].way.id)
    return [
        Threshold(below=below, action=SERVING[matrix.of(option).one.option.kind], option=option)
        for below, option in zip([*ends, None], options, strict=True)
    ]


def _value(case: Case, found: Along, value: float) -> str:
    if found.varied.input in SHARES:
        return percent(value)
    unit = in_currency(found.varied.line.unit, case.currency)
    if found.varied.input == ERROR_COST:
        return f"{money(case, value)} an error"
    if unit.startswith(case.currency):
        return f"{money(case, value)}{unit.removeprefix(case.currency).replace('/', ' a ', 1)}"
    return f"{number(value)} {unit.replace('/', ' a ')}"


NAMES = {
    "requests_per_month": "", "error_cost": "", "prompt_accuracy": " prompt accuracy", "improved_accuracy": " accuracy once improved",
    "tuned_accuracy": " accuracy of the fine-tune", "one_off_cost": " to build it", "retraining_interval_months": " between retrainings",
    "tuned_retirement_months": " to its retirement", "prompt_instruction_tokens": " of instruction", "prompt_cache_hit_rate": " cache hits",
    "tuned_output_price": " of its output", "lead_time_weeks": " of lead time",
}  # fmt: skip
"""What a value of each input is of."""


TOLD = 2
"""How many break-evens of the price of a wrong answer are told."""


def _is_told(decision: Decision, switch: Switch) -> bool:
    """Return whether a switch is of interest in words: not one between two offers to fine-tune on."""
    kinds = {decision.matrix.of(way.id).one.option.kind for way in (switch.before, switch.after)}
    return not kinds <= set(TUNES)


def _in_words(case: Case, decision: Decision, found: Along, switch: Switch) -> str:
    is_above = switch.value >= (found.current or 0.0)
    other = decision.matrix.of((switch.after if is_above else switch.before).id).one
    side = "above" if is_above else "below"
    return f"{option_in_words(other)} wins {side} {_value(case, found, switch.value)}{NAMES[found.varied.input]}"


def nearest_break_even(case: Case, simulation: Simulation, decision: Decision) -> str:
    """Return the nearest value at which another option becomes the best by what it is worth; empty where none is near.

    Where no price was put on a wrong answer, the first such prices.
    """
    near: list[tuple[float, Along, Switch]] = []
    for found in simulation.frontier:
        told = [switch for switch in found.switches if _is_told(decision, switch)]
        if found.varied.input == ERROR_COST and not found.current:
            return ", ".join(_in_words(case, decision, found, switch) for switch in told[:TOLD])
        current = found.current
        if current and found.state == "switches":
            near += [(abs(math.log(one.value / current)), found, one) for one in told if one.value > 0.0]
    if not near:
        return ""
    _, found, switch = min(near, key=lambda item: item[0])
    return _in_words(case, decision, found, switch)
