"""The article's framework in our words, with its thresholds as the larder has them: what GET /v1/framework tells."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from service.assessment.decide.rules import PROMPT, RULES, TUNE
from service.larder.facts import AssumedValue
from service.larder.load import Catalogue
from service.nouns.framework import Framework, FrameworkDimension, FrameworkRule

TIE = "tie"


class Dimension(NamedTuple):
    """A dimension of comparison, the article's winner, and what is compared."""

    id: str
    winner: str
    meaning: str


DIMENSIONS = (
    Dimension("time_to_first_result", PROMPT, "hours or days against weeks or months"),
    Dimension("iteration_speed", PROMPT, "minutes against days"),
    Dimension("data_requirement", PROMPT, "none against {article_labelled_examples:range} labelled examples"),
    Dimension("output_consistency", TUNE, "how often the output has the right form and content"),
    Dimension("knowledge_freshness", PROMPT, "how old the knowledge behind an answer is"),
    Dimension("token_cost_at_scale", TUNE, "token cost of a request"),
    Dimension("auditability", PROMPT, "whether the instructions followed can be read"),
    Dimension("implementation_cost", PROMPT, "one-off cost"),
    Dimension("task_specificity", TIE, "narrow and repeated against varied"),
    Dimension("maintenance_burden", TIE, "retraining and monitoring against prompt upkeep"),
)

VERDICT = (
    "Start with prompting. Fine-tune only with {article_enough_examples:count} or more labelled examples, a prompt that keeps "
    "failing on a well-defined task, and an iteration cycle that justifies the cost of training."
)
IN_THE_VERDICT = (
    "It ranks what to try, never refuses what is proven, and spends nothing because a field was not sent: what is not said is "
    "unknown, never no.",
    "Fewer than {article_enough_trials:count} graded trials: measure first.",
    "Where the instructions must be open to audit, the task is ill defined, or knowledge changes faster than retraining can follow, "
    "no fine-tune serves in the end, unless one is likely to meet the requirement and nothing else plausibly does.",
    "A fine-tune serves in the end only with {article_enough_examples:count} or more labelled examples, or after a pilot of half the "
    "planned size or more with {article_enough_trials:count} or more graded answers that makes it likely to meet what is asked.",
    "Meeting what is asked comes before money; by how much that costs more than expected value alone is told.",
)
SIZE_OF_GAP = (
    "Up to {article_small_gap:points} points short of the requirement a better prompt is likelier to close the gap; from "
    "{article_large_gap:points} points on a fine-tune may; in between the probabilities decide. The gap is taken in whole points."
)


class Threshold:
    """A number of the larder in a sentence: as a count, in per cent, in points, or as a range of counts."""

    def __init__(self, entry: AssumedValue) -> None:
        """Take the value in force."""
        self.entry = entry

    def __format__(self, form: str) -> str:
        """Return the number in one of four forms."""
        value, low, high = self.entry.value, self.entry.low, self.entry.high
        if form == "range" and low is not None and high is not None:
            return f"{low:,.0f} to {high:,.0f}"
        if value is None:
            raise LookupError(f"{form!r} is no form of {self.entry}")
        return {"count": f"{value:,.0f}", "percent": f"{100 * value:g} %", "points": f"{100 * value:g}"}[form]


def framework(catalogue: Catalogue, as_of: datetime.date) -> Framework:
    """Return the framework with the thresholds in force at a date."""
    numbers = {name: Threshold(found.at(as_of)) for name, found in catalogue.assumptions.items()}
    return Framework(
        title="Fine-Tuning vs Prompt Engineering: When to Use Each Approach",
        publisher="Halkwinds",
        href="halkwinds.com/compare/fine-tuning-vs-prompt-engineering",
        as_of=as_of,
        verdict=VERDICT.format_map(numbers),
        rules=[
            FrameworkRule(id=rule.id, favours=rule.favours, holds_when=rule.holds_when.format_map(numbers))
            for rule in RULES
        ],
        in_the_verdict=[line.format_map(numbers) for line in IN_THE_VERDICT],
        size_of_gap=SIZE_OF_GAP.format_map(numbers),
        dimensions=[
            FrameworkDimension(id=d.id, winner=d.winner, meaning=d.meaning.format_map(numbers)) for d in DIMENSIONS
        ],
    )
