"""The corners that the random requests have to visit, each with the requests that stand in it.

| corner | why it is one |
|---|---|
| volume, growth, discounting, prices | zero volume, no growth, r = 0 are limits that hold exactly; prices fall, rise or stay |
| currency | only fields in USD are converted |
| costs | stated, planned or bottom-up; the article's ranges |
| clocks | no retraining, one beyond the horizon, last training, start at once, an end within the lead time |
| ends, limits | too long; known or drawn; migrate, revert, best; no successor; redeployment of hosted open weights; never |
| hosting | by tokens, by requests, by use, batch only, shared, a stated bill, rented GPUs |
| caching | given, derived, without a price, too short |
| labels | people, a teacher, logs; missing ones, and their pace; noise |
| accuracy | all right, none right, stale, off the task, knowledge with the payload |
| prompts | other ways to prompt, their running cost; a shutdown inside the horizon; texts |
| in service | with and without an end |
| errors | free, unvalued, valued |
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from audit.assumed import months_until
from audit.calculation import is_before
from audit.cases_at_random import CHEAPER, HOSTED, RENTED, Request
from audit.facts import keep, world_of
from audit.facts_of_fine_tunes import Terms, lead_time, missing_labels, terms_of

Predicate = Callable[[Request], bool]


def _tuning(request: Request, name: str) -> Any:
    return request["fine_tuning"].get(name)


def _terms(request: Request) -> Terms | None:
    """Return the terms of the offer that the request means; None: whatever the catalogue has."""
    tuning = request["fine_tuning"]
    if "base_model" not in tuning and "prices" not in tuning.get("offer", {}):
        return None
    return terms_of(request, {"id": "tune", "offer": tuning.get("base_model")})


def _term(request: Request, name: str) -> Any:
    terms = _terms(request)
    return None if terms is None else terms.of(name)


def _life(request: Request) -> str | None:
    terms = _terms(request)
    return None if terms is None else terms.lifetime_class


def _is_in(request: Request, date: Any) -> bool:
    return is_before(months_until(date), world_of(request).horizon_months)


def _ends(request: Request) -> bool:
    """Return whether the meant offer has an end that is known, after the lead time and inside the horizon."""
    end = _term(request, "shutdown_date")
    return _is_in(request, end) and is_before(lead_time(request), months_until(end))


def _is_drawn(request: Request) -> bool:
    return _life(request) == "proprietary" and _term(request, "shutdown_date") is None


def _is_own(request: Request) -> bool:
    terms = _terms(request)
    return terms is not None and terms.is_own


def _alternatives(request: Request) -> list[Request]:
    return list(request["prompting"].get("alternatives", []))


def _is_cached(request: Request) -> bool:
    option = keep(request)
    return option.serving.prices.cache_read is not None


def _is_by(request: Request, name: str) -> bool:
    return _is_own(request) and name in request["fine_tuning"]["offer"]


CORNERS: dict[str, Predicate] = {
    "zero volume": lambda r: world_of(r).requests_per_month == 0,
    "growth": lambda r: world_of(r).growth_per_month > 0,
    "shrinking": lambda r: world_of(r).growth_per_month < 0,
    "growth that is not known": lambda r: world_of(r).growth_spread > 0,
    "no growth": lambda r: world_of(r).growth_per_month == 0,
    "undiscounted": lambda r: world_of(r).discount_rate == 0,
    "price decline": lambda r: world_of(r).price_decline_per_year > 0,
    "price rise": lambda r: world_of(r).price_decline_per_year < 0,
    "currency": lambda r: "units_per_usd" in r["finance"],
    "article's basis": lambda r: r["finance"].get("cost_basis") == "article" and "build_cost" not in r["fine_tuning"],
    "build cost stated": lambda r: "build_cost" in r["fine_tuning"],
    "build planned": lambda r: "build_plan" in r["fine_tuning"],
    "build bottom-up": lambda r: not {"build_cost", "build_plan"} & set(r["fine_tuning"]),
    "retraining stated": lambda r: "cost" in r["fine_tuning"]["retraining"],
    "retraining planned": lambda r: "plan" in r["fine_tuning"]["retraining"],
    "no retraining": lambda r: r["fine_tuning"]["retraining"].get("interval_months") == 1200,
    "many retrainings": lambda r: r["fine_tuning"]["retraining"].get("interval_months") == 0.25,
    "last training binds": lambda r: _is_in(r, _term(r, "last_training_date")),
    "no lead time": lambda r: lead_time(r) == 0,
    "lead time beyond the horizon": lambda r: lead_time(r) >= world_of(r).horizon_months,
    "known end within the lead time": lambda r: months_until(_term(r, "shutdown_date")) <= lead_time(r),
    "drawn end likely within the lead time": lambda r: _is_drawn(r) and lead_time(r) > 20,
    "drawn end": _is_drawn,
    "known end, reverts": lambda r: _ends(r) and _tuning(r, "on_shutdown") == "revert",
    "known end, migrates": lambda r: _ends(r) and _tuning(r, "on_shutdown") == "migrate",
    "known end, best stated": lambda r: _ends(r) and _tuning(r, "on_shutdown") == "best",
    "known end, unsaid": lambda r: _ends(r) and _tuning(r, "on_shutdown") is None,
    "no successor": lambda r: _term(r, "has_successor") is False,
    "closed to new customers": lambda r: _tuning(r, "base_model") == "openai/gpt-4.1-mini",
    "limit of length": lambda r: (
        (_term(r, "context_window_tokens") or math.inf) < 1000
        or (_term(r, "max_training_example_tokens") or math.inf) < 1000
    ),
    "hosted open weights": lambda r: _tuning(r, "base_model") == HOSTED,
    "hosted open weights that end": lambda r: _life(r) == "open_weights_hosted" and _ends(r),
    "rented GPUs": lambda r: _tuning(r, "base_model") == RENTED,
    "own, by tokens": lambda r: _is_by(r, "tokens_per_second_per_replica"),
    "own, by requests": lambda r: _is_by(r, "requests_per_second_per_replica"),
    "own, never ends": lambda r: _is_own(r) and _life(r) == "self_hosted" and _term(r, "shutdown_date") is None,
    "whatever the catalogue has": lambda r: _terms(r) is None,
    "scale to zero": lambda r: _is_own(r) and _life(r) == "self_hosted" and bool(_term(r, "scale_to_zero")),
    "batch only": lambda r: world_of(r).batch_share == 1,
    "batch in part": lambda r: 0 < world_of(r).batch_share < 1,
    "fine-tune has a batch discount": lambda r: world_of(r).batch_share > 0 and bool(_term(r, "batch_discount")),
    "hosting shared": lambda r: _tuning(r, "hosting_share") == 0.1,
    "hosting bill stated": lambda r: "hosting_cost_per_month" in r["fine_tuning"],
    "trained by the hour": lambda r: _term(r, "training_hours") is not None,
    "cache given": lambda r: "cache_hit_rate" in r["prompting"],
    "cache derived": lambda r: "cache_hit_rate" not in r["prompting"] and _is_cached(r),
    "cache without a price": lambda r: "cache_hit_rate" not in r["prompting"] and not _is_cached(r),
    "invalid outputs": lambda r: bool(r["prompting"].get("invalid_output_rate")),
    "label noise": lambda r: bool(_tuning(r, "label_noise")),
    "teacher": lambda r: _tuning(r, "label_source") == "teacher",
    "teacher with a price": lambda r: bool({"prices", "base_model"} & set(r["fine_tuning"].get("teacher", {}))),
    "logs": lambda r: _tuning(r, "label_source") == "logs",
    "labels missing": lambda r: missing_labels(r["fine_tuning"]) > 0,
    "labels enough": lambda r: missing_labels(r["fine_tuning"]) == 0,
    "pace of labelling": lambda r: missing_labels(r["fine_tuning"]) > 0 and "labels_per_week" in r["fine_tuning"],
    "all right": lambda r: keep(r).accuracy_at_start > 0.94,
    "none right": lambda r: keep(r).accuracy_at_start < 0.01,
    "stale": lambda r: "knowledge_half_life_months" in r["task"] and not r["task"].get("knowledge_in_payload"),
    "knowledge in the payload": lambda r: bool(r["task"].get("knowledge_in_payload")),
    "off the task": lambda r: bool(_tuning(r, "off_task_share")),
    "another prompt, cheaper": lambda r: any(a.get("base_model") == CHEAPER for a in _alternatives(r)),
    "another prompt, running cost": lambda r: any("running_cost_per_month" in a for a in _alternatives(r)),
    "another prompt, later": lambda r: any(a.get("weeks") for a in _alternatives(r)),
    "another prompt, not measured": lambda r: any("measured_accuracy" not in a for a in _alternatives(r)),
    "prompt is shut down": lambda r: _is_in(r, r["prompting"].get("shutdown_date")),
    "prompt to be built": lambda r: "build_cost" in r["prompting"],
    "maintenance stated": lambda r: "maintenance_cost_per_month" in r["prompting"],
    "monitoring alone stated": lambda r: (
        "monitoring_cost_per_month" in r["fine_tuning"] and "maintenance_cost_per_month" not in r["prompting"]
    ),
    "improves at once": lambda r: r["prompting"].get("improvement_weeks") == 0,
    "texts": lambda r: "texts" in r["prompting"],
    "in service": lambda r: bool(_tuning(r, "in_service")),
    "in service, with an end": lambda r: bool(_tuning(r, "in_service")) and _is_in(r, _term(r, "shutdown_date")),
    "in service, without a known end": lambda r: bool(_tuning(r, "in_service")) and _term(r, "shutdown_date") is None,
    "in service, trained long ago": lambda r: "last_trained_date" in r["fine_tuning"],
    "errors free": lambda r: r["finance"].get("error_cost") == 0,
    "errors not valued": lambda r: "error_cost" not in r["finance"],
    "errors cost": lambda r: bool(r["finance"].get("error_cost")),
}
