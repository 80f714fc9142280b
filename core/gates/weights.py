"""The weights of a gate: given ones are checked, missing ones made from a seed.

Names and layout are Keras's own: `layer/weight`, Dense kernels (in, out), Conv2D kernels (rows, columns, in, out).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from operator import index
from typing import Any, Literal
from zlib import crc32

import numpy as np

from core.dtypes import FLOAT32, Array, autocast
from core.errors import invalid_request, shown

Start = Literal["glorot", "zeros", "ones", "minus ones"]
_STARTS = {"zeros": 0, "ones": 1, "minus ones": -1}


class Weights:
    """Hands out weights by name and keeps account of them.

    Attributes:
        used: every weight that was taken, by name.
        trained: by name, whether it was given.
    """

    def __init__(self, given: Mapping[str, Any] | None, seed: int) -> None:
        if not isinstance(given, Mapping | None):
            raise invalid_request("Weights come as a dict of arrays by name, not as {kind}.", kind=type(given).__name__)
        self._given = {name: autocast(array).astype(FLOAT32, copy=False) for name, array in (given or {}).items()}
        try:
            self._seed = index(seed) % 2**63
        except TypeError:
            raise invalid_request("A seed is a whole number; {seed} is not.", seed=shown(seed)) from None
        self.used: dict[str, Array] = {}
        self.trained: dict[str, bool] = {}

    def take(self, name: str, shape: tuple[int, ...], start: Start = "glorot") -> Array:
        """The weight of this name and shape; made from the seed if it was not given.

        Raises:
            MergeError: it was given in another shape.
        """
        array = self._given.get(name)
        if array is not None and array.shape != shape:
            raise invalid_request(
                "The weight {name} has the shape {shape}; here it should be {expected}.",
                name=name,
                shape=array.shape,
                expected=shape,
            )
        self.trained[name] = array is not None
        self.used[name] = self._made(name, shape, start) if array is None else array
        return self.used[name]

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a given convolution kernel; () where there is none."""
        array = self._given.get(name)
        return array.shape if array is not None and array.ndim == 4 else ()

    def size(self, name: str, axis: int) -> int | None:
        """How long an axis of a given weight is; None where it was not given or has no such axis."""
        array = self._given.get(name)
        return array.shape[axis] if array is not None and -array.ndim <= axis < array.ndim else None

    def check_all_used(self) -> None:
        """Refuse weights that no step asked for: a slip in a name would go unseen.

        Raises:
            MergeError: names one of them and those that there are.
        """
        for name in self._given.keys() - self.used.keys():
            raise invalid_request(
                "This gate has no weight {name}; it has {names}.",
                name=shown(name),
                names=", ".join(self.used),
            )

    def _made(self, name: str, shape: tuple[int, ...], start: Start) -> Array:
        """Glorot's uniform numbers, as Keras starts kernels with; each name has a stream of its own."""
        if start != "glorot":
            return np.full(shape, _STARTS[start], dtype=FLOAT32)
        taps = prod(shape[:-2])
        limit = sqrt(6 / (taps * (shape[-2] + shape[-1])))
        stream = np.random.default_rng([crc32(name.encode()), self._seed])
        return ((2 * stream.random(shape, dtype=np.float32) - 1) * limit).astype(FLOAT32)


def pick_weights(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """The weights of one gate out of those of a network.

    Args:
        arrays: by `layer/weight`, as in `assets/weights.npz`.
        prefix: with which the layers of the gate begin: "gate20_" turns gate20_psi/bias into psi/bias.
    """
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
