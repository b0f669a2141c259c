// Calls the service with openapi-fetch and the types that openapi-typescript makes.
import createClient from "openapi-fetch";
import type { paths } from "./generated/schema";
import { ADDRESS, AS_OF, TUNED, expect, keep, must, report } from "./report";
import { everything, example, misspelt } from "./requests";

async function main() {
  const client = createClient<paths>({ baseUrl: ADDRESS });
  const post = async (body: typeof example) => client.POST("/v1/assessments", { body });
  example.volume.requests_per_month = { low: 350000, high: 480000 };
  const { data, error } = await post(example);
  const answer = must(data, error);
  const whole = await post(everything);
  const refused = await post(misspelt);
  const model = await client.GET("/v1/models/{provider}/{model}", {
    params: { path: { provider: "openai", model: "gpt-4.1-mini" }, query: { as_of: AS_OF } },
  });
  const assumptions = await client.GET("/v1/assumptions", { params: { query: { as_of: AS_OF } } });
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
  const asFile = { body: example, parseAs: "blob" } as const;
  const cashFlow = await client.POST("/v1/assessments/cash-flow", { ...asFile, params: { query: { shape: "long" } } });
  const workbook = await client.POST("/v1/assessments/workbook", asFile);
  const memo = await client.POST("/v1/assessments/memo", asFile);
  await keep("cash_flow.csv", must(cashFlow.data, cashFlow.error));
  await keep("workbook.xlsx", must(workbook.data, workbook.error));
  await keep("memo.html", must(memo.data, memo.error));
  report(answers);
  return answers;
}

export type Answers = Awaited<ReturnType<typeof main>>;
void main();
