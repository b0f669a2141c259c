"""Published scores before and after a change of the prompt, and of one prompt on two base models: read, refused, indexed.

The fits of `make fit` rest on them; an answer shows those nearest to a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from service.larder.effects import TECHNIQUES, ChangeKind
from service.larder.rows import read_rows
from service.nouns.base import Closed
from service.nouns.request.assessment import TaskKind

IMPROVEMENTS, MODEL_CHANGES = "evidence/improvements.csv", "evidence/model_changes.csv"

TEN = 10.0
"""Points of capability to which gaps refer."""
Words = Annotated[str, Meta(min_length=1)]
Score = Annotated[float, Meta(ge=0, le=1)]


class PublishedImprovement(Closed, frozen=True, kw_only=True):
    """Scores of a prompt before and after techniques were added: same base model, task and test set."""

    case_id: Annotated[str, Meta(pattern=r"^[^_]\S*__\S*[^_]$")]
    source: Words
    year: Annotated[int, Meta(ge=2018, le=2100)]
    task: Words
    kind: TaskKind
    metric: Words
    model: Words
    """Base model, as its source names it."""
    selection: Literal["grid", "paper", "vendor"]
    """Who chose to publish it: a whole grid, the method's author, its vendor."""
    before_techniques: str = ""
    """Joined by +."""
    before_score: Score
    added_techniques: Words
    after_score: Score
    n_test: Annotated[int, Meta(ge=1)] | None = None

    @property
    def before(self) -> tuple[str, ...]:
        """Return the techniques that were there before."""
        return tuple(self.before_techniques.split("+")) if self.before_techniques else ()

    @property
    def added(self) -> tuple[str, ...]:
        """Return the techniques that were added."""
        return tuple(self.added_techniques.split("+"))

    @property
    def cluster(self) -> str:
        """Rows of one cluster share source and task."""
        return "__".join(self.case_id.split("__")[:2])


class PublishedChange(Closed, frozen=True, kw_only=True):
    """Scores of the same prompt and test set on two base models."""

    source: Words
    task: Words
    kind: ChangeKind
    metric: Words
    model_a: Words
    """As capability.csv names it."""
    score_a: Score
    model_b: Words
    score_b: Score
    n_test: Annotated[float, Meta(ge=1)] | None = None
    prompt_method: str = ""


class Published(Struct, frozen=True, kw_only=True):
    """Both tables, with the columns that a search compares, made once."""

    improvements: tuple[PublishedImprovement, ...]
    improvement_kinds: NDArray[np.str_]
    improvement_scores: NDArray[np.float64]
    """Before [share]."""
    techniques: NDArray[np.bool_]
    """Which were added, in the order of `TECHNIQUES`, shape (N, T)."""
    changes: tuple[PublishedChange, ...]
    change_kinds: NDArray[np.str_]
    change_scores: NDArray[np.float64]
    """On the first base model [share]."""
    change_gaps: NDArray[np.float64]
    """Capability gained [tens of points]; nan where it is not known."""
    models_a: NDArray[np.str_]
    models_b: NDArray[np.str_]


def read_published(improvements: str, changes: str, capabilities: Mapping[str, float]) -> tuple[Published, list[str]]:
    """Return the two CSV files as tables, and everything in them that cannot be true, one sentence each.

    `capabilities` are the figures by the names that the rows use.
    """
    better, found = read_rows(IMPROVEMENTS, improvements, PublishedImprovement)
    other, untrue = read_rows(MODEL_CHANGES, changes, PublishedChange)
    found += untrue
    found += _faults_of_improvements(better)
    found += [
        f"{MODEL_CHANGES}: {row.task} of {row.source} compares {row.model_a} with itself; name two base models"
        for row in other
        if row.model_a == row.model_b
    ]
    return Published(
        improvements=tuple(better),
        improvement_kinds=np.array([row.kind for row in better]),
        improvement_scores=np.array([row.before_score for row in better], dtype=np.float64),
        techniques=np.array([[name in row.added for name in TECHNIQUES] for row in better], dtype=np.bool_),
        changes=tuple(other),
        change_kinds=np.array([row.kind for row in other]),
        change_scores=np.array([row.score_a for row in other], dtype=np.float64),
        change_gaps=np.array(
            [(capabilities.get(row.model_b, np.nan) - capabilities.get(row.model_a, np.nan)) / TEN for row in other]
        ),
        models_a=np.array([row.model_a for row in other]),
        models_b=np.array([row.model_b for row in other]),
    ), found


def _faults_of_improvements(rows: Sequence[PublishedImprovement]) -> list[str]:
    found, seen = [], set()
    for row in rows:
        if row.case_id in seen:
            found.append(f"{IMPROVEMENTS}: {row.case_id} is used twice; number the cases apart")
        seen.add(row.case_id)
        if unknown := sorted({*row.before, *row.added} - set(TECHNIQUES)):
            found.append(
                f"{IMPROVEMENTS}: {row.case_id}: {', '.join(unknown)} is no technique; name one of {', '.join(TECHNIQUES)}"
            )
    return found
