"""Numbers as they are sent to the browser: float32, and doubles where float32 would round integers."""

from __future__ import annotations

import numpy as np

from ..digests import KeptWithArray, digest
from .model import Array

_EXACT = 2**24  # up to here float32 holds every integer
EXACT_DOUBLE = 2**53  # and float64


def needs_doubles(value: Array) -> bool:
    """Whether float32 would round some of these integers."""
    return value.dtype.kind in "iu" and value.dtype.itemsize > 2 and largest(value) > _EXACT


def largest(value: Array) -> int:
    """The largest magnitude among integers; 0 where there are none."""
    return max(abs(int(value.min())), abs(int(value.max()))) if value.size else 0


def drawn_values(value: Array) -> Array:
    """The values as float32, or as float64 where float32 would round integers; a view where it can be."""
    with np.errstate(over="ignore"):
        drawn: Array = value.astype(np.float64 if needs_doubles(value) else np.float32, copy=False)
    return drawn


def row_of(value: Array) -> Array:
    """One row of `drawn_values`; doubles are seen as pairs of float32."""
    return drawn_values(value).ravel().view(np.float32)


def row_size(value: Array) -> int:
    """How many float32 `row_of` has."""
    return 2 * value.size if needs_doubles(value) else value.size


def digest_of(value: Array) -> str:
    """Tells whether a painted copy still belongs to these numbers."""
    return _DIGESTS.get(value, _digest_of)


def name_values(value: Array, name: str) -> None:
    """Let a read-only tensor have this digest: that of how it is made, which is known before its values are."""
    _DIGESTS.put(value, name)


def frame_digests(values: Array) -> list[str]:
    """Of each frame along the first axis, as float32."""
    return _FRAMES.get(values, lambda frames: [_digest_of(frame) for frame in frames.astype(np.float32, copy=False)])


def _digest_of(value: Array) -> str:
    return digest(str(value.shape), drawn_values(value))[:16]


_DIGESTS: KeptWithArray[str] = KeptWithArray()
_FRAMES: KeptWithArray[list[str]] = KeptWithArray()
