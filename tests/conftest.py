"""A running app and a real browser, for the tests that need them."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says something about the machine, not about the code.
settings.register_profile("mergescope", deadline=None)
settings.load_profile("mergescope")

ROOT = Path(__file__).parent.parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--disable-threaded-animation",  # a fifth of what a page takes goes into Streamlit's fading in
]


@contextlib.contextmanager
def running_app(script: str = "app.py"):
    """A fresh server on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(address: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def app_address():
    """The app, started once for all tests of a worker."""
    with running_app() as address:
        yield address


def installed_browser() -> str | None:
    """The browser of this machine; None for Playwright's own."""
    found = subprocess.run(["sh", ROOT / "tests" / "find-browser"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


@pytest.fixture(scope="session")
def chromium():
    """A real browser: the one that is installed, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(chromium):
    """A person whose browser has the scripts of Streamlit already; a fresh one reads them first."""
    context = chromium.new_context(locale="en-US")
    yield context
    context.close()


@pytest.fixture
def open_tab(chromium, visitor):
    """Opens an empty tab; one that only differs in its size is the same person's, any other is somebody else's."""
    opened, strangers = [], []

    def open_one(*, viewport=None, **options):
        if options:
            strangers.append(chromium.new_context(**{"locale": "en-US", **options}))
        page = (strangers[-1] if options else visitor).new_page()
        opened.append(page)
        page.set_viewport_size(viewport or {"width": 1280, "height": 900})
        return page

    yield open_one
    for one in (*opened, *strangers):
        one.close()
    visitor.set_offline(False)  # where a test has pulled the plug


@pytest.fixture
def open_page(open_tab, app_address):
    """Opens a path of the app in a tab of its own and waits until it is drawn; collects errors of the console."""

    def open_path(path: str = "", *, address: str = app_address, **options):
        page = open_tab(**options)
        page.set_default_timeout(30_000)
        page.errors, page.foreign = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: _note_foreign(page, request.url, address))
        page.goto(f"{address}/{path}")
        settle(page)
        return page

    return open_path


def settle(page) -> None:
    """Wait until the script has run and the page stands still."""
    page.wait_for_selector("[data-testid=stMainBlockContainer] h1")
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(400)


def _note_foreign(page, url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:", address.replace("http", "ws"))):
        page.foreign.append(url)


os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")
