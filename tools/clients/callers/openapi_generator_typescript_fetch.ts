// Calls the service with the client that openapi-generator makes for fetch.
import {
  AssessmentsApi,
  AssessmentToJSON,
  AssumptionListToJSON,
  CatalogueApi,
  Configuration,
  ModelPriceToJSON,
  ProblemFromJSON,
  ProblemToJSON,
  ResponseError,
} from "./generated";
import { ADDRESS, AS_OF, TUNED, expect, keep, must, report } from "./report";
import { everything, example, misspelt } from "./requests";

async function provoke(api: AssessmentsApi) {
  try {
    await api.createAssessment({ assessmentRequest: misspelt });
  } catch (error) {
    if (error instanceof ResponseError && error.response.status === 422) {
      return ProblemFromJSON(await error.response.json());
    }
    throw error;
  }
  throw new Error("a misspelt base model was accepted");
}

async function main() {
  const configuration = new Configuration({ basePath: ADDRESS });
  const assessments = new AssessmentsApi(configuration);
  const catalogue = new CatalogueApi(configuration);
  example.volume.requestsPerMonth = { low: 350000, high: 480000 };
  const asOf = new Date(AS_OF);
  const answers = {
    example: await assessments.createAssessment({ assessmentRequest: example }),
    everything: await assessments.createAssessment({ assessmentRequest: everything }),
    model: await catalogue.getModel({ provider: "openai", model: "gpt-4.1-mini", asOf }),
    assumptions: await catalogue.listAssumptions({ asOf }),
    problem: await provoke(assessments),
  };
  const { verdict, plan, options, breakEven } = answers.example;
  const tuned = must(options.find((option) => option.kind === TUNED), options);
  const said = [verdict.headline, verdict.action, plan.steps[0]?.step];
  const leaders = breakEven.items.map((item) => item.segments.map((segment) => segment.option));
  expect(said, tuned.id, tuned.npv.mean, tuned.training?.buildCost, leaders);
  await keep("cash_flow.csv", await assessments.renderCashFlow({ assessmentRequest: example, shape: "long" }));
  await keep("workbook.xlsx", await assessments.renderWorkbook({ assessmentRequest: example }));
  await keep("memo.html", await assessments.renderMemo({ assessmentRequest: example }));
  report({
    example: AssessmentToJSON(answers.example),
    everything: AssessmentToJSON(answers.everything),
    model: ModelPriceToJSON(answers.model),
    assumptions: AssumptionListToJSON(answers.assumptions),
    problem: ProblemToJSON(answers.problem),
  });
  return answers;
}

export type Answers = Awaited<ReturnType<typeof main>>;
void main();
