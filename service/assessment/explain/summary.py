"""The summary: what the advice costs and brings, and what decides, in sixty words at most. Part of the explain stage.

Sentences in their order of weight; what would go beyond sixty words is left to the answer's figures.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.assessment.case import IN_SERVICE, KEEP, Case
from service.assessment.decide import Decision
from service.assessment.decide.conditions import MEETING_VALUE
from service.assessment.decide.matrix import Held
from service.assessment.explain.names import goal, input_in_words, option_in_words
from service.assessment.explain.plan import KEEPING, cost_in_words, steps_in_words
from service.assessment.explain.thresholds import nearest_break_even
from service.assessment.explain.words import chance, counted, money, number, percent
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

MOST_WORDS = 60


def _upper(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _npv(case: Case, value: float) -> str:
    return f"save {money(case, value)}" if value >= 0.0 else f"cost {money(case, -value)} more"


def _accuracy(decision: Decision, held: Held) -> str:
    """Return how right an option is against option 0, and how many wrong answers a month that makes more or less."""
    now = decision.matrix.baseline.one.draws[Lines.average_accuracy].mean()
    then = held.one.draws[Lines.average_accuracy].mean()
    more = held.one.draws[Lines.change_in_wrong_answers_per_month].mean()
    if held.id == decision.matrix.baseline.id or percent(float(now)) == percent(float(then)):
        return f"at {percent(float(then))} accuracy"
    of = f"{number(abs(float(more)))} {'more' if more > 0 else 'fewer'} wrong answers a month"
    return f"at {percent(float(then))} accuracy instead of {percent(float(now))}, {of}"


def _span(case: Case) -> str:
    return f"over {counted(case.horizon_months, 'month')}"


def _of_option(case: Case, decision: Decision, held: Held) -> str:
    """Return what serving by an option is expected to bring."""
    name, span = option_in_words(held.one), _span(case)
    if held.id == decision.matrix.baseline.id:
        return f"{_upper(name)} serves {_accuracy(decision, held)}"
    against = ", against the fine-tune in service," if decision.matrix.baseline.id == IN_SERVICE else ""
    return f"{_upper(span)}{against} {name} is expected to {_npv(case, held.npv)}, {_accuracy(decision, held)}"


def _of_plan(case: Case, decision: Decision) -> str:
    """Return what the plan is expected to bring."""
    plan, matrix = decision.verdict.plan, decision.matrix
    brings = f"expected to {_npv(case, plan.value)} {_span(case)}"
    return f"First {steps_in_words(case, matrix, plan)}, for {cost_in_words(case, plan)}: {brings}"


def _chance_of_plan(case: Case, decision: Decision) -> str:
    """Return how likely the plan ends well, where that is more than deciding today would bring."""
    plan, matrix, advice = decision.verdict.plan, decision.matrix, decision.asked.advice
    if not matrix.is_asked or matrix.bar_origin == "today":
        return ""
    asked = goal(case, matrix)
    if plan.chance < advice.rules.plausible / 10.0:
        return f"Nothing considered is likely to {asked}; the best that is no worse than today serves"
    now = chance(case, matrix.baseline.chance)
    return f"Chance to end with an option likely to {asked}: {chance(case, plan.chance)} (now {now})"


def _chance_of_option(case: Case, decision: Decision, held: Held) -> str:
    matrix = decision.matrix
    if not matrix.is_asked or (held.id == matrix.baseline.id == KEEP and matrix.bar_origin == "today"):
        return ""
    return f"Its chance to {goal(case, matrix)} is {chance(case, held.chance)}"


def _rejected(case: Case, decision: Decision, chosen: Held) -> str:
    """Return why an option that is worth more is not chosen; empty where none is."""
    matrix = decision.matrix
    served = [held for held in matrix.options if held.is_served and held.id != chosen.id]
    best = max(served, key=lambda held: held.npv, default=None)
    if best is None or best.npv <= chosen.npv or not decision.asked.advice.rules.counts_bar:
        return ""
    more = f"{_upper(option_in_words(best.one))} would {_npv(case, best.npv)}"
    if best.id == matrix.baseline.id:
        more = f"{_upper(option_in_words(best.one))} costs less"
    if decision.asked.advice.rules.is_barred and best.one.option.kind == "fine_tune":
        return f"{more}, but what the task needs speaks against fine-tuning"
    if best.chance < case.confidence:
        return f"{more}, but its chance to {goal(case, matrix)} is {chance(case, best.chance)}"
    return ""


def _next_best(case: Case, decision: Decision, chosen: Held) -> Iterator[str]:
    """Yield what the other ways would cost, where the chosen one is today's."""
    matrix = decision.matrix
    for held in (matrix.improved, decision.asked.tune):
        if held is not None and held.id != chosen.id and held.npv < chosen.npv:
            yield f"{_upper(option_in_words(held.one))} would {_npv(case, held.npv)}, {_accuracy(decision, held)}"


