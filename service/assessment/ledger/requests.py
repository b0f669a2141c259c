"""Chapter of the ledger: the volume, the tokens of a request and what they cost."""

from __future__ import annotations

from models import arithmetic, cost, finance, timeline
from service.assessment.ledger.line import PRICE_LIST, Chapter, Line


class Requests(Chapter):
    """How many requests there are, and what one costs."""

    # fmt: off
    months = Line("months", "The months of the assessment, 1 to the horizon; month 0 is the day of the decision.")
    requests_per_month = Line("requests/month", "Volume of month 1.", field="/volume/requests_per_month", column=7)
    growth_per_month = Line(
        "per month", "Relative growth of the volume from one month to the next.", field="/volume/growth_per_month",
        column=8, family="rate",
    )
    peak_to_average = Line("ratio", "Busiest flow of requests over the mean flow.", field="/volume/peak_to_average")
    discount_rate = Line(
        "per year", "What money could earn elsewhere in a year, as a decimal; later money counts less by it.",
        field="/finance/discount_rate",
    )
    price_decline_per_year = Line(
        "per year", "Yearly fall expected of inference prices.", field="/finance/price_decline_per_year", column=29,
        family="rate",
    )
    batch_share = Line(
        "share", "Share of requests that can wait and are sent at batch prices.", field="/prompting/batch_share",
    )
    cache_time_to_live = Line("seconds", "How long the provider keeps a prompt-cache entry after its last use.")
    prompt_instruction_tokens = Line(
        "tokens", "System prompt and few-shot examples of one request: the prefix that can be cached.",
        field="/prompting/tokens/instruction", column=14,
    )
    prompt_payload_tokens = Line(
        "tokens", "What differs from request to request.", field="/prompting/tokens/payload", column=13,
    )
    prompt_output_tokens = Line(
        "tokens", "Answer of one request, hidden reasoning included.", field="/prompting/tokens/output", column=15,
    )
    prompt_tier_starts = Line(
        "tokens", "Input sizes above which the provider's next price tier holds for the whole request.",
        origin=PRICE_LIST,
    )
    prompt_tier_input_prices = Line(
        "currency/1M tokens", "Input price in each tier.", field="/prompting/prices/input_usd_per_mtok",
        origin=PRICE_LIST,
    )
    prompt_tier_output_prices = Line(
        "currency/1M tokens", "Output price in each tier.", field="/prompting/prices/output_usd_per_mtok",
        origin=PRICE_LIST,
    )
    prompt_tier_cache_read_prices = Line(
        "currency/1M tokens", "Cache-read price in each tier.", field="/prompting/prices/cache_read_usd_per_mtok",
        origin=PRICE_LIST,
    )
    prompt_tier_cache_write_prices = Line(
        "currency/1M tokens", "Cache-write price in each tier.", field="/prompting/prices/cache_write_usd_per_mtok",
        origin=PRICE_LIST,
    )
    prompt_cache_priced = Line(
        "flag", "1 where the provider publishes a cache-read price; without one nothing is cached.",
    )
    prompt_min_cacheable_tokens = Line("tokens", "Shortest prefix the provider caches for the prompted base model.")
    prompt_batch_discount = Line("share", "What the batch interface takes off the prompt's token prices.")
    prompt_invalid_output_rate = Line(
        "share", "Share of the prompt's outputs that cannot be used and are asked for once more.",
        field="/prompting/invalid_output_rate",
    )
    tuned_instruction_share = Line(
        "share", "Part of the prompt's instruction tokens still needed after fine-tuning.",
        field="/fine_tuning/tokens/instruction", column=31, family="share",
    )
    tuned_input_price = Line(
        "currency/1M tokens", "Input price of the fine-tune.", field="/fine_tuning/offer/prices/input_usd_per_mtok",
    )
    tuned_output_price = Line(
        "currency/1M tokens", "Output price of the fine-tune.",
        field="/fine_tuning/offer/prices/output_usd_per_mtok",
    )
    tuned_cache_read_price = Line(
        "currency/1M tokens", "Cache-read price of the fine-tune.",
        field="/fine_tuning/offer/prices/cache_read_usd_per_mtok",
    )
    tuned_cache_write_price = Line(
        "currency/1M tokens", "Cache-write price of the fine-tune.",
        field="/fine_tuning/offer/prices/cache_write_usd_per_mtok",
    )
    tuned_cache_priced = Line("flag", "1 where the offer publishes a cache-read price; without one nothing is cached.")
    tuned_min_cacheable_tokens = Line("tokens", "Shortest prefix the provider caches for the fine-tune.")
    tuned_batch_discount = Line("share", "What the batch interface takes off the fine-tune's token prices.")
    tuned_invalid_output_rate = Line(
        "share", "Share of the fine-tune's outputs that cannot be used and are asked for once more.",
        field="/fine_tuning/invalid_output_rate",
    )
    requests = Line(
        "requests", "Requests expected in each month: the volume of month 1, grown month by month.", timeline.volume,
        reads=(requests_per_month, growth_per_month, months), parts=("cash_flows.requests",),
    )
    mean_requests_per_second = Line(
        "requests/second", "The monthly volume of month 1 as an even flow; decides how warm the prompt cache stays.",
        cost.requests_per_second, reads=(requests_per_month,),
    )
    peak_requests_per_second = Line(
        "requests/second", "The busiest flow to be served, which dedicated capacity must be bought for.",
        arithmetic.multiply, reads=(mean_requests_per_second, peak_to_average),
    )
    discount_factors = Line(
        "share", "What one unit of money paid at the end of each month is worth today.", finance.discount_factors,
        reads=(discount_rate, months),
    )
    price_factors = Line(
        "ratio", "Inference prices of each month over today's; 1 throughout when no price decline is expected.",
        timeline.price_factor, reads=(price_decline_per_year, months),
    )
    prompt_input_tokens = Line(
        "tokens",
        "Tokens sent with one request under the prompt: instruction and payload, cached or not; picks the price tier.",
        arithmetic.add, reads=(prompt_instruction_tokens, prompt_payload_tokens),
    )
    prompt_input_price = Line(
        "currency/1M tokens", "Price of uncached input tokens that holds for a request of this size.",
        cost.price_in_tier, reads=(prompt_input_tokens, prompt_tier_starts, prompt_tier_input_prices),
    )
    prompt_output_price = Line(
        "currency/1M tokens", "Price of output tokens that holds for a request of this size.", cost.price_in_tier,
        reads=(prompt_input_tokens, prompt_tier_starts, prompt_tier_output_prices),
    )
    prompt_cache_read_price = Line(
        "currency/1M tokens", "Price of instruction tokens served from the provider's prompt cache.",
        cost.price_in_tier,
        reads=(prompt_input_tokens, prompt_tier_starts, prompt_tier_cache_read_prices),
    )
    prompt_cache_write_price = Line(
        "currency/1M tokens", "Price of instruction tokens put into the cache on a miss.", cost.price_in_tier,
        reads=(prompt_input_tokens, prompt_tier_starts, prompt_tier_cache_write_prices),
    )
    prompt_cache_hit_rate = Line(
        "share", "Share of requests whose instruction is found in the cache and paid at the lower read price.",
        cost.cache_hit_rate,
        reads=(prompt_instruction_tokens, mean_requests_per_second, cache_time_to_live,
               prompt_min_cacheable_tokens, prompt_cache_priced),
        field="/prompting/cache_hit_rate", column=16, family="share", parts=("costs.prompt_cache_hit_rate",),
    )
    prompt_cost_per_request = Line(
        "currency/request",
        "Token cost of one answered request with the prompt as it is, retries, batch and cache included.",
        cost.cost_per_request,
        reads=(prompt_instruction_tokens, prompt_payload_tokens, prompt_output_tokens,
               prompt_cache_hit_rate, prompt_input_price, prompt_output_price, prompt_cache_read_price,
               prompt_cache_write_price, batch_share, prompt_batch_discount,
               prompt_invalid_output_rate),
        parts=("costs.prompting.token_cost_per_request", "costs.improved_prompt.token_cost_per_request"),
    )
    uncached_cost_per_request = Line(
        "currency/request",
        "Token cost of one request with every input token at full price: shows what caching saves.",
        cost.uncached_cost_per_request,
        reads=(prompt_instruction_tokens, prompt_payload_tokens, prompt_output_tokens,
               prompt_input_price, prompt_output_price, batch_share, prompt_batch_discount,
               prompt_invalid_output_rate),
        parts=("costs.prompting_without_cache.token_cost_per_request",),
    )
    tuned_instruction_tokens = Line(
        "tokens", "Instruction tokens still sent after fine-tuning; the rest has moved into the weights.",
        arithmetic.multiply, reads=(prompt_instruction_tokens, tuned_instruction_share),
        field="/fine_tuning/tokens/instruction", column=30,
    )
    tuned_payload_tokens = Line(
        "tokens", "What differs from request to request, as sent to the fine-tune; as prompted unless stated.",
        arithmetic.same_as, reads=(prompt_payload_tokens,), field="/fine_tuning/tokens/payload", column=32,
    )
    tuned_output_tokens = Line(
        "tokens", "Tokens the fine-tune writes per request; as prompted unless stated.", arithmetic.same_as,
        reads=(prompt_output_tokens,), field="/fine_tuning/tokens/output", column=33,
    )
    tuned_cache_hit_rate = Line(
        "share", "Share of the fine-tune's requests whose instruction is found in the cache.", cost.cache_hit_rate,
        reads=(tuned_instruction_tokens, mean_requests_per_second, cache_time_to_live,
               tuned_min_cacheable_tokens, tuned_cache_priced),
        field="/fine_tuning/cache_hit_rate", column=34, family="share", parts=("costs.fine_tuning_cache_hit_rate",),
    )
    tuned_cost_per_request = Line(
        "currency/request", "Token cost of one answered request served by the fine-tune.", cost.cost_per_request,
        reads=(tuned_instruction_tokens, tuned_payload_tokens, tuned_output_tokens, tuned_cache_hit_rate,
               tuned_input_price, tuned_output_price, tuned_cache_read_price,
               tuned_cache_write_price, batch_share, tuned_batch_discount,
               tuned_invalid_output_rate),
        parts=("costs.fine_tuning.token_cost_per_request",),
    )
    first_price_factor = Line(
        "ratio", "Price factor of month 1, which run rates are stated at.", arithmetic.first_month,
        reads=(price_factors,),
    )
    instruction_cost_share = Line(
        "share", "Part of a prompted request's token cost that its instruction makes up.", cost.instruction_share,
        reads=(prompt_instruction_tokens, prompt_payload_tokens, prompt_output_tokens,
               prompt_cache_hit_rate, prompt_input_price, prompt_output_price, prompt_cache_read_price,
               prompt_cache_write_price),
        is_read=True,
    )
