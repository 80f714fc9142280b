"""The demo page on a server of its own, and what a test can see and do on it."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import running_app
from tests.patience import PATIENCE_MS


@pytest.fixture(scope="session")
def demo_address():
    """The demo page, started once for all tests of a worker."""
    with running_app(str(Path(__file__).with_name("demo.py"))) as address:
        yield address


class View:
    """The demo page with one case, as a test sees it."""

    def __init__(self, page, complaints):
        self.page, self.complaints = page, complaints
        self.received = 0  # bytes over the WebSocket

    def ready(self):
        self.page.wait_for_selector(".tensor-view .text", timeout=PATIENCE_MS)
        self.settle()

    def settle(self):
        """Two frames: what was asked for has been drawn."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def python_has(self, **wanted):
        """What Python says it received; waits until it says what is wanted."""
        box = self.page.get_by_test_id("stCode")
        for _ in range(PATIENCE_MS // 30):
            received = json.loads(box.inner_text(timeout=PATIENCE_MS))
            if all(received[name] == value for name, value in wanted.items()):
                return received
            self.page.wait_for_timeout(30)
        raise AssertionError(f"Python has {received}, wanted {wanted}")

    def panel(self, number):
        return self.page.locator("canvas.over").nth(number)

    def middle(self, number, row, col, rows, cols):
        """The middle of a cell, on the page."""
        self.panel(number).scroll_into_view_if_needed()
        box = self.panel(number).bounding_box()
        return box["x"] + (col + 0.5) / cols * box["width"], box["y"] + (row + 0.5) / rows * box["height"]

    def point(self, number, row, col, rows, cols):
        self.page.mouse.move(*self.middle(number, row, col, rows, cols))
        self.settle()

    def pixels(self, number, rows, cols, kind="base", place=(0.2, 0.15)):
        """One pixel of every cell: near its corner, clear of the number and the line between cells."""
        script = """(canvas, [rows, cols, y, x]) => {
            const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return Array.from({length: rows}, (_, row) => Array.from({length: cols}, (_, col) => {
                const down = Math.floor((row + y) * canvas.height / rows);
                const at = down * canvas.width + Math.floor((col + x) * canvas.width / cols);
                return Array.from(image.data.slice(4 * at, 4 * at + 4));
            }));
        }"""
        return self.page.locator(f"canvas.{kind}").nth(number).evaluate(script, [rows, cols, *place])

    @property
    def sum(self):
        return self.page.locator(".sum").inner_text()


@pytest.fixture
def open_view(demo_address, open_tab):
    """Open a case; at the end the browser's console must be empty."""
    views = []

    def opened(case="note", *, ask=None, received=True, prepare=None, **options):
        page = open_tab(**{"viewport": {"width": 1280, "height": 1000}, **options})
        page.set_default_timeout(PATIENCE_MS)
        view = View(page, [])
        page.on("console", lambda message: view.complaints.append(message.text) if message.type == "error" else None)
        if prepare:
            prepare(page)
        page.on("pageerror", lambda error: view.complaints.append(str(error)))
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: _count(view, frame)))
        query = {"case": case, "received": "1" if received else "0"} | (
            {"ask": json.dumps(ask)} if ask is not None else {}
        )
        page.goto(f"{demo_address}/?{urlencode(query)}")
        view.ready()
        views.append(view)
        return view

    yield opened
    for view in views:
        view.settle()
    complaints = [text for view in views for text in view.complaints]
    assert not complaints


def _count(view, frame):
    view.received += len(frame)
