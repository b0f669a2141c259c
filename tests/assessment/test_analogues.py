"""The nearest published cases: found by what the task is, never by chance, and every row of the file checked."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import EXAMPLES, example
from hypothesis import given, settings
from hypothesis import strategies as st

from models.similarity import case_distance, corpus, cosine_similarities, terms
from service.assessment.explain.analogues import ENOUGH, analogues
from service.larder.evidence import PAIRS, TASKS
from service.larder.load import CatalogueError, load, parse, read
from service.nouns.answer.quality import AnalogueAnswer
from service.nouns.request.assessment import TaskKind

FILES = read()
LOADED = load()


def nearest(
    description: str, kind: TaskKind | None = None, accuracy: float = 0.8, examples: float = 1000.0
) -> list[AnalogueAnswer]:
    """Return the analogues in the shipped evidence."""
    return analogues(description, kind, accuracy, examples, LOADED.evidence, LOADED.evidence_index)


@pytest.mark.parametrize(
    ("description", "kind", "task"),
    [
        ("Sort the questions of our bank's customers into about eighty intents.", "classification", "banking77"),
        ("Sort the questions of our bank's customers into about eighty intents.", None, "banking77"),
        ("BANKING77", None, "banking77"),
        ("Classify customer support tickets by intent", "classification", "customer_support"),
        ("Moderate hateful comments in our forum", "classification", "Jigsaw toxicity (balanced)"),
        ("Find the drugs and the diseases that medical articles mention", "extraction", "bc5cdr"),
        ("Summarise the reports of agencies", "summarisation", "GovReport summarization"),
        ("Translate analysts' questions into SQL for our database", "code", "Text2SQL (LLM judge)"),
    ],
)
def test_a_description_finds_the_task_it_is_like(description: str, kind: TaskKind | None, task: str) -> None:
    """The first analogue is of the task that the description speaks of."""
    assert nearest(description, kind)[0].task == task


def test_legal_classification_finds_legal_tasks() -> None:
    """Labels of court opinions find Lawma's tasks, all five of them."""
    found = nearest("Legal classification: label the opinions of a court by issue and outcome", "classification")
    assert all(answer.source.startswith("Lawma") for answer in found)


@pytest.mark.parametrize("accuracy", [0.4, 0.8, 0.97])
@pytest.mark.parametrize(
    "description", ["Read invoices: number, date and total", "Extract the parties and dates from contracts"]
)
def test_the_kind_of_the_task_counts(description: str, accuracy: float) -> None:
    """A task of extraction finds cases of extraction, most of all where no published text is like its own."""
    kinds = [answer.kind for answer in nearest(description, "extraction", accuracy)]
    assert kinds.count("extraction") >= 4
    assert kinds[0] == "extraction"


def test_of_a_task_the_row_with_the_likest_prompt_is_shown() -> None:
    """Among the rows of one task the one whose prompt scores like the caller's comes, and its size breaks ties."""
    text = LOADED.evidence_index.descriptions["bc5cdr"]
    scores = {accuracy: nearest(text, "extraction", accuracy, 5228.0)[0].prompt_score for accuracy in (0.03, 0.7, 0.89)}
    assert scores == pytest.approx({0.03: 0.024, 0.7: 0.703, 0.89: 0.89})
    text = LOADED.evidence_index.descriptions["banking77"]
    few, many = (nearest(text, "classification", 0.8, size)[0].training_examples for size in (100.0, 5000.0))
    assert (few, many) == (128, 4096)


@pytest.mark.parametrize("description", ["Classify", "zzz", "漢字", "?!", "a " * 10_000, "legal " * 3000])
@pytest.mark.parametrize("kind", [None, "reasoning", "other", "summarisation"])
def test_five_distinct_cases_come_in_order_whatever_is_asked(description: str, kind: TaskKind | None) -> None:
    """There are always five, of distinct clusters and tasks, nearest first; asking again gives the same."""
    found = nearest(description, kind)
    clusters = {tuple(answer.case_id.split("__")[:2]) for answer in found}
    assert len(found) == len(clusters) == len({answer.description for answer in found}) == ENOUGH
    shares = [answer.similarity for answer in found]
    assert shares == sorted(shares, reverse=True)
    assert 0 <= shares[-1] <= shares[0] <= 1
    assert nearest(description, kind) == found


