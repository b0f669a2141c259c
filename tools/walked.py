"""Walks the steps of the framework once more from the figures of an answer, and stops where it ends elsewhere.

Used by `tools/examples.py`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tools.defended import Case, Wrong, chance, number, percent, table

NEEDS = ("consistent_prompt_failure", "token_overhead", "latency_benefit", "proprietary_knowledge")


class Facts(NamedTuple):
    """What the steps ask for: chances and expected NPVs of the prompt, the improved prompt and the fine-tune, and more."""

    p_prompt: float
    p_improved: float
    p_tuned: float
    improving: float
    switching: float
    pays: float
    """Chance that the fine-tune pays."""
    is_alive: bool
    gap: float | None
    trials: int
    rules: dict[str, str]


def facts(case: Case) -> Facts:
    """Return what the steps ask for, read off the answer."""
    keep, improved, tuned = case.sides
    alive = tuned["is_feasible"]
    return Facts(
        p_prompt=keep["chance_meets_bar"],
        p_improved=improved["chance_meets_bar"],
        p_tuned=tuned["chance_meets_bar"] if alive else 0.0,
        improving=improved["npv"]["mean"],
        switching=tuned["npv"]["mean"] if alive else 0.0,
        pays=tuned["npv"]["probability_positive"] if alive else 0.0,
        is_alive=alive,
        gap=case.answer["accuracy"]["gap"],
        trials=case.request["prompting"]["measured_accuracy"]["total"],
        rules={r["rule"]: r["status"] for r in case.answer["verdict"]["reasons"]},
    )


def _closes_the_gap(case: Case, at: Facts) -> str:
    """Return what the fourth step says."""
    plausible, likely = case.threshold("plausible_probability"), case.threshold("confidence")
    if at.p_prompt >= likely or at.gap is None:
        return ""
    if max(at.p_prompt, at.p_improved, at.p_tuned) < plausible:
        return "rethink_task"
    if at.gap <= case.threshold("article_small_gap") and at.p_improved >= plausible:
        return "improve_prompt"
    if at.gap >= case.threshold("article_large_gap") and at.p_tuned >= plausible:
        return "improve_prompt" if at.p_improved >= likely else ""
    return "improve_prompt" if at.p_improved >= likely or at.p_improved >= at.p_tuned else ""


def _gates(case: Case, at: Facts) -> str:
    """Return what the seventh step says."""
    plausible, likely = case.threshold("plausible_probability"), case.threshold("confidence")
    best_prompt = max(at.p_prompt, at.p_improved)
    ways = [at.rules[need] for need in NEEDS]
    bars = [at.rules["audit_required"], at.rules["knowledge_changes"]]
    nothing_else = at.p_tuned >= likely and best_prompt < plausible
    pays = at.switching > 0 or (at.p_tuned >= plausible and at.p_tuned > best_prompt)
    undefined = case.request["task"].get("well_defined") is False
    shut = ("satisfied" in bars and not nothing_else) or undefined or not pays or set(ways) == {"not_satisfied"}
    if shut:
        return "improve_prompt" if at.p_prompt < likely and at.p_improved >= plausible else "keep_prompting"
    unknown = "satisfied" not in ways or ("unknown" in bars and not nothing_else)
    return "run_pilot" if unknown and at.switching > 0 else ""


def _answers(case: Case, at: Facts) -> list[tuple[str, str, str]]:
    """Return of every step its question, its figures, and the action that it ends with; empty where it goes on."""
    plausible, likely = case.threshold("plausible_probability"), case.threshold("confidence")
    three = ", ".join(chance(p) for p in (at.p_prompt, at.p_improved, at.p_tuned))
    worth = f"E[NPV] of the fine-tune {number(at.switching)}, of improving {number(at.improving)}"
    will_do = "improve_prompt" if at.improving > 0 else "keep_prompting"
    labels = case.request.get("fine_tuning", {}).get("labelled_examples")
    tuned = case.sides[2]["timeline"]
    needs = [at.rules[need] for need in NEEDS].count("satisfied")
    bars = "satisfied" in (at.rules["audit_required"], at.rules["knowledge_changes"])
    stuck = will_do if at.p_prompt >= likely else "improve_prompt" if at.p_improved >= plausible else "rethink_task"
    is_good = at.p_prompt >= likely and (at.switching <= 0 or at.p_tuned < plausible)
    is_better = at.improving >= max(0.0, at.switching) and at.p_improved >= at.p_tuned
    only_tuned = at.p_tuned >= likely and max(at.p_prompt, at.p_improved) < likely
    is_sure = at.p_tuned >= likely and (at.pays >= likely or only_tuned)
    few = case.threshold("article_enough_trials")
    return [
        (f"Fewer than {number(few)} graded answers?", f"{at.trials} graded", "measure_first" if at.trials < few else ""),
        ("Can no fine-tune go live?", f"live from month {number(tuned['start_month'])} to {number(tuned['end_month'])}",
         "" if at.is_alive else stuck),
        ("Is the prompt likely to do, and a fine-tune not worth it?", f"{three}; {worth}", will_do if is_good else ""),
        ("Not likely to do: which is likelier to close the gap?",
         f"{'no gap is stated' if at.gap is None else f'gap {number(at.gap)}'}; chances {three}", _closes_the_gap(case, at)),
        ("Fewer labelled examples than fine-tuning needs, or not stated?", "not stated" if labels is None else f"{labels:,}",
         "" if at.rules["enough_examples"] == "satisfied" else "collect_examples"),
        ("Is improving the prompt worth at least as much, and at least as likely to do?", f"{worth}; {three}",
         "improve_prompt" if is_better else ""),
        ("Is a gate closed or unknown?",
         f"needs for tuning that hold: {needs} of {len(NEEDS)}; audit or stale knowledge: {'yes' if bars else 'no'}",
         _gates(case, at)),
        ("Is the fine-tune likely to do and to pay?", f"{chance(at.p_tuned)} and {chance(at.pays)}, {percent(likely)} asked of each",
         "fine_tune" if is_sure else "run_pilot"),
    ]  # fmt: skip


def steps(case: Case) -> str:
    """Return the steps of the framework that led to the verdict, walked here once more."""
    verdict: dict[str, Any] = case.answer["verdict"]
    rows: list[tuple[str, ...]] = []
    for step, (question, found, action) in enumerate(_answers(case, facts(case)), 1):
        rows.append((str(step), question, found, f"**{action}**" if action else "go on"))
        if action:
            if action != verdict["framework_action"]:
                raise Wrong(f"the steps give {action}, the answer {verdict['framework_action']}")
            break
    return table(("step", "question", "figures of this case", "outcome"), rows)


def ways_to_serve(case: Case) -> str:
    """Return the table of the options: how likely each is to do, and what it is worth."""
    rows = []
    for option in case.answer["options"]:
        npv, worth = option["npv"], "-"
        if option["is_feasible"]:
            worth = f"{number(npv['mean'])}; {number(npv['p10'])} to {number(npv['p90'])}"
        rows.append((
            f"`{option['id']}`", chance(option["chance_meets_bar"]), chance(option["chance_best"]), worth,
            number(option["one_off"]), number(option["monthly"]["total"]), number(option["latency"]["p50_seconds"]),
        ))  # fmt: skip
    head = ("option", "chance to do", "chance to be the best", f"E[NPV]; 80 % range, {case.money}", f"one-off, {case.money}",
            f"first full month, {case.money}", "median seconds")  # fmt: skip
    return table(head, rows)
