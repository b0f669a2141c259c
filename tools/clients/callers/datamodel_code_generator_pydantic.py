"""Calls the service with httpx and the pydantic types that datamodel-code-generator makes."""

from __future__ import annotations

from typing import TypeVar

import generated
import httpx
from generated import (
    Assessment,
    AssessmentRequest,
    AssumptionList,
    ModelPrice,
    Problem,
    TrainingAnswer,
    VolumeEstimate,
    VolumeRange,
)
from pydantic import BaseModel

from tools.clients.callers.checks import ADDRESS, AS_OF, TUNED, expect, keep, report, request

Noun = TypeVar("Noun", bound=BaseModel)


def send(body: AssessmentRequest, status: int, path: str = "") -> bytes:
    """Send a request and return its answer."""
    sent = body.model_dump_json(by_alias=True, exclude_unset=True)
    answer = httpx.post(f"{ADDRESS}/v1/assessments{path}", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    return answer.content


def post(body: AssessmentRequest, status: int, noun: type[Noun]) -> Noun:
    """Send a request and decode its answer."""
    return noun.model_validate_json(send(body, status))


def get(path: str, noun: type[Noun]) -> Noun:
    """Ask for a listing and decode its answer."""
    answer = httpx.get(f"{ADDRESS}{path}", params={"as_of": AS_OF.isoformat()})
    return noun.model_validate_json(answer.raise_for_status().content)


def main() -> None:
    """Call every operation and report."""
    body = AssessmentRequest.model_validate(request("example"))
    body.volume.requests_per_month = VolumeEstimate(VolumeRange(low=350000, high=480000))
    example = post(body, 200, Assessment)
    tuned = next(option for option in example.options if option.kind == TUNED)
    assert isinstance(tuned.training, TrainingAnswer)
    said = [example.verdict.headline, example.verdict.action, example.plan.steps[0].step]
    leaders = [[segment.option for segment in item.segments] for item in example.break_even.items]
    expect(said, tuned.id, tuned.npv.mean, tuned.training.build_cost, leaders)
    keep(send(body, 200, "/workbook"), send(body, 200, "/cash-flow?shape=long"), send(body, 200, "/memo"))
    found: dict[str, BaseModel] = {
        "example": example,
        "everything": post(AssessmentRequest.model_validate(request("everything")), 200, Assessment),
        "model": get("/v1/models/openai/gpt-4.1-mini", ModelPrice),
        "assumptions": get("/v1/assumptions", AssumptionList),
        "problem": post(AssessmentRequest.model_validate(request("misspelt")), 422, Problem),
    }
    encoded = {name: value.model_dump(mode="json", by_alias=True, exclude_unset=True) for name, value in found.items()}
    report({name: (value, encoded[name]) for name, value in found.items()}, vars(generated))


if __name__ == "__main__":
    main()