def _unpriced(case: Case) -> str:
    finance = case.request.finance
    is_priced = finance is not None and finance.error_cost is not None
    return "" if is_priced else "no price was put on a wrong answer"


def _hinge(decision: Decision) -> str:
    """Return what the advice hangs on most."""
    if not decision.hinges:
        return ""
    most = max(decision.hinges, key=lambda hinge: hinge.input.evppi)
    return f"Decisive: {input_in_words(most.input.line)}"


def _condition(case: Case, decision: Decision) -> str:
    found = next((each for each in decision.conditions if each.field == MEETING_VALUE), None)
    if found is None or found.flips_at is None:
        return ""
    return f"It pays where meeting what is asked is worth {money(case, found.flips_at)} a request"


def _break_even(case: Case, simulation: Simulation, decision: Decision) -> str:
    nearest, unpriced = nearest_break_even(case, simulation, decision), _unpriced(case)
    if not nearest:
        return _upper(unpriced) if unpriced else ""
    return _upper(f"{unpriced}: {nearest}") if unpriced else f"Nearest break-even: {nearest}"


def _obstacle(simulation: Simulation, decision: Decision) -> tuple[str, ...]:
    """Return that no fine-tune can go live, with and without why, where one could be bought at all."""
    if decision.asked.tune is not None or not simulation.tunes:
        return ()
    said = "A fine-tune cannot go live"
    return f"{said}: {simulation.tunes[0].obstacle}", said


Told = tuple[str, ...]
"""Ways to say one thing, the longest first; empty for nothing to say."""


def _told(*ways: str) -> Told:
    return tuple(way for way in ways if way)


def _things(case: Case, simulation: Simulation, decision: Decision) -> Iterator[Told]:
    """Yield what there is to say, what weighs most first."""
    verdict, matrix = decision.verdict, decision.matrix
    chosen = matrix.of(verdict.option)
    if not decision.has_requests:
        yield _told("There are no requests to serve, so no change can pay")
        return
    if not verdict.plan.is_commitment:
        yield _told(_of_plan(case, decision))
        yield _told(_chance_of_plan(case, decision))
        yield _told(*_obstacle(simulation, decision))
        yield _told(_decided_today(case, decision, chosen), _decided_in_short(decision, chosen))
        yield _told(_condition(case, decision))
        yield _told(_hinge(decision))
        yield _told(_break_even(case, simulation, decision))
        return
    yield _told(_of_option(case, decision, chosen))
    yield _told(_chance_of_option(case, decision, chosen))
    yield _told(*_obstacle(simulation, decision))
    yield _told(_rejected(case, decision, chosen))
    yield _told(_condition(case, decision))
    yield _told(_break_even(case, simulation, decision))
    if verdict.action in KEEPING:
        for sentence in _next_best(case, decision, chosen):
            yield _told(sentence)
    yield _told(_hinge(decision))


def _decided_today(case: Case, decision: Decision, chosen: Held) -> str:
    """Return what would serve, were one to decide today."""
    name, baseline = option_in_words(chosen.one), decision.matrix.baseline
    if chosen.id == baseline.id:
        return f"Until then {name} serves {_accuracy(decision, baseline)}"
    return f"Decided today, {name} would {_npv(case, chosen.npv)}, {_accuracy(decision, chosen)}"


def _decided_in_short(decision: Decision, chosen: Held) -> str:
    """Return the same with its accuracy alone."""
    accuracy = percent(float(chosen.one.draws[Lines.average_accuracy].mean()))
    return f"Decided today: {option_in_words(chosen.one)}, at {accuracy} accuracy"


def _words(said: list[str]) -> int:
    return sum(len(each.split()) for each in said)


def summary(case: Case, simulation: Simulation, decision: Decision) -> str:
    """Return what the advice costs and brings, and what decides.

    What weighs most is said, each thing in short; then at length, as far as sixty words reach.
    """
    chosen: list[Told] = []
    for ways in _things(case, simulation, decision):
        if ways and _words([each[-1] for each in chosen]) + _words([ways[-1]]) <= MOST_WORDS:
            chosen.append(ways)
    said = [ways[-1] for ways in chosen]
    for at, ways in enumerate(chosen):
        longer = [*said[:at], ways[0], *said[at + 1 :]]
        said = longer if _words(longer) <= MOST_WORDS else said
    return " ".join(f"{sentence}." for sentence in said)
