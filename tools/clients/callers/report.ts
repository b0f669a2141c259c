// What the TypeScript callers share: where the service is, what an answer must say, and where answers go.
import { readFileSync, writeFileSync } from "node:fs";

const [address, requests, answers] = process.argv.slice(2);
if (address === undefined || requests === undefined || answers === undefined) {
  throw new Error("address, requests and answers are needed");
}

export const ADDRESS: string = address;
export const AS_OF = "2026-11-23";
export const TUNED = "fine_tune";
const BREAK_EVENS = 12;

type FileName = "workbook.xlsx" | "cash_flow.csv" | "memo.html";
type Name = "example" | "everything" | "model" | "assumptions" | "problem";

export function must<T>(value: T | null | undefined, what: unknown): T {
  if (value === null || value === undefined) {
    throw new Error(JSON.stringify(what));
  }
  return value;
}

// said: headline, action and first step; leaders: the options along each input of the frontier.
export function expect(
  said: (string | undefined)[],
  id: string,
  npv: number | null,
  buildCost: number | null | undefined,
  leaders: string[][],
): void {
  const raw = JSON.parse(readFileSync(`${requests}/raw/example.json`, "utf8"));
  const tuned = raw.options.find((option: { kind: string }) => option.kind === TUNED);
  const items: { segments: { option: string }[] }[] = raw.break_even.items;
  const rawLeaders = items.map((item) => item.segments.map((segment) => segment.option));
  const rawSaid = [raw.verdict.headline, raw.verdict.action, raw.plan.steps[0].step];
  const expected = JSON.stringify([rawSaid, tuned.id, tuned.npv.mean, tuned.training.build_cost, rawLeaders]);
  const found = JSON.stringify([said, id, npv, buildCost, leaders]);
  const isComplete = said.every(Boolean) && leaders.every((along) => along.length > 0 && along.every(Boolean));
  const isNumber = Number.isFinite(npv) && Number.isFinite(buildCost);
  if (!isNumber || !isComplete || leaders.length !== BREAK_EVENS || found !== expected) {
    throw new Error(`not what was asked for: ${found} instead of ${expected}`);
  }
}

// Of a type that says nothing, `any` too, no file is taken.
export async function keep<T extends Blob>(name: FileName, file: 0 extends 1 & T ? never : T): Promise<void> {
  writeFileSync(`${answers}/${name}`, Buffer.from(await file.arrayBuffer()));
}

export function report(encoded: Record<Name, unknown>): void {
  for (const [name, answer] of Object.entries(encoded)) {
    writeFileSync(`${answers}/${name}.json`, JSON.stringify(answer));
  }
}
