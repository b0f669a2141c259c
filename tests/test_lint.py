"""The linters' rules bite: a document with a fault for each rule of ours is found faulty by each."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from contract.parts import contract

Json = dict[str, Any]

OPENAPI = Path(__file__).parent.parent / "openapi"
PROGRAMS = OPENAPI / "lint" / "node_modules" / ".bin"
RULES = yaml.safe_load((OPENAPI / ".spectral.yaml").read_text())["rules"]
OURS = {name for name, rule in RULES.items() if isinstance(rule, dict)}

assert PROGRAMS.exists(), "the linters are not installed; `make lint` does that"

CREATE = "/v1/assessments"


def noun(document: Json, name: str) -> Json:
    """Return the properties of a component."""
    found: Json = document["components"]["schemas"][name]["properties"]
    return found


def post(document: Json) -> Json:
    """Return the operation that takes a body."""
    found: Json = document["paths"][CREATE]["post"]
    return found


FAULTS: dict[str, Callable[[Json], object]] = {
    "operation-id-camel-case": lambda d: post(d).update(operationId="create_assessment"),
    "path-kebab-case": lambda d: d["paths"].update({"/v1/Old_models": d["paths"]["/v1/models"]}),
    "component-pascal-case": lambda d: d["components"]["schemas"].update(bad_name={"type": "string"}),
    "property-snake-case": lambda d: noun(d, "Problem").update(camelCase={"type": "string", "description": "Odd"}),
    "property-described": lambda d: noun(d, "Problem").update(odd={"type": "string"}),
    "header-described": lambda d: post(d)["responses"]["200"]["headers"]["RateLimit"].pop("description"),
    "errors-are-problems": lambda d: post(d)["responses"]["400"]["content"].update({"application/json": {}}),
    "errors-are-named": lambda d: post(d)["responses"].update({"4XX": {"description": "Odd"}}),
    "one-success": lambda d: post(d)["responses"]["200"]["content"].update({"text/csv": {}}),
    "rate-limit-headers": lambda d: post(d)["responses"]["422"]["headers"].pop("RateLimit"),
    "come-back-later": lambda d: post(d)["responses"]["503"]["headers"].pop("Retry-After"),
    "request-refuses-the-unknown": lambda d: d["components"]["schemas"]["Task"].pop("additionalProperties"),
    "request-text-bounded": lambda d: noun(d, "Task")["description"].pop("maxLength"),
    "request-list-bounded": lambda d: noun(d, "AssessmentRequest")["include"].pop("maxItems"),
    "request-number-bounded": lambda d: noun(d, "Volume")["horizon_months"].pop("maximum"),
    "request-number-has-format": lambda d: noun(d, "Volume")["peak_to_average"].pop("format"),
}


def test_each_rule_of_ours_finds_its_fault(tmp_path: Path) -> None:
    """Every rule of ours in the ruleset is tried here, and names the fault that was made for it."""
    assert set(FAULTS) == OURS
    faulty = copy.deepcopy(contract())
    for fault in FAULTS.values():
        fault(faulty)
    file = tmp_path / "faulty.json"
    file.write_text(json.dumps(faulty))
    command = [PROGRAMS / "spectral", "lint", "--quiet", "--format=json", "--ruleset", OPENAPI / ".spectral.yaml", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert set(re.findall(r'"code": "([a-z-]+)"', done.stdout)) >= OURS


def test_a_warning_fails(tmp_path: Path) -> None:
    """What is only a warning among Redocly's recommended rules fails: a component that nothing uses."""
    faulty = copy.deepcopy(contract())
    faulty["components"]["schemas"]["Idle"] = {"type": "string"}
    file = tmp_path / "faulty.json"
    file.write_text(json.dumps(faulty))
    command = [PROGRAMS / "redocly", "lint", "--format=json", "--config", OPENAPI / "lint" / "redocly.yaml", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no-unused-components" in done.stdout
