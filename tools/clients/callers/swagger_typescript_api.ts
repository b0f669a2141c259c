// Calls the service with the client that swagger-typescript-api makes.
import { Api, type HttpResponse, type Problem } from "./generated/client";
import { ADDRESS, AS_OF, TUNED, expect, keep, must, report } from "./report";
import { everything, example, misspelt } from "./requests";

async function main() {
  const { v1 } = new Api({ baseUrl: ADDRESS });
  example.volume.requests_per_month = { low: 350000, high: 480000 };
  const answer = await v1.createAssessment(example);
  const refused = await v1.createAssessment(misspelt).then(
    () => {
      throw new Error("a misspelt base model was accepted");
    },
    (failed: HttpResponse<never, Problem>) => failed,
  );
  if (refused.status !== 422) {
    throw new Error(`${refused.status} instead of 422`);
  }
  const { verdict, plan, options, break_even } = answer.data;
  const tuned = must(options.find((option) => option.kind === TUNED), options);
  const said = [verdict.headline, verdict.action, plan.steps[0]?.step];
  const leaders = break_even.items.map((item) => item.segments.map((segment) => segment.option));
  expect(said, tuned.id, tuned.npv.mean, tuned.training?.build_cost, leaders);
  const answers = {
    example: answer.data,
    everything: (await v1.createAssessment(everything)).data,
    model: (await v1.getModel("openai", "gpt-4.1-mini", { as_of: AS_OF })).data,
    assumptions: (await v1.listAssumptions({ as_of: AS_OF })).data,
    problem: refused.error,
  };
  await keep("cash_flow.csv", (await v1.renderCashFlow(example, { shape: "long" }, { format: "blob" })).data);
  await keep("workbook.xlsx", (await v1.renderWorkbook(example, { format: "blob" })).data);
  await keep("memo.html", (await v1.renderMemo(example, { format: "blob" })).data);
  report(answers);
  return answers;
}

export type Answers = Awaited<ReturnType<typeof main>>;
void main();
