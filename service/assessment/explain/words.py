"""The words of an answer: rounding is for words only, and happens here only."""

from __future__ import annotations

import math

from service.assessment.case import Case
from service.assessment.decide import Decision, Rule, gap_of
from service.assessment.explain.figures import Figures
from service.assessment.simulate import Screened
from service.nouns.answer.verdict import Dimension, Reason

SIGNIFICANT = 3
CHECKED_LONG_AGO_DAYS = 90
ONE_POINT = 0.01
ANSWER = {"satisfied": "yes", "not_satisfied": "no", "unknown": "not known"}


def number(value: float | None) -> str:
    """Return a number for people: three significant digits, thousands separated.

    Examples
    --------
    >>> number(308154.5), number(0.00046351), number(None)
    ('308,000', '0.000464', 'n/a')
    """
    if value is None or not math.isfinite(value):
        return "n/a"
    if value == 0:
        return "0"
    digits = SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}"


def percent(share: float | None) -> str:
    """Return a share in per cent for people, to three significant digits.

    Examples
    --------
    >>> percent(0.7388), percent(0.0009), percent(1.0), percent(None)
    ('73.9 %', '0.09 %', '100 %', 'n/a')
    """
    if share is None:
        return "n/a"
    scaled = 100.0 * share
    return f"{scaled:.3g} %" if scaled < 99.95 else "100 %"


def exact_percent(share: float) -> str:
    """Return a stated share in per cent, as exactly as it was stated.

    Examples
    --------
    >>> exact_percent(0.9), exact_percent(0.9995)
    ('90 %', '99.95 %')
    """
    return f"{100.0 * share:.10g} %"


def chance(case: Case, share: float | None) -> str:
    """Return a share of the draws in words, in whole per cent but for the ends; none of them is not never."""
    if share is None:
        return "n/a"
    least = f"{100.0 / case.draws:.1g}"
    if share == 0.0:
        return f"under {least} %"
    if share == 1.0:
        return f"over {100.0 - float(least):g} %"
    if share < ONE_POINT:
        return f"{100.0 * share:.1g} %"
    if share > 1.0 - ONE_POINT:
        return f"{100.0 - float(f'{100.0 * (1.0 - share):.1g}'):g} %"
    return f"{100.0 * share:.0f} %"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "month"), counted(1200, "example")
    ('1 month', '1,200 examples')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def money(case: Case, value: float | None) -> str:
    """Return an amount of money for people, with its currency."""
    return f"{case.currency} {number(value)}"


def _statement(case: Case, rule: Rule) -> str:
    f = rule.figures
    if rule.id == "enough_examples":
        have = "not stated" if f["labelled_examples"] is None else f"{f['labelled_examples']:,.0f}"
        return f"Labelled examples: {have}; fine-tuning needs {f['needed']:,.0f}."
    if rule.id == "consistent_prompt_failure":
        tried = case.request.prompting.techniques_tried
        names = "not stated" if tried is None else ", ".join(tried) or "none"
        meets = f["probability_prompt_meets"]
        return f"{f['trials']:,.0f} graded trials, techniques tried: {names}; " + (
            "no required accuracy is stated."
            if meets is None
            else f"chance that the prompt meets the requirement: {chance(case, meets)}."
        )
    if rule.id == "token_overhead":
        strict = {None: "not stated", True: "yes", False: "no"}[case.request.task.strict_format]
        return (
            f"Instruction tokens make up {percent(f['instruction_share'])} of the prompt's request cost "
            f"(significant from {percent(f['threshold'])}); strict output format: {strict}."
        )
    if rule.id == "latency_benefit":
        if case.request.latency_target is None:
            return f"No latency target is set; a request takes {number(f['prompt_p50_seconds'])} s prompted, {number(f['tuned_p50_seconds'])} s fine-tuned."
        return f"A request takes {number(f['prompt_p50_seconds'])} s prompted and {number(f['tuned_p50_seconds'])} s fine-tuned (median)."
    if rule.id == "feasibility_unproven":
        return f"{f['trials']:,.0f} graded trials; a prompt's feasibility counts as proven from {f['needed']:,.0f}."
    if rule.id == "knowledge_changes":
        if f["best_average_validity"] is None:
            return "No half-life of the required knowledge is stated, so none is assumed."
        return (
            f"Even a model that was perfect on the day of its training would average {percent(f['best_average_validity'])} "
            f"between trainings, against the {percent(f['bar'])} to beat."
        )
    if rule.id == "no_dataset":
        have = "not stated" if f["labelled_examples"] is None else f"{f['labelled_examples']:,.0f}"
        why = {
            "satisfied": "collecting the missing ones takes months or does not pay",
            "not_satisfied": "nothing to collect, or collecting is quick and pays",
            "unknown": "how many there are decides",
        }[rule.status]
        return f"Labelled examples: {have}; {why}."
    field = {
        "proprietary_knowledge": "Terminology or schemas rare in public text",
        "multi_step_reasoning": "Multi-step reasoning with few-shot and chain of thought doing well",
        "audit_required": "Exact instructions must be open to audit",
    }[rule.id]
    return f"{field}: {ANSWER[rule.status]}."


