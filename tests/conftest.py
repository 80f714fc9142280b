"""Fixtures for a running app and a real browser; without Keras or Playwright, the tests that need them are left out."""

import contextlib
import gc
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.patience import PATIENCE, PATIENCE_MS, SLOW_MS

# The duration of an example depends on the machine, so there is no deadline.
settings.register_profile("mergescope", deadline=None)
settings.load_profile("mergescope")

ROOT = Path(__file__).parent.parent
SEED = 7  # of the weights that Keras draws
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
    "--process-per-site",  # a new process for each tab would compile Streamlit's scripts again
]

NEEDED = {  # packages of a marker
    "keras": ("keras", "tensorflow"),
    "browser": ("playwright", "axe_playwright_python"),
    "torch": ("torch", "monai"),
}
SERVED = ("attack", "bench", "deploy", "faults", "fuzz")  # folders whose tests start processes of their own
MISSING = [marker for marker, packages in NEEDED.items() if not all(map(find_spec, packages))]


def module_markers(source: str) -> list[str]:
    """The markers that a test module gives to all its tests: `pytestmark = pytest.mark.keras`."""
    return re.findall(r"mark\.(\w+)", "".join(re.findall(r"^pytestmark = .*$", source, re.MULTILINE)))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Do not import a module whose tests all need a package that is not installed."""
    if not MISSING or not collection_path.match("test_*.py"):
        return None
    return bool(set(module_markers(collection_path.read_text(encoding="utf-8"))) & set(MISSING)) or None


def pytest_collection() -> None:
    """Collect no garbage while modules are imported and tests collected: there is none, but each look takes longer."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What has been imported and collected stays; garbage is no longer looked for in it."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the folders that start servers of their own."""
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] in SERVED:
            item.add_marker("server")


def pytest_report_header() -> str:
    """Says which modules are left out."""
    return f"not installed, so the tests marked with it are left out: {', '.join(MISSING)}" if MISSING else ""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the models of a test the same initial weights in each run, also those that a fixture makes for it."""
    if item.get_closest_marker("keras") and "keras" not in MISSING:
        import keras

        keras.utils.set_random_seed(SEED)


@pytest.fixture(autouse=True, scope="session")
def as_in_a_server_without_keras() -> Iterator[None]:
    """No clearing of Keras's session, and so of all garbage, after each run of a page.

    Streamlit does that where Keras is imported: never in the server, but in the process of the tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        if find_spec("streamlit"):
            patch.setattr("streamlit.runtime.scriptrunner.script_runner._clean_problem_modules", lambda: None)
        yield


@contextlib.contextmanager
def running_app(script: str = "app.py") -> Iterator[str]:
    """A fresh server on a free port; yields its address."""
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
    for _ in range(int(PATIENCE / 0.2)):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as response:
            if response.status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def app_address() -> Iterator[str]:
    """The app, started once for all tests of a worker."""
    with running_app() as address:
        yield address


def installed_browser() -> str | None:
    """The browser of this machine; None for Playwright's own."""
    found = subprocess.run(["sh", ROOT / "tests" / "find-browser"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser: an installed one, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        yield browser
        browser.close()


def slow_script(milliseconds: int) -> str:
    """A script for a page: its animation frames and the messages of its server come so much later."""
    return (ROOT / "tests" / "slow_browser.js").read_text("utf-8").replace("DELAY", str(milliseconds))


@pytest.fixture(scope="session")
def visitor(chromium: Any) -> Iterator[Any]:
    """A browser context that has cached Streamlit's scripts; a new context downloads them first."""
    context = chromium.new_context(locale="en-US")
    keeper = context.new_page()  # keeps the process of the site alive, with the scripts that it has compiled
    keeper.route("**", lambda route: route.fulfill(body=""))
    keeper.goto("http://127.0.0.1/")  # a site is a host, whatever the port
    yield context
    context.close()


@pytest.fixture
def open_tab(chromium: Any, visitor: Any) -> Iterator[Callable[..., Any]]:
    """Opens an empty tab; in the shared context if only the window size is given, else in a new context."""
    opened: list[Any] = []
    contexts: list[Any] = []

    def open_one(*, viewport: dict[str, int] | None = None, **options: Any) -> Any:
        if options:
            contexts.append(chromium.new_context(**{"locale": "en-US", **options}))
        page = (contexts[-1] if options else visitor).new_page()
        opened.append(page)
        if SLOW_MS:
            page.add_init_script(slow_script(SLOW_MS))
        page.set_viewport_size(viewport or {"width": 1280, "height": 900})
        return page

    yield open_one
    for page in opened:
        with contextlib.suppress(Exception):  # a page that is empty or offline has no storage
            page.evaluate("localStorage.clear()")  # Streamlit keeps there whether the sidebar is open
    for one in (*opened, *contexts):
        one.close()
    visitor.set_offline(False)  # a test may have disconnected it


@pytest.fixture
def open_page(open_tab: Callable[..., Any], app_address: str) -> Callable[..., Any]:
    """Opens a path of the app in a new tab and waits until it is drawn; collects errors of the console."""

    def open_path(path: str = "", *, address: str = app_address, **options: Any) -> Any:
        page = open_tab(**options)
        page.set_default_timeout(PATIENCE_MS)
        page.errors, page.foreign = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: _note_foreign(page, request.url, address))
        page.goto(f"{address}/{path}")
        settle(page)
        return page

    return open_path


_STILL = """async () => {  // empty if the script has run, each part is filled, and nothing moves for three frames
    const script = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState;
    const roots = () => [...document.querySelectorAll("[data-testid=stElementContainer] *")]
        .flatMap((one) => one.shadowRoot ?? []);
    const inside = () => roots().flatMap((root) => [...root.querySelectorAll("canvas")]);
    const parts = () => roots().map((root) => root.querySelector("div > div > [class]"));
    const seen = () => [...document.querySelectorAll("h1, button, [data-testid=stElementContainer]"), ...inside()]
        .map((one) => one.getBoundingClientRect()).map(({ top, height }) => `${top} ${height}`).join();
    const waiting = () => {
        if (script() !== "notRunning") return `the script is ${script()}`;
        if (document.querySelector("[data-testid=stSkeleton]")) return "a part is not there";
        const empty = parts().find((one) => one?.childElementCount === 0);
        return empty ? `${empty.className} is empty` : "";
    };
    await document.fonts.ready;  // a picture is drawn again when the font of its numbers comes
    const [first, before] = [waiting(), seen()];
    for (let frame = 0; frame < 3; frame++) await new Promise((done) => requestAnimationFrame(done));
    return first || waiting() || (before === seen() ? "" : "something moves");
}"""
_LOOKS = 2_000  # of three frames each


def settle(page: Any) -> None:
    """Wait until the script has run and the page no longer changes. Streamlit marks a run when it is asked for."""
    page.wait_for_selector("[data-testid=stMainBlockContainer] h1")
    for _ in range(_LOOKS):  # `wait_for_function` does not wait for what an asynchronous function returns
        waiting = page.evaluate(_STILL)
        if not waiting:
            return
    raise AssertionError(f"the page still changes: {waiting}")


def _note_foreign(page: Any, url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:", address.replace("http", "ws"))):
        page.foreign.append(url)


os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")
