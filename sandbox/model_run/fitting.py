"""A picture or volume in the shape, channels and dtype that an input of a model takes.

The one place for the page and for the terminal, so that a file gives the same values in both.
"""

from __future__ import annotations

from math import prod

import numpy as np

from core import Sentence
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.limits import MAX_ELEMENTS
from sandbox.model_run.input_arrays import RANGE_NOTES, SCALINGS, Picture, check_shape, own_array

_GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow converts


def fit_picture(
    picture: Picture, declared: Shape, dtype: str, scaling: str, shape: tuple[int, ...] | None = None
) -> tuple[Array, tuple[Sentence, ...]]:
    """A picture or volume as an input takes it, and what was changed.

    Args:
        picture: as read.
        declared: shape of the input, batch first.
        dtype: of the input.
        scaling: one of `SCALINGS`.
        shape: that is wanted; by default open axes get the size of the picture.

    Raises:
        MergeError: the input takes no picture of this rank or number of channels, or it would be too large.
    """
    notes = []
    if picture.pixels.ndim == 4 and len(declared) == 4:
        count = len(picture.pixels)
        picture = Picture(picture.pixels[count // 2], picture.most, picture.notes, picture.least)
        notes.append(Sentence("The middle slice of the volume is used: {number} of {count}.", number=count // 2 + 1,
                              count=count))  # fmt: skip
    if len(declared) != picture.pixels.ndim + 1:
        scaled = SCALINGS[scaling].apply(picture.pixels, picture.least, picture.most)
        array, said = own_array(scaled if picture.pixels.ndim == 4 else scaled[..., 0], declared, dtype)
        return array, (*notes, *said)
    wanted = check_shape(picture_shape(declared, picture) if shape is None else shape, declared)
    if wanted[1:-1] != picture.pixels.shape[:-1]:
        notes.append(
            Sentence("The picture of {own} is resized to {shape}.", own=picture.pixels.shape[:-1], shape=wanted[1:-1])
        )
    array = picture_array(picture, wanted, scaling, dtype)
    return array, (*notes, *_channel_notes(picture.pixels.shape[-1], wanted[-1]))


def reading_notes(picture: Picture, scaling: str) -> tuple[Sentence, ...]:
    """What reading the file changed; without what is said of a range or window where the stored values are used.

    Args:
        picture: as read.
        scaling: one of `SCALINGS`.
    """
    return tuple(note for note in picture.notes if scaling != "none" or note.template not in RANGE_NOTES)


def _channel_notes(own: int, wanted: int) -> list[Sentence]:
    """What became of the channels: an even number is one with alpha."""
    notes, colours = [], own - (own in (2, 4))
    if own == wanted:
        return []
    if colours == 1 and wanted > 1:
        notes.append(Sentence("The grey values are repeated for red, green and blue."))
    if colours > 1 and wanted == 1:
        notes.append(Sentence("The colours are converted to grey."))
    if colours < own and wanted in (1, 3):
        notes.append(Sentence("The alpha channel is left out."))
    if colours == own and wanted == 4:
        notes.append(Sentence("An alpha channel of 1 is added."))
    return notes


def picture_shape(declared: Shape, picture: Picture) -> tuple[int, ...]:
    """The shape in which a model takes a picture: open axes get the size of the picture, as far as the limit allows.

    Args:
        declared: of the input, batch first.
        picture: as read.
    """
    own = (1, *picture.pixels.shape)
    sizes = own if len(own) == len(declared) else (1,) * len(declared)
    shape = _filled(declared, sizes)
    if prod(shape) <= MAX_ELEMENTS:
        return shape
    factor = (MAX_ELEMENTS / prod(shape)) ** (1 / max(1, declared[1:-1].count(None)))
    return _filled(declared, (*own[:1], *(max(1, int(size * factor)) for size in sizes[1:-1]), sizes[-1]))


def _filled(declared: Shape, sizes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size if want is None else want for want, size in zip(declared, sizes, strict=True))


def picture_array(picture: Picture, shape: tuple[int, ...], scaling: str, dtype: str) -> Array:
    """A picture or volume in a shape.

    Args:
        picture: as read.
        shape: (n, rows, columns, channels) or (n, depth, rows, columns, channels); it is repeated n times.
        scaling: one of `SCALINGS`.
        dtype: of the input.
    """
    sized = _resized(_with_channels(picture.pixels, shape[-1]), shape[1:-1])
    scaled = SCALINGS[scaling].apply(sized, picture.least, picture.most)
    kind = np.dtype(dtype).kind
    rounded = scaled.round() if kind in "iu" else scaled
    return np.repeat(rounded.astype(dtype)[None], shape[0], axis=0)


def _resized(pixels: Array, sizes: tuple[int, ...]) -> Array:
    """Bilinear, with the average over all pixels that become one; a volume also along its depth."""
    if pixels.shape[:-1] == sizes:
        return pixels
    if len(sizes) == 3:
        slices = np.stack([_resized(one, sizes[1:]) for one in pixels]).astype(np.float32)
        flat = _plane_resized(slices.reshape(len(slices), -1), (sizes[0], slices[0].size))
        return flat.reshape(*sizes, pixels.shape[-1])
    return np.stack([_plane_resized(plane, sizes) for plane in np.moveaxis(pixels, -1, 0)], axis=-1)


def _plane_resized(plane: Array, sizes: tuple[int, ...]) -> Array:
    """(rows, columns) float32 in other sizes."""
    from PIL import Image  # noqa: PLC0415  # noise and arrays need none

    rows, columns = sizes
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    return np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR))


def _with_channels(pixels: Array, wanted: int) -> Array:
    """(..., 1, 2, 3 or 4) with 1, 3 or 4 channels; an even count is one with alpha. Other counts stay as they are."""
    count = pixels.shape[-1]
    if count == wanted:
        return pixels
    alpha = pixels[..., -1:] if count in (2, 4) else np.ones_like(pixels[..., :1])
    colour = pixels[..., : count - 1] if count in (2, 4) else pixels
    if count > 4 or wanted not in (1, 3, 4):
        raise invalid_request("The picture has {count} channels; the input takes {wanted}.", count=count, wanted=wanted)
    if wanted == 1:
        return colour if colour.shape[-1] == 1 else (colour @ np.asarray(_GREY, np.float32))[..., None]
    colour = np.repeat(colour, 3, axis=-1) if colour.shape[-1] == 1 else colour
    return colour if wanted == 3 else np.concatenate([colour, alpha], axis=-1)
