"""The API: every operation answers as its contract says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Any

import pytest
from conftest import EXAMPLES, REQUESTS, ROOT, example
from litestar.testing import TestClient

from service.__main__ import stop_seconds
from service.http.handlers import models_listed
from service.settings import Settings

LISTINGS = (
    "/v1/models", "/v1/models/openai/gpt-4.1-mini", "/v1/fine-tuning-offers", "/v1/self-hosted-offers", "/v1/assumptions",
    "/v1/assumptions/discount_rate", "/v1/ledger", "/v1/framework",
)  # fmt: skip

Client = TestClient[Any]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_answered(name: str, client: Client) -> None:
    """Each example is answered with 200, its digest, and nothing that may be stored."""
    response = client.post("/v1/assessments", content=(REQUESTS / f"{name}.json").read_bytes())
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    seal = base64.b64encode(hashlib.sha256(response.content).digest()).decode()
    assert response.headers["content-digest"] == f"sha-256=:{seal}:"
    answer = response.json()
    for part in (
        "verdict",
        "break_even",
        "options",
        "accuracy",
        "comparison",
        "article_check",
        "offers",
        "assumptions",
        "provenance",
    ):
        assert answer[part], part
    assert len(answer["comparison"]) == 10
    assert len(answer["break_even"]["items"]) == 12
    assert example(name)["task"]["description"] not in response.text


def test_heavy_parts_come_only_when_asked_for(client: Client) -> None:
    """Trace, cash flows, sensitivity and curves are absent unless included; acceptability is one of the curves."""
    heavy = {"trace", "cash_flows", "sensitivity", "curves"}
    request = example("minimal")
    assert not heavy & set(client.post("/v1/assessments", json=request).json())
    request["include"] = sorted(heavy)
    answer = client.post("/v1/assessments", json=request).json()
    assert heavy <= set(answer) and set(answer["curves"]) == {"npv", "acceptability"}


def test_cash_flows_add_up_to_the_npv(client: Client) -> None:
    """The discounted savings of the cash flows of every option are its base-case NPV."""
    answer = client.post("/v1/assessments", json=example("contract-extraction")).json()
    worth = {option["id"]: option["npv"]["base_case"] for option in answer["options"]}
    for flow in answer["cash_flows"]:
        npv = sum(month["saving"] * 1.12 ** (-month["month"] / 12) for month in flow["months"])
        assert npv == pytest.approx(worth.pop(flow["option"]), rel=1e-9)
    assert not worth


@pytest.mark.parametrize(("horizon", "draws"), [(24, 1024), (120, 2048)])
def test_savings_so_far_spread_as_the_npv_does(horizon: int, draws: int, client: Client) -> None:
    """Without discounting, what is saved up to the last month has the percentiles of the NPV; more draws change them little."""
    request = example("ticket-triage") | {"simulation": {"draws": draws}, "include": ["cash_flows"]}
    request["finance"] = {**request.get("finance", {}), "discount_rate": 0.0}
    request["volume"]["horizon_months"] = horizon
    answer = client.post("/v1/assessments", json=request).json()
    worth = {option["id"]: option["npv"] for option in answer["options"]}
    close = 1e-9 if draws == 1024 else 0.05
    for flow in answer["cash_flows"]:
        last, npv = flow["months"][-1], worth[flow["option"]]
        room = close * (abs(npv["p10"]) + abs(npv["p90"]))
        assert last["cumulative_saving_p10"] == pytest.approx(npv["p10"], abs=room)
        assert last["cumulative_saving_p90"] == pytest.approx(npv["p90"], abs=room)
        assert all(month["cumulative_saving_p10"] <= month["cumulative_saving_p90"] for month in flow["months"])
    assert len(answer["cash_flows"]) > 1


def test_shares_of_variance_are_shares(client: Client) -> None:
    """First-order shares lie in [0, 1], are sorted, and add up to no more than one but for noise."""
    found = client.post("/v1/assessments", json=example("contract-extraction")).json()["sensitivity"]
    shares = [entry["share_of_variance"] for entry in found]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert 0.3 < sum(shares) < 1.1


@pytest.mark.parametrize("path", LISTINGS)
def test_listings_carry_a_strong_etag(path: str, client: Client) -> None:
    """A listing is answered once; the same ETag sent back is answered with 304 and no body."""
    first = client.get(path)
    assert first.status_code == 200
    again = client.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert again.status_code == 304
    assert again.content == b""


def test_models_are_listed_with_prices_and_sources(client: Client) -> None:
    """Every listed model has an input and an output price, a source and the day it was checked."""
    items = client.get("/v1/models", params={"as_of": "2026-11-23"}).json()["items"]
    assert len(items) > 300
    assert all(item["tiers"][0]["output_usd_per_mtok"] and item["source_href"] and item["checked"] for item in items)
    own = client.get("/v1/models", params={"provider": "anthropic"}).json()["items"]
    assert own and all(item["id"].startswith("anthropic/") for item in own)


def test_models_tell_how_able_they_are_and_when_they_end(client: Client) -> None:
    """A listed model has its capability with index and source, release and retirement; what is not known is not made up."""
    params = {"as_of": "2026-11-26"}
    items = {item["id"]: item for item in client.get("/v1/models", params=params).json()["items"]}
    known = items["openai/gpt-5-mini"]
    assert known == client.get("/v1/models/openai/gpt-5-mini", params=params).json()
    assert (known["released"], known["retirement_date"]) == ("2025-08-07", "2026-12-11")
    capability = known["capability"]
    assert (capability["value"], capability["standard_deviation"], capability["is_guess"]) == (145.51, 1.5, False)
    assert (capability["index"], capability["index_date"]) == ("Epoch Capabilities Index", "2026-09-30")
    assert capability["source"]["title"] == "Epoch AI, Epoch Capabilities Index (CC-BY)"
    assert items["cohere/command"]["capability"]["is_guess"]
    unknown = items["xai/grok-4.7"]
    assert "capability" not in unknown and unknown["released"] is None and unknown["retirement_date"] is None


def test_models_are_listed_once_for_all_who_ask(client: Client) -> None:
    """The listing of a day and a provider is made once, by name of both, and has the tag of its bytes every time."""
    asked: list[dict[str, str]] = [
        {"as_of": "2026-02-03"},
        {"as_of": "2026-02-04"},
        {"as_of": "2026-02-03", "provider": "mistral"},
    ]
    first = [client.get("/v1/models", params=params) for params in asked]
    before = models_listed.cache_info()
    again = [client.get("/v1/models", params=params) for params in asked]
    after = models_listed.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (3, 0)
    assert after.maxsize and after.maxsize * len(first[0].content) < 30_000_000
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert len({answer.content for answer in first}) == 3
    for answer in (*first, *again):
        assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'


def test_offers_tell_which_are_still_trained(client: Client) -> None:
    """An offer lists its terms in force at a date and whether it can still be bought."""
    offers = client.get("/v1/fine-tuning-offers", params={"as_of": "2026-11-23"}).json()["items"]
    by_id = {offer["id"]: offer for offer in offers}
    assert by_id["azure/gpt-4.1-mini"]["is_trained"] is True
    assert by_id["openai/gpt-3.5-turbo"]["is_trained"] is False
    assert by_id["openai/gpt-4.1-mini"]["terms"]["shutdown_date"] == "2027-01-14"


def test_assumptions_show_the_value_in_force(client: Client) -> None:
    """An assumption shows all its dated values, the one in force, its unit and source."""
    one = client.get("/v1/assumptions/hourly_rate", params={"as_of": "2024-01-01"}).json()
    assert one["in_force"]["value"] == 95
    assert one["in_force"] in one["values"]
    assert one["unit"] == "USD/hour"
    assert one["in_force"]["source"]["title"]
    assert len(client.get("/v1/assumptions").json()["items"]) > 60


def test_ledger_serves_every_formula(client: Client) -> None:
    """The ledger names each line's formula, inputs, meaning and places in the answer, by kind of option where kinds differ."""
    steps = client.get("/v1/ledger").json()["steps"]
    start = next(step for step in steps if step["name"] == "accuracy_at_start")
    own = {kind["kind"]: (kind["formula"], kind["pointer"]) for kind in start["kinds"]}
    assert own["improve"] == ("improved_accuracy", "") and own["keep"] == ("at_most", "/prompting/measured_accuracy")
    npv = next(step for step in steps if step["name"] == "npv")
    assert npv["formula"] == "present_value"
    assert npv["parts"] == ["options.npv"]
    assert npv["inputs"] == ["saving_at_start", "savings", "discount_factors"]
    assert all(step["meaning"] for step in steps)


