"""What goes into the auditor's calculation, and what comes out of it.

Money is in finance.currency, prices are per million tokens after vendor discount, rates and shares are decimals, times
are months from as_of, every figure is a mean. The section of the page of formulas behind a figure stands beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

PARTS = ("one_off", "tokens", "errors", "hosting", "upkeep", "retraining", "migration", "stand_in")
"""What a cost is made of (§6)."""


@dataclass(frozen=True, kw_only=True)
class World:
    """Hold what is the same for all options."""

    requests_per_month: float  # §3
    growth_per_month: float = 0.0  # §3: its mean
    growth_spread: float = 0.0  # §1: its standard deviation
    horizon_months: int  # §3
    discount_rate: float = 0.0  # §3: per year
    price_decline_per_year: float = 0.0  # §4
    error_cost: float = 0.0  # §6: per wrong answer, 0 where not valued
    peak_to_average: float = 1.0  # §6
    batch_share: float = 0.0  # §4


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Hold the tokens of one request by part (§4)."""

    instruction: float = 0.0
    payload: float = 0.0
    output: float = 0.0

    @property
    def total(self) -> float:
        """Return all tokens of a request, in and out."""
        return self.instruction + self.payload + self.output


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Hold the four token prices of an option; None: not charged, or not published (§4)."""

    input: float = 0.0
    output: float = 0.0
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Hold what one request of an option takes (§4)."""

    tokens: Tokens = field(default_factory=Tokens)
    prices: Prices = field(default_factory=Prices)
    cache_hit_rate: float | None = None  # None: derived from the volume
    min_cacheable_tokens: float = 1_024.0
    cache_time_to_live_seconds: float = 300.0
    cache_hit_ceiling: float = 1.0
    batch_discount: float = 0.0
    invalid_output_rate: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """Hold what it takes to keep a fine-tune ready (§6)."""

    bill_per_month: float | None = None  # stated: taken as it is
    fee_per_hour: float = 0.0
    storage_per_month: float = 0.0
    share: float = 1.0
    tokens_per_second_per_replica: float | None = None  # None, and no requests either: a hosted adapter
    requests_per_second_per_replica: float | None = None
    utilisation: float = 1.0  # of the tokens' capacity
    minimum_replicas: int = 1
    scales_to_zero: bool = False


@dataclass(frozen=True, kw_only=True)
class Run:
    """Hold what one training run takes (§6)."""

    planned_examples: float = 0.0
    epochs: float = 1.0  # of the build
    price_per_mtok: float = 0.0
    minimum_charge: float = 0.0
    hours: float | None = None  # None: by the tokens
    hours_per_mtok: float = 0.0
    price_per_hour: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Project:
    """Hold a build or a retraining from the bottom up (§6)."""

    hours: float = 0.0
    hourly_rate: float = 0.0
    labels: float = 0.0
    cost_per_label: float = 0.0
    epochs: float = 1.0
    runs: float = 0.0
    trials: float = 0.0
    cost_per_trial: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Option:
    """Hold one way to serve, as plain numbers, nothing left to look up (§2)."""

    id: str
    kind: str
    stands_in: str | None = None
    serving: Serving = field(default_factory=Serving)
    hosting: Hosting = field(default_factory=Hosting)
    accuracy_at_start: float = 1.0  # §5: at age 0, label noise taken off
    start: float = 0.0  # §3
    one_off: float | Project = 0.0  # §6: its own; a project is summed
    run: Run = field(default_factory=Run)
    upkeep_per_month: float = 0.0  # §6
    migration_cost: float = 0.0  # §6: of a prompt, or of a redeployment; a fine-tune's is one retraining
    migrations: tuple[float, ...] = ()  # §3: expected in each month; empty: none
    migrates: bool = False  # §3: a fine-tune that trains a successor
    serves_on: bool = True  # §3: a prompt, or hosted open weights: an end is a migration
    end: float = math.inf  # §3: of a fine-tune that reverts
    known_retirement: float = math.inf  # §3: stated, or of the catalogue
    last_training: float = math.inf  # §3
    interval: float = math.inf  # §3: R
    age_at_start: float = 0.0  # §3: of a fine-tune in service
    retraining_cost: float | Project = 0.0  # §6
    half_life: float = math.inf  # §5
    off_task_share: float = 0.0  # §5
    forgetting_drop: float = 0.0  # §5


@dataclass(frozen=True, kw_only=True)
class Case:
    """Hold the world and its options: the first is what serves today, `keep` is among them."""

    world: World
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Month:
    """Hold one month of an option, its parts for the share that each of them serves (§6)."""

    live: float
    own_accuracy: float  # §5: of the option itself
    accuracy: float  # §5: of whatever serves in this month
    age: float | None  # §3: None: not live
    retrainings: int  # §3: migrations not counted
    parts: dict[str, float]
    stand_in_errors: float  # the part of stand_in that wrong answers cost

    @property
    def errors(self) -> float:
        """Return what all wrong answers of the month cost."""
        return self.parts["errors"] + self.stand_in_errors

    @property
    def cost(self) -> float:
        """Return what the month costs in all."""
        return sum(self.parts.values())


@dataclass(frozen=True, kw_only=True)
class FullMonth:
    """Hold what an option by itself costs in a full month (§7)."""

    requests: float
    accuracy: float
    tokens: float
    errors: float
    hosting: float
    upkeep: float

    @property
    def total(self) -> float:
        """Return what it costs in all."""
        return self.tokens + self.errors + self.hosting + self.upkeep


@dataclass(frozen=True, kw_only=True)
class Result:
    """Hold what the auditor found of one option; flows have month 0 first, other monthly lists begin with month 1."""

    npv: float  # §7: against the first option
    tco: float
    tco_without_errors: float
    parts: dict[str, float]  # §6: present values
    payback_months: float | None  # None: never; 0.0: from the start
    discounted_payback_months: float | None  # None: never; 0.0: from the start
    roi: float | None  # None: nothing is invested
    payback_requests: float | None  # None: running on saves nothing
    monthly: FullMonth | None  # the first one; None: there is none
    cost_per_correct_answer: float | None  # None: no correct answers
    amortised_cost_per_month: float | None  # None: it never serves
    cost_per_request: float  # §4: at today's prices
    cache_hit_rate: float
    one_off: float  # §6: its own
    run_cost: float  # §6: of one training run
    retraining_cost: float
    live: list[float]
    age: list[float | None]
    retrainings: list[int]
    average_accuracy: (
        float | None
    )  # §5: of what serves from the start to the horizon, of what stands in where it starts after it
    flows: list[float]
    levelised_cost_per_request: float | None  # None: no requests
    levelised_cost_per_correct_answer: float | None  # None: no correct answers
    token_saving: float  # §2: over the live time, against the prompt as it is

    @property
    def live_months(self) -> float:
        """Return how long it is live in all."""
        return sum(self.live)
