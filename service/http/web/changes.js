// What changed from one request to the next, and in the advice: a line for whoever asks "what if".

import { FIELDS, named } from "./fields.js";
import { said } from "./request.js";
import { inWords, rounded } from "./words.js";

const MOST = 3;

function differences(before, after) {
  const [old, now] = [said(before), said(after)];
  const pointers = [...new Set([...old.keys(), ...now.keys()])];
  return pointers.filter((pointer) => JSON.stringify(old.get(pointer)) !== JSON.stringify(now.get(pointer))).map((pointer) => {
    const scale = FIELDS.find((field) => field.pointer === pointer)?.scale;
    return `${named(pointer)}: ${inWords(old.get(pointer), scale)} → ${inWords(now.get(pointer), scale)}`;
  });
}

const worth = ({ plan, currency }) => `${currency} ${rounded(plan.value)}`;

// Returns what to say of a new answer beside the one before it, each a pair of request and answer.
export function changed(before, after) {
  const all = differences(before.request, after.request);
  if (!all.length) {
    return "";
  }
  const cause = all.length > MOST ? `${all.length} fields changed` : all.join("; ");
  const [old, now] = [before.answer, after.answer];
  const was = old.verdict.headline === now.verdict.headline ? "The advice stays" : `Before: “${old.verdict.headline}”`;
  const value = worth(old) === worth(now) ? "" : ` The plan is expected to be worth ${worth(now)}, before ${worth(old)}.`;
  return `${cause}. ${was}${was.endsWith("”") ? "" : "."}${value}`;
}
