"""Numbers as they are sent to the browser."""

from __future__ import annotations

import numpy as np

from ..digests import KeptWithArray, digest
from .model import Array


def floats_of(value: Array) -> Array:
    """One row of float32."""
    with np.errstate(over="ignore"):
        flat: Array = value.astype(np.float32, copy=False).ravel()
    return flat  # a view where it can be


def digest_of(value: Array) -> str:
    """Tells whether a painted copy still belongs to these numbers."""
    return _DIGESTS.get(value, _digest_of)


def frame_digests(values: Array) -> list[str]:
    """Of each frame along the first axis."""
    return _FRAMES.get(values, lambda frames: [_digest_of(frame) for frame in frames])


def _digest_of(value: Array) -> str:
    return digest(str(value.shape), floats_of(value))[:16]


_DIGESTS: KeptWithArray[str] = KeptWithArray()
_FRAMES: KeptWithArray[list[str]] = KeptWithArray()