def reasons(case: Case, decision: Decision) -> list[Reason]:
    """Return the ten rules with their figures, and the size-of-gap rule where a requirement is set."""
    found = [
        Reason(rule=rule.id, favours=rule.favours, status=rule.status, statement=_statement(case, rule))
        for rule in decision.rules
    ]
    requirement = case.request.task.required_accuracy
    if requirement is not None:
        gap = gap_of(case, requirement)
        small, large = case.thresholds["article_small_gap"], case.thresholds["article_large_gap"]
        favours = "fine_tuning" if gap >= large else "prompt_engineering"
        status = "satisfied" if gap >= large or gap <= small else "not_satisfied"
        points = round(100 * gap)
        where = f"{counted(points, 'point')} short of" if points > 0 else "at or above"
        found.append(
            Reason(
                rule="size_of_gap",
                favours=favours,
                status=status,
                statement=f"The prompt is {where} {exact_percent(requirement)}: up to {round(100 * small)} "
                f"points a better prompt is likelier to close it, from {round(100 * large)} a fine-tune.",
            )
        )
    return found


def risks(case: Case, decision: Decision, figures: Figures) -> list[str]:
    """Return the risks of the chosen side, of dates, and of old prices."""
    chosen = figures.simulation.chosen.candidate
    found = []
    if decision.verdict.choice == "fine_tuning" or decision.verdict.action == "collect_examples":
        found += [
            "Knowledge is frozen at training time.",
            "A fine-tune may forget what lies outside its narrow task.",
            "Every change of behaviour is another training run.",
            "Behaviour is implicit in weights and hard to audit.",
        ]
    else:
        found += [
            "The prompt may drift when the base model is updated.",
            "Instruction tokens are paid on every request.",
            "Output format may be uneven, and long prompts are brittle.",
            "A prompt is limited to what the base model knows.",
        ]
    if chosen.shutdown_date:
        found.append(
            f"{chosen.name}: the provider {'shut' if chosen.shutdown_date <= case.as_of else 'shuts'} it down on "
            f"{chosen.shutdown_date}."
        )
    if chosen.last_training_date and chosen.last_training_date != chosen.shutdown_date:
        found.append(f"{chosen.name}: no training after {chosen.last_training_date}.")
    shutdown = case.request.prompting.shutdown_date
    if shutdown:
        found.append(f"The prompted base model is shut down on {shutdown}; the prompt then has to be moved.")
    elif chosen.is_same_base and chosen.shutdown_date:
        found.append(
            f"The prompt runs on the same base model, whose fine-tunes end on {chosen.shutdown_date}; if it ends too, send "
            "prompting.shutdown_date."
        )
    if figures("prompt_build_cost") > 0.0 and 0.0 < figures("live_months") < case.horizon_months:
        found.append(
            "The prompt's build cost counts as saved by fine-tuning, but the prompt serves while the fine-tune does not; if it has "
            "to be built for that, send prompting.build_cost 0."
        )
    for what, checked in ((chosen.name, chosen.checked), (case.prompt_model, case.prompt_price_checked)):
        if what and checked and (days := (case.as_of - checked).days) > CHECKED_LONG_AGO_DAYS:
            found.append(f"Prices of {what} were last checked on {checked}, {days} days before this assessment.")
    if case.prompt_price_is_oldest_known:
        found.append(
            f"Since when {case.prompt_model} costs what it does is not on record; for {case.as_of} its oldest known price is used."
        )
    if chosen.confidence != "high" and not chosen.no_longer_trains:
        found.append(f"The terms of {chosen.name} rest on sources of {chosen.confidence} confidence.")
    half_life = figures.maybe("knowledge_half_life_months")
    if half_life is not None and half_life < 1.0:
        found.append("Facts that change weekly point to retrieval rather than to either.")
    return found


