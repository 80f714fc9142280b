"""Numbers as they are sent to the browser."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from .model import Array


def floats_of(value: Array) -> Array:
    """One row of float32."""
    with np.errstate(over="ignore"):
        flat: Array = value.astype(np.float32, copy=False).ravel()
    return flat


def digest_of(value: Array) -> str:
    """Tells whether a painted copy still belongs to these numbers."""
    return sha256(f"{value.shape}".encode() + floats_of(value).tobytes()).hexdigest()[:16]
