"""Tensors that cross as what they are made of; `browser/making.js` makes each bit of them again.

A map that a gate interpolates crosses on its coarse grid: the recorded maps of a training take a fifth, since their
coarse values are halves. Features times weights cross as the features, which most views of a session share, and the
weights. What a tensor is made of is a tensor like others: packed, sent once for a session and then named by its digest.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..dtypes import FLOAT32
from ..gates.resampling import upsample
from .making import Made
from .model import Array
from .numbers import digest_of
from .packing import LEAST, MOST

_FEWER = 8  # of the values of a product, at most an eighth are its weights
_RANK = 4  # (batch, rows, columns, channels)


@dataclass(frozen=True, eq=False)
class Recipe:
    """How a tensor is made.

    Attributes:
        how: "enlarge" a coarse map, "multiply" features with weights, or the name of a change to a map.
        sources: what it is made of, float32.
        amounts: numbers that the change takes.
    """

    how: str
    sources: tuple[Array, ...]
    amounts: tuple[float, ...] = ()


class Recipes:
    """The recipes of tensors by digest, for all sessions. Safe to use from any thread."""

    def __init__(self, most_bytes: int) -> None:
        """Nothing is known yet.

        Args:
            most_bytes: of the sources that are kept; features are not kept, their product is unknown when they go.
        """
        self._most_bytes, self._bytes, self._lock = most_bytes, 0, threading.Lock()
        self._known: OrderedDict[str, tuple[int, Callable[[], Recipe | None]]] = OrderedDict()

    def note_enlarged(self, fine: Array, coarse: Array) -> None:
        """Remember that a map is `core.gates.resampling.upsample` of a coarser one, if it is so bit for bit.

        Args:
            fine: (n, h * factor, w * factor, c) float32; another tensor is not remembered.
            coarse: (n, h, w, c) float32.
        """
        if _is_enlarged(fine, coarse):
            kept = Recipe("enlarge", (_kept(coarse),))
            self._keep(digest_of(fine), coarse.nbytes, lambda: kept)

    def note_made(self, made: Made, source: Array) -> None:
        """Remember how a tensor of this digest is made, by `made.values()`.

        Args:
            made: how.
            source: the values of what it is made of, read-only.
        """
        kept = Recipe(made.how, (source,), made.amounts)
        self._keep(made.digest, source.nbytes, lambda: kept)

    def note_product(self, product: Array, features: Array, weights: Array) -> None:
        """Remember that a tensor is features times weights, if it is so bit for bit and the weights are few.

        Args:
            product: of the shape of the features, float32; another tensor is not remembered.
            features: (n, ..., c) float32, read-only.
            weights: float32, of the same rank; each axis has the size of that of the features or 1.
        """
        if _is_product(product, features, weights):
            few, found = _kept(weights), weakref.ref(features)
            self._keep(digest_of(product), few.nbytes, lambda: _multiplied(found(), few))

    def _keep(self, name: str, size: int, recipe: Callable[[], Recipe | None]) -> None:
        with self._lock:
            self._bytes += size - (self._known[name][0] if name in self._known else 0)
            self._known[name] = size, recipe
            self._known.move_to_end(name)
            while self._bytes > self._most_bytes:
                self._bytes -= self._known.popitem(last=False)[1][0]

    def find(self, digest: str) -> Recipe | None:
        """How the tensor of a digest is made; None if it is not known."""
        with self._lock:
            found = self._known.get(digest)
        return found[1]() if found else None


def _multiplied(features: Array | None, weights: Array) -> Recipe | None:
    return None if features is None else Recipe("multiply", (features, weights))


def _kept(value: Array) -> Array:
    kept = np.array(value)
    kept.flags.writeable = False
    return kept


def _is_enlarged(fine: Array, coarse: Array) -> bool:
    if not fine.ndim == coarse.ndim == _RANK or fine.dtype != FLOAT32 or coarse.dtype != FLOAT32:
        return False
    if not 0 < coarse.size < fine.size or (fine.shape[0], fine.shape[-1]) != (coarse.shape[0], coarse.shape[-1]):
        return False
    factors = tuple(size // few for size, few in zip(fine.shape[1:-1], coarse.shape[1:-1], strict=True))
    return len(set(factors)) == 1 and _are_same(upsample(coarse, factors), fine)


def _is_product(product: Array, features: Array, weights: Array) -> bool:
    if any(one.dtype != FLOAT32 for one in (product, features, weights)) or weights.ndim != features.ndim:
        return False
    if features.flags.writeable or not LEAST <= product.size <= MOST or _FEWER * weights.size > product.size:
        return False
    if product.shape != features.shape or any(
        few not in (1, size) for few, size in zip(weights.shape, features.shape, strict=True)
    ):
        return False
    with np.errstate(all="ignore"):
        return _are_same(np.multiply(features, weights), product)


def _are_same(made: Array, value: Array) -> bool:
    """Bit for bit; a browser has NaN of one kind only."""
    same = made.shape == value.shape and np.array_equal(made.view(np.uint32), value.view(np.uint32))
    return bool(same and np.isfinite(value).all())


RECIPES = Recipes(16_000_000)
