"""Antialiased shapes, as a canvas draws them: each pixel is blended by the share of it that is covered."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from core.dtypes import Array
from ui.export.drawing.scale import ABOVE, BELOW, BRIGHT, DARK, NAN, OVER, UNDER
from ui.export.drawing.theme import Rgb

_TILE = 6  # CSS pixels of a pattern
_FINE = 8  # samples along a side of a pixel
_LINES: dict[int, list[list[tuple[float, float]]]] = {  # strokes of the patterns, as browser/paint.js: makePatterns
    NAN: [[(-1, 7), (7, -1)], [(-1, 1), (1, -1)], [(5, 7), (7, 5)]],
    ABOVE: [[(0.5, 4), (3, 1.5), (5.5, 4)]],
    BELOW: [[(0.5, 1.5), (3, 4), (5.5, 1.5)]],
}
_DOTS = {OVER: 0, UNDER: 3}
_STROKE = 1.2


def fill(pixels: Array, box: tuple[float, float, float, float], colour: Rgb, opacity: float = 1.0) -> None:
    """Fill a rectangle in place.

    Args:
        pixels: uint8, (height, width, 3).
        box: left, top, right, bottom in pixels, fractions allowed; what lies outside is left out.
        colour: of the fill.
        opacity: 0 to 1.
    """
    left, top, right, bottom = box
    across, down = _cover(left, right, pixels.shape[1]), _cover(top, bottom, pixels.shape[0])
    blend(pixels, np.outer(down[1], across[1]) * opacity, (down[0], across[0]), colour)


def blend(pixels: Array, share: Array, corner: tuple[int, int], colour: Rgb) -> None:
    """Blend a colour into pixels in place, by `share`, starting at a corner (row, column)."""
    row, col = corner
    part = pixels[row : row + share.shape[0], col : col + share.shape[1]]
    mixed = part + (np.array(colour) - part) * share[: part.shape[0], : part.shape[1], None]
    part[...] = np.round(mixed).astype(np.uint8)


def outline(pixels: Array, box: tuple[float, float, float, float], width: float, colour: Rgb, opacity: float) -> None:
    """Draw the outline of a rectangle, centred on its edge; corners are covered once."""
    (left, top, right, bottom), half = box, width / 2
    high, wide = pixels.shape[:2]
    (row, down), (col, across) = _cover(top - half, bottom + half, high), _cover(left - half, right + half, wide)
    (low, tall), (far, broad) = _cover(top + half, bottom - half, high), _cover(left + half, right - half, wide)
    share, y, x = np.outer(down, across), low - row, far - col
    share[y : y + len(tall), x : x + len(broad)] -= np.outer(tall, broad)
    blend(pixels, share * opacity, (row, col), colour)


def disc(pixels: Array, centre: tuple[float, float], radius: float, colour: Rgb) -> None:
    """Draw a filled circle around (x, y)."""
    x, y = centre
    row, col = max(0, int(y - radius)), max(0, int(x - radius))
    high, wide = int(y + radius) + 2 - row, int(x + radius) + 2 - col
    down, across = ((np.arange(size * _FINE) + 0.5) / _FINE for size in (high, wide))
    inside = np.hypot(across[None, :] + col - x, down[:, None] + row - y) <= radius
    blend(pixels, inside.reshape(high, _FINE, wide, _FINE).mean(axis=(1, 3)), (row, col), colour)


def _cover(first: float, past: float, size: int) -> tuple[int, Array]:
    """Return the first pixel touched, and the covered share of it and of the following pixels."""
    first, past = max(0.0, first), min(float(size), past)
    begin, end = int(np.floor(first)), int(np.ceil(past))
    if past <= first:
        return begin, np.zeros(0)
    at = np.arange(begin, end)
    share: Array = np.minimum(past, at + 1) - np.maximum(first, at)
    return begin, share


def rounded(size: tuple[int, int], box: tuple[float, float, float, float], radius: float) -> Array:
    """Return the share of each pixel covered by a rectangle with rounded corners; (height, width)."""
    mask = Image.new("L", (size[0] * 4, size[1] * 4))
    ImageDraw.Draw(mask).rounded_rectangle([4 * part for part in box], 4 * radius, fill=255)
    share: Array = np.asarray(mask.resize(size, Image.Resampling.BOX)) / 255
    return share


@cache
def pattern(mark: int, ratio: float) -> tuple[Array, Array]:
    """Return one tile of the pattern of a mark: its colours, and the opacity of each pixel.

    Returns:
        float (side, side, 3) of 0 to 255, and float (side, side) of 0 to 1.
    """
    side = max(1, round(_TILE * ratio))
    at = (np.arange(side * _FINE) + 0.5) / (_FINE * ratio)
    colour, share = np.zeros((side, side, 3)), np.zeros((side, side))
    for ink, inside in _layers(mark, at[None, :], at[:, None]):
        part = inside.reshape(side, _FINE, side, _FINE).mean(axis=(1, 3))
        whole = part + share * (1 - part)
        mixed = part[..., None] * np.array(ink) + (share * (1 - part))[..., None] * colour
        colour = np.divide(mixed, whole[..., None], out=np.zeros_like(mixed), where=whole[..., None] > 0)
        share = whole
    return colour, share


def _layers(mark: int, x: Array, y: Array) -> list[tuple[Rgb, Array]]:
    if mark in _DOTS:
        top = _DOTS[mark]
        return [
            (BRIGHT, (x >= 1) & (x < 4) & (y >= top) & (y < top + 3)),
            (DARK, (x >= 1.5) & (x < 3.5) & (y >= top + 0.5) & (y < top + 2.5)),
        ]
    return [(ink, _stroked(_LINES[mark], x, y - shift)) for shift, ink in ((0.8, BRIGHT), (0.0, DARK))]


def _stroked(lines: list[list[tuple[float, float]]], x: Array, y: Array) -> Array:
    """Return the area of strokes: butt caps and mitre joins, as on a canvas."""
    inside = np.zeros(np.broadcast_shapes(x.shape, y.shape), bool)
    for line in lines:
        for corner, ((x0, y0), (x1, y1)) in enumerate(pairwise(line)):
            length = np.hypot(x1 - x0, y1 - y0)
            along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length
            off = np.abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
            before, after = (_point(line, corner), _point(line, corner + 1))
            inside |= (along >= -before) & (along <= length + after) & (off <= _STROKE / 2)
    return inside


def _point(line: list[tuple[float, float]], corner: int) -> float:
    """Return how far a stroke extends beyond a corner for its mitre join."""
    if corner in (0, len(line) - 1):
        return 0.0
    (x0, y0), (x1, y1), (x2, y2) = line[corner - 1 : corner + 2]
    turn = np.arctan2(y2 - y1, x2 - x1) - np.arctan2(y1 - y0, x1 - x0)
    return float(_STROKE / 2 * abs(np.tan(turn / 2)))
