"""Without a mouse, without sight, on a phone, in the dark, without motion."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.findings import THEMES, turn

pytestmark = pytest.mark.browser


def test_the_keyboard_does_everything(open_view):
    """Move, read the announcement, pin, unpin, change the channel, play."""
    view = open_view("note")
    view.panel(2).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        view.page.keyboard.press(key)
    view.settle()
    assert view.sum == "(0, 2, 1): 124 = 2 × 62"
    said = view.page.locator("[aria-live=polite]")
    expect(said).to_have_text("(0, 2, 1): 124 = 2 × 62. input 0 (0, 0, 1), input 1 (0, 2, 1)")
    view.page.keyboard.press("Enter")
    view.python_has(cell=[0, 2, 1], panel=2)
    view.page.keyboard.press("PageDown")
    view.python_has(channel=1, cell=[1, 2, 1])
    view.page.keyboard.press("Escape")
    view.python_has(cell=None)
    view.page.keyboard.press("End")
    view.page.keyboard.press("ArrowRight")
    view.settle()
    assert view.sum.startswith("(1, 2, 4): ")
    view.page.keyboard.press(" ")
    view.page.get_by_role("button", name="Pause").wait_for()
    view.page.keyboard.press(" ")
    view.page.get_by_role("button", name="Play").wait_for()


def test_the_keyboard_paints(open_view):
    """With the brush chosen, Enter is a dab; Ctrl+Z takes it back."""
    view = open_view("gate")
    view.page.get_by_role("button", name="Brush").focus()
    view.page.keyboard.press("Enter")
    view.panel(1).focus()
    view.page.keyboard.press("Enter")
    first = view.python_has(runs=2)["painted"]
    view.page.keyboard.press("Control+z")
    assert view.python_has(runs=3)["painted"] < first


def test_focus_is_seen(open_view):
    """The cursor on the canvas is drawn as soon as the keyboard arrives."""
    view = open_view("note")
    view.page.get_by_role("slider", name="axis 0").focus()
    switches = view.page.locator(".controls .switches button").count()
    for _ in range(1 + switches + 1):  # the speed, the switches, the canvas
        view.page.keyboard.press("Tab")
    view.settle()
    assert view.page.locator("canvas.over:focus-visible").count() == 1
    assert view.sum.startswith("(0, 0, 0): ")


@pytest.mark.parametrize("case", ["note", "gate", "zero", "channels"])
def test_axe_finds_nothing(open_view, case):
    """In both themes, with the disclosures open."""
    view = open_view(case, received=False)
    for summary in ("Axes and colours", "Values as a table"):
        view.page.get_by_text(summary).click()
    for theme in THEMES:
        turn(view.page, theme)
        found = Axe().run(view.page).response["violations"]
        ours = [(one["id"], node["html"][:200]) for one in found for node in one["nodes"] if _is_ours(node)]
        assert not ours, theme


def _is_ours(node):
    """Axe writes what is in a shadow root as a path of two: Streamlit's own page cannot be fixed here."""
    return any(isinstance(step, list) for step in node["target"])


def test_the_dark_theme_is_dark(open_view):
    """The lines between cells and the page share a colour; text is light."""
    view = open_view("note", color_scheme="dark")
    line = view.pixels(2, 4, 5, place=(0.5, 0.999))[0][0][:3]
    assert max(line) < 60
    ink = view.page.locator(".title").first.evaluate("title => getComputedStyle(title).color")
    assert min(int(part) for part in ink.removeprefix("rgb(").removesuffix(")").split(",")) > 180


@pytest.mark.parametrize("case", ["note", "gate", "dot", "chain", "large"])
def test_a_phone_shows_all(open_view, case):
    """360 px wide: nothing is cut off, nothing scrolls sideways, a finger points."""
    view = open_view(case, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, received=False)
    wide = view.page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    host = view.page.locator(".tensor-view").bounding_box()
    for canvas in view.page.locator("canvas.over, canvas.sheet, .note").all():
        box = canvas.bounding_box()
        assert box["x"] >= host["x"]
        assert box["x"] + box["width"] <= host["x"] + host["width"] + 10
    last = view.page.locator("canvas.over").last
    last.scroll_into_view_if_needed()
    last.tap(position={"x": 8, "y": 8})
    view.settle()
    assert view.sum


BETWEEN = """output => new Promise((done) => {  // ms between two changes of a text
    let first = null;
    new MutationObserver(() => {
        const now = performance.now();
        if (first === null) first = now;
        else done(now - first);
    }).observe(output, { childList: true, characterData: true, subtree: true });
})"""


def test_less_motion_is_respected(open_view):
    """Playing is slow for those who asked for less."""
    view = open_view("gate", reduced_motion="reduce", received=False)
    view.page.get_by_label("Speed").select_option("60")
    view.page.get_by_role("button", name="Play").click()
    between = view.page.locator("output").first.evaluate(BETWEEN)
    assert between > 250, "ms from one channel to the next, although 60 a second were asked for"


def test_numbers_as_a_table(open_view):
    """The slice that is on screen, with headers; it follows the channel."""
    view = open_view("note", received=False)
    view.page.get_by_text("Values as a table").click()
    expect(view.page.locator("tbody tr").nth(2)).to_be_visible()
    rows = lambda: [row.inner_text().split() for row in view.page.locator("tbody tr").all()]  # noqa: E731
    assert rows()[2] == ["2", "61", "124", "189", "256", "325"]
    view.page.get_by_label("Tensor", exact=True).select_option("1")
    view.page.get_by_role("button", name="Next").click()
    view.settle()
    assert rows()[0] == ["0", "71", "72", "73", "74", "75"]
    assert view.page.locator("caption").inner_text() == "input 1"


def test_a_large_table_is_cut(open_view):
    """And says so."""
    view = open_view("wide", received=False)
    view.page.get_by_text("Values as a table").click()
    expect(view.page.locator("tbody tr")).to_have_count(40)
    assert "the first 40 rows and 40 columns" in view.page.locator("caption").inner_text()


def test_titles_are_text(open_view):
    """Whatever a layer is called."""
    view = open_view("foreign")
    assert view.page.locator(".title").inner_text() == "<img src=x onerror=alert(1)>"
    assert view.page.locator(".tensor-view img").count() == 0


def test_other_sizes_of_the_window(open_view):
    """The drawing follows."""
    view = open_view("gate", received=False)
    before = view.panel(0).bounding_box()["width"]
    view.page.set_viewport_size({"width": 1100, "height": 900})
    narrower = "([canvas, before]) => canvas.getBoundingClientRect().width < before"
    view.page.wait_for_function(narrower, arg=[view.panel(0).element_handle(), before])
    view.settle()
    assert np.asarray(view.pixels(1, 20, 20, place=(0.5, 0.5)))[..., 3].min() == 255
