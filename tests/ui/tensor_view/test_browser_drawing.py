"""What is on the canvases: pixels read back and compared with the table."""

import numpy as np
import pytest

from core.tensor_view.colours import MIDDLE, colours
from tests.patience import PATIENCE_MS
from tests.ui.tensor_view.demo import CASES

pytestmark = pytest.mark.browser


def sequential(values, low, high):
    """Colours that a slice must have."""
    entries = np.floor((np.asarray(values, float) - low) / (high - low) * 255 + 0.5).clip(0, 255).astype(int)
    return colours("cividis")[entries]


def diverging(values, most):
    """The same on a scale with zero in the middle."""
    return colours("diverging")[
        np.floor(MIDDLE + np.asarray(values, float) / most * 127 + 0.5).clip(0, 255).astype(int)
    ]


def assert_close(pixels, wanted):
    """Equal but for the rounding of float32."""
    assert np.abs(np.asarray(pixels)[..., :3].astype(int) - wanted).max() <= 3


@pytest.mark.parametrize("ratio", [1, 2])
def test_pixels_are_those_of_the_table(open_view, ratio):
    """Every cell of every panel; on a fine screen the canvas is finer."""
    view = open_view("note", device_scale_factor=ratio)
    x, y, z = (panel.value[0] for panel in CASES["note"]().panels)
    assert_close(view.pixels(0, 4, 5)[0], sequential(x[0], x.min(), x.max()))
    assert_close(view.pixels(1, 4, 5), sequential(y, y.min(), y.max()))
    assert_close(view.pixels(2, 4, 5), sequential(z, z.min(), z.max()))
    box = view.panel(2).bounding_box()
    assert view.panel(2).evaluate("canvas => canvas.width") == pytest.approx(ratio * box["width"], abs=1)


def test_a_stretched_row_is_repeated_pale(open_view):
    """One row in full colour, the others of the same colour but fainter."""
    pixels = np.asarray(open_view("note").pixels(0, 4, 5))
    assert (pixels[0, :, 3] == 255).all()
    assert (pixels[1:, :, 3] < 110).all()
    assert np.abs(pixels[1, :, :3].astype(int) - pixels[0, :, :3]).max() < 8


def test_each_channel_has_its_own_pixels(open_view):
    """The next channel by button, one by the slider."""
    view = open_view("note", received=False)
    z = CASES["note"]().panels[2].value
    view.page.get_by_role("button", name="Next").click()
    view.settle()
    assert_close(view.pixels(2, 4, 5), sequential(z[1], z[1].min(), z[1].max()))
    view.page.get_by_role("slider", name="axis 0").focus()
    view.page.keyboard.press("End")
    view.settle()
    assert_close(view.pixels(2, 4, 5), sequential(z[4], z[4].min(), z[4].max()))


def test_signed_tensors_have_zero_in_the_middle(open_view):
    """Features are signed, the map is not."""
    view = open_view("gate")
    x, alpha, z = (panel.value[0] for panel in CASES["gate"]().panels)
    assert_close(view.pixels(0, 20, 20, place=(0.5, 0.5)), diverging(x[..., 0], np.abs(x).max()))
    assert_close(view.pixels(1, 20, 20, place=(0.5, 0.5)), sequential(alpha[..., 0], 0, 1))
    assert_close(view.pixels(2, 20, 20, place=(0.5, 0.5)), diverging(z[..., 0], np.abs(z).max()))


def test_odd_values_carry_patterns(open_view):
    """NaN, both infinities and clipped values differ by pattern, not by colour alone, and are counted."""
    view = open_view("strange")
    cells = {"nan": (0, 0), "above": (1, 1), "below": (2, 2), "plain": (0, 3)}
    spots = [(y, x) for y in (0.05, 0.1, 0.15, 0.85, 0.9) for x in (0.05, 0.12, 0.2, 0.3, 0.7, 0.8)]
    seen = {
        name: tuple(tuple(view.pixels(0, 4, 5, place=spot)[row][col][:3]) for spot in spots)
        for name, (row, col) in cells.items()
    }
    assert len(set(seen["plain"])) == 1
    assert all(len(set(seen[name])) > 1 for name in ("nan", "above", "below"))
    bright = {name: tuple(sum(pixel) > 380 for pixel in seen[name]) for name in ("nan", "above", "below")}
    assert len(set(bright.values())) == 3
    assert view.page.locator(".kinds").first.inner_text().split() == ["1", "NaN", "1", "+∞", "1", "−∞"]
    view.page.get_by_role("button", name="Next").click()
    view.settle()
    assert "above the range" in view.page.locator(".kinds").nth(2).inner_text()


def test_a_tensor_of_nan_alone_is_drawn(open_view):
    """Never a blank panel."""
    view = open_view("nan")
    assert view.page.locator(".kinds").first.inner_text() == "6 NaN"
    view.point(0, 0, 0, 2, 3)
    assert view.sum == "(0, 0): NaN = NaN + 1"


