"""Chapter of the ledger: how long a request takes."""

from __future__ import annotations

from models import arithmetic, latency
from service.assessment.ledger.costs import Costs
from service.assessment.ledger.line import Chapter, Line
from service.assessment.ledger.requests import Requests


class Latency(Chapter):
    """Time to the first token, to the whole answer, and how far single requests stray."""

    # fmt: off
    ttft_base = Line("seconds", "Time to the first token when almost nothing is sent.")
    ttft_per_input_token = Line("seconds/token", "Time added by reading one uncached input token.")
    ttft_cached_token_share = Line("share", "Time a cached token takes over that of an uncached one.")
    output_tokens_per_second = Line("tokens/second", "Speed at which the base model writes.")
    adapter_ttft_factor = Line("ratio", "How much later the first token comes when an adapter is served.")
    tuned_output_tokens_per_second = Line("tokens/second", "Speed at which the fine-tune writes.")
    base_ttft_factor = Line("ratio", "1: without an adapter nothing is slowed.")
    latency_sigma = Line("ratio", "How far single requests stray from the typical latency, on the log scale.",
                         field="/prompting/measured_latency")
    measured_p50 = Line("seconds", "Typical latency of the prompt as measured.", field="/prompting/measured_latency")
    is_same_base = Line("flag", "1 where the fine-tune starts from the base model that is prompted.")
    prompt_ttft = Line(
        "seconds",
        "Computed time until the first token of an answer with the prompt, before any measurement corrects it.",
        latency.ttft_seconds,
        reads=(Requests.prompt_instruction_tokens, Requests.prompt_payload_tokens, Requests.prompt_cache_hit_rate,
               ttft_base, ttft_per_input_token, ttft_cached_token_share,
               base_ttft_factor),
    )
    prompt_latency_scale = Line(
        "ratio", "Factor that brings the computed latency to the one measured; 1 without a measurement.",
        latency.scale_to_measured,
        reads=(measured_p50, prompt_ttft, Requests.prompt_output_tokens, output_tokens_per_second),
    )
    prompt_latency = Line(
        "seconds", "Typical (median) time until the whole answer is there, with the prompt.",
        latency.end_to_end_seconds,
        reads=(prompt_ttft, Requests.prompt_output_tokens, output_tokens_per_second, prompt_latency_scale),
        is_drawn=True, parts=("latency.prompting.p50_seconds",),
    )
    prompt_first_token = Line(
        "seconds",
        "Time until the first word of a prompted answer, on the scale of the measurement where there is one.",
        arithmetic.multiply, reads=(prompt_ttft, prompt_latency_scale), parts=("latency.prompting.ttft_seconds",),
    )
    tuned_ttft = Line(
        "seconds", "Computed time until the first token of an answer with the fine-tune.", latency.ttft_seconds,
        reads=(Requests.tuned_instruction_tokens, Requests.tuned_payload_tokens, Requests.tuned_cache_hit_rate,
               ttft_base, ttft_per_input_token, ttft_cached_token_share,
               adapter_ttft_factor),
    )
    tuned_latency_scale = Line(
        "ratio", "The prompt's correction factor carried over to the same base model; 1 for another.",
        latency.scale_if_same, reads=(prompt_latency_scale, is_same_base),
    )
    tuned_first_token = Line(
        "seconds",
        "Time until the first word of a fine-tuned answer, on the scale carried over from the prompt where the base model is the same.",
        arithmetic.multiply, reads=(tuned_ttft, tuned_latency_scale), parts=("latency.fine_tuning.ttft_seconds",),
    )
    tuned_latency_unqueued = Line(
        "seconds", "Typical time until the fine-tune's whole answer is there, with no queue in front.",
        latency.end_to_end_seconds,
        reads=(tuned_ttft, Requests.tuned_output_tokens, tuned_output_tokens_per_second, tuned_latency_scale),
    )
    tuned_latency = Line(
        "seconds",
        "Typical time until the fine-tune's whole answer is there, waiting for a replica at peak included.",
        latency.median_with_waiting,
        reads=(tuned_latency_unqueued, latency_sigma, Requests.peak_requests_per_second,
               Costs.replica_requests_per_second, Costs.tuned_replicas_month_1),
        is_drawn=True, parts=("latency.fine_tuning.p50_seconds",),
    )
    tuned_latency_sigma = Line(
        "ratio", "How far single requests stray from the typical time, queueing included; sets p95 and p99.",
        latency.sigma_with_waiting,
        reads=(tuned_latency_unqueued, latency_sigma, Requests.peak_requests_per_second,
               Costs.replica_requests_per_second, Costs.tuned_replicas_month_1),
        is_drawn=True,
    )
    prompt_latency_p95 = Line(
        "seconds", "Time within which 95 of 100 prompted answers are there.", latency.p95_seconds,
        reads=(prompt_latency, latency_sigma), parts=("latency.prompting.p95_seconds",),
    )
    prompt_latency_p99 = Line(
        "seconds", "Time within which 99 of 100 prompted answers are there.", latency.p99_seconds,
        reads=(prompt_latency, latency_sigma), parts=("latency.prompting.p99_seconds",),
    )
    tuned_latency_p95 = Line(
        "seconds", "Time within which 95 of 100 fine-tuned answers are there.", latency.p95_seconds,
        reads=(tuned_latency, tuned_latency_sigma), parts=("latency.fine_tuning.p95_seconds",),
    )
    tuned_latency_p99 = Line(
        "seconds", "Time within which 99 of 100 fine-tuned answers are there.", latency.p99_seconds,
        reads=(tuned_latency, tuned_latency_sigma), parts=("latency.fine_tuning.p99_seconds",),
    )
    latency_saving = Line(
        "seconds", "What the fine-tune saves of the typical time; negative where it is slower.", arithmetic.subtract,
        reads=(prompt_latency, tuned_latency), parts=("latency.saving_p50_seconds",),
    )
    latency_saving_share = Line(
        "share", "Part of the typical time that the fine-tune saves.", latency.saving_share,
        reads=(prompt_latency, tuned_latency), is_read=True,
    )
