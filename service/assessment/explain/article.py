"""The article's figures beside those of this case. Part of the explain stage."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from models.arrays import WEEKS_PER_MONTH
from service.assessment.case import Case
from service.assessment.decide.matrix import Matrix
from service.assessment.explain.figures import Figures
from service.assessment.ledger.lines import Lines
from service.nouns.answer.verdict import ArticleCheck

OF_TUNE: MappingProxyType[str, Callable[[Case, Figures], float | None]] = MappingProxyType({
    "article_fine_tuning_build_cost": lambda _, tune: tune.maybe(Lines.one_off_cost),
    "article_training_run_cost": lambda _, tune: tune.maybe(Lines.training_run_cost),
    "article_fine_tuning_lead_time": lambda _, tune: tune(Lines.start_month) * WEEKS_PER_MONTH,
    "article_retraining_interval": lambda _, tune: tune.maybe(Lines.retraining_interval_months),
    "article_labelled_examples": lambda case, _: case.planned_examples,
})  # fmt: skip
"""What of a fine-tune stands beside each figure."""
OF_PROMPT: MappingProxyType[str, Callable[[Case, Figures], float | None]] = MappingProxyType({
    "article_prompt_build_cost": lambda _, improved: improved.maybe(Lines.build_cost),
    "article_prompt_lead_time": lambda _, improved: improved.maybe(Lines.start_weeks),
    "article_evaluation_set": lambda case, _: float(case.trials.total),
})  # fmt: skip
"""What of a better prompt stands beside each figure."""


def article_answer(case: Case, matrix: Matrix) -> list[ArticleCheck]:
    """Return one row for each figure of the article."""
    improved, tune, rows = Figures(matrix.improved.one), matrix.best_tuned, []
    for figure in case.article:
        found = None
        if figure.quantity in OF_PROMPT:
            found = OF_PROMPT[figure.quantity](case, improved)
        elif tune is not None:
            found = OF_TUNE[figure.quantity](case, Figures(tune.one))
        rows.append(
            ArticleCheck(quantity=figure.quantity, bottom_up=found, article_low=figure.low, article_high=figure.high)
        )
    return rows
