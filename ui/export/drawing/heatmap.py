"""One heatmap: colours, marks, broadcast copies and numbers, as `browser/paint.js` draws them; in NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.dtypes import Array
from ui.export.drawing.layout import Plan
from ui.export.drawing.numbers import in_cell
from ui.export.drawing.scale import (
    DARK,
    Extent,
    Scale,
    choose,
    finite_range,
    ink_on,
    make_scale,
    marks_of,
    paint,
    union,
)
from ui.export.drawing.snapshot import Look

PALE = 97 / 255  # opacity of broadcast copies: 0.38, in the 8 bits of a canvas
SMALL = 16  # pixels of a cell from which on its frame lies within it; around a smaller one, so that its value shows
DOTTED = 20  # likewise, from which on a pinned cell has a dot
_MOST_NUMBERS = 700
_GRID = 22  # CSS pixels of a cell from which on lines are drawn between cells
_LEGIBLE = 9  # CSS pixels of the smallest numbers
_SHORT, _NARROW = 20, 22  # CSS pixels of a cell from which on its number is written


@dataclass(frozen=True)
class Number:
    """One number in its cell: centre in CSS pixels, text, colour, and whether it needs a plain background."""

    x: float
    y: float
    text: str
    ink: tuple[int, int, int]
    plate: bool


@dataclass(frozen=True, eq=False)
class Heat:
    """The slice of one panel.

    Attributes:
        plan: the part that is drawn.
        values: float32, (rows, cols).
        width: CSS pixels.
        height: CSS pixels.
        sequential: name of the colour table for values of one sign.
        extent: range of the colours.
        diverging: whether zero is in the middle of the range.
        dim: whether the panel does not contribute to this slice of the output.
        coarse: see `scale.paint`.
    """

    plan: Plan
    values: Array
    width: float
    height: float
    sequential: str
    extent: Extent
    diverging: bool
    dim: bool = False
    coarse: int = 1

    @property
    def scale(self) -> Scale:
        """The mapping from values to colours."""
        return make_scale(self.extent, self.diverging, self.sequential)

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell in CSS pixels."""
        rows, cols = self.plan.foot
        return self.width / cols, self.height / rows

    @cached_property
    def marks(self) -> Array:
        """The mark of each element, or 0."""
        return marks_of(np.asarray(self.values, np.float64), self.scale)

    @property
    def has_grid(self) -> bool:
        """Whether there are lines between the cells: only where there are numbers in them."""
        return min(self.cell) >= _GRID and bool(self.numbers[1])

    def counts(self) -> dict[int, int]:
        """The number of elements with each mark."""
        kinds, counts = np.unique(self.marks[self.marks > 0], return_counts=True)
        return dict(zip(kinds.tolist(), counts.tolist(), strict=True))

    @cached_property
    def numbers(self) -> tuple[float, tuple[Number, ...]]:
        """The font size in CSS pixels, and the numbers; none where they would not fit."""
        (width, height), most = self.cell, max(abs(self.scale.low), abs(self.scale.high))
        if self.dim or self.values.size > _MOST_NUMBERS or height < _SHORT or width < _NARROW or not self.values.size:
            return 0, ()
        for full in (True, False):  # long integers in full where there is room
            texts = [[in_cell(float(value), most, full=full) for value in row] for row in self.values]
            longest = max([1, *(len(text) for row in texts for text in row)])
            size = min(height * 0.42, width * 0.86 / (longest * 0.6), 26)
            if size >= _LEGIBLE:
                break
        else:
            return 0, ()
        colours = paint(self.values, self.scale)[0]
        found = [
            self._number(row, col, text, size, colours)
            for row, line in enumerate(texts)
            for col, text in enumerate(line)
        ]
        return size, tuple(found)

    def _number(self, row: int, col: int, text: str, size: float, colours: Array) -> Number:
        (width, height), mark = self.cell, bool(self.marks[row, col])
        ink = ink_on(colours[row, col]) if np.isfinite(self.values[row, col]) and not mark else DARK
        return Number((col + 0.5) * width, (row + 0.5) * height + size * 0.06, text, ink, mark)

    def pixels(self, ratio: float, ground: tuple[int, int, int]) -> Array:
        """Return the heatmap without marks, lines and numbers.

        Args:
            ratio: image pixels per CSS pixel.
            ground: colour behind the broadcast copies.

        Returns:
            uint8, (height, width, 3).
        """
        high, wide = pixel_size(self.height, ratio), pixel_size(self.width, ratio)
        down = _cell_of_pixel(high, self.plan.rows, self.plan.row_copies)
        across = _cell_of_pixel(wide, self.plan.cols, self.plan.col_copies)
        colours = paint(self.values, self.scale, self.coarse)[0]
        picture = colours[np.ix_(down[0], across[0])]
        faded = self.dim | (down[1][:, None] > 0) | (across[1][None, :] > 0)
        if self.plan.row_copies > 1 and self.plan.col_copies > 1:
            picture[faded] = colours[0, 0]  # one element broadcast along both axes
        pale = np.round(picture * PALE + np.array(ground) * (1 - PALE)).astype(np.uint8)
        done: Array = np.where(faded[..., None], pale, picture)
        return done


def pixel_size(size: float, ratio: float) -> int:
    """Convert CSS pixels to pixels, rounded as JavaScript does."""
    return max(1, math.floor(size * ratio + 0.5))


def sampled(count: int, pixels: int) -> Array:
    """Return the cells that are drawn: if there are more cells than pixels, they are sampled evenly."""
    drawn = max(1, min(count, pixels))
    at: Array = np.floor((np.arange(drawn) + 0.5) * count / drawn).astype(int)
    return at


def _cell_of_pixel(pixels: int, count: int, copies: int) -> tuple[Array, Array]:
    """For each pixel along a side: the cell that it shows, and the copy of the cells in which it lies."""
    drawn = sampled(count, pixels)
    length = pixels / copies
    copy = np.minimum(np.floor((np.arange(pixels) + 0.5) / length), copies - 1).astype(int)
    inside = (np.arange(pixels) + 0.5 - copy * length) / length * len(drawn)
    return drawn[np.minimum(inside.astype(int), len(drawn) - 1)], copy


def heat_of(look: Look, number: int, plan: Plan, box: tuple[float, float], ratio: float, coarse: int = 1) -> Heat:
    """Return the heatmap of a panel for the selected slice.

    Args:
        look: the view and the selection.
        number: of the panel.
        plan: the part that is drawn.
        box: width and height in CSS pixels.
        ratio: image pixels per CSS pixel; determines the cells drawn if there are more cells than pixels.
        coarse: see `scale.paint`.
    """
    values, inside = look.slice_of(number)
    own = look.own_ranges[number]
    assert own is not None

    def of_slice() -> Extent:
        if look.panels[number]["paintable"] or look.panels[number]["limits"]:  # steady under a stroke
            return own
        rows, cols = sampled(plan.rows, pixel_size(box[1], ratio)), sampled(plan.cols, pixel_size(box[0], ratio))
        compared = [values, *look.compared_slice(number)]
        found = [finite_range(each[np.ix_(rows, cols)]) for each in compared]
        return union([one for one in found if one is not None] or [own])

    scale = look.view.scale
    limits = look.meta["scale"]["limits"]
    all_own = [one for one in look.own_ranges if one is not None]
    extent, diverging = choose(look.kind, look.range, own, all_own, limits, of_slice)
    return Heat(plan, values, *box, scale.sequential, extent, diverging, not inside, coarse)
