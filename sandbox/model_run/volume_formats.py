"""Readers of TIFF, DICOM and NIfTI by tifffile, pydicom and nibabel. Only a fenced child imports this.

A new format is one function and one row in `READERS`.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from math import prod
from typing import Any

import numpy as np

from core import Sentence
from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS
from sandbox.model_run.input_arrays import DIVIDED, STRETCHED, SWAPPED, WINDOW

_MOST_VALUES = 8 * MAX_ELEMENTS  # decoded; more than `MAX_ELEMENTS` are averaged before they are sent
_TYPES = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65_535}  # whose whole range becomes 0 to 1, as in a PNG


@dataclass(frozen=True)
class Values:
    """What a file holds.

    Attributes:
        array: (rows, columns, channels) or (depth, rows, columns, channels), as stored or in the units of the file.
        least: the value that becomes 0; larger than `most` in a file whose low values are bright.
        most: the value that becomes 1.
        notes: what was changed or left out, and the range or window.
    """

    array: Array
    least: float
    most: float
    notes: tuple[Sentence, ...] = ()


def _tiff(content: bytes) -> Values:
    """The first series; pages are the depth, samples and channels the last axis."""
    library = _library("tifffile")
    with library.TiffFile(BytesIO(content)) as file:
        series = file.series[0]
        _check(series.shape)
        values, page = np.asarray(series.asarray()), series.keyframe
        photometric = getattr(page.photometric, "name", "")
        colormap = page.colormap if photometric == "PALETTE" else None
    array, notes = _channels_last(values, str(series.axes))
    if colormap is not None:
        array = np.moveaxis(np.asarray(colormap)[:, array[..., 0]], 0, -1)
        notes.append(Sentence("The palette of the file is applied."))
    found = _in_range(array, notes)
    return _swapped(found, "MINISWHITE") if photometric == "MINISWHITE" else found


def _channels_last(values: Array, axes: str) -> tuple[Array, list[Sentence]]:
    """(rows, columns, channels), with the depth in front if there is one; of any further axis the first position.

    Args:
        values: as stored.
        axes: a letter for each axis, as tifffile names them: Y rows, X columns, S samples, C channels, Z depth.
    """
    notes = []
    last = next((letter for letter in "SC" if letter in axes), "")
    further = [letter for letter in axes if letter not in ("Y", "X", last)]
    depth = next((letter for letter in ("Z", *further) if letter in further and _size(values, axes, letter) > 1), "")
    for letter in further:
        if letter == depth:
            continue
        size, at = _size(values, axes, letter), axes.index(letter)
        values, axes = values.take(0, at), axes.replace(letter, "", 1)
        if size > 1:
            notes.append(Sentence("Only the first of {count} along axis {axis} is used.", count=size, axis=letter))
    order = [axes.index(letter) for letter in (*depth, "Y", "X", *last)]
    turned = values.transpose(order)
    return (turned if last else turned[..., None]), notes


def _size(values: Array, axes: str, letter: str) -> int:
    return int(values.shape[axes.index(letter)])


def _dicom(content: bytes) -> Values:
    """Pixels after the modality transformation (such as Hounsfield units), within the window of the file."""
    library, pixels = _library("pydicom"), _library("pydicom.pixels")
    data = library.dcmread(BytesIO(content), force=True)
    if "TransferSyntaxUID" not in data.file_meta:  # a file without the header is of the default syntax
        data.file_meta.TransferSyntaxUID = library.uid.ImplicitVRLittleEndian
    samples, frames = int(data.get("SamplesPerPixel", 1)), int(data.get("NumberOfFrames", 1) or 1)
    _check((frames, int(data.Rows), int(data.Columns), samples))
    stored, photometric = data.pixel_array, str(data.get("PhotometricInterpretation", ""))
    if photometric == "PALETTE COLOR":
        return _in_range(pixels.apply_color_lut(stored, data), [Sentence("The palette of the file is applied.")])
    if samples > 1:
        return _in_range(stored, [])
    values = np.asarray(pixels.apply_modality_lut(stored, data), np.float32)[..., None]
    found = _windowed(values, data) or _by_values(values, [])
    return _swapped(found, photometric) if photometric == "MONOCHROME1" else found


def _windowed(values: Array, data: Any) -> Values | None:
    """The first window of a DICOM file (PS3.3 C.11.2.1.2); None if it has none."""
    centre, width = (_first(data.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None or width < 1:
        return None
    exact = str(data.get("VOILUTFunction", "LINEAR")) == "LINEAR_EXACT"
    middle, span = (centre, width) if exact else (centre - 0.5, width - 1)
    note = Sentence(WINDOW, center=centre, width=width)
    return Values(values, middle - span / 2, middle + span / 2, (note,))


def _first(value: Any) -> float | None:
    """A number that may be given several times."""
    if value is None or value == "":
        return None
    return float(value if isinstance(value, (int, float)) else value[0])


def _nifti(content: bytes) -> Values:
    """The first volume, with the scaling of the file; the file has columns first."""
    library = _library("nibabel")
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(BytesIO(content)) as stream:
            content = stream.read(8 * _MOST_VALUES + 100_000)
    image = (library.Nifti2Image if content[4:7] == b"n+2" else library.Nifti1Image).from_bytes(content)
    shape, notes = image.shape, []
    if prod(shape[3:]) > 1:
        notes.append(Sentence("Only the first of {count} volumes is used.", count=prod(shape[3:])))
    _check(shape[:3])
    values = np.asarray(image.dataobj[(..., *[0] * len(shape[3:]))], dtype=np.float32)
    notes.append(Sentence("The axes of the file (x, y, z) are read as (depth, rows, columns): (z, y, x)."))
    flat = values.ndim == 3 and values.shape[2] == 1
    return _by_values((values[..., 0] if flat else values).transpose()[..., None], notes)


def _in_range(array: Array, notes: Sequence[Sentence]) -> Values:
    """Unsigned integers of 8 and 16 bits by the range of their type, everything else by that of the values."""
    most = _TYPES.get(array.dtype)
    if most is None:
        return _by_values(array, notes)
    if most > 255:
        notes = (*notes, Sentence("The picture has 16 bits per pixel."))
    largest = int(array.max()) if array.size else 0
    if most <= 255 or not 0 < largest < most / 2:
        return Values(array, 0.0, float(most), tuple(notes))
    note = Sentence(DIVIDED, largest=largest, most=most)
    return Values(array, 0.0, float(most), (*notes, note))


def _by_values(array: Array, notes: Sequence[Sentence]) -> Values:
    """From the smallest to the largest value, which is said; values from 0 to 1 stay as they are."""
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if array.dtype.kind in "fb" and least >= 0 and most <= 1:
        return Values(array, 0.0, 1.0, tuple(notes))
    note = Sentence(STRETCHED, least=f"{least:g}", most=f"{most:g}")
    return Values(array, least, most, (*notes, note))


def _swapped(found: Values, reason: str) -> Values:
    """The same values with the low ones bright."""
    note = Sentence(SWAPPED, reason=reason)
    return Values(found.array, found.most, found.least, (*found.notes, note))


def pixels_of(found: Values) -> tuple[Array, list[Sentence]]:
    """The values as float32 with `least` at 0 and `most` at 1; what lies outside a window lies outside of 0 to 1.

    Returns:
        At most `MAX_ELEMENTS` values, and a note if there were more: then they are means of blocks.
    """
    width, factor = found.most - found.least, 1
    pixels = (found.array.astype(np.float32) - np.float32(found.least)) / np.float32(width if width else 1.0)
    while _count(pixels.shape, factor) > MAX_ELEMENTS:
        factor += 1
    if factor == 1:
        return pixels, []
    small = pixels
    for axis in range(pixels.ndim - 1):
        starts = np.arange(0, small.shape[axis], factor)
        lengths = np.diff([*starts, small.shape[axis]]).reshape([-1 if at == axis else 1 for at in range(small.ndim)])
        small = np.add.reduceat(small, starts, axis) / lengths.astype(np.float32)
    note = Sentence(
        "The file holds {shape}, more than {limit} values: means over {factor} positions along each axis are used.",
        shape=str(pixels.shape[:-1]), limit=f"{MAX_ELEMENTS:,}", factor=factor,
    )  # fmt: skip
    return small, [note]


def _count(shape: tuple[int, ...], factor: int) -> int:
    count = shape[-1]
    for size in shape[:-1]:
        count *= -(-size // factor)
    return count


def _check(shape: Sequence[int]) -> None:
    count = prod(int(size) for size in shape)
    if not 0 < count <= _MOST_VALUES:
        raise invalid_request(
            "The file holds {count} values; up to {limit} are read.", count=f"{count:,}", limit=f"{_MOST_VALUES:,}"
        )


def _library(name: str) -> Any:
    """An optional package.

    Raises:
        MergeError: it is not installed; says how to install it.
    """
    try:
        return import_module(name)
    except ImportError:
        raise invalid_request(
            "To read this file, install {library}: pip install -r requirements-volumes.txt",
            library=name.split(".", 1)[0],
        ) from None


READERS: dict[str, Callable[[bytes], Values]] = {"tiff": _tiff, "dicom": _dicom, "nifti": _nifti}
