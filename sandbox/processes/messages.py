"""One message: the length of a header, the header as JSON, then the bytes of the arrays. Never pickle.

Arrays are C-contiguous, of native byte order, of the dtypes in `SENDABLE`. Neither side trusts the other: sizes are
checked before memory is allocated.
"""

from __future__ import annotations

import json
import operator
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Message = tuple[dict[str, Any], list[Array]]

SENDABLE = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)
MAX_HEADER = 1_000_000  # bytes
_MAX_RANK = 32  # more than any tensor here has, less than NumPy's own limit
_LENGTH = struct.Struct(">I")


class FrameError(ValueError):
    """A message that cannot be sent, or that does not follow the format."""


@dataclass(frozen=True)
class Frame:
    """A message in the form in which it is sent.

    Attributes:
        text: the header, and the dtype and shape of each array, as JSON.
        arrays: the arrays, ready to be written.
    """

    text: bytes
    arrays: tuple[Array, ...]

    @property
    def array_bytes(self) -> int:
        """Bytes of all arrays together."""
        return sum(array.nbytes for array in self.arrays)


def encode(header: dict[str, Any], arrays: Iterable[Array] = ()) -> Frame:
    """Convert a message into the form in which it is sent.

    Args:
        header: values that JSON can hold; NumPy's integers become integers.
        arrays: of any memory layout.

    Raises:
        FrameError: an array of another dtype (complex, text, objects), or a header that JSON cannot hold.
    """
    ready = tuple(_native(array) for array in arrays)
    entries = [{"dtype": array.dtype.name, "shape": array.shape} for array in ready]
    try:
        text = json.dumps({"header": header, "arrays": entries}, default=operator.index)
    except (TypeError, ValueError) as error:
        raise FrameError(f"The header does not fit into JSON: {error}") from None
    if len(text) > MAX_HEADER:
        raise FrameError(f"The header has {len(text):,} bytes; up to {MAX_HEADER:,} are sent.")
    return Frame(text.encode("ascii"), ready)


def _native(array: Array) -> Array:
    dtype = array.dtype.newbyteorder("=")
    if dtype.name not in SENDABLE:
        raise FrameError(f"Arrays of {dtype.name} are not sent.")
    if array.dtype.isnative and array.flags.c_contiguous:
        return array  # itself, whose digest may be known; NumPy would return a view
    return np.asarray(array, dtype=dtype, order="C")


def write(stream: BinaryIO, frame: Frame) -> None:
    """Write what `encode` made."""
    stream.write(_LENGTH.pack(len(frame.text)) + frame.text)
    for array in frame.arrays:
        if array.size:
            stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read(stream: BinaryIO, most_bytes: int) -> Message | None:
    """Read the next message.

    Args:
        stream: a pipe, open for reading.
        most_bytes: of all arrays together; more is rejected before memory is allocated.

    Returns:
        Header and arrays, or None at the end of the stream.

    Raises:
        FrameError: the message was not made by `write`, is incomplete, or is too large.
    """
    start = stream.read(_LENGTH.size)
    if len(start) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(start)
    if length > MAX_HEADER:
        raise FrameError(f"A header of {length:,} bytes.")
    try:
        frame = json.loads(_exactly(stream, bytearray(length)))
        entries = [(np.dtype(entry["dtype"]), tuple(entry["shape"])) for entry in frame["arrays"]]
        header = dict(frame["header"])
    except (ValueError, KeyError, TypeError) as error:
        raise FrameError(f"Not a message: {error}") from None
    _check_entries(entries, most_bytes)
    return header, [_read_array(stream, dtype, shape) for dtype, shape in entries]


def _check_entries(entries: Sequence[tuple[np.dtype[Any], tuple[int, ...]]], most_bytes: int) -> None:
    """Reject other dtypes, invalid shapes and too many bytes."""
    for dtype, shape in entries:
        whole = all(isinstance(size, int) and size >= 0 for size in shape)
        if dtype.name not in SENDABLE or not whole or len(shape) > _MAX_RANK:
            raise FrameError(f"An array of {dtype} and shape {shape}"[:200])
    total = sum(prod(shape) * dtype.itemsize for dtype, shape in entries)
    if total > most_bytes:
        raise FrameError(f"{total:,} bytes of arrays; up to {most_bytes:,} are sent.")


def _read_array(stream: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    array = np.empty(prod(shape), dtype)
    if array.size:
        _exactly(stream, array.view(np.uint8).data)
    return array.reshape(shape)


def _exactly(stream: BinaryIO, space: Any) -> Any:
    """Fill the buffer, or raise: a pipe may end in the middle of a message."""
    view, filled = memoryview(space), 0
    while filled < len(view):
        count = stream.readinto(view[filled:])  # type: ignore[attr-defined]  # BinaryIO leaves out what BufferedReader has
        if not count:
            raise FrameError("The message is incomplete.")
        filled += count
    return space
