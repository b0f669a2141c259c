"""Desks on which parts of a request are resolved by themselves."""

from __future__ import annotations

import datetime
import json
from typing import Any

from conftest import example

from service.assessment.resolve.desk import Desk
from service.contract.decoding import decode
from service.larder.load import load
from service.nouns.request.assessment import AssessmentRequest

CATALOGUE = load()
TODAY = datetime.date(2026, 11, 26)


def desk(as_of: datetime.date = TODAY, *, task: dict[str, Any] | None = None, **prompting: Any) -> Desk:
    """Return a desk for the least request with a task and some fields of its prompt put over it."""
    least = example("minimal")
    request = {**least, "task": {**least["task"], **(task or {})}, "prompting": {**least["prompting"], **prompting}}
    return Desk(decode(json.dumps(request).encode(), AssessmentRequest), CATALOGUE, as_of)
