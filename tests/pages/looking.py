"""How the tests of the pages look through a real browser: window, scheme, what is shown, what axe finds fault with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Browser = webdriver.Chrome

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
"""Put there by `make axe`."""

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def look(browser: Browser, *, width: int, scheme: str = "light", scripts: bool = True) -> None:
    """Set what the browser looks through: a wide or narrow window, light or dark, with or without scripts."""
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})


def see(browser: Browser, selector: str) -> WebElement:
    """Return the first element of a selector, once it is shown."""
    wait: WebDriverWait[Browser] = WebDriverWait(browser, 60, 0.05)

    def shown(at: Browser) -> list[WebElement]:
        return [found for found in at.find_elements("css selector", selector) if found.is_displayed()]

    return wait.until(shown)[0]


def brightness(browser: Browser) -> int:
    """Return how bright the page's ground is, 0 to 765."""
    colour = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def is_within(browser: Browser) -> bool:
    """Return whether the page needs no scrolling to the side."""
    within: bool = browser.execute_script(
        "return document.documentElement.scrollWidth <= document.documentElement.clientWidth && innerWidth <= arguments[0]",
        390,
    )
    return within


def violations(browser: Browser) -> list[str]:
    """Return what axe finds fault with on the page that is shown: rule, and where."""
    assert AXE.is_file(), "axe-core is missing: run `make axe`"
    browser.execute_script(AXE.read_text())
    found: dict[str, Any] = browser.execute_async_script(
        "const done = arguments[1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then(done, (error) => done({error: String(error)}))",
        list(RULES),
    )
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
