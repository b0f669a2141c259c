// Faults that the service found: told together where the form begins, each with a link to its field, and again beside it.

import { byId, make } from "./dom.js";
import { FIELDS, fieldAt, idOf, named } from "./fields.js";

export function clearFaults() {
  byId("faults").replaceChildren();
  for (const field of FIELDS) {
    byId(`${idOf(field)}-fault`).textContent = "";
    byId(idOf(field)).removeAttribute("aria-invalid");
  }
}

function told(fault) {
  const field = fieldAt(fault.pointer);
  const words = `${fault.message} Expected: ${fault.expected}.`;
  if (field) {
    const place = byId(`${idOf(field)}-fault`);
    place.textContent = [place.textContent, words].filter(Boolean).join(" ");
    byId(idOf(field)).setAttribute("aria-invalid", "true");
  }
  const link = make("a", { href: `#${field ? idOf(field) : "json"}` }, field?.label ?? named(fault.pointer));
  return make("li", {}, link, `: ${words}`);
}

function wait(seconds) {
  const back = new Date(Date.now() + seconds * 1000).toLocaleTimeString("en-GB");
  return `Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}, at ${back}.`;
}

// Tells what was refused: a title, what to do, and every fault beside its field.
export function showRefusal({ problem, seconds }, title) {
  clearFaults();
  const lines = [make("p", {}, make("strong", {}, title), " ", problem.errors.length ? "" : problem.detail || problem.title)];
  if (seconds) {
    lines.push(make("p", {}, wait(seconds)));
  }
  if (problem.errors.length) {
    lines.push(make("ul", {}, ...problem.errors.map(told)));
  }
  byId("faults").replaceChildren(make("div", { class: "faults" }, ...lines));
}

export function showMessage(title, words) {
  showRefusal({ problem: { detail: words, errors: [] } }, title);
}
