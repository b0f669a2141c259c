"""The plain numbers that an auditor would read from a request about a fine-tune: its offer, its projects, its life."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from audit.assumed import GPUS, LISTED, OFFERS, assumed, mean, months_until, prices_at, said, stated, units_per_usd
from audit.calculation import WEEKS_PER_MONTH, is_before
from audit.cases_at_random import Request
from audit.figures import Hosting, Option, Prices, Project, Run, Serving, Tokens

Answer = dict[str, Any]
TOKENS_PER_PRICE = 1_000_000
BY_TOKENS, BY_REQUESTS = "tokens_per_second_per_replica", "requests_per_second_per_replica"


@dataclass(frozen=True, kw_only=True)
class Prompted:
    """Hold what a fine-tune takes over from the prompt."""

    tokens: Tokens
    upkeep_of_a_fine_tune: float
    regraded_trials: float  # §6: after a retraining or a move
    cost_per_trial: float


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Hold the terms of an offer: those of its entry, overridden by what the caller states of it."""

    entry: dict[str, Any]  # empty for an offer of the caller's own
    offer: dict[str, Any]  # empty where the caller states nothing of it
    is_own: bool
    is_meant: bool  # the caller's own offer, or the one that is named

    def of(self, name: str, otherwise: Any = None) -> Any:
        """Return one term."""
        return self.offer.get(name, self.entry.get(name, otherwise))

    @property
    def capacity(self) -> dict[str, float]:
        """Return what a replica serves, by tokens or by requests: stated, else that of the entry; empty for an adapter."""
        for name in (BY_TOKENS, BY_REQUESTS):
            if name in self.offer:
                return {name: mean(self.offer[name])}
        if f"{BY_TOKENS}_low" in self.entry:
            return {BY_TOKENS: mean({end: self.entry[f"{BY_TOKENS}_{end}"] for end in ("low", "high")})}
        return {BY_TOKENS: mean(self.entry[BY_TOKENS])} if BY_TOKENS in self.entry else {}

    @property
    def scales_to_zero(self) -> bool:
        """Return whether its replicas are paid for only while they work."""
        return bool(self.offer.get("scale_to_zero", self.entry.get("hosting_kind") == "scale_to_zero"))

    @property
    def longest_example(self) -> float:
        """Return the most tokens of a training example."""
        return float(
            self.of("max_training_example_tokens", self.entry.get("longest_training_example_tokens", math.inf))
        )

    @property
    def is_training_priced(self) -> bool:
        """Return whether a training run can be priced (§13); what the caller's own offer leaves out is free."""
        by_hour = "gpu" in self.entry or (self.of("training_usd_per_hour") and self.of("training_hours"))
        return bool(self.is_own or by_hour or self.of("training_usd_per_mtok") is not None)

    @property
    def lifetime_class(self) -> str:
        """Return whose life the base model has (§3)."""
        if not self.is_own:
            return str(self.entry["lifetime_class"])
        prices = self.offer["prices"]
        is_free = prices["input_usd_per_mtok"] == 0 == prices["output_usd_per_mtok"]
        return "self_hosted" if is_free or self.capacity else "proprietary"


def terms_of(request: Request, found: Answer) -> Terms:
    """Return the terms of the offer of an option."""
    tuning = request["fine_tuning"]
    offer, meant = tuning.get("offer", {}), tuning.get("base_model")
    name = found.get("offer") or (None if found["id"] == "tune:own" else meant)
    if name in (None, "own"):
        return Terms(entry={}, offer=offer, is_own=True, is_meant=True)
    is_meant = name == meant
    return Terms(entry=OFFERS[name], offer=offer if is_meant else {}, is_own=False, is_meant=is_meant)


