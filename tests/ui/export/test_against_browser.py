"""One truth: every pixel of an export is the pixel of the browser's canvas, read back in Chromium."""

import base64

import numpy as np
import pytest

from tests.ui.tensor_view.demo import CASES
from tests.ui.tensor_view.test_browser_brush import choose_brush, stroke
from ui.export.drawing.compose import compose
from ui.export.drawing.heatmap import heat_of, pixel_size
from ui.export.drawing.layout import arrange, plans_of
from ui.export.drawing.outlines import frames_of
from ui.export.drawing.scene import Text
from ui.export.drawing.snapshot import look_at
from ui.export.drawing.sums import explain
from ui.export.drawing.theme import theme
from ui.export.painters.raster import draw_heat
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


def limits_in(window):
    """How tall a panel and how large a cell may be in a window of this height, as `limitsIn` of layout.js has it."""
    return {"tallest": max(200, int(0.53 * window)), "largest": max(80, int(0.53 * window / 5))}


def drawn(view, look, ratio):
    """The heatmaps that an export of the same width has, with their frames."""
    plans = plans_of(look)
    width, window = view.page.locator(".tensor-view").evaluate("element => [element.clientWidth, window.innerHeight]")
    _, cell = arrange(plans, width, **limits_in(window))
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
    "compared": Selection(channel=1),
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


OFTEN = ("note", "compared", "gate", "dot", "strange", "chain")  # the others take longer than a change should wait for


@pytest.mark.parametrize(
    "case", [pytest.param(name, marks=[] if name in OFTEN else pytest.mark.slow) for name in PLACES]
)
def test_an_export_shows_what_the_browser_shows(open_view, case):
    """Colours, pale copies, patterns, lines between cells and frames, pixel by pixel; and every text."""
    ratio, selection = 1 if case in ("note", "bias") else 2, PLACES[case]
    view = open_view(case, ask=asked(selection), device_scale_factor=ratio)
    look = look_at(CASES[case](), selection)
    heats = drawn(view, look, ratio)
    assert view.page.locator("canvas.base").count() == len(heats)
    compare_pixels(view, heats, ratio)
    compare_texts(view, look)


def compare_pixels(view, heats, ratio):
    """Base and frames of every panel."""
    for number, (heat, frames) in enumerate(heats):
        seen = over(over(np.full(3, 255.0), canvas(view, number)), canvas(view, number, "over"))
        ours = draw_heat(heat, ratio, theme("light").ground, frames).astype(float)
        assert ours.shape == seen.shape
        off = np.abs(ours - seen).max(axis=2)
        marked = mark_pixels(heat, off.shape)
        plain = off[~writing(heat, ratio) & ~marked]
        assert (plain > 4).mean() < 0.002, "the rim of the pin, a corner of a dashed frame, a tie between two cells"
        assert off[marked & ~writing(heat, ratio)].max(initial=0) < 40, "patterns: the same strokes, other soft edges"


def compare_texts(view, look):
    """Titles, shapes, names of axes, ends of the legends, counts of marks, places, and the sum."""
    width = view.page.locator(".tensor-view").evaluate("element => element.clientWidth")
    scene = compose(look, theme("light"), width=width)
    ours = ["".join(item.text.split()) for item in scene.items if isinstance(item, Text)]
    whole = "".join(ours)
    for kind in (".title", ".axis.col", ".axis.row span", ".ends span", ".state", ".note"):
        for text in view.page.locator(kind).all_inner_texts():
            assert "".join(text.split()) in whole, (kind, text)
    for text in view.page.locator(".shape").all_inner_texts():
        assert "".join(text.split()) in whole
    for text in view.page.locator(".kinds").all_inner_texts():
        assert all(part in whole for part in text.split())
    names, places = (view.page.locator(f".slider {kind}").all_inner_texts() for kind in (".name", "output"))
    for name, place in zip(names, places, strict=True):
        assert "".join(f"{name}: {place}".split()) in whole
    if look.pinned:
        assert explain(look) == (view.sum, view.page.locator(".from").inner_text())


def test_chosen_colours_and_a_painted_map_are_exported(open_view):
    """What a person has changed in the browser comes back, and the export shows it."""
    view, case = open_view("gate"), CASES["gate"]()
    choose_brush(view)
    stroke(view, 1, (1, 1), (1, 4))
    value = case.panels[1].value.copy()
    value[0, 0:3, 0:6] = 1  # a brush of 3 from column 1 to 4
    view.python_has(painted=pytest.approx(float(value.sum()), abs=0.02))
    view.page.locator("summary").first.click()
    view.page.locator(".settings select").nth(2).select_option("diverging")
    view.page.locator(".settings select").nth(3).select_option("channel")
    view.page.mouse.move(5, 5)
    told = view.python_has(kind="diverging", range="channel")
    look = look_at(case, Selection(at=tuple(told["at"]), kind="diverging", range="channel", painted=value))
    compare_pixels(view, drawn(view, look, 1), 1)
    np.testing.assert_array_equal(look.values[2], case.panels[0].value * value)
