"""The one table of backends. A new backend is one file and one row."""

from __future__ import annotations

from ...errors import invalid_request, shown
from .jax import JAX
from .numpy import NUMPY
from .row import Backend
from .tensorflow import TENSORFLOW
from .torch import TORCH

__all__ = ["BACKENDS", "TENSORFLOW", "Backend", "find_backend", "row"]

BACKENDS: dict[str, Backend] = {row.name: row for row in (TENSORFLOW, JAX, TORCH, NUMPY)}


def find_backend(name: str) -> Backend:
    """The row of a backend.

    Raises:
        MergeError: names the known backends.
    """
    row = BACKENDS.get(name) if isinstance(name, str) else None  # anything else may not even be hashable
    if row is None:
        raise invalid_request(
            "There is no backend {name}; choose one of {names}.", name=shown(name), names=", ".join(BACKENDS)
        )
    return row