def prices_of(request: Request, terms: Terms) -> Prices:
    """Return the token prices: stated ones as they are, those of the catalogue less the vendor's discount (§4)."""
    units, kept = units_per_usd(request), 1.0 - request["finance"].get("vendor_discount", 0.0)
    source, scale = (terms.offer["prices"], units) if "prices" in terms.offer else (terms.entry, units * kept)
    return prices_at(source, scale)


def serving_of(request: Request, like: Prompted, terms: Terms) -> Serving:
    """Return what one request to the fine-tune takes (§4)."""
    tuning = request["fine_tuning"]
    tokens = tuning.get("tokens", {})
    shorter = like.tokens.instruction * assumed("tuned_instruction_share")
    return Serving(
        tokens=Tokens(
            instruction=said(tokens, "instruction", shorter),
            payload=said(tokens, "payload", like.tokens.payload),
            output=said(tokens, "output", like.tokens.output),
        ),
        prices=prices_of(request, terms),
        cache_hit_rate=said(tuning, "cache_hit_rate", None, "share"),
        min_cacheable_tokens=terms.of("min_cacheable_tokens", assumed("min_cacheable_tokens")),
        cache_time_to_live_seconds=assumed("cache_time_to_live"),
        cache_hit_ceiling=assumed("cache_hit_ceiling"),
        batch_discount=terms.of("batch_discount", 0.0),  # §4: 0 where fine-tunes cannot be batched
        invalid_output_rate=stated(tuning, "invalid_output_rate", "invalid_output_rate"),
    )


def gpu_price(request: Request, terms: Terms) -> float:
    """Return what an hour of the offer's GPU costs; 0 where it rents none."""
    name = terms.entry.get("gpu")
    return mean(GPUS[name]["usd_per_hour"]) * units_per_usd(request) if name else 0.0


def hosting_of(request: Request, terms: Terms) -> Hosting:
    """Return what keeping it ready takes (§6)."""
    tuning, units = request["fine_tuning"], units_per_usd(request)
    rented = gpu_price(request, terms) * terms.entry.get("gpus_per_replica", 0)
    stated_fee = terms.of("hosting_usd_per_hour")
    return Hosting(
        bill_per_month=said(tuning, "hosting_cost_per_month", None) if terms.is_meant else None,
        fee_per_hour=rented if stated_fee is None else stated_fee * units,
        storage_per_month=terms.of("storage_usd_per_month", 0.0) * units,
        share=tuning.get("hosting_share", 1.0),
        utilisation=assumed("replica_utilisation"),
        minimum_replicas=terms.of("minimum_replicas", 1),
        scales_to_zero=terms.scales_to_zero,
        **terms.capacity,
    )


def planned_examples(tuning: Request) -> float:
    """Return how many examples it is planned with (§6)."""
    at_least = assumed("article_enough_examples")
    return float(tuning.get("target_examples", max(tuning.get("labelled_examples", 0), at_least)))


def missing_labels(tuning: Request) -> float:
    """Return how many labels are still to be had (§6)."""
    return max(0.0, planned_examples(tuning) - float(tuning.get("labelled_examples", 0)))


def run_of(request: Request, terms: Terms) -> Run:
    """Return what one training run takes (§6)."""
    units, per_mtok = units_per_usd(request), terms.entry.get("training_gpu_hours_per_mtok", 0.0)
    hourly = terms.of("training_usd_per_hour")
    return Run(
        planned_examples=planned_examples(request["fine_tuning"]),
        epochs=stated(request["fine_tuning"].get("build_plan", {}), "epochs", "tuned_epochs"),
        price_per_mtok=terms.of("training_usd_per_mtok", 0.0) * units,
        minimum_charge=terms.of("minimum_charge_usd", 0.0) * units,
        hours=terms.of("training_hours"),
        hours_per_mtok=mean(per_mtok),
        price_per_hour=gpu_price(request, terms) if hourly is None else hourly * units,
    )


