"""Makes the pictures of the README: drives the real app in Chromium and writes `docs/picture.png` and `docs/tour.webp`.

`python docs/make_pictures.py` after `make browser`. Only the mouse pointer is drawn, since
screenshots do not contain it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.conftest import FLAGS, installed_browser, running_app, settle  # after the path: this is a script

SIZE = {"width": 1280, "height": 720}
WIDE = 960  # pixels of the animation
MOST = 2_000_000  # bytes of it
ARROW = [(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12)]


class Film:
    """Frames with their durations, and the arrow of the mouse on each."""

    def __init__(self, page: Page) -> None:
        self.page, self.frames, self.times, self.mouse = page, [], [], None

    def shot(self, milliseconds: int) -> None:
        """Add the current screen for this duration."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        if self.mouse:
            x, y = self.mouse
            ImageDraw.Draw(image).polygon([(x + dx, y + dy) for dx, dy in ARROW], "black", "white", 1)
        height = round(image.height * WIDE / image.width)
        self.frames.append(image.resize((WIDE, height), Image.Resampling.LANCZOS))
        self.times.append(milliseconds)

    def move(self, x: float, y: float, steps: int = 1) -> None:
        """Move the mouse; with several steps, in frames of 60 ms."""
        start = self.mouse or (x, y)
        for step in range(1, steps + 1):
            self.mouse = tuple(a + (b - a) * step / steps for a, b in zip(start, (x, y), strict=True))
            self.page.mouse.move(*self.mouse, steps=4)  # a brush paints at each event
            if steps > 1:
                self.shot(60)

    def save(self, path: Path) -> None:
        """Write an animated WebP below the size limit."""
        for quality in (80, 65, 50, 35):
            stream = io.BytesIO()
            first, *others = self.frames
            first.save(
                stream, "WEBP", save_all=True, append_images=others, duration=self.times, quality=quality, method=4
            )
            if stream.tell() <= MOST:
                break
        path.write_bytes(stream.getvalue())
        print(f"{path.name}: {len(self.frames)} frames, {stream.tell():,} bytes, quality {quality}")


def cell(page: Page, panel: int, row: int, col: int, rows: int, cols: int) -> tuple[float, float]:
    """The centre of a cell on the page."""
    box = page.locator("canvas.over").nth(panel).bounding_box()
    return box["x"] + (col + 0.5) / cols * box["width"], box["y"] + (row + 0.5) / rows * box["height"]


def opened(page: Page, address: str) -> None:
    """Open a page; its tensor view is drawn and nothing runs any more."""
    page.goto(address)
    settle(page)
    page.locator("canvas.base[data-painted]").first.wait_for()


def home(film: Film, address: str) -> None:
    """The note's example: point at elements, then the sum instead of the product."""
    page = film.page
    opened(page, address)
    film.move(*cell(page, 2, 3, 0, 4, 5))
    film.shot(900)
    for row, col in ((2, 1), (1, 2), (0, 3), (0, 4)):
        film.move(*cell(page, 2, row, col, 4, 5), steps=3)
        film.shot(500)
    film.move(*cell(page, 0, 0, 2, 4, 5), steps=4)
    film.shot(1200)
    page.get_by_role("radio", name="+").or_(page.get_by_role("button", name="+", exact=True)).first.click()
    settle(page)
    film.move(*cell(page, 2, 1, 3, 4, 5), steps=3)
    film.shot(1500)


def gate(film: Film, address: str) -> None:
    """256 channels and their attention map: play them and the training, then paint on the map."""
    page = film.page
    opened(page, f"{address}/Attention_gate")
    page.get_by_text("Same values as Keras").wait_for(timeout=120_000)  # a cold sandbox takes seconds
    page.screenshot(path=HERE / "picture.png")
    film.shot(1200)
    for _ in range(10):
        page.get_by_role("button", name="Next", exact=True).evaluate("button => button.click()")
        film.shot(140)
    reel = page.get_by_role("slider", name="Training step")
    reel.focus()
    page.keyboard.press("Home")
    for _ in range(23):
        film.shot(110)
        page.keyboard.press("ArrowRight")
    film.shot(900)
    _paint(film)


def _paint(film: Film) -> None:
    """Open the gate at the lower left; wait for the prediction with that map."""
    page = film.page
    page.get_by_role("button", name="Brush").click()
    note = page.locator(".tensor-view .scene .note-line").last
    before = note.inner_text()
    box = page.locator("canvas.over.paintable").first.bounding_box()
    film.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.75, steps=3)
    page.mouse.down()
    film.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.75, steps=8)
    film.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.9, steps=6)
    page.mouse.up()
    film.shot(300)
    note.filter(has_not_text=before).filter(has_text="Dice").wait_for(timeout=120_000)
    film.shot(2000)


def main() -> None:
    """Start the app, drive it, write both pictures."""
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        page = browser.new_context(viewport=SIZE, locale="en-US").new_page()
        page.set_default_timeout(60_000)
        film = Film(page)
        home(film, address)
        gate(film, address)
        film.save(HERE / "tour.webp")
        browser.close()


if __name__ == "__main__":
    main()
