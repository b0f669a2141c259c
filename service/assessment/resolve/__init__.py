"""First stage: the caller's value, else the catalogue's; nothing is left unsaid.

Collects every fault of a request before it refuses it, and notes every default it uses.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import structs

from service.assessment.case import Candidate, Case, Inputs, Option, Reach
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.candidates import Considered, candidates_of
from service.assessment.resolve.checks import faults_of
from service.assessment.resolve.desk import Desk, middle, once, sure
from service.assessment.resolve.fine_tuning import put_prior, put_serving, tunes_rest_on
from service.assessment.resolve.labels import Labels, put_labels
from service.assessment.resolve.latency import Pace
from service.assessment.resolve.options import (
    Prompted,
    alternatives,
    improve,
    in_service,
    keep,
    prompted,
    shutdown_policies,
    trials_of,
)
from service.assessment.resolve.prices import price_of_prompt, put_caching
from service.assessment.resolve.projects import (
    article_figures,
    put_build,
    put_redeployment,
    put_retraining,
    put_time,
    studies,
)
from service.assessment.resolve.prompting import Counter, drift_of, put_tokens
from service.assessment.resolve.questions import unknowns_of
from service.assessment.resolve.suggested import suggested
from service.assessment.resolve.unsaid import note_unsaid
from service.assessment.resolve.upkeep import put_upkeep
from service.assessment.resolve.volume import put_finance, put_volume
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.faults import Unassessable
from service.nouns.request.assessment import AssessmentRequest, Simulation

THRESHOLDS = (
    "token_overhead_share",
    "latency_benefit_share",
    "plausible_probability",
    "article_enough_examples",
    "article_enough_trials",
    "article_small_gap",
    "article_large_gap",
    "thrift_chance",
    "thrift_value_share",
    "question_probability",
    "alternative_trials",
)

MEETING = ("meeting_value_per_request", "meeting_value_multiple")
"""What it is worth that a bar is met, per request: so much, or so many times today's token cost, whichever is more."""


def _simulation(desk: Desk) -> dict[str, float]:
    """Return how sure is sure, how many draws are made, and from which seed."""
    said = desk.request.simulation or Simulation()
    return {
        name: desk.plain(f"/simulation/{name}", given, name)
        for name, given in (("confidence", said.confidence), ("draws", said.draws), ("seed", said.seed))
    }


def _shared(desk: Desk, prices: PriceList, count: Counter) -> tuple[Prompted, int]:
    """Put what all options share; return the prompt as it is, and the months of the horizon."""
    put_finance(desk)
    price = price_of_prompt(desk, prices)
    put_tokens(desk, price.model, count)
    horizon = put_volume(desk)
    put_caching(desk)
    exponents = put_upkeep(desk)
    if not desk.state(desk.shared, Lines.prompt_build_cost, desk.request.prompting.build_cost):
        desk.shared.range(Lines.prompt_build_cost, sure(0.0))
        desk.derive("/prompting/build_cost", desk.currency, "A prompt whose accuracy was measured is already built: what "
                    "was spent is sunk.", value=0.0)  # fmt: skip
    return prompted(desk, price, exponents, Pace(desk), prices), horizon


def _put_capacity(desk: Desk, candidates: tuple[Candidate, ...]) -> None:
    """Put how full replicas are planned, which is noted where the capacity of any is known in tokens."""
    line = Lines.replica_utilisation
    is_used = any(math.isfinite(one.terms[Lines.replica_tokens_per_second]) for one in candidates)
    pointer = "/fine_tuning/offer/tokens_per_second_per_replica"
    desk.shared.put(line, desk.assume(pointer, line.name, line).low if is_used else desk.limit(line.name))


class _Options(NamedTuple):
    """The ways to serve that the case considers."""

    prompts: tuple[Option, ...]
    in_service: Option | None
    suggested: tuple[Option, ...]
    considered: Considered


def _tuned(desk: Desk, at: Prompted, prices: PriceList) -> Labels:
    """Put what all fine-tunes share, whatever the offer; return the examples that are planned."""
    labels = put_labels(desk)
    put_serving(desk, desk.tuning, at.exponents)
    put_prior(desk)
    put_time(desk, labels)
    put_build(desk, labels, prices)
    put_retraining(desk, desk.tuning)
    return labels


def _options(desk: Desk, at: Prompted) -> _Options:
    """Return every way to serve."""
    prompts = (keep(desk, at), improve(desk, at), *alternatives(desk, at))
    considered = candidates_of(desk, at)
    serving = None if considered.serving is None else in_service(desk, at, considered.serving)
    offers = (*considered.candidates, *considered.bystanders)
    _put_capacity(desk, offers)
    put_redeployment(desk, desk.tuning, occurs=any(offer.life.serves_on for offer in offers))
    return _Options(prompts, serving, suggested(desk, at, considered.candidates), considered)


def _weeks_of(desk: Desk, improve: Option) -> float:
    """Return how long improving the prompt takes: the mean of what is stated or assumed."""
    return middle(improve.inputs.intervals[Lines.start_weeks])


