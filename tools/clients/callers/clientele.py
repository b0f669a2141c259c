"""Calls the service with the client that clientele makes.

clientele demands every field of an object that has optional fields only, so such objects are put together unchecked; and
its operations cannot read a file, so the program has one of its own.
"""

from __future__ import annotations

import typing
from typing import Any

from clientele.http.response import Response
from generated import client, schemas
from generated.config import Config
from pydantic import BaseModel

from tools.clients.callers.checks import ADDRESS, AS_OF, TUNED, expect, keep, report, request


def nouns(hint: Any) -> list[type[BaseModel]]:
    """Return the objects that a type hint allows."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [noun for part in typing.get_args(hint) for noun in nouns(part)]


def put_together(noun: type[BaseModel], body: dict[str, Any]) -> BaseModel:
    """Return an object with the fields that are stated, and no others."""
    said: dict[str, Any] = {}
    for name, value in body.items():
        of_field = nouns(noun.model_fields[name].annotation)
        said[name] = put_together(of_field[0], value) if isinstance(value, dict) else value
    return noun.model_construct(**said)


def read(name: str) -> schemas.AssessmentRequest:
    """Return a request by the name of its file."""
    body = put_together(schemas.AssessmentRequest, request(name))
    assert isinstance(body, schemas.AssessmentRequest)
    return body


def content(response: Response) -> bytes:
    """Return what is in a file."""
    return response.content


@client.client.post("/v1/assessments/{kind}", response_parser=content)
def render(result: bytes, kind: str, data: schemas.AssessmentRequest, shape: str | None = None) -> bytes:
    """Return a file; clientele puts in the result."""
    return result


def main() -> None:
    """Call every operation and report."""
    client.client.configure(config=Config(base_url=ADDRESS, timeout=60))
    as_of = AS_OF.isoformat()
    body = read("example")
    body.volume.requests_per_month = schemas.VolumeRange(low=350000, high=480000)
    example = client.create_assessment(data=body)
    assert isinstance(example, schemas.Assessment)
    tuned = next(option for option in example.options if option.kind == TUNED)
    assert isinstance(tuned.training, schemas.TrainingAnswer)
    said = [example.verdict.headline, example.verdict.action, example.plan.steps[0].step]
    leaders = [[segment.option for segment in item.segments] for item in example.break_even.items]
    expect(said, tuned.id, tuned.npv.mean, tuned.training.build_cost, leaders)
    cash_flow = render(kind="cash-flow", data=body, shape="long")
    keep(render(kind="workbook", data=body), cash_flow, render(kind="memo", data=body))
    found: dict[str, tuple[type[BaseModel], BaseModel]] = {
        "example": (schemas.Assessment, example),
        "everything": (schemas.Assessment, client.create_assessment(data=read("everything"))),
        "model": (schemas.ModelPrice, client.get_model(provider="openai", model="gpt-4.1-mini", as_of=as_of)),
        "assumptions": (schemas.AssumptionList, client.list_assumptions(as_of=as_of)),
        "problem": (schemas.Problem, client.create_assessment(data=read("misspelt"))),
    }
    for noun, value in found.values():
        assert isinstance(value, noun), value
    encoded = {name: value.model_dump(mode="json", exclude_unset=True) for name, (_, value) in found.items()}
    report({name: (value, encoded[name]) for name, (_, value) in found.items()}, vars(schemas))


if __name__ == "__main__":
    main()
