"""The tokens of a prompted request: stated, else counted from texts, else assumed; and how its accuracy drifts. Part of the first stage."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from service.assessment.case import Interval, Used
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, around, log_deviation, middle
from service.larder.effects import DRIFT
from service.nouns.faults import TextsTooLarge
from service.nouns.request.prompting import TEXTS_LIMIT, Texts
from service.nouns.request.serving import Tokens

Counter = Callable[[Sequence[str], str | None], tuple[list[int], bool]]
"""Counts texts for a model id: (tokens of each, whether with the model's own tokenizer)."""

TOKENS = MappingProxyType({
    "instruction": Lines.prompted_instruction_tokens, "payload": Lines.prompted_payload_tokens,
    "output": Lines.prompted_output_tokens,
})  # fmt: skip
"""The lines of the prompt as it is, by part of a request."""

OWN_TOKENS = MappingProxyType({
    "instruction": Lines.instruction_tokens, "payload": Lines.payload_tokens, "output": Lines.output_tokens,
})  # fmt: skip
"""The lines of one option."""

ADDED_TOKENS = MappingProxyType({
    "instruction": Lines.added_instruction_tokens, "payload": Lines.added_payload_tokens,
    "output": Lines.added_output_tokens,
})  # fmt: skip
"""The lines of what a better prompt adds."""


def of_samples(counts: Sequence[int], ratio: Interval | None) -> Interval:
    """Return the tokens of a part from samples of it, and from the ratio of another tokenizer's tokens.

    A bill is the sum of what each request costs, so the estimate is the arithmetic mean, known as well as its standard error
    says: the lognormal of that mean, its standard deviation on the log scale being the standard error over the mean.

    Examples
    --------
    >>> found = of_samples([100, 100, 100], None)
    >>> found.low, found.high
    (100.0, 100.0)
    >>> round(middle(of_samples([20, 40, 600], None)), 6)
    220.0
    """
    average = float(np.mean(counts))
    error = float(np.std(counts, ddof=1)) / math.sqrt(len(counts)) if len(counts) > 1 else 0.0
    deviation = error / average if average else 0.0
    if ratio is not None:
        average *= middle(ratio)
        deviation = math.hypot(deviation, log_deviation(ratio))
    return around(average, deviation)


def _count_texts(desk: Desk, texts: Texts, model: str | None, count: Counter) -> dict[str, Interval]:
    parts = {
        "instruction": [texts.instruction, *texts.few_shot] if texts.instruction else list(texts.few_shot),
        "payload": texts.payload_samples,
        "output": texts.output_samples,
    }
    if sum(len(text) for part in parts.values() for text in part) > TEXTS_LIMIT:
        raise TextsTooLarge
    found: dict[str, Interval] = {}
    for part, samples in parts.items():
        if not samples:
            continue
        counts, is_own = count(samples, model)
        ratio = None
        if not is_own:
            ratio = desk.assume(f"/prompting/texts/{part}", "unverified_tokenizer_ratio", TOKENS[part])
        found[part] = of_samples([sum(counts)] if part == "instruction" else counts, ratio)
    return found


def put_tokens(desk: Desk, model: str | None, count: Counter) -> None:
    """Put the tokens of a request with the prompt as it is."""
    prompting = desk.request.prompting
    counted = _count_texts(desk, prompting.texts, model, count) if prompting.texts else {}
    tokens = prompting.tokens or Tokens()
    for part, line in TOKENS.items():
        given = getattr(tokens, part)
        if given is None and part in counted:
            desk.shared.range(line, counted[part])
        else:
            desk.estimate(desk.shared, line, given, f"prompt_{part}_tokens")


def mean_tokens(desk: Desk) -> dict[Line, float]:
    """Return the mean tokens of a request with the prompt as it is, by line."""
    return {line: desk.shared.mean(line) for line in TOKENS.values()}


def drift_of(desk: Desk) -> float:
    """Return how far a quarter moves the prompt's accuracy, as a standard deviation [log-odds], and note it; 0 where it is pinned."""
    if desk.request.prompting.is_pinned:
        return 0.0
    found = desk.catalogue.effects.drift(desk.as_of)
    where = (
        "said as a risk, and drawn"
        if desk.request.prompting.is_pinned is False
        else "said as a risk, in no other figure"
    )
    note = f"How far a quarter moves the accuracy of a fixed prompt whose base model may change; {where}."
    desk.used.append(
        Used("/prompting/is_pinned", "", found.per_quarter, None, None, None, "log-odds", found.kind, found.source, note, (), DRIFT,
             found.checked)
    )  # fmt: skip
    return found.per_quarter


def drift_in_draws(desk: Desk) -> float:
    """Return how far a quarter moves the prompt's accuracy in the draws [log-odds]: only where the caller says that it is not pinned."""
    return desk.catalogue.effects.drift(desk.as_of).per_quarter if desk.request.prompting.is_pinned is False else 0.0
