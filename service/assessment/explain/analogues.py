"""The nearest published cases to the caller's: part of the fourth stage."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

import numpy as np

from models.similarity import case_distance, change_distance, cosine_similarities, improvement_distance, terms
from service.assessment.case import IMPROVE, Case
from service.larder.effects import TECHNIQUES
from service.larder.evidence import EvidenceIndex
from service.larder.facts import Evidence
from service.larder.published import PublishedChange, PublishedImprovement
from service.nouns.answer.quality import AnalogueAnswer, BaseModelAnalogue, ImprovementAnalogue
from service.nouns.request.assessment import TaskKind

ENOUGH, ENOUGH_OF_CHANGES = 5, 3
DIGITS = 12
"""Distances that agree so far are a tie, broken by `case_id`: the order does not hang on the last bit."""
KIND_IN_EVIDENCE: dict[TaskKind, TaskKind] = {"summarisation": "generation"}
"""The kind under which the evidence files a kind that it does not have."""


def analogues(
    description: str,
    kind: TaskKind | None,
    prompt_accuracy: float,
    examples: float,
    evidence: tuple[Evidence, ...],
    index: EvidenceIndex,
) -> list[AnalogueAnswer]:
    """Return the published cases nearest to one, nearest first: of each task and each cluster the nearest row.

    Parameters
    ----------
    description : str
        What the caller's task is; compared, never repeated.
    kind : str or None
        Kind of the task; not compared where it is not stated.
    prompt_accuracy : float
        Accuracy of the caller's prompt [share].
    examples : float
        Planned training examples.
    """
    alike = cosine_similarities(index.corpus, terms(description))[index.place]
    wanted = None if kind is None else KIND_IN_EVIDENCE.get(kind, kind)
    same = np.array([np.nan if wanted is None else float(row.kind == wanted) for row in evidence])
    distance = case_distance(alike, same, prompt_accuracy, index.scores, examples, index.examples).round(DIGITS)
    order = sorted(range(len(evidence)), key=lambda at: (distance[at], evidence[at].case_id))
    return [
        _answer(evidence[at], index.descriptions[evidence[at].task], 1.0 - float(distance[at]))
        for at in _apart(order, lambda at: (evidence[at].cluster, int(index.place[at])), ENOUGH)
    ]


def _apart(order: Iterable[int], names: Callable[[int], tuple[Hashable, ...]], enough: int) -> Iterator[int]:
    """Yield the first places of an order that share no name with one before."""
    seen: set[Hashable] = set()
    for at in order:
        if seen.isdisjoint(its := names(at)):
            seen.update(its)
            yield at
            enough -= 1
        if enough == 0:
            return


def _answer(row: Evidence, description: str, similarity: float) -> AnalogueAnswer:
    return AnalogueAnswer(
        case_id=row.case_id,
        task=row.task,
        description=description,
        kind=row.kind,
        source=row.source,
        year=row.year,
        metric=row.metric,
        prompt_model=row.prompt_model,
        prompt_method=row.prompt_method,
        prompt_score=row.prompt_score,
        fine_tuned_model=row.ft_base_model,
        relation=row.relation,
        fine_tuned_score=row.ft_score,
        gain=row.ft_score - row.prompt_score,
        training_examples=row.examples,
        test_size=row.test_size,
        similarity=similarity,
    )


def improvement_analogues(case: Case, prompt_accuracy: float) -> list[ImprovementAnalogue]:
    """Return the published improvements nearest to what may be done to the prompt: of each task and source the nearest."""
    (gains,) = (option.gains for option in case.prompts if option.id == IMPROVE)
    if gains is None:
        return []
    published, kind = case.published, case.request.task.kind
    is_open = (gains.tried_share < 1.0) & gains.is_planned
    wanted = None if kind is None else KIND_IN_EVIDENCE.get(kind, kind)
    same = np.where(published.improvement_kinds == wanted, 1.0, 0.0 if wanted else np.nan)
    order = [gains.techniques.index(name) for name in TECHNIQUES]
    distance = improvement_distance(
        same, prompt_accuracy, published.improvement_scores, is_open[order], published.techniques
    ).round(DIGITS)
    rows = published.improvements
    return [
        _improvement(rows[at], 1.0 - float(distance[at]))
        for at in _apart(np.argsort(distance, kind="stable").tolist(), lambda at: (rows[at].cluster,), ENOUGH)
    ]


def _improvement(row: PublishedImprovement, similarity: float) -> ImprovementAnalogue:
    return ImprovementAnalogue(
        case_id=row.case_id,
        source=row.source,
        year=row.year,
        task=row.task,
        kind=row.kind,
        metric=row.metric,
        base_model=row.model,
        selection=row.selection,
        techniques_before=list(row.before),
        techniques_added=list(row.added),
        score_before=row.before_score,
        score_after=row.after_score,
        gain=row.after_score - row.before_score,
        test_size=row.n_test,
        similarity=similarity,
    )


def base_model_analogues(case: Case, prompt_accuracy: float) -> list[BaseModelAnalogue]:
    """Return, for each option that was not measured, the published changes of base model nearest to it, each of another task."""
    found: list[BaseModelAnalogue] = []
    published, rows = case.published, case.published.changes
    for option in case.prompts:
        if (swap := option.swap) is None:
            continue
        distance = change_distance(
            np.where(published.change_kinds == swap.kind, 1.0, 0.0),
            prompt_accuracy,
            published.change_scores,
            swap.gap,
            published.change_gaps,
            np.where((published.models_a == swap.old) & (published.models_b == swap.new), 1.0, 0.0),
        ).round(DIGITS)
        found += [
            _change(rows[at], option.id, 1.0 - float(distance[at]))
            for at in _apart(
                np.argsort(distance, kind="stable").tolist(),
                lambda at: ((rows[at].source, rows[at].task),),
                ENOUGH_OF_CHANGES,
            )
        ]
    return found


def _change(row: PublishedChange, option: str, similarity: float) -> BaseModelAnalogue:
    return BaseModelAnalogue(
        option=option,
        source=row.source,
        task=row.task,
        kind=row.kind,
        metric=row.metric,
        base_model_before=row.model_a,
        base_model_after=row.model_b,
        score_before=row.score_a,
        score_after=row.score_b,
        gain=row.score_b - row.score_a,
        test_size=row.n_test,
        similarity=similarity,
    )
