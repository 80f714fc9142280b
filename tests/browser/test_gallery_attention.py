"""Self-attention on the 20×20 grid in a real Chromium: point at a position, read its weights, head beside head."""

import re

import numpy as np
import pytest

from core.gates import position_weights
from core.tensor_view.colours import colours
from tests.browser.findings import serious_in_both_themes
from tests.conftest import settle
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.gallery.features import features_of, run

pytestmark = pytest.mark.browser

SIDE = 20
PIXEL = """(canvas, [row, col]) => Array.from(canvas.getContext('2d').getImageData(col, row, 1, 1).data.slice(0, 3))"""


def test_a_position_is_pointed_at_moved_and_kept(open_page):
    """Colours and numbers are those of the engine: under the pointer, after a click, by arrow keys, in the link."""
    trace = run(GateChoice("multi-head", "gated"), features_of(FeatureChoice(0, slice=0)))
    page = open_page("Gate_gallery?which=multi-head&part=maps")
    plot = page.locator(".attention .plot[tabindex]")
    plot.wait_for()
    settle(page)
    reading, heads = page.locator(".attention .reading"), page.locator(".attention canvas")
    assert heads.count() == 1 + 4

    def check(row, column):
        weights = position_weights(trace, (row, column))[0]
        for head, plane in enumerate(weights):
            peak = np.unravel_index(int(plane.argmax()), plane.shape)
            expected = f"head {head}: largest {plane.max():#.3g} at ({peak[0]}, {peak[1]})"
            assert expected.replace("e-0", "e-") in reading.inner_text().replace("e-0", "e-")
            wanted = colours("viridis")[round(float(plane[5, 7] / plane.max()) * 255)].astype(int)
            assert np.abs(np.subtract(heads.nth(1 + head).evaluate(PIXEL, [5, 7]), wanted)).max() <= 3
        assert f"position ({row}, {column})" in reading.inner_text()

    check(10, 10)
    box = plot.bounding_box()
    at = {"x": box["width"] * 17.5 / SIDE, "y": box["height"] * 3.5 / SIDE}
    plot.hover(position=at)
    page.get_by_text(re.compile(r"position \(3, 17\)")).wait_for()  # the weights of the others are asked for
    check(3, 17)
    plot.click(position=at)
    page.wait_for_function("location.search.includes('qat=3,17') || location.search.includes('qat=3%2C17')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.mouse.move(0, 0)
    page.get_by_text(re.compile(r"position \(4, 16\)")).wait_for()
    check(4, 16)
    page.wait_for_function("/qat=4(,|%2C)16/.test(location.search)")
    assert serious_in_both_themes(page) == []
    assert page.errors == []