@pytest.mark.parametrize(
    ("case", "note"),
    [
        ("zero", "An axis has size 0, so there is nothing to draw."),
        ("large", "5,000,000 elements are too many to draw; the limit is 4,000,000."),
    ],
)
def test_what_cannot_be_drawn_says_so(open_view, case, note):
    """Beside it the others are drawn and work."""
    view = open_view(case)
    assert view.page.get_by_role("note").inner_text() == note
    view.point(0, 0, 0, 2, 3)
    assert view.sum


def tile(view, place):
    """Pixels of one tile of the gallery, 20 x 20."""
    script = """(canvas, place) => {
        const frame = canvas.parentElement.querySelector('.chosen:not(.faint)').getBoundingClientRect();
        const ratio = canvas.width / canvas.getBoundingClientRect().width, gap = 3;
        const line = Math.floor((canvas.width / ratio + gap) / (frame.width + gap));
        const x = (place % line) * (frame.width + gap) * ratio;
        const y = Math.floor(place / line) * (frame.height + gap) * ratio;
        const size = Math.round(frame.width * ratio);
        const image = canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), size, size).data;
        return Array.from({length: 20}, (_, r) => Array.from({length: 20}, (_, c) => {
            const at = 4 * (Math.floor((r + 0.5) * size / 20) * size + Math.floor((c + 0.5) * size / 20));
            return Array.from(image.slice(at, at + 3));
        }));
    }"""
    return view.page.locator("canvas.sheet").evaluate(script, place)


def test_the_gallery_shows_every_channel(open_view):
    """256 tiles in one canvas: before, after, the difference; in the order of the person."""
    view = open_view("gate", received=False)
    x, _, z = (panel.value[0] for panel in CASES["gate"]().panels)
    most = {name: np.abs(value).max() for name, value in (("x", x), ("z", z), ("change", z - x))}
    for place in (0, 1, 100, 255):
        assert_close(tile(view, place), diverging(z[..., place], most["z"]))
    view.page.get_by_role("button", name="Before").click()
    view.settle()
    assert_close(tile(view, 100), diverging(x[..., 100], most["x"]))
    view.page.get_by_role("button", name="Difference").click()
    view.settle()
    assert_close(tile(view, 100), diverging((z - x)[..., 100], most["change"]))
    view.page.get_by_role("button", name="After").click()
    view.page.get_by_label("Order").select_option("energy")
    view.settle()
    assert_close(tile(view, 3), diverging(z[..., CASES["gate"]().orders[0].channels[3]], most["z"]))


def test_rows_and_columns_can_change_places(open_view):
    """And Python receives it."""
    view = open_view("note")
    view.page.get_by_text("Axes and colours").click()
    view.page.get_by_label("Rows").select_option("2")
    view.python_has(axes=[2, 1])
    z = CASES["note"]().panels[2].value[0].T
    assert_close(view.pixels(2, 5, 4), sequential(z, z.min(), z.max()))


def test_ranges_can_be_shared(open_view):
    """One range for all tensors."""
    view = open_view("note", received=False)
    values = [panel.value for panel in CASES["note"]().panels]
    view.page.get_by_text("Axes and colours").click()
    view.page.get_by_label("Range").select_option("shared")
    view.settle()
    assert_close(view.pixels(1, 4, 5), sequential(values[1][0], 1, values[2].max()))
    assert view.page.locator(".ends").nth(0).inner_text() == view.page.locator(".ends").nth(2).inner_text()


class _Numbers:
    """The first panel of a page and the font of its numbers."""

    def __init__(self, view):
        self._base = view.page.locator("canvas.base").first

    @property
    def picture(self):
        return self._base.evaluate("canvas => canvas.toDataURL()")

    @property
    def font_is_there(self):
        return self._base.evaluate(
            "canvas => document.fonts.check(`12px ${getComputedStyle(canvas).getPropertyValue('--st-code-font')}`, '0')"
        )


def test_numbers_are_drawn_again_when_their_font_comes_late(open_view):
    """The first picture has another font; the last is that of a page whose font is there at once."""
    held = []
    late = open_view("note", prepare=lambda page: page.route("**/SourceCode*", lambda route: held.append(route)))  # noqa: PLW0108  # Playwright marks it
    numbers = _Numbers(late)
    assert not numbers.font_is_there
    before = numbers.picture
    for route in held:
        route.continue_()
    for _ in range(PATIENCE_MS // 30):
        late.page.wait_for_timeout(30)
        if numbers.picture != before:
            break
    assert numbers.font_is_there
    prompt = open_view("note")
    assert _Numbers(prompt).font_is_there
    assert _Numbers(prompt).picture == numbers.picture
