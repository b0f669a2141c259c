"""The article's ten dimensions with this case's values and winners beside the article's. Part of the explain stage."""

from __future__ import annotations

from types import MappingProxyType

from models.arrays import WEEKS_PER_MONTH
from service.assessment.case import Case
from service.assessment.decide.framework import DIMENSIONS, TIE
from service.assessment.decide.matrix import Matrix
from service.assessment.decide.rules import PROMPT, TUNE
from service.assessment.explain.figures import Figures
from service.assessment.explain.words import money, number, percent
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.nouns.answer.verdict import Dimension

ONE_POINT = 0.01
"""Shares closer than this are a tie."""


def _less(left: float | None, right: float | None, close: float = 0.0) -> str:
    """Return who needs less, the prompt (left) or the fine-tune; what has no figure settles nothing."""
    if left is None or right is None:
        return TIE
    return TIE if abs(left - right) <= close else PROMPT if left < right else TUNE


def _known(stated: bool | None) -> str:
    return {None: "not stated", True: "yes", False: "no"}[stated]


ARTICLE = MappingProxyType({
    "time_to_first_result": "weeks to months", "iteration_speed": "days per training run",
    "data_requirement": "{examples} labelled examples", "output_consistency": "right form and content more often",
    "knowledge_freshness": "frozen at training", "token_cost_at_scale": "fewer tokens a request",
    "auditability": "behaviour is in the weights", "implementation_cost": "{build}",
    "task_specificity": "narrow and repeated tasks", "maintenance_burden": "retraining and monitoring",
})  # fmt: skip
"""What the article says of a fine-tune."""


def _article(case: Case, dimension: str) -> str:
    """Return the article's words for a fine-tune, where none of this case can be shown."""
    ranges = {figure.quantity: figure for figure in case.article}
    examples, build = ranges["article_labelled_examples"], ranges["article_fine_tuning_build_cost"]
    words = ARTICLE[dimension].format(
        examples=f"{examples.low:,.0f} to {examples.high:,.0f}",
        build=f"{money(case, build.low)} to {number(build.high)} to build",
    )
    return f"none can go live; the article says: {words}"


def _of_prompt(case: Case, prompt: Figures) -> dict[str, str]:
    """Return the prompt-like option in words, by dimension."""
    option = prompt.one.option
    weeks = prompt(Lines.start_month) * WEEKS_PER_MONTH
    start = "in use today" if option.kind == "keep" else f"{number(weeks)} weeks"
    return {
        "time_to_first_result": start,
        "iteration_speed": "minutes to hours",
        "data_requirement": "none",
        "output_consistency": f"{percent(prompt(Lines.invalid_output_rate))} invalid outputs, "
        f"{percent(prompt(Lines.accuracy_at_start))} right",
        "knowledge_freshness": "as fresh as the prompt",
        "token_cost_at_scale": f"{money(case, prompt(Lines.token_cost_per_request))} per request",
        "auditability": "instructions can be read",
        "implementation_cost": f"{money(case, prompt(Lines.one_off_cost))} one-off",
        "task_specificity": f"well defined: {_known(case.request.task.well_defined)}",
        "maintenance_burden": f"{money(case, prompt.maybe(Lines.upkeep_with_retraining))} a month",
    }


def _of_tune(case: Case, tune: Figures) -> dict[str, str]:
    """Return the fine-tune in words, by dimension."""
    goes_stale = tune.maybe(Lines.knowledge_half_life_months) is not None
    age = f"up to {number(tune(Lines.oldest_knowledge))} months old"
    in_service = tune.one.option.kind == "in_service"
    weeks = f"{number(tune(Lines.start_month) * WEEKS_PER_MONTH)} weeks"
    return {
        "time_to_first_result": "in use today" if in_service else weeks,
        "iteration_speed": "days per training run",
        "data_requirement": f"{case.planned_examples:,.0f} labelled examples",
        "output_consistency": f"{percent(tune(Lines.invalid_output_rate))} invalid outputs, "
        f"{percent(tune(Lines.accuracy_fresh))} right",
        "knowledge_freshness": age if goes_stale else "frozen at training; nothing goes out of date",
        "token_cost_at_scale": f"{money(case, tune(Lines.token_cost_per_request))} per request, and "
        f"{money(case, tune.maybe(Lines.monthly_hosting))} hosting a month",
        "auditability": "behaviour is in the weights",
        "implementation_cost": f"{money(case, tune(Lines.one_off_cost))} one-off",
        "task_specificity": f"own terms or schemas: {_known(case.request.task.proprietary_knowledge)}",
        "maintenance_burden": f"{money(case, tune.maybe(Lines.upkeep_with_retraining))} a month",
    }


def _failures(of: Figures, accuracy: Line) -> float:
    """Return the share of answers that are invalid or wrong."""
    return of(Lines.invalid_output_rate) + 1.0 - of(accuracy)


def _winners(case: Case, prompt: Figures, tune: Figures) -> dict[str, str]:
    """Return who does better in each dimension of this case."""
    earlier = prompt(Lines.start_month), tune(Lines.start_month)
    failures = _failures(prompt, Lines.accuracy_at_start), _failures(tune, Lines.accuracy_fresh)
    return {
        "time_to_first_result": _less(*earlier),
        "iteration_speed": PROMPT,
        "data_requirement": PROMPT,
        "output_consistency": _less(*failures, ONE_POINT),
        "knowledge_freshness": PROMPT,
        "token_cost_at_scale": _less(prompt.maybe(Lines.monthly_serving), tune.maybe(Lines.monthly_serving)),
        "auditability": PROMPT,
        "implementation_cost": _less(prompt(Lines.one_off_cost), tune(Lines.one_off_cost)),
        "task_specificity": {True: TUNE, False: PROMPT, None: TIE}[case.request.task.well_defined],
        "maintenance_burden": _less(
            prompt.maybe(Lines.upkeep_with_retraining), tune.maybe(Lines.upkeep_with_retraining)
        ),
    }


def comparison(case: Case, matrix: Matrix) -> list[Dimension]:
    """Return the article's ten dimensions; where no fine-tune can go live, the prompt has them all."""
    prompt, best = Figures(matrix.best_prompt.one), matrix.best_tuned
    prompting = _of_prompt(case, prompt)
    tuning, winners = {}, {}
    if best is not None:
        tuning, winners = _of_tune(case, Figures(best.one)), _winners(case, prompt, Figures(best.one))
    found = []
    for dimension in DIMENSIONS:
        winner = winners.get(dimension.id, PROMPT)
        found.append(
            Dimension(
                dimension=dimension.id,
                prompt_option=matrix.best_prompt.id,
                fine_tune_option=best.id if best else None,
                prompt_engineering=prompting[dimension.id],
                fine_tuning=tuning.get(dimension.id) or _article(case, dimension.id),
                winner=winner,
                article_winner=dimension.winner,
                contradicts_article=dimension.winner not in (TIE, winner) and winner != TIE,
            )
        )
    return found
