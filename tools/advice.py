"""What a request is advised on a day, for the tools that show which verdicts move."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, NamedTuple

from service import __version__
from service.assessment import assess, versions_of
from service.contract.decoding import decode
from service.larder import tokens
from service.larder.load import Catalogue
from service.larder.prices import PriceList
from service.nouns.request.assessment import AssessmentRequest

ROOT = Path(__file__).parent.parent
EXAMPLES, FIELD = ROOT / "openapi" / "examples", ROOT / "tests" / "field"

NEXT = "now run `make examples`, `make openapi ARGS=--answers` and `make test`; a moved verdict is a changelog entry"

Answer = dict[str, Any]


class Verdict(NamedTuple):
    """What a request is advised: the action, the option it stands for, and the expected NPV of that option."""

    action: str
    option: str
    npv: float

    def shown(self) -> str:
        """Return it as a cell of a table."""
        return f"{self.action:<20}{self.option:<40}{self.npv:>14,.0f}"


def means(answer: Answer, figure: str) -> dict[str, float]:
    """Return the expected value of a figure of every option, by the option's id."""
    return {option["id"]: option[figure]["mean"] for option in answer["options"]}


def verdict_of(answer: Answer) -> Verdict:
    """Return the verdict of an answer, with the expected NPV of the option it stands for."""
    action, option = answer["verdict"]["action"], answer["verdict"]["option"]
    return Verdict(action, option, means(answer, "npv")[option])


def answered(path: Path, larder: Catalogue, prices: PriceList, day: datetime.date) -> Answer:
    """Return the answer on the request in a file, assessed on a day no earlier than `day`."""

    def count(texts: Any, model: str | None) -> tuple[list[int], bool]:
        name, own = tokens.encoding_of(model or "", larder.identifiers)
        return tokens.count(texts, name), own

    request = decode(path.read_bytes(), AssessmentRequest)
    as_of = max(day, request.as_of or day)
    versions = versions_of(request, larder, prices, as_of, __version__)
    answer: Answer = json.loads(assess(request, larder, prices, count, as_of, versions))
    return answer
