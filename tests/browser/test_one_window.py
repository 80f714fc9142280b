"""Home and the Attention gate in one window: where each part lies, how large it is, and that nothing moves."""

import re

import numpy as np
import pytest

from tests.conftest import settle

pytestmark = pytest.mark.browser

WINDOWS = [(1280, 720), (1440, 900), (1920, 1080)]
VIEW = ".tensor-view"
PARTS = {
    "Attention_gate": [
        "h1", ".panels figure >> nth=0", ".panels figure >> nth=1", ".panels figure >> nth=2", ".text",
        ".wall >> nth=0", ".wall >> nth=1", "canvas.scan", "canvas.prediction", ".notes",
    ],
    "": ["h1", ".panels figure >> nth=0", ".panels figure >> nth=1", ".panels figure >> nth=2", ".text"],
}  # fmt: skip
LEAST = {(1280, True): 380, (1440, True): 380, (1920, True): 570}  # px of a panel of the gate while presenting

# Notes the layout shifts, and when the first heatmap is on screen. Before it Streamlit's grey placeholders move once.
SHIFTS = """() => {
    window.shifts = [];
    const drawn = () => [...document.querySelectorAll("[data-testid=stMainBlockContainer] *")]
        .some((one) => one.shadowRoot?.querySelector("canvas.base"));
    const look = (now) => {
        if (drawn()) window.begun = now;
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    new PerformanceObserver((list) => {
        for (const { startTime, value, hadRecentInput } of list.getEntries()) {
            if (!hadRecentInput) window.shifts.push([startTime, value]);
        }
    }).observe({ type: "layout-shift", buffered: true });
}"""


def boxes(page, selectors):
    """Left, top, right and bottom of each part."""
    found = {}
    for selector in selectors:
        box = page.locator(selector).first.bounding_box()
        assert box is not None, selector
        found[selector] = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("presenting", [False, True])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("path", PARTS)
def test_every_part_is_in_the_window(open_page, path, window, presenting, language):
    """Without scrolling, in every window and in both languages; panels as large as promised."""
    query = f"?lang={language}{'&present=1' if presenting else ''}"
    page = open_page(path + query, viewport={"width": window[0], "height": window[1]})
    page.locator(f"{VIEW} canvas.base[data-painted]").first.wait_for()
    page.wait_for_timeout(300)
    for part, (left, top, right, bottom) in boxes(page, PARTS[path]).items():
        assert left >= 0, part
        assert top >= 0, part
        assert right <= window[0] + 1, part
        assert bottom <= window[1] + 1, (part, bottom)
    if path:
        sizes = page.locator(f"{VIEW} .panels canvas.base").evaluate_all("all => all.map((one) => one.offsetWidth)")
        assert min(sizes[:3]) >= LEAST.get((window[0], presenting), 300)
    if presenting:
        main = "document.querySelector('[data-testid=stMain]')"
        assert page.evaluate(f"{main}.scrollHeight - {main}.clientHeight") <= 2
    assert page.errors == []


@pytest.mark.parametrize("path", ["Attention_gate", "Attention_gate?present=1", "?present=1"])
def test_the_first_picture_is_the_last(open_tab, app_address, path):
    """No sidebar, no header while presenting; once the first heatmap is there, hardly anything shifts."""
    page = open_tab(viewport={"width": 1280, "height": 720})
    page.add_init_script(f"({SHIFTS})()")
    page.goto(f"{app_address}/{path}")
    page.locator(f"{VIEW} canvas.base").first.wait_for()
    sidebar = page.locator("[data-testid=stSidebar]")
    if "present" in path:
        assert not sidebar.is_visible()
        assert not page.locator("[data-testid=stHeader]").is_visible()
    settle(page)
    page.wait_for_timeout(800)
    begun, shifts = page.evaluate("[window.begun, window.shifts]")
    assert sum(value for start, value in shifts if start > begun) < 0.05


