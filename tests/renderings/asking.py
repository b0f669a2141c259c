"""A request and the whole answer to it, as every rendering takes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from conftest import TODAY

from service.assessment import assess, versions_of
from service.contract.decoding import decode
from service.http.house import House
from service.nouns.answer.assessment import Assessment
from service.nouns.request.assessment import AssessmentRequest
from service.renderings import whole

Request = dict[str, Any]
Ask = Callable[[Request], tuple[AssessmentRequest, Assessment]]


@pytest.fixture(scope="session")
def ask(house: House) -> Ask:
    """Return a function that gives a request and the whole answer to it."""

    def answered(request: Request) -> tuple[AssessmentRequest, Assessment]:
        asked = whole(decode(json.dumps(request).encode(), AssessmentRequest))
        as_of = asked.as_of or TODAY
        versions = versions_of(asked, house.catalogue, house.prices, as_of, house.version)
        body = assess(asked, house.catalogue, house.prices, house.count, as_of, versions)
        return asked, msgspec.json.decode(body, type=Assessment)

    return answered
