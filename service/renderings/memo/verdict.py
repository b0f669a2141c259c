"""The verdict and the three figures that matter, in words."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct

from service.nouns.answer.assessment import Assessment
from service.nouns.answer.break_even import BreakEvenItem, SwitchAnswer
from service.nouns.request.assessment import AssessmentRequest
from service.renderings.memo.charts.frontier import held
from service.renderings.memo.options import Mark, values_errors
from service.renderings.memo.plan import MEETS, asks_first, finds_out, keeps, likely, shows_chance
from service.renderings.memo.words import (
    about,
    chance,
    counted,
    exact_percent,
    listed,
    money,
    percent,
    plain,
    quantity,
    spread,
)  # fmt: skip
from service.renderings.names import POLICIES, input_in_words, side_in_words, step_in_words

SHOWN = 600
"""Characters of the task's description that are shown at once; the rest unfolds."""
ERROR_COST = "error_cost"
UNSTATED = 1e9
"""A distance farther than any, for what has none."""


class Said(Struct, frozen=True):
    """The caller's description: what is shown at once, and the whole where that is not all."""

    start: str
    whole: str
    more: str


class Fact(Struct, frozen=True):
    """A figure with its name and what it means."""

    name: str
    figure: str
    meaning: str


def described(asked: AssessmentRequest) -> Said:
    """Return the caller's description, a long one folded."""
    text = asked.task.description
    if len(text) <= SHOWN:
        return Said(text, "", "")
    return Said(text[:SHOWN] + "…", text, f"The whole description, {len(text):,} characters")


def bar_in_words(answer: Assessment) -> str:
    """Return what is asked of an option, in words."""
    bar, asks = answer.verdict.bar, []
    if bar.accuracy is not None and bar.origin == "stated":
        asks.append(f"at least {exact_percent(bar.accuracy)} right answers on average to the horizon")
    elif bar.accuracy is not None:
        asks.append(f"at least {percent(bar.accuracy)} right answers: today's accuracy less the tolerated loss")
    if bar.latency_seconds is not None:
        asks.append(f"answers within {quantity(bar.latency_seconds, 'seconds')}")
    return listed(asks) if asks else "no bar: wrong answers are priced instead"


def facts(answer: Assessment, marks: Mapping[str, Mark]) -> list[Fact]:
    """Return what stands beside the verdict: the bar, the chance to meet it, the confidence, both policies."""
    verdict, draws = answer.verdict, answer.provenance.draws
    chosen = next(option for option in answer.options if option.id == verdict.option)
    found = [
        Fact("Choice as of today", marks[chosen.id].full, side_in_words(verdict.choice) + (": what would serve, were nothing else to be found out" if finds_out(answer) else "")),
        Fact("The bar", bar_in_words(answer), ""),
    ]  # fmt: skip
    if chosen.chance_meets_bar is not None:
        found.append(
            Fact(
                "Chance to meet the bar",
                chance(chosen.chance_meets_bar, draws),
                f"of {marks[chosen.id].full}, as far as is known today",
            )
        )
    if verdict.confidence is not None:
        found.append(
            Fact(
                "Confidence",
                chance(verdict.confidence, draws),
                f"share of {draws:,} draws in which this choice is the best that may be served",
            )
        )
    else:
        found.append(
            Fact("Confidence", "to be found out", "no figure is given while a study or an answer is still to come")
        )
    return found


def policies(answer: Assessment) -> str:
    """Return how the two policies differ; empty where they agree."""
    verdict = answer.verdict
    if verdict.policies_agree:
        return ""
    said = (
        f"The two policies disagree. The framework, which asks for the bar before money, says: {step_in_words(verdict.framework_action)}. "
        f"Expected value alone says: {step_in_words(verdict.expected_value_action)}. This memo follows {POLICIES.get(answer.policy, answer.policy)}."
    )
    if verdict.price_of_framework > 0:
        said += f" Following the framework is expected to cost {money(answer.currency, verdict.price_of_framework)} more over {counted(answer.horizon_months, 'month')}."
    return said


def meanwhile(answer: Assessment, marks: Mapping[str, Mark]) -> str:
    """Return what to do while a question is open; empty where none is."""
    until = answer.verdict.until_answered
    if until is UNSET:
        return ""
    return f"Until it is answered, {marks[until.option].full} serves: {step_in_words(until.action)}."


