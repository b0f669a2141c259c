"""Arithmetic as on paper, and the values of the larder it starts from: nothing here is asked of the service."""

from __future__ import annotations

import copy
import datetime
import json
import math
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Assess = Callable[[Json], Json]

AS_OF = datetime.date(2026, 11, 23)
DATA = Path(__file__).parents[2] / "service" / "larder" / "data"
FIELD = Path(__file__).parents[1] / "field"
NAMES = sorted(path.stem for path in FIELD.glob("*.json"))
TENTH = 1.2815515655446004
"""Standard deviations from the middle of a normal distribution to its 90th percentile."""
DAYS_A_MONTH = 30.4375
WEEKS_A_MONTH = 4.348125
HOURS_A_MONTH = 730.5
SECONDS_A_MONTH = HOURS_A_MONTH * 3600


def mean(low: float, high: float) -> float:
    """Return the mean of a positive quantity whose 80 % interval is known: lognormal."""
    if low == high:
        return low
    spread = math.log(high / low) / (2 * TENTH)
    return math.sqrt(low * high) * math.exp(spread**2 / 2)


def mean_share(low: float, high: float) -> float:
    """Return the mean of a share whose 80 % interval is known: logit-normal, summed over a fine grid."""
    ends = [math.log(end / (1 - end)) for end in (low, high)]
    middle, spread = sum(ends) / 2, (ends[1] - ends[0]) / (2 * TENTH)
    grid = [-10 + 20 * k / 4000 for k in range(4001)]
    weights = [math.exp(-z * z / 2) for z in grid]
    shares = [1 / (1 + math.exp(-(middle + spread * z))) for z in grid]
    return sum(w * a for w, a in zip(weights, shares, strict=True)) / sum(weights)


def mean_accuracy(correct: float, total: float) -> float:
    """Return the mean of the posterior of an accuracy, from Jeffreys' prior."""
    return (correct + 0.5) / (total + 1)


def in_force(values: list[Json]) -> Json:
    """Return the last of some dated values that has begun, before all the first."""
    begun = [value for value in values if value["from"] <= AS_OF]
    return begun[-1] if begun else values[0]


@cache
def _assumptions() -> Json:
    entries: Json = {}
    for path in sorted((DATA / "assumptions").glob("*.toml")):
        entries |= tomllib.loads(path.read_text())
    return entries


def assumed(name: str) -> float:
    """Return the mean of an assumption of the larder."""
    entry = _assumptions()[name]
    value = in_force(entry["values"])
    if "value" in value:
        return float(value["value"])
    return (mean_share if entry["family"] == "share" else mean)(value["low"], value["high"])


def offers() -> Iterator[tuple[str, Json]]:
    """Yield the fine-tuning offers of the larder with their terms in force."""
    for path in sorted((DATA / "offers").glob("*.toml")):
        for offer in tomllib.loads(path.read_text())["offer"]:
            yield offer["id"], in_force(offer["values"])


def tokens_per_second(offer: str) -> float:
    """Return what one replica of an offer gets through in a second, in the mean [tokens/second]."""
    name = "tokens_per_second_per_replica"
    rows = tomllib.loads((DATA / "self_hosted" / "offers.toml").read_text())["self_hosted"]
    hosts = {row["id"]: in_force(row["values"])[name] for row in rows}
    if offer in hosts:
        figure = hosts[offer]
        return float(figure["value"]) if "value" in figure else mean(figure["low"], figure["high"])
    terms = dict(offers())[offer]
    return mean(terms[f"{name}_low"], terms[f"{name}_high"])


def months_until(date: str) -> float:
    """Return the months from the day of the request to another day."""
    return (datetime.date.fromisoformat(date) - AS_OF).days / DAYS_A_MONTH


def hit_rate(requests_per_month: float) -> float:
    """Return the share of requests that find their instruction in the provider's cache."""
    waited = requests_per_month / SECONDS_A_MONTH * assumed("cache_time_to_live")
    return assumed("cache_hit_ceiling") * (1 - math.exp(-waited))


def cached(instruction: float, hit: float, read: float, plain: float) -> float:
    """Return what the instruction of a request costs [USD/1M requests], part of it read from the cache."""
    return instruction * (hit * read + (1 - hit) * plain)


def replicas(requests: float, tokens: float, capacity: float, peak: float = 3.0) -> int:
    """Return the replicas that the peak of a month's requests needs, by tokens in and out."""
    return max(1, math.ceil(requests * tokens / SECONDS_A_MONTH * peak / (capacity * 0.8)))


def lead_months(missing_labels: float = 0.0) -> float:
    """Return the months until a fine-tune serves where nothing is said of it."""
    return (assumed("tuned_lead_time") + missing_labels / assumed("labels_per_week")) / WEEKS_A_MONTH


def merged(request: Json, *changes: Json) -> Json:
    """Return a request with more said, object by object; None takes a field out."""
    result = copy.deepcopy(request)
    for change in changes:
        for name, value in change.items():
            if value is None:
                result.pop(name, None)
            elif isinstance(value, dict) and isinstance(result.get(name), dict):
                result[name] = merged(result[name], value)
            else:
                result[name] = copy.deepcopy(value)
    return result


def option(answer: Json, name: str) -> Json:
    """Return the option of an answer with this id."""
    found: list[Json] = [each for each in answer["options"] if each["id"] == name]
    assert found, f"no {name} among {[each['id'] for each in answer['options']]}"
    return found[0]


def fine_tunes(answer: Json) -> list[Json]:
    """Return the fine-tunes among the options of an answer that can go live."""
    return [each for each in answer["options"] if each["kind"] == "fine_tune" and each["is_feasible"]]


def feasible(answer: Json) -> list[Json]:
    """Return the options of an answer that can be had."""
    return [each for each in answer["options"] if each["is_feasible"]]


def adds_up(month: Json) -> bool:
    """Return whether the parts of a month are its total; an option without a full month has none."""
    parts = [cost for name, cost in month.items() if name != "total"]
    if month["total"] is None:
        return all(cost is None for cost in parts)
    return math.isclose(sum(parts), month["total"], rel_tol=1e-9, abs_tol=1e-9)


def told(name: str) -> Json:
    """Return a request of the field."""
    request: Json = json.loads((FIELD / f"{name}.json").read_text())
    return request


def remembered(assess: Assess) -> Assess:
    """Return a function that answers each request once."""
    answers: dict[str, Json] = {}

    def answer(request: Json) -> Json:
        key = json.dumps(request, sort_keys=True)
        if key not in answers:
            answers[key] = assess(request)
        return answers[key]

    return answer
