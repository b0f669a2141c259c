// The page to decide on: a request in the form, its advice beside it. Whatever changes the request, be it a field, a slider,
// the JSON, an example or a link, goes through `change`; the answer is the service's, and the charts are those of its memo.

import { assess, download, here, models, Refused, useKey } from "./ask.js";
import { changed } from "./changes.js";
import { byId, make, reveal } from "./dom.js";
import { clearFaults, showMessage, showRefusal } from "./faults.js";
import { named, REQUIRED } from "./fields.js";
import { build, fillAll } from "./form.js";
import { fromFragment, toFragment } from "./link.js";
import { sectionsOf } from "./memo.js";
import { at, parse } from "./request.js";
import { resetSliders, showSliders } from "./sliders.js";
import { curl } from "./words.js";

const WAIT = { slider: 300, form: 500, json: 500, case: 0 }; // milliseconds

let request = {};
let base = {}; // the request as it was before any slider was moved
let shown; // the request and the answer that are on the page
let today; // the same of the request before any slider was moved
let asking;
let timer;
let kept; // the request that the address holds, and that address

function say(headline, line = "") {
  byId("headline").textContent = headline;
  byId("changed").textContent = line;
}

const unsaid = () => REQUIRED.filter((field) => at(request, field.pointer) === undefined).map((field) => field.label);

// Puts the request into the address, and returns that address.
async function keepInAddress() {
  const mine = request;
  const isEmpty = Object.keys(mine).length === 0;
  const link = new URL(isEmpty ? "" : await toFragment(mine), location.href.split("#")[0]).href;
  if (mine === request) {
    kept = { request, link };
    try {
      history.replaceState(null, "", link);
    } catch {
      // Safari takes about 100 changes in half a minute: the address then stays behind until the next one.
    }
  }
  return link;
}

function show(found, mine) {
  const now = { request: mine, answer: found.answer };
  const { verdict } = found.answer;
  const before = mine !== base && today?.request === base ? today : shown;
  say(verdict.headline, before ? changed(before, now) : "");
  const sections = found.memo ? sectionsOf(found.memo) : [];
  const opened = new Set([...byId("memo").querySelectorAll("details[open] > summary")].map((one) => one.textContent));
  const plain = make("section", { "aria-labelledby": "plain" }, make("h2", { id: "plain" }, verdict.headline), make("p", {}, verdict.summary));
  byId("memo").replaceChildren(...(sections.length ? sections : [plain]));
  for (const summary of byId("memo").querySelectorAll("details > summary")) {
    summary.parentElement.open ||= opened.has(summary.textContent);
  }
  tell(found.refused ? `The charts could not be made: ${found.refused.message}` : "");
  byId("welcome").hidden = true;
  byId("answer").hidden = false;
  byId("to-memo").hidden = false;
  showSliders(found.answer, base, (next) => change(next(request), "slider"));
  shown = now;
  today = mine === base ? now : today;
}

function refuse(error) {
  const { status, errors } = error.problem;
  byId("key-box").hidden &&= status !== 401;
  showRefusal(error, errors.length === 1 ? "One field needs another look." : errors.length ? `${errors.length} fields need another look.` : "");
  const why = error.seconds ? "The service is busy." : "The form says why.";
  say("No advice for what the form says now.", shown ? `${why} The memo is still that of the request before.` : why);
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const [mine, { signal }] = [request, asking];
  byId("state").textContent = "Computing…";
  try {
    const found = await assess(mine, signal);
    clearFaults();
    byId("answer").classList.remove("is-old");
    show(found, mine);
  } catch (error) {
    if (error.name === "AbortError") {
      return;
    }
    if (error instanceof Refused) {
      refuse(error);
    } else {
      showMessage("This page could not show the answer.", error.message);
    }
  }
  byId("state").textContent = "";
}

