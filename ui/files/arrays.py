"""NumPy's own files. A header is read and checked first; numbers are touched only when it holds what it promises."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from core.dtypes import Array
from core.errors import invalid_request
from core.files.npy import numbers_of, read_header
from core.files.zip_members import ZipLimits, check_members, open_zip, read_member
from core.limits import MAX_ARCHIVE_MEMBERS, MAX_ELEMENTS, MAX_RANK, MAX_UPLOAD_BYTES, check_elements

_SHOWN = 30  # characters of a dtype that an error repeats
_LIMITS = ZipLimits(MAX_ARCHIVE_MEMBERS, MAX_UPLOAD_BYTES)  # arrays of zeros are packed to a thousandth


def checked(array: Array) -> Array:
    """An array that a merge can take.

    Raises:
        MergeError: objects, text, complex numbers, too many axes or elements.
    """
    _check(array.shape, array.dtype)
    if array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def read_npy(content: bytes) -> dict[str, Array]:
    """The array of an `.npy`, under an empty name.

    Raises:
        MergeError: no NumPy file, damaged, cut off, or of anything but real numbers.
    """
    return {"": _npy(content)}


def read_npz(content: bytes) -> dict[str, Array]:
    """The arrays of an `.npz`.

    Raises:
        MergeError: damaged, too large when unpacked, a name twice, or one of its arrays is refused.
    """
    with open_zip(content) as archive:
        members = check_members(archive, len(content), _LIMITS)
        entries = {name: info for name, info in members.items() if name.endswith(".npy")}
        if not entries:
            raise invalid_request("The archive holds no arrays.")
        return {name.removesuffix(".npy"): _npy(read_member(archive, info)) for name, info in entries.items()}


def _npy(content: bytes) -> Array:
    header = read_header(io.BytesIO(content), len(content))
    _check(header.shape, header.dtype)
    return checked(numbers_of(content, header))


def _check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if dtype.hasobject:
        raise invalid_request("The array holds Python objects; only numbers are read.")
    if dtype.kind not in "biuf":
        raise invalid_request("{dtype} cannot be drawn; please save real numbers.", dtype=str(dtype)[:_SHOWN])
    if len(shape) > MAX_RANK:
        raise invalid_request(
            "The array has {count} axes; at most {limit} are drawn.", count=len(shape), limit=MAX_RANK
        )
    if 0 in shape and max(shape) > MAX_ELEMENTS:  # together they are no number at all
        part = f"{max(shape):,}"[:_SHOWN]
        raise invalid_request("Sizes go up to {limit}; {part} is larger.", part=part, limit=f"{MAX_ELEMENTS:,}")
    check_elements([shape], ())
