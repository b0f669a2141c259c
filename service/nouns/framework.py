"""The article's framework as it is answered: its verdict, rules and dimensions, and what it does here."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta

from service.nouns.base import Open

Favoured = Annotated[
    str,
    Meta(
        description="Extensible enum: one of fine_tuning, prompt_engineering, tie",
        examples=["fine_tuning", "prompt_engineering", "tie"],
    ),
]


class FrameworkRule(Open, frozen=True):
    """A rule and when it holds."""

    id: Annotated[str, Meta(description="Its name, as `verdict.reasons` gives it", examples=["enough_examples"])]
    favours: Favoured
    holds_when: Annotated[str, Meta(description="When it holds, in words")]


class FrameworkDimension(Open, frozen=True):
    """A dimension of comparison and the article's winner."""

    id: Annotated[str, Meta(description="Its name, as `comparison` gives it", examples=["iteration_speed"])]
    winner: Favoured
    meaning: Annotated[str, Meta(description="What is compared")]


class Framework(Open, frozen=True):
    """The decision framework of the article."""

    title: Annotated[str, Meta(description="Title of the article")]
    publisher: Annotated[str, Meta(description="Who published it")]
    href: Annotated[str, Meta(description="Where it is published")]
    as_of: Annotated[datetime.date, Meta(description="Date at which its thresholds hold")]
    verdict: Annotated[str, Meta(description="What it advises, in our words")]
    rules: Annotated[list[FrameworkRule], Meta(description="Its five rules for each side")]
    in_the_verdict: Annotated[
        list[str], Meta(description="What it does in the verdict of the framework policy, in words")
    ]
    size_of_gap: Annotated[str, Meta(description="How the gap between requirement and prompt is judged")]
    dimensions: Annotated[list[FrameworkDimension], Meta(description="Its ten dimensions and the winner of each")]
