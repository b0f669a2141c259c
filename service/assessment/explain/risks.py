"""The risks of an answer: of the side taken, of dates ahead, of facts that nobody checked lately. Part of the explain stage."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from models.prompting import drift_reach
from service.assessment.case import IN_SERVICE, Case
from service.assessment.decide import Decision
from service.assessment.decide.matrix import Held, Matrix
from service.assessment.explain.figures import finite
from service.assessment.explain.names import option_in_words
from service.assessment.ledger.lines import Lines
from service.assessment.simulate import Simulation

QUARTERS = 4.0
"""Of the year for which the drift of the prompt is told."""

NAMED = 3
"""How many wide estimates are named."""

OF_TUNING = (
    "Knowledge is frozen at training time.",
    "A fine-tune may forget what lies outside its narrow task.",
    "Every change of behaviour is another training run.",
    "Behaviour is implicit in weights and hard to audit.",
)
OF_PROMPTING = (
    "Instruction tokens are paid on every request.",
    "Output format may be uneven, and long prompts are brittle.",
    "A prompt is limited to what the base model knows.",
)


def _of_dates(case: Case, held: Held) -> Iterator[str]:
    """Yield what is known to end, and when."""
    candidate, name = held.one.candidate, held.one.option.name
    life = held.one.option.life
    if life.date is not None and not life.serves_on:
        shuts = "shut" if life.date <= case.as_of else "shuts"
        yield f"{name}: the provider {shuts} its base model down on {life.date}."
    if candidate is not None and candidate.last_training_date and candidate.last_training_date != life.date:
        yield f"{name}: no training after {candidate.last_training_date}."
    if candidate is not None and candidate.customer_rule:
        yield f"{name}: {candidate.customer_rule[0].lower()}{candidate.customer_rule[1:]}"
    if candidate is not None and not candidate.has_successor and life.origin != "never":
        yield f"{name}: once its base model ends, the provider offers no successor to train."


def _of_service_today(case: Case, simulation: Simulation, matrix: Matrix) -> Iterator[str]:
    """Yield when the fine-tune that serves today ends within the horizon, and what then serves in its place.

    Of an end beyond the horizon nothing is known: what stands in and what is done then were not weighed.
    """
    one = matrix.baseline.one
    life = one.option.life
    if (
        one.id == IN_SERVICE
        and one.stand_in
        and one.policy == "revert"
        and life.date is not None
        and life.months < case.horizon_months
        and not life.serves_on
    ):
        then = option_in_words(simulation.of(one.stand_in))
        if life.date <= case.as_of:
            yield f"The base model of the fine-tune in service was shut down on {life.date}; unless it is replaced, {then} serves now."
        else:
            yield f"The fine-tune in service ends with its base model on {life.date}; unless it is replaced, {then} serves from then on."


def _of_prompts_model(case: Case, matrix: Matrix) -> Iterator[str]:
    """Yield when the prompt has to be moved, and that a base model that is not pinned may change under it."""
    life = matrix.keep.one.option.life
    if life.date is not None:
        if life.date <= case.as_of:
            yield f"The prompted base model was shut down on {life.date}; the prompt has to be moved."
        else:
            yield f"The prompted base model is shut down on {life.date}; the prompt then has to be moved."
    if case.request.prompting.is_pinned is not True:
        said = "is not pinned" if case.request.prompting.is_pinned is False else "may not be pinned to one version"
        yield (
            f"The prompted base model {said}: an update by its provider can move the accuracy either way, unannounced. A prompt "
            f"like yours moves by about {_drift_points(case)} points either way in a year (80 %)."
        )


def _drift_points(case: Case) -> str:
    """Return how far the measured accuracy may drift in a year [points], to two figures."""
    accuracy = (case.trials.correct + 0.5) / (case.trials.total + 1.0)
    return f"{100.0 * drift_reach(accuracy, case.drift_per_quarter, QUARTERS):.2g}"


def _checks(case: Case, held: Held | None) -> dict[str, dict[str, datetime.date]]:
    """Return when each fact that this case used was last checked, by the file in which it stands and its name."""
    keep = case.prompts[0]
    facts = [
        (keep.price_source.title, f"The price of {case.prompt_model}", keep.price_checked),
        *((used.file, used.id or f"What {used.pointer} rests on", used.checked) for used in case.used),
    ]
    if held is not None and held.one.candidate is not None:
        chosen = held.one.candidate
        facts.insert(0, (chosen.file, f"The prices of {chosen.name}", chosen.checked))
    found: dict[str, dict[str, datetime.date]] = {}
    for file, name, checked in facts:
        if checked is not None:
            found.setdefault(file, {})[name] = checked
    return found


def _of_age(case: Case, held: Held | None) -> Iterator[str]:
    """Yield one sentence for each file of which facts were used that nobody has checked for long."""
    for file, checks in _checks(case, held).items():
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


def _of_sources(case: Case, held: Held | None) -> Iterator[str]:
    if case.prompt_price_is_oldest_known:
        yield (
            f"Since when {case.prompt_model} costs what it does is not on record; for {case.as_of} its oldest known price is "
            "used."
        )
    candidate = held.one.candidate if held is not None and held.one.is_feasible else None
    if candidate is not None and candidate.confidence != "high":
        yield f"The terms of {candidate.name} rest on sources of {candidate.confidence} confidence."


def _of_ranges(decision: Decision) -> Iterator[str]:
    """Yield that some estimates are so wide that their mean, which decides, is far from their middle."""
    wide = decision.wide_ranges
    if wide:
        names = ", ".join(each.pointer.strip("/").replace("/", ".") for each in wide[:NAMED])
        more = f" and {len(wide) - NAMED} more" if len(wide) > NAMED else ""
        yield f"Wider than tenfold, so that the mean decides rather than the middle: {names}{more}."


def risks(case: Case, simulation: Simulation, decision: Decision) -> list[str]:
    """Return the risks of the chosen side, of dates, of wide estimates, and of facts whose check lies long back."""
    matrix, verdict = decision.matrix, decision.verdict
    tunes = verdict.choice == "fine_tuning" or verdict.action == "collect_examples"
    nearest = matrix.of(simulation.tunes[0].id) if simulation.tunes else None
    tune = decision.asked.tune or nearest
    shown = matrix.of(verdict.option) if verdict.option == IN_SERVICE else tune
    found = [*(OF_TUNING if tunes else OF_PROMPTING)]
    if shown is not None:
        found += _of_dates(case, shown)
    found += _of_service_today(case, simulation, matrix)
    found += [*_of_prompts_model(case, matrix), *_of_ranges(decision)]
    found += [*_of_age(case, shown), *_of_sources(case, shown)]
    half_life = None if tune is None else finite(tune.one.base[Lines.knowledge_half_life_months].ravel()[0])
    if half_life is not None and half_life < 1.0:
        found.append("Facts that change weekly point to retrieval rather than to either.")
    return found
