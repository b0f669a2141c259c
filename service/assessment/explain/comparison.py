"""The article's ten dimensions with this case's values and winners beside the article's. Part of the explain stage."""

from __future__ import annotations

from typing import NamedTuple

from service.assessment.case import Case
from service.assessment.decide.framework import DIMENSIONS, TIE
from service.assessment.decide.rules import PROMPT, TUNE
from service.assessment.explain.figures import Figures
from service.assessment.explain.words import money, number, percent
from service.assessment.ledger.lines import Lines
from service.nouns.answer.verdict import Dimension

ONE_POINT = 0.01
"""Shares closer than this are a tie."""


class _Here(NamedTuple):
    """A dimension in this case: both sides in words, and who does better."""

    prompting: str
    tuning: str
    winner: str


def _less(left: float, right: float, close: float = 0.0) -> str:
    """Return who needs less, the prompt (left) or the fine-tune."""
    return TIE if abs(left - right) <= close else PROMPT if left < right else TUNE


def _known(stated: bool | None) -> str:
    return {None: "not stated", True: "yes", False: "no"}[stated]


def _of_quality(case: Case, figures: Figures) -> dict[str, _Here]:
    lead, improve = figures(Lines.lead_time_weeks), figures(Lines.improvement_weeks)
    invalid = figures(Lines.prompt_invalid_output_rate), figures(Lines.tuned_invalid_output_rate)
    right = figures(Lines.prompt_accuracy), figures(Lines.tuned_accuracy_fresh)
    goes_stale = figures.maybe(Lines.knowledge_half_life_months) is not None
    age = f"up to {number(figures(Lines.oldest_knowledge))} months old"
    return {
        "time_to_first_result": _Here("in use today", f"{number(lead)} weeks", PROMPT),
        "iteration_speed": _Here(
            f"minutes to hours; an improved prompt in {number(improve)} weeks", "days per training run", PROMPT
        ),
        "data_requirement": _Here("none", f"{case.planned_examples:,.0f} labelled examples", PROMPT),
        "output_consistency": _Here(
            f"{percent(invalid[0])} invalid outputs, {percent(right[0])} right",
            f"{percent(invalid[1])} invalid outputs, {percent(right[1])} right",
            _less(invalid[0] + 1.0 - right[0], invalid[1] + 1.0 - right[1], ONE_POINT),
        ),
        "knowledge_freshness": _Here(
            "as fresh as the prompt", age if goes_stale else "frozen at training; no half-life stated", PROMPT
        ),
        "auditability": _Here("instructions can be read", "behaviour is in the weights", PROMPT),
        "task_specificity": _Here(
            f"well defined: {_known(case.request.task.well_defined)}",
            f"own terms or schemas: {_known(case.request.task.proprietary_knowledge)}",
            {True: TUNE, False: PROMPT, None: TIE}[case.request.task.well_defined],
        ),
    }


def _of_money(case: Case, figures: Figures) -> dict[str, _Here]:
    def said(line: float) -> str:
        return money(case, line)

    hosting = figures(Lines.tuned_run_rate_hosting)
    improvement, build = figures(Lines.improvement_cost), figures(Lines.tuned_build_cost)
    upkeep, tuned_upkeep = figures(Lines.prompt_maintenance_cost_per_month), figures(Lines.tuned_upkeep_per_month)
    return {
        "token_cost_at_scale": _Here(
            f"{said(figures(Lines.prompt_cost_per_request))} per request",
            f"{said(figures(Lines.tuned_cost_per_request))} per request, and {said(hosting)} hosting a month",
            _less(figures(Lines.prompt_run_rate_tokens), figures(Lines.tuned_serving_cost_per_month)),
        ),
        "implementation_cost": _Here(
            f"{said(improvement)} to improve", f"{said(build)} to build", _less(improvement, build)
        ),
        "maintenance_burden": _Here(
            f"{said(upkeep)} a month", f"{said(tuned_upkeep)} a month", _less(upkeep, tuned_upkeep)
        ),
    }


def comparison(case: Case, figures: Figures) -> list[Dimension]:
    """Return the article's ten dimensions; a fine-tune that cannot go live wins none, whatever it would cost or give."""
    here = _of_quality(case, figures) | _of_money(case, figures)
    found = []
    for dimension in DIMENSIONS:
        prompting, tuning, winner = here[dimension.id]
        if winner == TUNE and not figures.simulation.chosen.is_feasible:
            tuning, winner = f"cannot go live; else {tuning}", PROMPT
        found.append(
            Dimension(
                dimension=dimension.id,
                prompt_engineering=prompting,
                fine_tuning=tuning,
                winner=winner,
                article_winner=dimension.winner,
                contradicts_article=dimension.winner not in (TIE, winner) and winner != TIE,
            )
        )
    return found
