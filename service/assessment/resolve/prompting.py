"""The prompt's side of a case: tokens, accuracy, upkeep and what improving it may gain. Part of the first stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import get_args

import numpy as np

from service.assessment.case import Interval
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.resolve.desk import Desk, months_until
from service.nouns.faults import TextsTooLarge
from service.nouns.request.prompting import TEXTS_LIMIT, Prompting, Technique, Texts
from service.nouns.request.serving import Tokens

Counter = Callable[[Sequence[str], str | None], tuple[list[int], bool]]
"""Counts texts for a model id: (tokens of each, whether with the model's own tokenizer)."""

TECHNIQUES: tuple[Technique, ...] = get_args(Technique)

TOKENS = MappingProxyType({
    "instruction": Lines.prompt_instruction_tokens, "payload": Lines.prompt_payload_tokens,
    "output": Lines.prompt_output_tokens,
})  # fmt: skip
GAINS: MappingProxyType[Technique, Line] = MappingProxyType({
    "few_shot": Lines.prompt_gain_few_shot,
    "better_examples": Lines.prompt_gain_better_examples,
    "chain_of_thought": Lines.prompt_gain_chain_of_thought,
    "structured_output": Lines.prompt_gain_structured_output,
    "output_parsing": Lines.prompt_gain_output_parsing,
    "input_preprocessing": Lines.prompt_gain_input_preprocessing,
    "prompt_optimiser": Lines.prompt_gain_prompt_optimiser,
})  # fmt: skip


def _sample_range(counts: Sequence[int], ratio: Interval | None) -> Interval:
    low, high = np.quantile(counts, [0.1, 0.9])
    if ratio is not None:
        low, high = low * ratio.low, high * ratio.high
    if low <= 0 < high:
        low = min(1.0, high)
    return Interval(float(low), float(high), "positive")


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
        found[part] = _sample_range([sum(counts)] if part == "instruction" else counts, ratio)
    return found


def put_tokens(desk: Desk, prompting: Prompting, model: str | None, count: Counter) -> None:
    """Put the tokens of a prompted request: stated, else counted from texts, else assumed."""
    counted = _count_texts(desk, prompting.texts, model, count) if prompting.texts else {}
    tokens = prompting.tokens or Tokens()
    for part, line in TOKENS.items():
        given = getattr(tokens, part)
        if given is None and part in counted:
            desk.intervals[line] = counted[part]
        else:
            desk.estimate(line, given, line.name)


def _put_serving(desk: Desk, prompting: Prompting) -> None:
    """Put how the prompt is cached and batched, and when its model ends."""
    desk.state(Lines.prompt_cache_hit_rate, prompting.cache_hit_rate)
    desk.number(Lines.batch_share, prompting.batch_share, "batch_share")
    desk.number(Lines.prompt_invalid_output_rate, prompting.invalid_output_rate, "invalid_output_rate")
    for line, assumption in (
        (Lines.cache_time_to_live, "cache_time_to_live"),
        (Lines.prompt_min_cacheable_tokens, "min_cacheable_tokens"),
    ):
        desk.put(line, desk.assume("/prompting/cache_hit_rate", assumption, line).low)
    desk.put(Lines.prompt_shutdown_months, months_until(prompting.shutdown_date, desk.as_of))
    if prompting.shutdown_date is not None:
        desk.intervals[Lines.prompt_migration_cost] = desk.assume(
            "/prompting/shutdown_date", "prompt_migration_cost", Lines.prompt_migration_cost
        )
    else:
        desk.nothing(Lines.prompt_migration_cost)
        desk.derive("/prompting/shutdown_date", "months", "The prompted model is taken to be served through the whole "
                    "horizon.", text="none known")  # fmt: skip


def _put_costs(desk: Desk, prompting: Prompting) -> None:
    if not desk.state(Lines.prompt_build_cost, prompting.build_cost):
        desk.nothing(Lines.prompt_build_cost)
        desk.derive("/prompting/build_cost", desk.currency, "A prompt whose accuracy was measured is already built: what "
                    "was spent is sunk.", value=0.0)  # fmt: skip
    desk.estimate(
        Lines.prompt_maintenance_cost_per_month,
        prompting.maintenance_cost_per_month,
        "prompt_maintenance_cost_per_month",
    )
    desk.estimate(Lines.improvement_cost, prompting.improvement_cost, "prompt_improvement_cost")
    desk.estimate(Lines.improvement_weeks, prompting.improvement_weeks, "article_prompt_lead_time")


def _put_gains(desk: Desk, prompting: Prompting) -> None:
    """Put what each technique that was not tried may gain, and what further work always leaves."""
    tried, pointer, untold = prompting.techniques_tried, "/prompting/techniques_tried", 1.0
    if tried is None:
        untold = desk.assume(pointer, "untold_technique_share").low
    for technique in TECHNIQUES:
        line = GAINS[technique]
        if tried is not None and technique in tried:
            desk.nothing(line)
        else:
            desk.intervals[line] = desk.assume(pointer, line.name, line, share=untold)
    residual = Lines.prompt_gain_residual
    desk.intervals[residual] = desk.assume(pointer, residual.name, residual)


def put_prompt(desk: Desk, prompting: Prompting) -> None:
    """Put what the prompt costs, how it is cached, when its model ends, and what improving it may gain."""
    _put_serving(desk, prompting)
    _put_costs(desk, prompting)
    _put_gains(desk, prompting)
