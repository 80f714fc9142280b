"""Shapes only: how Keras aligns the inputs of a merge, or why it rejects them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from operator import index
from typing import Any

from ..errors import Fix, KerasText, MergeError, PartialInput, Shape, invalid_request, shown
from ..sentences import Sentence
from .backends import TENSORFLOW, Backend, find_backend
from .concatenate import align_concatenate
from .dot import Axes, align_dot, check_axes
from .elementwise import align_elementwise
from .fixes import Problem, find_fixes
from .operations import Operation, find
from .plan import Alignment, expand, faults_of, partial_input


def align(
    operation: str,
    shapes: Iterable[Iterable[int | None]],
    *,
    axis: int = -1,
    axes: Any = -1,
    backend: str = "tensorflow",
) -> Alignment:
    """How the inputs of a merge are aligned.

    Args:
        operation: name of a merge, `core.MERGES`.
        shapes: one per input, batch axis first; None for an unknown size.
        axis: of Concatenate.
        axes: of Dot: one for both inputs, or a pair.
        backend: that Keras runs on, a name in `core.BACKENDS`.

    Returns:
        The roles of each axis, the shape of the result and warnings.

    Raises:
        MergeError: the Keras layer rejects these shapes; with Keras's text, the reason and fixes.
    """
    return align_row(find(operation), shapes, axis=axis, axes=axes, backend=find_backend(backend))


def align_row(
    row: Operation,
    shapes: Any,
    *,
    axis: Any = -1,
    axes: Any = -1,
    backend: Backend = TENSORFLOW,
    fixes: bool = True,
    masked: tuple[bool, ...] = (),
) -> Alignment:
    """`align` for a row of the table.

    Args:
        row: the merge.
        shapes: of its inputs.
        axis: of Concatenate.
        axes: of Dot.
        backend: that Keras runs on.
        fixes: whether an error names fixes, which take most of the time.
        masked: whether each input has a mask that is used; empty if none has.
    """
    checked_axes = check_axes(axes) if row.rule == "dot" else -1
    checked_axis = _check_axis(axis) if row.rule == "concatenate" else -1
    checked_shapes = check_shapes(row, shapes)
    checked = (row, checked_shapes, checked_axis, checked_axes, backend, masked)
    try:
        return plan(*checked)
    except MergeError as error:
        partial = partial_inputs(row, checked_shapes, error)
        raise error.but(fixes=_fixes(*checked) if fixes else (), partial=partial) from None


def output_shape(
    operation: str,
    shapes: Iterable[Iterable[int | None]],
    *,
    axis: int = -1,
    axes: Any = -1,
    backend: str = "tensorflow",
) -> Shape | None:
    """The shape of the result of a merge; None where Keras rejects the shapes. The arguments are those of `align`."""
    try:
        row, engine = find(operation), find_backend(backend)
        return align_row(row, shapes, axis=axis, axes=axes, backend=engine, fixes=False).output_shape
    except MergeError:
        return None


@lru_cache(maxsize=512)  # a page asks several times in a run, for the error, for Keras's and for each code
def _fixes(
    row: Operation, shapes: tuple[Shape, ...], axis: int, axes: Axes, backend: Backend, masked: tuple[bool, ...]
) -> tuple[Fix, ...]:
    """The fixes of a rejected merge."""
    try:
        plan(row, shapes, axis, axes, backend, masked)
    except MergeError as error:
        return find_fixes(_problem(row, shapes, axis, axes, error, backend))
    return ()


def _problem(
    row: Operation, shapes: tuple[Shape, ...], axis: int, axes: Axes, error: MergeError, backend: Backend = TENSORFLOW
) -> Problem:
    chosen: dict[str, dict[str, Any]] = {"concatenate": {"axis": axis}, "dot": {"axes": axes}}
    options = chosen.get(row.rule, {})
    call = f"y = keras.layers.{row.name}({{options}})([{{inputs}}])"
    return Problem(row, shapes, options, error, partial(_accepts, row, backend), call)


def _accepts(row: Operation, backend: Backend, shapes: tuple[Shape, ...], options: dict[str, Any]) -> Alignment:
    return plan(row, shapes, options.get("axis", -1), options.get("axes", -1), backend)


@lru_cache(maxsize=1024)
def plan(
    row: Operation, shapes: tuple[Shape, ...], axis: int, axes: Axes, backend: Backend, masked: tuple[bool, ...] = ()
) -> Alignment:
    """`align` for arguments that have been checked, without looking for fixes.

    Args:
        row: the merge.
        shapes: of its inputs.
        axis: of Concatenate.
        axes: of Dot.
        backend: that Keras runs on.
        masked: whether each input of an element-wise merge has a mask that is used; empty if none has.
    """
    if not shapes:
        raise _no_inputs(row)
    if row.rule == "concatenate":
        return align_concatenate(row, shapes, axis, backend)
    if row.rule == "dot":
        return align_dot(row, shapes, axes, backend)
    return align_elementwise(row, shapes, backend, masked)


def partial_inputs(row: Operation, shapes: tuple[Shape, ...], error: MergeError) -> tuple[PartialInput, ...]:
    """How far the inputs of a rejected merge layer were aligned: expanded as Keras does, with the faults marked."""
    stretches = row.rule == "elementwise" and bool(shapes) and all(shapes)
    expanded = expand(shapes) if stretches else shapes
    faults = faults_of(error, len(shapes))
    return tuple(
        partial_input(shape, wide, 1, faults[number], stretches=stretches)
        for number, (shape, wide) in enumerate(zip(shapes, expanded, strict=True))
    )


def not_a_list(row: Operation, shape: Shape) -> MergeError:
    """The error of a layer that was called on one tensor instead of a list."""
    received = f"Received: input_shape={shape}"
    texts = {
        "concatenate": f"A `Concatenate` layer should be called on a list of at least 1 input. {received}",
        "dot": f"A `Dot` layer should be called on a list of 2 inputs. {received}",
    }
    general = f"A merge layer should be called on a list of inputs. {received} (not a list of shapes)"
    error = MergeError(
        texts.get(row.rule, general),
        Sentence("A merge layer takes a list of tensors: wrap them in square brackets."),
        accident=None if shape or row.rule == "concatenate" else KerasText("tuple index out of range", "IndexError"),
    )
    return error.but(fixes=find_fixes(_problem(row, (shape,), -1, -1, error)))


def _no_inputs(row: Operation) -> MergeError:
    length = row.rule == "concatenate"
    return MergeError(
        "A merge layer should be called on a list of at least 1 input. "
        "Received 0 inputs. Full input_shape received: []",
        Sentence("The list of inputs is empty; a merge needs at least one."),
        accident=KerasText(
            "object of type 'NoneType' has no len()" if length else "'NoneType' object is not subscriptable",
            "TypeError",
        ),
    )


def _check_axis(axis: Any) -> int:
    try:
        return index(axis)
    except TypeError:
        raise MergeError(
            f"The axis of `Concatenate` should be an integer. Received: axis={axis}",
            Sentence("axis must be one integer."),
            accident=_axis_accident(axis),
        ) from None


def _axis_accident(axis: Any) -> str:
    try:
        [0][axis % 1]
    except TypeError as error:
        return KerasText(str(error), TypeError.__name__)
    return ""


def listed(values: Any) -> tuple[Any, ...]:
    """The entries of a list of tensors or of shapes.

    Raises:
        MergeError: a number, None, or anything else that is not a list.
    """
    if not isinstance(values, (list, tuple, Iterable)):  # the first two are quick to check
        raise invalid_request("A merge layer takes a list with one entry per input; got {value}.", value=shown(values))
    return tuple(values)


def check_shapes(row: Operation, shapes: Any) -> tuple[Shape, ...]:
    """The shapes as tuples.

    Raises:
        MergeError: not a list of shapes, or an entry that is not a size.
    """
    entries = listed(shapes)
    if any(isinstance(shape, (str, bytes)) or not isinstance(shape, Iterable) for shape in entries):
        raise not_a_list(row, _check_shape(entries))
    return tuple(_check_shape(shape) for shape in entries)


def _check_shape(shape: Iterable[Any]) -> Shape:
    sizes = tuple(shape)
    try:
        checked = tuple(None if size is None else index(size) for size in sizes)
    except TypeError:
        raise invalid_request("A shape consists of integers or None; got {shape}.", shape=shown(sizes)) from None
    if any(size is not None and size < 0 for size in checked):
        raise invalid_request("Sizes must be at least 0; {shape} has a negative one.", shape=checked)
    return checked
