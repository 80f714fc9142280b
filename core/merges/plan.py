"""The alignment of a merge as immutable data: `align` makes it, `merge` runs it, screens draw it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ..errors import MergeError, PartialInput, Shape

Role = Literal["batch", "matched", "stretched", "inserted", "unknown", "joined", "contracted", "free"]


@dataclass(frozen=True)
class AlignedInput:
    """How one input is aligned.

    Attributes:
        shape: as passed.
        expanded_shape: with the size-1 axes that Keras inserts at axis 1 until all ranks agree.
        roles: one per axis of the expanded shape.
        read_shape: the shape in which the values are combined. It is the expanded shape, except where the TensorFlow
            backend reads the second operand of an addition as a bias (`core/merges/backends/tensorflow.py`).
    """

    shape: Shape
    expanded_shape: Shape
    roles: tuple[Role, ...]
    read_shape: Shape

    @property
    def inserted(self) -> int:
        """The number of inserted axes."""
        return len(self.expanded_shape) - len(self.shape)


@dataclass(frozen=True)
class Alignment:
    """How the inputs of a merge are aligned.

    Attributes:
        operation: name of the merge.
        inputs: one entry per input.
        output_shape: of the result; None for sizes that are unknown before the model runs.
        warnings: about what is legal but probably unintended; English sentences.
        axis: of Concatenate, counted from the front.
        axes: of Dot, both counted from the front.
        backend: name of the backend.
    """

    operation: str
    inputs: tuple[AlignedInput, ...]
    output_shape: Shape
    warnings: tuple[str, ...] = ()
    axis: int | None = None
    axes: tuple[int, int] | None = None
    backend: str = "tensorflow"

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes as passed."""
        return tuple(entry.shape for entry in self.inputs)

    @cached_property
    def reshapes(self) -> bool:
        """Whether an input is read in another shape than it has."""
        return any(entry.read_shape != entry.shape for entry in self.inputs)

    @property
    def known(self) -> bool:
        """Whether every size is known, so that the merge can be run."""
        return None not in self.output_shape and all(None not in shape for shape in self.shapes)


def expand(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """The shapes with size-1 axes inserted at axis 1 until all ranks agree."""
    rank = max(map(len, shapes))
    return tuple(shape[:1] + (1,) * (rank - len(shape)) + shape[1:] for shape in shapes)


def faults_of(error: MergeError, count: int) -> list[list[int]]:
    """The axes at fault, one list for each of so many inputs."""
    found: list[list[int]] = [[] for _ in range(count)]
    for number, axis in error.axes:
        found[number].append(axis)
    return found


def partial_input(
    shape: Shape, expanded: Shape, start: int, faults: Collection[int], *, stretches: bool, batch: bool = True
) -> PartialInput:
    """How far an input of a rejected merge was aligned.

    Args:
        shape: as passed.
        expanded: with the axes that Keras would insert.
        start: where these are inserted.
        faults: the axes of `shape` at fault.
        stretches: whether size-1 axes are broadcast, so that they are marked as that and never clash.
        batch: whether axis 0 is the batch axis.
    """
    inserted = len(expanded) - len(shape)
    at_fault = {axis + inserted if axis >= start else axis for axis in faults}

    def role(axis: int, size: int | None) -> str:
        if axis in at_fault:
            return "stretched" if stretches and axis and size == 1 else "clashing"
        if start <= axis < start + inserted:
            return "inserted"
        return "batch" if batch and axis == 0 else ""

    return PartialInput(shape, expanded, tuple(role(axis, size) for axis, size in enumerate(expanded)))
