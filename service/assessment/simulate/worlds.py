"""A case as it would be, were something said that is not: only the options that change are folded again. Part of the second stage."""

from __future__ import annotations

from collections.abc import Mapping

from models.arrays import Array
from service.assessment.case import Case, Field, Option
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.drawing import Drawing
from service.assessment.simulate.screening import Screened
from service.assessment.simulate.tunes import option_of

Figures = Mapping[str, Mapping[Line, Array]]
"""Figures of the first draws, by the id of the option."""
World = tuple[Field, int]
"""A field, and the place of the answer to it."""

READ = frozenset({
    Lines.npv, Lines.accuracy_at_start, Lines.average_accuracy, Lines.tco_without_errors, Lines.correct_pv, Lines.outlay,
    Lines.median_latency, Lines.queued_sigma,
})  # fmt: skip


def _options(case: Case, now: Mapping[str, Option], kept: Mapping[str, Screened]) -> dict[str, Option]:
    """Return the options of a case as it would be; one that stays is the one there is."""
    found = dict(now)
    for option in case.prompts:
        if not _alike(option, now[option.id]):
            found[option.id] = option
    for id, offer in kept.items():
        option = option_of(case, offer.candidate)
        if not _alike(option, now[id]):
            found[id] = option
    return found


def _alike(one: Option, other: Option) -> bool:
    """Return whether two options have the same inputs."""
    if one.inputs.intervals != other.inputs.intervals or one.inputs.constants.keys() != other.inputs.constants.keys():
        return False
    same = all((value == other.inputs.constants[line]).all() for line, value in one.inputs.constants.items())
    return same and _gains(one) == _gains(other) and one.life.date == other.life.date


def _gains(option: Option) -> object:
    return None if option.gains is None else (option.gains.tried_share.tolist(), dict(option.gains.instruction_tokens),
                                              dict(option.gains.output_tokens))  # fmt: skip


def worlds(case: Case, drawing: Drawing, ids: list[str], kept: Mapping[str, Screened]) -> Mapping[World, Figures]:
    """Return the figures of every option were each unsaid field answered, where the answer changes any.

    Parameters
    ----------
    case : Case
        The case, with what is unsaid.
    drawing : Drawing
        Its draws, and how each option serves.
    ids : list of str
        The options of the answer.
    kept : mapping of str to Screened
        The fine-tunes among them.
    """
    ways = [drawing.ways[id] for id in ids]
    if not case.unknowns:
        return {}
    now = drawing.read_first(ways, READ)
    found: dict[World, Figures] = {}
    for unknown in case.unknowns:
        for at, answer in enumerate(unknown.answers):
            options = _options(answer.case, drawing.options, kept)
            changed = {id for id in ids if options[id] is not drawing.options[id]}
            if changed:
                figures = drawing.as_if(options, changed, ways, READ, now)
                found[unknown.field, at] = {way.id: lines for way, lines in figures.items()}
    return found
