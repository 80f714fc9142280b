"""The wall: every channel of a panel as a thumbnail, in the chosen order, on the colour scale of the page."""

from __future__ import annotations

import numpy as np

from core.dtypes import Array
from ui.export.drawing.heatmap import heat_of
from ui.export.drawing.layout import plan_of
from ui.export.drawing.snapshot import Look
from ui.export.drawing.theme import Rgb

LEAST = 12  # channels from which on a wall says more than the panels
_MOST = 1_024  # channels of a wall
_SIDE = 48  # pixels of a thumbnail
_GAP = 4  # pixels between thumbnails


def walls_worth_showing(look: Look) -> tuple[int, ...]:
    """Return the panels that a wall compares: the first with the shape of the output, and the output; or none."""
    last, count = len(look.panels) - 1, len(look.channel_order)
    if not LEAST <= count <= _MOST or not look.is_drawable(last):
        return ()
    shape = look.view.panels[last].value.shape
    before = next((n for n in range(last) if look.is_drawable(n) and look.view.panels[n].value.shape == shape), None)
    return () if before is None else (before, last)


def wall_of(look: Look, number: int, aspect: float, ground: Rgb) -> Array:
    """Draw the wall of a panel.

    Args:
        look: the view and the selection.
        number: of the panel.
        aspect: desired width / height.
        ground: colour between the thumbnails.

    Returns:
        uint8, (height, width, 3).
    """
    order, plan = list(look.channel_order), plan_of(look, number)
    rows, cols = plan.foot
    high = max(1, round(_SIDE * min(1.0, rows / cols)))
    wide = max(1, round(_SIDE * min(1.0, cols / rows)))
    across, down = _grid(len(order), aspect * (high + _GAP) / (wide + _GAP))
    pixels = np.empty((down * (high + _GAP) - _GAP, across * (wide + _GAP) - _GAP, 3), np.uint8)
    pixels[:] = ground
    for number_on_wall, channel in enumerate(order):
        heat = heat_of(look.moved(channel), number, plan, (wide, high), 1)
        top, left = (number_on_wall // across) * (high + _GAP), (number_on_wall % across) * (wide + _GAP)
        pixels[top : top + high, left : left + wide] = heat.pixels(1, ground)
    return pixels


def _grid(count: int, aspect: float) -> tuple[int, int]:
    """Return the columns and rows that make square cells largest in a rectangle of this aspect."""
    grids = [(across, -(-count // across)) for across in range(1, count + 1)]
    return max(grids, key=lambda grid: (min(aspect / grid[0], 1 / grid[1]), -grid[0] * grid[1]))
