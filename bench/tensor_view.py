"""The tensor view in a real Chromium, compared with a plain Streamlit slider and two Plotly heatmaps.

What is counted as work: from the start of the event's handlers to the end of theirs, and from the start of the next
frame to the first task after it has been painted. Waiting for the beat of the screen between the two is not work; the
row "whole wait" counts it too. Each figure is the best of three rounds: other work on the machine only ever adds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from statistics import median
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from bench.timing import Row
from tests.conftest import FLAGS, installed_browser, running_app

_ROUNDS = 3
_STEPS = 80
FRAME = 1 / 120  # seconds: a frame of a screen of 120 Hz
IN_A_FRAME = f"at most {1000 * FRAME:.1f} ms"
_DEMO = str(Path(__file__).parents[1] / "tests/ui/tensor_view/demo.py")
_PLAIN = """
import numpy as np
import plotly.graph_objects as go
import streamlit as st

x = np.random.default_rng(0).random((20, 20, 256), np.float32)
gate = np.random.default_rng(1).random((20, 20, 1), np.float32)

@st.fragment
def show():
    channel = st.slider("Channel", 0, 255)
    for column, value in zip(st.columns(2), (x, x * gate)):
        column.plotly_chart(go.Figure(go.Heatmap(z=value[..., channel])))

show()
"""

LISTEN = """kind => {
  window.spans = [];
  const channel = new MessageChannel();
  const open = [];
  channel.port1.onmessage = () => {
    const end = performance.now();
    for (const one of open.splice(0)) window.spans.push([one.handled - one.begun + end - one.frame, end - one.event]);
  };
  let last = null;
  window.addEventListener(kind, event => {
    const one = last = { event: event.timeStamp, begun: performance.now() };
    one.handled = one.begun;
    requestAnimationFrame(() => { one.frame = performance.now(); open.push(one); channel.port2.postMessage(0); });
  }, true);
  window.addEventListener(kind, () => { last.handled = performance.now(); }, false);
}"""

_PLAIN_LISTEN = """() => {
  window.spans = [];
  const source = image => image.getAttribute('href') ?? image.getAttribute('xlink:href');
  const pictures = () => [...document.querySelectorAll('.heatmaplayer image')].map(source);
  window.addEventListener('keydown', event => {
    const before = pictures();
    const look = () => {
      const now = pictures();
      if (now.length === 2 && now.every((picture, at) => picture && picture !== before[at])) {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.spans.push([0, performance.now() - event.timeStamp]);
        channel.port2.postMessage(0);
      } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def measure() -> list[Row]:
    """All rows; the plain page is measured first, in the same browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.py"
            plain.write_text(_PLAIN, encoding="utf-8")
            base = _plain_step(browser, str(plain))
        with running_app(_DEMO) as address:
            rows = list(_rows(browser, address, base))
        browser.close()
    return rows


def _rows(browser: Browser, address: str, base: float) -> Iterator[Row]:
    against = "slider and 2 Plotly heatmaps"
    for name, kind, act in (
        ("next channel", "keydown", _next_channel),
        ("hover", "pointermove", _hover),
        ("brush stroke", "pointermove", _brush),
    ):
        for case in ("gate", "512 channels", "40×40"):
            rounds = [_spans(browser, address, kind, act, case) for _ in range(_ROUNDS)]
            worst = min(p95(work) for work, _ in rounds)
            yield Row(f"{name}, {case}: work, p95", worst, base, against, IN_A_FRAME, worst <= FRAME)
            wait = min(median(waits) for _, waits in rounds)
            yield Row(
                f"{name}, {case}: whole wait, median", wait, base, against, "at least 12 times faster",
                12 * wait <= base,
            )  # fmt: skip
    for case, least in (("gate", 57), ("wide", 30), ("many", 30)):
        beat, first = map(min, zip(*(_playing(browser, address, case) for _ in range(_ROUNDS)), strict=True))
        most = 1 / least
        yield Row(f"playing, each channel: {case}", beat, most, f"{least} a second", "no longer", beat <= most)
        yield Row(f"first picture from the data: {case}", first, 0.1, "100 ms", "no longer", first <= 0.1)


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[ceil(0.95 * len(times)) - 1]


@contextmanager
def _opened(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 1100})
    page.goto(address)
    yield page
    page.close()


def _plain_step(browser: Browser, script: str) -> float:
    with running_app(script) as address, _opened(browser, address) as page:
        page.wait_for_function("document.querySelectorAll('.heatmaplayer image').length === 2")
        page.wait_for_timeout(1500)
        page.evaluate(_PLAIN_LISTEN)
        page.get_by_role("slider").focus()
        for step in range(20):
            page.keyboard.press("ArrowRight")
            page.wait_for_function("count => window.spans.length > count", arg=step)
        waits: list[float] = [wait / 1000 for _, wait in page.evaluate("window.spans")]
        return median(waits)


def _spans(
    browser: Browser, address: str, kind: str, act: Callable[[Page], None], case: str
) -> tuple[list[float], list[float]]:
    with _opened(browser, f"{address}/?case={quote(case)}&received=0") as page:
        page.wait_for_selector("canvas[data-painted]")
        page.wait_for_timeout(1500)
        page.evaluate(LISTEN, kind)
        act(page)
        page.wait_for_timeout(300)
        spans = page.evaluate("window.spans")[_STEPS // 10 :]  # the first ones warm up
    return [work / 1000 for work, _ in spans], [wait / 1000 for _, wait in spans]


def _next_channel(page: Page) -> None:
    page.locator("canvas.over").nth(2).focus()
    for _ in range(_STEPS):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(25)


def _hover(page: Page) -> None:
    _move(page, 2)


def _brush(page: Page) -> None:
    box = page.locator("canvas.over").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    _move(page, 1)


def _move(page: Page, panel: int) -> None:
    box = page.locator("canvas.over").nth(panel).bounding_box()
    assert box is not None
    for step in range(_STEPS):
        page.mouse.move(box["x"] + 9 + 16 * (step * 7 % 19), box["y"] + 9 + 16 * (step * 3 % 19))
        page.wait_for_timeout(25)


_COUNT = """async seconds => {
  let shown = 0;
  const roots = [...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean);
  const output = [document, ...roots].map(root => root.querySelector('output')).find(Boolean);
  new MutationObserver(() => { shown += 1; }).observe(output, { childList: true, subtree: true });
  const begun = performance.now();
  await new Promise(done => setTimeout(done, 1000 * seconds));
  return (performance.now() - begun) / 1000 / Math.max(1, shown);
}"""


def _playing(browser: Browser, address: str, case: str) -> tuple[float, float]:
    with _opened(browser, f"{address}/?case={case}&received=0") as page:
        page.wait_for_selector("canvas[data-painted]")
        page.wait_for_timeout(1500)
        first = page.evaluate("performance.getEntriesByName('tensor view')[0].duration") / 1000
        page.get_by_label("Speed").select_option("60")
        page.get_by_role("button", name="Play").click()
        page.wait_for_timeout(500)
        return page.evaluate(_COUNT, 4), first
