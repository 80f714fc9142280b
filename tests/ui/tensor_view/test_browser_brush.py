"""Painting: what follows at once, and what Python receives when the stroke ends."""

import numpy as np
import pytest

from core.tensor_view.colours import MIDDLE, colours
from tests.ui.tensor_view.demo import CASES

pytestmark = pytest.mark.browser


def choose_brush(view):
    """Choose the brush; without it a click points and pins."""
    view.page.get_by_role("button", name="Brush").click()


def stroke(view, number, *cells, release=True):
    """Paint along some cells of a 20 x 20 panel."""
    view.page.mouse.move(*view.middle(number, *cells[0], 20, 20))
    view.page.mouse.down()
    for cell in cells[1:]:
        view.page.mouse.move(*view.middle(number, *cell, 20, 20), steps=4)
    if release:
        view.page.mouse.up()
    view.settle()


def test_painting_reaches_every_panel_at_once(open_view):
    """The result follows before Python knows; then Python gets the map, to the bit."""
    view = open_view("gate")
    choose_brush(view)
    x, alpha, z = (panel.value[0] for panel in CASES["gate"]().panels)
    stroke(view, 1, (1, 1), (1, 4), release=False)
    assert view.python_has()["runs"] == 1
    entry = int(np.clip(np.floor(MIDDLE + x[1, 2, 0] / np.abs(z).max() * 127 + 0.5), 0, 255))
    pixel = view.pixels(2, 20, 20, place=(0.9, 0.1))[1][2]
    assert np.abs(np.subtract(pixel[:3], colours("diverging")[entry].astype(int))).max() <= 3
    view.page.mouse.up()
    painted = alpha[..., 0].copy()
    told = view.python_has(runs=2)
    painted[0:3, 0:6] = 1  # a brush of 3 from column 1 to 4
    assert told["painted"] == pytest.approx(float(painted.sum()), abs=0.02)
    view.page.get_by_role("button", name="Undo").click()
    assert view.python_has(runs=3)["painted"] == pytest.approx(float(alpha.sum()), abs=0.001)


@pytest.mark.parametrize("ask", [None, {"at": [0, 13, 11, 227], "order": "energy"}])
def test_painting_outlives_a_page_that_is_drawn_anew(open_view, ask):
    """On the page, in what Python receives, and the stroke can still be taken back."""
    view = open_view("gate", ask=ask)
    choose_brush(view)
    alpha = CASES["gate"]().panels[1].value
    stroke(view, 1, (1, 1), (1, 4))
    painted = view.python_has(runs=2)["painted"]
    assert painted > float(alpha.sum()) + 1
    for runs in (3, 4):
        view.page.get_by_role("button", name="Again").click()
        assert view.python_has(runs=runs)["painted"] == painted
    view.page.get_by_role("button", name="Undo").click()
    assert view.python_has(runs=5)["painted"] == pytest.approx(float(alpha.sum()), abs=0.001)


def test_eraser_and_strength(open_view):
    """Half an eraser leaves half."""
    view = open_view("gate")
    alpha = CASES["gate"]().panels[1].value[0, ..., 0]
    view.page.get_by_role("button", name="Eraser").click()
    for name, key, times in (("Strength", "ArrowLeft", 5), ("Size", "Home", 1)):
        view.page.get_by_role("slider", name=name).focus()
        for _ in range(times):
            view.page.keyboard.press(key)
    stroke(view, 1, (9, 11))
    wanted = float(alpha.sum() - alpha[9, 11] / 2)
    assert view.python_has(runs=2)["painted"] == pytest.approx(wanted, abs=0.001)


def test_a_view_that_goes_away_during_a_stroke(open_view):
    """No complaint, and the next view is whole."""
    view = open_view("gate")
    choose_brush(view)
    stroke(view, 1, (3, 3), (8, 8), release=False)
    view.page.locator("input[type=checkbox]").first.evaluate("box => box.click()")
    view.page.locator(".tensor-view").wait_for(state="detached")
    view.page.mouse.move(300, 300)
    view.page.mouse.up()
    view.page.locator("input[type=checkbox]").first.evaluate("box => box.click()")
    view.ready()
    view.point(2, 1, 2, 20, 20)
    assert view.sum.startswith("(0, 1, 2, 0): ")
