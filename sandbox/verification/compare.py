"""Compares the engine's result with Keras's: where they differ, by how much, and whether that is within the tolerance.

Tolerances (README, `tests/core/merges/test_against_keras.py`): integers bit-exact; element-wise floats 1 ulp of
float32; Dot and Average 1e-6 of the sum of the magnitudes of their terms. TensorFlow sums a Dot of integers in float32
and then casts it: beyond 2**24 the result depends on the order of the sum, beyond the dtype on the processor, and
nothing is promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import merge
from core.dtypes import autocast
from core.merges.backends import find_backend
from sandbox.processes.messages import Array

_TINIEST = float(np.finfo(np.float32).tiny)  # smaller values may become 0; in large arrays of the engine they do not
_EXACT_INTEGERS = 2**24  # float32 holds every integer up to here
_SUMS = ("Average", "Dot")


@dataclass(frozen=True)
class Difference:
    """The difference of two arrays of one shape and dtype.

    Attributes:
        largest: the largest absolute difference; inf where only one of them is NaN or infinite.
        where: index of the element with the largest difference; None where all are bit-exact.
        agrees: whether all elements are within the tolerance.
        promised: False where only elements disagree for which nothing is promised.
    """

    largest: float
    where: tuple[int, ...] | None
    agrees: bool
    promised: bool = True


def difference(
    operation: str,
    ours: Array,
    theirs: Array,
    inputs: Sequence[Any],
    options: dict[str, Any],
    backend: str = "tensorflow",
) -> Difference:
    """Compare two results of a merge.

    Args:
        operation: name of the merge.
        ours: the engine's value.
        theirs: the layer's value, of the same shape and dtype.
        inputs: of the merge; the tolerance of Dot and Average depends on their terms.
        options: as for `core.merge`, without masks.
        backend: of both results.
    """
    differing = ~_same_bits(ours, theirs)
    if not differing.any():
        return Difference(0.0, None, True)
    gaps = np.where(differing, _gaps(ours, theirs), 0.0)
    where = _index(gaps, differing)
    terms = _terms(operation, inputs, options, backend) if operation in _SUMS else None
    wrong = differing & (gaps > _allowed(ours, theirs, terms))
    if terms is not None and ours.dtype.kind in "iu" and find_backend(backend).dot_dtype(ours.dtype).kind == "f":
        promised = bool((wrong & (terms <= min(_EXACT_INTEGERS, np.iinfo(ours.dtype).max))).any()) or not wrong.any()
    else:
        promised = True
    return Difference(float(gaps[where]), where, not wrong.any(), promised)


def _same_bits(ours: Array, theirs: Array) -> NDArray[np.bool_]:
    """Bit-exact, so 0 and -0 differ; any NaN equals any NaN."""
    same: NDArray[np.bool_] = ours == theirs
    if ours.dtype.kind == "f":
        same &= np.signbit(ours) == np.signbit(theirs)
        same |= np.isnan(ours) & np.isnan(theirs)
    return same


def _gaps(ours: Array, theirs: Array) -> NDArray[np.float64]:
    if ours.dtype.kind != "f":  # in 64 bits without a sign, where the difference of any two integers fits
        low, high = np.minimum(ours, theirs), np.maximum(ours, theirs)
        return (high.astype(np.uint64) - low.astype(np.uint64)).astype(np.float64)
    with np.errstate(invalid="ignore"):
        gaps = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    return np.where(np.isnan(gaps), np.inf, gaps)


def _index(gaps: NDArray[np.float64], differing: NDArray[np.bool_]) -> tuple[int, ...]:
    worst = gaps if gaps.any() else differing  # 0 and -0 differ by 0
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(worst)), gaps.shape))


def _terms(operation: str, inputs: Sequence[Any], options: dict[str, Any], backend: str) -> NDArray[np.float64]:
    """For each element, the sum of the magnitudes of its terms."""
    given = _normalized(inputs, options, backend) if options.get("normalize") else inputs
    magnitudes = [np.abs(np.asarray(value, np.float32)) for value in given]
    return merge(operation, magnitudes, backend=backend, **{**options, "normalize": False}).value.astype(np.float64)


def _normalized(inputs: Sequence[Any], options: dict[str, Any], backend: str) -> list[Array]:
    """The factors whose products Dot sums; a norm of integers may have wrapped around."""
    row, axes = find_backend(backend), options["axes"]
    both = (axes, axes) if isinstance(axes, int) else axes
    with np.errstate(all="ignore"):
        return [
            row.normalize(row.convert(autocast(value)), axis % np.ndim(value))
            for value, axis in zip(inputs, both, strict=True)
        ]


def _allowed(ours: Array, theirs: Array, terms: NDArray[np.float64] | None) -> Any:
    if ours.dtype.kind != "f":
        return 0.0
    if terms is not None:
        return np.where(np.isfinite(terms), 1e-6 * terms, 0.0)
    with np.errstate(invalid="ignore"):
        ulp = np.spacing(np.maximum(np.abs(ours), np.abs(theirs)))
    return np.maximum(np.where(np.isfinite(ulp), ulp, 0), _TINIEST)
