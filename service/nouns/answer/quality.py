"""The quality of an answer: accuracy, published analogues and latency. No unions; what does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open


class AccuracyInterval(Open, frozen=True):
    """A credible interval of an accuracy: it holds the true value with the probability `level`."""

    low: Annotated[float, Meta(description="Lower end, the 10th percentile over the draws [share].")]
    high: Annotated[float, Meta(description="Upper end, the 90th percentile over the draws [share].")]
    level: Annotated[float, Meta(ge=0, le=1, description="Probability of the interval [share].", examples=[0.8])]


class OptionAccuracy(Open, frozen=True):
    """Accuracy of one option."""

    mean: Annotated[float, Meta(description="Mean over the draws [share].")]
    base_case: Annotated[float, Meta(description="Accuracy in the base case [share].")]
    interval: Annotated[AccuracyInterval, Meta(description="80 % credible interval.")]
    probability_meets_requirement: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which the option reaches `required_accuracy` [share]; null without a "
            "requirement."
        ),
    ]


class TunedAccuracy(Open, frozen=True):
    """Accuracy of the fine-tune: when it goes live, and over its live time.

    Over its live time stale knowledge and requests outside the task are counted in.
    """

    mean: Annotated[
        float,
        Meta(
            description="Mean over the draws of the average over the live time, or of the accuracy at the start where "
            "it never goes live [share]."
        ),
    ]
    base_case: Annotated[
        float,
        Meta(
            description="Average over the live time in the base case, or accuracy at the start where it never goes "
            "live [share]."
        ),
    ]
    interval: Annotated[AccuracyInterval, Meta(description="80 % credible interval of the same.")]
    probability_meets_requirement: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which the average over the live time reaches `required_accuracy` "
            "[share]; null without a requirement."
        ),
    ]
    at_start_base_case: Annotated[
        float, Meta(description="Accuracy on the task right after training, base case [share].")
    ]
    worst_month: Annotated[
        float | None,
        Meta(
            description="Accuracy in the worst month of its live time, base case [share]; null where it never goes "
            "live."
        ),
    ]
    planned_examples: Annotated[
        float, Meta(description="Labelled examples it is planned to be trained on [examples].", examples=[2000])
    ]


class RequiredLabels(Open, frozen=True):
    """How many labelled examples a fine-tune needs to meet the requirement with the asked confidence."""

    examples: Annotated[
        int | None,
        Meta(
            description="Fewest labelled examples [examples]; null where they are not reachable within 50,000, or "
            "without a requirement."
        ),
    ]
    state: Annotated[
        str,
        Meta(
            description="How the requirement stands. Extensible enum: one of reached, not_reachable, no_requirement.",
            examples=["reached", "not_reachable", "no_requirement"],
        ),
    ]
    missing: Annotated[
        int | None,
        Meta(
            description="Examples still to be labelled [examples]; null where `examples` is, or where "
            "`labelled_examples` was not stated."
        ),
    ]
    confidence: Annotated[
        float, Meta(ge=0, le=1, description="Probability asked for: `simulation.confidence` [share].", examples=[0.8])
    ]


class AnalogueAnswer(Open, frozen=True):
    """A published case like this one: what a prompt and a fine-tune scored on the same task."""

    case_id: Annotated[
        str,
        Meta(
            description="Identifier of the case in our evidence.",
            examples=["loraland__customer_support__same__mistral-7b-instruct"],
        ),
    ]
    task: Annotated[str, Meta(description="The task's name in its source.", examples=["customer_support"])]
    description: Annotated[str, Meta(description="What the task is, in our words.")]
    kind: Annotated[
        str,
        Meta(
            description="Kind of task. Extensible enum: one of classification, extraction, structured_output, "
            "generation, summarisation, question_answering, reasoning, code, other.",
            examples=["classification"],
        ),
    ]
    source: Annotated[
        str, Meta(description="Where the scores were published.", examples=["LoRA Land (arXiv 2405.00732)"])
    ]
    year: Annotated[int, Meta(description="Year of publication.", examples=[2024])]
    metric: Annotated[str, Meta(description="What both scores measure; not always accuracy.", examples=["accuracy"])]
    prompt_model: Annotated[str, Meta(description="The base model that was prompted, as its source names it.")]
    prompt_method: Annotated[
        str,
        Meta(
            description="How it was prompted; cot is chain of thought. Extensible enum: one of zero-shot, few-shot, "
            "cot, optimised.",
            examples=["zero-shot", "few-shot", "cot", "optimised"],
        ),
    ]
    prompt_score: Annotated[float, Meta(description="Score of the prompt; higher is better [share].")]
    fine_tuned_model: Annotated[str, Meta(description="The base model that was fine-tuned, as its source names it.")]
    relation: Annotated[
        str,
        Meta(
            description="Size of the fine-tuned base model beside the prompted one. Extensible enum: one of same, "
            "smaller, unknown.",
            examples=["same", "smaller", "unknown"],
        ),
    ]
    fine_tuned_score: Annotated[float, Meta(description="Score of the fine-tune; higher is better [share].")]
    gain: Annotated[
        float, Meta(description="`fine_tuned_score` less `prompt_score`; negative where fine-tuning lost [share].")
    ]
    training_examples: Annotated[
        int | None,
        Meta(description="Labelled examples it was trained on [examples]; null where the source does not say."),
    ]
    test_size: Annotated[
        int | None, Meta(description="Trials behind each score [trials]; null where the source does not say.")
    ]
    similarity: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="1 when alike in all that is known: wording of the description, kind, prompt score, examples "
            "[share].",
        ),
    ]


class AccuracyAnswer(Open, frozen=True):
    """How often each option is right."""

    prompting: Annotated[OptionAccuracy, Meta(description="The prompt as it is, from its graded trials.")]
    improved_prompt: Annotated[OptionAccuracy, Meta(description="The prompt after a round of improvement.")]
    fine_tuning: Annotated[
        TunedAccuracy,
        Meta(description="The fine-tune of the chosen offer, from published cases and the caller's pilots."),
    ]
    required_accuracy: Annotated[
        float | None,
        Meta(description="The requirement of the request [share]; null where none is set.", examples=[0.9]),
    ]
    gap: Annotated[
        float | None,
        Meta(
            description="Required accuracy less the prompt's mean accuracy, in whole percentage points; negative "
            "where the prompt is above it [share]; null without a requirement.",
            examples=[0.16],
        ),
    ]
    required_labels: Annotated[RequiredLabels, Meta(description="Labelled examples needed to meet the requirement.")]
    analogues: Annotated[list[AnalogueAnswer], Meta(description="The nearest published cases, nearest first.")]


class OptionLatency(Open, frozen=True):
    """Latency of one option at the base case; null where the load is not served."""

    ttft_seconds: Annotated[
        float | None, Meta(description="Time to the first token, median, without waiting for a replica [seconds].")
    ]
    p50_seconds: Annotated[
        float | None,
        Meta(
            description="End-to-end time, median, with waiting for a replica [seconds]; null where the replicas "
            "cannot serve the load."
        ),
    ]
    p95_seconds: Annotated[
        float | None,
        Meta(description="End-to-end time, 95th percentile [seconds]; null where the replicas cannot serve the load."),
    ]
    p99_seconds: Annotated[
        float | None,
        Meta(description="End-to-end time, 99th percentile [seconds]; null where the replicas cannot serve the load."),
    ]
    probability_meets_target: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="Share of the draws in which the latency target is met [share]; null without a target."),
    ]
    is_calibrated: Annotated[
        bool, Meta(description="Whether a measurement of this base model sets the scale; else it rests on assumptions.")
    ]


class LatencyAnswer(Open, frozen=True):
    """How long a request takes, prompted and fine-tuned."""

    prompting: Annotated[OptionLatency, Meta(description="The prompt as it is.")]
    fine_tuning: Annotated[OptionLatency, Meta(description="The fine-tune of the chosen offer.")]
    saving_p50_seconds: Annotated[
        float | None,
        Meta(
            description="Median end-to-end time prompted less fine-tuned; negative where fine-tuning is slower "
            "[seconds]; null where the load is not served."
        ),
    ]
    target_seconds: Annotated[
        float | None, Meta(description="The latency target of the request [seconds]; null where none is set.")
    ]
    target_percentile: Annotated[
        float | None, Meta(description="Share of requests that must be within it [share]; null where no target is set.")
    ]
    replicas: Annotated[
        float,
        Meta(
            description="Replicas of the fine-tune in the first month, base case [replicas]; 1 for a hosted adapter.",
            examples=[1],
        ),
    ]
    fewest_replicas_for_target: Annotated[
        int | None,
        Meta(
            description="Fewest dedicated replicas that meet the target, base case [replicas]; null without a target, "
            "for a hosted adapter, or where none meets it."
        ),
    ]
