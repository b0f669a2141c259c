// What the TypeScript callers share: where the service is, what an answer must say, and where answers go.
import { readFileSync, writeFileSync } from "node:fs";

const [address, requests, answers] = process.argv.slice(2);
if (address === undefined || requests === undefined || answers === undefined) {
  throw new Error("address, requests and answers are needed");
}

export const ADDRESS: string = address;
export const AS_OF = "2026-11-23";

type Name = "example" | "everything" | "model" | "assumptions" | "problem";

export function must<T>(value: T | null | undefined, what: unknown): T {
  if (value === null || value === undefined) {
    throw new Error(JSON.stringify(what));
  }
  return value;
}

export function expect(action: string, npv: number, items: number): void {
  const raw = JSON.parse(readFileSync(`${requests}/raw/example.json`, "utf8"));
  if (action !== raw.verdict.action || !Number.isFinite(npv) || npv !== raw.costs.npv.base_case || items !== 10) {
    throw new Error(`not what was asked for: ${action}, ${npv}, ${items} break-evens`);
  }
}

export function report(encoded: Record<Name, unknown>): void {
  for (const [name, answer] of Object.entries(encoded)) {
    writeFileSync(`${answers}/${name}.json`, JSON.stringify(answer));
  }
}
