"""Which sizes the open axes of a model's inputs may have, tried out on its graph without running it.

A U-Net pools a few times and upsamples again; a size that does not halve evenly comes back too small, and the merge
with the skip connection fails. From the graph follow the multiples that each axis needs, and the smallest padding of
the input at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from core import MergeError
from core.errors import Shape
from core.merges.keras_ops import align_as_written
from sandbox.model_file.calls import Call
from sandbox.model_file.entries import InputEntry, Operand
from sandbox.model_file.file import ModelFile
from sandbox.model_file.kinds import merge_kind, merged_shape, options_of
from sandbox.model_file.shapes import output_shape

_BASE = 192  # size of the other axes while one is tried: divisible by 64 and by 3
_MULTIPLES = (*range(1, 17), 24, 32, 48, 64, 96, 128)
_FROM, _TRIED = 64, 6  # multiples are tried from this size on, so many of them
_LARGEST = 512
_MOST_CALLS = 1_000  # in larger graphs nothing is tried
_LAYERS = {3: "ZeroPadding1D", 4: "ZeroPadding2D", 5: "ZeroPadding3D"}


@dataclass(frozen=True)
class AxisSizes:
    """What one open axis of an input takes.

    Attributes:
        axis: of the input, batch first.
        multiple: its size must be a multiple of this.
        smallest: the smallest size that works.
    """

    axis: int
    multiple: int
    smallest: int


@dataclass(frozen=True)
class SizeAdvice:
    """A size at hand for one input.

    Attributes:
        input: name of the input.
        shape: at hand, batch first.
        fits: whether the graph takes it.
        axes: what the open axes take; empty if it is not known.
        padded: the next larger shape that works; the shape itself if it fits; None if none is known.
        code: the layer to put in front; empty if none is needed or there is none.
    """

    input: str
    shape: tuple[int, ...]
    fits: bool
    axes: tuple[AxisSizes, ...]
    padded: tuple[int, ...] | None
    code: str = ""


def axis_sizes(model: ModelFile) -> dict[str, tuple[AxisSizes, ...]]:
    """What the open axes of each input take, by the name of the input; an axis that is not known is left out.

    Axes at the same position of several inputs are tried together: they are the rows of pictures of one size.
    """
    if len(model.calls) > _MOST_CALLS:
        return {}
    positions = sorted({axis for entry in model.inputs for axis in _open_axes(entry)})
    found = {axis: sizes for axis in positions if (sizes := _try_axis(model, axis)) is not None}
    return {entry.name: tuple(found[axis] for axis in _open_axes(entry) if axis in found) for entry in model.inputs}


def size_advice(model: ModelFile, name: str, shape: tuple[int, ...]) -> SizeAdvice:
    """Whether an input of this shape works, and if not, the smallest padding.

    Args:
        model: as read.
        name: of the input.
        shape: at hand, batch first.

    Raises:
        KeyError: the model has no such input.
    """
    entry = {entry.name: entry for entry in model.inputs}[name]
    axes = axis_sizes(model).get(name, ())
    fits = _fits(model, {axis: shape[axis] for axis in _open_axes(entry) if axis < len(shape)})
    if fits or not axes:
        return SizeAdvice(name, shape, fits, axes, shape if fits else None)
    padded = list(shape)
    for sizes in axes:
        wanted = max(padded[sizes.axis], sizes.smallest)
        padded[sizes.axis] = -(-wanted // sizes.multiple) * sizes.multiple
    works = _fits(model, {sizes.axis: padded[sizes.axis] for sizes in axes})
    result = tuple(padded) if works else None
    return SizeAdvice(name, shape, False, axes, result, _padding_code(shape, result) if result else "")


def noise_shape(model: ModelFile, entry: InputEntry, usual: int, most: int) -> tuple[int, ...]:
    """A shape of one sample that the graph takes, with open axes near a usual size.

    Args:
        model: as read.
        entry: the input.
        usual: size for open axes.
        most: elements of the whole input.
    """
    declared = entry.shape or (1,)
    needs = {sizes.axis: sizes for sizes in axis_sizes(model).get(entry.name, ())}
    shape = [1 if axis == 0 and size is None else size or 0 for axis, size in enumerate(declared)]
    for axis in _open_axes(entry):
        need = needs.get(axis)
        shape[axis] = usual if need is None else max(need.smallest, -(-usual // need.multiple) * need.multiple)
    if prod(shape) > most:
        for axis, need in needs.items():
            shape[axis] = need.smallest
    return tuple(shape)


def _open_axes(entry: InputEntry) -> tuple[int, ...]:
    return tuple(axis for axis, size in enumerate(entry.shape or ()) if size is None and axis)


def _try_axis(model: ModelFile, axis: int) -> AxisSizes | None:
    def works(size: int) -> bool:
        return _fits(model, {axis: size})

    for multiple in _MULTIPLES:
        first = -(-_FROM // multiple)
        if all(works(multiple * number) for number in range(first, first + _TRIED)):
            sizes = range(multiple, _LARGEST, multiple)
            return next((AxisSizes(axis, multiple, size) for size in sizes if works(size)), None)
    return None


def _fits(model: ModelFile, sizes: Mapping[int, int]) -> bool:
    """Whether all merges are compatible and no axis becomes empty, with these sizes for open axes."""
    shapes: dict[tuple[str, int], Shape | None] = {}
    for call in model.calls:
        if call.layer.class_name == "InputLayer":
            shapes[call.id, 0] = _input_shape(call.layer.input_shape, sizes)
            continue
        given = [_operand_shape(operand, shapes) for operand in call.operands]
        try:
            shape = _checked_shape(call, given)
        except MergeError:
            return False
        if shape is not None and 0 in shape:
            return False
        shapes[call.id, 0] = shape
    return True


def _input_shape(declared: Shape | None, sizes: Mapping[int, int]) -> Shape | None:
    if declared is None:
        return None
    return tuple(
        (1 if axis == 0 else sizes.get(axis, _BASE)) if size is None else size for axis, size in enumerate(declared)
    )


def _operand_shape(operand: Operand, shapes: Mapping[tuple[str, int], Shape | None]) -> Shape | None:
    if not operand.source:
        return operand.shape
    found = shapes.get((operand.source, operand.index))
    if found is None and operand.shape is not None and None not in operand.shape[1:]:
        return (1, *operand.shape[1:])
    return found


def _checked_shape(call: Call, shapes: list[Shape | None]) -> Shape | None:
    """The output shape of a call.

    Raises:
        MergeError: it is a merge of incompatible shapes.
    """
    operation, kind = merge_kind(call.layer)
    known = [shape for shape in shapes if shape is not None]
    if operation and len(known) == len(shapes) and known:
        return align_as_written(operation, kind, options_of(call.layer), known).output_shape
    return merged_shape(call.layer, shapes) or output_shape(call.layer, shapes)


def _padding_code(shape: tuple[int, ...], padded: tuple[int, ...]) -> str:
    """The line of Keras that pads at the end of each grid axis."""
    layer = _LAYERS.get(len(shape))
    if layer is None or shape[-1] != padded[-1]:
        return ""
    pairs = [(0, wide - size) for size, wide in zip(shape[1:-1], padded[1:-1], strict=True)]
    return f"x = keras.layers.{layer}({pairs[0] if len(pairs) == 1 else tuple(pairs)})(x)"
