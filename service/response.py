"""The answer: every figure a caller gets, with its unit. No unions; a figure that does not apply is null or absent."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from service.response_money import BreakEvenAnswer, CashFlow, Costs, Money, Noun


class Reason(Noun, frozen=True):
    """A rule or risk with its figures."""

    rule: str
    favours: str
    status: str
    statement: str


class VerdictAnswer(Noun, frozen=True):
    """What to do, how sure, and why."""

    choice: str
    action: str
    confidence: float
    summary: str
    reasons: list[Reason]
    framework_choice: str
    framework_action: str
    expected_value_choice: str
    expected_value_action: str
    policies_agree: Annotated[bool, Meta(description="Whether both policies name the same action")]
    step: Annotated[str, Meta(description="Step of the framework that decided, or expected_value")]
    risks: list[str]
    missing_field: str | None


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


class Dimension(Noun, frozen=True):
    """One of the article's ten dimensions."""

    dimension: str
    prompt_engineering: str
    fine_tuning: str
    winner: str
    article_winner: str
    contradicts_article: bool


class OfferAnswer(Noun, frozen=True):
    """A fine-tuning offer at the base case, with why it lost."""

    id: str
    name: str
    relation: str | None
    npv: Annotated[float | None, Meta(description="Base case; null where the offer cannot go live")]
    monthly_cost: Money
    one_off_cost: Money
    is_chosen: bool
    is_feasible: bool
    lost_because: str | None
    last_training_date: datetime.date | None
    shutdown_date: datetime.date | None
    source: str
    checked: datetime.date | None
    confidence: str


class AssumptionUsed(Noun, frozen=True):
    """A default this answer relies on."""

    pointer: str
    id: Annotated[
        str | None, Meta(description="Entry of GET /v1/assumptions; null where the value follows from the request")
    ]
    value: float | None
    low: float | None
    high: float | None
    text: str | None
    unit: str
    kind: str
    source: str
    href: str
    note: str
    share_of_variance: Annotated[
        float | None, Meta(description="Share of the NPV's variance; null where it is a fixed number")
    ]


class Provenance(Noun, frozen=True):
    """What it takes to get the same bytes again."""

    service_version: str
    assumptions_digest: str
    price_catalogue_version: str
    prompt_base_model: str | None
    prompt_price_source: str
    prompt_price_checked: datetime.date | None
    fine_tuning_offer: str
    as_of: datetime.date
    seed: int
    draws: int
    policy: str
    request_digest: str
    result_digest: str


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


class Assessment(Noun, frozen=True):
    """The answer to one case."""

    verdict: VerdictAnswer
    break_even: BreakEvenAnswer
    costs: Costs
    accuracy: AccuracyAnswer
    latency: LatencyAnswer
    value_of_information: ValueOfInformation
    comparison: list[Dimension]
    offers: list[OfferAnswer]
    assumptions: list[AssumptionUsed]
    provenance: Provenance
    trace: list[TraceLine] | UnsetType = UNSET
    cash_flows: list[CashFlow] | UnsetType = UNSET
    sensitivity: list[Sensitivity] | UnsetType = UNSET
    curves: list[Curve] | UnsetType = UNSET
