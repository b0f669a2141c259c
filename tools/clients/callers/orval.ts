// Calls the service with the client that orval makes.
import { createAssessment, getModel, listAssumptions, renderCashFlow, renderMemo, renderWorkbook } from "./generated/client";
import { ADDRESS, AS_OF, TUNED, expect, keep, must, report } from "./report";
import { everything, example, misspelt } from "./requests";

// The client's paths are relative, as on a page of the same host.
const plainFetch = globalThis.fetch;
globalThis.fetch = (path, options) => plainFetch(`${ADDRESS}${path}`, options);

async function main() {
  example.volume.requests_per_month = { low: 350000, high: 480000 };
  const answer = await createAssessment(example);
  const whole = await createAssessment(everything);
  const refused = await createAssessment(misspelt);
  const model = await getModel("openai", "gpt-4.1-mini", { as_of: AS_OF });
  const assumptions = await listAssumptions({ as_of: AS_OF });
  if (answer.status !== 200 || whole.status !== 200 || model.status !== 200 || assumptions.status !== 200) {
    throw new Error(`${answer.status}, ${whole.status}, ${model.status}, ${assumptions.status} instead of 200`);
  }
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
    everything: whole.data,
    model: model.data,
    assumptions: assumptions.data,
    problem: refused.data,
  };
  const cashFlow = await renderCashFlow(example, { shape: "long" });
  const workbook = await renderWorkbook(example);
  const memo = await renderMemo(example);
  if (cashFlow.status !== 200 || workbook.status !== 200 || memo.status !== 200) {
    throw new Error(`${cashFlow.status}, ${workbook.status}, ${memo.status} instead of 200`);
  }
  await keep("cash_flow.csv", cashFlow.data);
  await keep("workbook.xlsx", workbook.data);
  await keep("memo.html", memo.data);
  report(answers);
  return answers;
}

export type Answers = Awaited<ReturnType<typeof main>>;
void main();
