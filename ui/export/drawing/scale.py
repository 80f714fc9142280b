"""Maps values to colours: the rules of `browser/colour.js` in NumPy, equal in every byte.

The colour tables are those of `core.tensor_view.colours`. The tests read the browser's canvas back and compare every
pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.dtypes import Array
from core.tensor_view.colours import MIDDLE, colours

NAN, ABOVE, BELOW, OVER, UNDER = 1, 2, 3, 4, 5  # values without a colour of their own are marked by a pattern
MARKS = {NAN: "mark_nan", ABOVE: "mark_above", BELOW: "mark_below", OVER: "mark_over", UNDER: "mark_under"}
NOTHING = (0x8A, 0x8A, 0x8A)  # the grey below the pattern of NaN
DARK, BRIGHT = (0x10, 0x15, 0x1C), (0xFF, 0xFF, 0xFF)  # text on a colour
Extent = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """The range of values, and the colour table.

    Attributes:
        low: value at the lower end.
        high: value at the upper end.
        diverging: whether zero is in the middle.
        table: name in `core.tensor_view.colours`.
    """

    low: float
    high: float
    diverging: bool
    table: str

    @property
    def factor(self) -> float:
        """Table entries per unit of value."""
        return 127 / self.high if self.diverging else 255 / (self.high - self.low)

    @property
    def start(self) -> float:
        """The entry for the value 0, which may lie outside the table."""
        return MIDDLE if self.diverging else (-255 * self.low) / (self.high - self.low)

    @property
    def slack(self) -> float:
        """Tolerance for rounding, within which a value does not count as clipped."""
        return (self.high - self.low) * 1e-6


def make_scale(extent: Extent, diverging: bool, sequential: str) -> Scale:
    """Return the scale of a range; an empty range is widened by 0.5 on each side."""
    low, high = extent
    if diverging:
        most = max(abs(low), abs(high)) or 1.0
        return Scale(-most, most, True, "diverging")
    return Scale(*((low - 0.5, high + 0.5) if low == high else (low, high)), False, sequential)


def finite_range(values: Array) -> Extent | None:
    """Return the smallest and the largest finite value; None if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def union(ranges: Sequence[Extent]) -> Extent:
    """Return the smallest range that contains all given ranges."""
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def choose(
    kind: str, extent: str, own: Extent, all_own: Sequence[Extent], limits: Extent | None, slice_: Callable[[], Extent]
) -> tuple[Extent, bool]:
    """Return the range of a panel, and whether zero is in its middle.

    Args:
        kind: "auto", "sequential" or "diverging".
        extent: "channel", "tensor", "shared" or "fixed".
        own: range of the whole tensor.
        all_own: those of all panels.
        limits: of "fixed".
        slice_: returns the range of the slice on screen.
    """
    shared = {"shared": lambda: union(all_own), "fixed": lambda: limits or own}.get(extent)
    found = shared() if shared else slice_() if extent == "channel" else own
    # The whole tensor decides the kind: stepping through channels must not change the colour table.
    low, high = found if shared else own
    return found, kind == "diverging" or (kind == "auto" and low < 0 < high)


def paint(values: Array, scale: Scale, coarse: int = 1) -> tuple[Array, Array]:
    """Return the colours and marks of values.

    Args:
        values: any shape.
        scale: the mapping from values to colours.
        coarse: use every n-th table entry; 1 means all. A GIF has at most 256 colours.

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
    """Reduce table entries to every n-th; zero keeps its own."""
    if coarse == 1:
        return entry
    step: Array = ((entry - MIDDLE + coarse // 2) // coarse * coarse + MIDDLE).clip(0, 255)
    return step


def marks_of(values: Array, scale: Scale) -> Array:
    """Return the mark of each value, or 0."""
    rules = {
        NAN: np.isnan(values), ABOVE: values == np.inf, BELOW: values == -np.inf,
        OVER: values > scale.high + scale.slack, UNDER: values < scale.low - scale.slack,
    }  # fmt: skip
    found: Array = np.select(list(rules.values()), list(rules), 0).astype(np.uint8)
    return found


def ink_on(colour: Array) -> tuple[int, int, int]:
    """Return black or white, whichever has more contrast to a colour."""
    weighed = ((np.asarray(colour, float) / 255) ** 2.2) @ (0.2126, 0.7152, 0.0722)
    return DARK if weighed > 0.19 else BRIGHT
