"""From values to colours: the rules of `browser/colour.js` in NumPy, to the same bytes.

The tables are those of `core.colours`. The tests read the browser's canvas back and compare every pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.colours import MIDDLE, colours
from core.dtypes import Array

NAN, ABOVE, BELOW, OVER, UNDER = 1, 2, 3, 4, 5  # what has no colour of its own: marked by a pattern, never hidden
MARKS = {NAN: "mark_nan", ABOVE: "mark_above", BELOW: "mark_below", OVER: "mark_over", UNDER: "mark_under"}
NOTHING = (0x8A, 0x8A, 0x8A)  # the grey under the pattern of a value that is no number
DARK, BRIGHT = (0x10, 0x15, 0x1C), (0xFF, 0xFF, 0xFF)  # ink on a colour
Extent = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """From where to where, and which table.

    Attributes:
        low: value at the lower end.
        high: value at the upper end.
        diverging: whether zero is in the middle.
        table: name in `core.colours`.
    """

    low: float
    high: float
    diverging: bool
    table: str

    @property
    def factor(self) -> float:
        """Entries of the table for a step of 1."""
        return 127 / self.high if self.diverging else 255 / (self.high - self.low)

    @property
    def start(self) -> float:
        """The entry for 0, perhaps outside the table."""
        return MIDDLE if self.diverging else (-255 * self.low) / (self.high - self.low)

    @property
    def slack(self) -> float:
        """A hair beyond the end from rounding is no clipping."""
        return (self.high - self.low) * 1e-6


def make_scale(extent: Extent, diverging: bool, sequential: str) -> Scale:
    """A scale over a range; one without any extent is widened by half on each side."""
    low, high = extent
    if diverging:
        most = max(abs(low), abs(high)) or 1.0
        return Scale(-most, most, True, "diverging")
    return Scale(*((low - 0.5, high + 0.5) if low == high else (low, high)), False, sequential)


def finite_range(values: Array) -> Extent | None:
    """Smallest and largest finite number; None where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def union(ranges: Sequence[Extent]) -> Extent:
    """From the least to the greatest of some ranges."""
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def choose(
    kind: str, extent: str, own: Extent, all_own: Sequence[Extent], limits: Extent | None, slice_: Callable[[], Extent]
) -> tuple[Extent, bool]:
    """The range of a panel, and whether zero is in its middle.

    Args:
        kind: "auto", "sequential" or "diverging".
        extent: "channel", "tensor", "shared" or "fixed".
        own: range of the whole tensor.
        all_own: those of all panels.
        limits: of "fixed".
        slice_: gives the range of the slice on screen.
    """
    shared = {"shared": lambda: union(all_own), "fixed": lambda: limits or own}.get(extent)
    found = shared() if shared else slice_() if extent == "channel" else own
    # Which kind is settled by whole tensors: going through the channels must not swap the colours.
    low, high = found if shared else own
    return found, kind == "diverging" or (kind == "auto" and low < 0 < high)


def paint(values: Array, scale: Scale, coarse: int = 1) -> tuple[Array, Array]:
    """Colours and marks of values.

    Args:
        values: any shape.
        scale: how numbers become colours.
        coarse: of how many entries one is used; 1 is all. A GIF holds 256 colours in all.

    Returns:
        uint8 of the shape (..., 3), and uint8 of the shape (...): 0, or one of the marks.
    """
    wide, table = np.asarray(values, np.float64), colours(scale.table)
    marks = marks_of(wide, scale)
    with np.errstate(invalid="ignore", over="ignore"):
        entry = np.trunc(np.where(marks == 0, scale.start + wide * scale.factor + 0.5, 0)).clip(0, 255).astype(int)
    entry[np.isin(marks, (ABOVE, OVER))] = 255
    painted: Array = table[thinned(entry, coarse)]
    painted[marks == NAN] = NOTHING
    return painted, marks


def thinned(entry: Array, coarse: int) -> Array:
    """Entries of a table in steps; zero keeps its own."""
    if coarse == 1:
        return entry
    step: Array = ((entry - MIDDLE + coarse // 2) // coarse * coarse + MIDDLE).clip(0, 255)
    return step


def marks_of(values: Array, scale: Scale) -> Array:
    """Which mark each value needs, or 0."""
    rules = {
        NAN: np.isnan(values), ABOVE: values == np.inf, BELOW: values == -np.inf,
        OVER: values > scale.high + scale.slack, UNDER: values < scale.low - scale.slack,
    }  # fmt: skip
    found: Array = np.select(list(rules.values()), list(rules), 0).astype(np.uint8)
    return found


def ink_on(colour: Array) -> tuple[int, int, int]:
    """Black or white, whichever reads better on a colour."""
    weighed = ((np.asarray(colour, float) / 255) ** 2.2) @ (0.2126, 0.7152, 0.0722)
    return DARK if weighed > 0.19 else BRIGHT
