"""Home and the Attention gate: how large the panels are, that nothing moves, and the values on the screen."""

import re

import numpy as np
import pytest

from tests.browser.windows import WINDOWS, boxes, resized
from tests.conftest import settle

pytestmark = pytest.mark.browser

VIEW = ".tensor-view"

LEAST = {(1280, False): 300, (1280, True): 380, (1440, True): 380, (1920, True): 570}  # px of a panel of the gate


def test_panels_are_as_large_as_promised(open_page):
    """On the Attention gate, in each window, normal and while presenting."""
    page = open_page("Attention_gate", viewport={"width": 1280, "height": 720})
    for presenting in (False, True):
        if presenting:
            page.evaluate("document.querySelector('.st-key-present_button button').click()")
            settle(page)
        for window in WINDOWS:
            resized(page, window)
            widths = [right - left for left, _, right, _ in boxes(page, f"{VIEW} .panels canvas.base")[:3]]
            assert min(widths) >= LEAST.get((window[0], presenting), 300)


POSITIONS = """() => {
    const roots = [document, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)];
    const names = 'h1, figure, canvas, .text, .wall, .notes, .controls';
    const parts = roots.flatMap((root) => [...root.querySelectorAll(names)]);
    const box = ({ x, y, width, height }) => [x, y, width, height];
    return parts.map((part) => box(part.getBoundingClientRect()));
}"""

RECORD_NOTES = f"""(note) => {{
    const notes = () => note.getRootNode().querySelectorAll('.scene .note-line');
    window.recorded = [];
    const record = () => {{
        const text = [...notes()].at(-1).innerText;
        if (recorded.at(-1)?.text !== text) recorded.push({{ text, positions: ({POSITIONS})() }});
    }};
    record();
    new MutationObserver(record).observe(note.getRootNode(), {{ childList: true, characterData: true, subtree: true }});
}}"""


def positions(page):
    """Where every visible part of the view lies."""
    return np.array(page.evaluate(POSITIONS))


@pytest.mark.parametrize("present", ["", "?present=1"])
def test_nothing_moves_while_pointing_and_painting(open_page, present):
    """0 px: the reading line keeps its height, the caption of the prediction its line."""
    page = open_page(f"Attention_gate{present}", viewport={"width": 1280, "height": 720})
    page.locator(f"{VIEW} canvas.base[data-painted]").first.wait_for()
    before = positions(page)
    for number in (0, 1, 2):
        box = page.locator(f"{VIEW} canvas.over").nth(number).bounding_box()
        for share in (0.1, 0.5, 0.9):
            page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
            two_frames(page)
            np.testing.assert_array_equal(positions(page), before)
    if present:
        page.mouse.move(640, 710)
    page.get_by_role("button", name="Brush").click()
    note = page.locator(f"{VIEW} .scene .note-line").last
    note.evaluate(RECORD_NOTES)
    stroke(page, page.locator(f"{VIEW} canvas.over").nth(1).bounding_box())
    page.wait_for_function("recorded.length > 2 && recorded.at(-1).text.startsWith('Dice')")
    first, second, *_ = texts = [one["text"] for one in page.evaluate("recorded")]
    assert first.startswith("Dice"), texts
    assert second == "computing …", texts
    for one in page.evaluate("recorded"):
        np.testing.assert_array_equal(one["positions"], before)
    np.testing.assert_array_equal(positions(page), before)


