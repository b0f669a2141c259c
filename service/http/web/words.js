// Numbers and values in words, and numbers out of what people type.

import { isRange } from "./request.js";

// No number of thousands begins with 0: in "0,345" the comma is a decimal one, and what it says is left to the service.
const GROUPED = /^[+-]?[1-9]\d{0,2}([, \u00a0\u202f]\d{3})+(\.\d+)?$/;
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// Returns the number that was typed, nothing where nothing was, else the text: the service says what is wrong with it.
export function number(text, scale = 1) {
  const typed = text.trim();
  const bare = GROUPED.test(typed) ? typed.replace(/[, \u00a0\u202f]/g, "") : typed;
  if (!bare) {
    return undefined;
  }
  return PLAIN.test(bare) ? Number((Number(bare) / scale).toPrecision(12)) : typed;
}

// Returns a number as it stands in a box: every digit, thousands told apart.
export function typed(value, scale = 1) {
  if (typeof value !== "number") {
    return typeof value === "string" ? value : "";
  }
  const scaled = Number((value * scale).toPrecision(12));
  const isLong = Math.abs(scaled) >= 10_000;
  return isLong ? scaled.toLocaleString("en", { maximumFractionDigits: 6 }) : String(scaled);
}

// Returns a number for reading: three digits, which is more than most estimates are worth.
export const rounded = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });

export const significant = (value) => Number(value.toPrecision(3));

const percent = (value) => `${rounded(value * 100)} %`;

// Returns a value of the request in words; `scale` is 100 for what is shown in per cent.
export function inWords(value, scale = 1) {
  const one = scale === 100 ? percent : (found) => typed(found);
  if (value === undefined || value === null) {
    return "not said";
  }
  if (isRange(value)) {
    return `${inWords(value.low, scale)} to ${inWords(value.high, scale)}`;
  }
  if (typeof value === "boolean") {
    return value ? "yes" : "no";
  }
  if (typeof value === "number") {
    return one(value);
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `“${text.slice(0, 39).toWellFormed()}…”` : `“${text}”`;
}

// Quotes a text for a POSIX shell.
const quoted = (text) => `'${text.replaceAll("'", "'\"'\"'")}'`;

export function curl(request, here) {
  const fields = Object.entries(request).map(([name, part]) => `  ${JSON.stringify(name)}: ${JSON.stringify(part)}`);
  const body = fields.length ? `{\n${fields.join(",\n")}\n}` : "{}";
  return `curl -s ${quoted(`${here}/v1/assessments`)} -H 'Content-Type: application/json' -d ${quoted(body)}`;
}
