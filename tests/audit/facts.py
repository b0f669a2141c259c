"""The plain numbers that an auditor would read from a request: the world, and its prompts.

They come from the request and from the larder's own files: nothing of the service's way of resolving a request is used.
From the answer come only what a fitted curve or a draw gives, by the names in `taken`: accuracies that are modelled, tokens
of the improved prompt, expected migrations, drawn ends, and what was chosen to stand in and to do at a shutdown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from audit.assumed import LISTED, OWN_TOKENIZERS, assumed, mean, prices_at, said, spread_of, stated, units_per_usd
from audit.calculation import WEEKS_PER_MONTH
from audit.cases_at_random import WORD, Request
from audit.facts_of_fine_tunes import Prompted, fine_tune
from audit.figures import Case, Option, Prices, Serving, Tokens, World

Answer = dict[str, Any]
PARTS_OF_A_REQUEST = ("instruction", "payload", "output")


def taken(answer: Answer, option: str, line: str) -> list[float]:
    """Return the base case of a line of the trace of an option."""
    trace = next(part["lines"] for part in answer["trace"] if part["option"] == option)
    return [float(value) for value in next(found["base_case"] for found in trace if found["name"] == line)]


def in_months(values: list[float], horizon: int) -> tuple[float, ...]:
    """Return one value for each month, where one stands for all of them too."""
    return tuple(values * horizon if len(values) == 1 else values)


def world_of(request: Request) -> World:
    """Return what is the same for all options."""
    volume, finance = request["volume"], request["finance"]
    return World(
        requests_per_month=mean(volume["requests_per_month"]),
        growth_per_month=stated(volume, "growth_per_month", "growth_per_month"),
        growth_spread=spread_of(volume.get("growth_per_month")),
        horizon_months=int(stated(volume, "horizon_months", "horizon_months")),
        peak_to_average=stated(volume, "peak_to_average", "peak_to_average"),
        discount_rate=stated(finance, "discount_rate", "discount_rate"),
        price_decline_per_year=stated(finance, "price_decline_per_year", "price_decline_per_year"),
        error_cost=said(finance, "error_cost", 0.0),
        batch_share=stated(request["prompting"], "batch_share", "batch_share"),
    )


def counted(prompting: Request, part: str) -> float | None:
    """Return the mean tokens of a part by its texts, None where there are none; every word of a text is a token (§1)."""
    texts = prompting.get("texts", {})
    if part == "instruction":
        samples = [texts[name] for name in ("instruction",) if name in texts] + texts.get("few_shot", [])
    else:
        samples = texts.get(f"{part}_samples", [])
    if not samples:
        return None
    tokens = sum(len(text) // len(WORD) for text in samples)
    ratio = 1.0 if prompting.get("base_model") in OWN_TOKENIZERS else assumed("unverified_tokenizer_ratio")
    return ratio * (tokens if part == "instruction" else tokens / len(samples))


def prompt_tokens(prompting: Request) -> Tokens:
    """Return the tokens of a prompted request by part: stated, else counted, else assumed (§4)."""
    found, tokens = {}, prompting.get("tokens", {})
    for part in PARTS_OF_A_REQUEST:
        count = None if part in tokens else counted(prompting, part)
        found[part] = stated(tokens, part, f"prompt_{part}_tokens") if count is None else count
    return Tokens(**found)


def prices_of(request: Request, place: Request) -> tuple[Prices, float] | None:
    """Return the prices and the batch discount of what a place of the request states; None: nothing (§4)."""
    units, kept = units_per_usd(request), 1.0 - request["finance"].get("vendor_discount", 0.0)
    if "prices" in place:
        return prices_at(place["prices"], units), assumed("batch_discount")  # §4: no discount is taken off
    if "base_model" in place:
        entry = LISTED[place["base_model"]]
        return prices_at(entry, units * kept), entry["batch_discount"]
    return None


def measured(request: Request, trials: Request) -> float:
    """Return the mean accuracy that graded answers tell, label noise taken off (§1, §5)."""
    mean_of_beta = (trials["correct"] + 0.5) / (trials["total"] + 1.0)
    return float(min(mean_of_beta, 1.0 - request["fine_tuning"].get("label_noise", 0.0)))


def upkeep_of(request: Request, is_tuned: bool) -> float:
    """Return the upkeep of a prompt, or of a fine-tune (§6)."""
    units, factor = units_per_usd(request), assumed("tuned_upkeep_factor")
    prompt = said(request["prompting"], "maintenance_cost_per_month", None)
    tuned = said(request["fine_tuning"], "monitoring_cost_per_month", None)
    if prompt is None and tuned is None:
        prompt = assumed("upkeep_hours_per_month") * assumed("hourly_rate", units)
    if prompt is None:
        prompt = tuned / factor
    return float((prompt * factor if tuned is None else tuned) if is_tuned else prompt)


def prompted(request: Request) -> Prompted:
    """Return what a fine-tune takes over from the prompt."""
    prompting, units = request["prompting"], units_per_usd(request)
    return Prompted(
        tokens=prompt_tokens(prompting),
        upkeep_of_a_fine_tune=upkeep_of(request, is_tuned=True),
        regraded_trials=assumed("study_trials"),
        cost_per_trial=stated(prompting, "cost_per_trial", "prompt_cost_per_trial", units),
    )


def keep(request: Request) -> Option:
    """Return the prompt as it is."""
    prompting, units, like = request["prompting"], units_per_usd(request), prompted(request)
    found = prices_of(request, prompting)
    if found is None:
        raise ValueError("the random cases state what the prompt costs")
    by_hand = (
        assumed("prompt_migration_hours") * assumed("hourly_rate", units) + like.regraded_trials * like.cost_per_trial
    )
    return Option(
        id="keep",
        kind="keep",
        serving=Serving(
            tokens=like.tokens,
            prices=found[0],
            cache_hit_rate=said(prompting, "cache_hit_rate", None, "share"),
            min_cacheable_tokens=assumed("min_cacheable_tokens"),
            cache_time_to_live_seconds=assumed("cache_time_to_live"),
            cache_hit_ceiling=assumed("cache_hit_ceiling"),
            batch_discount=found[1],
            invalid_output_rate=stated(prompting, "invalid_output_rate", "invalid_output_rate"),
        ),
        accuracy_at_start=measured(request, prompting["measured_accuracy"]),
        one_off=said(prompting, "build_cost", 0.0),
        upkeep_per_month=upkeep_of(request, is_tuned=False),
        migration_cost=said(prompting, "migration_cost", by_hand),
    )


def improved(request: Request, said_of_it: Answer, accuracy: float) -> Option:
    """Return the improved prompt: the prompt, but for its tokens, its accuracy, and what it takes to get there."""
    prompting, units, today = request["prompting"], units_per_usd(request), keep(request)
    basis, tokens = request["finance"].get("cost_basis"), said_of_it["tokens"]
    by_hand = assumed("prompt_improvement_hours") * assumed("hourly_rate", units)
    otherwise = assumed("article_prompt_build_cost", units) if basis == "article" else by_hand
    weeks = stated(prompting, "improvement_weeks", "article_prompt_lead_time")
    return Option(
        id="improve",
        kind="improve",
        stands_in="keep",
        serving=replace(today.serving, tokens=Tokens(**{part: tokens[part] for part in PARTS_OF_A_REQUEST})),
        accuracy_at_start=accuracy,
        start=weeks / WEEKS_PER_MONTH,
        one_off=said(prompting, "build_cost", 0.0) + said(prompting, "improvement_cost", otherwise),
        upkeep_per_month=today.upkeep_per_month,
        migration_cost=today.migration_cost,
    )


def alternative(request: Request, name: str, modelled_accuracy: float) -> Option:
    """Return another way to prompt: what is not said is as prompted."""
    today = keep(request)
    place = next(found for found in request["prompting"]["alternatives"] if f"prompt:{found['name']}" == name)
    prices, batch_discount = prices_of(request, place) or (today.serving.prices, today.serving.batch_discount)
    tokens = {part: mean(count) for part, count in place.get("tokens", {}).items()}
    is_measured = "measured_accuracy" in place
    serving = replace(
        today.serving,
        tokens=replace(today.serving.tokens, **tokens),
        prices=prices,
        batch_discount=batch_discount,
        cache_hit_rate=said(place, "cache_hit_rate", today.serving.cache_hit_rate, "share"),
        invalid_output_rate=said(place, "invalid_output_rate", today.serving.invalid_output_rate, "share"),
    )
    return Option(
        id=name,
        kind="other_prompt",
        stands_in="keep",
        serving=serving,
        accuracy_at_start=measured(request, place["measured_accuracy"]) if is_measured else modelled_accuracy,
        start=said(place, "weeks", 0.0) / WEEKS_PER_MONTH,
        one_off=said(request["prompting"], "build_cost", 0.0) + said(place, "one_off_cost", 0.0),
        upkeep_per_month=today.upkeep_per_month + said(place, "running_cost_per_month", 0.0),
        migration_cost=today.migration_cost,
    )


def option_of(request: Request, answer: Answer, found: Answer) -> Option:
    """Return the facts of one option of an answer."""
    name, kind = found["id"], found["kind"]
    modelled = taken(answer, name, "accuracy_at_start")[0]
    if kind == "keep":
        return keep(request)
    if kind == "improve":
        return improved(request, found, modelled)
    if kind == "other_prompt":
        return alternative(request, name, modelled)
    if kind == "in_service":
        modelled = measured(request, request["fine_tuning"]["pilots"][-1])
    return fine_tune(request, prompted(request), found, modelled)


def facts_of(request: Request, answer: Answer) -> Case:
    """Return the auditor's facts of a request, of every option that the answer gives figures of."""
    world = world_of(request)
    options = []
    for found in answer["options"]:
        if found["is_feasible"]:
            option = option_of(request, answer, found)
            migrations = in_months(taken(answer, option.id, "migrations"), world.horizon_months)
            options.append(replace(option, migrations=migrations))
    return Case(world=world, options=tuple(options))