def test_two_names_of_one_data_set_are_one_task() -> None:
    """GSM8K stands in the file five times, from four sources; it is shown once."""
    tasks = [answer.task.lower() for answer in nearest("grade-school mathematics word problems", "reasoning")]
    assert tasks.count("gsm8k") == 1


def test_the_figures_are_those_of_the_file() -> None:
    """Every figure shown is the row's own, the gain their difference."""
    rows = {row["case_id"]: row for row in csv.DictReader(FILES[PAIRS].decode().splitlines())}
    for answer in nearest("Classify customer support tickets", "classification"):
        row = rows[answer.case_id]
        assert (answer.prompt_score, answer.fine_tuned_score) == (float(row["prompt_score"]), float(row["ft_score"]))
        assert answer.gain == answer.fine_tuned_score - answer.prompt_score
        assert (answer.source, str(answer.year), answer.metric) == (row["source"], row["year"], row["metric"])
        assert (answer.prompt_model, answer.fine_tuned_model) == (row["prompt_model"], row["ft_base_model"])
        for shown, cell in ((answer.training_examples, row["n_train"]), (answer.test_size, row["n_test"])):
            assert ("" if shown is None else str(shown)) == cell


@pytest.mark.parametrize("name", EXAMPLES)
def test_analogues_stand_in_the_answer(name: str, assess: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """An answer holds five analogues with citations, and none of the caller's words."""
    request = example(name)
    request["task"]["description"] += " Xylophonisches Geheimwort."
    answer = assess(request)
    found = answer["accuracy"]["analogues"]
    assert len(found) == ENOUGH
    assert all(analogue["source"] and analogue["year"] >= 2018 for analogue in found)
    assert "xylophon" not in json.dumps(answer).lower()


def test_every_row_of_the_file_is_read() -> None:
    """No row is left out, every kind is one of ours, every task has a description."""
    rows = list(csv.DictReader(FILES[PAIRS].decode().splitlines()))
    assert [row.case_id for row in LOADED.evidence] == [row["case_id"] for row in rows]
    assert {row.kind for row in LOADED.evidence if "distil__iot" in row.case_id} == {"structured_output"}
    assert {row.kind for row in LOADED.evidence if "mmlu" in row.case_id} == {"question_answering"}
    assert all(LOADED.evidence_index.descriptions[row.task] for row in LOADED.evidence)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            r"zero-shot,0\.024",
            "zero-shot,1.024",
            "line 2, loraland__bc5cdr__same__llama-2-7b-chat: Expected `float` <= 1",
        ),
        (r"zero-shot,0\.024", "zero-shot,nan", "prompt_score"),
        (r"same,0\.967", "same,-0.1", "ft_score"),
        (r"same,0\.967", "bigger,0.967", "relation"),
        (r"bc5cdr,extraction", "bc5cdr,extracting", "kind"),
        (r"zero-shot", "no-shot", "prompt_method"),
        (r",5228", ",0", "examples"),
        (r",5330", ",many", "test_size"),
        (r",5330", ",5330,7", "15 cells, expected 14"),
        (r"n_test", "n_test,mood", "the columns are"),
        (r",n_test", "", "the columns are"),
        (r"\n(loraland[^\n]+)", r"\n\1\n\1", "is used twice"),
        (r",bc5cdr,", ",bc6cdr,", "bc6cdr has no description"),
        (r"loraland__bc5cdr__same__llama-2-7b-chat", "loraland", "case_id"),
        (r"2024", "", "year"),
        (r"(?s)\n.*", "\n", "no rows"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(old: str, new: str, complaint: str) -> None:
    """A slip in the published pairs stops the start with a message that names row and field."""
    text = FILES[PAIRS].decode()
    assert re.search(old, text), old
    spoiled = re.sub(old, new, text, count=1).encode()
    with pytest.raises(CatalogueError, match=re.escape(complaint)):
        parse(FILES | {PAIRS: spoiled})


@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        ('chess = "Play chess."', "no published pair is about chess"),
        ('chess = ""', "length >= 1"),
        ("chess = 3", "str"),
    ],
)
def test_a_description_of_nothing_is_refused(added: str, complaint: str) -> None:
    """A description that no row uses, or that says nothing, stops the start."""
    spoiled = FILES | {TASKS: FILES[TASKS] + f"\n{added}\n".encode()}
    with pytest.raises(CatalogueError, match=complaint):
        parse(spoiled)