def cost_per_label(request: Request, like: Prompted) -> float:
    """Return what one label costs, whoever labels (§6)."""
    tuning, units = request["fine_tuning"], units_per_usd(request)
    by_hand = assumed(f"cost_per_example_{request['task'].get('kind', 'other')}", units)
    source, teacher = tuning.get("label_source", "human"), tuning.get("teacher", {})
    if source == "human":
        return by_hand
    if source == "logs":
        return 0.0
    kept = 1.0 - request["finance"].get("vendor_discount", 0.0)
    tokens_in = like.tokens.instruction + like.tokens.payload
    prices = None
    if "prices" in teacher:
        prices = prices_at(teacher["prices"], units)
    elif "base_model" in teacher:
        prices = prices_at(LISTED[teacher["base_model"]], units * kept)
    by_teacher = assumed("teacher_cost_per_example", units)
    if prices is not None:
        by_teacher = (tokens_in * prices.input + like.tokens.output * prices.output) / TOKENS_PER_PRICE
    return by_teacher + stated(teacher, "checked_share", "teacher_checked_share") * by_hand


def project_of(request: Request, like: Prompted, stated_plan: Request | None, *, is_retraining: bool) -> Project:
    """Return a build, or a retraining, from the bottom up: what a plan states, and what is assumed of the rest (§6)."""
    tuning, units, plan = request["fine_tuning"], units_per_usd(request), stated_plan or {}
    first = tuning.get("build_plan", {})  # §6: label cost and epochs of a retraining are those of the build
    label = said(first, "cost_per_example", cost_per_label(request, like))
    anew = planned_examples(tuning) * assumed("retraining_label_share")
    return Project(
        hours=stated(plan, "engineering_hours", "retraining_hours" if is_retraining else "tuned_project_hours"),
        hourly_rate=stated(plan, "hourly_rate", "hourly_rate", units),
        labels=said(plan, "examples_to_label", anew if is_retraining else missing_labels(tuning)),
        cost_per_label=said(plan, "cost_per_example", label),
        epochs=stated({**first, **plan}, "epochs", "tuned_epochs"),
        runs=stated(plan, "training_runs", "retraining_runs" if is_retraining else "tuned_training_runs"),
        trials=like.regraded_trials if is_retraining and stated_plan is None else 0.0,
        cost_per_trial=like.cost_per_trial,
    )


def build_of(request: Request, like: Prompted) -> float | Project:
    """Return the one-off cost of the first fine-tune (§6)."""
    tuning, units = request["fine_tuning"], units_per_usd(request)
    if "build_cost" in tuning:
        return mean(tuning["build_cost"])
    if "build_plan" not in tuning and request["finance"].get("cost_basis") == "article":
        return assumed("article_fine_tuning_build_cost", units)
    return project_of(request, like, tuning.get("build_plan"), is_retraining=False)


def retraining_of(request: Request, like: Prompted) -> float | Project:
    """Return the cost of one retraining (§6)."""
    retraining, units = request["fine_tuning"]["retraining"], units_per_usd(request)
    if "cost" in retraining:
        return mean(retraining["cost"])
    if "plan" not in retraining and request["finance"].get("cost_basis") == "article":
        return assumed("article_training_run_cost", units)
    return project_of(request, like, retraining.get("plan"), is_retraining=True)


def lead_time(request: Request) -> float:
    """Return the months until the fine-tune serves (§3)."""
    tuning = request["fine_tuning"]
    if "lead_time_weeks" in tuning:
        return mean(tuning["lead_time_weeks"]) / WEEKS_PER_MONTH
    article = request["finance"].get("cost_basis") == "article"
    weeks = assumed("article_fine_tuning_lead_time" if article else "tuned_lead_time")
    if tuning.get("label_source", "human") == "human":
        weeks += missing_labels(tuning) / stated(tuning, "labels_per_week", "labels_per_week")
    return weeks / WEEKS_PER_MONTH


