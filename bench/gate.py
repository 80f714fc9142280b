"""The Attention gate page in a real Chromium: its first picture, a new slice through the network, another map."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright

from bench.timing import Row
from tests.conftest import FLAGS, installed_browser, running_app

_ROUNDS = 5
_CHANGES = 8
_PATIENCE = 180_000  # ms until TensorFlow has started on a busy machine

# From an event to the first frame whose tensors differ from those before it, pixel by pixel, and are painted.
_WATCH = """kind => {
  const roots = () => [document, ...[...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean)];
  const pictures = () => roots().flatMap(root => [...root.querySelectorAll('canvas.base[data-painted]')]).slice(0, 3);
  const look = () => pictures().map(canvas => canvas.toDataURL()).join();
  window.waits = [];
  window.addEventListener(kind, event => {
    if (!event.isTrusted || event.key === 'Tab') return;
    const before = look();
    const again = () => {
      const now = look();
      if (now === before || pictures().length < 3) { requestAnimationFrame(again); return; }
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.waits.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    };
    requestAnimationFrame(again);
  }, true);
}"""


def measure() -> list[Row]:
    """All rows, in one browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        rows = [_first_picture(browser), *_warm(browser)]
        browser.close()
    return rows


def _first_picture(browser: Browser) -> Row:
    """From the start of a server to the first picture, beside the Merge lab's."""
    times: dict[str, list[float]] = {"Attention_gate": [], "Merge_lab": []}
    for _ in range(_ROUNDS):
        for path, kept in times.items():
            start = perf_counter()
            with running_app() as address:
                page = browser.new_page()
                page.set_default_timeout(_PATIENCE)
                page.goto(f"{address}/{path}")
                page.wait_for_selector("canvas[data-painted]")
                kept.append(perf_counter() - start)
                page.close()
    ours, lab = (median(kept) for kept in times.values())
    return Row("start to first picture: Attention gate", ours, lab, "Merge lab", "at most 1.3 times", ours <= 1.3 * lab)


def _warm(browser: Browser) -> list[Row]:
    with running_app() as address:
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.set_default_timeout(_PATIENCE)
        page.goto(f"{address}/Attention_gate?slice=seed&slice_seed=7000001")
        page.get_by_text("for the recorded slices only").wait_for()
        page.get_by_text("the same as Keras").wait_for()
        new = _waits(page, _new_slice)
        page.goto(f"{address}/Attention_gate?map=constant")
        page.get_by_text("With this map").wait_for()
        other = _waits(page, _other_map)
        page.close()
    return [
        Row("new slice through the network, painted", new, 1.0, "1 s", "no longer", new <= 1.0),
        Row("another map by its slider, painted", other, 0.5, "0.5 s", "no longer", other <= 0.5),
    ]


def _waits(page: Page, act: Callable[[Page], None]) -> float:
    page.wait_for_timeout(1500)
    page.evaluate(_WATCH, "keydown")
    for number in range(_CHANGES):
        act(page)
        page.wait_for_function("count => window.waits.length > count", arg=number)
        page.wait_for_timeout(1200)
    return median(wait / 1000 for wait in page.evaluate("window.waits"))


def _new_slice(page: Page) -> None:
    box = page.get_by_label("Seed of the slice")
    box.fill(str(int(box.input_value()) + 1))
    page.keyboard.press("Enter")


def _other_map(page: Page) -> None:
    page.get_by_role("slider", name="Weight").focus()
    page.keyboard.press("ArrowLeft")
