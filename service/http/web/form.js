// The form: built from the fields, filled from a request, and read into it one field at a time, as it is changed.

import { byId, make } from "./dom.js";
import { FIELDS, idOf, OPTIONAL, REQUIRED } from "./fields.js";
import { at, isRange, put } from "./request.js";
import { number, typed } from "./words.js";

const HIGHEST = "to";

const isText = (field) => field.isLong || field.listed || field.pointer === "/finance/currency";

function control(field, id, more = {}) {
  const common = { id, autocomplete: "off", "aria-describedby": `${idOf(field)}-hint ${idOf(field)}-fault`, ...more };
  if (field.isLong) {
    return make("textarea", { ...common, rows: 3 });
  }
  if (field.options) {
    const options = field.options.map(([value, label]) => make("option", { value: JSON.stringify(value) }, label));
    return make("select", common, make("option", { value: "" }, "Unknown"), ...options);
  }
  return make("input", {
    ...common, type: "text", inputmode: isText(field) ? undefined : "decimal", list: field.listed, spellcheck: "false",
  });
}

function labelled(field) {
  const id = idOf(field);
  const unit = field.unit === "currency" ? make("span", { "data-currency": true }, "USD") : field.unit;
  const label = make("label", { for: id }, field.label, ...(unit ? [", ", unit] : []));
  const boxes = [control(field, id)];
  if (field.isRange) {
    const upper = control(field, `${id}-${HIGHEST}`, { "aria-label": `${field.label}, upper end of a range` });
    boxes.push(make("span", { "aria-hidden": "true" }, HIGHEST), upper);
  }
  return make("div", { class: `field ${field.isRange ? "is-range" : ""}` }, label, make("div", { class: "boxes" }, ...boxes),
    make("p", { class: "hint", id: `${id}-hint` }, field.hint ?? ""), make("p", { class: "fault", id: `${id}-fault` }));
}

const upperOf = (field) => byId(`${idOf(field)}-${HIGHEST}`);

function read(field) {
  const box = byId(idOf(field));
  if (field.options) {
    return box.value ? JSON.parse(box.value) : undefined;
  }
  if (isText(field)) {
    return (field.isLong ? box.value.trim() && box.value : box.value.trim()) || undefined;
  }
  const low = number(box.value, field.scale);
  const high = field.isRange ? number(upperOf(field).value, field.scale) : undefined;
  return high === undefined ? low : { ...(low !== undefined && { low }), high };
}

function fill(field, request) {
  const value = at(request, field.pointer);
  const box = byId(idOf(field));
  if (field.options) {
    box.value = field.options.some(([known]) => known === value) ? JSON.stringify(value) : "";
  } else if (isText(field)) {
    box.value = typeof value === "string" ? value : "";
  } else {
    box.value = typed(isRange(value) ? value.low : value, field.scale);
  }
  if (field.isRange) {
    upperOf(field).value = isRange(value) ? typed(value.high, field.scale) : "";
  }
}

function tellCurrency(request) {
  const currency = at(request, "/finance/currency");
  for (const place of document.querySelectorAll("[data-currency]")) {
    place.textContent = typeof currency === "string" && currency ? currency.slice(0, 3) : "USD";
  }
}

export function fillAll(request) {
  FIELDS.forEach((field) => fill(field, request));
  tellCurrency(request);
}

// Builds the form; `change` is called with a function from the request to the request as the field has it now.
export function build(change) {
  byId("required").append(...REQUIRED.map(labelled));
  for (const { title, fields } of OPTIONAL) {
    byId("optional").append(make("fieldset", {}, make("legend", {}, title), ...fields.map(labelled)));
  }
  for (const field of FIELDS) {
    const boxes = [byId(idOf(field)), ...(field.isRange ? [upperOf(field)] : [])];
    for (const box of boxes) {
      box.addEventListener(field.options ? "change" : "input", () => change((before) => {
        let request = put(before, field.pointer, read(field));
        if (field.brings) {
          const [other, usual] = field.brings;
          const value = at(request, field.pointer) === undefined ? undefined : at(before, other) ?? usual;
          request = put(request, other, value);
          fill(FIELDS.find((found) => found.pointer === other), request);
        }
        tellCurrency(request);
        return request;
      }));
      if (!isText(field) && !field.options) {
        box.addEventListener("change", () => { box.value = typed(number(box.value)); });
      }
    }
  }
}
