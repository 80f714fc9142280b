"""A user's own values: `.npy`, `.npz`, `.csv`, images, pasted lists. Sizes are checked before anything is unpacked."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from PIL import Image

from core.dtypes import Array
from core.errors import MergeError, unclear
from core.limits import (
    MAX_ARCHIVE_MEMBERS,
    MAX_ELEMENTS,
    MAX_IMAGE_PIXELS,
    MAX_IMAGE_SIDE,
    MAX_RANK,
    MAX_TEXT,
    MAX_UPLOAD_BYTES,
)

_SHOWN = 30  # characters of a bad value that an error repeats


def read_file(name: str, content: bytes) -> dict[str, Array]:
    """The arrays in a file, by name.

    Args:
        name: of the file; its ending says what it holds.
        content: all of it.

    Raises:
        MergeError: one clear sentence on what is wrong with the file.
    """
    reader = READERS.get(name.lower().rpartition(".")[2])
    if reader is None:
        raise unclear("Only {endings} are accepted.", endings=", ".join(f".{ending}" for ending in READERS))
    if not content:
        raise unclear("The file is empty.")
    if len(content) > MAX_UPLOAD_BYTES:
        raise unclear(
            "The file has {size} MB; up to {limit} are accepted.",
            size=len(content) // 1_000_000,
            limit=MAX_UPLOAD_BYTES // 1_000_000,
        )
    return reader(content)


def read_list(text: str) -> Array:
    """The array of a pasted nested list such as [[1, 2], [3, 4]].

    Raises:
        MergeError: says where it is ragged, what is not a number, or that it is no list.
    """
    if len(text) > MAX_TEXT:
        raise unclear(
            "The list has {count} characters; up to {limit} are read.", count=f"{len(text):,}", limit=f"{MAX_TEXT:,}"
        )
    try:
        values = json.loads(text.replace("(", "[").replace(")", "]"))
    except (ValueError, RecursionError):
        raise unclear("This is not a list of numbers; it should look like [[1, 2], [3, 4]].") from None
    shape = _list_shape(values, ())
    if len(shape) > MAX_RANK:
        raise unclear("{count} axes were typed; at most {limit} are drawn.", count=len(shape), limit=MAX_RANK)
    return checked(np.array(values, dtype=np.float64 if _any_float(values) else None).reshape(shape))


def checked(array: Array) -> Array:
    """An array that a merge can take.

    Raises:
        MergeError: objects, text, complex numbers, too many axes or cells.
    """
    if array.dtype.hasobject:
        raise unclear("The array holds Python objects; only numbers are read.")
    if array.dtype.kind not in "biuf":
        raise unclear("{dtype} cannot be drawn; please save real numbers.", dtype=str(array.dtype)[:_SHOWN])
    if array.ndim > MAX_RANK:
        raise unclear("The array has {count} axes; at most {limit} are drawn.", count=array.ndim, limit=MAX_RANK)
    if array.size > MAX_ELEMENTS:
        raise unclear(
            "{shape} would be {count} numbers; up to {limit} are computed.",
            shape=array.shape,
            count=f"{array.size:,}",
            limit=f"{MAX_ELEMENTS:,}",
        )
    if array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _read_npy(content: bytes) -> dict[str, Array]:
    return {"": _npy(content)}


def _npy(content: bytes) -> Array:
    if not content.startswith(b"\x93NUMPY"):
        raise unclear("This is not a NumPy file.")
    stream = io.BytesIO(content)
    shape, dtype = _header(stream)
    if dtype.hasobject:
        raise unclear("The array holds Python objects; only numbers are read.")
    promised, held = prod(shape) * dtype.itemsize, len(content) - stream.tell()
    if promised != held:
        raise unclear(
            "The file says {promised} bytes of numbers but holds {held}.", promised=f"{promised:,}", held=f"{held:,}"
        )
    checked(
        np.broadcast_to(np.zeros((), dtype), shape)
        if dtype.kind in "biufc" and len(shape) <= MAX_RANK
        else np.zeros((1,) * min(len(shape), 32), dtype)
    )
    return checked(np.load(io.BytesIO(content), allow_pickle=False))


def _header(stream: io.BytesIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream, max_header_size=10_000)
        if any(type(size) is not int or size < 0 for size in shape):
            raise ValueError
    except Exception:  # numpy raises a dozen kinds here; each means the same to a user
        raise unclear("The header of the file is damaged.") from None
    return shape, dtype


def _read_npz(content: bytes) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, MergeError):
            raise
        raise unclear("The archive is damaged or cut off.") from None


def _members(archive: zipfile.ZipFile) -> dict[str, Array]:
    entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
    if not entries:
        raise unclear("The archive holds no arrays.")
    if len(archive.infolist()) > MAX_ARCHIVE_MEMBERS:
        raise unclear("The archive holds more than {limit} arrays.", limit=MAX_ARCHIVE_MEMBERS)
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UPLOAD_BYTES:
        raise unclear(
            "The archive would unpack to {size} MB; up to {limit} are accepted.",
            size=f"{total // 1_000_000:,}",
            limit=MAX_UPLOAD_BYTES // 1_000_000,
        )
    return {
        entry.filename.removesuffix(".npy"): _npy(archive.open(entry).read(entry.file_size + 1)) for entry in entries
    }


def _read_csv(content: bytes) -> dict[str, Array]:
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row]
    except (UnicodeDecodeError, csv.Error):
        raise unclear("This is not a table of text.") from None
    if not rows:
        raise unclear("The file is empty.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise unclear(
                "Line {line} has {count} values; the first has {expected}.",
                line=number,
                count=len(row),
                expected=len(rows[0]),
            )
    return {"": checked(np.array([[_number(cell, line) for cell in row] for line, row in enumerate(rows, start=1)]))}


def _number(cell: str, line: int) -> float:
    try:
        return float(cell)
    except ValueError:
        raise unclear("Line {line}: {cell} is not a number.", line=line, cell=repr(cell[:_SHOWN])) from None


def _read_image(content: bytes) -> dict[str, Array]:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
            width, height = image.size
            if max(width, height) > MAX_IMAGE_SIDE or width * height > MAX_IMAGE_PIXELS:
                raise unclear(
                    "The picture is {width} × {height}; up to {side} a side and {limit} megapixels are read.",
                    width=width,
                    height=height,
                    side=MAX_IMAGE_SIDE,
                    limit=MAX_IMAGE_PIXELS // 1_000_000,
                )
            image.thumbnail((512, 512))
            pixels = np.asarray(image.convert("RGB"), dtype=np.float32) / 255
    except Image.UnidentifiedImageError:
        raise unclear("This is not a PNG, JPEG or WebP picture.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, MergeError):
            raise
        raise unclear("The picture is damaged or cut off.") from None
    return {"": pixels[None]}


def _list_shape(values: Any, place: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a nested list; a ragged one is named by the place of its first odd part."""
    if isinstance(values, bool | int | float):
        return ()
    if not isinstance(values, list):
        raise unclear("{value} at place {place} is not a number.", value=repr(values)[:_SHOWN], place=list(place))
    if len(place) > MAX_RANK:
        raise unclear("The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK)
    shapes = [_list_shape(value, (*place, number)) for number, value in enumerate(values)]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise unclear(
                "The list is ragged: place {place} has the shape {shape}, the first one beside it {first}.",
                place=[*place, number],
                shape=shape,
                first=shapes[0],
            )
    return (len(values), *(shapes[0] if shapes else ()))


def _any_float(values: Any) -> bool:
    if isinstance(values, list):
        return not values or any(map(_any_float, values))
    return isinstance(values, float) or abs(int(values)) >= 2**63


READERS: dict[str, Callable[[bytes], dict[str, Array]]] = {
    "npy": _read_npy,
    "npz": _read_npz,
    "csv": _read_csv,
    "png": _read_image,
    "jpg": _read_image,
    "jpeg": _read_image,
    "webp": _read_image,
}
