"""Two gates side by side in a real Chromium: figures and colours on the screen against the engine."""

import re

import numpy as np
import pytest

from core.colours import colours
from core.gates.compare import compare_gates
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.gallery.features import features_of, run
from ui.views.gate_view import largest_place

pytestmark = pytest.mark.browser

VIEW = ".tensor-view"
NUMBER, SIDE = 2, 20  # a recorded slice, counted from 0; rows of its features


def pixel(canvas, row, col):
    """The colour of a cell, near its corner."""
    script = """(canvas, [row, col, cells]) => {
        const at = [(col + 0.15) * canvas.width / cells, (row + 0.2) * canvas.height / cells].map(Math.floor);
        return Array.from(canvas.getContext('2d').getImageData(...at, 1, 1).data.slice(0, 3));
    }"""
    return canvas.evaluate(script, [row, col, SIDE])


def test_two_gates_read_off_the_screen(open_page):
    """Weights, multiplications and energy kept in the table; the map of the first gate and both outputs, by pixels."""
    features = features_of(FeatureChoice(0, slice=NUMBER))
    traces = [run(GateChoice("attention", "paper"), features), run(GateChoice("se", "paper"), features)]
    found = compare_gates(*traces)
    page = open_page(f"Gate_gallery?which=attention&two=true&other=se&recorded={NUMBER + 1}")
    page.locator(VIEW).nth(2).locator("canvas.base").nth(2).wait_for()
    table = page.get_by_test_id("stTable").first.inner_text()
    for one in (found.first, found.second):
        for figure in (f"{one.parameters:,}", f"{one.multiplications:,}", f"{one.kept:.1%}"):
            assert figure in table
    told = page.get_by_text(re.compile(r"The outputs lie")).inner_text()
    assert f"{found.distance:.1%}" in told
    place = largest_place(found.first.result)
    row, col = next((place[1] + down, place[2]) for down in (-2, 2) if 0 <= place[1] + down < SIDE)
    alpha = traces[0].alpha
    shares = [(0, 0, alpha[0, row, col, 0], alpha[0, :, :, 0])]
    for panel, one in enumerate((found.first, found.second)):
        shares.append((1, panel, one.result[0, row, col, place[3]], one.result[0, :, :, place[3]]))
    for view, panel, value, drawn in shares:
        low = min(0, float(drawn.min())) if view else float(drawn.min())
        share = (float(value) - low) / (float(drawn.max()) - low)
        wanted = colours("cividis")[round(share * 255)].astype(int)
        canvas = page.locator(VIEW).nth(view).locator("canvas.base").nth(panel)
        assert np.abs(np.subtract(pixel(canvas, row, col), wanted)).max() <= 6
    assert not page.errors
    assert not page.foreign
