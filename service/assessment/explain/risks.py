"""The risks of an answer: of the side taken, of dates ahead, of facts that nobody checked lately. Part of the explain stage."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from service.assessment.case import Candidate, Case
from service.assessment.decide import Decision
from service.assessment.explain.figures import Figures
from service.assessment.ledger.lines import Lines

OF_TUNING = (
    "Knowledge is frozen at training time.",
    "A fine-tune may forget what lies outside its narrow task.",
    "Every change of behaviour is another training run.",
    "Behaviour is implicit in weights and hard to audit.",
)
OF_PROMPTING = (
    "The prompt may drift when the base model is updated.",
    "Instruction tokens are paid on every request.",
    "Output format may be uneven, and long prompts are brittle.",
    "A prompt is limited to what the base model knows.",
)


def _of_dates(case: Case, chosen: Candidate) -> Iterator[str]:
    if chosen.shutdown_date:
        shuts = "shut" if chosen.shutdown_date <= case.as_of else "shuts"
        yield f"{chosen.name}: the provider {shuts} it down on {chosen.shutdown_date}."
    if chosen.last_training_date and chosen.last_training_date != chosen.shutdown_date:
        yield f"{chosen.name}: no training after {chosen.last_training_date}."
    shutdown = case.request.prompting.shutdown_date
    if shutdown:
        yield f"The prompted base model is shut down on {shutdown}; the prompt then has to be moved."
    elif chosen.is_same_base and chosen.shutdown_date:
        yield (
            f"The prompt runs on the same base model, whose fine-tunes end on {chosen.shutdown_date}; if it ends too, send "
            "prompting.shutdown_date."
        )


def _checks(case: Case, chosen: Candidate) -> dict[str, dict[str, datetime.date]]:
    """Return when each fact that this case used was last checked, by the file in which it stands and its name."""
    facts = [
        (chosen.file, f"The prices of {chosen.name}", chosen.checked),
        (case.prompt_price_source.title, f"The price of {case.prompt_model}", case.prompt_price_checked),
        *((used.file, used.id or f"What {used.pointer} rests on", used.checked) for used in case.used),
    ]
    found: dict[str, dict[str, datetime.date]] = {}
    for file, name, checked in facts:
        if checked is not None:
            found.setdefault(file, {})[name] = checked
    return found


def _of_age(case: Case, chosen: Candidate) -> Iterator[str]:
    """Yield one sentence for each file of which facts were used that nobody has checked for long."""
    for file, checks in _checks(case, chosen).items():
        ages = {name: (case.as_of - checked).days for name, checked in checks.items()}
        old = [name for name, days in ages.items() if days > case.old_after_days]
        if not old:
            continue
        oldest = max(old, key=lambda name: ages[name])
        if len(old) == 1:
            yield f"{oldest} ({file}): last checked on {checks[oldest]}, {ages[oldest]} days before this assessment."
        else:
            yield (
                f"{len(old)} of the facts used from {file} were last checked more than {case.old_after_days:g} days before this "
                f"assessment, the oldest on {checks[oldest]}, {ages[oldest]} days before it."
            )


def _of_sources(case: Case, chosen: Candidate) -> Iterator[str]:
    if case.prompt_price_is_oldest_known:
        yield (
            f"Since when {case.prompt_model} costs what it does is not on record; for {case.as_of} its oldest known price is "
            "used."
        )
    if chosen.confidence != "high" and not chosen.no_longer_trains:
        yield f"The terms of {chosen.name} rest on sources of {chosen.confidence} confidence."


def risks(case: Case, decision: Decision, figures: Figures) -> list[str]:
    """Return the risks of the chosen side, of dates, and of facts whose check lies long back."""
    chosen, verdict = figures.simulation.chosen.candidate, decision.verdict
    tunes = verdict.choice == "fine_tuning" or verdict.action == "collect_examples"
    found = [*(OF_TUNING if tunes else OF_PROMPTING), *_of_dates(case, chosen)]
    if figures(Lines.prompt_build_cost) > 0.0 and 0.0 < figures(Lines.live_months) < case.horizon_months:
        found.append(
            "The prompt's build cost counts as saved by fine-tuning, but the prompt serves while the fine-tune does not; if it has "
            "to be built for that, send prompting.build_cost 0."
        )
    found += _of_age(case, chosen)
    found += _of_sources(case, chosen)
    half_life = figures.maybe(Lines.knowledge_half_life_months)
    if half_life is not None and half_life < 1.0:
        found.append("Facts that change weekly point to retrieval rather than to either.")
    return found
