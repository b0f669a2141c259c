// Calls the service with the client that openapi-generator makes for axios.
import { isAxiosError } from "axios";
import { AssessmentsApi, CatalogueApi, Configuration, type Problem } from "./generated";
import { ADDRESS, AS_OF, TUNED, expect, keep, must, report } from "./report";
import { everything, example, misspelt } from "./requests";

// In a browser `responseType` is enough.
const AS_FILE = { responseType: "blob", adapter: "fetch" } as const;

async function provoke(api: AssessmentsApi) {
  try {
    await api.createAssessment(misspelt);
  } catch (error) {
    if (isAxiosError<Problem>(error) && error.response?.status === 422) {
      return error.response.data;
    }
    throw error;
  }
  throw new Error("a misspelt base model was accepted");
}

async function main() {
  const configuration = new Configuration({ basePath: ADDRESS });
  const assessments = new AssessmentsApi(configuration);
  const catalogue = new CatalogueApi(configuration);
  example.volume.requests_per_month = { low: 350000, high: 480000 };
  const answers = {
    example: (await assessments.createAssessment(example)).data,
    everything: (await assessments.createAssessment(everything)).data,
    model: (await catalogue.getModel("openai", "gpt-4.1-mini", AS_OF)).data,
    assumptions: (await catalogue.listAssumptions(AS_OF)).data,
    problem: await provoke(assessments),
  };
  const { verdict, plan, options, break_even } = answers.example;
  const tuned = must(options.find((option) => option.kind === TUNED), options);
  const said = [verdict.headline, verdict.action, plan.steps[0]?.step];
  const leaders = break_even.items.map((item) => item.segments.map((segment) => segment.option));
  expect(said, tuned.id, tuned.npv.mean, tuned.training?.build_cost, leaders);
  const none = undefined;
  const cashFlow = await assessments.renderCashFlow(example, "long", none, none, none, none, AS_FILE);
  await keep("cash_flow.csv", cashFlow.data);
  await keep("workbook.xlsx", (await assessments.renderWorkbook(example, none, none, none, AS_FILE)).data);
  await keep("memo.html", (await assessments.renderMemo(example, none, none, none, AS_FILE)).data);
  report(answers);
  return answers;
}

export type Answers = Awaited<ReturnType<typeof main>>;
void main();
