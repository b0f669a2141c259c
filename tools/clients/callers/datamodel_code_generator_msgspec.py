"""Calls the service with httpx and the msgspec types that datamodel-code-generator makes."""

from __future__ import annotations

from typing import TypeVar

import generated
import httpx
import msgspec
from generated import Assessment, AssessmentRequest, AssumptionList, ModelPrice, Problem, TrainingAnswer, VolumeRange

from tools.clients.callers.checks import ADDRESS, AS_OF, TUNED, expect, keep, report, request

Noun = TypeVar("Noun", bound=msgspec.Struct)


def send(body: AssessmentRequest, status: int, path: str = "") -> bytes:
    """Send a request and return its answer."""
    sent = msgspec.json.encode(body)
    answer = httpx.post(f"{ADDRESS}/v1/assessments{path}", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    return answer.content


def post(body: AssessmentRequest, status: int, noun: type[Noun]) -> Noun:
    """Send a request and decode its answer."""
    return msgspec.json.decode(send(body, status), type=noun)


def get(path: str, noun: type[Noun]) -> Noun:
    """Ask for a listing and decode its answer."""
    answer = httpx.get(f"{ADDRESS}{path}", params={"as_of": AS_OF.isoformat()})
    return msgspec.json.decode(answer.raise_for_status().content, type=noun)


def main() -> None:
    """Call every operation and report."""
    body = msgspec.convert(request("example"), AssessmentRequest)
    body.volume.requests_per_month = VolumeRange(low=350000, high=480000)
    example = post(body, 200, Assessment)
    tuned = next(option for option in example.options if option.kind == TUNED)
    assert isinstance(tuned.training, TrainingAnswer)
    said = [example.verdict.headline, example.verdict.action, example.plan.steps[0].step]
    leaders = [[segment.option for segment in item.segments] for item in example.break_even.items]
    expect(said, tuned.id, tuned.npv.mean, tuned.training.build_cost, leaders)
    keep(send(body, 200, "/workbook"), send(body, 200, "/cash-flow?shape=long"), send(body, 200, "/memo"))
    found: dict[str, msgspec.Struct] = {
        "example": example,
        "everything": post(msgspec.convert(request("everything"), AssessmentRequest), 200, Assessment),
        "model": get("/v1/models/openai/gpt-4.1-mini", ModelPrice),
        "assumptions": get("/v1/assumptions", AssumptionList),
        "problem": post(msgspec.convert(request("misspelt"), AssessmentRequest), 422, Problem),
    }
    report({name: (value, msgspec.to_builtins(value)) for name, value in found.items()}, vars(generated))


if __name__ == "__main__":
    main()