def test_framework_has_ten_rules_and_ten_dimensions(client: Client) -> None:
    """The framework lists the article's rules and dimensions by the ids the answers use."""
    framework = client.get("/v1/framework").json()
    answer = client.post("/v1/assessments", json=example("ticket-triage")).json()
    rules = {rule["id"] for rule in framework["rules"]} | {"size_of_gap"}
    assert {reason["rule"] for reason in answer["verdict"]["reasons"]} == rules
    assert [d["dimension"] for d in answer["comparison"]] == [d["id"] for d in framework["dimensions"]]


def test_token_counts_by_encoding_and_by_model(client: Client) -> None:
    """Texts are counted with an encoding or a model's own, and a foreign tokenizer is confessed."""
    plain = client.post("/v1/token-counts", json={"texts": ["hello world", ""], "encoding": "cl100k_base"}).json()
    assert (plain["counts"], plain["total"], plain["is_models_own"]) == ([2, 0], 2, True)
    foreign = client.post(
        "/v1/token-counts", json={"texts": ["hello"], "base_model": "anthropic/claude-sonnet-4-5"}
    ).json()
    assert (foreign["encoding"], foreign["is_models_own"]) == ("o200k_base", False)


def test_old_prices_are_named_as_a_risk(client: Client) -> None:
    """Prices checked more than 90 days before the assessment are a risk that the answer names."""
    request = example("contract-extraction")
    risks = " ".join(client.post("/v1/assessments", json=request).json()["verdict"]["risks"])
    assert "Nova Micro" in risks and "last checked on 2026-03-23" in risks
    request["as_of"] = "2026-04-01"
    risks = " ".join(client.post("/v1/assessments", json=request).json()["verdict"]["risks"])
    assert "last checked" not in risks


