"""Calls the service with the client that openapi-python-client makes."""

from __future__ import annotations

from typing import assert_type

from generated import Client, models
from generated.api.assessments import create_assessment, render_cash_flow, render_memo, render_workbook
from generated.api.catalogue import get_model, list_assumptions
from generated.models import (
    Assessment,
    AssessmentRequest,
    AssumptionList,
    ModelPrice,
    Problem,
    RenderCashFlowShape,
    TrainingAnswer,
    VolumeRange,
)
from generated.types import File

from tools.clients.callers.checks import ADDRESS, AS_OF, TUNED, expect, keep, report, request


def content(answer: File | Problem | None) -> bytes:
    """Return what is in a file."""
    assert isinstance(answer, File), answer
    return answer.payload.read()


def main() -> None:
    """Call every operation and report."""
    client = Client(base_url=ADDRESS)
    body = AssessmentRequest.from_dict(request("example"))
    body.volume.requests_per_month = VolumeRange(low=350000, high=480000)
    example = create_assessment.sync(client=client, body=body)
    everything = create_assessment.sync(client=client, body=AssessmentRequest.from_dict(request("everything")))
    problem = create_assessment.sync(client=client, body=AssessmentRequest.from_dict(request("misspelt")))
    model = get_model.sync("openai", "gpt-4.1-mini", client=client, as_of=AS_OF)
    assumptions = list_assumptions.sync(client=client, as_of=AS_OF)
    assert isinstance(example, Assessment) and isinstance(everything, Assessment)
    assert isinstance(model, ModelPrice) and isinstance(assumptions, AssumptionList)
    assert isinstance(problem, Problem)
    tuned = next(option for option in example.options if option.kind == TUNED)
    assert isinstance(tuned.training, TrainingAnswer)
    said = [example.verdict.headline, example.verdict.action, example.plan.steps[0].step]
    leaders = [[segment.option for segment in item.segments] for item in example.break_even.items]
    expect(said, tuned.id, tuned.npv.mean, tuned.training.build_cost, leaders)
    cash_flow = render_cash_flow.sync(client=client, body=body, shape=RenderCashFlowShape.LONG)
    workbook, memo = render_workbook.sync(client=client, body=body), render_memo.sync(client=client, body=body)
    assert_type((workbook, cash_flow, memo), tuple[File | Problem | None, File | Problem | None, File | Problem | None])
    keep(content(workbook), content(cash_flow), content(memo))
    report(
        {
            "example": (example, example.to_dict()),
            "everything": (everything, everything.to_dict()),
            "model": (model, model.to_dict()),
            "assumptions": (assumptions, assumptions.to_dict()),
            "problem": (problem, problem.to_dict()),
        },
        vars(models),
    )


if __name__ == "__main__":
    main()
