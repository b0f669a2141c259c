"""The page to decide on, opened by a link: what comes from elsewhere is a case, and stays text."""

from __future__ import annotations

import base64
import json
import shlex
import zlib

import pytest
from pages.deciding import VOLUME, advised, box, case, copied, fill, fragment, load, request_of, said
from pages.looking import Browser, see
from selenium.webdriver.common.by import By

HOSTILE = "</script></textarea>\"'><img src=x onerror=\"document.title='run'\"><svg onload=\"document.title='run'\">"


def test_a_link_holds_the_request(browser: Browser, origin: str) -> None:
    """A copied link opened in a fresh tab brings back request and advice; its fragment is the request, deflated."""
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    load(browser, origin, "Ticket triage")
    fill(browser, VOLUME, "175,000")
    fill(browser, VOLUME, "240,000", upper=True)
    headline = advised(browser)
    request = request_of(browser)
    assert request["volume"]["requests_per_month"] == {"low": 175_000, "high": 240_000}
    see(browser, "#copy-link").click()
    link = copied(browser)
    assert link.startswith(f"{origin}/#z=")
    packed = base64.urlsafe_b64decode(link.partition("#z=")[2] + "==")
    assert json.loads(zlib.decompress(packed, -15)) == request
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    try:
        browser.get(link)
        assert advised(browser) == headline
        assert request_of(browser) == request
    finally:
        browser.close()
        browser.switch_to.window(first)


@pytest.mark.parametrize("broken", ["#r=%00", "#z=AAAA", "#r=bnVsbA", "#r=", "#z=" + "A" * 5000, "#r=eyJhIjo"])
def test_a_broken_link_says_so_and_changes_nothing(broken: str, browser: Browser, origin: str) -> None:
    """A fragment that holds no request is told of; the case on the page stays."""
    browser.get(f"{origin}/{fragment(case())}")
    headline = advised(browser)
    browser.execute_script("location.hash = arguments[0]", broken)
    assert "cannot be read" in see(browser, "#faults .faults").text
    assert (said(browser, "headline"), request_of(browser)) == (headline, case())


def test_a_link_that_is_nested_too_deep_changes_nothing(browser: Browser, origin: str) -> None:
    """A request of thousands of levels is refused like a broken one, before anything of it stands in the form."""
    browser.get(f"{origin}/{fragment(case())}")
    headline = advised(browser)
    body = json.dumps({**case(5), "deep": "@"}).replace('"@"', "[" * 7000 + "]" * 7000)
    browser.execute_script(
        "location.hash = arguments[0]", "#r=" + base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
    )
    assert "cannot be read" in see(browser, "#faults .faults").text
    assert (said(browser, "headline"), request_of(browser)) == (headline, case())
    assert box(browser, VOLUME).get_property("value") == "400,000"


def test_the_address_follows_once_a_slider_rests(browser: Browser, origin: str) -> None:
    """However often a slider moves, the address changes once; where a browser refuses that, a copied link still holds the request."""
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.get(f"{origin}/{fragment(case(3_000_000))}")
    advised(browser)
    browser.execute_script(
        "window.changes = 0; history.replaceState = () => { window.changes += 1; throw new DOMException('', 'SecurityError'); };"
        "const slider = document.getElementById('slider-requests_per_month');"
        "for (let moves = 0; moves < 150; moves += 1) {"
        "  slider.value = Number(slider.value) - 1; slider.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    advised(browser)
    assert browser.execute_script("return window.changes") == 1
    see(browser, "#copy-link").click()
    packed = base64.urlsafe_b64decode(copied(browser).partition("#z=")[2] + "==")
    assert json.loads(zlib.decompress(packed, -15)) == request_of(browser) != case(3_000_000)


def test_a_link_that_unpacks_without_end_is_not_unpacked(browser: Browser, origin: str) -> None:
    """A fragment that would unpack to more than a request may be is refused like a broken one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b'{"task":{"description":"' + b"a" * 30_000_000 + b'"}}'
    packed = base64.urlsafe_b64encode(packer.compress(body) + packer.flush()).decode().rstrip("=")
    browser.get(f"{origin}/#z={packed}")
    assert "cannot be read" in see(browser, "#faults .faults").text
    assert request_of(browser) == {}


@pytest.mark.parametrize("description", [HOSTILE, "😀" * 20_000, "=cmd|' /C calc'!A0\u202e\u0000"])
def test_what_a_caller_wrote_stays_text(description: str, browser: Browser, origin: str) -> None:
    """Whatever the description of a link is, it stands in form, command, JSON and memo as text, and nothing of it runs."""
    request = case(description=description)
    browser.get(f"{origin}/{fragment(request)}")
    advised(browser)
    assert request_of(browser) == request
    assert browser.title == "Prompt or tune?"
    assert not browser.find_elements(By.CSS_SELECTOR, "main img, svg[onload]")
    assert json.loads(shlex.split(said(browser, "command"))[6]) == request


def test_nothing_that_runs_is_taken_from_a_memo(browser: Browser, origin: str) -> None:
    """Should a memo hold scripts, handlers, styles, frames or addresses that run, its sections come without them."""
    browser.get(f"{origin}/")
    see(browser, "#tool")
    address = next(
        link.get_property("href")
        for link in browser.find_elements(By.CSS_SELECTOR, "link[rel=modulepreload]")
        if str(link.get_property("href")).endswith("/memo.js")
    )
    memo = (
        "<section id=verdict onclick=a() style='color:red'><script>document.title='run'</script><style>p{}</style>"
        "<iframe src=/></iframe><a href='java\tscript:a()'>no</a><a href=' javascript:a()'>no</a><a href='https:a'>yes</a>"
        "<img src=x onerror=a()><svg><a xlink:href='javascript:a()'></a><animate></animate></svg><p>text</p></section>"
        "<div id=figures>no section</div><section id=unknown></section><section id=next>last</section>"
    )
    shown = browser.execute_async_script(
        "const [address, memo, done] = arguments;"
        "import(address).then(({sectionsOf}) => done(sectionsOf(memo).map((one) => one.outerHTML)))", address, memo,
    )  # fmt: skip
    assert shown == [
        '<section id="verdict"><a>no</a><a>no</a><a href="https:a">yes</a><img><svg><a></a></svg><p>text</p></section>',
        '<section id="next">last</section>',
    ]
    assert browser.title == "Prompt or tune?"
    # The page's own policy refused them first, and said so.
    assert {entry["source"] for entry in browser.get_log("browser")} == {"security"}
