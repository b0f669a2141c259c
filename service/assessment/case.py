"""Nouns of the corridor: one frozen type per doorway."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.arrays import Array
from models.sampling import Family
from service.assessment.ledger.line import Kind, Line
from service.larder.effects import ChangeKind
from service.larder.evidence import EvidenceIndex
from service.larder.facts import Evidence, Source
from service.larder.published import Published
from service.nouns.request.assessment import AssessmentRequest
from service.nouns.request.fine_tuning import Relation
from service.nouns.request.prompting import Technique

KEEP, IMPROVE, IN_SERVICE, OWN_OFFER = "keep", "improve", "in_service", "own"
"""Ids of options, and of the caller's own offer."""

Policy = Literal["revert", "migrate"]
"""What a fine-tune does when its base model is retired."""


class Interval(NamedTuple):
    """An 80 % interval; of no width for a quantity the caller is sure of."""

    low: float
    high: float
    family: Family


Origin = Literal["stated", "catalogue", "drawn", "never"]


class Life(NamedTuple):
    """When a base model ends, or how likely that is by its age."""

    origin: Origin
    months: float
    """From `as_of` to a stated end or one on record, below 0 for one that is past; infinite for what is drawn, or never [months]."""
    date: datetime.date | None
    """That end; None without one."""
    starts: Array
    """Ages from which each hazard holds, the first 0 [months], shape (S,)."""
    per_year: Array
    """Hazard of retirement from each age on [per year], shape (S,); 0 where it never ends."""
    age_months: float
    """Age at `as_of` [months]."""
    notice_months: float
    """What is not announced comes no sooner than this after `as_of` [months]."""
    serves_on: bool
    """Whether an end is a redeployment of the same weights elsewhere: hosted open weights."""


class Gains(NamedTuple):
    """What techniques bring and cost; axes run over the techniques T in the order of `techniques`."""

    techniques: tuple[Technique, ...]
    typical: Array
    """Gain of each on a prompt that is right half the time, the examples not searched for yet [log-odds], shape (T,)."""
    typical_after_search: Array
    """The same where better_examples was tried [log-odds], shape (T,); differs for the optimiser, which finds examples itself."""
    below: Array
    """How far the gain of each strays below, from task to task [log-odds], shape (T,)."""
    above: Array
    """How far it strays above [log-odds], shape (T,)."""
    tried_share: Array
    """Chance that it was tried already: 0 or 1 where the caller says so, shape (T,); a coin per draw in between."""
    is_planned: NDArray[np.bool_]
    """Whether improving would try it, were it not tried already, shape (T,)."""
    share_of_others: float
    degrees: float
    """Of the Student t that the gains follow."""
    residual_mean: float
    """Of further work [log-odds], floored at 0 in each draw; 0 with a spread of 0 where the caller says what will be tried."""
    residual_sd: float
    instruction_tokens: Mapping[Technique, Interval]
    """By what each technique that may be adopted lengthens the instruction [tokens]; one that gains nothing on average is not."""
    output_tokens: Mapping[Technique, Interval]
    """By what it lengthens the output [tokens]."""


class Used(NamedTuple):
    """A default that this case relies on, and the lines it feeds; one of the larder has a file and the day of its check."""

    pointer: str
    id: str
    value: float | None
    low: float | None
    high: float | None
    text: str | None
    unit: str
    kind: str
    source: Source
    note: str
    feeds: tuple[Line, ...]
    file: str = ""
    checked: datetime.date | None = None


class Inputs(Struct, frozen=True):
    """Values of lines: those that may be uncertain, and those that are certain."""

    intervals: Mapping[Line, Interval]
    constants: Mapping[Line, Array]

    @property
    def lines(self) -> frozenset[Line]:
        """Return every line that has a value."""
        return frozenset(self.intervals) | frozenset(self.constants)


class Trials(NamedTuple):
    """Graded answers."""

    correct: float
    total: float


class Swap(NamedTuple):
    """Another base model in place of the prompt's, as the published comparisons name both."""

    kind: ChangeKind
    old: str
    """Empty where its capability is not known."""
    new: str
    gap: float
    """Capability gained [tens of points]; nan where it is not known."""


class Rests(NamedTuple):
    """What published results a modelled accuracy rests on."""

    sources: int
    rows: int
    left_out_error_points: float
    """Mean absolute error on sources that the fit had not seen, for this kind of task [points]."""
    is_outside: bool
    """Whether the case lies outside of what was published."""


class Option(Struct, frozen=True, kw_only=True):
    """A way to serve the task, resolved: its own values beside those that all options share."""

    id: str
    kind: Kind
    name: str
    base_model: str | None
    inputs: Inputs
    life: Life
    shares_life: bool
    """Whether the prompt's base model is retired with it: the same provider, the same draw."""
    trials: Trials | None = None
    """Its own measurement; None where its accuracy is modelled."""
    gains: Gains | None = None
    """What improving the prompt may gain; only of the option that does."""
    swap: Swap | None = None
    """What it changes about the base model, where it was not measured."""
    rests_on: Rests | None = None
    """The published results behind it; None where it was measured."""
    policies: tuple[Policy, ...] = ("migrate",)
    """What may be done when its base model is retired; a prompt always moves on."""
    is_measured: bool = True
    price_source: Source
    price_checked: datetime.date | None
    draws_of: str = ""
    """Id of the option whose draws it shares, of which it is a variant."""

    @property
    def block(self) -> str:
        """Return the name of its block of draws; the prompt and its improvement use the case's."""
        return self.draws_of or self.id


