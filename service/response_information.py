"""What is behind an answer: value of information, sensitivity, curves and the trace. What does not apply is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from service.response_money import Money, Noun


class Evppi(Noun, frozen=True):
    """What knowing one input before deciding would be worth."""

    input: str
    value: Money


class TrialStudy(Noun, frozen=True):
    """Grading more answers of the prompt, at the size that is worth most."""

    trials: int
    cost: Money
    value: Money
    net_value: Money


class PilotStudy(Noun, frozen=True):
    """A pilot fine-tune, at the size that is worth most."""

    examples: int
    trials: int
    cost: Money
    value: Money
    net_value: Money


class ValueOfInformation(Noun, frozen=True):
    """What it is worth to find out more before deciding whether to switch to fine-tuning."""

    evpi: Money
    evppi: list[Evppi]
    graded_trials: TrialStudy
    pilot: PilotStudy


class TraceLine(Noun, frozen=True):
    """One line of the ledger as it was calculated for this case."""

    name: str
    unit: str
    function: str
    inputs: list[str]
    origin: Annotated[
        str, Meta(description="calculated, stated (by the caller), assumed, offer, price list, fitted or derived")
    ]
    base_case: list[float | None]
    p10: float | None
    p50: float | None
    p90: float | None


class Sensitivity(Noun, frozen=True):
    """How much of the uncertainty about the NPV comes from one input."""

    input: str
    share_of_variance: float
    mean_npv_in_lowest_tenth: Money
    mean_npv_in_highest_tenth: Money


class Curve(Noun, frozen=True):
    """Base-case NPV along one input."""

    input: str
    unit: str
    values: list[float]
    npv: list[float]