def test_a_price_of_the_callers_own_is_said_to_be_theirs(client: Client) -> None:
    """Where the request states prices, they are the source, whether the base model is known or not."""
    request = example("minimal")
    request["prompting"]["base_model"] = "openai/gpt-4.1-mini"
    listed = client.post("/v1/assessments", json=request).json()["options"][0]["prices"]
    assert listed["source"].startswith("genai-prices") and listed["checked"]
    request["prompting"]["prices"] = {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
    own = client.post("/v1/assessments", json=request).json()["options"][0]["prices"]
    assert own["source"] == "the request" and own["checked"] is None


def test_the_smallest_request_hides_no_default(client: Client) -> None:
    """Every optional field that moves an answer when it is stated stands among the assumptions when it is not."""
    answer = client.post("/v1/assessments", json=example("minimal")).json()
    listed = {entry["pointer"] for entry in answer["assumptions"]}
    stated: dict[str, Any] = {
        "/task/required_accuracy": 0.95, "/task/strict_format": True, "/task/proprietary_knowledge": True,
        "/task/audit_required": True, "/fine_tuning/labelled_examples": 5000, "/fine_tuning/cache_hit_rate": 0.01,
        "/fine_tuning/label_noise": 0.3, "/finance/vendor_discount": 0.5,
        "/latency_target": {"seconds": 0.1, "percentile": 0.5}, "/policy": "expected_value",
        "/volume/growth_per_month": 0.1, "/finance/error_cost": 1, "/finance/discount_rate": 0.5,
        "/fine_tuning/lead_time_weeks": 1, "/prompting/techniques_tried": [], "/fine_tuning/on_shutdown": "migrate",
    }  # fmt: skip
    for pointer, value in stated.items():
        request = example("minimal")
        part = request
        *path, last = pointer.strip("/").split("/")
        for name in path:
            part = part.setdefault(name, {})
        part[last] = value
        other = client.post("/v1/assessments", json=request).json()
        changed = [name for name in ("verdict", "options", "accuracy", "policy") if other[name] != answer[name]]
        assert changed, pointer
        assert any(entry == pointer or entry.startswith(f"{pointer}/") for entry in listed), pointer


def test_both_policies_are_always_reported(client: Client) -> None:
    """The policy asked for decides; the other one's choice stands beside it."""
    request = example("ticket-triage")
    framework = client.post("/v1/assessments", json=request).json()["verdict"]
    request["policy"] = "expected_value"
    value = client.post("/v1/assessments", json=request).json()["verdict"]
    assert value["action"] == framework["expected_value_action"] == value["expected_value_action"]
    assert value["framework_action"] == framework["action"]


@pytest.mark.parametrize("path", ["/livez", "/healthz", "/readyz"])
def test_probes_answer(path: str, client: Client) -> None:
    """Probes answer 200 and are not stored."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"


def test_an_unexpected_fault_tells_nothing_of_the_inside(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is a problem with status 500 and no stack trace."""

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("service.http.reading.decode_sound", broken)
    response = client.post("/v1/assessments", json=example("minimal"))
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text and "Traceback" not in response.text


@pytest.fixture
def unused_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_the_service_starts_and_stops(unused_port: int) -> None:
    """Started as the README says, it serves on HOST and PORT and leaves with exit code 0 when told to stop."""
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(unused_port)}
    server = subprocess.Popen([sys.executable, "-m", "service"], env=environment, cwd=ROOT)
    try:
        for _ in range(150):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/readyz", timeout=1) as answer:
                    assert json.load(answer)["status"] == "ok"
                break
            except OSError:
                time.sleep(0.1)
        body = json.dumps(example("ticket-triage")).encode()
        ask = urllib.request.Request(
            f"http://127.0.0.1:{unused_port}/v1/assessments", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(ask, timeout=30) as answer:
            assert json.load(answer)["verdict"]["action"] == "improve_prompt"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def test_a_service_that_is_told_to_stop_while_it_starts_stops(unused_port: int) -> None:
    """A signal that comes before the worker listens ends the service all the same, in the time that it is given."""
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(unused_port)}
    command = [sys.executable, "-m", "service"]
    server = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert server.stdout is not None
        for line in server.stdout:  # the worker reads the larder now, and hears nothing
            if "Spawning worker" in line or "Listening at" in line:
                break
        server.send_signal(signal.SIGTERM)
        assert server.wait(stop_seconds(Settings()) + 10) == 0
    finally:
        server.kill()