def test_every_bad_row_is_named_at_once() -> None:
    """Two bad rows and a bad assumption are all in the message."""
    spoiled = FILES[PAIRS].replace(b"zero-shot,0.024", b"zero-shot,2", 1).replace(b"zero-shot,0.703", b"zero-shot,3", 1)
    path = "assumptions/prompting.toml"
    files = FILES | {PAIRS: spoiled, path: re.sub(rb"low = 800", b"low = 80000", FILES[path], count=1)}
    with pytest.raises(CatalogueError, match=r"is above high(.|\n)*line 2(.|\n)*line 3"):
        parse(files)


def test_the_published_pairs_are_part_of_the_digest() -> None:
    """A changed score changes the digest of the assumptions."""
    changed = FILES[PAIRS].replace(b"zero-shot,0.024", b"zero-shot,0.025", 1)
    assert parse(FILES | {PAIRS: changed}).digest != LOADED.digest


def test_a_text_is_like_itself() -> None:
    """The similarity of every description to itself is 1, and to no other text is it more."""
    texts = list(dict.fromkeys(LOADED.evidence_index.descriptions.values()))
    for place, text in enumerate(texts):
        found = cosine_similarities(LOADED.evidence_index.corpus, terms(text))
        assert found[place] == pytest.approx(1.0, abs=1e-12)
        assert found.argmax() == place


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=6))
def test_cosines_are_those_of_the_definition(documents: list[list[str]]) -> None:
    """Cosines lie between 0 and 1, are symmetric, 1 with itself, and those of the weights written out in full."""
    known = corpus(documents)
    found = np.array([cosine_similarities(known, document) for document in documents])
    names = sorted({term for document in documents for term in document})
    frequency = [sum(term in document for document in documents) for term in names]
    dense = np.zeros((len(documents), len(names)))
    for (i, document), (j, term) in ((d, t) for d in enumerate(documents) for t in enumerate(names)):
        if times := document.count(term):
            dense[i, j] = (1 + np.log(times)) * (1 + np.log((1 + len(documents)) / (1 + frequency[j])))
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    assert found == pytest.approx(dense @ dense.T, abs=1e-12)
    assert np.diag(found) == pytest.approx(np.ones(len(documents)), abs=1e-12)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(1, 1e6), st.floats(1, 1e6))
def test_a_distance_grows_with_every_difference(
    text: float, one: float, other: float, size: float, sizes: float
) -> None:
    """The distance lies between 0 and 1, is symmetric, and no smaller for another kind or a less similar text."""

    def distance(
        cosine: float, kind: float, a: float = one, b: float = other, m: float = size, n: float = sizes
    ) -> float:
        return float(case_distance(np.array([cosine]), np.array([kind]), a, np.array([b]), m, np.array([n]))[0])

    near = distance(text, 1.0)
    assert 0 <= near <= 1 + 1e-12
    assert near == pytest.approx(distance(text, 1.0, other, one, sizes, size), abs=1e-12)
    assert near < distance(text, 0.0)
    assert near <= distance(text / 2, 1.0)
    assert distance(1.0, 1.0, one, one, size, size) == 0
