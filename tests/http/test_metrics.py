"""Metrics: what is counted of each request, by names that hold nothing of a caller's, and that alerts can rely on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from requests_to_send import BODIES, SMALL

from service.http.app import create_app
from service.http.edge import Edge
from service.settings import Settings

ALERTS = Path(__file__).parents[2] / "k8s" / "components" / "alerts" / "alerts.yaml"
METRIC = re.compile(r"\bprompt_or_tune_\w+")
Client = TestClient[Any]


@pytest.fixture
def client() -> Any:
    """Yield a client of an application of its own, whose figures begin at nothing."""
    with TestClient(create_app(Settings(log_level="error")), raise_server_exceptions=False) as session:
        yield session


def figures(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every figure of a scrape by its name and labels."""
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def figure(client: Client, name: str, **labels: str) -> float:
    """Return one figure; nothing was counted where there is none."""
    return figures(client).get((f"prompt_or_tune_{name}", tuple(sorted(labels.items()))), 0.0)


def test_requests_are_counted_by_route(client: Client) -> None:
    """Rate, errors and duration stand under the path of the operation; paths that lead nowhere share one name."""
    for path in ("/v1/assumptions/hourly_rate", "/v1/assumptions/horizon_months", "/v1/assumptions/SECRET", "/SECRET"):
        client.get(path)
    route = "/v1/assumptions/{id}"
    assert figure(client, "requests_total", route=route, method="GET", status="200") == 2
    assert figure(client, "requests_total", route=route, method="GET", status="404") == 1
    assert figure(client, "requests_total", route="unrouted", method="GET", status="404") == 1
    assert figure(client, "request_seconds_count", route=route) == 3
    assert "SECRET" not in client.get("/metrics").text


def test_methods_that_nobody_knows_share_a_name(client: Client) -> None:
    """A caller cannot make the figures grow by inventing methods."""
    for method in ("FOO", "BAR"):
        client.request(method, "/v1/ledger")
    assert figure(client, "requests_total", route="unrouted", method="other", status="405") == 2


def test_what_was_computed_is_counted(client: Client) -> None:
    """An assessment counts its draws and its verdict once; the same again is a hit and computes nothing."""
    verdict = client.post("/v1/assessments", json=SMALL).json()["verdict"]["action"]
    client.post("/v1/assessments", json=SMALL)
    assert figure(client, "verdicts_total", action=verdict) == 1
    assert figure(client, "draws_total") == SMALL["simulation"]["draws"]
    assert [figure(client, "answers_total", cache=cache) for cache in ("miss", "hit")] == [1, 1]
    assert figure(client, "assessment_seconds_count") == 1
    assert figure(client, "cache_bytes") > 10_000
    assert figure(client, "body_bytes") == figure(client, "work_at_hand", kind="assessment") == 0


def test_refusals_are_counted_by_reason(client: Client) -> None:
    """What was refused is told apart by why, not by status alone."""
    client.post("/v1/token-counts", content=b"{")
    client.post("/v1/token-counts", content=b"<a/>", headers={"Content-Type": "application/xml"})
    client.post("/v1/token-counts", json={**BODIES["countTokens"], "base_model": "nobody/nothing"})
    reasons = ("unreadable", "media_type", "unassessable", "limit")
    assert [figure(client, "refusals_total", reason=reason) for reason in reasons] == [1, 1, 1, 0]


def test_every_metric_of_an_alert_is_scraped(client: Client) -> None:
    """No alert waits for a figure that there is not."""
    client.post("/v1/assessments", json=SMALL)
    client.post("/v1/assessments", content=b"{")
    rules = yaml.safe_load(ALERTS.read_text())["spec"]["groups"][0]["rules"]
    wanted = {name for rule in rules for name in METRIC.findall(rule["expr"])}
    assert len(rules) > 9 and wanted
    assert wanted <= {name for name, _ in figures(client)}


def test_every_alert_is_explained() -> None:
    """docs/operations.md says of each alert what to do about it."""
    page = (ALERTS.parents[3] / "docs" / "operations.md").read_text()
    rules = yaml.safe_load(ALERTS.read_text())["spec"]["groups"][0]["rules"]
    assert [rule["alert"] for rule in rules if f"**{rule['alert']}**" not in page] == []


def test_metrics_may_have_a_port_of_their_own() -> None:
    """Where they have, they are not on the service's port; they need no key on either."""
    elsewhere: Edge = create_app(Settings(metrics_port=9090, log_level="error"))
    with TestClient(elsewhere) as session:
        assert session.get("/metrics").status_code == 404
    guarded = create_app(Settings(api_keys=("0" * 64,), log_level="error"))
    with TestClient(guarded) as session:
        assert session.get("/metrics").status_code == 200
        assert session.get("/v1/ledger").status_code == 401
