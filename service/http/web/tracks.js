// The ways of a slider: which field an input of the break-even sets, between which values, and what a position means.

import { isRange } from "./request.js";
import { inWords, rounded, significant } from "./words.js";

const STEPS = 200;
const WINDOW = 100; // switches farther from today's value than this many times are out of sight

// While an input that the other options follow is moved, the segments of the answer, which hold those where they are, do not apply.
export const KNOBS = {
  requests_per_month: { pointer: "/volume/requests_per_month", label: "Requests per month" },
  error_cost: { pointer: "/finance/error_cost", label: "Cost of a wrong answer", isMoney: true },
  prompt_accuracy: { pointer: "/prompting/measured_accuracy/correct", label: "Answers right", othersFollow: true },
  prompt_instruction_tokens: { pointer: "/prompting/tokens/instruction", label: "Instruction tokens per request" },
  prompt_cache_hit_rate: { isShare: true, pointer: "/prompting/cache_hit_rate", label: "Share of requests that hit the prompt cache" },
  retraining_interval_months: { pointer: "/fine_tuning/retraining/interval_months", label: "Months between retrainings" },
  lead_time_weeks: { pointer: "/fine_tuning/lead_time_weeks", label: "Weeks until the fine-tune serves" },
};

const middle = (value) => (isRange(value) ? Math.sqrt(value.low * value.high) : value);

// Graded answers: as many steps as there are.
function trials(stated, total) {
  return {
    last: total, today: stated, toValue: (position) => position,
    words: (position) => `${position} of ${total}, ${inWords(position / total, 100)}`,
  };
}

function even(item, stated) {
  const current = middle(stated) ?? item.current;
  const toPosition = (value) => value * 100;
  return {
    last: 100, today: Math.round(toPosition(current)), toPosition,
    toValue: (position) => position / 100,
    words: (position) => inWords(position / 100, 100),
    mark: (value) => inWords(value, 100),
  };
}

function logarithmic(item, stated) {
  const values = item.switches.map((found) => found.value).filter((value) => value > 0);
  const current = item.current || undefined;
  const near = current ? values.filter((value) => value > current / WINDOW && value < current * WINDOW) : values;
  const lowest = Math.max(item.segments[0].lower, Math.min(...[current, ...near].filter(Boolean)) / 10);
  const highest = Math.min(item.segments.at(-1).upper, Math.max(...[current, ...near].filter(Boolean)) * 10);
  const toPosition = (value) => (value > 0 ? 1 + ((STEPS - 1) * Math.log(value / lowest)) / Math.log(highest / lowest) : 0);
  const today = current ? Math.round(toPosition(current)) : 0;
  const valueAt = (position) => significant(lowest * (highest / lowest) ** ((position - 1) / (STEPS - 1)));
  // A range keeps its width: both of its ends move as its middle does.
  const moved = (value) => (isRange(stated) && current
    ? { low: significant((stated.low * value) / current), high: significant((stated.high * value) / current) }
    : value);
  const tell = (value) => (KNOBS[item.input].isMoney ? `${item.unit.split("/")[0]} ${rounded(value)}` : rounded(value));
  return {
    first: current ? 1 : 0, last: STEPS, today, toPosition,
    toValue: (position) => (position ? moved(valueAt(position)) : undefined),
    words: (position) => (position ? tell(position === today ? current : valueAt(position)) : "not said"),
    mark: tell,
  };
}

// Returns what a slider for an input needs; `today` is the position of what the request says, or of what is assumed for it.
export function trackOf(item, stated, total) {
  const isPossible = item.segments.length && (item.current || item.switches.length);
  if (item.input === "prompt_accuracy") {
    return Number.isInteger(stated) && total > 0 && total <= 100_000 ? trials(stated, total) : undefined;
  }
  if (!isPossible) {
    return undefined;
  }
  return KNOBS[item.input].isShare ? even(item, stated) : logarithmic(item, stated);
}