class Tiers(NamedTuple):
    """Token prices by tier of the input's length, in the request's currency per million tokens."""

    starts: Array
    """Input sizes above which the next tier holds [tokens], shape (T,)."""
    input: Array
    """Shape (T + 1,), as the other prices."""
    output: Array
    cache_read: Array
    cache_write: Array
    is_cache_priced: bool
    min_cacheable_tokens: float


class Candidate(Struct, frozen=True, kw_only=True):
    """A fine-tuning offer as this case would buy it: its terms as plain numbers, beside what all fine-tunes share."""

    id: str
    """That of the offer; `own` for the caller's."""
    name: str
    is_named: bool
    """Whether the caller names or states it; what is stated of the fine-tune's hosting is stated of this one."""
    base_model: str
    relation: Relation | None
    is_same_base: bool
    is_dedicated: bool
    terms: Mapping[Line, float]
    ranges: Mapping[Line, Interval]
    """Terms that are ranges, as GPU prices and throughputs; each has its mean in `terms`."""
    base_prices: Tiers | None
    """Of its base model by the token, for a prompt; None where it is not sold so, or is the prompt's own."""
    life: Life
    shares_life: bool
    has_successor: bool
    obstacle: str
    """Why it cannot be bought, whatever the time it takes; empty where it can."""
    last_training_date: datetime.date | None
    shutdown_date: datetime.date | None
    source: Source
    file: str
    checked: datetime.date | None
    confidence: str
    customer_rule: str = ""
    """What the provider asks of who may fine-tune there, in words; empty where it asks nothing."""


class Studies(NamedTuple):
    """What it costs to find out more, at means, in the request's currency."""

    cost_per_trial: float
    pilot_cost: float
    """Of one pilot: as stated, all in; else its hours, and a training run at its size comes on top."""
    pilot_run_is_extra: bool
    pilot_hours: float
    pilot_weeks: float
    improvement_weeks: float
    cost_per_example: float
    labelled_examples: float
    fewest_trials: float
    """Of a study that grades answers, however few were graded before."""


class Reach(NamedTuple):
    """How far the frontier looks along an input."""

    times: float
    """Times above and below today's value."""
    most_decades: float
    """Power of ten of the highest value where today's is 0."""
    least_share: float
    most_months: float
    near_times: float
    """Times above and below today's value from which a switch is too far away to matter."""


class ArticleFigure(NamedTuple):
    """A figure of the article as an 80 % range, in the request's currency where it is money, and how the model reads it."""

    quantity: str
    low: float
    high: float


class Case(Struct, frozen=True, kw_only=True):
    """A resolved request: nothing is left unsaid."""

    request: AssessmentRequest
    as_of: datetime.date
    currency: str
    draws: int
    seed: int
    confidence: float
    policy: str
    horizon_months: int
    trials: Trials
    tolerated_loss: float
    meeting_value: float | None
    """What it is worth that the bar is met, per request, as stated; None where it follows from today's token cost."""
    prompt_model: str | None
    prompt_price_is_oldest_known: bool
    drift_per_quarter: float
    """Standard deviation of a quarter's step of the prompt's accuracy [log-odds]; 0 where its base model is pinned."""
    old_after_days: float
    shared: Inputs
    """What all options share."""
    prompts: tuple[Option, ...]
    """Keep first, improve second, then the alternatives."""
    suggested: tuple[Option, ...]
    """Other base models that the service itself looks at; nobody asked for them."""
    in_service: Option | None
    tuning: Inputs
    """What all fine-tunes share."""
    candidates: tuple[Candidate, ...]
    bystanders: tuple[Candidate, ...]
    tunes_rest_on: Rests
    """The published results behind the accuracy of every fine-tune."""
    shutdown_policies: tuple[Policy, ...]
    """What the caller allows when a base model is retired."""
    said: frozenset[Line]
    context_window: float
    planned_examples: float
    studies: Studies
    latency_is_measured: bool
    thresholds: Mapping[str, float]
    reach: Reach
    article: tuple[ArticleFigure, ...]
    used: tuple[Used, ...]
    evidence: tuple[Evidence, ...]
    evidence_index: EvidenceIndex
    published: Published
    """What was published of improved prompts and of changes of base model."""
    unknowns: tuple[Unknown, ...] = ()
    """What is left unsaid and may matter, with what it may turn out to say."""


Field = Literal[
    "/finance/error_cost", "/task/required_accuracy", "/fine_tuning/labelled_examples", "/prompting/techniques_tried",
    "/task/audit_required", "/latency_target", "/prompting/shutdown_date",
]  # fmt: skip
"""A field that the advice may hang on where it is not said."""


class Answer(NamedTuple):
    """What a field that is not said may turn out to say: a number or a text, how likely, and the case as it would then be."""

    value: float | None
    text: str | None
    weight: float
    case: Case
    is_as_now: bool = False
    """Whether that is what is taken where it is not said."""


class Unknown(NamedTuple):
    """A field that is not said, with what it may turn out to say; the weights add up to 1."""

    field: Field
    unit: str
    answers: tuple[Answer, ...]
