"""Chapter 15: how alike two texts are, and two cases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import logit

from models.arrays import Array

WORD = re.compile(r"[^\W_]+")
GRAM = 4
"""Characters of a character n-gram."""

FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "each",
        "every",
        "for",
        "from",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "one",
        "or",
        "our",
        "out",
        "should",
        "so",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "will",
        "with",
        "you",
        "your",
    ]
)
"""English words that say nothing about a text's subject."""

TEXT_WEIGHT = 0.6
KIND_WEIGHT = 0.15
ACCURACY_WEIGHT = 0.15
SIZE_WEIGHT = 0.1
"""Weights of the distance between cases; they add up to 1. Cosines of short texts rarely pass 0.5, so the text's
weight is about twice what it is worth."""

LOG_ODDS_RANGE = 4.0
"""Prompt accuracies this far apart [log-odds], as 0.12 and 0.88 are, have nothing in common."""

LOG10_RANGE = 3.0
"""Training sets a thousand times apart have nothing in common."""

GAP_RANGE = 2.0
"""Gap of capability that counts as altogether different [tens of points]."""

SMALLEST_SHARE = 0.01
"""Accuracies nearer to 0 or 1 count as this far off."""


class Corpus(NamedTuple):
    """Unit TF-IDF vectors of N documents over T terms."""

    columns: dict[str, int]
    idf: Array
    vectors: csr_array


def terms(text: str) -> list[str]:
    """Return the words of a text and their character n-grams, function words left out.

    An n-gram is marked by ``#``; words are padded with one space on either side, so that n-grams know where a word
    begins and ends. They let names and inflected forms meet: "banking77", "banks" and "bank" share some.

    Examples
    --------
    >>> terms("The banks")
    ['banks', '# ban', '#bank', '#anks', '#nks ']
    """
    found = []
    for word in WORD.findall(text.lower()):
        if word not in FUNCTION_WORDS:
            padded = f" {word} "
            found.append(word)
            found += [f"#{padded[at : at + GRAM]}" for at in range(len(padded) - GRAM + 1)]
    return found


def corpus(documents: Sequence[Iterable[str]]) -> Corpus:
    """Return the TF-IDF vectors of documents given as lists of terms.

    A term that stands ``tf`` times in a document and in ``df`` of N documents weighs
    ``(1 + ln tf) * (1 + ln((1 + N) / (1 + df)))``; vectors are scaled to length 1.

    Parameters
    ----------
    documents : sequence of lists of str, length N
        The terms of each document.

    References
    ----------
    .. [1] G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing &
       Management 24(5), 1988, 513-523, doi:10.1016/0306-4573(88)90021-0.
    .. [2] C. Manning, P. Raghavan, H. Schuetze, "Introduction to Information Retrieval", 2008, ch. 6,
       doi:10.1017/CBO9780511809071.

    Examples
    --------
    Of two documents both hold "a" (weight 1), one alone holds "b" (weight 1 + ln(3/2)):

    >>> two = corpus([["a"], ["a", "b"]])
    >>> two.idf.round(6).tolist()
    [1.0, 1.405465]
    >>> two.vectors.toarray().round(6).tolist()
    [[1.0, 0.0], [0.579739, 0.814802]]
    """
    counts = [Counter(document) for document in documents]
    frequency = Counter(term for count in counts for term in count)
    columns = {term: column for column, term in enumerate(frequency)}
    idf = 1.0 + np.log((1.0 + len(counts)) / (1.0 + np.array(list(frequency.values()), dtype=np.float64)))
    rows = [_unit(count, columns, idf) for count in counts]
    starts = np.cumsum([0, *(len(indices) for indices, _ in rows)])
    indices = np.concatenate([indices for indices, _ in rows]) if rows else np.empty(0, np.int64)
    weights = np.concatenate([weights for _, weights in rows]) if rows else np.empty(0)
    return Corpus(columns, idf, csr_array((weights, indices, starts), shape=(len(counts), len(columns))))


def _unit(count: Counter[str], columns: dict[str, int], idf: Array) -> tuple[NDArray[np.int64], Array]:
    known = sorted((columns[term], times) for term, times in count.items() if term in columns)
    indices = np.array([column for column, _ in known], dtype=np.int64)
    weights = (1.0 + np.log(np.array([times for _, times in known], dtype=np.float64))) * idf[indices]
    length = float(np.sqrt(weights @ weights))
    return indices, weights / length if length else weights


def cosine_similarities(known: Corpus, document: Iterable[str]) -> Array:
    """Return the cosine between a document, given as terms, and each document of a corpus.

    ``cos(x, y) = x . y / (|x| |y|)``: 1 where terms and proportions are the same, 0 where no term is shared. Terms
    that the corpus does not know are left out.

    Returns
    -------
    ndarray, shape (N,)

    Examples
    --------
    >>> two = corpus([["a"], ["a", "b"]])
    >>> cosine_similarities(two, ["a", "unheard"]).round(6).tolist()
    [1.0, 0.579739]
    """
    indices, weights = _unit(Counter(document), known.columns, known.idf)
    dense = np.zeros(len(known.columns))
    dense[indices] = weights
    return np.clip(known.vectors @ dense, 0.0, 1.0)


