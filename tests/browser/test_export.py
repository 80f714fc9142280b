"""Exports of the real app in a real Chromium: what lies in the download is what was on screen."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from tests.browser.findings import serious_in_both_themes
from tests.conftest import settle
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser
MENU = "[data-testid=stPopoverBody]"


def open_menu(page, kind):
    """Open the menu and choose a kind of file."""
    page.get_by_role("button", name="Export").click()
    menu = page.locator(MENU).last
    menu.get_by_role("radiogroup").first.get_by_text(kind, exact=True).click()
    settle(page)
    return menu


def download(page, menu):
    """Click the button; gives the name and the bytes."""
    button = menu.get_by_role("button", name="Download")
    button.wait_for(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        button.click()
    with open(waiting.value.path(), "rb") as file:
        return waiting.value.suggested_filename, file.read()


def test_a_picture_of_the_lab(open_page):
    """After a click the colours on screen are the colours in the file, which is named after the merge."""
    page = open_page("Merge_lab?cell=2,3,4&at=2,0,0")
    page.locator("canvas.base").nth(2).wait_for()
    pixel = "canvas => Array.from(canvas.getContext('2d').getImageData(4, 4, 1, 1).data.slice(0, 3))"
    on_screen = [tuple(page.locator("canvas.base").nth(number).evaluate(pixel)) for number in range(3)]
    name, data = download(page, open_menu(page, "PNG"))
    assert name == "mergescope-multiply-5-1-5-5-4-5.png"
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).reshape(-1, 3)
    found = set(map(tuple, pixels.tolist()))
    assert set(on_screen) <= found
    assert not page.errors


def test_the_opened_menu_is_accessible(open_page):
    """No serious finding of axe with the choices of an animation on screen, in either theme."""
    page = open_page("Merge_lab")
    menu = open_menu(page, "GIF")
    menu.get_by_role("button", name="Create file").wait_for()
    assert serious_in_both_themes(page) == []


def test_an_animation_is_stopped_and_made(open_page):
    """Stopped half-way it leaves no file; made again it has all its frames, and the page stays responsive."""
    page = open_page("Merge_lab?s0=2,20,20,256&s1=2,20,20,1&f0=normal&f1=uniform")
    menu = open_menu(page, "GIF")
    menu.get_by_text("256", exact=True).click()
    settle(page)
    menu.get_by_role("button", name="Create file").click()
    menu.get_by_role("button", name="Stop").click()
    menu.get_by_text("Stopped. No file was created.").wait_for()
    assert menu.get_by_role("button", name="Download").count() == 0
    menu.get_by_text("8", exact=True).first.click()
    settle(page)
    menu.get_by_role("button", name="Create file").click()
    name, data = download(page, menu)
    assert name.endswith(".gif")
    assert Image.open(io.BytesIO(data)).n_frames == 8
    assert not page.errors
    assert page.foreign == []


def test_the_link_in_a_page_brings_back_the_view(open_page):
    """Chosen colours and the pinned cell are in the link that the exported page carries."""
    page = open_page("Merge_lab?cell=2,3,4&at=2,0,0&op=Add")
    page.locator(".tensor-view summary").first.click()
    page.locator(".settings select").nth(2).select_option("diverging")
    page.wait_for_function("location.search.includes('colours=diverging')")
    settle(page)
    name, data = download(page, open_menu(page, "HTML"))
    assert name == "mergescope-add-5-1-5-5-4-5.html"
    link = re.search(r'<a href="([^"]+)"', data.decode()).group(1).replace("&amp;", "&")
    again = open_page(link.split("/", 3)[3])
    told = again.locator(".sum")
    told.wait_for()
    assert told.inner_text() == page.locator(".sum").inner_text()
    pixel = "canvas => Array.from(canvas.getContext('2d').getImageData(4, 4, 1, 1).data)"
    one, other = (each.locator("canvas.base").nth(2).evaluate(pixel) for each in (page, again))
    assert one == other
