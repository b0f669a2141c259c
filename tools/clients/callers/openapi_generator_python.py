"""Calls the service with the client that openapi-generator makes for Python."""

from __future__ import annotations

import json
from typing import Any, assert_type

import generated
from generated import (
    ApiClient,
    ApiException,
    AssessmentRequest,
    AssessmentsApi,
    CatalogueApi,
    Configuration,
    Problem,
    TrainingAnswer,
    VolumeEstimate,
    VolumeRange,
)

from tools.clients.callers.checks import ADDRESS, AS_OF, TUNED, expect, keep, report, request


def read(name: str) -> AssessmentRequest:
    """Return a request by the name of its file."""
    body = AssessmentRequest.from_dict(request(name))
    assert body is not None
    return body


def provoke(api: AssessmentsApi) -> Problem:
    """Return the problem of a request that cannot be assessed."""
    try:
        api.create_assessment(read("misspelt"))
    except ApiException as error:
        if error.status == 422 and isinstance(error.data, Problem):
            return error.data
        raise
    raise AssertionError("a misspelt base model was accepted")


def encoded(value: Any) -> Any:
    """Return a value as the client encodes it again."""
    return json.loads(value.to_json())


def main() -> None:
    """Call every operation and report."""
    with ApiClient(Configuration(host=ADDRESS)) as client:
        assessments, catalogue = AssessmentsApi(client), CatalogueApi(client)
        body = read("example")
        body.volume.requests_per_month = VolumeEstimate(VolumeRange(low=350000, high=480000))
        example = assessments.create_assessment(body)
        tuned = next(option for option in example.options if option.kind == TUNED)
        assert isinstance(tuned.training, TrainingAnswer)
        said = [example.verdict.headline, example.verdict.action, example.plan.steps[0].step]
        leaders = [[segment.option for segment in item.segments] for item in example.break_even.items]
        expect(said, tuned.id, tuned.npv.mean, tuned.training.build_cost, leaders)
        found = {
            "example": example,
            "everything": assessments.create_assessment(read("everything")),
            "model": catalogue.get_model("openai", "gpt-4.1-mini", as_of=AS_OF),
            "assumptions": catalogue.list_assumptions(as_of=AS_OF),
            "problem": provoke(assessments),
        }
        workbook, memo = assessments.render_workbook(body), assessments.render_memo(body)
        cash_flow = assessments.render_cash_flow(body, shape="long")
    assert_type((workbook, cash_flow, memo), tuple[bytes, bytes, bytes])
    keep(workbook, cash_flow, memo)
    report({name: (value, encoded(value)) for name, value in found.items()}, vars(generated))


if __name__ == "__main__":
    main()
