"""Overlays on a slice: (rows, columns, 3) uint8, in colours safe for colour-blind people."""

from __future__ import annotations

import numpy as np

from ..dtypes import Array

WARM = (255, 176, 0)  # α, and the prediction
COOL = (86, 180, 233)  # the ground truth
_COVER = 0.62  # opacity at a weight of 1


def lay_over(image: Array, weights: Array, colour: tuple[int, int, int] = WARM) -> Array:
    """The slice in grey under a colour whose opacity follows the weights.

    Args:
        image: (H, W, 1) from 0 to 1.
        weights: (h, w, 1) from 0 to 1; H and W are integer multiples of h and w, and each weight covers its block.
        colour: red, green, blue.
    """
    blocks = _enlarged(weights[..., 0], image.shape[:2])
    share = (_COVER * np.clip(blocks, 0, 1))[..., None]
    return _bytes(_grey(image) * (1 - share) + np.array(colour) * share)


def draw_outline(picture: Array, mask: Array, colour: tuple[int, int, int]) -> Array:
    """The picture with the outline of a region in colour.

    Args:
        picture: (k H, k W, 3) uint8, k an integer.
        mask: (H, W, 1), above 0.5 inside the region.
        colour: red, green, blue.
    """
    inside = _enlarged(mask[..., 0] > 0.5, picture.shape[:2])
    padded = np.pad(inside, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    drawn = picture.copy()
    drawn[inside & ~inner] = colour
    return drawn


def enlarge(picture: Array, factor: int) -> Array:
    """Each pixel as a block of factor × factor, so that a browser does not blur it."""
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def _grey(image: Array) -> Array:
    grey: Array = np.repeat(np.clip(image, 0, 1) * 255, 3, axis=-1)
    return grey


def _enlarged(plane: Array, size: tuple[int, ...]) -> Array:
    return plane.repeat(size[0] // plane.shape[0], axis=0).repeat(size[1] // plane.shape[1], axis=1)


def _bytes(picture: Array) -> Array:
    return np.round(picture).astype(np.uint8)
