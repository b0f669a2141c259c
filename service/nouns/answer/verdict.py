"""The verdict of an answer, the rules behind it, and the article's dimensions beside it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open


class Reason(Open, frozen=True):
    """A rule of the framework, whether it holds here, and the figures behind it."""

    rule: Annotated[
        str,
        Meta(
            description="Name of the rule, as GET /v1/framework lists it. Extensible enum: one of enough_examples, "
            "consistent_prompt_failure, token_overhead, proprietary_knowledge, latency_benefit, feasibility_unproven, "
            "knowledge_changes, no_dataset, multi_step_reasoning, audit_required, size_of_gap.",
            examples=["enough_examples", "consistent_prompt_failure"],
        ),
    ]
    favours: Annotated[
        str,
        Meta(
            description="Side that the rule speaks for where it is satisfied. Extensible enum: one of "
            "prompt_engineering, fine_tuning.",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    status: Annotated[
        str,
        Meta(
            description="Whether the rule holds; unknown where the request does not say enough. Extensible enum: one "
            "of satisfied, not_satisfied, unknown.",
            examples=["satisfied", "not_satisfied", "unknown"],
        ),
    ]
    statement: Annotated[
        str,
        Meta(
            description="The figures behind the status, in a sentence; rounded.",
            examples=["Labelled examples: 6,200; fine-tuning needs 1,000."],
        ),
    ]


class VerdictAnswer(Open, frozen=True):
    """What to do, how sure that is, and why."""

    choice: Annotated[
        str,
        Meta(
            description="Side that the verdict takes, under the policy asked for. Extensible enum: one of "
            "prompt_engineering, fine_tuning.",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    option: Annotated[
        str,
        Meta(
            description="Id of the option that the choice stands for, as in `options`: the one to serve by, or to serve by "
            "while something is found out.",
            examples=["keep", "improve", "tune:azure/gpt-4.1-mini"],
        ),
    ]
    action: Annotated[
        str,
        Meta(
            description="What to do next, under the policy asked for: switch_model is to serve by a measured alternative, "
            "keep_fine_tune and return_to_prompt are said where a fine-tune is in service. Extensible enum: one of "
            "keep_prompting, improve_prompt, measure_first, switch_model, collect_examples, run_pilot, fine_tune, "
            "keep_fine_tune, return_to_prompt, rethink_task.",
            examples=[
                "keep_prompting",
                "improve_prompt",
                "measure_first",
                "switch_model",
                "collect_examples",
                "run_pilot",
                "fine_tune",
                "rethink_task",
            ],
        ),
    ]
    confidence: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Share of the draws that would take the same side, were each known to be the truth [share].",
            examples=[0.83],
        ),
    ]
    summary: Annotated[str, Meta(description="One sentence a manager can read; figures in it are rounded.")]
    reasons: Annotated[
        list[Reason],
        Meta(description="The ten rules of the framework, and the size of the gap where a requirement is set."),
    ]
    framework_choice: Annotated[
        str,
        Meta(
            description="Side that the framework's rules and gates take. Extensible enum: one of prompt_engineering, "
            "fine_tuning.",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    framework_action: Annotated[
        str,
        Meta(
            description="What to do next by the framework. Extensible enum: one of keep_prompting, improve_prompt, "
            "improve_prompt, measure_first, switch_model, collect_examples, run_pilot, fine_tune, keep_fine_tune, "
            "return_to_prompt, rethink_task.",
            examples=[
                "keep_prompting",
                "improve_prompt",
                "measure_first",
                "switch_model",
                "collect_examples",
                "run_pilot",
                "fine_tune",
                "rethink_task",
            ],
        ),
    ]
    expected_value_choice: Annotated[
        str,
        Meta(
            description="Side with the highest expected net benefit. Extensible enum: one of prompt_engineering, "
            "fine_tuning.",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    expected_value_action: Annotated[
        str,
        Meta(
            description="What to do next by expected value: the best option, or a study first where that is worth "
            "more than it costs. Extensible enum: one of keep_prompting, improve_prompt, measure_first, "
            "switch_model, run_pilot, fine_tune, keep_fine_tune, return_to_prompt, rethink_task.",
            examples=["keep_prompting", "improve_prompt", "switch_model", "fine_tune", "run_pilot"],
        ),
    ]
    policies_agree: Annotated[bool, Meta(description="Whether both policies name the same action.")]
    step: Annotated[
        str,
        Meta(
            description="Step of the decision that settled it: a step of the framework, or expected_value. Under either "
            "policy no requests and a fine-tune in service come first, and a fine-tune that cannot go live is step 2. "
            "Extensible enum: one of no_requests, in_service, 1, 2, 3, 4, 5, 6, 7, 8, expected_value.",
            examples=["4", "8", "expected_value"],
        ),
    ]
    risks: Annotated[
        list[str],
        Meta(
            description="Risks of the side that is taken, of dates ahead, of wide estimates and of old prices, each in a "
            "sentence."
        ),
    ]
    missing_field: Annotated[
        str | None,
        Meta(
            description="JSON pointer of the request field whose value would settle an open question; null where none "
            "does.",
            examples=["/fine_tuning/labelled_examples"],
        ),
    ]


class Dimension(Open, frozen=True):
    """One of the article's ten dimensions: the best prompt-like option against the best fine-tune, and the article."""

    dimension: Annotated[
        str,
        Meta(
            description="Name of the dimension, as GET /v1/framework lists it. Extensible enum: one of "
            "time_to_first_result, iteration_speed, data_requirement, output_consistency, knowledge_freshness, "
            "token_cost_at_scale, auditability, implementation_cost, task_specificity, maintenance_burden.",
            examples=["time_to_first_result", "iteration_speed"],
        ),
    ]
    prompt_option: Annotated[
        str,
        Meta(
            description="Id of the best prompt-like option by mean NPV, as in `options`.", examples=["keep", "improve"]
        ),
    ]
    fine_tune_option: Annotated[
        str | None,
        Meta(
            description="Id of the best fine-tune by mean NPV, as in `options`; null where none is feasible.",
            examples=["tune:azure/gpt-4.1-mini"],
        ),
    ]
    prompt_engineering: Annotated[str, Meta(description="How the prompt-like option does, in words; rounded.")]
    fine_tuning: Annotated[
        str,
        Meta(
            description="How the fine-tune does, in words; rounded. The article's words where no fine-tune is feasible."
        ),
    ]
    winner: Annotated[
        str,
        Meta(
            description="Side that does better here. Extensible enum: one of prompt_engineering, fine_tuning, tie.",
            examples=["prompt_engineering", "fine_tuning", "tie"],
        ),
    ]
    article_winner: Annotated[
        str,
        Meta(
            description="Side that the article says does better. Extensible enum: one of prompt_engineering, "
            "fine_tuning, tie.",
            examples=["prompt_engineering", "fine_tuning", "tie"],
        ),
    ]
    contradicts_article: Annotated[
        bool, Meta(description="Whether one side wins here and the other in the article; a tie contradicts nothing.")
    ]


class ArticleCheck(Open, frozen=True):
    """One figure of the article beside the same figure for this case, calculated from the bottom up."""

    quantity: Annotated[
        str,
        Meta(
            description="The article's figure, by its entry of GET /v1/assumptions: costs are in "
            "[finance.currency], lead times in [weeks], the interval in [months], labels in [examples], the "
            "evaluation set in [trials]. "
            "Extensible enum: one of article_prompt_build_cost, article_fine_tuning_build_cost, "
            "article_training_run_cost, article_prompt_lead_time, article_fine_tuning_lead_time, "
            "article_retraining_interval, article_labelled_examples, article_evaluation_set.",
            examples=["article_training_run_cost", "article_fine_tuning_lead_time"],
        ),
    ]
    bottom_up: Annotated[
        float | None,
        Meta(
            description="The figure for this case, base case, in the quantity's unit; null where there is none, as "
            "for a fine-tune where none is feasible."
        ),
    ]
    article_low: Annotated[float, Meta(description="Lower end of the article's range, in the quantity's unit.")]
    article_high: Annotated[float, Meta(description="Upper end of the article's range, in the quantity's unit.")]