def test_every_offer_that_lost_says_why(client: Client) -> None:
    """An offer that was not kept names what kept it out or what sets it back; one that cannot go live has no NPV."""
    answer = client.post("/v1/assessments", json={**example("minimal"), "as_of": "2026-11-23"}).json()
    kept = [offer for offer in answer["offers"] if offer["option"]]
    others = answer["offers"][len(kept) :]
    assert 2 <= len(kept) <= 3 and kept == answer["offers"][: len(kept)]
    assert {offer["option"] for offer in kept} <= {option["id"] for option in answer["options"]}
    assert all(offer["lost_because"] is None for offer in kept)
    assert len(others) > 30
    for offer in others:
        assert offer["lost_because"]
        assert (offer["npv"] is None) == (not offer["is_feasible"])
    feasible = [offer["lost_because"] for offer in others if offer["is_feasible"]]
    assert any("most of all for " in why for why in feasible)
    closed = [offer["lost_because"] for offer in others if not offer["is_feasible"]]
    assert any("closed to new customers since 2026-05-06" in why for why in closed)


def test_trace_tells_where_each_value_comes_from(client: Client) -> None:
    """A value of the trace is calculated, stated, assumed, or from an offer, a price list or the fit."""
    answer = client.post("/v1/assessments", json=example("contract-extraction")).json()
    traced = {trace["option"]: {line["name"]: line["origin"] for line in trace["lines"]} for trace in answer["trace"]}
    assert list(traced) == [option["id"] for option in answer["options"] if option["is_feasible"]]
    keep, tune = traced["keep"], next(trace for option, trace in traced.items() if option.startswith("tune:"))
    assert keep["error_cost"] == tune["error_cost"] == "stated"
    assert keep["npv"] == tune["npv"] == "calculated"
    assert keep["upkeep_hours_per_month"] == "assumed"
    assert keep["tier_input_prices"] == "price list" and tune["input_price"] == "offer"
    assert tune["seed_variance"] == "fitted"
