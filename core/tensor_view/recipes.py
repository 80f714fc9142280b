"""Tensors that cross as what they are made of; `browser/making.js` makes each bit of them again.

A map that a gate interpolates crosses on its coarse grid: the recorded maps of a training take a fifth, since their
coarse values are halves. Features times weights cross as the features, which most views of a session share, and the
weights. What else is combined of others is made where the browser has those or gets them for little. For a sigmoid,
differences in the last bits go along: exponentials in float32 are not the same everywhere.
What a tensor is made of is a tensor like others: packed, sent once for a session and then named by its digest.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ..dtypes import FLOAT32
from ..gates.resampling import upsample
from .making import Made
from .model import Array
from .numbers import digest_of
from .packing import LEAST, MOST

FEWER = 8  # of the values of a product, at most an eighth are its weights; as little is sent for what is combined
_NOTE = 2_000  # bytes that a note takes
_MIDDLE = 2**28  # the lowest bits of a double in the middle between two float32
_UNSURE = 16  # neighbouring doubles
_UNITS = 64  # neighbouring float32: larger differences are rare, and take more bytes
_RANK = 4  # (batch, rows, columns, channels)


def _larger(first: Array, second: Array) -> Array:
    return np.where(np.greater(first, second), first, second)


# As `browser/combining.js` does it: in doubles, rounded once, which for one step is what float32 does.
_STEPS: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "maximum": _larger,
}
_ALONE: dict[str, Callable[[Array], Array]] = {
    "relu": lambda value: _larger(value, np.zeros(1, np.float32)),
    "complement": lambda value: np.subtract(np.float32(1), value),
}


@dataclass(frozen=True, eq=False)
class Recipe:
    """How a tensor is made.

    Attributes:
        how: "enlarge" a coarse map, "sigmoid", the name of a change to a map, or one of `_STEPS` or `_ALONE`, such as
            "multiply" features with weights.
        sources: what it is made of, float32.
        amounts: numbers that the change takes.
        only_known: whether it is used only where the browser has the sources, or gets them for little.
        light: how many of the sources, at the end, take few bytes however many values they have.
    """

    how: str
    sources: tuple[Array, ...]
    amounts: tuple[float, ...] = ()
    only_known: bool = False
    light: int = 0


class Recipes:
    """The recipes of tensors by digest, for all sessions; those used last. Safe to use from any thread."""

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

    def note_combined(self, how: str, result: Array, *sources: Array) -> None:
        """Remember what a tensor is combined of; whether it is so bit for bit is computed when it is first sent.

        Args:
            how: one of `_STEPS`, for sources that are combined one after another, or of `_ALONE` or "sigmoid", for one.
            result: read-only; another tensor is not remembered.
            sources: read-only, of the same rank.
        """
        if not LEAST <= result.size <= MOST or any(one.dtype != FLOAT32 for one in (result, *sources)):
            return
        if all(source.ndim == result.ndim for source in sources):
            made = _Combined(how, weakref.ref(result), tuple(map(weakref.ref, sources)))
            self._keep(digest_of(result), _NOTE, made)

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
            if found:
                self._known.move_to_end(digest)
        return found[1]() if found else None


@dataclass
class _Combined:
    """The recipe of a tensor, as long as it and its sources are there."""

    how: str
    result: weakref.ref[Array]
    sources: tuple[weakref.ref[Array], ...]
    is_right: bool | None = None  # not computed yet

    def __call__(self) -> Recipe | None:
        result, sources = self.result(), [source() for source in self.sources]
        there = tuple(source for source in sources if source is not None)
        if result is None or len(there) < len(sources):
            return None
        if self.how == "sigmoid":
            return _sigmoid(there[0], result)
        if self.is_right is None:
            changes = not any(np.array_equal(source, result) for source in there)  # else it would be made of itself
            self.is_right = changes and _are_same(_combined(self.how, there), result)
        few = all(FEWER * source.size <= result.size for source in there[1:])
        return Recipe(self.how, there, only_known=len(there) == 1 or not few) if self.is_right else None


def _sigmoid(value: Array, result: Array) -> Recipe | None:
    """The sigmoid of a value, with the differences of the result in the last bits; None if they are large or unsure.

    The browser has the exponential to about the next double, so the float32 nearest to it is sure, unless it lies
    beside the middle between two.
    """
    if value.shape != result.shape or not np.isfinite(value).all() or not np.isfinite(result).all():
        return None
    with np.errstate(all="ignore"):
        power = np.exp(-value.astype(np.float64))
        made = np.float32(1) / (np.float32(1) + power.astype(np.float32))
    beside = np.abs((power.view(np.int64) & (2 * _MIDDLE - 1)) - _MIDDLE)
    units = result.view(np.int32).astype(np.int64) - made.view(np.int32)
    if beside.min() < _UNSURE or np.abs(units).max() > _UNITS:
        return None
    return Recipe("sigmoid", (value, units.astype(np.float32)), only_known=True, light=1)


def _combined(how: str, sources: Sequence[Array]) -> Array:
    """The sources combined one after another, or what becomes of one; axes have one size or 1."""
    with np.errstate(all="ignore"):
        return _ALONE[how](sources[0]) if how in _ALONE else reduce(_STEPS[how], sources)


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
    if features.flags.writeable or not LEAST <= product.size <= MOST or FEWER * weights.size > product.size:
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


RECIPES = Recipes(8_000_000)
