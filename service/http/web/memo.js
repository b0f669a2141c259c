// Takes the contents and the sections of the memo into the page, as nodes of the parsed document. The memo escapes whatever a
// caller wrote; should anything in it be able to run, load or lead elsewhere than to a web page, it stays behind all the same.

const SECTIONS = [
  "verdict", "figures", "plan", "options", "cumulative", "cost-and-accuracy", "acceptability", "frontier", "accuracy",
  "tornado", "comparison", "assumptions", "next", "reproduce",
];
const UNWANTED = "script, style, link, meta, base, iframe, object, embed, form, animate, set, foreignObject";
const ADDRESSES = new Set(["href", "src", "srcset", "action", "formaction", "data", "ping", "xlink:href"]);
const WEB = /^(#|https?:)/i;
const OWN_STYLE = /<style>[^<]*<\/style>/; // the page links the same; the policy of the page would refuse it, and say so

function strip(element) {
  for (const { name, value } of [...element.attributes]) {
    if (name.startsWith("on") || name === "style" || (ADDRESSES.has(name) && !WEB.test(value.trim()))) {
      element.removeAttribute(name);
    }
  }
}

export function sectionsOf(memo) {
  const parsed = new DOMParser().parseFromString(memo.replace(OWN_STYLE, ""), "text/html");
  const contents = parsed.querySelectorAll("body > nav.contents");
  const sections = SECTIONS.map((id) => parsed.getElementById(id)).filter((node) => node?.localName === "section");
  const found = [...contents, ...sections];
  for (const section of found) {
    section.querySelectorAll(UNWANTED).forEach((node) => node.remove());
    [section, ...section.querySelectorAll("*")].forEach(strip);
  }
  return found.map((section) => document.adoptNode(section));
}
