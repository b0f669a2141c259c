"""Chapter of the ledger: the tokens of one request and what they cost."""

from __future__ import annotations

from models import arithmetic, cost
from service.assessment.ledger.accuracy import Accuracy
from service.assessment.ledger.line import PRICE_LIST, Chapter, Line, Own
from service.assessment.ledger.volume import Volume


class Requests(Chapter):
    """What one request sends, what of it is cached, and its price."""

    # fmt: off
    prompted_instruction_tokens = Line(
        "tokens", "System prompt and few-shot examples of the prompt as it is: the prefix that can be cached.",
        field="/prompting/tokens/instruction", column=14,
    )
    prompted_payload_tokens = Line(
        "tokens", "What differs from request to request, with the prompt as it is.", field="/prompting/tokens/payload",
        column=13,
    )
    prompted_output_tokens = Line(
        "tokens", "Answer of one request with the prompt as it is, hidden reasoning included.",
        field="/prompting/tokens/output", column=15,
    )
    instruction_share = Line(
        "share", "Part of the prompt's instruction that is still sent; 1 for a prompt.",
        field={"fine_tune": "/fine_tuning/tokens/instruction", "in_service": "/fine_tuning/tokens/instruction"},
        column={"fine_tune": 31, "in_service": 31}, family="share",
    )
    added_instruction_tokens = Line(
        "tokens", "Instruction tokens that a better prompt adds; in the base case by the chance that it is kept.",
        field="/prompting/improved_tokens/instruction", family="rate",
    )
    added_payload_tokens = Line(
        "tokens", "Payload tokens that a better prompt adds.", field="/prompting/improved_tokens/payload", family="rate",
    )
    added_output_tokens = Line(
        "tokens", "Output tokens that a better prompt adds, as reasoning before the answer does.",
        field="/prompting/improved_tokens/output", family="rate",
    )
    tier_starts = Line(
        "tokens", "Input sizes above which the provider's next price tier holds for the whole request.",
        origin=PRICE_LIST,
    )
    tier_input_prices = Line("currency/1M tokens", "Input price in each tier.", origin=PRICE_LIST)
    tier_output_prices = Line("currency/1M tokens", "Output price in each tier.", origin=PRICE_LIST)
    tier_cache_read_prices = Line("currency/1M tokens", "Cache-read price in each tier.", origin=PRICE_LIST)
    tier_cache_write_prices = Line("currency/1M tokens", "Cache-write price in each tier.", origin=PRICE_LIST)
    cache_priced = Line(
        "flag", "1 where the provider publishes a cache-read price; without one nothing is cached.",
    )
    min_cacheable_tokens = Line("tokens", "Shortest prefix the provider caches.")
    cache_time_to_live = Line("seconds", "How long the provider keeps a prompt-cache entry after its last use.")
    cache_hit_ceiling = Line(
        "share", "Share of requests that find the instruction in the cache however many are sent.", column=59,
        family="share",
    )
    batch_discount = Line("share", "What the batch interface takes off the token prices.")
    invalid_output_rate = Line(
        "share", "Share of outputs that cannot be used and are asked for once more.",
        field={
            "keep": "/prompting/invalid_output_rate", "improve": "/prompting/invalid_output_rate",
            "fine_tune": "/fine_tuning/invalid_output_rate", "in_service": "/fine_tuning/invalid_output_rate",
        },
        is_read=True,
    )
    instruction_tokens = Line(
        "tokens", "Instruction tokens of one request: the prefix that can be cached.", arithmetic.share_and_more,
        reads=(prompted_instruction_tokens, instruction_share, Accuracy.is_better, added_instruction_tokens),
        field={"fine_tune": "/fine_tuning/tokens/instruction", "in_service": "/fine_tuning/tokens/instruction"},
        column={"fine_tune": 30, "in_service": 30, "other_prompt": Own(4)}, parts=("options.tokens.instruction",),
    )
    payload_tokens = Line(
        "tokens", "What differs from request to request.", arithmetic.more,
        reads=(prompted_payload_tokens, Accuracy.is_better, added_payload_tokens),
        field={"fine_tune": "/fine_tuning/tokens/payload", "in_service": "/fine_tuning/tokens/payload"},
        column={"fine_tune": 32, "in_service": 32, "other_prompt": Own(5)}, parts=("options.tokens.payload",),
    )
    output_tokens = Line(
        "tokens", "Tokens written per request, hidden reasoning included.", arithmetic.more,
        reads=(prompted_output_tokens, Accuracy.is_better, added_output_tokens),
        field={"fine_tune": "/fine_tuning/tokens/output", "in_service": "/fine_tuning/tokens/output"},
        column={"fine_tune": 33, "in_service": 33, "other_prompt": Own(6)}, parts=("options.tokens.output",),
    )
    input_tokens = Line(
        "tokens", "Tokens sent with one request: instruction and payload, cached or not; picks the price tier.",
        arithmetic.add, reads=(instruction_tokens, payload_tokens),
    )
    tokens_per_request = Line(
        "tokens", "Tokens in and out of one request: what a replica's capacity is filled with.", arithmetic.add,
        reads=(instruction_tokens, payload_tokens, output_tokens),
    )
    input_price = Line(
        "currency/1M tokens", "Price of uncached input tokens that holds for a request of this size.",
        cost.price_in_tier, reads=(input_tokens, tier_starts, tier_input_prices), parts=("options.prices.input",),
    )
    output_price = Line(
        "currency/1M tokens", "Price of output tokens that holds for a request of this size.", cost.price_in_tier,
        reads=(input_tokens, tier_starts, tier_output_prices), parts=("options.prices.output",),
    )
    cache_read_price = Line(
        "currency/1M tokens", "Price of instruction tokens served from the provider's prompt cache.",
        cost.price_in_tier, reads=(input_tokens, tier_starts, tier_cache_read_prices),
        parts=("options.prices.cache_read",),
    )
    cache_write_price = Line(
        "currency/1M tokens", "Price of instruction tokens put into the cache on a miss.", cost.price_in_tier,
        reads=(input_tokens, tier_starts, tier_cache_write_prices), parts=("options.prices.cache_write",),
    )
    cache_hit_rate = Line(
        "share", "Share of requests whose instruction is found in the cache and paid at the lower read price.",
        cost.cache_hit_rate,
        reads=(instruction_tokens, Volume.mean_requests_per_second, cache_time_to_live, min_cacheable_tokens,
               cache_priced, cache_hit_ceiling),
        field={
            "keep": "/prompting/cache_hit_rate", "improve": "/prompting/cache_hit_rate",
            "fine_tune": "/fine_tuning/cache_hit_rate", "in_service": "/fine_tuning/cache_hit_rate",
        },
        column={"keep": 16, "improve": 16, "fine_tune": 34, "in_service": 34, "other_prompt": Own(7)}, family="share",
        parts=("options.tokens.cache_hit_rate",),
    )
    token_cost_per_request = Line(
        "currency/request", "Token cost of one answered request, retries, batch and cache included.",
        cost.cost_per_request,
        reads=(instruction_tokens, payload_tokens, output_tokens, cache_hit_rate, input_price, output_price,
               cache_read_price, cache_write_price, Volume.batch_share, batch_discount, invalid_output_rate),
        is_drawn=True, parts=("options.token_cost_per_request",),
    )
    uncached_cost_per_request = Line(
        "currency/request",
        "Token cost of one request with every input token at full price: shows what caching saves.",
        cost.uncached_cost_per_request,
        reads=(instruction_tokens, payload_tokens, output_tokens, input_price, output_price, Volume.batch_share,
               batch_discount, invalid_output_rate),
        parts=("options.tokens.cost_without_cache",),
    )
    instruction_cost_share = Line(
        "share", "Part of a request's token cost that its instruction makes up.", cost.instruction_share,
        reads=(instruction_tokens, payload_tokens, output_tokens, cache_hit_rate, input_price, output_price,
               cache_read_price, cache_write_price),
        is_read=True,
    )
    cost_on_tuned_base = Line(
        "currency/request", "Token cost of the prompt as it is, were it sent to the base model of this fine-tune.",
    )
    prompted_cost_per_request = Line("currency/request", "Token cost of a request with the prompt as it is.")
