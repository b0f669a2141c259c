// What the TypeScript callers share: where the service is, what an answer must say, and where answers go.
import { readFileSync, writeFileSync } from "node:fs";

const [address, requests, answers] = process.argv.slice(2);
if (address === undefined || requests === undefined || answers === undefined) {
  throw new Error("address, requests and answers are needed");
}

export const ADDRESS: string = address;
export const AS_OF = "2026-11-23";
export const TUNED = "fine_tune";
const BREAK_EVENS = 10;

type Name = "example" | "everything" | "model" | "assumptions" | "problem";

export function must<T>(value: T | null | undefined, what: unknown): T {
  if (value === null || value === undefined) {
    throw new Error(JSON.stringify(what));
  }
  return value;
}

export function expect(
  action: string,
  id: string,
  npv: number | null,
  buildCost: number | null | undefined,
  items: number,
): void {
  const raw = JSON.parse(readFileSync(`${requests}/raw/example.json`, "utf8"));
  const tuned = raw.options.find((option: { kind: string }) => option.kind === TUNED);
  const expected = [raw.verdict.action, tuned.id, tuned.npv.mean, tuned.training.build_cost, BREAK_EVENS];
  const found = [action, id, npv, buildCost, items];
  if (!Number.isFinite(npv) || !Number.isFinite(buildCost) || found.some((value, place) => value !== expected[place])) {
    throw new Error(`not what was asked for: ${found.join(", ")} instead of ${expected.join(", ")}`);
  }
}

export function report(encoded: Record<Name, unknown>): void {
  for (const [name, answer] of Object.entries(encoded)) {
    writeFileSync(`${answers}/${name}.json`, JSON.stringify(answer));
  }
}
