"""The weights of a gate: given ones are checked, missing ones are drawn from a seed.

Names and layout are Keras's own: `layer/weight`, Dense kernels (in, out), Conv2D kernels (rows, columns, in, out).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from operator import index
from typing import Any, Literal
from zlib import crc32

import numpy as np

from ..dtypes import FLOAT32, Array, autocast
from ..errors import invalid_request, shown

Start = Literal["glorot", "zeros", "ones", "minus ones"]
_STARTS = {"zeros": 0, "ones": 1, "minus ones": -1}


def not_computed(shape: tuple[int, ...]) -> Array:
    """NaN in this shape, in the memory of one value.

    Raises:
        MergeError: NumPy has no index for so many elements.
    """
    try:
        return np.broadcast_to(FLOAT32.type("nan"), shape)
    except ValueError:
        raise invalid_request("{shape} has more elements than can be counted.", shape=shape) from None


class Weights:
    """Supplies weights by name and records which were used.

    Attributes:
        used: every weight that was taken, by name.
        trained: by name, whether it was given.
    """

    def __init__(self, given: Mapping[str, Any] | None, seed: int, *, compute: bool = True) -> None:
        if not isinstance(given, Mapping | None):
            raise invalid_request(
                "Weights are passed as a dict of arrays by name, not as {kind}.", kind=type(given).__name__
            )
        self._given = {name: autocast(array).astype(FLOAT32, copy=False) for name, array in (given or {}).items()}
        try:
            self._seed = index(seed) % 2**63
        except TypeError:
            raise invalid_request("A seed is an integer; got {seed}.", seed=shown(seed)) from None
        self._compute = compute
        self.used: dict[str, Array] = {}
        self.trained: dict[str, bool] = {}

    def take(self, name: str, shape: tuple[int, ...], start: Start = "glorot") -> Array:
        """The weight of this name and shape; drawn from the seed if it was not given.

        Raises:
            MergeError: it was given in another shape.
        """
        array = self._given.get(name)
        if array is not None and array.shape != shape:
            raise invalid_request(
                "The weight {name} has the shape {shape}; expected {expected}.",
                name=name,
                shape=array.shape,
                expected=shape,
            )
        self.trained[name] = array is not None
        self.used[name] = self._initial(name, shape, start) if array is None else array
        return self.used[name]

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a given weight; () if it was not given."""
        array = self._given.get(name)
        return () if array is None else array.shape

    def size(self, name: str, axis: int) -> int | None:
        """Size of one axis of a given weight; None if it was not given or has no such axis."""
        shape = self.shape(name)
        return shape[axis] if -len(shape) <= axis < len(shape) else None

    def check_all_used(self) -> None:
        """Reject weights that no step used: a misspelled name would go unnoticed.

        Raises:
            MergeError: names one of them and the weights of the gate.
        """
        for name in self._given.keys() - self.used.keys():
            raise invalid_request(
                "This gate has no weight {name}; it has {names}.",
                name=shown(name),
                names=", ".join(self.used),
            )

    def _initial(self, name: str, shape: tuple[int, ...], start: Start) -> Array:
        """Keras's initial values: Glorot uniform for kernels; each name has a random stream of its own."""
        if not self._compute:
            return not_computed(shape)
        if start != "glorot":
            return np.full(shape, _STARTS[start], dtype=FLOAT32)
        taps = prod(shape[:-2])
        limit = sqrt(6 / (taps * (shape[-2] + shape[-1])))
        stream = np.random.default_rng([crc32(name.encode()), self._seed])
        drawn = stream.random(shape, dtype=np.float32)
        drawn *= 2  # in place: a run of a gate draws up to a million weights
        drawn -= 1
        drawn *= limit
        return drawn


def pick_weights(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """The weights of one gate out of those of a network.

    Args:
        arrays: by `layer/weight`, as in `assets/weights.npz`.
        prefix: start of the layer names of the gate: "gate20_" turns gate20_psi/bias into psi/bias.
    """
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
