"""Numbers as they are sent to the browser."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from ui.tensor_view.model import Array


def floats_of(value: Array) -> Array:
    """One row of float32."""
    with np.errstate(over="ignore"):
        flat: Array = value.astype(np.float32, copy=False).ravel()
    return flat  # a view where it can be


def digest_of(value: Array) -> str:
    """Tells whether a painted copy still belongs to these numbers."""
    found = sha256(f"{value.shape}".encode())
    found.update(floats_of(value).view(np.uint8).data)  # no copy
    return found.hexdigest()[:16]
