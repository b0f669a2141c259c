// Sliders for what the advice hangs on: the inputs along which another option takes over, with the values where it does.
// They stand while the case is the same; a new answer moves their marks, never the slider that is being held.

import { byId, make } from "./dom.js";
import { at, put } from "./request.js";
import { KNOBS, trackOf } from "./tracks.js";

let standing = new Map();
let today; // the request that they were made for

function clearSliders() {
  standing = new Map();
  today = undefined;
  byId("sliders").hidden = true;
  byId("knobs").replaceChildren();
}

// Returns the names of the inputs that get a slider: those that the verdict names first, then all that switch the option.
function wanted({ verdict, break_even: { items } }) {
  const named = [...verdict.conditional_on.map((one) => one.input), ...verdict.hinges_on.map((one) => one.send)];
  const hangs = ({ input }) => named.some((pointer) => KNOBS[input].pointer.startsWith(pointer));
  const known = items.filter((item) => item.input in KNOBS);
  return [...known.filter(hangs), ...known.filter((item) => !hangs(item) && item.state === "switches")];
}

function build(item, request, move) {
  const knob = KNOBS[item.input];
  const stated = at(request, knob.pointer);
  const track = trackOf(item, stated, at(request, "/prompting/measured_accuracy/total"));
  if (!track) {
    return undefined;
  }
  const id = `slider-${item.input}`;
  const range = make("input", {
    id, type: "range", min: track.first ?? 0, max: track.last, step: 1, value: track.today,
    "aria-describedby": knob.othersFollow ? undefined : `${id}-words`,
  });
  const output = make("output", { for: id, "aria-live": "off" });
  const strip = make("div", { class: "strip", "aria-hidden": "true" });
  const words = make("p", { class: "hint", id: `${id}-words` });
  const made = { knob, track, range, output, strip, words, stated };
  range.addEventListener("input", () => {
    const position = Number(range.value);
    say(made);
    move((before) => put(before, knob.pointer, position === track.today ? stated : track.toValue(position)));
  });
  const head = make("div", { class: "slider-head" }, make("label", { for: id }, knob.label), " ", output);
  made.element = make("div", { class: "slider" }, head, range, ...(knob.othersFollow ? [] : [strip, words]));
  return made;
}

function say({ track, range, output, stated }) {
  const position = Number(range.value);
  const isToday = position === track.today;
  const note = stated === undefined ? "assumed today" : "today";
  output.textContent = isToday ? track.words(position) + (position ? ` (${note})` : "") : `${track.words(position)} (${note} ${track.words(track.today)})`;
  range.setAttribute("aria-valuetext", output.textContent);
}

// Returns the parts of the range in which one option is worth most, neighbours of the same option taken together.
function parts(item) {
  const merged = [];
  for (const { lower, upper, option } of item.segments) {
    if (merged.at(-1)?.option === option) {
      merged.at(-1).upper = upper;
    } else {
      merged.push({ lower, upper, option });
    }
  }
  return merged;
}

function mark({ track, strip, words, range }, item, options) {
  const named = new Map(options.map((option) => [option.id, option]));
  const name = (id) => (named.get(id)?.name ?? id).replace(/^The /, "the ");
  const [first, last] = [Number(range.min), track.last];
  const within = (value) => Math.min(last, Math.max(first, track.toPosition(value)));
  const seen = parts(item).map((part) => ({ ...part, from: within(part.lower), to: within(part.upper) })).filter((part) => part.to > part.from);
  strip.replaceChildren(...seen.map((part) => {
    const kind = named.get(part.option)?.kind ?? part.option;
    const piece = make("span", { "data-kind": kind }, kind.replaceAll("_", "-"));
    piece.style.flexGrow = String(part.to - part.from);
    return piece;
  }));
  const sentence = seen.length === 1 ? `Worth most all along: ${name(seen[0].option)}.` : seen.map((part, order) => {
    const start = order ? `from ${track.mark(part.lower)}` : `below ${track.mark(part.upper)}`;
    return `${start} ${name(part.option)}`;
  }).join("; ").replace(/^/, "Worth most: ") + ".";
  words.textContent = item.agrees_with_draws ? sentence : `${sentence} Over the draws another option is: read it with care.`;
}

// Shows the sliders of an answer; `move` is called with a function from the request to the request that a slider makes of it.
export function showSliders(answer, base, move) {
  if (base !== today) {
    clearSliders();
    today = base;
  }
  for (const item of wanted(answer)) {
    if (!standing.has(item.input)) {
      const made = build(item, today, move);
      if (made) {
        standing.set(item.input, made);
        byId("knobs").append(made.element);
        say(made);
      }
    }
  }
  for (const item of answer.break_even.items) {
    if (standing.has(item.input) && !KNOBS[item.input].othersFollow) {
      mark(standing.get(item.input), item, answer.options);
    }
  }
  byId("sliders").hidden = standing.size === 0;
}

export function resetSliders() {
  for (const made of standing.values()) {
    made.range.value = String(made.track.today);
    say(made);
  }
}
