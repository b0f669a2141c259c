"""What an answer rests on: assumptions, what moves it, what it is worth to know more. Part of the explain stage."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from service.assessment.case import Case, Used
from service.assessment.decide.effectiveness import Acceptability
from service.assessment.decide.information import Information, Input
from service.assessment.decide.ranges import Wide
from service.assessment.explain.figures import finite
from service.assessment.ledger.line import KINDS, PROMPTS, TUNES, Kind, in_currency
from service.assessment.simulate import Simulation
from service.nouns.answer.assessment import AssumptionUsed, WideRange
from service.nouns.answer.information import (
    AcceptabilityAnswer,
    AcceptabilityOfOption,
    Curve,
    CurvesAnswer,
    Evppi,
    EvppiGroup,
    Sensitivity,
    StudyAnswer,
    ValueOfInformation,
)


def wide_ranges_answer(found: tuple[Wide, ...]) -> list[WideRange]:
    """Return the estimates that are wider than tenfold."""
    return [WideRange(pointer=each.pointer, ratio=each.ratio) for each in found]


def side_of(pointer: str) -> tuple[Kind, ...]:
    """Return the kinds of option that a field speaks of."""
    sides = {"prompting": PROMPTS, "fine_tuning": TUNES}
    return sides.get(pointer.split("/")[1], KINDS)


def _share(used: Used, information: Information) -> float | None:
    """Return the share of variance of what a default feeds, the largest; of the side that its pointer names."""
    side = side_of(used.pointer)
    of_side = (found for found in information.inputs if found.line in used.feeds and found.kinds.intersection(side))
    return max((found.share_of_variance for found in of_side), default=None)


def assumptions_answer(case: Case, information: Information) -> list[AssumptionUsed]:
    """Return every default the answer relies on."""
    return [
        AssumptionUsed(
            pointer=u.pointer, id=u.id or None, value=u.value, low=u.low, high=u.high, text=u.text, unit=u.unit, kind=u.kind,
            source=u.source.title, href=u.source.href, note=u.note, checked=u.checked,
            share_of_variance=_share(u, information),
        )
        for u in case.used
    ]  # fmt: skip


def _by_line(inputs: Iterable[Input]) -> list[Input]:
    """Return the first of the inputs that have a line in common, as where options draw it apart."""
    found: dict[str, Input] = {}
    for one in inputs:
        found.setdefault(one.line.name, one)
    return list(found.values())


def sensitivity_answer(information: Information) -> list[Sensitivity]:
    """Return what drives the uncertainty of the NPV, the largest first."""
    return [
        Sensitivity(
            option=information.option,
            input=found.line.name,
            share_of_variance=found.share_of_variance,
            mean_npv_in_lowest_tenth=found.lowest,
            mean_npv_in_highest_tenth=found.highest,
        )
        for found in _by_line(information.inputs)
    ]


def value_of_information_answer(information: Information) -> ValueOfInformation:
    """Return what it is worth to find out more, and what each study costs."""
    worth = sorted(information.inputs, key=lambda found: (-found.evppi, found.line.name))
    return ValueOfInformation(
        evpi=information.evpi,
        evppi=[Evppi(input=found.line.name, value=found.evppi) for found in _by_line(worth)],
        groups=[EvppiGroup(group=name, value=value) for name, value in information.groups],
        studies=[
            StudyAnswer(
                study=each.study.kind,
                option=each.study.option,
                size=each.study.size,
                graded=each.study.graded,
                cost=each.cost,
                value=each.value,
                chance_gain=each.chance_gain,
                net_value=each.net_value,
            )
            for each in information.studies
        ],
    )


def _curves(case: Case, simulation: Simulation) -> list[Curve]:
    """Return the base-case NPV of every option that may be advised along each input of the break-even."""
    return [
        Curve(
            option=option,
            input=curve.varied.input,
            unit=in_currency(curve.varied.line.unit, case.currency),
            values=curve.points.tolist(),
            npv=[finite(npv) for npv in curve.npv[:, column]],
        )
        for curve in simulation.curves
        for column, option in enumerate(curve.options)
    ]


def _acceptability(acceptability: Acceptability) -> AcceptabilityAnswer:
    """Return how likely each option is the best as an error costs more."""
    found = acceptability.found
    return AcceptabilityAnswer(
        error_costs=acceptability.error_costs.tolist(),
        options=[
            AcceptabilityOfOption(option=id, shares=shares)
            for id, shares in zip(acceptability.options, found.shares.T.tolist(), strict=True)
        ],
        frontier_shares=found.frontier_shares.tolist(),
        evpi=found.evpi.tolist(),
    )


def curves_answer(case: Case, simulation: Simulation, acceptability: Acceptability | None) -> CurvesAnswer | UnsetType:
    """Return what the answer looks like along its inputs; nothing where it was not asked for."""
    if acceptability is None:
        return UNSET
    return CurvesAnswer(npv=_curves(case, simulation), acceptability=_acceptability(acceptability))
