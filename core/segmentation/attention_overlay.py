"""An attention map of any size laid over an image: resized bilinearly, coloured, with a contour.

Images are (H, W, channels) from 0 to 1; maps (h, w) from 0 to 1; pictures (H, W, 3) uint8.
"""

from __future__ import annotations

import numpy as np

from core.colours import colours
from core.dtypes import FLOAT32, Array

_TABLE = "viridis"  # colour-blind safe, and unlike the grey of the image
_LINE = (255, 255, 255)


def resize_map(weights: Array, size: tuple[int, int]) -> Array:
    """A map at another resolution, bilinear with half-pixel centres, as `keras.ops.image.resize` does it.

    Args:
        weights: (h, w).
        size: rows and columns of the result.

    Returns:
        float32, of that size.
    """
    rows, columns = (_weights_along(old, new) for old, new in zip(weights.shape, size, strict=True))
    resized: Array = rows @ weights.astype(np.float64) @ columns.T
    return resized.astype(FLOAT32)


def grey(image: Array) -> Array:
    """(H, W) of an image with 1, 2 (grey, alpha), 3 or 4 channels; of any other number their mean."""
    channels = image.shape[-1]
    if channels in (1, 2):
        return image[..., 0]
    found: Array = (
        image[..., :3] @ np.array([0.299, 0.587, 0.114]) if channels in (3, 4) else image.mean(axis=-1)
    )  # BT.601
    return found


def overlay(image: Array, weights: Array, *, opacity: float = 0.6, contour: float | None = 0.5) -> Array:
    """The image in grey under the coloured map.

    Args:
        image: (H, W, channels) from 0 to 1.
        weights: (h, w) from 0 to 1.
        opacity: of the colour where the map is 1; it falls in proportion to the map.
        contour: value of the map along which a white line is drawn; None for no line.

    Returns:
        (H, W, 3) uint8.
    """
    size = (image.shape[0], image.shape[1])
    resized = np.nan_to_num(resize_map(weights, size)).clip(0, 1)
    ground = np.repeat(np.nan_to_num(grey(image)).clip(0, 1)[..., None] * 255, 3, axis=-1)
    share = (opacity * resized)[..., None]
    tint = colours(_TABLE)[np.round(resized * 255).astype(np.intp)][..., :3]
    picture: Array = np.round(ground * (1 - share) + tint * share).astype(np.uint8)
    if contour is not None:
        picture[border(resized >= contour)] = _LINE
    return picture


def border(inside: Array) -> Array:
    """The elements of a region, (H, W) bool, that have a neighbour outside of it; the edge of the image is none."""
    padded = np.pad(inside, 1, mode="edge")
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    found: Array = inside & ~inner
    return found


def _weights_along(old: int, new: int) -> Array:
    """(new, old): how much each old element contributes to each new one."""
    centres = (np.arange(new) + 0.5) * old / new - 0.5
    low = np.floor(centres).astype(np.intp)
    part = centres - low
    found = np.zeros((new, old))
    for index, share in ((low, 1 - part), (low + 1, part)):
        np.add.at(found, (np.arange(new), index.clip(0, old - 1)), share)
    return found
