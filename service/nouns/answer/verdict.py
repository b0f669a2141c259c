"""The verdict of an answer, the rules behind it, and the article's dimensions beside it."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.nouns.answer.money import Money
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


class Bar(Open, frozen=True):
    """What an option has to meet before its worth counts, under the framework policy."""

    accuracy: Annotated[
        float | None,
        Meta(
            description="Accuracy asked for, on average from an option's start to the horizon [share]; the mean over the draws "
            "where it is today's; null where none is.",
            examples=[0.9],
        ),
    ]
    origin: Annotated[
        str,
        Meta(
            description="Where it comes from: stated, today's accuracy less `tolerated_loss` where neither a requirement nor a "
            "price of wrong answers is stated, or none where wrong answers are priced instead. Extensible enum: one of stated, "
            "today, none.",
            examples=["stated", "today", "none"],
        ),
    ]
    latency_seconds: Annotated[
        float | None, Meta(description="Latency target [s]; null where none is stated.", examples=[2.0])
    ]


class Condition(Open, frozen=True):
    """Something that the advice stands or falls with."""

    input: Annotated[
        str,
        Meta(
            description="JSON pointer of the request field that says it.",
            examples=["/finance/value_of_meeting_per_request", "/finance/error_cost"],
        ),
    ]
    value: Annotated[
        float | None, Meta(description="What is taken for it, in its field's unit; null where it is not said.")
    ]
    flips_at: Annotated[
        float | None,
        Meta(
            description="Value at which the advice would change, in its field's unit; null where there is no one value."
        ),
    ]
    statement: Annotated[str, Meta(description="The same in a sentence; rounded.")]


class Hinge(Open, frozen=True):
    """An uncertain input that knowing would be worth most."""

    input: Annotated[
        str, Meta(description="Name of the input, as GET /v1/ledger lists it.", examples=["accuracy_deviate"])
    ]
    value: Annotated[
        float | None,
        Meta(description="Its base case, in the unit that GET /v1/ledger tells; null where it falls at random."),
    ]
    is_default: Annotated[bool, Meta(description="Whether it is assumed rather than stated.")]
    send: Annotated[
        str,
        Meta(
            description="JSON pointer of the request field by which to say it, or to say it more closely.",
            examples=["/fine_tuning/pilots", "/prompting/measured_accuracy"],
        ),
    ]


class UntilAnswered(Open, frozen=True):
    """What to do while a question is open."""

    option: Annotated[
        str, Meta(description="Id of the option that serves meanwhile, as in `options`.", examples=["keep"])
    ]
    action: Annotated[
        str,
        Meta(
            description="What would be done next, were the question not asked. Extensible enum, that of `action`.",
            examples=["keep_prompting", "run_pilot"],
        ),
    ]


SIDES = "Extensible enum: one of prompt_engineering, fine_tuning."
ACTIONS = (
    "Extensible enum: one of keep_prompting, improve_prompt, measure_first, measure_alternative, switch_model, "
    "collect_examples, run_pilot, fine_tune, keep_fine_tune, return_to_prompt, rethink_task, answer_question."
)
ACTIONS_BY_VALUE = ACTIONS.replace(", answer_question", "")
"""Expected value alone asks nothing first: what is not said counts at its default."""
SOME_ACTIONS = ["keep_prompting", "improve_prompt", "run_pilot", "fine_tune", "answer_question"]

Share = Annotated[float, Meta(ge=0, le=1)]


class VerdictAnswer(Open, frozen=True):
    """What to do, how sure that is, what it stands or falls with, and why."""

    headline: Annotated[
        str,
        Meta(
            description="What holds and what to do, in fourteen words at most; figures in it are rounded.",
            examples=["Keep the prompt unless a wrong answer costs more than USD 0.006."],
        ),
    ]
    summary: Annotated[
        str,
        Meta(
            description="What it costs and brings, the change in accuracy and in wrong answers, and what decides, in sixty words "
            "at most; figures in it are rounded."
        ),
    ]
    choice: Annotated[
        str,
        Meta(
            description=f"Side that the end choice as of today takes, under the policy asked for. {SIDES}",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    option: Annotated[
        str,
        Meta(
            description="Id of the end choice as of today, as in `options`: what would serve, were nothing else to be found out.",
            examples=["keep", "improve", "tune:azure/gpt-4.1-mini"],
        ),
    ]
    action: Annotated[
        str,
        Meta(
            description="What to do next, under the policy asked for: the first step of `plan`. switch_model is to serve by a "
            "measured alternative; keep_fine_tune and return_to_prompt are said where a fine-tune is in service; "
            f"answer_question where what is not said decides. {ACTIONS}",
            examples=SOME_ACTIONS,
        ),
    ]
    also: Annotated[
        list[str],
        Meta(description=f"What else to begin with at once, side by side. {ACTIONS}", examples=[["run_pilot"]]),
    ]
    confidence: Annotated[
        Share | None,
        Meta(
            description="Share of the draws in which `option` is the best that may be served, were that draw known to be the truth "
            "[share]; null where the plan starts with a study of another option, or what is not said decides.",
            examples=[0.83],
        ),
    ]
    bar: Annotated[Bar, Meta(description="What an option has to meet before its worth counts.")]
    conditional_on: Annotated[
        list[Condition],
        Meta(description="What the advice stands or falls with; empty where it is nothing in particular."),
    ]
    hinges_on: Annotated[
        list[Hinge],
        Meta(description="The uncertain inputs that knowing would be worth most, three at most, those assumed first."),
    ]
    reasons: Annotated[
        list[Reason],
        Meta(description="The ten rules of the framework, and the size of the gap where a requirement is set."),
    ]
    risks: Annotated[list[str], Meta(description="What may go wrong with the choice, each in a sentence.")]
    framework_choice: Annotated[
        str,
        Meta(
            description=f"Side that the framework takes. {SIDES}",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    framework_action: Annotated[
        str, Meta(description=f"What to do next by the framework. {ACTIONS}", examples=SOME_ACTIONS)
    ]
    expected_value_choice: Annotated[
        str,
        Meta(
            description=f"Side with the highest expected net benefit. {SIDES}",
            examples=["prompt_engineering", "fine_tuning"],
        ),
    ]
    expected_value_action: Annotated[
        str,
        Meta(description=f"What to do next by expected value alone. {ACTIONS_BY_VALUE}", examples=SOME_ACTIONS[:-1]),
    ]
    policies_agree: Annotated[bool, Meta(description="Whether both policies say to do the same next.")]
    price_of_framework: Annotated[
        Money,
        Meta(
            description="What the plan of expected value alone is worth more than that of the framework [finance.currency]: the "
            "price of putting the bar, and what the article asks, before money."
        ),
    ]
    until_answered: (
        Annotated[UntilAnswered, Meta(description="What to do meanwhile; absent unless `action` is answer_question.")]
        | UnsetType
    ) = UNSET


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
