"""The memo in a real browser: at peace with its policy, axe and the width of a phone, legible in print and in the dark."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages.looking import Browser, brightness, look, violations
from renderings.memos import case

from service.renderings import memo

CASES = (
    "ticket-triage",
    "minimal",
    "provider-closes",
    "support-big-model",
    "many-options",
    "no-fine-tune",
    "hostile",
    "very-much",
)
PAPER = 680
"""Width of what is printed on A4 between its margins, 180 mm [px]."""
VIEWS = {
    "desktop": (1280, "light"),
    "desktop in the dark": (1280, "dark"),
    "phone": (390, "light"),
    "phone in the dark": (390, "dark"),
}
LEAST_LETTERS = 11.0
"""Height of the smallest letters in a chart [px]."""


class Memos(http.server.BaseHTTPRequestHandler):
    """Serves the memo on a case by its name, with the header that the service sends."""

    def do_GET(self) -> None:
        """Answer with a memo."""
        page = case(self.path.strip("/")).page
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", memo.POLICY)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Yield the address where memos are served, in place of the service, for they are answers to POST."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Memos)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def printed(browser: Browser) -> None:
    """Look at the page as it is printed, as wide as A4 leaves room."""
    look(browser, width=PAPER)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})


def is_within(browser: Browser) -> bool:
    """Return whether nothing needs scrolling to the side but what scrolls by itself."""
    within: bool = browser.execute_script(
        "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    return within


def unfold(browser: Browser) -> None:
    """Open all that can be unfolded."""
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", CASES)
def test_a_memo_is_accessible_and_fits(name: str, view: str, browser: Browser, origin: str) -> None:
    """Folded and unfolded, wide and narrow, light and dark, axe finds no fault and nothing sticks out to the side."""
    width, scheme = VIEWS[view]
    look(browser, width=width, scheme=scheme)
    browser.get(f"{origin}/{name}")
    assert browser.find_element("tag name", "h1").text == case(name).answer.verdict.headline
    assert is_within(browser)
    assert (brightness(browser) < 3 * 64) is (scheme == "dark")
    unfold(browser)
    assert is_within(browser)
    assert violations(browser) == []


@pytest.mark.parametrize("name", CASES)
def test_a_memo_prints_on_a4(name: str, browser: Browser, origin: str) -> None:
    """On paper everything is in light colours, no table is cut off, and what only helps on screen is gone."""
    browser.get(f"{origin}/{name}")
    printed(browser)
    assert is_within(browser)
    assert brightness(browser) > 3 * 250
    cut = browser.execute_script(
        "return [...document.querySelectorAll('.scroll')].filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1)"
        ".map((one) => one.getAttribute('aria-label'))"
    )
    assert cut == []
    assert not browser.find_element("css selector", "nav").is_displayed()
    pdf = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    assert pdf.startswith("JVBER")


OVERLAPS = """
const meets = (a, b, room) => a.left < b.right - room && b.left < a.right - room && a.top < b.bottom - room && b.top < a.bottom - room;
const found = [];
for (const chart of document.querySelectorAll('svg.chart')) {
  const box = (one) => one.getBoundingClientRect();
  const name = chart.getAttribute('aria-labelledby').split(' ')[0];
  for (const [selector, room] of [['.badge circle', 2], ['.tick:not(.start), .rows .tick', 1], ['.name, .value', 1]]) {
    const all = [...chart.querySelectorAll(selector)];
    all.forEach((one, at) => all.slice(at + 1).forEach((other) => {
      if (meets(box(one), box(other), room)) found.push(`${name}: ${one.parentNode.textContent} | ${other.parentNode.textContent} (${selector})`);
    }));
  }
  for (const one of chart.querySelectorAll('text, circle, rect, line')) {
    const at = box(one);
    if (at.width && (at.left < -1 || at.right > document.documentElement.clientWidth + 1)) found.push(`${name}: ${one.textContent} sticks out`);
  }
}
return found;
"""
"""Badges, ticks or names of a chart that hide each other, and what sticks out of the window."""


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("name", CASES)
def test_labels_of_charts_do_not_overlap(name: str, width: int, browser: Browser, origin: str) -> None:
    """Letters of options, figures of axes and names of rows are apart from each other, legible and inside, however narrow the window."""
    look(browser, width=width)
    browser.get(f"{origin}/{name}")
    assert browser.execute_script(OVERLAPS) == []
    sizes = browser.execute_script(
        "return [...document.querySelectorAll('svg.chart text')].map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= LEAST_LETTERS


def test_the_keyboard_reaches_what_scrolls_and_unfolds(browser: Browser, origin: str) -> None:
    """Tables that scroll, and all that unfolds, can be had with the keyboard alone."""
    browser.get(f"{origin}/ticket-triage")
    for region in browser.find_elements("css selector", ".scroll, pre"):
        assert region.get_attribute("tabindex") == "0" and region.get_attribute("aria-label")
    opened = browser.execute_script(
        "const one = document.querySelector('figure summary'); one.focus(); return document.activeElement === one"
    )
    assert opened


def test_charts_are_told_apart_without_colour(browser: Browser, origin: str) -> None:
    """No two lines of a chart look alike: they differ in colour or dash, and each has a letter of its own at its end."""
    browser.get(f"{origin}/many-options")
    looks = browser.execute_script(
        "return [...document.querySelectorAll('#cumulative .line[points]')].map((one) => {"
        "const style = getComputedStyle(one); return style.stroke + ' ' + style.strokeDasharray})"
    )
    letters = [one.text for one in browser.find_elements("css selector", "#cumulative-chart-title ~ g.badge text")]
    flows = case("many-options").answer.cash_flows or []
    assert len(flows) > 7 and len(set(looks)) == len(looks) == len(flows)
    assert len(set(letters)) == len(flows)


def test_a_saved_memo_is_as_safe(tmp_path: Path, chromium: Browser) -> None:
    """Opened as a file the console stays quiet; a script that somebody writes into the file is not run."""
    page = case("hostile").page
    whole, spoiled = tmp_path / "memo.html", tmp_path / "spoiled.html"
    whole.write_bytes(page)
    spoiled.write_bytes(
        page.replace(b"</h1>", b"</h1><script>document.title = 'run'</script><p style='color: red'></p>", 1)
    )
    look(chromium, width=1280)
    chromium.get("about:blank")
    chromium.get_log("browser")
    chromium.get(whole.as_uri())
    assert chromium.title.endswith("decision memo")
    assert chromium.get_log("browser") == []
    chromium.get(spoiled.as_uri())
    assert chromium.title.endswith("decision memo")
    assert len(chromium.get_log("browser")) == 2
    chromium.get("about:blank")
    chromium.get_log("performance"), chromium.get_log("browser")


def test_the_style_sheet_leaves_a_host_page_alone(tmp_path: Path, chromium: Browser) -> None:
    """A page that links the style sheet and adopts a section keeps its own looks outside of it."""
    body = "<header><h1>Title</h1><p>Text <a href='#x'>link</a> <code>code</code></p><table><tr><th>a</th><td>b</td></tr></table></header>"
    style = "const of = (one) => JSON.stringify([...getComputedStyle(one)].map((name) => getComputedStyle(one).getPropertyValue(name)));"
    looks = []
    look(chromium, width=1280)
    for sheet in ("", memo.STYLE):
        page = tmp_path / "host.html"
        page.write_text(
            f"<!doctype html><meta charset='utf-8'><title>Host</title><style>{sheet}</style><body>{body}<div class='memo'></div>"
        )
        chromium.get(page.as_uri())
        looks.append(
            chromium.execute_script(
                f"{style} return [...document.querySelectorAll('html, body, header, header *')].map(of)"
            )
        )
    assert looks[0] == looks[1]
    chromium.get("about:blank")
    chromium.get_log("performance"), chromium.get_log("browser")
