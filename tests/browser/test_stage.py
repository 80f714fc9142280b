"""For the speaker, in a real browser: undo, presenting, pointer, blank screen, embedding, the link to hand out."""

from io import BytesIO

import pytest
from PIL import Image

from tests.conftest import settle

pytestmark = pytest.mark.browser
SIDEBAR = "[data-testid=stSidebar]"
CURTAIN = "#mergescope-curtain"
POINTER = "#mergescope-pointer"


def summed(page) -> str:
    """The sum below the picture."""
    return page.locator(".tensor-view .sum").first.inner_text()


def pin(page, across, down):
    """Click a cell of the second input, and wait until the link says so."""
    before = page.url
    box = page.locator(".tensor-view canvas.over").nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    page.wait_for_function("before => location.href !== before", arg=before)
    settle(page)


def press(page, keys, sign):
    """A key outside of all fields; waits until the sum says what is wanted."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(keys)
    page.locator(".tensor-view .sum").first.filter(has_text=sign).wait_for()
    settle(page)


def test_undo_goes_back_exactly(open_page):
    """Ctrl+Z, Ctrl+Shift+Z and the browser's Back: link and picture agree; typing in a field is left alone."""
    page = open_page("Merge_lab")
    page.locator(".tensor-view .sum").filter(has_text="0 = 0 × 50").wait_for()
    pin(page, 0.5, 0.6)
    first = page.url
    assert "124 = 2 × 62" in summed(page)
    pin(page, 0.9, 0.9)
    second = page.url
    assert "276 = 4 × 69" in summed(page)
    press(page, "Control+z", "124 = 2 × 62")
    assert page.url == first
    press(page, "Control+z", "0 = 0 × 50")
    assert "?" not in page.url
    press(page, "Control+Shift+z", "124 = 2 × 62")
    press(page, "Control+y", "276 = 4 × 69")
    assert page.url == second
    page.go_back()
    page.locator(".tensor-view .sum").filter(has_text="124 = 2 × 62").wait_for()
    settle(page)
    assert page.url == first
    press(page, "Control+Shift+z", "276 = 4 × 69")
    field = page.get_by_label("Shape of input 1")
    field.fill("7")
    page.keyboard.press("Control+z")
    settle(page)
    assert page.url == second, "in a field Ctrl+Z takes back typing"
    assert page.errors == []


def test_presenting_by_key(open_page):
    """P clears the screen and enlarges the type, Esc brings all back; the link says so, on other pages too."""
    page = open_page("Story?step=2")
    page.wait_for_selector(CURTAIN, state="attached")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.keyboard.press("p")
    page.wait_for_function("location.search.includes('present=1')")
    assert not page.locator(SIDEBAR).is_visible()
    assert not page.locator("[data-testid=stHeader]").is_visible()
    assert page.evaluate(size) > 1.1 * before
    page.keyboard.press("PageDown")
    page.wait_for_function("location.search.includes('step=3')")
    settle(page)
    assert "present=1" in page.url
    page.get_by_role("link", name="Open in the Merge lab", include_hidden=True).evaluate("link => link.click()")
    page.wait_for_url("**/Merge_lab?*present=1*")
    settle(page)
    assert not page.locator(SIDEBAR).is_visible()
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('present')")
    assert page.locator("[data-testid=stHeader]").is_visible()
    assert page.evaluate(size) == before
    assert not page.evaluate("Boolean(document.fullscreenElement)")


def test_pointer_and_blank_screen(open_page):
    """The pointer follows, L puts it away; B blanks everything and any key brings it back. No server is needed."""
    page = open_page("Story?present=1")
    page.wait_for_function("document.documentElement.hasAttribute('data-mergescope-present')")
    page.context.set_offline(True)
    page.mouse.move(300, 200)
    box = page.locator(POINTER).bounding_box()
    assert abs(box["x"] + box["width"] / 2 - 300) < 2
    assert abs(box["y"] + box["height"] / 2 - 200) < 2
    assert page.evaluate("document.elementFromPoint(300, 200).id") != "mergescope-pointer", "clicks go through"
    page.keyboard.press("l")
    page.mouse.move(320, 210)
    assert not page.locator(POINTER).is_visible()
    page.keyboard.press("b")
    assert page.evaluate("document.elementFromPoint(640, 450).id") == "mergescope-curtain"
    assert Image.open(BytesIO(page.screenshot())).convert("RGB").getextrema() == ((0, 0),) * 3
    page.keyboard.press("ArrowRight")
    assert not page.locator(CURTAIN).is_visible()
    assert "step" not in page.url, "the key that lifts the curtain does nothing else"


def test_keys_leave_fields_alone(open_page):
    """A letter typed into a field is a letter."""
    page = open_page("Merge_lab")
    page.wait_for_selector(CURTAIN, state="attached")
    page.get_by_label("Shape of input 0").fill("")
    page.keyboard.type("pbl.")
    assert page.get_by_label("Shape of input 0").input_value() == "pbl."
    assert not page.evaluate("document.documentElement.hasAttribute('data-mergescope-present')")
    page.locator(".tensor-view canvas.over").first.focus()
    page.keyboard.press("b")
    assert not page.locator(CURTAIN).is_visible(), "only while presenting"


def test_in_a_frame(open_page, app_address):
    """`?embed=true` inside another page: the view works, and the menu covers nothing."""
    page = open_page()
    page.set_content(
        f"<h1>Mine</h1><iframe src='{app_address}/Story?step=2&embed=true' width=1000 height=800></iframe>"
    )
    frame = page.frame_locator("iframe")
    frame.locator(".tensor-view .sum").filter(has_text="52 = 1 + 51").wait_for()
    assert not frame.locator(SIDEBAR).is_visible()
    assert frame.get_by_test_id("stMainMenu").count() == 0
    frame.locator(CURTAIN).wait_for(state="attached")
    frame.get_by_role("heading", level=1).click()
    page.keyboard.press("ArrowRight")
    frame.locator(".tensor-view .sum").filter(has_text="159 = 3 × 53").wait_for()


def test_the_link_to_hand_out(open_page):
    """Share shows the address with the state in it and its QR code, and says when it is of this machine only."""
    page = open_page("Story?step=4&lang=zh")
    page.locator("[data-testid=stExpandSidebarButton]").click()
    page.get_by_role("button", name="分享").click()
    page.get_by_alt_text("链接的二维码").wait_for()
    panel = page.get_by_test_id("stPopoverBody")
    assert panel.get_by_test_id("stCode").inner_text().strip() == page.url
    assert "本机" in panel.inner_text()
    assert page.get_by_alt_text("链接的二维码").evaluate("image => image.naturalWidth > 100")
    assert page.foreign == []
