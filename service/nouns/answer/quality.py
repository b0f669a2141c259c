"""The quality of an option and of the answer: accuracy, published analogues, latency. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.base import Open

TaskKindOfRow = Annotated[
    str,
    Meta(
        description="Kind of task. Extensible enum: one of classification, extraction, structured_output, "
        "generation, summarisation, question_answering, reasoning, code, other.",
        examples=["classification"],
    ),
]
MetricOfRow = Annotated[str, Meta(description="What both scores measure; not always accuracy.", examples=["accuracy"])]


class AccuracyInterval(Open, frozen=True):
    """An 80 % credible interval of an accuracy. Both ends are null for an infeasible option."""

    low: Annotated[
        float | None,
        Meta(description="Lower end, the 10th percentile over the draws [share]; null where infeasible."),
    ]
    high: Annotated[
        float | None,
        Meta(description="Upper end, the 90th percentile over the draws [share]; null where infeasible."),
    ]


class OptionEvidence(Open, frozen=True):
    """What published results a modelled accuracy rests on, and how far off it was on sources that it had not seen."""

    sources: Annotated[int, Meta(description="Publications behind it [sources].", examples=[35])]
    rows: Annotated[int, Meta(description="Published comparisons behind it [rows].", examples=[1350])]
    left_out_error_points: Annotated[
        float,
        Meta(
            description="Mean absolute error on sources left out of the fit, for this kind of task; of a fine-tune before any pilot [percentage points].",
            examples=[7.3],
        ),
    ]
    is_outside: Annotated[
        bool,
        Meta(
            description="Whether the case lies outside of what was published: a prompt below 20 %, a base model of unknown "
            "capability, a kind of task or a number of examples without a result."
        ),
    ]


class OptionAccuracy(Open, frozen=True):
    """How often an option is right: by itself at its start, and what serves from there to the end of the horizon."""

    mean: Annotated[
        float | None,
        Meta(
            description="Accuracy of the option itself at its start, mean over the draws [share]; null where "
            "infeasible."
        ),
    ]
    interval: Annotated[AccuracyInterval, Meta(description="80 % credible interval of the same.")]
    at_start_base_case: Annotated[
        float | None, Meta(description="The same in the base case [share]; null where infeasible.")
    ]
    average_mean: Annotated[
        float | None,
        Meta(
            description="Accuracy over all requests from the option's start to the end of the horizon, of what then "
            "serves, stand-in included, mean over the draws [share]; null where infeasible."
        ),
    ]
    average_base_case: Annotated[
        float | None, Meta(description="The same in the base case [share]; null where infeasible.")
    ]
    worst_month: Annotated[
        float | None,
        Meta(
            description="Lowest monthly accuracy of the option itself while it serves, base case [share]; null where "
            "infeasible."
        ),
    ]
    change_in_wrong_answers_per_month: Annotated[
        float | None,
        Meta(
            description="Wrong answers of a month from its start to the end of the horizon, of what then serves, less "
            "those of `options[0]`, mean over the draws; negative where there are fewer [answers/month]; null where "
            "infeasible."
        ),
    ]
    planned_examples: Annotated[
        float | None,
        Meta(
            description="Labelled examples it is planned to be trained on [examples]; null for a prompt.",
            examples=[2000],
        ),
    ]
    evidence: Annotated[
        OptionEvidence | UnsetType,
        Meta(description="What a modelled accuracy rests on; absent where it was measured."),
    ] = UNSET


class RequiredLabels(Open, frozen=True):
    """How many labelled examples a fine-tune needs to meet the requirement with the asked confidence."""

    examples: Annotated[
        int | None,
        Meta(
            description="Fewest labelled examples [examples]; null where they are not reachable within 50,000, "
            "without a requirement, or where no fine-tune is feasible."
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
    kind: TaskKindOfRow
    source: Annotated[
        str, Meta(description="Where the scores were published.", examples=["LoRA Land (arXiv 2405.00732)"])
    ]
    year: Annotated[int, Meta(description="Year of publication.", examples=[2024])]
    metric: MetricOfRow
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


class ImprovementAnalogue(Open, frozen=True):
    """A published case like this one: what a prompt scored before and after techniques were added to it."""

    case_id: Annotated[str, Meta(description="Identifier of the case in our evidence.", examples=["gepa__hotpotqa__1"])]
    source: Annotated[str, Meta(description="Where the scores were published.", examples=["LangProBe"])]
    year: Annotated[int, Meta(description="Year of publication.", examples=[2025])]
    task: Annotated[str, Meta(description="The task's name in its source.", examples=["MMLU"])]
    kind: TaskKindOfRow
    metric: MetricOfRow
    base_model: Annotated[str, Meta(description="The base model, as its source names it.", examples=["gpt-4o-mini"])]
    selection: Annotated[
        str,
        Meta(
            description="Who chose to publish it: a whole grid, the author of the method, its vendor. Extensible enum: one "
            "of grid, paper, vendor.",
            examples=["grid", "paper", "vendor"],
        ),
    ]
    techniques_before: Annotated[list[str], Meta(description="Techniques that the prompt had.")]
    techniques_added: Annotated[list[str], Meta(description="Techniques that were added.")]
    score_before: Annotated[float, Meta(description="Score before; higher is better [share].")]
    score_after: Annotated[float, Meta(description="Score after [share].")]
    gain: Annotated[float, Meta(description="Score after less score before [share].")]
    test_size: Annotated[int | None, Meta(description="Graded answers; null where the source does not say [answers].")]
    similarity: Annotated[float, Meta(description="How like this case it is, 1 for alike in all that is compared.")]


class BaseModelAnalogue(Open, frozen=True):
    """A published case like a change of base model: what the same prompt scored on two base models."""

    option: Annotated[
        str,
        Meta(description="Id of the option that was not measured, in `options[]`.", examples=["prompt:small"]),
    ]
    source: Annotated[str, Meta(description="Where the scores were published.", examples=["EuroEval"])]
    task: Annotated[str, Meta(description="The task's name in its source.")]
    kind: Annotated[
        str,
        Meta(
            description="What the task asks of a base model. Extensible enum: one of neither, knowledge, reasoning.",
            examples=["neither", "knowledge", "reasoning"],
        ),
    ]
    metric: MetricOfRow
    base_model_before: Annotated[str, Meta(description="The first base model, as the table of capability names it.")]
    base_model_after: Annotated[str, Meta(description="The other base model, likewise.")]
    score_before: Annotated[float, Meta(description="Score on the first base model; higher is better [share].")]
    score_after: Annotated[float, Meta(description="Score on the other [share].")]
    gain: Annotated[float, Meta(description="Score after less score before [share].")]
    test_size: Annotated[
        float | None, Meta(description="Graded answers; null where the source does not say [answers].")
    ]
    similarity: Annotated[float, Meta(description="How like the change it is, 1 for alike in all that is compared.")]


class AccuracyAnswer(Open, frozen=True):
    """What is asked of accuracy, what it takes to get there, and what was published of cases like this one."""

    required_accuracy: Annotated[
        float | None,
        Meta(description="The requirement of the request [share]; null where none is set.", examples=[0.9]),
    ]
    gap: Annotated[
        float | None,
        Meta(
            description="Required accuracy less the mean accuracy of the prompt as it is, in whole percentage points; "
            "negative where the prompt is above it [share]; null without a requirement.",
            examples=[0.16],
        ),
    ]
    required_labels: Annotated[
        RequiredLabels, Meta(description="Labelled examples that the best fine-tune needs to meet the requirement.")
    ]
    analogues: Annotated[
        list[AnalogueAnswer], Meta(description="The nearest published fine-tunes beside a prompt, nearest first.")
    ]
    improvement_analogues: Annotated[
        list[ImprovementAnalogue], Meta(description="The nearest published improvements of a prompt, nearest first.")
    ]
    base_model_analogues: Annotated[
        list[BaseModelAnalogue],
        Meta(
            description="The nearest published changes of base model for each option that was not measured, nearest first; "
            "empty where every one was."
        ),
    ]


class OptionLatency(Open, frozen=True):
    """How long a request of one option takes, base case."""

    ttft_seconds: Annotated[
        float | None,
        Meta(
            description="Time to the first token, median, without waiting for a replica [seconds]; null where "
            "infeasible."
        ),
    ]
    p50_seconds: Annotated[
        float | None,
        Meta(
            description="End-to-end time, median, with waiting for a replica [seconds]; null where the replicas "
            "cannot serve the load, or infeasible."
        ),
    ]
    p95_seconds: Annotated[
        float | None,
        Meta(
            description="End-to-end time, 95th percentile [seconds]; null where the replicas cannot serve the load, "
            "or infeasible."
        ),
    ]
    p99_seconds: Annotated[
        float | None,
        Meta(
            description="End-to-end time, 99th percentile [seconds]; null where the replicas cannot serve the load, "
            "or infeasible."
        ),
    ]
    saving_p50_seconds: Annotated[
        float | None,
        Meta(
            description="Median end-to-end time of `options[0]` less that of this option; negative where this one is "
            "slower [seconds]; null where either is."
        ),
    ]
    chance_meets_target: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Share of the draws in which `latency_target` is met [share]; null without a target, or where "
            "infeasible."
        ),
    ]
    is_measured: Annotated[
        bool,
        Meta(
            description="Whether a measurement of this option, or of the prompt on the same base model, sets its "
            "scale; else it rests on assumptions."
        ),
    ]
    replicas: Annotated[
        float | None,
        Meta(
            description="Dedicated replicas in its first full month, base case [replicas]; null for a prompt or a "
            "hosted adapter, or where infeasible.",
            examples=[1],
        ),
    ]
    fewest_replicas_for_target: Annotated[
        int | None,
        Meta(
            description="Fewest dedicated replicas that meet the target, base case [replicas]; null without a target, "
            "for a prompt or a hosted adapter, or where none meets it."
        ),
    ]
