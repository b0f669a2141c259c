"""The published pairs: read from their file, refused where they cannot be true, and indexed for the search."""

from __future__ import annotations

import csv
from collections.abc import Mapping

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models import similarity
from service.larder.facts import Evidence

PAIRS = "evidence/pairs.csv"
TASKS = "evidence/tasks.toml"

FIELD_OF_COLUMN = {"task_type": "kind", "n_train": "examples", "n_test": "test_size"}
"""Our names for columns of the published pairs where they differ."""
KIND_OF_TYPE = {"qa": "question_answering", "structured-output": "structured_output"}
"""Our names for kinds of task where they differ."""


class EvidenceIndex(Struct, frozen=True, kw_only=True):
    """What a search in the published pairs needs, made once: rows in the order of `Catalogue.evidence`."""

    descriptions: Mapping[str, str]
    """What each task is, by its name."""
    corpus: similarity.Corpus
    """Vectors of the distinct descriptions."""
    place: NDArray[np.int64]
    """Which description is a row's."""
    scores: NDArray[np.float64]
    """Prompt scores."""
    examples: NDArray[np.float64]
    """Training examples; nan where the source does not say."""


def read_evidence(text: str, descriptions: Mapping[str, str]) -> tuple[tuple[Evidence, ...], list[str]]:
    """Return the published pairs of a CSV file, and everything in them that cannot be true, one sentence each.

    Checks columns, cells, scores, names of kinds and relations, that no case stands twice, and that tasks and
    descriptions belong together.
    """
    names = {field: column for column, field in FIELD_OF_COLUMN.items()}
    columns = [names.get(name, name) for name in Evidence.__struct_fields__]
    lines = csv.reader(text.splitlines())
    if (header := next(lines, [])) != columns:
        return (), [f"{PAIRS}: the columns are {', '.join(header)}; expected {', '.join(columns)}"]
    rows: list[Evidence] = []
    found: list[str] = []
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(columns):
            found.append(f"{PAIRS} line {number}: {len(cells)} cells, expected {len(columns)}")
            continue
        entry: dict[str, str | None] = dict(zip(Evidence.__struct_fields__, cells, strict=True))
        entry["kind"] = KIND_OF_TYPE.get(entry["kind"] or "", entry["kind"])
        entry |= {name: entry[name] or None for name in ("examples", "test_size")}
        try:
            rows.append(msgspec.convert(entry, Evidence, strict=False))
        except msgspec.ValidationError as error:
            found.append(f"{PAIRS} line {number}, {entry['case_id']}: {error}")
    seen: set[str] = set()
    for row in rows:
        if row.case_id in seen:
            found.append(f"{PAIRS}: {row.case_id} is used twice")
        seen.add(row.case_id)
    tasks = {row.task for row in rows}
    found += [f"{PAIRS}: {task} has no description in {TASKS}" for task in sorted(tasks - set(descriptions))]
    if not rows:
        found.append(f"{PAIRS}: no rows")
    elif not found and (unused := sorted(set(descriptions) - tasks)):
        found.append(f"{TASKS}: no published pair is about {', '.join(unused)}")
    return tuple(rows), found


def indexed(rows: tuple[Evidence, ...], descriptions: Mapping[str, str]) -> EvidenceIndex:
    """Return the index of some rows whose tasks are all described."""
    distinct = {text: place for place, text in enumerate(dict.fromkeys(descriptions.values()))}
    return EvidenceIndex(
        descriptions=descriptions,
        corpus=similarity.corpus([similarity.terms(text) for text in distinct]),
        place=np.array([distinct[descriptions[row.task]] for row in rows]),
        scores=np.array([row.prompt_score for row in rows]),
        examples=np.array([np.nan if row.examples is None else row.examples for row in rows], dtype=np.float64),
    )
