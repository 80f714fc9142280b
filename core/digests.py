"""A digest of arrays and texts, for keys of caches."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from hashlib import blake2b, sha256
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Kept = TypeVar("Kept")


def digest(*parts: NDArray[Any] | str) -> str:
    """A digest of dtype, shape and every byte of each array, and of each text, in the order given.

    Equal arrays have equal digests whatever their memory layout. Arrays of Python objects have no bytes of their own.
    The bytes of a read-only array are read once, or not at all (`name_array`).

    Args:
        *parts: arrays of numbers, or texts such as the name of an operation.

    Returns:
        64 hexadecimal digits.

    Raises:
        TypeError: an array of Python objects.
    """
    found = sha256()
    for part in parts:
        if isinstance(part, str):
            content = part.encode()
            found.update(f"text {len(content)} ".encode() + content)
        else:
            found.update(_DIGESTS.get(part, _of_array))
    return found.hexdigest()


def name_array(array: NDArray[Any], *parts: NDArray[Any] | str) -> None:
    """Let a read-only array have a digest of what it was computed from, in place of one of its bytes.

    Args:
        array: the result; the digest of one that might change stays that of its bytes.
        *parts: the name of the function, and its arguments.
    """
    _DIGESTS.put(array, bytes.fromhex(digest("computed", *parts)))


def _of_array(array: NDArray[Any]) -> bytes:
    if array.dtype.hasobject:
        raise TypeError(f"An array of {array.dtype} has no bytes of its own; convert it to numbers first.")
    found = blake2b(f"array {array.dtype.str} {array.shape} ".encode(), digest_size=32)  # SHA-256 takes twice as long
    found.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return found.digest()


def is_constant(array: Any) -> bool:
    """Whether an array can be kept by identity: neither it nor an array whose memory it shows can be written to."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        if array.base is None:
            return True
        array = array.base
    return isinstance(array, bytes)


class KeptWithArray(Generic[Kept]):
    """Results computed from arrays, kept as long as the arrays. Safe from any thread.

    Only those of read-only arrays are kept, not of read-only views of others: they might change.
    """

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._kept: dict[int, tuple[weakref.ref[NDArray[Any]], Kept]] = {}

    def get(self, array: NDArray[Any], make: Callable[[NDArray[Any]], Kept]) -> Kept:
        """The result for an array.

        Args:
            array: of any type.
            make: computes the result, from the array alone.
        """
        if not is_constant(array):
            return make(array)
        number = id(array)
        entry = self._kept.get(number)
        if entry is not None and entry[0]() is array:
            return entry[1]
        result = make(array)
        self._keep(number, array, result)
        return result

    def put(self, array: NDArray[Any], result: Kept) -> None:
        """Keep a result that is known without being computed; not for an array that might change."""
        if is_constant(array):
            self._keep(id(array), array, result)

    def _keep(self, number: int, array: NDArray[Any], result: Kept) -> None:
        self._kept[number] = weakref.ref(array, lambda _: self._kept.pop(number, None)), result


_DIGESTS: KeptWithArray[bytes] = KeptWithArray()
