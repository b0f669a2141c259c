"""The prompt's side of a case: price, tokens, accuracy, upkeep and what improving it may gain. Part of the first stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np

from service.assessment.case import Interval, Used
from service.assessment.resolve.desk import Desk, months_until
from service.larder.prices import InferencePrice, PriceList
from service.nouns.faults import TextsTooLarge
from service.nouns.request.prompting import TEXTS_LIMIT, Prompting, Technique, Texts, Tokens

Counter = Callable[[Sequence[str], str | None], tuple[list[int], bool]]
"""Counts texts for a model id: (tokens of each, whether with the model's own tokenizer)."""

TECHNIQUES: tuple[Technique, ...] = get_args(Technique)


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
            ratio = desk.assume(f"/prompting/texts/{part}", "unverified_tokenizer_ratio", f"prompt_{part}_tokens")
        found[part] = _sample_range([sum(counts)] if part == "instruction" else counts, ratio)
    return found


def put_tokens(desk: Desk, prompting: Prompting, model: str | None, count: Counter) -> None:
    """Put the tokens of a prompted request: stated, else counted from texts, else assumed."""
    counted = _count_texts(desk, prompting.texts, model, count) if prompting.texts else {}
    tokens = prompting.tokens or Tokens()
    for part in ("instruction", "payload", "output"):
        name, given = f"prompt_{part}_tokens", getattr(tokens, part)
        if given is None and part in counted:
            desk.intervals[name] = counted[part]
        else:
            desk.estimate(name, f"/prompting/tokens/{part}", given, "positive", name)


def put_price(desk: Desk, prompting: Prompting, prices: PriceList) -> tuple[str | None, InferencePrice | None]:
    """Put the prompt's price tiers; return the canonical model id and its price, where one was looked up."""
    given, named = prompting.prices, prompting.base_model
    model = prices.canonical(named) if named else None
    if model is None and given is None:
        entry = desk.catalogue.assumptions["prompt_base_model"].at(desk.as_of)
        model = entry.text
        desk.used.append(
            Used("/prompting/base_model", "prompt_base_model", None, None, None, model, "id", entry.kind, entry.source,
                 entry.note, ("prompt_tier_input_prices", "prompt_tier_output_prices"))
        )  # fmt: skip
    price = prices.find(model, desk.as_of) if model else None
    first = prices.first_day(model) if model else None
    if given is None and first is not None and desk.as_of < first:
        desk.fault("/prompting/base_model", f"No price of {model} is on record before {first}.", named or "nothing",
                   f"as_of {first} or later, a base model that was sold on {desk.as_of}, or prompting.prices")  # fmt: skip
    elif named and price is None and given is None:
        near = prices.nearest(named)
        desk.fault(
            "/prompting/base_model",
            "This base model is unknown or has no token price, so nothing can be priced with it.",
            named,
            f"one of {', '.join(near)}" if near else "an id that GET /v1/models lists, or prompting.prices",
        )
    if price is not None and given is None and price.is_oldest_known(desk.as_of):
        desk.note("/as_of", "", None, "USD/1M tokens", f"The price list does not say since when {price.name} costs what it "
                  f"does: for {desk.as_of} its oldest known price stands.", "oldest known price")  # fmt: skip
    scale = desk.units_per_usd
    if given is not None:
        read, write = given.cache_read_usd_per_mtok, given.cache_write_usd_per_mtok
        tiers: dict[str, tuple[float, ...]] = {
            "input": (given.input_usd_per_mtok,),
            "output": (given.output_usd_per_mtok,),
            "cache_read": (given.input_usd_per_mtok if read is None else read,),
            "cache_write": (given.input_usd_per_mtok if write is None else write,),
        }
        starts: tuple[float, ...] = ()
        priced = read is not None
    elif price is not None:
        scale *= 1.0 - (desk.finance.vendor_discount or 0.0)
        tiers = {
            "input": price.input,
            "output": price.output,
            "cache_read": price.cache_read or price.input,
            "cache_write": price.cache_write or price.input,
        }
        starts, priced = price.tier_starts, price.cache_read is not None
    else:
        tiers, starts, priced = dict.fromkeys(("input", "output", "cache_read", "cache_write"), (1.0,)), (), False
    desk.put(prompt_tier_starts=starts, prompt_cache_priced=float(priced))
    for kind, values in tiers.items():
        desk.put(**{f"prompt_tier_{kind}_prices": [value * scale for value in values]})
    if price is not None and given is None and price.batch_input is not None:
        desk.put(prompt_batch_discount=1.0 - price.batch_input / price.input[0])
    elif prompting.batch_share:
        desk.put(
            prompt_batch_discount=desk.assume("/prompting/batch_share", "batch_discount", "prompt_batch_discount").low
        )
    else:
        desk.put(prompt_batch_discount=0.0)
    return model, price


def put_prompt(desk: Desk, prompting: Prompting) -> None:
    """Put what the prompt costs, how it is cached, when its model ends, and what improving it may gain."""
    trials = prompting.measured_accuracy
    if trials.correct > trials.total:
        desk.fault(
            "/prompting/measured_accuracy/correct",
            "More trials were right than were graded.",
            f"{trials.correct} of {trials.total}",
            f"at most {trials.total}",
        )
    measured = prompting.measured_latency
    if measured and measured.p95_seconds <= measured.p50_seconds:
        desk.fault(
            "/prompting/measured_latency/p95_seconds",
            "The 95th percentile lies above the median.",
            f"p50 {measured.p50_seconds:g}, p95 {measured.p95_seconds:g}",
            f"more than {measured.p50_seconds:g}",
        )
    desk.state("prompt_cache_hit_rate", "/prompting/cache_hit_rate", prompting.cache_hit_rate, "share")
    desk.put(
        batch_share=desk.plain("/prompting/batch_share", prompting.batch_share, "batch_share", "batch_share"),
        prompt_invalid_output_rate=desk.plain(
            "/prompting/invalid_output_rate", prompting.invalid_output_rate, "invalid_output_rate",
            "prompt_invalid_output_rate",
        ),
        cache_time_to_live=desk.assume("/prompting/cache_hit_rate", "cache_time_to_live", "cache_time_to_live").low,
        prompt_min_cacheable_tokens=desk.assume(
            "/prompting/cache_hit_rate", "min_cacheable_tokens", "prompt_min_cacheable_tokens"
        ).low,
        prompt_shutdown_months=months_until(prompting.shutdown_date, desk.as_of),
    )  # fmt: skip
    if prompting.build_cost is None:
        desk.intervals["prompt_build_cost"] = Interval(0.0, 0.0, "positive")
        desk.note(
            "/prompting/build_cost",
            "", 0.0, desk.finance.currency or "USD",
              "A prompt whose accuracy was measured is already built: what was spent is sunk.")  # fmt: skip
    else:
        desk.state("prompt_build_cost", "/prompting/build_cost", prompting.build_cost, "positive")
    desk.estimate("prompt_maintenance_cost_per_month", "/prompting/maintenance_cost_per_month",
                  prompting.maintenance_cost_per_month, "positive", "prompt_maintenance_cost_per_month")  # fmt: skip
    desk.estimate("improvement_cost", "/prompting/improvement_cost", prompting.improvement_cost, "positive",
                  "prompt_improvement_cost")  # fmt: skip
    desk.estimate("improvement_weeks", "/prompting/improvement_weeks", prompting.improvement_weeks, "positive",
                  "article_prompt_lead_time")  # fmt: skip
    if prompting.shutdown_date is not None:
        desk.intervals["prompt_migration_cost"] = desk.assume(
            "/prompting/shutdown_date", "prompt_migration_cost", "prompt_migration_cost"
        )
    else:
        desk.intervals["prompt_migration_cost"] = Interval(0.0, 0.0, "positive")
        desk.note("/prompting/shutdown_date", "", None, "months",
                  "The prompted model is taken to be served through the whole horizon.", "none known")  # fmt: skip
    tried = prompting.techniques_tried
    untold = 1.0
    if tried is None:
        untold = desk.assume("/prompting/techniques_tried", "untold_technique_share").low
    for technique in TECHNIQUES:
        name = f"prompt_gain_{technique}"
        if tried is not None and technique in tried:
            desk.intervals[name] = Interval(0.0, 0.0, "rate")
        else:
            desk.intervals[name] = desk.assume("/prompting/techniques_tried", name, name, share=untold)
    desk.intervals["prompt_gain_residual"] = desk.assume(
        "/prompting/techniques_tried", "prompt_gain_residual", "prompt_gain_residual"
    )
