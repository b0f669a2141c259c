"""What cannot be true of an assumed number by its name, its file and its unit: one sentence per fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from service.larder.facts import AssumedValue, Assumption, AssumptionFamily, Unit

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
ADDRESS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?")
"""`host/path`, without a scheme."""

ARTICLE = "article"
"""Topic, and first part of the name, of what the source article states."""

HOURS_PER_MONTH = 730.5


class Form(NamedTuple):
    """What a unit allows: how a range of it may be read, and the least and most that somebody can mean by it."""

    families: tuple[AssumptionFamily, ...]
    least: float
    most: float


def _positive(most: float, least: float = 0.0) -> Form:
    return Form(("positive",), least, most)


FORMS: Mapping[Unit, Form] = {
    "USD": _positive(1e7),
    "USD/month": _positive(1e6),
    "USD/hour": _positive(1e5),
    "USD/example": _positive(1e4),
    "USD/request": _positive(1e4),
    "USD/error": _positive(1e6),
    "tokens": _positive(1e7),
    "share": Form(("share", "rate"), -1.0, 1.0),
    "log-odds": Form(("positive", "rate"), -5.0, 5.0),
    "days": _positive(3660),
    "weeks": _positive(520),
    "months": _positive(1200),
    "hours": _positive(2e4),
    "hours/month": _positive(HOURS_PER_MONTH),
    "examples": _positive(1e7),
    "examples/week": _positive(1e6),
    "trials": _positive(1e6, 1.0),
    "draws": _positive(16384, 256),
    "runs": _positive(1000, 1.0),
    "epochs": _positive(100),
    "seconds": _positive(1e6),
    "seconds/token": _positive(10),
    "tokens/second": _positive(1e6),
    "requests/second": _positive(1e6),
    "ratio": _positive(1000),
    "per year": Form(("rate",), -0.9, 0.99),
    "per month": Form(("rate",), -0.9, 0.99),
    "id": Form(("text", "positive"), 0.0, 1e12),
}
"""By unit. A share that may be signed, such as a difference of two accuracies, is a rate."""


def topic_of(file: str) -> str:
    """Return what the assumptions of a file are about: its name without folder and ending."""
    return file.rpartition("/")[2].removesuffix(".toml")


def faults_of_form(file: str, assumption: Assumption) -> Iterator[str]:
    """Yield what is wrong with an assumption's name, description, unit and sources."""
    name, where = assumption.id, f"{file}: {assumption.id}"
    if not NAME.fullmatch(name):
        yield f"{where}: a name is lower-case words joined by underscores, such as hourly_rate"
    if name.startswith(f"{ARTICLE}_") and topic_of(file) != ARTICLE:
        yield f"{where}: what the article states stands in assumptions/{ARTICLE}.toml; move it there or call it otherwise"
    if topic_of(file) == ARTICLE and not name.startswith(f"{ARTICLE}_"):
        yield f"{where}: only what the article states stands here; move it to another topic or call it {ARTICLE}_{name}"
    if not assumption.description:
        yield f"{where}: a description is missing"
    if assumption.family not in (families := FORMS[assumption.unit].families):
        yield f"{where}: the family {assumption.family} does not fit the unit {assumption.unit}; take {' or '.join(families)}"
    for value in assumption.values:
        yield from _faults_of_size(f"{where} from {value.from_date}", assumption.unit, value)
        if (href := value.source.href) and not ADDRESS.fullmatch(href):
            yield f"{where} from {value.from_date}: the source's address {href} is not of the form host/path, without a scheme"


def _faults_of_size(where: str, unit: Unit, value: AssumedValue) -> Iterator[str]:
    form = FORMS[unit]
    for name, number in (("value", value.value), ("low", value.low), ("high", value.high)):
        if number is not None and not form.least <= number <= form.most:
            yield f"{where}: {name} {number} {unit} is not between {form.least:g} and {form.most:g}; look at the unit"
