"""How long requests take: what a measurement says of an option, and what the formula says of the rest. Part of the first stage."""

from __future__ import annotations

import math

import numpy as np

from models.latency import spread
from models.sampling import accuracy_mean
from service.assessment.ledger.fold import fold
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, Draft
from service.nouns.request.serving import MeasuredLatency

MEASURED = "/prompting/measured_latency"
TUNED = "/fine_tuning/measured_latency"


class Pace:
    """How fast the prompt was found to be, and what that says of the other options."""

    def __init__(self, desk: Desk) -> None:
        """Put what all options share; note what is assumed where the prompt was not measured."""
        self._desk = desk
        self.measured = desk.request.prompting.measured_latency
        self.scale: float | None = None
        for line in (
            Lines.ttft_base, Lines.ttft_per_input_token, Lines.ttft_cached_token_share, Lines.output_tokens_per_second,
        ):  # fmt: skip
            desk.shared.put(line, desk.assume(MEASURED, line.name, line).low)
        if self.measured is None:
            ratio = desk.assume(MEASURED, "latency_p95_over_p50", Lines.latency_sigma).low
        else:
            ratio = self.measured.p95_seconds / self.measured.p50_seconds
        self.sigma = _sigma(ratio)

    def put(self, draft: Draft, measured: MeasuredLatency | None, pointer: str, *, is_same_base: bool) -> None:
        """Put the latency of an option: as measured; else on the prompt's scale for the same base model; else uncertain.

        How far single requests stray carries over from the prompt in any case.
        """
        draft.put_all((Lines.shared_scale, Lines.own_scale), 1.0)
        if measured is not None:
            draft.put(Lines.measured_p50, measured.p50_seconds)
            draft.put(Lines.latency_sigma, _sigma(measured.p95_seconds / measured.p50_seconds))
            return
        draft.put(Lines.measured_p50, math.inf)
        draft.put(Lines.latency_sigma, self.sigma)
        if is_same_base and self.scale is not None:
            draft.put(Lines.latency_scale, self.scale)
        else:
            line = Lines.shared_scale if is_same_base else Lines.own_scale
            draft.range(line, self._desk.assume(pointer, "latency_scale", line))

    def calibrate(self, keep: Draft) -> None:
        """Take the prompt's scale from its measurement, all inputs at their means."""
        if self.measured is None:
            return
        values = {line: np.asarray(draft.mean(line)) for draft in (self._desk.shared, keep) for line in draft.intervals}
        values |= self._desk.shared.constants | keep.constants
        values[Lines.prompted_accuracy] = np.asarray(accuracy_mean(*_trials(self._desk)))
        scale = fold(values, "keep", frozenset({Lines.latency_scale}))[Lines.latency_scale]
        self.scale = float(np.ravel(scale)[0])


def _trials(desk: Desk) -> tuple[int, int]:
    trials = desk.request.prompting.measured_accuracy
    return trials.correct, trials.total


def _sigma(p95_over_p50: float) -> float:
    return float(spread(np.asarray(max(p95_over_p50, 1.0))))


def measured_of_tuned(desk: Desk) -> MeasuredLatency | None:
    """Return the latency of the fine-tune as measured: its own, else that of the last pilot that has one."""
    if desk.tuned.measured_latency is not None:
        return desk.tuned.measured_latency
    return next((pilot.measured_latency for pilot in reversed(desk.tuned.pilots) if pilot.measured_latency), None)
