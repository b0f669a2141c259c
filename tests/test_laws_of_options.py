"""Laws that hold for every option of every case: each stands for itself, money scales, parts add up, means agree."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from assessment.by_hand import adds_up, feasible, fine_tunes, merged, option
from assessment.letters import NEVER

Json = dict[str, Any]
Assess = Callable[[Json], Json]

ROOT = Path(__file__).parent.parent
SEEDS = range(6)
CALM = 100
"""Requests at random over which means and base cases are compared."""
CALM_ENOUGH = 95
STANDARD_ERRORS, SHARE_OF_COST = 3.0, 0.03
OWN_FIGURES = (
    "one_off", "monthly", "prices", "tokens", "token_cost_per_request", "cost_per_correct_answer",
    "amortised_cost_per_month", "levelised_cost_per_request", "levelised_cost_per_correct_answer", "present_values",
    "tco", "tco_without_errors", "npv", "payback", "discounted_payback", "roi", "payback_requests", "timeline",
    "accuracy", "latency", "lifetime",
)  # fmt: skip
"""Figures of a prompt-like option that hang on no other option than the first."""

MONEY = {
    "one_off", "monthly", "prices", "cost_without_cache", "token_cost_per_request", "cost_per_correct_answer",
    "amortised_cost_per_month", "levelised_cost_per_request", "levelised_cost_per_correct_answer", "present_values",
    "tco", "tco_without_errors", "npv", "npv_over_best_other", "saving_from_model", "saving_from_tuning",
    "npv_migrate", "npv_revert", "run_cost", "labels_cost", "build_cost", "retraining_cost", "amortised_per_month",
    "amortised_per_request", "incremental_cost_per_right_answer",
}  # fmt: skip
"""Keys of an option under which there are sums of money, but for chances."""


class Dice(random.Random):
    """What a request is drawn with."""

    def amount(self, low: float, high: float) -> Any:
        """Return a number between two ends, or a range of at most twofold there."""
        value = low * (high / low) ** self.random()
        return value if self.random() < 0.5 else {"low": value, "high": value * self.uniform(1.1, 2.0)}

    def prices(self, scale: float) -> Json:
        """Return prices of tokens."""
        plain = scale * self.uniform(0.2, 5)
        return {"input_usd_per_mtok": plain, "output_usd_per_mtok": plain * self.uniform(2, 5)}

    def tokens(self) -> Json:
        """Return the tokens of a request."""
        return {
            "instruction": self.amount(100, 3000),
            "payload": self.amount(50, 3000),
            "output": self.amount(5, 500),
        }

    def graded(self, least: float) -> Json:
        """Return graded answers of which at least some share is right."""
        total = self.choice([100, 200, 1000])
        return {"correct": self.randint(int(least * total), total - 1), "total": total}


def at_random(seed: int) -> Json:
    """Return a request in which nothing jumps: all lives outlast the horizon, nothing is retrained, hosting is a bill."""
    dice = Dice(seed)
    request: Json = {
        "task": {
            "description": "A case at random.",
            "kind": dice.choice(["classification", "extraction", "reasoning"]),
        },
        "prompting": {
            "measured_accuracy": dice.graded(0.5),
            "prices": dice.prices(1.0),
            "tokens": dice.tokens(),
            "techniques_tried": dice.sample(["few_shot", "better_examples", "chain_of_thought", "output_parsing"], 2),
            "shutdown_date": NEVER,
        },
        "fine_tuning": {
            "offer": {"prices": dice.prices(0.4), "training_usd_per_mtok": dice.uniform(1, 20), "shutdown_date": NEVER},
            "relative_size": dice.choice(["same", "smaller", "larger"]),
            "labelled_examples": dice.choice([500, 2000, 10_000]),
            "retraining": {"interval_months": 1200, "cost": 1000},
        },
        "volume": {
            "requests_per_month": dice.amount(1000, 5_000_000),
            "horizon_months": dice.choice([12, 24, 36]),
            "growth_per_month": dice.choice([0, 0.02, {"low": -0.01, "high": 0.02}]),
        },
        "finance": {"discount_rate": dice.choice([0, 0.1])},
    }
    if dice.random() < 0.5:
        request["finance"]["error_cost"] = dice.amount(0.001, 0.1)
    if dice.random() < 0.3:
        request["finance"]["price_decline_per_year"] = dice.choice([0.2, {"low": 0.05, "high": 0.2}])
    if dice.random() < 0.5:
        request["prompting"]["alternatives"] = [another(dice, "beside")]
    return request


def another(dice: Dice, name: str) -> Json:
    """Return another prompt at random, measured."""
    return {
        "name": name,
        "prices": dice.prices(0.7),
        "measured_accuracy": dice.graded(0.5),
        "one_off_cost": dice.amount(100, 9000),
        "weeks": dice.choice([0, 3]),
        "shutdown_date": NEVER,
    }


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the scalars of a part of an answer, each with the way to it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*path, str(number)))
    else:
        yield path, value


@pytest.mark.parametrize("seed", SEEDS)
def test_another_alternative_changes_no_other_prompt(seed: int, assess: Assess) -> None:
    """To state one more alternative moves none of the own figures of the prompts that were there."""
    request = at_random(seed)
    before = request["prompting"].get("alternatives", [])
    more = merged(request, {"prompting": {"alternatives": [*before, another(Dice(1000 + seed), "one-more")]}})
    few, many = assess(request), assess(more)
    assert option(many, "prompt:one-more")["is_feasible"]
    prompts = [each for each in few["options"] if each["kind"] in ("keep", "improve", "other_prompt")]
    assert len(prompts) == 2 + len(before)
    for each in prompts:
        same = option(many, each["id"])
        for figure in OWN_FIGURES:
            assert each[figure] == same[figure], f"{each['id']} {figure}"


@pytest.mark.parametrize("seed", SEEDS)
def test_alternatives_come_in_any_order(seed: int, assess: Assess) -> None:
    """Which alternative is named first decides nothing about what the prompts cost."""
    request, dice = at_random(seed), Dice(2000 + seed)
    two = [another(dice, "first"), another(dice, "second")]
    there, back = (
        assess(merged(request, {"prompting": {"alternatives": order}})) for order in (two, list(reversed(two)))
    )
    for name in ("keep", "improve", "prompt:first", "prompt:second"):
        for figure in OWN_FIGURES:
            assert option(there, name)[figure] == option(back, name)[figure], f"{name} {figure}"


@pytest.mark.parametrize("seed", SEEDS)
def test_money_scales_with_the_currency(seed: int, assess: Assess) -> None:
    """In a currency of which a dollar buys two, every sum of every option is twice as much and nothing else moves."""
    request = at_random(seed)
    request["finance"].pop("error_cost", None)
    for each in request["prompting"].get("alternatives", []):
        del each["one_off_cost"]
    del request["fine_tuning"]["retraining"]["cost"]
    dollars, others = (
        assess(merged(request, {"finance": {"currency": currency, "units_per_usd": units}}))
        for currency, units in (("USD", 1.0), ("XTS", 2.0))
    )
    assert [each["id"] for each in dollars["options"]] == [each["id"] for each in others["options"]]
    for one, two in zip(dollars["options"], others["options"], strict=True):
        there = dict(leaves(two))
        assert there.keys() == dict(leaves(one)).keys()
        for path, value in leaves(one):
            if isinstance(value, bool) or not isinstance(value, int | float):
                assert there[path] == value, path
                continue
            is_money = bool(MONEY.intersection(path)) and not path[-1].startswith("probability")
            assert there[path] == pytest.approx(value * (2 if is_money else 1), rel=1e-9, abs=1e-9), path


@pytest.mark.parametrize("seed", SEEDS)
def test_no_requests_no_reason(seed: int, assess: Assess) -> None:
    """Without requests nothing costs tokens or errors, and no option is worth more than the first."""
    request = merged(at_random(seed), {"volume": {"requests_per_month": 0}})
    first, *others = assess(request)["options"]
    assert first["monthly"]["tokens"] == 0 and first["monthly"]["errors"] == 0
    assert first["npv"]["base_case"] == 0
    for each in others:
        if each["is_feasible"]:
            assert each["npv"]["base_case"] <= 1e-6 and each["npv"]["mean"] <= 1e-6, each["id"]
            assert each["present_values"]["tokens"] == 0 and each["present_values"]["errors"] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_more_labels_never_lower_what_is_planned_or_promised(seed: int, assess: Assess) -> None:
    """As labels are added, planned examples and expected accuracy of a fine-tune never fall."""
    request, dice = at_random(seed), Dice(3000 + seed)
    request["fine_tuning"]["pilots"] = [{"training_examples": dice.choice([100, 800]), **dice.graded(0.6)}]
    if seed % 2:
        request["fine_tuning"]["pilots"] = []
    stock = sorted({0, 1000, *(int(10 ** dice.uniform(0, 5)) for _ in range(5))})
    tunes = [
        option(assess(merged(request, {"fine_tuning": {"labelled_examples": labels}})), "tune:own") for labels in stock
    ]
    for figure in ("planned_examples", "at_start_base_case", "mean"):
        for less, more in itertools.pairwise(tunes):
            assert more["accuracy"][figure] >= less["accuracy"][figure] - 1e-12, figure


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_are_the_whole(seed: int, assess: Assess) -> None:
    """The parts of an option's present value are its total cost; less its errors, the total cost without errors."""
    answer = assess(merged(at_random(seed), {"finance": {"error_cost": 0.02}}))
    assert fine_tunes(answer)
    for each in feasible(answer):
        parts, tco = each["present_values"], each["tco"]["base_case"]
        assert sum(parts.values()) == pytest.approx(tco, rel=1e-9), each["id"]
        without = each["tco_without_errors"]["base_case"]
        assert 0 <= without <= tco
        if each["id"] == "keep":
            assert parts["stand_in"] == 0
            assert tco - parts["errors"] == pytest.approx(without, rel=1e-9)
        assert adds_up(each["monthly"]), each["id"]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_gained_is_what_costs_less(seed: int, assess: Assess) -> None:
    """The net present value of an option is what its total cost is below the first one's, in the base case and in the mean."""
    answer = assess(at_random(seed))
    first = answer["options"][0]
    for each in feasible(answer):
        for figure in ("base_case", "mean"):
            less = first["tco"][figure] - each["tco"][figure]
            assert each["npv"][figure] == pytest.approx(less, rel=1e-6, abs=1e-6 * first["tco"][figure]), each["id"]


