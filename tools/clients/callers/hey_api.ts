// Calls the service with the client that @hey-api/openapi-ts makes.
import { createAssessment, getModel, listAssumptions, renderCashFlow, renderMemo, renderWorkbook } from "./generated";
import { client } from "./generated/client.gen";
import { ADDRESS, AS_OF, TUNED, expect, keep, must, report } from "./report";
import { everything, example, misspelt } from "./requests";

async function main() {
  client.setConfig({ baseUrl: ADDRESS });
  example.volume.requests_per_month = { low: 350000, high: 480000 };
  const { data, error } = await createAssessment({ body: example });
  const answer = must(data, error);
  const whole = await createAssessment({ body: everything });
  const refused = await createAssessment({ body: misspelt });
  const path = { provider: "openai", model: "gpt-4.1-mini" };
  const model = await getModel({ path, query: { as_of: AS_OF } });
  const assumptions = await listAssumptions({ query: { as_of: AS_OF } });
  const tuned = must(answer.options.find((option) => option.kind === TUNED), answer);
  const { verdict, plan, break_even } = answer;
  const said = [verdict.headline, verdict.action, plan.steps[0]?.step];
  const leaders = break_even.items.map((item) => item.segments.map((segment) => segment.option));
  expect(said, tuned.id, tuned.npv.mean, tuned.training?.build_cost, leaders);
  const answers = {
    example: answer,
    everything: must(whole.data, whole.error),
    model: must(model.data, model.error),
    assumptions: must(assumptions.data, assumptions.error),
    problem: must(refused.error, refused.data),
  };
  const cashFlow = await renderCashFlow({ body: example, query: { shape: "long" }, parseAs: "blob" });
  const workbook = await renderWorkbook({ body: example });
  const memo = await renderMemo({ body: example, parseAs: "blob" });
  await keep("cash_flow.csv", must(cashFlow.data, cashFlow.error));
  await keep("workbook.xlsx", must(workbook.data, workbook.error));
  await keep("memo.html", must(memo.data, memo.error));
  report(answers);
  return answers;
}

export type Answers = Awaited<ReturnType<typeof main>>;
void main();
