"""The article's framework as data: its verdict, rules, gates and dimensions, in our words."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Favoured = Annotated[
    str,
    Meta(
        description="Extensible enum: one of fine_tuning, prompt_engineering, tie",
        examples=["fine_tuning", "prompt_engineering", "tie"],
    ),
]


class FrameworkRule(Struct, frozen=True):
    """A rule and when it holds."""

    id: Annotated[str, Meta(description="Its name, as `verdict.reasons` gives it", examples=["enough_examples"])]
    favours: Favoured
    holds_when: Annotated[str, Meta(description="When it holds, in words")]


class FrameworkDimension(Struct, frozen=True):
    """A dimension of comparison and the article's winner."""

    id: Annotated[str, Meta(description="Its name, as `comparison` gives it", examples=["iteration_speed"])]
    winner: Favoured
    meaning: Annotated[str, Meta(description="What is compared")]


class Framework(Struct, frozen=True, kw_only=True):
    """The decision framework of the article."""

    title: Annotated[str, Meta(description="Title of the article")]
    publisher: Annotated[str, Meta(description="Who published it")]
    href: Annotated[str, Meta(description="Where it is published")]
    verdict: Annotated[str, Meta(description="What it advises, in our words")]
    rules: Annotated[list[FrameworkRule], Meta(description="Its five rules for each side")]
    gates: Annotated[list[str], Meta(description="What must all hold before fine-tuning is advised")]
    size_of_gap: Annotated[str, Meta(description="How the gap between requirement and prompt is judged")]
    dimensions: Annotated[list[FrameworkDimension], Meta(description="Its ten dimensions and the winner of each")]


TUNE, PROMPT, TIE = "fine_tuning", "prompt_engineering", "tie"

FRAMEWORK = Framework(
    title="Fine-Tuning vs Prompt Engineering: When to Use Each Approach",
    publisher="Halkwinds",
    href="halkwinds.com/compare/fine-tuning-vs-prompt-engineering",
    verdict="Start with prompting. Fine-tune only with 1,000 or more labelled examples, a prompt that keeps failing on a "
    "well-defined task, and an iteration cycle that justifies the cost of training.",
    rules=[
        FrameworkRule("enough_examples", TUNE, "there are at least 1,000 labelled examples"),
        FrameworkRule(
            "consistent_prompt_failure",
            TUNE,
            "at least 100 trials were graded, few-shot and chain of thought were both tried, and the prompt is unlikely "
            "to meet the requirement",
        ),
        FrameworkRule(
            "token_overhead", TUNE, "the output format is strict and instructions are at least 30 % of a request's cost"
        ),
        FrameworkRule("proprietary_knowledge", TUNE, "terminology, schemas or reasoning are rare in public text"),
        FrameworkRule(
            "latency_benefit",
            TUNE,
            "a latency target is set and the fine-tune saves at least 10 % of the time, or alone meets the target",
        ),
        FrameworkRule("feasibility_unproven", PROMPT, "fewer than 100 trials were graded"),
        FrameworkRule(
            "knowledge_changes",
            PROMPT,
            "even a model that was perfect on the day of its training would, on average between retrainings, miss the "
            "requirement (or, without one, the prompt's accuracy)",
        ),
        FrameworkRule("no_dataset", PROMPT, "examples are missing, and collecting them takes months or does not pay"),
        FrameworkRule(
            "multi_step_reasoning",
            PROMPT,
            "the task needs multi-step reasoning and few-shot with chain of thought does well",
        ),
        FrameworkRule("audit_required", PROMPT, "stakeholders must see the exact instructions that were followed"),
    ],
    gates=[
        "enough_examples: satisfied",
        "well_defined_need: the task is not declared ill-defined, and one of consistent_prompt_failure, token_overhead, "
        "latency_benefit and proprietary_knowledge is satisfied",
        "iteration_cycle_pays: the expected NPV is positive, or the fine-tune's chance to meet the requirement is "
        "plausible and above those of both prompts",
        "no_bar_to_tuning: neither audit_required nor knowledge_changes is satisfied, unless the fine-tune is likely to "
        "meet the requirement and nothing else plausibly does",
    ],
    size_of_gap="Up to 5 points short of the requirement a better prompt is likelier to close the gap; from 15 points on a "
    "fine-tune may; in between the probabilities decide. The gap is taken in whole points.",
    dimensions=[
        FrameworkDimension("time_to_first_result", PROMPT, "hours or days against weeks or months"),
        FrameworkDimension("iteration_speed", PROMPT, "minutes against days"),
        FrameworkDimension("data_requirement", PROMPT, "none against 1,000 to 50,000 labelled examples"),
        FrameworkDimension("output_consistency", TUNE, "how often the output has the right form and content"),
        FrameworkDimension("knowledge_freshness", PROMPT, "how old the knowledge behind an answer is"),
        FrameworkDimension("token_cost_at_scale", TUNE, "token cost of a request"),
        FrameworkDimension("auditability", PROMPT, "whether the instructions followed can be read"),
        FrameworkDimension("implementation_cost", PROMPT, "one-off cost"),
        FrameworkDimension("task_specificity", TIE, "narrow and repeated against varied"),
        FrameworkDimension("maintenance_burden", TIE, "retraining and monitoring against prompt upkeep"),
    ],
)
