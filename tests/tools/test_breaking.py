"""The check for breaking changes: each break that callers would feel is found, and nothing that is only added."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.contract.document import document, encode
from tools import breaking
from tools.breaking import breaks, specshift
from tools.contract import examples

Json = dict[str, Any]
Change = Callable[[Json], object]

CREATE, LIST, GET, MODELS = "/v1/assessments", "/v1/fine-tuning-offers", "/v1/assumptions/{id}", "/v1/models"
TOOL = Path(__file__).parents[2] / "tools" / "breaking.py"


@pytest.fixture(scope="module")
def contract() -> Json:
    """Return the document as the code gives it, as plain JSON."""
    made: Json = json.loads(encode(document(examples())))
    return made


def noun(contract: Json, name: str) -> Json:
    """Return a component."""
    found: Json = contract["components"]["schemas"][name]
    return found


def field(contract: Json, name: str, of: str) -> Json:
    """Return a property of a component."""
    found: Json = noun(contract, of)["properties"][name]
    return found


def post(contract: Json) -> Json:
    """Return the operation that takes a body."""
    found: Json = contract["paths"][CREATE]["post"]
    return found


def renamed(fields: Json, old: str, new: str) -> None:
    """Rename a key in place."""
    fields[new] = fields.pop(old)


def with_parameter(contract: Json, *, required: bool) -> None:
    """Add a query parameter to a listing."""
    contract["paths"][LIST]["get"]["parameters"].append(
        {"name": "region", "in": "query", "required": required, "schema": {"type": "string", "maxLength": 9}}
    )


BREAKING: dict[str, tuple[str, Change]] = {
    "path removed": ("GET /v1/ledger: is gone", lambda d: d["paths"].pop("/v1/ledger")),
    "path renamed": (f"POST {CREATE}: is gone", lambda d: renamed(d["paths"], CREATE, "/v1/cases")),
    "method changed": (f"GET {LIST}: is gone", lambda d: renamed(d["paths"][LIST], "get", "post")),
    "operationId renamed": ("operationId", lambda d: post(d).update(operationId="assess")),
    "tag renamed": ("tags", lambda d: post(d).update(tags=["cases"])),
    "key needed": ("needs a key now", lambda d: d.update(security=[{"apiKey": []}])),
    "status removed": ("status 422 is gone", lambda d: post(d)["responses"].pop("422")),
    "success changed": ("status 201 is new", lambda d: renamed(post(d)["responses"], "200", "201")),
    "answer's media type changed": (
        "media type application/json is gone",
        lambda d: renamed(post(d)["responses"]["200"]["content"], "application/json", "text/json"),
    ),
    "answer's media type added": (
        "media type text/csv is new",
        lambda d: post(d)["responses"]["200"]["content"].update({"text/csv": {"schema": {"type": "string"}}}),
    ),
    "body's media type changed": (
        "body: media type application/json is gone",
        lambda d: renamed(post(d)["requestBody"]["content"], "application/json", "text/json"),
    ),
    "header removed": (
        "header Retry-After is gone",
        lambda d: post(d)["responses"]["429"]["headers"].pop("Retry-After"),
    ),
    "parameter removed": ("query parameter provider: is gone", lambda d: d["paths"][LIST]["get"]["parameters"].pop(1)),
    "parameter renamed": (
        "query parameter provider: is gone",
        lambda d: d["paths"][LIST]["get"]["parameters"][1].update(name="seller"),
    ),
    "parameter required": (
        "query parameter as_of: is required now",
        lambda d: d["paths"][LIST]["get"]["parameters"][0].update(required=True),
    ),
    "required parameter added": (
        "query parameter region: is required now",
        lambda d: with_parameter(d, required=True),
    ),
    "parameter narrowed": (
        "path parameter id: maxLength 200 became 20",
        lambda d: d["paths"][GET]["get"]["parameters"][0]["schema"].update(maxLength=20),
    ),
    "answer's property removed": (
        "Assessment.verdict: is gone",
        lambda d: noun(d, "Assessment")["properties"].pop("verdict"),
    ),
    "answer's property renamed": (
        "Reason.favours: is gone",
        lambda d: renamed(noun(d, "Reason")["properties"], "favours", "speaks_for"),
    ),
    "answer's property may be absent": (
        "Assessment.verdict: may be absent now",
        lambda d: noun(d, "Assessment")["required"].remove("verdict"),
    ),
    "answer's property may be null": (
        "Evppi.value: type",
        lambda d: field(d, "value", of="Evppi").update(type=["number", "null"]),
    ),
    "answer's type changed": ("Reason.rule: type", lambda d: field(d, "rule", of="Reason").update(type="integer")),
    "answer's format changed": (
        "Problem.status: format int32 became int64",
        lambda d: field(d, "status", of="Problem").update(format="int64"),
    ),
    "request's property removed": (
        "Volume.peak_to_average: is gone",
        lambda d: noun(d, "Volume")["properties"].pop("peak_to_average"),
    ),
    "request's property required": (
        "Volume.horizon_months: is required now",
        lambda d: noun(d, "Volume")["required"].append("horizon_months"),
    ),
    "required property added": (
        "Task.owner: is required now",
        lambda d: (
            noun(d, "Task")["properties"].update(owner={"type": "string", "maxLength": 9}),
            noun(d, "Task")["required"].append("owner"),
        ),
    ),
    "request's known value removed": (
        "Task.kind: known values",
        lambda d: field(d, "kind", of="Task")["enum"].remove("code"),
    ),
    "request's values closed": (
        "Finance.currency: known values",
        lambda d: field(d, "currency", of="Finance").update(enum=["USD", "EUR"]),
    ),
    "request's text shortened": (
        "Task.description: maxLength 20000 became 2000",
        lambda d: field(d, "description", of="Task").update(maxLength=2000),
    ),
    "request's maximum lowered": (
        "Volume.horizon_months: maximum 120 became 60",
        lambda d: field(d, "horizon_months", of="Volume").update(maximum=60),
    ),
    "request's minimum raised": (
        "Volume.horizon_months: minimum 1 became 6",
        lambda d: field(d, "horizon_months", of="Volume").update(minimum=6),
    ),
    "request's list shortened": (
        "FineTuning.pilots: maxItems 50 became 5",
        lambda d: field(d, "pilots", of="FineTuning").update(maxItems=5),
    ),
    "request's list needs items": (
        "FineTuning.pilots: minItems None became 1",
        lambda d: field(d, "pilots", of="FineTuning").update(minItems=1),
    ),
    "request's null refused": (
        "Task.well_defined: type",
        lambda d: field(d, "well_defined", of="Task").update(type="boolean"),
    ),
    "request's null admitted": (
        "Task.description: type",
        lambda d: field(d, "description", of="Task").update(type=["string", "null"]),
    ),
    "answer's null never again": (
        "AssumptionUsed.share_of_variance: type",
        lambda d: field(d, "share_of_variance", of="AssumptionUsed").update(type="number"),
    ),
    "request's items changed": (
        "TokenCountRequest.texts[]: maxLength",
        lambda d: field(d, "texts", of="TokenCountRequest")["items"].update(maxLength=10),
    ),
    "estimate's range refused": (
        "PositiveEstimate: can no longer be PositiveRange",
        lambda d: noun(d, "PositiveEstimate")["oneOf"].pop(1),
    ),
    "estimate's number narrowed": (
        "PositiveEstimate (number): maximum",
        lambda d: noun(d, "PositiveEstimate")["oneOf"][0].update(maximum=10),
    ),
    "component renamed": (
        "type Volume became Traffic",
        lambda d: (
            renamed(d["components"]["schemas"], "Volume", "Traffic"),
            field(d, "volume", of="AssessmentRequest").update({"$ref": "#/components/schemas/Traffic"}),
        ),
    ),
    "key's header renamed": (
        "security scheme apiKey: name X-Api-Key became Api-Key",
        lambda d: d["components"]["securitySchemes"]["apiKey"].update(name="Api-Key"),
    ),
    "key sent elsewhere": (
        "security scheme apiKey: in header became query",
        lambda d: d["components"]["securitySchemes"]["apiKey"].update({"in": "query"}),
    ),
    "security scheme removed": (
        "security scheme bearer: is gone",
        lambda d: d["components"]["securitySchemes"].pop("bearer"),
    ),
    "bearer no longer lets in": (
        f"POST {CREATE}: bearer no longer lets in",
        lambda d: d.update(security=[{"apiKey": []}, {}]),
    ),
    "both keys needed": (
        f"POST {CREATE}: apiKey no longer lets in",
        lambda d: d.update(security=[{"apiKey": [], "bearer": []}, {}]),
    ),
    "answer's header may be absent": (
        "200 header Content-Digest may be absent now",
        lambda d: post(d)["responses"]["200"]["headers"]["Content-Digest"].update(required=False),
    ),
    "answer's header changed": (
        "429 header Retry-After: type integer became string",
        lambda d: post(d)["responses"]["429"]["headers"]["Retry-After"].update(schema={"type": "string"}),
    ),
    "server moved below a path": (
        "server http://127.0.0.1:8000 is gone",
        lambda d: d["servers"][0].update(url="http://127.0.0.1:8000/api"),
    ),
    "operation moved to a server": (
        f"POST {CREATE}: servers None became",
        lambda d: post(d).update(servers=[{"url": "http://127.0.0.1:9000"}]),
    ),
    "request's only value": (
        "Finance.currency: known values any became ['USD']",
        lambda d: field(d, "currency", of="Finance").update(const="USD"),
    ),
    "answer's values closed": (
        "Reason.favours: known values any became",
        lambda d: field(d, "favours", of="Reason").update(enum=["prompting", "fine_tuning"]),
    ),
    "answer's only value": (
        "Liveness.status: known values any became ['ok']",
        lambda d: field(d, "status", of="Liveness").update(const="ok"),
    ),
    "answer's fields closed": (
        "Reason: unknown fields are ruled out now",
        lambda d: noun(d, "Reason").update(additionalProperties=False),
    ),
    "parameter's style changed": (
        "query parameter provider: (style, explode)",
        lambda d: d["paths"][LIST]["get"]["parameters"][1].update(style="pipeDelimited"),
    ),
    "parameter no longer exploded": (
        "query parameter provider: (style, explode)",
        lambda d: d["paths"][LIST]["get"]["parameters"][1].update(explode=False),
    ),
    "link removed": (
        f"GET {MODELS}: 200 link getModel: is gone",
        lambda d: d["paths"][MODELS]["get"]["responses"]["200"]["links"].pop("getModel"),
    ),
    "link leads elsewhere": (
        f"GET {MODELS}: 200 link getModel: operationId getModel became getAssumption",
        lambda d: d["paths"][MODELS]["get"]["responses"]["200"]["links"]["getModel"].update(
            operationId="getAssumption"
        ),
    ),
}

ADDITIVE: dict[str, Change] = {
    "operation added": lambda d: d["paths"].update({"/v1/news": copy.deepcopy(d["paths"]["/v1/ledger"])}),
    "optional parameter added": lambda d: with_parameter(d, required=False),
    "request's optional property added": lambda d: noun(d, "Task")["properties"].update(
        owner={"type": ["string", "null"], "maxLength": 9, "description": "Who asks"}
    ),
    "answer's property added": lambda d: (
        noun(d, "Reason")["properties"].update(weight={"type": "number", "format": "double", "description": "Weight"}),
        noun(d, "Reason")["required"].append("weight"),
    ),
    "answer's property always there": lambda d: noun(d, "Assessment")["required"].append("trace"),
    "request's known value added": lambda d: field(d, "kind", of="Task")["enum"].append("translation"),
    "request's limit widened": lambda d: field(d, "horizon_months", of="Volume").update(maximum=240),
    "request's text lengthened": lambda d: field(d, "description", of="Task").update(maxLength=40_000),
    "request's property no longer required": lambda d: noun(d, "AssessmentRequest")["required"].remove("prompting"),
    "error status added": lambda d: post(d)["responses"].update({"410": post(d)["responses"]["401"]}),
    "header added": lambda d: post(d)["responses"]["200"]["headers"].update(Age={"schema": {"type": "integer"}}),
    "body's media type added": lambda d: post(d)["requestBody"]["content"].update(
        {"text/plain": post(d)["requestBody"]["content"]["application/json"]}
    ),
    "words changed": lambda d: (post(d).update(summary="Other"), noun(d, "Task").update(description="Other.")),
    "deprecated": lambda d: post(d).update(deprecated=True),
    "examples changed": lambda d: post(d)["responses"]["200"]["content"]["application/json"].pop("examples"),
    "server added": lambda d: d["servers"].append({"url": "https://api.example.org"}),
    "security scheme added": lambda d: (
        d["components"]["securitySchemes"].update(basic={"type": "http", "scheme": "basic"}),
        d["security"].append({"basic": []}),
    ),
    "no key needed at all": lambda d: post(d).update(security=[]),
    "security scheme described": lambda d: d["components"]["securitySchemes"]["bearer"].update(description="Other."),
    "style said as it is by default": lambda d: d["paths"][LIST]["get"]["parameters"][1].update(
        style="form", explode=True
    ),
    "link added": lambda d: post(d)["responses"]["200"].update(links={"getLedger": {"operationId": "getLedger"}}),
    "answer's header always there": lambda d: post(d)["responses"]["200"]["headers"]["RateLimit"].update(required=True),
    "tag described": lambda d: d["tags"][0].update(description="Other."),
}


@pytest.mark.parametrize("name", BREAKING)
def test_each_breaking_change_is_found(name: str, contract: Json) -> None:
    """A change that callers would feel is found, and named with its place."""
    said, change = BREAKING[name]
    changed = copy.deepcopy(contract)
    change(changed)
    found = breaks(contract, changed)
    assert any(said in line for line in found), found


@pytest.mark.parametrize("name", ADDITIVE)
def test_no_additive_change_is_a_break(name: str, contract: Json) -> None:
    """What is only added, widened or said otherwise breaks nothing."""
    changed = copy.deepcopy(contract)
    ADDITIVE[name](changed)
    assert changed != contract
    assert breaks(contract, changed) == []


def test_nothing_breaks_itself(contract: Json) -> None:
    """A document does not break callers of itself."""
    assert breaks(contract, copy.deepcopy(contract)) == []


def test_all_additions_together_pass_the_tool(contract: Json, tmp_path: Path) -> None:
    """The command, with SpecShift, ends with 0 when everything additive happens at once."""
    changed = copy.deepcopy(contract)
    for change in ADDITIVE.values():
        change(changed)
    (tmp_path / "old.json").write_text(json.dumps(contract))
    (tmp_path / "new.json").write_text(json.dumps(changed))
    done = subprocess.run(
        [sys.executable, TOOL, tmp_path / "old.json", tmp_path / "new.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_tool_names_every_break(contract: Json, tmp_path: Path) -> None:
    """The command ends with 1 and names each of several breaks; SpecShift sees the ones that are its own business."""
    changed = copy.deepcopy(contract)
    for name in ("path removed", "operationId renamed", "request's text shortened"):
        BREAKING[name][1](changed)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(contract))
    new.write_text(json.dumps(changed))
    done = subprocess.run([sys.executable, TOOL, old, new], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    for name in ("path removed", "operationId renamed", "request's text shortened"):
        assert BREAKING[name][0] in done.stdout
    is_broken, said = specshift(old, new)
    assert is_broken
    assert "/v1/ledger" in said


def test_a_missing_contract_is_no_pass(tmp_path: Path) -> None:
    """Where a named contract is not there the command ends with 1 and says what is missing."""
    command = [sys.executable, TOOL, tmp_path / "none.json", tmp_path / "none.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "none.json" in done.stdout


@pytest.mark.parametrize(("changelog", "status", "said"), [
    ("# Changelog\n\n## Unreleased\n\n- New.\n", 0, "No release yet"),
    ("# Changelog\n\n## Unreleased\n\n## 1.0.0 - 2027-01-02\n\n- First.\n", 1, "There is no"),
])  # fmt: skip
def test_without_a_released_contract_only_a_first_release_passes(
    changelog: str, status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """Before the first release the check passes and says so; once the changelog names one, its contract must be there."""
    monkeypatch.setattr(breaking, "RELEASED", tmp_path / "v1.json")
    monkeypatch.setattr(breaking, "CHANGELOG", tmp_path / "CHANGELOG.md")
    breaking.CHANGELOG.write_text(changelog)
    assert breaking.main([]) == status
    assert said in capsys.readouterr().out
