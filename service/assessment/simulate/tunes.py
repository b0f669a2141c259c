"""Fine-tuning offers as options: one at a time for the draws, all at once for the base case. Part of the second stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from models.arrays import Array
from service.assessment.case import Candidate, Case, Inputs, Option, Policy
from service.assessment.ledger.fold import Values, fold
from service.assessment.ledger.line import Line
from service.assessment.ledger.lines import Lines
from service.assessment.simulate.book import Folded
from service.assessment.simulate.draws import STARTS, expected_lives, flag, means, modelled, shared_means

T = TypeVar("T")

PRIOR = (Lines.prior_intercept, Lines.prior_weight, Lines.prior_level_variance)
"""What of an offer its accuracy depends on."""


def option_of(case: Case, candidate: Candidate) -> Option:
    """Return a fine-tune on one offer."""
    terms = {line: np.full((1, 1), number) for line, number in candidate.terms.items() if line not in candidate.ranges}
    inputs = Inputs(
        intervals={**_without(case.tuning.intervals, terms), **candidate.ranges},
        constants={**_without(case.tuning.constants, candidate.ranges), **terms},
    )
    return Option(
        id=f"tune:{candidate.id}",
        kind="fine_tune",
        name=candidate.name,
        base_model=candidate.base_model or None,
        inputs=inputs,
        life=candidate.life,
        shares_life=candidate.shares_life,
        rests_on=case.tunes_rest_on,
        policies=policies_of(case, candidate),
        price_source=candidate.source,
        price_checked=candidate.checked,
    )


def _without(values: Mapping[Line, T], others: Mapping[Line, object]) -> dict[Line, T]:
    return {line: value for line, value in values.items() if line not in others}


def policies_of(case: Case, candidate: Candidate) -> tuple[Policy, ...]:
    """Return what may be done when an offer's base model is retired.

    Where nothing ends, or the same weights go on elsewhere, there is nothing to choose; without a successor to train what
    stands in serves again.
    """
    if candidate.life.origin == "never" or candidate.life.serves_on:
        return ("migrate",)
    if not candidate.has_successor:
        return ("revert",)
    return case.shutdown_policies


def base_rows(case: Case, candidates: tuple[Candidate, ...], policies: tuple[Policy, ...]) -> Values:
    """Return the ledger inputs of fine-tunes at the base case, one row per offer, each with its policy; all state the same terms."""
    values = shared_means(case) | means(case.tuning)
    values |= {line: np.array([[offer.terms[line]] for offer in candidates]) for line in candidates[0].terms}
    values[Lines.migrates] = np.concatenate([flag(policy) for policy in policies])
    values[Lines.serves_on] = np.array([[float(candidate.life.serves_on)] for candidate in candidates])
    known: dict[tuple[float, ...], Array] = {}
    for candidate in candidates:
        key = tuple(candidate.terms[line] for line in PRIOR)
        if key not in known:
            known[key] = modelled(case, option_of(case, candidate))[Lines.accuracy_at_start]
    values[Lines.accuracy_at_start] = np.concatenate(
        [known[tuple(candidate.terms[line] for line in PRIOR)] for candidate in candidates]
    )
    start = float(fold(dict(values), "fine_tune", STARTS)[Lines.start_month].ravel()[0])
    lives = [
        expected_lives(candidate.life, policy, start, case.horizon_months)
        for candidate, policy in zip(candidates, policies, strict=True)
    ]
    for line in (Lines.retirements, Lines.migrations):
        values[line] = np.concatenate([life[line] for life in lives])
    return values


NOT_PRICED = {
    Lines.prompted_cost_per_request: np.full((1, 1), np.nan),
    Lines.cost_on_tuned_base: np.full((1, 1), np.nan),
}
"""Of an option whose base model nobody sells by the token to prompts, or that is no fine-tune."""


def priced_on_base(candidate: Candidate, keep: Folded) -> Values:
    """Return what the prompt as it is costs a request, here and on the base model of an offer; nan where it is not sold there.

    A hit rate of the cache that is stated holds there too.
    """
    prices, here = candidate.base_prices, keep.values[Lines.token_cost_per_request]
    if candidate.is_same_base:
        return {Lines.prompted_cost_per_request: here, Lines.cost_on_tuned_base: here}
    if prices is None:
        return NOT_PRICED
    there = {line: keep.values[line] for line in AS_PROMPTED if line in keep.values} | {
        Lines.tier_starts: prices.starts,
        Lines.tier_input_prices: prices.input,
        Lines.tier_output_prices: prices.output,
        Lines.tier_cache_read_prices: prices.cache_read,
        Lines.tier_cache_write_prices: prices.cache_write,
        Lines.cache_priced: np.asarray(float(prices.is_cache_priced)),
        Lines.min_cacheable_tokens: np.asarray(prices.min_cacheable_tokens),
    }
    if Lines.cache_hit_rate in keep.stated:
        there[Lines.cache_hit_rate] = keep.values[Lines.cache_hit_rate]
    cost = fold(there, "keep", frozenset({Lines.token_cost_per_request}))[Lines.token_cost_per_request]
    return {
        Lines.prompted_cost_per_request: here,
        Lines.cost_on_tuned_base: cost,
    }


AS_PROMPTED = (
    Lines.instruction_tokens, Lines.payload_tokens, Lines.output_tokens, Lines.requests_per_month,
    Lines.cache_time_to_live, Lines.cache_hit_ceiling, Lines.batch_share, Lines.batch_discount, Lines.invalid_output_rate,
)  # fmt: skip
"""What stays as it is where the prompt is priced on another base model."""