def _nearest(answer: Assessment) -> tuple[BreakEvenItem, SwitchAnswer] | None:
    """Return the break-even nearest to today's value, in proportion to it: rather one of the option that is chosen.

    A price of errors that is not stated has no distance, but is better than a break-even between options nobody advises.
    """
    near = []
    for item in answer.break_even.items:
        if item.agrees_with_draws and item.distance is not None:
            switch = next(one for one in item.switches if one.value == item.nearest_switch)
            near.append((not _is_about(switch, answer), abs(item.distance), item.input, item, switch))
        elif item.input == ERROR_COST and not item.current:
            near += [(False, UNSTATED, item.input, item, one) for one in item.switches if _is_about(one, answer)][:1]
    first = min(near, key=lambda one: one[:3], default=None)
    return None if first is None else first[3:]


def _is_about(switch: SwitchAnswer, answer: Assessment) -> bool:
    """Return whether the option that is chosen is on one side of a switch."""
    return answer.verdict.option in (switch.from_option, switch.to_option)


def _money_first(answer: Assessment, marks: Mapping[str, Mark]) -> Fact:
    """Return the first figure: what the plan costs first and brings; where nothing changes, what going on costs."""
    plan, currency, months = answer.plan, answer.currency, counted(answer.horizon_months, "month")
    today = answer.options[0]
    errors = ", wrong answers counted at their cost" if values_errors(answer) else ""
    if keeps(answer):
        tco = today.tco
        return Fact(
            f"Cost of going on as today, {months}", money(currency, tco.mean),
            f"total in today's money{errors}; 10th to 90th percentile {spread(tco.p10, tco.p90, currency)}. The advice costs nothing more.",
        )  # fmt: skip
    first = plan.cost or sum(step.cost for step in plan.steps[:1])
    weeks = plan.weeks or max(step.weeks for step in plan.steps)
    name = "Expected saving" if plan.value >= 0 else "Expected extra cost"
    spent = "to find out" if plan.cost else "to build it"
    return Fact(
        f"{name}, {months}", money(currency, abs(plan.value)),
        f"against {marks[today.id].full}, in today's money, all costs of the plan counted{errors}; {money(currency, first)} and {about(weeks, 'week')} come first, {spent}.",
    )  # fmt: skip


def _chance(answer: Assessment, marks: Mapping[str, Mark]) -> Fact:
    """Return the second figure: the chance to meet the bar; where there is none, to be the best."""
    verdict, plan, draws = answer.verdict, answer.plan, answer.provenance.draws
    chosen = next(option for option in answer.options if option.id == verdict.option)
    name = marks[chosen.id].full
    if asks_first(answer) and answer.next_question is not UNSET:
        question = answer.next_question
        return Fact(
            "Chance that an answer changes the advice", plain(question.changes_advice_with_probability), question.why
        )
    if shows_chance(answer):
        today = f"As it stands, {name} meets the bar in {chance(chosen.chance_meets_bar, draws)} of the draws."
        return Fact(
            MEETS,
            chance(plan.chance, draws),
            f"of the plan; {likely(answer)}. The bar: {bar_in_words(answer)}. {today}",
        )
    if chosen.chance_meets_bar is not None:
        return Fact(
            "Chance to meet the bar", chance(chosen.chance_meets_bar, draws), f"of {name}: {bar_in_words(answer)}."
        )
    return Fact(
        "Chance to be the best",
        chance(chosen.chance_best, draws),
        f"of {name}, over {draws:,} draws of all that is uncertain.",
    )


def _break_even(answer: Assessment, marks: Mapping[str, Mark]) -> Fact:
    """Return the third figure: the break-even that decides, else the one nearest to today."""
    for condition in answer.verdict.conditional_on:
        if condition.flips_at is not None and condition.input == "/finance/error_cost":
            return Fact(
                "Break-even that decides", quantity(condition.flips_at, f"{answer.currency}/error"), condition.statement
            )
    found = _nearest(answer)
    if found is None:
        return Fact(
            "Nearest break-even",
            "none",
            "No input that was varied changes which option is worth most, all else unchanged.",
        )
    item, switch = found
    below, above = marks[switch.from_option].full, marks[switch.to_option].full
    is_unpriced = item.input == ERROR_COST and not item.current
    today = "on which no price is put today" if is_unpriced else f"today {quantity(item.current, item.unit)}"
    return Fact(
        "Nearest break-even", quantity(switch.value, item.unit),
        f"{input_in_words(item.input)}, {today}: below it {below} is worth most, above it {above}{held(item)}.",
    )  # fmt: skip


def figures(answer: Assessment, marks: Mapping[str, Mark]) -> list[Fact]:
    """Return the three figures that matter.

    Who decides asks three things: what it costs first and brings, how likely it does what is asked, and how far the world
    may be from our picture before the advice is wrong.
    """
    return [_money_first(answer, marks), _chance(answer, marks), _break_even(answer, marks)]
