"""Calls the service with the client that openapi-python-client makes."""

from __future__ import annotations

from generated import Client, models
from generated.api.assessments import create_assessment
from generated.api.catalogue import get_model, list_assumptions
from generated.models import (
    Assessment,
    AssessmentRequest,
    AssumptionList,
    ModelPrice,
    Problem,
    TrainingAnswer,
    VolumeRange,
)

from tools.clients.callers.checks import ADDRESS, AS_OF, TUNED, expect, report, request


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
