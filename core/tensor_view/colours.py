"""Colour look-up tables of 256 x 3 values from 0 to 255, used by the browser's canvas and by every export.

All are perceptually uniform and keep their order under colour blindness; the tests measure both.

Sources: cividis: Nuñez, Anderton, Renslow 2018 (doi 10.1371/journal.pone.0199239); viridis: Smith, van der Walt 2015;
both published as CC0, here from ten anchors of each. "diverging" is computed here after Kovesi 2015 (arXiv:1509.03700):
two hues that every kind of colour blindness distinguishes, lightness in even steps, the middle exactly at 128; in the
colour space OKLab (Ottosson 2020).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from ..dtypes import Array

COUNT = 256
MIDDLE = 128  # the entry for zero in a diverging map

_ANCHORS = {
    "cividis": "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
    "viridis": "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
}
COLOURS = (*_ANCHORS, "diverging")

_LIGHTEST, _DARKEST = 0.965, 0.40  # lightness of the middle and of both ends
_CHROMA = 0.135  # of the ends
_BLUE, _ORANGE = 252.0, 52.0  # hues in degrees

# OKLab to the roots of the cone responses, and those to linear sRGB
_TO_CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
)
_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@cache
def colours(name: str) -> Array:
    """A look-up table.

    Args:
        name: one of `COLOURS`.

    Returns:
        uint8, (256, 3), not writable. The low end comes first; in "diverging" zero is entry 128.

    Raises:
        KeyError: no such table.
    """
    table = _diverging() if name == "diverging" else _between(_ANCHORS[name])
    table.flags.writeable = False
    return table


def _between(anchors: str) -> Array:
    """Linear interpolation between the anchors in OKLab, where equal steps look equal."""
    rgb = np.array([list(bytes.fromhex(anchor)) for anchor in anchors.split()], np.float64)
    lab = _lab(rgb / 255)
    at = np.linspace(0, len(lab) - 1, COUNT)
    return _bytes(np.stack([np.interp(at, np.arange(len(lab)), lab[:, part]) for part in range(3)], axis=-1))


def _diverging() -> Array:
    """Blue below zero, orange above; equally dark at equal distance from it."""
    position = (np.arange(COUNT) - MIDDLE) / (COUNT - 1 - MIDDLE)  # from a little under -1 to 1
    far = np.minimum(np.abs(position), 1.0)
    chroma = _CHROMA * np.sin(far * np.pi / 2)  # rises fast near zero, so that signs are visible early
    hue = np.radians(np.where(position < 0, _BLUE, _ORANGE))
    lightness = _LIGHTEST + (_DARKEST - _LIGHTEST) * far
    return _bytes(np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1))


def _bytes(lab: Array) -> Array:
    linear = np.clip((lab @ _TO_CONES.T) ** 3 @ _TO_LINEAR.T, 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    table: Array = np.round(rgb * 255).astype(np.uint8)
    return table


def _lab(rgb: Array) -> Array:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(np.linalg.solve(_TO_LINEAR, linear.T))
    lab: Array = np.linalg.solve(_TO_CONES, cones).T
    return lab
