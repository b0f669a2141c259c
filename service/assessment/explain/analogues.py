"""The nearest published cases to the caller's: part of the fourth stage."""

from __future__ import annotations

import numpy as np

from models.similarity import case_distance, cosine_similarities, terms
from service.larder.evidence import EvidenceIndex
from service.larder.facts import Evidence
from service.nouns.answer.quality import AnalogueAnswer
from service.nouns.request.assessment import TaskKind

ENOUGH = 5
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
    found: list[AnalogueAnswer] = []
    seen: set[str | int] = set()
    for at in sorted(range(len(evidence)), key=lambda at: (distance[at], evidence[at].case_id)):
        row, task = evidence[at], int(index.place[at])
        if seen.isdisjoint((row.cluster, task)):
            seen |= {row.cluster, task}
            found.append(_answer(row, index.descriptions[row.task], 1.0 - float(distance[at])))
        if len(found) == ENOUGH:
            break
    return found


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
