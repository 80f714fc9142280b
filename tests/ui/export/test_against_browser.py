"""One truth: every pixel of an export is the pixel of the browser's canvas, read back in Chromium."""

import base64

import numpy as np
import pytest

from tests.ui.tensor_view.demo import CASES
from ui.export.frames import frames_of
from ui.export.heat import heat_of, pixel_size
from ui.export.layout import arrange, plans_of
from ui.export.look import look_at
from ui.export.raster import draw_heat
from ui.export.theme import theme
from ui.tensor_view import Selection

pytestmark = pytest.mark.browser
READ = """(canvas) => {
    const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let text = '';
    for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
    return [width, height, btoa(text)];
}"""


def canvas(view, number, kind="base"):
    """A canvas of a panel: float (height, width, 4)."""
    width, height, data = view.page.locator(f"canvas.{kind}").nth(number).evaluate(READ)
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4).astype(float)


def over(below, canvas):
    """What is seen of a canvas in front of something."""
    share = canvas[..., 3:] / 255
    return below * (1 - share) + canvas[..., :3] * share


def drawn(view, look, ratio):
    """The heatmaps that an export of the same width has, with their frames."""
    plans = plans_of(look)
    _, cell = arrange(plans, view.page.locator(".tensor-view").evaluate("element => element.clientWidth"))
    frames = frames_of(look, plans)
    return [
        (heat_of(look, number, plan, plan.box(cell), ratio), tuple(frames[number]))
        for number, plan in enumerate(plans)
        if plan
    ]


def writing(heat, ratio):
    """Where numbers are written: two programs never set type to the same pixel."""
    shape = (pixel_size(heat.height, ratio), pixel_size(heat.width, ratio))
    size, numbers = heat.numbers
    mask = np.zeros(shape, bool)
    for number in numbers:
        half = len(number.text) * size * 0.35 + 3
        top, bottom = ((number.y + side * size * 0.75) * ratio for side in (-1, 1))
        left, right = ((number.x + side * half) * ratio for side in (-1, 1))
        mask[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1] = True
    return mask


def mark_pixels(heat, shape):
    """Where patterns are."""
    rows, cols = heat.plan.foot
    cells = np.zeros((rows, cols), bool)
    cells[: heat.plan.rows, : heat.plan.cols] = heat.marks > 0
    down, across = (np.arange(size) * count // size for size, count in zip(shape, (rows, cols), strict=True))
    return cells[np.ix_(down, across)]


PLACES = {
    "note": Selection(at=(2, 0, 0), cell=(2, 3, 1)),
    "gate": Selection(at=(0, 0, 0, 119), cell=(0, 4, 7, 119)),
    "wide": Selection(at=(0, 0, 0, 5)),
    "dot": Selection(cell=(1, 2, 3)),
    "concatenate": Selection(cell=(1, 3, 2)),
    "inserted": Selection(at=(0, 0, 0, 6)),
    "bias": Selection(cell=(1, 1)),
    "strange": Selection(at=(0, 0, 0)),
    "chain": Selection(at=(0, 0, 0, 3, 2), cell=(0, 3, 4, 3)),
    "vector": Selection(cell=(3,)),
    "scalar": Selection(),
    "zero": Selection(),
}


def asked(selection):
    """As a link asks for it."""
    return {name: value for name, value in selection.sent().items() if value is not None}


@pytest.mark.parametrize("case", PLACES)
def test_exported_pixels_are_those_of_the_canvas(open_view, case):
    """Colours, pale copies, patterns, lines between cells and frames; at two pixels for each of the page."""
    ratio, selection = 2, PLACES[case]
    view = open_view(case, ask=asked(selection), device_scale_factor=ratio)
    heats = drawn(view, look_at(CASES[case](), selection), ratio)
    assert view.page.locator("canvas.base").count() == len(heats)
    for number, (heat, frames) in enumerate(heats):
        seen = over(over(np.full(3, 255.0), canvas(view, number)), canvas(view, number, "over"))
        ours = draw_heat(heat, ratio, theme("light").ground, frames).astype(float)
        assert ours.shape == seen.shape
        off = np.abs(ours - seen).max(axis=2)
        marked = mark_pixels(heat, off.shape)
        plain = off[~writing(heat, ratio) & ~marked]
        assert (plain > 2).mean() < 0.002, "a corner of a dashed frame, the rim of the pin, a tie between two cells"
        assert off[marked & ~writing(heat, ratio)].max(initial=0) < 40, "patterns: the same strokes, other soft edges"