def test_the_base_case_tells_what_the_mean_tells(assess: Assess) -> None:
    """Where nothing jumps, mean and base case of every option's net present value agree in 95 of 100 requests at random.

    They agree within three standard errors of the mean, or within 3 % of what it costs to keep the prompt.
    docs/model.md says of each kind of option how many do.
    """
    apart: dict[int, list[str]] = {}
    tally: dict[str, list[float]] = {}
    for seed in range(CALM):
        answer = assess(merged(at_random(seed), {"simulation": {"draws": 1024, "seed": seed}}))
        cost = option(answer, "keep")["tco"]["base_case"]
        for each in feasible(answer):
            npv = each["npv"]
            gap = abs(npv["mean"] - npv["base_case"])
            if gap > max(STANDARD_ERRORS * npv["standard_error"], SHARE_OF_COST * cost):
                apart.setdefault(seed, []).append(each["id"])
            if each["kind"] != "keep":
                tally.setdefault(each["kind"], []).append(gap / npv["standard_error"])
    assert CALM - len(apart) >= CALM_ENOUGH, apart
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    for kind, gaps in tally.items():
        within = [sum(gap <= errors for gap in gaps) for errors in (1.0, STANDARD_ERRORS)]
        row = " | ".join(str(count) for count in (len(gaps), *within))
        assert f"| nothing jumps | {kind} | {row} |" in page, (kind, row)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gap_told_is_the_largest_of_the_options(seed: int, assess: Assess) -> None:
    """`provenance.base_case_gap` is the largest distance of mean and base case of a feasible option's NPV, in standard errors."""
    answer = assess(at_random(seed))
    figures = [each["npv"] for each in feasible(answer) if each["npv"]["standard_error"] > 0]
    gaps = [abs(npv["mean"] - npv["base_case"]) / npv["standard_error"] for npv in figures]
    assert answer["provenance"]["base_case_gap"] == pytest.approx(max(gaps), rel=1e-6)


def test_rounding_is_no_gap(assess: Assess) -> None:
    """An improvement that costs a stated sum and changes no bill has the same NPV in every draw: nothing is apart."""
    request = {
        "task": {"description": "Classify support tickets."},
        "prompting": {
            "measured_accuracy": {"correct": 150, "total": 200},
            "tokens": {"instruction": 500, "payload": 300, "output": 20},
            "improved_tokens": {"instruction": 500, "payload": 300, "output": 20},
            "improvement_cost": 286.64684153545863,
            "improvement_weeks": 1,
            "maintenance_cost_per_month": 0,
        },
        "fine_tuning": {"retraining": {"interval_months": 1200}},
        "volume": {"requests_per_month": 0, "horizon_months": 24},
    }
    answer = assess(request)
    improved = option(answer, "improve")["npv"]
    assert improved["standard_error"] == pytest.approx(0, abs=1e-9)
    assert improved["mean"] == pytest.approx(improved["base_case"], rel=1e-12)
    assert answer["provenance"]["base_case_gap"] < STANDARD_ERRORS
