"""The Gate gallery in a real Chromium: what is on the first screen, clicks that open and compare, values by pixels."""

import io
import re
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from core.gates import GATES
from core.gates.compare import compare_gates
from core.tensor_view.colours import colours
from tests.browser.findings import serious_in_both_themes
from tests.conftest import settle
from ui.gallery.cards import cards_of, first_channel
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.gallery.features import features_of, run

pytestmark = pytest.mark.browser

VIEW, CARD = ".tensor-view", ".gate-wall .card"
NUMBER, SIDE = 2, 20  # a recorded image, counted from 0; rows of its features


def pixel(canvas, row, col):
    """The colour of an element, near its corner."""
    script = """(canvas, [row, col, cells]) => {
        const at = [(col + 0.15) * canvas.width / cells, (row + 0.2) * canvas.height / cells].map(Math.floor);
        return Array.from(canvas.getContext('2d').getImageData(...at, 1, 1).data.slice(0, 3));
    }"""
    return canvas.evaluate(script, [row, col, SIDE])


def test_every_picture_of_the_wall(open_page):
    """Each card has its pictures, loaded, large enough to see, each pixel in the colour of its value."""
    page = open_page("Gate_gallery", viewport={"width": 1280, "height": 720})
    page.locator(CARD).nth(len(GATES) - 1).wait_for()
    assert page.locator(CARD).count() == len(GATES)
    pictures = page.locator(f"{CARD} img").element_handles()
    page.wait_for_function("images => images.every((one) => one.naturalWidth > 0)", arg=pictures)
    script = "images => images.map((one) => [one.naturalWidth > 0, one.getBoundingClientRect().width])"
    sides = page.locator(f"{CARD} img").evaluate_all(script)
    assert len(sides) >= 3 * len(GATES)
    assert all(loaded and width >= 48 for loaded, width in sides)
    addresses = page.locator(f"{CARD} img").evaluate_all("images => images.map((one) => one.src)")
    for address, mini in zip(
        addresses, (mini for card in cards_of(features_of(None)) for mini in card.minis), strict=True
    ):
        image = Image.open(io.BytesIO(b64decode(address.partition(",")[2]))).convert("RGB")
        np.testing.assert_array_equal(np.asarray(image), colours(mini.table)[mini.levels])


def test_one_click_opens_and_two_compare(open_page):
    """A card opens its gate; Compare on one card and then on another shows both; the link opens the same."""
    page = open_page("Gate_gallery")
    page.get_by_role("button", name=re.compile("^Open CBAM")).click()
    page.wait_for_function("location.search.includes('which=cbam')")
    page.locator(f"{VIEW} canvas.over").first.wait_for()
    page.goto(page.url.split("?")[0])
    page.locator(CARD).first.wait_for()
    settle(page)
    page.get_by_role("button", name="Compare: BAM", exact=True).click()
    assert page.locator(f"{CARD}.marked").count() == 1
    page.get_by_role("button", name="Compare: FiLM", exact=True).click()
    page.get_by_text("Distance of the outputs").wait_for()
    page.wait_for_function("location.search.includes('which=bam')")  # the URL comes last
    assert "other=film" in page.url
    again = open_page(page.url.split("/", 3)[3])
    again.get_by_text("Distance of the outputs").wait_for()
    assert page.errors == again.errors == []


def test_a_channel_is_chosen_in_the_strip(open_page):
    """The strip of SE has a bar for each channel; a click moves the panels to that channel, and the link with them."""
    page = open_page("Gate_gallery?which=se")
    bars = page.locator(".strip rect")
    bars.nth(255).wait_for()
    assert bars.count() == 256
    settle(page)
    strip = page.locator(".strip svg")
    box = strip.bounding_box()
    strip.click(position={"x": box["width"] * 200.5 / 256, "y": box["height"] / 2})
    page.wait_for_function("location.search.includes('ch=200')")
    page.locator(".tensor-view .sum").filter(has_text=re.compile(r"^\(0, \d+, \d+, 200\): ")).wait_for()
    assert page.errors == []


def test_the_steps_are_walked_by_keyboard(open_page):
    """From the output along an edge to the map, Enter selects it."""
    page = open_page("Gate_gallery?which=attention&part=steps")
    page.locator(".model-graph .box.chosen").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('gstep=')")
    assert page.errors == []


def test_two_gates_read_off_the_screen(open_page):
    """Parameters, multiplications and energy in the table; features and both outputs on one scale, by pixels."""
    features = features_of(FeatureChoice(0, slice=NUMBER))
    traces = [run(GateChoice("attention", "paper"), features), run(GateChoice("se", "paper"), features)]
    found = compare_gates(*traces)
    page = open_page(f"Gate_gallery?which=attention&two=true&other=se&recorded={NUMBER + 1}")
    page.locator(VIEW).first.locator("canvas.base").nth(3).wait_for()
    table = page.get_by_test_id("stTable").first.inner_text()
    for one in (found.first, found.second):
        for figure in (f"{one.parameters:,}", f"{one.multiplications:,}", f"{one.kept:.1%}"):
            assert figure in table
    told = page.get_by_text(re.compile(r"Distance of the outputs")).inner_text()
    assert f"{found.distance:.1%}" in told
    channel = first_channel(traces[0])
    planes = [value[0, :, :, channel] for value in (features.x, found.first.result, found.second.result)]
    row, col = map(int, np.unravel_index(int(planes[0].argmax()), planes[0].shape))
    high = max(float(plane.max()) for plane in planes[:2])
    wanted = colours("cividis")[round(float(planes[0][row, col]) / high * 255)].astype(int)
    canvas = page.locator(VIEW).first.locator("canvas.base").first
    assert np.abs(np.subtract(pixel(canvas, row, col), wanted)).max() <= 6
    assert not page.errors
    assert not page.foreign


@pytest.mark.parametrize("path", ["", "?which=se&part=steps"])
def test_accessibility(open_page, path):
    """No serious finding of axe in either theme."""
    page = open_page(f"Gate_gallery{path}")
    (page.locator(CARD) if not path else page.locator(".model-graph .box")).first.wait_for()
    settle(page)
    assert serious_in_both_themes(page) == []
    assert page.errors == []
