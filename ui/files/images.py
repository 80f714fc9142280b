"""Pictures as tensors of one sample: (1, height, width, 3), float32 from 0 to 1."""

from __future__ import annotations

import numpy as np

from core import Sentence
from core.dtypes import Array
from sandbox.model_run.pictures import read_picture

_SIDE = 512  # pixels to which a larger picture is scaled down


def read_image(content: bytes) -> dict[str, Array]:
    """The first frame of a picture, upright and in RGB without its alpha, under an empty name.

    Raises:
        MergeError: no picture of the three formats, damaged, or too large.
    """
    pixels = read_picture(content, _SIDE).pixels
    colour = pixels[..., :-1] if pixels.shape[-1] in (2, 4) else pixels
    return {"": np.repeat(colour, 3, axis=-1)[None] if colour.shape[-1] == 1 else colour[None]}


def image_notes(content: bytes) -> tuple[Sentence, ...]:
    """What `read_image` changes about a picture, and the range of its values if it is unusual."""
    picture, converted = read_picture(content, _SIDE), Sentence("The picture is converted to RGB.")
    if picture.pixels.shape[-1] == 3 or converted in picture.notes:
        return picture.notes
    return (*picture.notes, converted)