def two_frames(page):
    """What was asked for has been drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def stroke(page, box):
    """A stroke across the map, low on the left, where the gate is closed."""
    page.mouse.move(box["x"] + 0.15 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.85 * box["height"], steps=12)
    page.mouse.up()


def test_a_click_on_the_map_pins_and_does_not_paint(open_page):
    """Pointing is the tool that a person has in hand; the brush is a choice."""
    page = open_page("Attention_gate", viewport={"width": 1280, "height": 720})
    assert page.get_by_role("button", name="Point", exact=True).get_attribute("aria-pressed") == "true"
    page.locator(f"{VIEW} canvas.over").nth(1).click(position={"x": 20, "y": 20})
    page.wait_for_url("**pin=*")
    settle(page)
    page.get_by_role("button", name="Brush").click()
    two_frames(page)
    assert page.get_by_role("button", name="Undo").last.is_disabled()


NOTE = {
    "Multiply": np.arange(25).reshape(5, 1, 5) * np.arange(50, 150).reshape(5, 4, 5),
    "Add": np.arange(25).reshape(5, 1, 5) + np.arange(50, 150).reshape(5, 4, 5),
}


@pytest.mark.parametrize("operation", NOTE)
def test_the_numbers_of_the_note_read_off_the_screen(open_page, operation):
    """25 + 100 + 100 values, each as the page writes it in its table, slice by slice."""
    page = open_page(f"?op={operation}", viewport={"width": 1280, "height": 900})
    page.get_by_text("Values as a table").click()
    wanted = [np.arange(25).reshape(5, 1, 5), np.arange(50, 150).reshape(5, 4, 5), NOTE[operation]]
    slider = page.get_by_role("slider", name=re.compile("Batch"))
    for sample in range(5):
        for number, tensor in enumerate(wanted):
            page.locator(f"{VIEW} details.numbers select").select_option(str(number))
            rows = page.locator(f"{VIEW} details.numbers tbody tr").evaluate_all(
                "rows => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent)))"
            )
            assert rows == tensor[sample].tolist()
        slider.focus()
        page.keyboard.press("ArrowRight")
        two_frames(page)


def test_flicker_wall_and_code(open_page):
    """F or the sign, while held, swaps features and product; W shows all channels alone; Q the code in full size."""
    page = open_page("Attention_gate", viewport={"width": 1280, "height": 720})
    panels = page.locator(f"{VIEW} .panels canvas.base")
    page.locator(f"{VIEW} .panels canvas.base[data-painted]").nth(2).wait_for()
    settle(page)
    picture = "canvas => canvas.toDataURL()"
    features, _, product, *_ = panels.evaluate_all("canvases => canvases.map((canvas) => canvas.toDataURL())")
    assert features != product
    page.keyboard.down("f")
    two_frames(page)
    assert panels.nth(0).evaluate(picture) == product
    assert panels.nth(2).evaluate(picture) == features
    page.keyboard.up("f")
    two_frames(page)
    assert panels.nth(0).evaluate(picture) == features
    sign = page.locator(f"{VIEW}.stage .sign").last.bounding_box()
    page.mouse.move(sign["x"] + sign["width"] / 2, sign["y"] + sign["height"] / 2)
    page.mouse.down()
    two_frames(page)
    assert panels.nth(0).evaluate(picture) == product
    page.mouse.up()
    two_frames(page)
    assert panels.nth(0).evaluate(picture) == features
    page.keyboard.press("w")
    dialog = page.locator("dialog.alone")
    dialog.wait_for()
    two_frames(page)
    for wall in (0, 1):
        box = dialog.locator(".wall canvas").nth(wall).bounding_box()
        assert box["width"] > 1100
        assert box["y"] + box["height"] <= 720
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.keyboard.press("q")
    page.locator("#mergescope-code img").wait_for()
    box = page.locator("#mergescope-code img").bounding_box()
    assert min(box["width"], box["height"]) > 500
    assert page.url in page.locator("#mergescope-code").inner_text()
    page.keyboard.press("q")
    assert (page.locator("#mergescope-code").is_visible(), page.errors) == (False, [])


def test_the_prediction_follows_the_training_while_it_plays(open_page):
    """Each frame of the reel has its own recorded prediction; nothing is asked of the server."""
    page = open_page("Attention_gate", viewport={"width": 1280, "height": 720})
    note = page.locator(f"{VIEW} .scene .note-line").last
    assert "0.960" in note.inner_text()
    page.context.set_offline(True)
    page.get_by_role("button", name="Play: Training step").click()
    seen = "(note) => (window.seen ??= new Set()).add(note.textContent).size >= 7"
    page.wait_for_function(seen, arg=note.element_handle())
    assert all("Dice" in text for text in page.evaluate("[...window.seen]"))
    assert page.errors == []


def test_what_was_in_view_stays_when_presenting(open_page):
    """A page that is scrolled keeps the middle of the window where it was, there and back."""
    page = open_page("Merge_lab", viewport={"width": 1280, "height": 720})
    page.mouse.move(900, 400)
    page.mouse.wheel(0, 300)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 100")
    settle(page)
    under = "document.elementFromPoint(700, innerHeight / 2).closest('[data-testid=stElementContainer]')?.className"
    before = page.evaluate(under)
    page.keyboard.press("p")
    page.wait_for_function("location.search.includes('present=1')")
    settle(page)
    assert page.evaluate(under) == before
