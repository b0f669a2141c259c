"""The words of an answer: rounding is for words only, and happens here only."""

from __future__ import annotations

import math

from service.assessment.case import Case
from service.assessment.decide import Decision, Rule, gap_of
from service.assessment.figures import Figures
from service.assessment.inform import Information
from service.assessment.simulate import Screened
from service.response_verdict import Dimension, Reason

SIGNIFICANT = 3
CHECKED_LONG_AGO_DAYS = 90
ONE_POINT = 0.01


def number(value: float | None) -> str:
    """Return a number for people: three significant digits, thousands separated.

    Examples
    --------
    >>> number(308154.5), number(0.0004635), number(None)
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


def chance(case: Case, share: float | None) -> str:
    """Return a share of the draws in words; none of them is not never."""
    if share == 0.0:
        return f"under {100.0 / case.draws:.1g} %"
    if share == 1.0:
        return f"over {100.0 - float(f'{100.0 / case.draws:.1g}'):g} %"
    return percent(share)


def _money(case: Case, value: float | None) -> str:
    return f"{case.currency} {number(value)}"


DOING = {
    "keep_prompting": "Keep the prompt as it is",
    "improve_prompt": "Improve the prompt",
    "measure_first": "Measure first",
    "collect_examples": "Stay with the prompt and collect labelled examples",
    "run_pilot": "Run a pilot fine-tune before committing",
    "fine_tune": "Fine-tune",
    "rethink_task": "Rethink the task: neither a better prompt nor a fine-tune is likely to reach it",
}


def _worth(case: Case, decision: Decision, figures: Figures) -> str:
    npv, improving = figures.mean("npv"), figures.mean("npv_improved")
    counted = "" if case.request.finance and case.request.finance.error_cost is not None else ", errors not valued"
    tuning = f"fine-tuning {'saves' if npv >= 0 else 'costs'} an expected {_money(case, abs(npv))} more than the prompt as it is"
    if npv >= 0:
        tuning = f"fine-tuning saves an expected {_money(case, npv)} against the prompt as it is"
    better = f"improving the prompt {'saves' if improving >= 0 else 'costs'} {_money(case, abs(improving))}"
    return (
        f"over {case.horizon_months} months{counted} {tuning} ({chance(case, decision.probability_positive)} chance that it "
        f"pays), {better}"
    )


def _chances(case: Case, decision: Decision) -> str:
    requirement = case.request.task.required_accuracy
    if requirement is None:
        return ""
    return (
        f"; the chance to reach {percent(requirement)} accuracy is {chance(case, decision.p_prompt)} with the prompt as it "
        f"is, {chance(case, decision.p_improved)} improved, {chance(case, decision.p_tuned)} fine-tuned"
    )


def _because(case: Case, decision: Decision, figures: Figures, information: Information) -> str:
    verdict = decision.verdict
    if verdict.step == "1":
        missing = int(case.thresholds["article_enough_trials"]) - case.total
        if information.graded_trials.net_value > 0:
            missing = max(missing, information.graded_trials.size)
        return f"only {case.total} answers were graded; grade at least {missing} more before deciding"
    if verdict.step == "2":
        return f"fine-tuning cannot go live: {decision.obstacle}"
    if verdict.action == "collect_examples":
        known = case.request.fine_tuning.labelled_examples if case.request.fine_tuning else None
        needed = int(case.thresholds["article_enough_examples"])
        if known is None:
            return f"how many labelled examples there are was not said (send fine_tuning.labelled_examples; {needed:,} are needed)"
        return f"{needed - known:,} labelled examples are missing to the {needed:,} that fine-tuning needs"
    if verdict.gate and verdict.field:
        return f"one gate of the framework is open ({verdict.gate}): send {verdict.field.strip('/').replace('/', '.')}"
    if verdict.gate:
        return f"a gate of the framework is not met ({verdict.gate})"
    if verdict.action == "run_pilot" and verdict.step in ("8", "expected_value"):
        pilot = information.pilot
        return f"with {pilot.size:,} examples it costs about {_money(case, pilot.cost)} and is worth {_money(case, pilot.value)} to know"
    if verdict.step == "expected_value" and verdict.action == "measure_first":
        study = information.graded_trials
        return f"grade {study.size:,} more answers for about {_money(case, study.cost)}; to know is worth {_money(case, study.value)}"
    if verdict.is_premium:
        premium = max(-figures.mean("npv"), 0.0)
        return f"only a fine-tune is likely to meet the requirement, at an expected premium of {_money(case, premium)}"
    return ""


def summary(case: Case, decision: Decision, figures: Figures, information: Information) -> str:
    """Return one sentence that a manager can read."""
    because = _because(case, decision, figures, information)
    valued = case.request.finance is not None and case.request.finance.error_cost is not None
    error_note = ""
    if not valued:
        item = next(b for b in figures.simulation.break_evens if b.search.input == "error_cost")
        roots = [c.value for c in item.crossings]
        error_note = (
            f"; a wrong answer has no price here, fine-tuning would break even at {_money(case, roots[0])} for each"
            if roots
            else f"; a wrong answer has no price here, and no price of it would change that ({item.state})"
        )
    other = decision.expected_value if case.policy == "framework" else decision.framework
    split = ""
    if other.action != decision.verdict.action:
        name = "expected value alone" if case.policy == "framework" else "the framework"
        split = f"; {name} would say {other.action.replace('_', ' ')}"
    head = DOING[decision.verdict.action]
    return (
        f"{head}: {because + '; ' if because else ''}{_worth(case, decision, figures)}{_chances(case, decision)}{split}"
        f"{error_note}."
    )


def _statement(case: Case, rule: Rule) -> str:
    f = rule.figures
    if rule.id == "enough_examples":
        have = "not stated" if f["labelled_examples"] is None else f"{f['labelled_examples']:,.0f}"
        return f"Labelled examples: {have}; fine-tuning needs {f['needed']:,.0f}."
    if rule.id == "consistent_prompt_failure":
        tried = case.request.prompting.techniques_tried
        names = "not stated" if tried is None else ", ".join(tried) or "none"
        return (
            f"{f['trials']:,.0f} graded trials, techniques tried: {names}; chance that the prompt meets the requirement: "
            f"{chance(case, f['probability_prompt_meets'])}."
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
    return f"{field}: {rule.status.replace('_', ' ')}."


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
        where = f"{points} points short of" if points > 0 else "at or above"
        found.append(
            Reason(
                rule="size_of_gap",
                favours=favours,
                status=status,
                statement=f"The prompt is {where} {percent(requirement)}: up to {round(100 * small)} "
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
        found.append(f"{chosen.name}: the provider shuts it down on {chosen.shutdown_date}.")
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
    for what, checked in ((chosen.name, chosen.checked), (case.prompt_model, case.prompt_price_checked)):
        if what and checked and (days := (case.as_of - checked).days) > CHECKED_LONG_AGO_DAYS:
            found.append(f"Prices of {what} were last checked on {checked}, {days} days before this assessment.")
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

    return [
        _row("time_to_first_result", "in use today", f"{number(lead)} weeks", pe, pe),
        _row("iteration_speed", f"minutes to hours; an improved prompt in {number(improve)} weeks", "days per training run", pe, pe),
        _row("data_requirement", "none", f"{examples:,.0f} labelled examples", pe, pe),
        _row("output_consistency", f"{percent(p_invalid)} invalid outputs, {percent(figures('prompt_accuracy'))} right",
             f"{percent(t_invalid)} invalid outputs, {percent(figures('tuned_accuracy_fresh'))} right",
             less(p_invalid + 1.0 - figures("prompt_accuracy"), t_invalid + 1.0 - figures("tuned_accuracy_fresh"), ONE_POINT), ft),
        _row("knowledge_freshness", "as fresh as the prompt",
             age if half_life is not None else "frozen at training; no half-life stated", pe, pe),
        _row("token_cost_at_scale", f"{_money(case, prompt_cost)} per request",
             f"{_money(case, tuned_cost)} per request, and {_money(case, hosting)} hosting a month",
             less(figures("prompt_run_rate_tokens"), figures("tuned_run_rate_tokens") + hosting), ft),
        _row("auditability", "instructions can be read", "behaviour is in the weights", pe, pe),
        _row("implementation_cost", f"{_money(case, improvement)} to improve", f"{_money(case, build)} to build",
             less(improvement, build), pe),
        _row("task_specificity", f"well defined: {known(case.request.task.well_defined)}",
             f"own terms or schemas: {known(case.request.task.proprietary_knowledge)}",
             {True: ft, False: pe, None: tie}[case.request.task.well_defined], tie),
        _row("maintenance_burden", f"{_money(case, upkeep)} a month", f"{_money(case, tuned_upkeep)} a month",
             less(upkeep, tuned_upkeep), tie),
    ]  # fmt: skip


def _row(dimension: str, prompt: str, tuned: str, winner: str, article: str) -> Dimension:
    return Dimension(
        dimension=dimension,
        prompt_engineering=prompt,
        fine_tuning=tuned,
        winner=winner,
        article_winner=article,
        contradicts_article=article not in ("tie", winner) and winner != "tie",
    )
