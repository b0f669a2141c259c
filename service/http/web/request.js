// The request: its fields by JSON pointer. A field that is not said is not there: unknown is never zero.

const DEEPEST = 20; // levels of a request, more than any has
const HEAVY = ["cash_flows", "trace", "sensitivity", "curves"];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export const isRange = (value) => isObject(value) && "low" in value && "high" in value;

// Asked for in this order the answer is the one that renderings are made of, so the service keeps it for them.
export const whole = (request) => ({ ...request, include: HEAVY });

export function at(request, pointer) {
  return pointer.split("/").slice(1).reduce(
    (part, name) => (isObject(part) && Object.hasOwn(part, name) ? part[name] : undefined), request);
}

// Returns the request with a field said, or no longer said; objects that are left without any field go too.
export function put(request, pointer, value) {
  const [name, ...rest] = pointer.split("/").slice(1);
  const copy = isObject(request) ? { ...request } : {};
  const part = rest.length ? put(copy[name], `/${rest.join("/")}`, value) : value;
  if (part === undefined || (rest.length && Object.keys(part).length === 0)) {
    delete copy[name];
  } else {
    copy[name] = part;
  }
  return copy;
}

// Returns every field that is said, by its pointer; a range, and a list, is one field.
export function said(request, pointer = "") {
  if (!isObject(request) || (pointer && ("low" in request || "high" in request))) {
    return new Map([[pointer, request]]);
  }
  return new Map(Object.entries(request).flatMap(([name, part]) => [...said(part, `${pointer}/${name}`)]));
}

const isWithin = (value, levels) => typeof value !== "object" || value === null
  || (levels > 0 && Object.values(value).every((part) => isWithin(part, levels - 1)));

// Returns the request that a text is; throws where it is none.
export function parse(text) {
  const request = JSON.parse(text);
  if (!isWithin(request, DEEPEST)) {
    throw new SyntaxError(`A request is nested at most ${DEEPEST} levels deep`);
  }
  if (!isObject(request)) {
    throw new SyntaxError("A request is a JSON object");
  }
  return request;
}