def case_distance(
    text_similarity: Array,
    is_same_kind: Array,
    accuracy: ArrayLike,
    accuracies: Array,
    examples: ArrayLike,
    sizes: Array,
) -> Array:
    """Return how far cases are from one case: 0 is alike in all that is known, 1 is alike in nothing.

    Gower's weighted mean of four differences, each between 0 and 1:
    ``d = sum_k w_k d_k / sum_k w_k`` over the k that are known, with ``d_text = 1 - cosine``, ``d_kind`` = 0 or 1,
    ``d_accuracy = min(|logit a - logit b| / 4, 1)`` and ``d_size = min(|log10 m - log10 n| / 3, 1)``.

    Parameters
    ----------
    text_similarity : ndarray, shape (N,)
        Cosine of the descriptions.
    is_same_kind : ndarray, shape (N,)
        1 where the kind of task is the same, 0 where not, nan where unknown.
    accuracy, accuracies : float and ndarray, shape (N,)
        Accuracy of the prompt, in the one case and in the others [share].
    examples, sizes : float and ndarray, shape (N,)
        Training examples of the one case and of the others; nan where unknown.

    Returns
    -------
    ndarray, shape (N,)

    References
    ----------
    .. [1] J. C. Gower, "A general coefficient of similarity and some of its properties", Biometrics 27(4), 1971,
       857-871, doi:10.2307/2528823.

    Examples
    --------
    The same text and accuracy but another kind, and ten times the examples: 0.15 + 0.1 / 3; the size unknown:
    0.15 / 0.9.

    >>> two = np.ones(2)
    >>> case_distance(two, 0 * two, 0.5, 0.5 * two, 100.0, np.array([1000.0, np.nan])).round(6).tolist()
    [0.183333, 0.166667]
    """
    differences = np.array(
        [
            1.0 - text_similarity,
            1.0 - is_same_kind,
            accuracy_difference(accuracy, accuracies),
            np.minimum(np.abs(np.log10(sizes) - np.log10(examples)) / LOG10_RANGE, 1.0),
        ]
    )
    return gower(differences, np.array([TEXT_WEIGHT, KIND_WEIGHT, ACCURACY_WEIGHT, SIZE_WEIGHT]))


def improvement_distance(
    is_same_kind: Array,
    accuracy: ArrayLike,
    accuracies: Array,
    techniques: NDArray[np.bool_],
    added: NDArray[np.bool_],
) -> Array:
    """Return how far published improvements of a prompt are from one that is open to some techniques.

    Gower's mean, as in `case_distance`, of kind, accuracy and techniques: ``d_techniques = 1 - |A and B| / |A or B|``
    (Jaccard), each with one weight.

    Parameters
    ----------
    is_same_kind : ndarray, shape (N,)
        1 where the kind of task is the same, 0 where not, nan where unknown.
    accuracy, accuracies : float and ndarray, shape (N,)
        Accuracy of the prompt before, in the one case and in the others [share].
    techniques, added : ndarray of bool, shape (T,) and (N, T)
        Techniques that may be added, and those that were.

    Examples
    --------
    >>> one, both = np.array([True, False]), np.array([[True, True], [False, True]])
    >>> improvement_distance(np.ones(2), 0.5, np.full(2, 0.5), one, both).round(3).tolist()
    [0.167, 0.333]
    """
    shared = (techniques & added).sum(axis=1) / np.maximum((techniques | added).sum(axis=1), 1)
    differences = np.array([1.0 - is_same_kind, accuracy_difference(accuracy, accuracies), 1.0 - shared])
    return gower(differences, np.ones(3))


def change_distance(
    is_same_kind: Array, accuracy: ArrayLike, accuracies: Array, gap: ArrayLike, gaps: Array, is_same_pair: Array
) -> Array:
    """Return how far published changes of base model are from one change.

    Gower's mean, as in `case_distance`, of kind, accuracy, gap, ``d_gap = min(|g - h| / 2, 1)``, and base models, 0 where
    both are the same.

    Parameters
    ----------
    is_same_kind, is_same_pair : ndarray, shape (N,)
        1 where the kind of task is the same, and where both base models are; else 0.
    accuracy, accuracies : float and ndarray, shape (N,)
        Accuracy on the first base model, in the one case and in the others [share].
    gap, gaps : float and ndarray, shape (N,)
        Capability gained [tens of points]; nan where unknown.

    Examples
    --------
    >>> change_distance(np.ones(2), 0.5, np.full(2, 0.5), 1.0, np.array([1.0, 2.0]), np.ones(2)).round(3).tolist()
    [0.0, 0.125]
    """
    steps = np.minimum(np.abs(gaps - np.asarray(gap, dtype=np.float64)) / GAP_RANGE, 1.0)
    differences = np.array([1.0 - is_same_kind, accuracy_difference(accuracy, accuracies), steps, 1.0 - is_same_pair])
    return gower(differences, np.ones(4))


def accuracy_difference(accuracy: ArrayLike, accuracies: ArrayLike) -> Array:
    """Return how far accuracies are apart, ``min(|logit a - logit b| / 4, 1)``."""

    def log_odds(share: ArrayLike) -> Array:
        return logit(np.clip(share, SMALLEST_SHARE, 1.0 - SMALLEST_SHARE))

    return np.minimum(np.abs(log_odds(accuracies) - log_odds(accuracy)) / LOG_ODDS_RANGE, 1.0)


def gower(differences: Array, weights: Array) -> Array:
    """Return the weighted mean of differences (K, N) over the k that are known, shape (N,)."""
    known = weights[:, None] * ~np.isnan(differences)
    return np.asarray((known * np.nan_to_num(differences)).sum(axis=0) / known.sum(axis=0), dtype=np.float64)
