"""NumPy's own file format. A header is read and checked first; numbers are touched only when it holds what it says."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import IO, Any, Literal

import numpy as np

from ..dtypes import Array
from ..errors import invalid_request

_MOST_HEADER = 10_000  # characters
_VERSIONS = {  # the third differs from the second in the names of fields alone, and no array here has fields
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
    (3, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(frozen=True)
class NpyHeader:
    """What a file says that it holds.

    Attributes:
        shape: of the array.
        dtype: of its elements.
        order: row by row ("C") or column by column ("F").
        start: bytes before the numbers.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    order: Literal["C", "F"]
    start: int

    @property
    def numbers(self) -> int:
        """Bytes that the numbers need."""
        return prod(self.shape) * self.dtype.itemsize


def read_header(stream: IO[bytes], size: int) -> NpyHeader:
    """Read the header of an `.npy` and compare it with the size of the file.

    Args:
        stream: at the start of the file; afterwards at its first number.
        size: bytes of the whole file.

    Raises:
        MergeError: no NumPy file, a damaged header, Python objects, or more or fewer bytes than the header says.
    """
    try:
        start = stream.read(np.lib.format.MAGIC_LEN)
    except (OSError, ValueError, EOFError):
        start = b""
    if not start.startswith(np.lib.format.MAGIC_PREFIX):
        raise invalid_request("This is not a NumPy file.")
    try:
        read = _VERSIONS[(start[-2], start[-1])]
        shape, fortran, dtype = read(stream, max_header_size=_MOST_HEADER)
        if any(type(one) is not int or one < 0 for one in shape):
            raise ValueError
    except Exception:  # NumPy raises a dozen kinds here; each means the same to a user
        raise invalid_request("The header of the file is damaged.") from None
    if dtype.hasobject:
        raise invalid_request("The array holds Python objects; only numbers are read.")
    header = NpyHeader(shape, dtype, "F" if fortran else "C", stream.tell())
    if header.numbers != size - header.start:
        raise invalid_request(
            "The file says {promised} bytes of numbers but holds {held}.",
            promised=f"{header.numbers:,}",
            held=f"{size - header.start:,}",
        )
    return header


def numbers_of(content: bytes, header: NpyHeader) -> Array:
    """The array of a whole file, in the byte order of this machine and writable.

    Args:
        content: of the file.
        header: as read from it.
    """
    flat = np.frombuffer(content, header.dtype, count=prod(header.shape), offset=header.start)
    array: Array = flat.reshape(header.shape, order=header.order).copy()
    return array.astype(array.dtype.newbyteorder("="), copy=False)
