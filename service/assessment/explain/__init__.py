"""Fourth stage: the answer. Reads figures off the simulation and never recomputes one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from msgspec import UNSET

from models import decision as statistics
from models.latency import percentile_seconds
from service.assessment.case import Array, Case
from service.assessment.decide import Decision
from service.assessment.decide.information import Information
from service.assessment.explain.analogues import analogues
from service.assessment.explain.figures import DECILES, Figures, finite
from service.assessment.explain.money import break_even_answer, cash_flow_answers, costs_answer
from service.assessment.explain.summary import summary
from service.assessment.explain.words import comparison, reasons, risks, why_it_lost
from service.assessment.ledger.inputs import INPUTS
from service.assessment.ledger.lines import LEDGER
from service.assessment.simulate import Simulation
from service.nouns.answer.assessment import Assessment, AssumptionUsed, OfferAnswer, Provenance
from service.nouns.answer.information import (
    Curve,
    Evppi,
    PilotStudy,
    Sensitivity,
    TraceLine,
    TrialStudy,
    ValueOfInformation,
)
from service.nouns.answer.quality import (
    AccuracyAnswer,
    AccuracyInterval,
    LatencyAnswer,
    OptionAccuracy,
    OptionLatency,
    RequiredLabels,
    TunedAccuracy,
)
from service.nouns.answer.verdict import VerdictAnswer

LEVEL = 0.8


def _accuracy(case: Case, decision: Decision, figures: Figures, information: Information) -> AccuracyAnswer:
    required = case.request.task.required_accuracy
    draws = figures.simulation.draws
    went_live = np.isfinite(draws["tuned_accuracy_average"])
    tuned_name = (
        "tuned_accuracy_average" if figures.maybe("tuned_accuracy_average") is not None else "tuned_accuracy_at_start"
    )

    def option(name: str, chance: float) -> OptionAccuracy:
        known = draws[name][went_live] if name == "tuned_accuracy_average" and went_live.any() else draws[name]
        low, _, high = statistics.percentiles(known, DECILES)
        return OptionAccuracy(
            mean=float(known.mean()),
            base_case=figures(name),
            interval=AccuracyInterval(low=low, high=high, level=LEVEL),
            probability_meets_requirement=None if required is None else chance,
        )

    tuned = option(tuned_name, decision.p_tuned)
    return AccuracyAnswer(
        prompting=option("prompt_accuracy", decision.p_prompt),
        improved_prompt=option("improved_accuracy", decision.p_improved),
        fine_tuning=TunedAccuracy(
            mean=tuned.mean,
            base_case=tuned.base_case,
            interval=tuned.interval,
            probability_meets_requirement=tuned.probability_meets_requirement,
            at_start_base_case=figures("tuned_accuracy_at_start"),
            worst_month=figures.maybe("tuned_accuracy_worst"),
            planned_examples=case.planned_examples,
        ),
        required_accuracy=required,
        gap=decision.gap,
        required_labels=_required_labels(case, information),
        analogues=analogues(
            case.request.task.description,
            case.request.task.kind,
            figures("prompt_accuracy"),
            case.planned_examples,
            case.evidence,
            case.evidence_index,
        ),
    )


def _latency(case: Case, figures: Figures) -> LatencyAnswer:
    target, base, draws = case.request.latency_target, figures.simulation.base, figures.simulation.draws

    def option(ttft: str, median: str, sigma: str, calibrated: bool) -> OptionLatency:
        p50, p95, p99 = (finite(percentile_seconds(base[median], base[sigma], p).ravel()[0]) for p in (0.5, 0.95, 0.99))
        chance = None
        if target is not None:
            spread = draws[sigma] if sigma in draws else base[sigma].ravel()
            chance = statistics.share(percentile_seconds(draws[median], spread, target.percentile) <= target.seconds)
        return OptionLatency(
            ttft_seconds=figures.maybe(ttft),
            p50_seconds=p50,
            p95_seconds=p95,
            p99_seconds=p99,
            probability_meets_target=chance,
            is_calibrated=calibrated,
        )

    measured = case.latency_sigma_measured
    prompted = option("prompt_first_token", "prompt_latency", "latency_sigma", measured)
    carried = measured and figures.simulation.chosen.candidate.is_same_base
    tuned = option("tuned_first_token", "tuned_latency", "tuned_latency_sigma", carried)
    saving = None if tuned.p50_seconds is None else (prompted.p50_seconds or 0.0) - tuned.p50_seconds
    return LatencyAnswer(
        prompting=prompted,
        fine_tuning=tuned,
        saving_p50_seconds=saving,
        target_seconds=target.seconds if target else None,
        target_percentile=target.percentile if target else None,
        replicas=figures("tuned_replicas_month_1"),
        fewest_replicas_for_target=figures.simulation.fewest_replicas,
    )


def _offers(simulation: Simulation, currency: str) -> list[OfferAnswer]:
    best = simulation.chosen
    answers = []
    for offer in simulation.screened:
        chosen = offer is best
        lost = None
        if not offer.is_feasible:
            lost = offer.obstacle
        elif not chosen:
            lost = why_it_lost(offer, best, currency)
        c = offer.candidate
        answers.append(
            OfferAnswer(
                id=c.id,
                name=c.name,
                relation=c.relation,
                npv=offer.npv if offer.is_feasible else None,
                monthly_cost=offer.monthly_cost,
                one_off_cost=offer.one_off_cost,
                is_chosen=chosen,
                is_feasible=offer.is_feasible,
                lost_because=lost,
                last_training_date=c.last_training_date,
                shutdown_date=c.shutdown_date,
                source=c.source.title,
                checked=c.checked,
                confidence=c.confidence,
            )
        )
    return answers


def _assumptions(case: Case, information: Information) -> list[AssumptionUsed]:
    shares = {found.name: found.share_of_variance for found in information.inputs}
    return [
        AssumptionUsed(
            pointer=u.pointer, id=u.id or None, value=u.value, low=u.low, high=u.high, text=u.text, unit=u.unit, kind=u.kind,
            source=u.source.title, href=u.source.href, note=u.note,
            share_of_variance=max((shares[name] for name in u.feeds if name in shares), default=None),
        )
        for u in case.used
    ]  # fmt: skip


def _origin(case: Case, figures: Figures, name: str, assumed: set[str]) -> str:
    """Return where a value that is not calculated comes from."""
    if name in assumed:
        return "assumed"
    if name.startswith(("prior_", "seed_variance")):
        return "fitted"
    if name in figures.simulation.chosen.candidate.inputs:
        return "offer"
    if name.startswith("prompt_tier_") and case.prompt_price_checked is not None:
        return "price list"
    return "stated" if name in case.said else "derived"


def _trace(case: Case, figures: Figures) -> list[TraceLine]:
    base, draws = figures.simulation.base, figures.simulation.draws
    assumed = {name for used in case.used for name in used.feeds}
    lines = []
    known: list[tuple[str, str, Callable[..., Array] | None, tuple[str, ...]]] = [
        *((name, unit, None, ()) for name, (unit, _) in INPUTS.items()),
        *((step.name, step.unit, step.function, step.inputs) for step in LEDGER),
    ]
    for name, unit, function, inputs in known:
        if name not in base:
            continue
        is_stated = name in case.stated or function is None
        origin = _origin(case, figures, name, assumed) if is_stated else "calculated"
        p10, p50, p90 = figures.percentiles(name) if name in draws and not np.isnan(draws[name]).any() else (None,) * 3
        lines.append(
            TraceLine(
                name=name,
                unit=unit.replace("money", case.currency),
                function="" if function is None or is_stated else f"{function.__module__}.{function.__name__}",
                inputs=[] if is_stated else list(inputs),
                origin=origin,
                base_case=figures.row(name),
                p10=p10,
                p50=p50,
                p90=p90,
            )
        )
    return lines


def _sensitivity(information: Information) -> list[Sensitivity]:
    return [
        Sensitivity(
            input=found.name,
            share_of_variance=found.share_of_variance,
            mean_npv_in_lowest_tenth=found.lowest,
            mean_npv_in_highest_tenth=found.highest,
        )
        for found in information.inputs
    ]


def _value_of_information(information: Information) -> ValueOfInformation:
    trials, pilot = information.graded_trials, information.pilot
    worth = sorted(information.inputs, key=lambda found: (-found.evppi, found.name))
    return ValueOfInformation(
        evpi=information.evpi,
        evppi=[Evppi(input=found.name, value=found.evppi) for found in worth],
        graded_trials=TrialStudy(trials=trials.size, cost=trials.cost, value=trials.value, net_value=trials.net_value),
        pilot=PilotStudy(
            examples=pilot.size, trials=pilot.trials, cost=pilot.cost, value=pilot.value, net_value=pilot.net_value
        ),
    )


def _required_labels(case: Case, information: Information) -> RequiredLabels:
    needed = information.required_examples
    tuning = case.request.fine_tuning
    have = tuning.labelled_examples if tuning else None
    if needed is None or np.isinf(needed):
        state = "no_requirement" if needed is None else "not_reachable"
        return RequiredLabels(examples=None, state=state, missing=None, confidence=case.confidence)
    examples = math.ceil(needed)
    missing = None if have is None else max(examples - have, 0)
    return RequiredLabels(examples=examples, state="reached", missing=missing, confidence=case.confidence)


def _curves(case: Case, simulation: Simulation) -> list[Curve]:
    return [
        Curve(input=s.input, unit=s.unit.replace("money", case.currency), values=points.tolist(), npv=npv.tolist())
        for s, points, npv in simulation.curves
    ]


def explain(
    case: Case,
    simulation: Simulation,
    information: Information,
    decision: Decision,
    versions: dict[str, str],
    digests: dict[str, str],
) -> Assessment:
    """Return the whole answer.

    Parameters
    ----------
    versions : dict of str
        Versions of the service, the assumptions and the price catalogue.
    digests : dict of str
        Digests of the request and of all that the answer depends on.
    """
    figures, include = Figures(simulation), case.request.include
    framework, expected = decision.framework, decision.expected_value
    return Assessment(
        verdict=VerdictAnswer(
            choice=decision.verdict.choice,
            action=decision.verdict.action,
            confidence=decision.confidence,
            summary=summary(case, decision, figures, information),
            reasons=reasons(case, decision),
            framework_choice=framework.choice,
            framework_action=framework.action,
            expected_value_choice=expected.choice,
            expected_value_action=expected.action,
            policies_agree=framework.action == expected.action,
            risks=risks(case, decision, figures),
            step=decision.verdict.step,
            missing_field=decision.verdict.field,
        ),
        break_even=break_even_answer(case, simulation, figures),
        costs=costs_answer(case, simulation, figures),
        accuracy=_accuracy(case, decision, figures, information),
        latency=_latency(case, figures),
        value_of_information=_value_of_information(information),
        comparison=comparison(case, decision, figures),
        offers=_offers(simulation, case.currency),
        assumptions=_assumptions(case, information),
        provenance=Provenance(
            service_version=versions["service"],
            assumptions_digest=versions["assumptions"],
            price_catalogue_version=versions["prices"],
            prompt_base_model=case.prompt_model,
            prompt_price_source=case.prompt_price_source.title,
            prompt_price_checked=case.prompt_price_checked,
            fine_tuning_offer=simulation.chosen.candidate.id,
            as_of=case.as_of,
            seed=case.seed,
            draws=case.draws,
            policy=case.policy,
            request_digest=digests["request"],
            result_digest=digests["result"],
        ),
        trace=_trace(case, figures) if "trace" in include else UNSET,
        cash_flows=cash_flow_answers(case, figures) if "cash_flows" in include else UNSET,
        sensitivity=_sensitivity(information) if "sensitivity" in include else UNSET,
        curves=_curves(case, simulation) if "curves" in include else UNSET,
    )
