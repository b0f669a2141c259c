// Asks the service that this page came from. The key, where one is needed, is kept in this module's memory only.

import { make } from "./dom.js";
import { whole } from "./request.js";

export const here = new URL(".", location.href).href.replace(/\/$/, "");

const SOON = 5; // seconds that are waited for, without a word
const TRIES = 4;

let key = "";

export function useKey(given) {
  key = given;
}

// What the service answered in place of what it was asked for: a problem (RFC 9457), and the seconds to wait.
export class Refused extends Error {
  constructor(problem, seconds) {
    super(problem.detail || problem.title);
    this.problem = problem;
    this.seconds = seconds;
  }
}

async function refusal(response) {
  const seconds = Number(response.headers.get("Retry-After")) || undefined;
  const unnamed = { status: response.status, title: `Status ${response.status}`, detail: "", errors: [] };
  const problem = await response.json().catch(() => ({}));
  return new Refused({ ...unnamed, ...problem }, seconds);
}

async function send(path, options = {}) {
  const headers = { ...options.headers, ...(key && { "X-Api-Key": key }) };
  let response;
  try {
    response = await fetch(`${here}/${path}`, { ...options, headers, referrerPolicy: "no-referrer" });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    const detail = "The service did not answer. Look whether it runs and whether you are connected, then try again.";
    throw new Refused({ status: 0, title: "No answer", detail, errors: [] });
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

// Posts a request; a service that is busy for a moment is asked again when it says to, a few times.
async function post(path, request, signal, tries = TRIES) {
  const body = JSON.stringify(whole(request));
  try {
    return await send(path, { method: "POST", signal, body, headers: { "Content-Type": "application/json" } });
  } catch (error) {
    if (!(error.seconds <= SOON) || tries <= 1) {
      throw error;
    }
    await pause(error.seconds, signal);
    return post(path, request, signal, tries - 1);
  }
}

// Returns the answer and the memo of it; where the memo fails, why.
export async function assess(request, signal) {
  const answer = await (await post("v1/assessments", request, signal)).json();
  try {
    return { answer, memo: await (await post("v1/assessments/memo", request, signal)).text() };
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    return { answer, refused: error };
  }
}

export async function models() {
  const listing = await (await send("v1/models")).json();
  return listing.items;
}

// Fetches a rendering and hands it to the browser as a file, under the name that the service gave it.
export async function download(path, request) {
  const response = await post(path, request);
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "prompt-or-tune";
  const address = URL.createObjectURL(await response.blob());
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}
