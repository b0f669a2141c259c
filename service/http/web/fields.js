// The fields of the form: where each stands in the request, what it is called, and what a person should know to fill it in.
// `scale` 100 is said in per cent and sent as a share; `isRange` may be a number or an 80 % range, in two boxes.

const KINDS = [
  ["classification", "Classification"], ["extraction", "Extraction"], ["structured_output", "Structured output"],
  ["generation", "Generation"], ["summarisation", "Summarisation"], ["question_answering", "Question answering"],
  ["reasoning", "Reasoning"], ["code", "Code"], ["other", "Other"],
];
const YES_OR_NO = [[true, "Yes"], [false, "No"]];

export const REQUIRED = [
  {
    pointer: "/task/description", label: "What is the task?", isLong: true,
    hint: "In your own words; compared with published cases, never kept.",
  },
  {
    pointer: "/prompting/measured_accuracy/correct", label: "Answers right",
    hint: "Of today's prompt.",
  },
  {
    pointer: "/prompting/measured_accuracy/total", label: "Answers graded",
    hint: "200 make a fair start.",
  },
  {
    pointer: "/volume/requests_per_month", label: "Requests per month", isRange: true,
    hint: "One figure, or in both boxes a range that you are 80 % sure of.",
  },
];

export const OPTIONAL = [
  {
    title: "What is asked of the answers",
    fields: [
      { pointer: "/task/required_accuracy", label: "Required accuracy", unit: "%", scale: 100 },
      { pointer: "/finance/error_cost", label: "Cost of a wrong answer", unit: "currency", isRange: true },
      { pointer: "/latency_target/seconds", label: "Latency target", unit: "seconds", brings: ["/latency_target/percentile", 0.95] },
      { pointer: "/latency_target/percentile", label: "Answers within it", unit: "%", scale: 100 },
      { pointer: "/task/audit_required", label: "Must auditors read it?", options: YES_OR_NO },
    ],
  },
  {
    title: "The task",
    fields: [
      { pointer: "/task/kind", label: "Kind of task", options: KINDS },
      { pointer: "/task/proprietary_knowledge", label: "Terms rare in public text?", options: YES_OR_NO },
      {
        pointer: "/task/knowledge_half_life_months", label: "Half-life of its knowledge", unit: "months", isRange: true,
        hint: "Months in which half of what the task needs to know goes out of date.",
      },
    ],
  },
  {
    title: "The prompt and the labels",
    fields: [
      {
        pointer: "/prompting/base_model", label: "Base model", listed: "models",
        hint: "As provider/model; what you type is completed from the price list.",
      },
      {
        pointer: "/prompting/tokens/instruction", label: "Instruction tokens", isRange: true,
        hint: "Tokens are per request. The instruction is the same in each: system prompt and few-shot examples.",
      },
      { pointer: "/prompting/tokens/payload", label: "Payload tokens", isRange: true },
      { pointer: "/prompting/tokens/output", label: "Output tokens", isRange: true },
      { pointer: "/fine_tuning/labelled_examples", label: "Labelled examples" },
    ],
  },
  {
    title: "Outlook and money",
    fields: [
      { pointer: "/volume/growth_per_month", label: "Growth per month", unit: "%", scale: 100, isRange: true },
      { pointer: "/volume/horizon_months", label: "Horizon", unit: "months" },
      { pointer: "/finance/discount_rate", label: "Discount rate per year", unit: "%", scale: 100 },
      { pointer: "/finance/currency", label: "Currency", hint: "Three letters, such as EUR. Empty: USD." },
      { pointer: "/finance/units_per_usd", label: "Units of it for one USD", hint: "Needed unless the currency is USD." },
    ],
  },
];

export const FIELDS = [...REQUIRED, ...OPTIONAL.flatMap((group) => group.fields)];

export const idOf = (field) => `field${field.pointer.replaceAll("/", "-")}`;

const covers = (pointer, inner) => pointer === inner || inner.startsWith(`${pointer}/`);

// Returns the field at which a JSON pointer of the service points: its own, that of a part of it, or the first within.
export const fieldAt = (pointer) =>
  FIELDS.find((field) => covers(field.pointer, pointer)) ?? FIELDS.find((field) => pointer && covers(pointer, field.pointer));

export function named(pointer) {
  const field = FIELDS.find((found) => found.pointer === pointer);
  return field?.label ?? (pointer.slice(1).replaceAll("_", " ").replaceAll("/", ", ") || "The request");
}