def positions(page):
    """Where every visible part of the view lies."""
    script = """() => {
        const roots = [document, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)];
        const names = 'h1, figure, canvas, .text, .wall, .notes, .controls';
        const parts = roots.flatMap((root) => [...root.querySelectorAll(names)]);
        const box = ({ x, y, width, height }) => [x, y, width, height];
        return parts.map((part) => box(part.getBoundingClientRect()));
    }"""
    return np.array(page.evaluate(script))


@pytest.mark.parametrize("present", ["", "?present=1"])
def test_nothing_moves_while_pointing_and_painting(open_page, present):
    """0 px: the reading line keeps its height, the caption of the prediction its line."""
    page = open_page(f"Attention_gate{present}", viewport={"width": 1280, "height": 720})
    page.locator(f"{VIEW} canvas.base[data-painted]").first.wait_for()
    page.wait_for_timeout(500)
    before = positions(page)
    for number in (0, 1, 2):
        box = page.locator(f"{VIEW} canvas.over").nth(number).bounding_box()
        for share in (0.1, 0.5, 0.9):
            page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
            page.wait_for_timeout(60)
            np.testing.assert_array_equal(positions(page), before)
    if present:
        page.mouse.move(640, 710)
    page.get_by_role("button", name="Brush").click()
    page.wait_for_timeout(200)
    stroke(page, page.locator(f"{VIEW} canvas.over").nth(1).bounding_box())
    for _ in range(12):
        page.wait_for_timeout(150)
        np.testing.assert_array_equal(positions(page), before)


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
        page.wait_for_timeout(60)


def test_flicker_wall_and_code(open_page):
    """F shows the product where the features are while it is held; W all channels alone; Q the code in full size."""
    page = open_page("Attention_gate", viewport={"width": 1280, "height": 720})
    panels = page.locator(f"{VIEW} .panels canvas.base")
    picture = "canvas => canvas.toDataURL()"
    features, _, product = (panels.nth(number).evaluate(picture) for number in range(3))
    assert features != product
    page.keyboard.down("f")
    page.wait_for_timeout(150)
    assert panels.nth(0).evaluate(picture) == product
    assert panels.nth(2).evaluate(picture) == features
    page.keyboard.up("f")
    page.wait_for_timeout(150)
    assert panels.nth(0).evaluate(picture) == features
    page.keyboard.press("w")
    dialog = page.locator("dialog.alone")
    dialog.wait_for()
    page.wait_for_timeout(200)
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
    assert not page.locator("#mergescope-code").is_visible()
    assert page.errors == []


def test_the_prediction_follows_the_training_while_it_plays(open_page):
    """Each frame of the reel has its own recorded prediction; nothing is asked of the server."""
    page = open_page("Attention_gate", viewport={"width": 1280, "height": 720})
    note = page.locator(f"{VIEW} .scene .note-line").last
    assert "0.960" in note.inner_text()
    page.context.set_offline(True)
    page.get_by_role("button", name="Play: Training step").click()
    seen = set()
    for _ in range(30):
        page.wait_for_timeout(120)
        seen.add(note.inner_text())
    assert len({text for text in seen if "Dice" in text}) >= 6
    assert page.errors == []


@pytest.mark.parametrize("path", ["", "Attention_gate"])
def test_a_phone(open_page, path):
    """390 × 844: the first panel begins above y 700 and is at least 300 px wide; nothing scrolls sideways."""
    page = open_page(path, viewport={"width": 390, "height": 844})
    page.locator(f"{VIEW} canvas.base[data-painted]").first.wait_for()
    box = page.locator(f"{VIEW} canvas.base").first.bounding_box()
    assert box["y"] < 700
    assert box["width"] >= 300
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_what_was_in_view_stays_when_presenting(open_page):
    """A page that is scrolled keeps the middle of the window where it was, there and back."""
    page = open_page("Merge_lab", viewport={"width": 1280, "height": 720})
    page.mouse.move(900, 400)
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(300)
    under = "document.elementFromPoint(700, innerHeight / 2).closest('[data-testid=stElementContainer]')?.className"
    before = page.evaluate(under)
    page.keyboard.press("p")
    page.wait_for_function("location.search.includes('present=1')")
    settle(page)
    page.wait_for_timeout(600)
    assert page.evaluate(under) == before
