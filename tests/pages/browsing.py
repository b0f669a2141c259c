"""What the tests of the pages share: the service as a process of its own, and a browser that watches what goes out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pages.looking import Browser, look
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(**settings: str) -> Iterator[str]:
    """Yield the address of the service, started as the README says, with some settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(ROOT), **settings}
    server = subprocess.Popen([sys.executable, "-m", "service"], env=environment, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(300):
            try:
                opener.open(f"{address}/readyz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """Yield the address of the service; it may take longer than it should, for tests share their cores."""
    with serving(WAIT_SECONDS="60") as address:
        yield address


def program(variable: str, name: str) -> str:
    """Return the path of a program of Chromium's; `make browser` installs it."""
    found = shutil.which(os.environ.get(variable) or name)
    assert found, f"{name} is missing: run `make browser`, or name it in {variable}"
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium that logs every request and every message of the console."""
    options = webdriver.ChromeOptions()
    options.binary_location = program("CHROMIUM", "chromium")
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        patch.setenv("no_proxy", "*")
        browser = webdriver.Chrome(options=options, service=Service(program("CHROMEDRIVER", "chromedriver")))
        yield browser
        browser.quit()


@pytest.fixture
def browser(chromium: Browser, origin: str) -> Iterator[Browser]:
    """Yield the browser; afterwards no request may have gone to another origin, and the console must be quiet."""
    look(chromium, width=1280)
    chromium.get("about:blank")
    chromium.get_log("performance"), chromium.get_log("browser")
    yield chromium
    events = [json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")]
    sent = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert any(url.startswith(f"{origin}/") for url in sent)
    assert [url for url in sent if not url.startswith((f"{origin}/", "data:"))] == []
    assert not [event for event in events if event["method"] == "Network.webSocketCreated"]
    assert chromium.get_log("browser") == []
