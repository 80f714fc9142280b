"""Where the backends of Keras differ for given inputs: one record per backend, with the reasons from their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from ..dtypes import FLOAT32, Array
from ..errors import MergeError
from ..limits import check_elements
from ..sentences import Sentence
from .align import align_row
from .backends import BACKENDS, Backend, find_backend
from .merge import Merged, given_arrays, merge_row
from .operations import Operation, find

_TINIEST = np.finfo(np.float32).tiny  # smaller values are subnormal
_ROUNDING = 1e-5  # of the element; in Dot, whose terms are added in any order, of the largest element


Kind = Literal["dtype", "value", "mask", "error", "gradient"]


@dataclass(frozen=True)
class BackendDifference:
    """What one backend does otherwise than the chosen one.

    Attributes:
        backend: its name.
        title: its name for screens.
        kind: what differs; "value" also where the dtype differs too.
        text: the difference in one sentence.
        reasons: (title of a backend, what is particular about it); empty if the rows do not name one.
    """

    backend: str
    title: str
    kind: Kind
    text: Sentence
    reasons: tuple[tuple[str, Sentence], ...]


@dataclass(frozen=True)
class _Case:
    row: Operation
    arrays: tuple[Array, ...]
    normalize: bool
    masked: bool


def backend_differences(
    operation: str,
    inputs: Iterable[Any],
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    masks: Iterable[Any] | None = None,
    backend: str = "tensorflow",
) -> tuple[BackendDifference, ...]:
    """The backends whose dtype, value, mask or error differs from that of the chosen one.

    Differences by rounding alone, in the last bits of floats, do not count.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array per input, batch axis first.
        axis: of Concatenate.
        axes: of Dot: one for both inputs, or a pair.
        normalize: whether Dot divides each input by its L2 norm first.
        masks: one per input, of its shape without the last axis, or None.
        backend: the chosen one, a name in `core.BACKENDS`.

    Returns:
        At most one record per other backend, in the order of the table.

    Raises:
        MergeError: an unknown merge or backend, inputs that are not a list of tensors, or a result that is too large
            (`core.limits`) on one of the backends.
    """
    row, chosen = find(operation), find_backend(backend)
    arrays = tuple(given_arrays(row, inputs))
    listed = None if masks is None else tuple(masks)
    _check_results(row, arrays, axis, axes)
    run = partial(_result, row, arrays, axis=axis, axes=axes, normalize=normalize, masks=listed)
    case, expected = _Case(row, arrays, normalize, listed is not None), run(chosen)
    found = (_difference(case, chosen, expected, other, run(other)) for other in BACKENDS.values() if other != chosen)
    return tuple(difference for difference in found if difference is not None)


def _result(row: Operation, arrays: Sequence[Array], backend: Backend, **options: Any) -> Merged | MergeError:
    """What the merge returns or raises on a backend."""
    try:
        return merge_row(row, arrays, backend=backend, fixes=False, **options)
    except MergeError as error:
        return error.but()  # without a traceback, whose frames would keep all arrays until garbage is collected


def _check_results(row: Operation, arrays: Sequence[Array], axis: int, axes: Any) -> None:
    """Reject results that are too large before one is computed; what one backend rejects, another may accept."""
    shapes = [array.shape for array in arrays]
    for backend in BACKENDS.values():
        try:
            output = align_row(row, shapes, axis=axis, axes=axes, backend=backend, fixes=False).output_shape
        except MergeError:
            continue
        check_elements(shapes, output)


def _difference(
    case: _Case, chosen: Backend, expected: Merged | MergeError, other: Backend, found: Merged | MergeError
) -> BackendDifference | None:
    described = _described(chosen, expected, other, found)
    if described is None:
        return None
    kind, text = described
    topics = _topics(case, kind, [result for result in (expected, found) if isinstance(result, Merged)])
    return BackendDifference(other.name, other.title, kind, text, reasons_of(topics, chosen, other))


def reasons_of(topics: Iterable[str], chosen: Backend, other: Backend) -> tuple[tuple[str, Sentence], ...]:
    """(title of a backend, note) for each note of the two about these topics that they do not share."""
    return tuple(
        (row.title, note.text)
        for topic in topics
        for row, rest in ((other, chosen), (chosen, other))
        for note in row.notes
        if note.topic == topic and note not in rest.notes
    )


def _described(
    chosen: Backend, expected: Merged | MergeError, other: Backend, found: Merged | MergeError
) -> tuple[Kind, Sentence] | None:
    names = {"title": other.title, "chosen": chosen.title}
    if isinstance(found, MergeError) or isinstance(expected, MergeError):
        error = _error_text(expected, found, names)
        return None if error is None else ("error", error)
    value = _value_text(expected.value, found.value, names, summed=expected.alignment.axes is not None)
    if value is not None:
        return "value", value
    if found.value.dtype != expected.value.dtype:
        dtypes = {"dtype": found.value.dtype, "expected": expected.value.dtype}
        return "dtype", Sentence("{title} returns {dtype}; {chosen} returns {expected}.", **dtypes, **names)
    if not _same_mask(expected.mask, found.mask):
        return "mask", Sentence("{title} returns another mask than {chosen}.", **names)
    return None


def _error_text(expected: Merged | MergeError, found: Merged | MergeError, names: dict[str, Any]) -> Sentence | None:
    if not isinstance(found, MergeError):
        return Sentence("{title} accepts these inputs; {chosen} rejects them.", **names)
    if not isinstance(expected, MergeError):
        return Sentence("{title} rejects these inputs: {error}", error=_raised(found), **names)
    if _raised(found) == _raised(expected):
        return None
    return Sentence(
        "{title} rejects these inputs with another error than {chosen}: {error}", error=_raised(found), **names
    )


def _raised(error: MergeError) -> str:
    """Class and text, without the frame of the call, which names the tensors of the backend."""
    text = error.accident or error.inner_message
    return f"{error.raised_as}: {text}" if error.raised_as else text


def _value_text(expected: Array, found: Array, names: dict[str, Any], *, summed: bool) -> Sentence | None:
    if expected.shape != found.shape:
        return Sentence(
            "{title} returns the shape {shape}; {chosen} returns {expected}.",
            shape=found.shape,
            expected=expected.shape,
            **names,
        )
    if bool(np.all(expected == found)):  # the usual case, and by far the quickest to check
        return None
    count, first = count_differing(expected, found, summed=summed)
    if not count:
        return None
    return Sentence(
        "{title} returns other values at {count} of {size} elements; first at {index}: {value} ({dtype}), on {chosen} "
        "{expected} ({expected_dtype}).",
        count=count,
        size=expected.size,
        index=list(first),
        value=found[first],
        dtype=found.dtype,
        expected=expected[first],
        expected_dtype=expected.dtype,
        **names,
    )


def count_differing(expected: Array, found: Array, *, summed: bool) -> tuple[int, tuple[int, ...]]:
    """The number of elements that differ by more than rounding, and the index of the first of them."""
    differing = _differing(expected, found, summed=summed)
    count = int(np.count_nonzero(differing))
    return count, tuple(map(int, np.unravel_index(int(np.argmax(differing)), differing.shape))) if count else ()


def _differing(expected: Array, found: Array, *, summed: bool) -> Array:
    """True at the elements that differ by more than rounding, which in sums goes with the largest element."""
    if expected.dtype.kind != "f" and found.dtype.kind != "f":
        unequal: Array = np.asarray(expected != found)
        return unequal
    first, second = expected.astype(np.float64), found.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        same = (first == second) | (np.isnan(first) & np.isnan(second))
        finite = np.isfinite(first) & np.isfinite(second)
        size = np.max(np.abs(first), initial=0, where=finite) if summed else np.abs(first)
        near = finite & (np.abs(first - second) <= _ROUNDING * size)
        return np.asarray(~(same | near))


def _same_mask(first: Array | None, second: Array | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second)


def _topics(case: _Case, kind: str, results: Sequence[Merged]) -> Iterator[str]:
    """The topics of the notes that may explain a difference, the most specific first."""
    row, dtypes = case.row, [array.dtype for array in case.arrays]
    whole = any(dtype.kind in "biu" for dtype in dtypes)
    wide = any(dtype.kind in "iu" and dtype.itemsize == 8 for dtype in dtypes)
    boolean = any(dtype.kind == "b" for dtype in dtypes)
    applies = {
        "bool": kind == "error" and row.rule == "elementwise" and boolean,
        "bias": any(one.read_shape != one.expanded_shape for merged in results for one in merged.alignment.inputs),
        "select": kind == "value" and row.name == "Multiply" and boolean,
        "unsigned": any(dtype.kind == "u" and dtype.itemsize > 1 for dtype in dtypes),
        "integers": wide and not (kind == "dtype" and row.mean),
        "mean": row.mean and whole,
        "normalize": case.normalize and row.rule == "dot",
        "dot": whole and row.rule == "dot",
        "groups": kind == "error" and row.rule == "elementwise" and not boolean,
        "single": row.rule == "concatenate" and len(case.arrays) == 1,
        "masks": case.masked,
        "subnormal": kind == "value" and any(map(_has_subnormal, (*case.arrays, *(one.value for one in results)))),
    }
    yield from (topic for topic, fits in applies.items() if fits)


def _has_subnormal(array: Array) -> bool:
    if array.dtype.kind != "f":
        return False
    size = np.abs(array.astype(np.float64, copy=False))
    return bool(((size > 0) & (size < float(FLOAT32.type(_TINIEST)))).any())
