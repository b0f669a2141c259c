"""Chapter of the ledger: the volume, the tokens of a request and what they cost."""

from __future__ import annotations

from models import arithmetic, cost, finance, timeline
from service.assessment.ledger.inputs import Inputs
from service.assessment.ledger.line import Chapter, Line


class Requests(Chapter):
    """How many requests there are, and what one costs."""

    # fmt: off
    requests = Line(
        "requests", "Requests expected in each month: the volume of month 1, grown month by month.", timeline.volume,
        reads=(Inputs.requests_per_month, Inputs.growth_per_month, Inputs.months), parts=("cash_flows.requests",),
    )
    mean_requests_per_second = Line(
        "requests/second", "The monthly volume of month 1 as an even flow; decides how warm the prompt cache stays.",
        cost.requests_per_second, reads=(Inputs.requests_per_month,),
    )
    peak_requests_per_second = Line(
        "requests/second", "The busiest flow to be served, which dedicated capacity must be bought for.",
        arithmetic.multiply, reads=(mean_requests_per_second, Inputs.peak_to_average),
    )
    discount_factors = Line(
        "share", "What one unit of money paid at the end of each month is worth today.", finance.discount_factors,
        reads=(Inputs.discount_rate, Inputs.months),
    )
    price_factors = Line(
        "ratio", "Inference prices of each month over today's; 1 throughout when no price decline is expected.",
        timeline.price_factor, reads=(Inputs.price_decline_per_year, Inputs.months),
    )
    prompt_input_tokens = Line(
        "tokens",
        "Tokens sent with one request under the prompt: instruction and payload, cached or not; picks the price tier.",
        arithmetic.add, reads=(Inputs.prompt_instruction_tokens, Inputs.prompt_payload_tokens),
    )
    prompt_input_price = Line(
        "currency/1M tokens", "Price of uncached input tokens that holds for a request of this size.",
        cost.price_in_tier, reads=(prompt_input_tokens, Inputs.prompt_tier_starts, Inputs.prompt_tier_input_prices),
    )
    prompt_output_price = Line(
        "currency/1M tokens", "Price of output tokens that holds for a request of this size.", cost.price_in_tier,
        reads=(prompt_input_tokens, Inputs.prompt_tier_starts, Inputs.prompt_tier_output_prices),
    )
    prompt_cache_read_price = Line(
        "currency/1M tokens", "Price of instruction tokens served from the provider's prompt cache.",
        cost.price_in_tier,
        reads=(prompt_input_tokens, Inputs.prompt_tier_starts, Inputs.prompt_tier_cache_read_prices),
    )
    prompt_cache_write_price = Line(
        "currency/1M tokens", "Price of instruction tokens put into the cache on a miss.", cost.price_in_tier,
        reads=(prompt_input_tokens, Inputs.prompt_tier_starts, Inputs.prompt_tier_cache_write_prices),
    )
    prompt_cache_hit_rate = Line(
        "share", "Share of requests whose instruction is found in the cache and paid at the lower read price.",
        cost.cache_hit_rate,
        reads=(Inputs.prompt_instruction_tokens, mean_requests_per_second, Inputs.cache_time_to_live,
               Inputs.prompt_min_cacheable_tokens, Inputs.prompt_cache_priced),
        field="/prompting/cache_hit_rate", column=16, family="share", parts=("costs.prompt_cache_hit_rate",),
    )
    prompt_cost_per_request = Line(
        "currency/request",
        "Token cost of one answered request with the prompt as it is, retries, batch and cache included.",
        cost.cost_per_request,
        reads=(Inputs.prompt_instruction_tokens, Inputs.prompt_payload_tokens, Inputs.prompt_output_tokens,
               prompt_cache_hit_rate, prompt_input_price, prompt_output_price, prompt_cache_read_price,
               prompt_cache_write_price, Inputs.batch_share, Inputs.prompt_batch_discount,
               Inputs.prompt_invalid_output_rate),
        parts=("costs.prompting.token_cost_per_request", "costs.improved_prompt.token_cost_per_request"),
    )
    uncached_cost_per_request = Line(
        "currency/request",
        "Token cost of one request with every input token at full price: shows what caching saves.",
        cost.uncached_cost_per_request,
        reads=(Inputs.prompt_instruction_tokens, Inputs.prompt_payload_tokens, Inputs.prompt_output_tokens,
               prompt_input_price, prompt_output_price, Inputs.batch_share, Inputs.prompt_batch_discount,
               Inputs.prompt_invalid_output_rate),
        parts=("costs.prompting_without_cache.token_cost_per_request",),
    )
    tuned_instruction_tokens = Line(
        "tokens", "Instruction tokens still sent after fine-tuning; the rest has moved into the weights.",
        arithmetic.multiply, reads=(Inputs.prompt_instruction_tokens, Inputs.tuned_instruction_share),
        field="/fine_tuning/tokens/instruction", column=30,
    )
    tuned_payload_tokens = Line(
        "tokens", "What differs from request to request, as sent to the fine-tune; as prompted unless stated.",
        arithmetic.same_as, reads=(Inputs.prompt_payload_tokens,), field="/fine_tuning/tokens/payload", column=32,
    )
    tuned_output_tokens = Line(
        "tokens", "Tokens the fine-tune writes per request; as prompted unless stated.", arithmetic.same_as,
        reads=(Inputs.prompt_output_tokens,), field="/fine_tuning/tokens/output", column=33,
    )
    tuned_cache_hit_rate = Line(
        "share", "Share of the fine-tune's requests whose instruction is found in the cache.", cost.cache_hit_rate,
        reads=(tuned_instruction_tokens, mean_requests_per_second, Inputs.cache_time_to_live,
               Inputs.tuned_min_cacheable_tokens, Inputs.tuned_cache_priced),
        field="/fine_tuning/cache_hit_rate", column=34, family="share", parts=("costs.fine_tuning_cache_hit_rate",),
    )
    tuned_cost_per_request = Line(
        "currency/request", "Token cost of one answered request served by the fine-tune.", cost.cost_per_request,
        reads=(tuned_instruction_tokens, tuned_payload_tokens, tuned_output_tokens, tuned_cache_hit_rate,
               Inputs.tuned_input_price, Inputs.tuned_output_price, Inputs.tuned_cache_read_price,
               Inputs.tuned_cache_write_price, Inputs.batch_share, Inputs.tuned_batch_discount,
               Inputs.tuned_invalid_output_rate),
        parts=("costs.fine_tuning.token_cost_per_request",),
    )
    first_price_factor = Line(
        "ratio", "Price factor of month 1, which run rates are stated at.", arithmetic.first_month,
        reads=(price_factors,),
    )
    instruction_cost_share = Line(
        "share", "Part of a prompted request's token cost that its instruction makes up.", cost.instruction_share,
        reads=(Inputs.prompt_instruction_tokens, Inputs.prompt_payload_tokens, Inputs.prompt_output_tokens,
               prompt_cache_hit_rate, prompt_input_price, prompt_output_price, prompt_cache_read_price,
               prompt_cache_write_price),
        parts=("verdict.reasons",),
    )
