"""A picture or an array for the inputs of a model, for the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.limits import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE, MAX_UPLOAD_BYTES
from sandbox.model_file.file import ModelFile
from sandbox.model_run.inputs import check_sizes

_FORMATS = ["PNG", "JPEG", "WEBP"]
_SIDE = 224  # where the model leaves rows or columns open
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet, as in torchvision's docs
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)

SCALES: dict[str, Callable[[Array], Array]] = {  # from 0..255
    "0..1": lambda pixels: pixels / 255,
    "-1..1": lambda pixels: pixels / 127.5 - 1,
    "imagenet": lambda pixels: (pixels / 255 - _MEAN) / _SPREAD if pixels.shape[-1] == 3 else pixels / 255,
    "none": lambda pixels: pixels,
}


def file_inputs(model: ModelFile, path: Path, scale: str, seed: int) -> dict[str, Array]:
    """The file for every input that it fits; noise for the others. Inputs of whole numbers get pixels from 0 to 255.

    Raises:
        MergeError: it is no picture and no array of numbers, or fits no input.
    """
    found = noise_inputs(model, seed)
    fitting = {}
    for entry in model.inputs:
        array = _read(path, entry.shape, "none" if _whole(entry.dtype) else scale)
        if array is not None:
            fitting[entry.name] = array
    if not fitting:
        raise invalid_request("{file} fits none of the inputs of the model.", file=path.name[:60])
    return found | fitting


def noise_inputs(model: ModelFile, seed: int) -> dict[str, Array]:
    """Numbers between 0 and 1 for every input, by seed; 0 and 1 where it takes whole numbers."""
    shapes = [_known(entry.shape) for entry in model.inputs]
    check_sizes(shapes)
    generator = np.random.default_rng(seed)
    return {
        entry.name: generator.random(shape, np.float32).round(0 if _whole(entry.dtype) else 7)
        for entry, shape in zip(model.inputs, shapes, strict=True)
    }


def _whole(dtype: str) -> bool:
    return "int" in dtype or dtype == "bool"


def _known(shape: Shape | None) -> tuple[int, ...]:
    """One sample; sizes that are left open become 224 for rows and columns, else 8."""
    open_size = _SIDE if shape is not None and len(shape) == 4 else 8
    return tuple((1 if axis == 0 else open_size) if size is None else size for axis, size in enumerate(shape or (1,)))


def _read(path: Path, shape: Shape | None, scale: str) -> Array | None:
    """The file in the shape that an input takes; None where it does not fit."""
    if path.stat().st_size > MAX_UPLOAD_BYTES:
        raise invalid_request("The file has more than {limit} MB.", limit=MAX_UPLOAD_BYTES // 1_000_000)
    if path.suffix.lower() == ".npy":
        return _read_array(path, shape)
    if shape is None or len(shape) != 4 or shape[-1] not in _MODES:
        return None
    return SCALES[scale](_pixels(path, shape).astype(np.float32)).astype(np.float32)


def _read_array(path: Path, shape: Shape | None) -> Array | None:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if array.dtype.kind not in "fiub":
            raise ValueError(array.dtype)
    except (ValueError, OSError, EOFError):
        raise invalid_request("{file} is not an array of numbers (.npy).", file=path.name[:60]) from None
    wide = array if shape is None or array.ndim == len(shape) else array[None]
    fits = shape is None or (
        wide.ndim == len(shape) and all(size in (None, own) for size, own in zip(shape, wide.shape, strict=True))
    )
    return np.asarray(wide) if fits else None


def _pixels(path: Path, shape: Shape) -> Array:
    from PIL import Image  # noqa: PLC0415  # the listing needs none

    rows, columns, channels = (size or _SIDE for size in shape[1:])
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > MAX_IMAGE_PIXELS or max(image.size) > MAX_IMAGE_SIDE:
                raise invalid_request(
                    "The picture is larger than {limit} megapixels.", limit=MAX_IMAGE_PIXELS // 1_000_000
                )
            resized = image.convert(_MODES[channels]).resize((columns, rows), Image.Resampling.BILINEAR)
    except (OSError, SyntaxError, Image.DecompressionBombError):
        raise invalid_request("{file} is not a PNG, JPEG or WebP picture.", file=path.name[:60]) from None
    return np.asarray(resized).reshape(1, rows, columns, channels)
