"""Uniform random tensors, which cross as the state of their generator: `browser/random.js` draws the same values.

Such values have nothing that packing could leave out. The generator is PCG64 (O'Neill 2014, HMC-CS-2014-0905), as in
`np.random.default_rng`: a seed gives the same values in Python, in the code that the page shows, and in the browser.
Two sums over the bits go along. A browser that comes to others does not draw them, and asks for the values themselves.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import numpy as np

from .model import Array
from .numbers import digest_of
from .packing import LEAST, MOST

_MOST_KNOWN = 1_024  # tensors whose seed is remembered
_PARTS, _BITS = 8, 16  # a number of 128 bits crosses as eight of 16 bits, the lowest first


class Streams:
    """Which tensors are the first values of a generator, by digest, for all sessions. Safe to use from any thread."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._lock = threading.Lock()
        self._seeds: OrderedDict[str, int] = OrderedDict()

    def note(self, values: Array, seed: int) -> None:
        """Remember that a tensor is `np.random.default_rng(seed).random(shape).astype("float32")`."""
        if not LEAST <= values.size <= MOST:
            return
        name = digest_of(values)
        with self._lock:
            self._seeds[name] = seed
            self._seeds.move_to_end(name)
            while len(self._seeds) > _MOST_KNOWN:
                self._seeds.popitem(last=False)

    def plan(self, digest: str, row: Array) -> dict[str, Any] | None:
        """What the browser needs to draw a tensor; None where it is not known how it was drawn.

        Args:
            digest: of the tensor.
            row: (n,) float32.
        """
        with self._lock:
            seed = self._seeds.get(digest)
        return None if seed is None else stream_plan(seed, row)


def stream_plan(seed: int, row: Array) -> dict[str, Any]:
    """The state of the generator of a seed before its first value, and sums to check the values by.

    Args:
        seed: of `np.random.default_rng`.
        row: (n,) float32, the values.
    """
    state = np.random.PCG64(seed).state["state"]
    return {"state": _parts(state["state"]), "increment": _parts(state["inc"]), "sums": _sums(row)}


def _parts(number: int) -> list[int]:
    return [number >> (_BITS * part) & (2**_BITS - 1) for part in range(_PARTS)]


def _sums(row: Array) -> tuple[int, int]:
    """The sum of all bit patterns, and the sum of these sums as they grow, which tells their order: modulo 2³²."""
    growing = np.cumsum(row.view(np.uint32), dtype=np.uint32)
    return int(growing[-1]), int(growing.sum(dtype=np.uint32))


STREAMS = Streams()
