"""Where the backends of Keras compute other gradients for given inputs: at ties, at a norm of 0, or none at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..dtypes import Array
from ..errors import MergeError
from ..sentences import Sentence
from .backends import BACKENDS, Backend, find_backend
from .differences import BackendDifference, count_differing, reasons_of
from .gradients import gradients
from .merge import given_arrays
from .operations import Operation, find


def gradient_differences(
    operation: str,
    inputs: Iterable[Any],
    upstream: Any = None,
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    backend: str = "tensorflow",
) -> tuple[BackendDifference, ...]:
    """The backends that compute other gradients than the chosen one, or none.

    Backends that reject the inputs are left out: `core.backend_differences` names them.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array per input.
        upstream: the gradient of the loss with respect to the output, of its shape; ones by default.
        axis: of Concatenate.
        axes: of Dot.
        normalize: whether Dot divides each input by its L2 norm first.
        backend: the chosen one, a name in `core.BACKENDS`.

    Returns:
        At most one record per other backend, of kind "gradient", in the order of the table.

    Raises:
        MergeError: as `core.gradients` of the chosen backend.
    """
    row, chosen = find(operation), find_backend(backend)
    arrays = given_arrays(row, inputs)
    options: dict[str, Any] = {"axis": axis, "axes": axes, "normalize": normalize}
    expected = gradients(operation, arrays, upstream, backend=backend, **options)
    found = []
    for other in BACKENDS.values():
        if other is chosen:
            continue
        text = _text(operation, arrays, upstream, options, chosen, expected, other)
        if text is not None:
            reasons = reasons_of(_topics(row, other, normalize=normalize), chosen, other)
            found.append(BackendDifference(other.name, other.title, "gradient", text, reasons))
    return tuple(found)


def _topics(row: Operation, other: Backend, *, normalize: bool) -> list[str]:
    if not other.differentiable:
        return []  # the text itself says so
    return ["ties"] * (row.masking == "skip") + ["zero norm"] * (row.rule == "dot" and normalize)


def _text(
    operation: str,
    arrays: list[Array],
    upstream: Any,
    options: dict[str, Any],
    chosen: Backend,
    expected: tuple[Array, ...],
    other: Backend,
) -> Sentence | None:
    if not other.differentiable:
        return Sentence("{title} computes no gradients.", title=other.title)
    try:
        found = gradients(operation, arrays, upstream, backend=other.name, **options)
    except MergeError:
        return None
    for number, (ours, theirs) in enumerate(zip(expected, found, strict=True)):
        count, first = count_differing(ours, theirs, summed=True)
        if count:
            return Sentence(
                "{title} computes another gradient of input {number} at {count} of {size} elements; first at {index}: "
                "{value}, on {chosen} {expected}.",
                title=other.title,
                chosen=chosen.title,
                number=number,
                count=count,
                size=ours.size,
                index=list(first),
                value=theirs[first],
                expected=ours[first],
            )
    return None
