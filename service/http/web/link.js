// A link holds the request: in the fragment, which browsers keep to themselves, so no server and no log gets to see it.
// `#r=` is the JSON in base64url, which anybody can write; `#z=` the same deflated, which the page writes for it is shorter.

import { parse } from "./request.js";

const LONGEST = 2_000_000; // bytes, as the service takes; a link that unpacks to more is not read to its end

async function through(bytes, stream) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    parts.push(step.value);
    size += step.value.length;
    if (size > LONGEST) {
      await reader.cancel();
      throw new RangeError("The request is too long");
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function toBase64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text) {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
}

export async function toFragment(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  return `#z=${toBase64(await through(bytes, new CompressionStream("deflate-raw")))}`;
}

// Returns the request that a fragment holds, nothing where it is none of ours; throws where it cannot be read.
export async function fromFragment(fragment) {
  const found = /^#([rz])=(.*)$/s.exec(fragment);
  if (!found) {
    return undefined;
  }
  const bytes = fromBase64(found[2]);
  const plain = found[1] === "r" ? bytes : await through(bytes, new DecompressionStream("deflate-raw"));
  return parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
}
