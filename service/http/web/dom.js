// Builds elements. What a caller wrote goes in as text: nothing here, or anywhere on this page, reads HTML from a string.

export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

// Opens whatever an element is folded away in, and puts the focus on it.
export function reveal(element) {
  for (let outer = element.closest("details"); outer; outer = outer.parentElement.closest("details")) {
    outer.open = true;
  }
  const takesFocus = element.tabIndex >= 0;
  if (!takesFocus) {
    element.tabIndex = -1;
  }
  element.scrollIntoView({ block: takesFocus ? "center" : "start" });
  element.focus({ preventScroll: true });
}
