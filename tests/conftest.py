"""What the tests share: one house, one in-process client."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from service.assessment.case import Case
from service.assessment.resolve import resolve
from service.contract.decoding import decode
from service.http.app import whole
from service.http.edge import Edge
from service.http.house import House
from service.nouns.request.assessment import AssessmentRequest
from service.settings import Settings

pytest_plugins = ["pages.browsing", "renderings.asking"]
TODAY = datetime.date(2026, 11, 23)
ROOT = Path(__file__).parent.parent
REQUESTS = ROOT / "openapi" / "examples"
EXAMPLES = ("minimal", "ticket-triage", "policy-answers", "contract-extraction")

Answer = dict[str, Any]


@pytest.fixture(scope="session")
def house() -> House:
    """Return what the handlers of the shared application share."""
    return House.load(Settings(log_level="error"))


@pytest.fixture(scope="session")
def app(house: House) -> Edge:
    """Return the shared application."""
    return whole(house)


@pytest.fixture(scope="session")
def client(app: Edge) -> Iterator[TestClient[Any]]:
    """Yield a client of the service in this process."""
    with TestClient(app, raise_server_exceptions=False) as session:
        yield session


@pytest.fixture(scope="session")
def assess(client: TestClient[Any]) -> Callable[[dict[str, Any]], Answer]:
    """Return a function that answers a request through the API, on a fixed date unless it names one."""

    def ask(request: dict[str, Any]) -> Answer:
        response = client.post("/v1/assessments", json={"as_of": str(TODAY), **request})
        assert response.status_code == 200, response.text
        answer: Answer = response.json()
        return answer

    return ask


@pytest.fixture(scope="session")
def resolved(house: House) -> Callable[[dict[str, Any]], Case]:
    """Return a function that resolves a request."""

    def go(request: dict[str, Any]) -> Case:
        noun = decode(json.dumps(request).encode(), AssessmentRequest)
        return resolve(noun, house.catalogue, house.prices, house.count, noun.as_of or TODAY)

    return go


def example(name: str) -> dict[str, Any]:
    """Return one of the example requests."""
    request: dict[str, Any] = json.loads((REQUESTS / f"{name}.json").read_text())
    return request


def field_case(name: str) -> dict[str, Any]:
    """Return one of the requests built from public reports."""
    request: dict[str, Any] = json.loads((Path(__file__).parent / "field" / f"{name}.json").read_text())
    return request