def known_retirement(terms: Terms, found: Answer) -> float:
    """Return the months to a stated end, else to that of the catalogue; a drawn one is not known (§3)."""
    date = terms.of("shutdown_date")
    life = found.get("lifetime", {})
    if date is None and life.get("origin") in ("stated", "catalogue"):
        date = life["retires_on"]  # of the base model, or of the prompt's, where the offer says nothing of its own
    return months_until(date)


def needs_training_price(request: Request, like: Prompted) -> bool:
    """Return whether a training run is a part of what a build or a retraining costs (§13)."""
    projects = (build_of(request, like), retraining_of(request, like))
    return any(isinstance(project, Project) for project in projects[bool(request["fine_tuning"].get("in_service")) :])


def obstacles(request: Request, like: Prompted, found: Answer) -> list[str]:
    """Return why a fine-tune is infeasible (§3)."""
    tuning, terms = request["fine_tuning"], terms_of(request, found)
    is_inside = bool(tuning.get("is_existing_customer") or tuning.get("in_service"))
    begins, closes = (months_until(terms.entry.get(f"new_customers_{name}")) for name in ("from", "until"))
    horizon = stated(request["volume"], "horizon_months", "horizon_months")
    ends = terms.lifetime_class != "open_weights_hosted"  # §3: those are redeployed
    start, end = lead_time(request), known_retirement(terms, found)
    tokens = serving_of(request, like, terms).tokens.total
    reasons = {
        "closed": not is_inside and (closes < 0 or 0 < begins < math.inf),
        "no longer trained": months_until(terms.of("last_training_date")) < 0 or end <= 0,
        "ends before it serves": ends and not is_before(start, end),
        "serves after the horizon": not is_before(start, horizon),
        "too long to serve": tokens > terms.of("context_window_tokens", math.inf),
        "too long to train": tokens > terms.longest_example,
        "not priced": needs_training_price(request, like) and not terms.is_training_priced,
    }
    return [reason for reason, holds in reasons.items() if holds]


def fine_tune(request: Request, like: Prompted, found: Answer, accuracy: float) -> Option:
    """Return a fine-tune; one in service is built already, and its knowledge counts from its last training."""
    task, tuning, units = request["task"], request["fine_tuning"], units_per_usd(request)
    terms, life, in_service = terms_of(request, found), found.get("lifetime", {}), found["kind"] == "in_service"
    serves_on = terms.lifetime_class == "open_weights_hosted"
    off_task = stated(tuning, "off_task_share", "off_task_share")
    drop = stated(tuning, "forgetting_drop", "forgetting_drop")
    comes_along = bool(task.get("knowledge_in_payload"))
    drawn_end = found["timeline"]["end_month"] if life.get("origin") == "drawn" else math.inf
    interval = stated(tuning["retraining"], "interval_months", "article_retraining_interval")
    last_trained = tuning.get("last_trained_date") if in_service else None
    return Option(
        id=found["id"],
        kind=found["kind"],
        stands_in=found["stands_in"],
        serving=serving_of(request, like, terms),
        hosting=hosting_of(request, terms),
        accuracy_at_start=accuracy,
        start=0.0 if in_service else lead_time(request),
        one_off=0.0 if in_service else build_of(request, like),
        run=run_of(request, terms),
        upkeep_per_month=like.upkeep_of_a_fine_tune,
        migration_cost=assumed("redeployment_hours") * assumed("hourly_rate", units),
        migrates=not serves_on and life.get("on_shutdown") == "migrate",
        serves_on=serves_on,
        end=drawn_end,
        known_retirement=known_retirement(terms, found),
        last_training=months_until(terms.of("last_training_date")),
        interval=interval,
        age_at_start=0.0 if last_trained is None else -months_until(last_trained),
        retraining_cost=retraining_of(request, like),
        half_life=math.inf if comes_along else said(task, "knowledge_half_life_months", math.inf),
        off_task_share=off_task,
        forgetting_drop=drop if "forgetting_drop" in tuning or off_task else 0.0,
    )
