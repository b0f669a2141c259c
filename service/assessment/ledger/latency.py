"""Chapter of the ledger: how long a request takes."""

from __future__ import annotations

from models import arithmetic, latency
from service.assessment.ledger.costs import Costs
from service.assessment.ledger.line import TUNES, Chapter, Line, Own
from service.assessment.ledger.requests import Requests
from service.assessment.ledger.volume import Volume


class Latency(Chapter):
    """Time to the first token, to the whole answer, and how far single requests stray."""

    # fmt: off
    ttft_base = Line("seconds", "Time to the first token when almost nothing is sent.")
    ttft_per_input_token = Line("seconds/token", "Time added by reading one uncached input token.")
    ttft_cached_token_share = Line("share", "Time a cached token takes over that of an uncached one.")
    output_tokens_per_second = Line("tokens/second", "Speed at which a base model writes.")
    ttft_factor = Line(
        "ratio", "How much later the first token comes where a hosted adapter is served; 1 elsewhere.",
        column=dict.fromkeys(TUNES, Own(4)),
    )
    speed_factor = Line(
        "ratio", "Speed of writing where a hosted adapter is served over that of its base model; 1 elsewhere.",
        column=dict.fromkeys(TUNES, Own(5)),
    )
    latency_sigma = Line("ratio", "How far single requests stray from the typical latency, on the log scale.",
                         field="/prompting/measured_latency")
    measured_p50 = Line("seconds", "Typical latency as measured; infinite where it is not.", field="/prompting/measured_latency")
    waiting_flow = Line("requests/second", "Flow that one replica serves in front of which requests wait; infinite where nothing is dedicated.",
                        latency.replica_flow, reads=(Costs.replica_tokens_per_second, Requests.tokens_per_request,
                                                     Costs.replica_requests_per_second))
    computed_ttft = Line(
        "seconds", "Computed time until the first token of an answer, before any measurement corrects it.",
        latency.ttft_seconds,
        reads=(Requests.instruction_tokens, Requests.payload_tokens, Requests.cache_hit_rate, ttft_base,
               ttft_per_input_token, ttft_cached_token_share, ttft_factor),
    )
    tokens_per_second = Line(
        "tokens/second", "Speed at which the option writes.", arithmetic.multiply,
        reads=(output_tokens_per_second, speed_factor),
    )
    shared_scale = Line(
        "ratio", "How far off the computed latency is for the prompt's base model; uncertain until it is measured, 1 for others.",
        column=60,
    )
    own_scale = Line(
        "ratio", "The same for another base model than the prompt's; 1 for the prompt's.",
        column={"other_prompt": Own(11), "fine_tune": Own(6), "in_service": Own(6)},
    )
    latency_scale = Line(
        "ratio", "Factor on the computed latency: what a measurement says, else uncertain.", latency.scale_of_option,
        reads=(measured_p50, computed_ttft, Requests.output_tokens, tokens_per_second, shared_scale, own_scale),
    )
    ttft = Line(
        "seconds", "Time until the first word of an answer, on the scale of the measurement where there is one.",
        arithmetic.multiply, reads=(computed_ttft, latency_scale), parts=("options.latency.ttft_seconds",),
    )
    latency_unqueued = Line(
        "seconds", "Typical time until the whole answer is there, with no queue in front.", latency.end_to_end_seconds,
        reads=(computed_ttft, Requests.output_tokens, tokens_per_second, latency_scale),
    )
    replicas_at_start = Line(
        "replicas", "Replicas kept at the volume of month 1.", arithmetic.first_month, reads=(Costs.replicas,),
        parts=("options.latency.replicas",),
    )
    median_latency = Line(
        "seconds", "Typical time until the whole answer is there, waiting for a replica at peak included.",
        latency.median_with_waiting,
        reads=(latency_unqueued, latency_sigma, Volume.peak_requests_per_second, waiting_flow, replicas_at_start),
        is_drawn=True, is_read=True, parts=("options.latency.p50_seconds",),
    )
    queued_sigma = Line(
        "ratio", "How far single requests stray from the typical time, queueing included; sets p95 and p99.",
        latency.sigma_with_waiting,
        reads=(latency_unqueued, latency_sigma, Volume.peak_requests_per_second, waiting_flow, replicas_at_start),
        is_drawn=True, is_read=True,
    )
    p95_latency = Line(
        "seconds", "Time within which 95 of 100 answers are there.", latency.p95_seconds,
        reads=(median_latency, queued_sigma), parts=("options.latency.p95_seconds",),
    )
    p99_latency = Line(
        "seconds", "Time within which 99 of 100 answers are there.", latency.p99_seconds,
        reads=(median_latency, queued_sigma), parts=("options.latency.p99_seconds",),
    )
