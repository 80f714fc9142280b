"""The story in a real browser: by keyboard, each picture against a reference; fresh server; hostile file."""

import numpy as np
import pytest

from tests.browser.reference import drawn
from tests.conftest import running_app, settle
from ui.story.tours import tour

pytestmark = pytest.mark.browser

SHARP = (0.2, 0.15)  # of a cell: clear of the number in it
PIXELS = """(canvas, [rows, cols, y, x]) => {
    const {data, width} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({length: rows}, (_, row) => Array.from({length: cols}, (_, col) => {
        const down = Math.floor((row + y) * canvas.height / rows), right = Math.floor((col + x) * width / cols);
        return Array.from(data.slice(4 * (down * width + right), 4 * (down * width + right) + 3));
    }));
}"""

WHOLE = """canvas => {
    const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return [canvas.width, canvas.height, Array.from(image.data).join()];
}"""


def off_by(page, wanted) -> int:
    """By how much the worst pixel of all panels differs; a lot where a panel is not there yet."""
    canvases = page.locator(".tensor-view canvas.base")
    if canvases.count() != len(wanted):
        return 999
    worst = 0
    for number, panel in enumerate(wanted):
        if panel is None:
            continue
        place = SHARP if max(panel.foot) < 12 else (0.5, 0.5)
        seen = np.array(canvases.nth(number).evaluate(PIXELS, [*panel.foot, *place]), int)
        rows, cols = panel.plane.shape
        worst = max(worst, int(np.abs(seen[:rows, :cols] - panel.colours).max()))
    return worst


def assert_picture(page, step):
    """All panels have the colours of the reference, as soon as they are drawn."""
    wanted = drawn(step)
    worst = 999
    for _ in range(300):
        worst = off_by(page, wanted)
        if worst <= 3:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{step.title}: a pixel is off by {worst}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_story_by_keyboard(open_page, language):
    """From the first step to the last by the arrow key; each picture is computed from the arrays."""
    page = open_page(f"Story?lang={language}")
    steps = tour(language).steps
    for number, step in enumerate(steps, start=1):
        page.get_by_role("heading", level=1, name=step.title, exact=True).wait_for()
        assert_picture(page, step)
        if number < len(steps):
            page.keyboard.press("ArrowRight")
    assert f"step={len(steps)}" in page.url
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", level=1, name=steps[-2].title, exact=True).wait_for()
    assert page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert page.errors == []
    assert page.foreign == []


def test_a_link_on_a_fresh_server_gives_the_same_pixels(open_page):
    """A selection made by hand is the same, to the pixel, on a server that has just started."""
    page = open_page("Story?step=10")
    page.locator(".tensor-view").wait_for()
    page.locator(".tensor-view").get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function("location.search.includes('at=')")
    settle(page)
    wanted = [canvas.evaluate(WHOLE) for canvas in page.locator(".tensor-view canvas.base").all()]
    with running_app() as address:
        again = open_page(page.url.split("/", 3)[3], address=address)
        again.locator(".tensor-view .sum").wait_for()
        for _ in range(200):
            seen = [canvas.evaluate(WHOLE) for canvas in again.locator(".tensor-view canvas.base").all()]
            if seen == wanted:
                break
            again.wait_for_timeout(50)
        assert seen == wanted
        assert again.url.split("/", 3)[3] == page.url.split("/", 3)[3]


EVIL = """title = "Mine"
[[step]]
title = "<b>One</b> ![x](http://x.test/title.png) www.x.test"
text = '''
Look ![x](http://x.test/a.png) <img src=http://x.test/b.png> [a](http://x.test/c) http://x.test/d www.x.test
mail@x.test :material/home: $x^2$ `<img src=http://x.test/e.png>` **bold**

Heading
---
[r]: http://x.test/f "t"
| a | b |
|---|---|
<script>window.hit = 1</script> <https://x.test/g>
'''
operation = "Add"
shapes = [[2, 3], [2, 3]]
"""


def test_a_hostile_story_is_text(open_page):
    """No picture, no link, no markup but bold and code comes of a file, and no other host is asked."""
    page = open_page("Story?story=own")
    page.get_by_role("button", name="Story file").click()
    name = "![a](http://x.test/name.png) <b>\u202e.toml"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": EVIL.encode()})
    page.get_by_role("heading", level=1).filter(has_text="One").wait_for()
    settle(page)
    shown = page.locator("[data-testid=stMainBlockContainer] [data-testid=stMarkdown]")
    counts = {
        tag: shown.locator(tag).count() for tag in ("a[href*=test]", "img", "b", "table", "h2", "script", ".katex")
    }
    assert set(counts.values()) == {0}, counts
    assert shown.locator("strong").first.inner_text() == "bold"
    assert "<img src=http://x.test/b.png>" in page.locator("[data-testid=stMainBlockContainer]").inner_text().replace(
        "\u2060", ""
    )
    assert page.evaluate("window.hit") is None
    assert page.foreign == []