function change(next, by) {
  request = next;
  base = by === "slider" ? base : next;
  shown = by === "case" ? undefined : shown;
  if (by !== "form") {
    fillAll(request);
  }
  if (by !== "json") {
    byId("json").value = JSON.stringify(request, null, 2);
    byId("json-fault").textContent = "";
  }
  const isEmpty = Object.keys(request).length === 0;
  byId("command").textContent = isEmpty ? example : curl(request, here);
  byId("example").hidden = !isEmpty;
  clearTimeout(timer);
  asking?.abort();
  const open = unsaid();
  timer = setTimeout(() => {
    keepInAddress();
    if (!open.length) {
      ask();
    }
  }, WAIT[by]);
  byId("state").textContent = open.length ? "" : "Computing…";
  byId("answer").classList.add("is-old");
  if (open.length) {
    clearFaults();
    say(open.length === REQUIRED.length ? "The advice will stand here." : `Still to say: ${open.join(", ")}.`);
  }
}

async function restore(fragment) {
  try {
    const found = await fromFragment(fragment);
    if (found) {
      change(found, "case");
    }
  } catch {
    showMessage("This link cannot be read.", "It is cut off or altered; nothing was changed. Ask for it once more.");
  }
}

function tell(words) {
  byId("told").textContent = words;
}

// Copies, and says so under the buttons and on the one that was pressed.
async function copy(button, words, element) {
  const name = (button.dataset.name ??= button.textContent);
  try {
    await navigator.clipboard.writeText(words);
    button.textContent = "Copied";
    tell("Copied.");
  } catch {
    // Without https a browser may refuse the clipboard: leave it selected instead.
    if (element) {
      reveal(element);
      getSelection().selectAllChildren(element);
    }
    button.textContent = element ? "Selected" : "See address";
    tell(element ? "Selected: copy it from there." : "The address of this page is the link.");
  }
  setTimeout(() => { button.textContent = name; }, 2000);
}

async function fetchFile(button) {
  tell("Making the file…");
  try {
    tell(`${await download(button.dataset.download, request)} is among your downloads.`);
  } catch (error) {
    byId("key-box").hidden &&= error.problem?.status !== 401;
    tell(`${button.textContent} could not be made: ${error.message}`);
  }
}

byId("command").textContent = byId("command").textContent.replace(/http:\/\/127\.0\.0\.1:8000/, here);
const example = byId("command").textContent;
build((next) => change(next(request), "form"));
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  keepInAddress();
  ask();
});
byId("clear").addEventListener("click", () => {
  change({}, "case");
  clearFaults();
  byId("welcome").hidden = false;
  for (const id of ["answer", "sliders", "to-memo"]) {
    byId(id).hidden = true;
  }
});
byId("reset").addEventListener("click", () => {
  resetSliders();
  change(base, "slider");
});
byId("json").addEventListener("input", () => {
  try {
    const next = parse(byId("json").value);
    byId("json-fault").textContent = "";
    change(next, "json");
  } catch (error) {
    byId("json-fault").textContent = `Not a request yet: ${error.message}`;
  }
});
byId("key-box").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(byId("key").value.trim());
  ask();
});
const copies = {
  "copy": () => [byId("command").textContent, byId("command")],
  "copy-curl": () => [byId("command").textContent, byId("command")],
  "copy-json": () => [byId("json").value, byId("json")],
  "copy-link": async () => [kept?.request === request ? kept.link : await keepInAddress()],
};
for (const [id, what] of Object.entries(copies)) {
  byId(id).addEventListener("click", async () => copy(byId(id), ...await what()));
}
for (const button of document.querySelectorAll("[data-download]")) {
  button.addEventListener("click", () => fetchFile(button));
}
byId("optional").querySelector("[list=models]").addEventListener("focus", async () => {
  const listed = await models().catch(() => []);
  byId("models").replaceChildren(...listed.map((model) => make("option", { value: model.id }, model.name)));
}, { once: true });
// A link to a place on this page leads there without its fragment, for that would take the place of the request.
document.addEventListener("click", (event) => {
  const place = byId(event.target.closest("a")?.getAttribute("href")?.match(/^#([\w-]+)$/)?.[1]);
  if (place) {
    event.preventDefault();
    reveal(place);
  }
});
addEventListener("hashchange", () => restore(location.hash));
byId("copy").hidden = false;
byId("tool").hidden = false;
restore(location.hash);
