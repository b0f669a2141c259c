"""The inputs of a case at the base case and in the draws. Part of the second stage."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from models.arrays import Array
from models.sampling import accuracy_mean, accuracy_quantile, median, quantile, sobol_block
from service.assessment.case import Candidate, Case
from service.assessment.ledger.fold import Values, fold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import COLUMNS, DRAWN, Lines

BLOCK = 64
"""Columns of the draws of a case, whether lines own them or not: one line more leaves the draws of all others alone."""


def column(case: Case, line: Line) -> Array:
    """Return the points of the uncertain line in every draw, uniform in (0, 1), shape (draws,)."""
    return sobol_block("case", BLOCK, case.draws, case.seed)[:, COLUMNS[line]]


def base_inputs(case: Case) -> Values:
    """Return the ledger inputs of the base case: every estimate at its median."""
    values = {line: np.full((1, 1), median(*interval)) for line, interval in case.intervals.items()}
    values |= case.constants
    values[Lines.prompt_accuracy] = np.full((1, 1), accuracy_mean(case.correct, case.total))
    values[Lines.accuracy_deviate] = np.full((1, 1), np.nan)
    return values


def _drawn_inputs(case: Case, rows: slice) -> Values:
    values = {
        line: quantile(column(case, line)[rows], *interval)[:, None]
        if interval.low < interval.high
        else np.full((1, 1), interval.low)
        for line, interval in case.intervals.items()
    }
    values |= case.constants
    right = accuracy_quantile(column(case, Lines.prompt_accuracy)[rows], case.correct, case.total)
    values[Lines.prompt_accuracy] = right[:, None]
    values[Lines.accuracy_deviate] = ndtri(column(case, Lines.accuracy_deviate)[rows])[:, None]
    return values


def with_candidates(values: Values, candidates: tuple[Candidate, ...]) -> Values:
    """Return ledger inputs with those of offers put in, one row per offer; what is stated is left alone."""
    lines = candidates[0].inputs
    return values | {
        line: np.array([[candidate.inputs[line]] for candidate in candidates]) for line in lines if line not in values
    }


def drawn(case: Case, rows: slice, candidate: Candidate) -> Values:
    """Return the folded ledger of some of the draws for one offer."""
    return fold(with_candidates(_drawn_inputs(case, rows), (candidate,)), DRAWN)
