"""The quality of an answer: accuracy, published analogues and latency. No unions; what does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.response_money import Noun


class AccuracyInterval(Noun, frozen=True):
    """An 80 % credible interval."""

    low: float
    high: float
    level: float


class OptionAccuracy(Noun, frozen=True):
    """Accuracy of one option."""

    mean: float
    base_case: float
    interval: AccuracyInterval
    probability_meets_requirement: float | None


class TunedAccuracy(Noun, frozen=True):
    """Accuracy of the fine-tune: when it goes live, and over its live time."""

    mean: float
    base_case: float
    interval: AccuracyInterval
    probability_meets_requirement: float | None
    at_start_base_case: float
    worst_month: float | None
    planned_examples: float


class RequiredLabels(Noun, frozen=True):
    """How many labelled examples a fine-tune needs to meet the requirement with the asked confidence."""

    examples: Annotated[
        int | None, Meta(description="Null when not reachable within 50,000 examples, or without a requirement")
    ]
    state: Annotated[str, Meta(description="reached, not_reachable or no_requirement")]
    missing: Annotated[int | None, Meta(description="Examples still to be labelled; null when not known")]
    confidence: float


class AnalogueAnswer(Noun, frozen=True):
    """A published case like this one: what a prompt and a fine-tune scored on the same task."""

    case_id: str
    task: Annotated[str, Meta(description="The task's name in its source")]
    description: Annotated[str, Meta(description="What the task is, in our words")]
    kind: str
    source: Annotated[str, Meta(description="Where the scores were published")]
    year: int
    metric: Annotated[str, Meta(description="What both scores measure; not always accuracy")]
    prompt_model: Annotated[str, Meta(description="The base model that was prompted, as its source names it")]
    prompt_method: Annotated[str, Meta(description="zero-shot, few-shot, cot or optimised")]
    prompt_score: float
    fine_tuned_model: Annotated[str, Meta(description="The base model that was fine-tuned, as its source names it")]
    relation: Annotated[str, Meta(description="Tuned base model beside the prompted one: same, smaller or unknown")]
    fine_tuned_score: float
    gain: Annotated[float, Meta(description="fine_tuned_score - prompt_score; negative where fine-tuning lost")]
    training_examples: Annotated[int | None, Meta(description="null where the source does not say")]
    test_size: Annotated[int | None, Meta(description="Trials behind each score; null where the source does not say")]
    similarity: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="1 when alike in all that is known: wording of the description, kind, prompt score, examples",
        ),
    ]


class AccuracyAnswer(Noun, frozen=True):
    """How often each option is right."""

    prompting: OptionAccuracy
    improved_prompt: OptionAccuracy
    fine_tuning: TunedAccuracy
    required_accuracy: float | None
    gap: float | None
    required_labels: RequiredLabels
    analogues: Annotated[list[AnalogueAnswer], Meta(description="The nearest published cases, nearest first")]


class OptionLatency(Noun, frozen=True):
    """Latency of one option at the base case [s]; null where the load is not served."""

    ttft_seconds: float | None
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    probability_meets_target: float | None
    is_calibrated: Annotated[bool, Meta(description="Whether a measurement of this base model sets the scale")]


class LatencyAnswer(Noun, frozen=True):
    """How long a request takes."""

    prompting: OptionLatency
    fine_tuning: OptionLatency
    saving_p50_seconds: float | None
    target_seconds: float | None
    target_percentile: float | None
    replicas: float
    fewest_replicas_for_target: int | None