def why_it_lost(offer: Screened, best: Screened, currency: str) -> str:
    """Return how far an offer is behind the best one, and what sets them apart most."""
    if offer.npv > best.npv and offer.chance < best.chance:
        return (
            f"it would cost {currency} {number(offer.npv - best.npv)} less, but its chance to meet the requirement is "
            f"{percent(offer.chance)} against {percent(best.chance)}"
        )
    if offer.npv > best.npv or not best.is_feasible:
        return "listed for information beside your own choice"
    behind = {part: offer.parts[part] - best.parts[part] for part in best.parts}
    part = max(behind, key=lambda name: behind[name])
    why = f", most of all for {part} ({currency} {number(behind[part])} more)" if behind[part] > 0 else ""
    return (
        f"its base-case NPV is {currency} {number(best.npv - offer.npv)} lower than that of {best.candidate.name}{why}"
    )


def comparison(case: Case, decision: Decision, figures: Figures) -> list[Dimension]:
    """Return the article's ten dimensions with this case's values and winners beside the article's."""
    pe, ft, tie = "prompt_engineering", "fine_tuning", "tie"
    lead, improve = figures("lead_time_weeks"), figures("improvement_weeks")
    interval = figures("retraining_interval_months")
    half_life = figures.maybe("knowledge_half_life_months")
    examples = case.planned_examples
    prompt_cost, tuned_cost = figures("prompt_cost_per_request"), figures("tuned_cost_per_request")
    upkeep = figures("prompt_maintenance_cost_per_month")
    hosting = figures("tuned_run_rate_hosting")
    tuned_upkeep = (
        figures("monitoring_cost_per_month")
        + figures("tuned_run_rate_hosting")
        + (figures("retraining_cost") / interval if figures("retraining_count") > 0 else 0.0)
    )
    improvement, build = figures("improvement_cost"), figures("tuned_build_cost")
    p_invalid = float(case.constants["prompt_invalid_output_rate"])
    t_invalid = float(case.constants["tuned_invalid_output_rate"])
    age = f"up to {number(figures('oldest_knowledge'))} months old"

    def less(left: float, right: float, close: float = 0.0) -> str:
        return tie if abs(left - right) <= close else pe if left < right else ft

    def known(stated: bool | None) -> str:
        return {None: "not stated", True: "yes", False: "no"}[stated]

    rows = [
        _row("time_to_first_result", "in use today", f"{number(lead)} weeks", pe, pe),
        _row("iteration_speed", f"minutes to hours; an improved prompt in {number(improve)} weeks", "days per training run", pe, pe),
        _row("data_requirement", "none", f"{examples:,.0f} labelled examples", pe, pe),
        _row("output_consistency", f"{percent(p_invalid)} invalid outputs, {percent(figures('prompt_accuracy'))} right",
             f"{percent(t_invalid)} invalid outputs, {percent(figures('tuned_accuracy_fresh'))} right",
             less(p_invalid + 1.0 - figures("prompt_accuracy"), t_invalid + 1.0 - figures("tuned_accuracy_fresh"), ONE_POINT), ft),
        _row("knowledge_freshness", "as fresh as the prompt",
             age if half_life is not None else "frozen at training; no half-life stated", pe, pe),
        _row("token_cost_at_scale", f"{money(case, prompt_cost)} per request",
             f"{money(case, tuned_cost)} per request, and {money(case, hosting)} hosting a month",
             less(figures("prompt_run_rate_tokens"), figures("tuned_run_rate_tokens") + hosting), ft),
        _row("auditability", "instructions can be read", "behaviour is in the weights", pe, pe),
        _row("implementation_cost", f"{money(case, improvement)} to improve", f"{money(case, build)} to build",
             less(improvement, build), pe),
        _row("task_specificity", f"well defined: {known(case.request.task.well_defined)}",
             f"own terms or schemas: {known(case.request.task.proprietary_knowledge)}",
             {True: ft, False: pe, None: tie}[case.request.task.well_defined], tie),
        _row("maintenance_burden", f"{money(case, upkeep)} a month", f"{money(case, tuned_upkeep)} a month",
             less(upkeep, tuned_upkeep), tie),
    ]  # fmt: skip
    return rows if figures.simulation.chosen.is_feasible else [_cannot_win(row) for row in rows]


def _cannot_win(row: Dimension) -> Dimension:
    """Return a dimension in which a fine-tune that cannot go live wins nothing, whatever it would cost or give."""
    if row.winner != "fine_tuning":
        return row
    return _row(
        row.dimension,
        row.prompt_engineering,
        f"cannot go live; else {row.fine_tuning}",
        "prompt_engineering",
        row.article_winner,
    )


def _row(dimension: str, prompt: str, tuned: str, winner: str, article: str) -> Dimension:
    return Dimension(
        dimension=dimension,
        prompt_engineering=prompt,
        fine_tuning=tuned,
        winner=winner,
        article_winner=article,
        contradicts_article=article not in ("tie", winner) and winner != "tie",
    )
