"""A digest of arrays and texts, for keys of caches."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray


def digest(*parts: NDArray[Any] | str) -> str:
    """SHA-256 of dtype, shape and every byte of each array, and of each text, in the order given.

    Equal arrays have equal digests whatever their memory layout. Arrays of Python objects have no bytes of their own.

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
            continue
        if part.dtype.hasobject:
            raise TypeError(f"An array of {part.dtype} has no bytes of its own; convert it to numbers first.")
        found.update(f"array {part.dtype.str} {part.shape} ".encode())
        found.update(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
    return found.hexdigest()
