"""Base models that nobody asked about and that may serve the prompt better. Part of the explain stage."""

from __future__ import annotations

from service.assessment.decide.suggested import Suggested
from service.assessment.explain.figures import Figures
from service.assessment.ledger.lines import Lines
from service.nouns.answer.offers import Suggestion


def suggestions_answer(found: tuple[Suggested, ...]) -> list[Suggestion]:
    """Return the base models worth a look, most worth measuring first."""
    return [
        Suggestion(
            base_model=each.one.option.base_model or each.one.option.name,
            accuracy=each.accuracy,
            chance_no_worse=each.chance_no_worse,
            saving_per_month=Figures(each.one)(Lines.saving_per_month),
            value_of_measuring=each.value_of_measuring,
            cost_of_measuring=each.cost_of_measuring,
        )
        for each in found
    ]