def _meeting_value(desk: Desk, thresholds: dict[str, float]) -> float | None:
    """Return what it is worth that the bar is met, as stated; where it is not, note what it is reckoned from."""
    pointer, stated = "/finance/value_of_meeting_per_request", desk.finance.value_of_meeting_per_request
    for name in MEETING:
        thresholds[name] = desk.known(name).low if stated is not None else desk.assume(pointer, name).low
    return stated


def _case(desk: Desk, at: Prompted, horizon: int, labels: Labels, options: _Options) -> Case:
    """Return the case; how it is simulated and judged, and what is unsaid, is noted last."""
    request, price = desk.request, at.price
    thresholds = {name: desk.assume(f"/assumptions/{name}", name).low for name in THRESHOLDS}
    simulation = _simulation(desk)
    tolerated = desk.plain("/task/tolerated_loss", request.task.tolerated_loss, "tolerated_loss")
    found = studies(desk, _weeks_of(desk, options.prompts[1]))
    meeting = _meeting_value(desk, thresholds)
    drift = drift_of(desk)
    note_unsaid(desk)
    return Case(
        request=request,
        as_of=desk.as_of,
        currency=desk.currency,
        draws=int(simulation["draws"]),
        seed=int(simulation["seed"]),
        confidence=simulation["confidence"],
        policy=request.policy or "framework",
        horizon_months=horizon,
        trials=trials_of(request.prompting.measured_accuracy),
        tolerated_loss=tolerated,
        meeting_value=meeting,
        prompt_model=at.model,
        prompt_price_is_oldest_known=bool(
            price.listed and price.is_listed and price.listed.is_oldest_known(desk.as_of)
        ),
        drift_per_quarter=drift,
        old_after_days=desk.limit("checked_long_ago"),
        shared=desk.shared.inputs,
        prompts=options.prompts,
        in_service=options.in_service,
        tuning=desk.tuning.inputs,
        candidates=options.considered.candidates,
        bystanders=options.considered.bystanders,
        suggested=options.suggested,
        tunes_rest_on=tunes_rest_on(desk, labels.planned),
        shutdown_policies=shutdown_policies(desk),
        said=frozenset(desk.said),
        context_window=math.inf if price.context_window is None else float(price.context_window),
        planned_examples=labels.planned,
        studies=found,
        latency_is_measured=at.pace.measured is not None,
        thresholds=thresholds,
        reach=Reach(*(desk.limit(f"frontier_{name}") for name in Reach._fields)),
        article=article_figures(desk),
        used=once(desk.used),
        evidence=desk.catalogue.evidence,
        evidence_index=desk.catalogue.evidence_index,
        published=desk.catalogue.published,
    )


def resolve(
    request: AssessmentRequest, catalogue: Catalogue, prices: PriceList, count: Counter, as_of: datetime.date
) -> Case:
    """Return the case with every default filled in.

    Raises
    ------
    Unassessable
        With every fault of the request, each with a pointer and a mend.
    TextsTooLarge
        If the texts together exceed the limit.
    """
    desk = Desk(request, catalogue, as_of)
    desk.faults += faults_of(request, as_of)
    once_only = _remembering(count)
    at, horizon = _shared(desk, prices, once_only)
    labels = _tuned(desk, at, prices)
    options = _options(desk, at)
    if desk.faults:
        raise Unassessable(desk.faults)
    case = _case(desk, at, horizon, labels, options)

    def again(changed: AssessmentRequest) -> Case:
        return _again(Desk(changed, catalogue, as_of), case, prices, once_only)

    unknowns = unknowns_of(desk, case, at.life, again)
    return structs.replace(case, unknowns=unknowns, used=once(desk.used))


def _remembering(count: Counter) -> Counter:
    """Return a counter of tokens that counts a text once."""
    known: dict[tuple[tuple[str, ...], str | None], tuple[list[int], bool]] = {}

    def counted(texts: Sequence[str], model: str | None) -> tuple[list[int], bool]:
        key = (tuple(texts), model)
        if key not in known:
            known[key] = count(texts, model)
        return known[key]

    return counted


def _tuning_of(desk: Desk, case: Case) -> Inputs:
    """Return what all fine-tunes share, with what the offers that are considered put into it."""
    found, known = desk.tuning.inputs, case.tuning
    return Inputs(
        intervals={
            line: found.intervals.get(line, at) for line, at in known.intervals.items() if line not in found.constants
        }
        | dict(found.intervals),
        constants={
            line: found.constants.get(line, at) for line, at in known.constants.items() if line not in found.intervals
        }
        | dict(found.constants),
    )


def _again(desk: Desk, case: Case, prices: PriceList, count: Counter) -> Case:
    """Return a case as it would be, were something else said of the prompt or of the labels; its offers stay."""
    at, _ = _shared(desk, prices, count)
    labels = _tuned(desk, at, prices)
    prompts = (keep(desk, at), improve(desk, at), *alternatives(desk, at))
    return structs.replace(
        case,
        request=desk.request,
        prompts=prompts,
        tuning=_tuning_of(desk, case),
        planned_examples=labels.planned,
        studies=studies(desk, _weeks_of(desk, prompts[1])),
    )
