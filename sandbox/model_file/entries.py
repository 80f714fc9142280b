"""A Keras model as plain data, read from its file before any of it is run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core import Alignment, MergeError, Sentence
from core.errors import Shape
from core.merges.keras_ops import align_as_written

Kind = Literal["layer", "operator", "function"]
JoinKind = Literal["operation", "layer", "code"]


@dataclass(frozen=True)
class Operand:
    """One input tensor of a call.

    Attributes:
        source: id of the call that makes it; empty for a constant.
        index: which of the outputs of that call.
        shape: None if it is not known.
        dtype: name, or empty if it is not known.
        constant: the value as text, or "array"; empty for a tensor.
    """

    source: str
    index: int = 0
    shape: Shape | None = None
    dtype: str = ""
    constant: str = ""


@dataclass(frozen=True)
class LayerEntry:
    """One call of a layer or of an operation of `keras.ops`.

    Attributes:
        id: unique in the model: names, outermost first, joined by "/", each with "#2" for its second call.
        name: of the layer.
        class_name: of the layer, such as "Conv2D".
        path: the nested models that contain it, outermost first, as in the id.
        call: 0 for the first call of the layer, 1 for the second.
        inputs: its input tensors, without constants.
        output_shapes: one for each output; None if it is not known.
        merge: whether it is one of the model's merges.
    """

    id: str
    name: str
    class_name: str
    path: tuple[str, ...] = ()
    call: int = 0
    inputs: tuple[Operand, ...] = ()
    output_shapes: tuple[Shape | None, ...] = ()
    merge: bool = False

    @property
    def inbound(self) -> tuple[str, ...]:
        """Ids of the calls whose outputs are its inputs, each once."""
        return tuple(dict.fromkeys(operand.source for operand in self.inputs))


@dataclass(frozen=True)
class InputEntry:
    """One input of the model.

    Attributes:
        id: of its InputLayer's call.
        name: as Keras names it.
        shape: batch first.
        dtype: name.
    """

    id: str
    name: str
    shape: Shape | None
    dtype: str


@dataclass(frozen=True)
class MergeEntry:
    """One call that merges tensors.

    Attributes:
        id: of the call, as in `LayerEntry`.
        name: of the layer.
        operation: name in `core.MERGES`.
        kind: "layer"; "operator" where Python has one (`x * a`; `keras.ops.multiply(x, a)` is saved alike);
            "function" for the others of `keras.ops`.
        layer_class: as saved, such as "Multiply".
        path: as in `LayerEntry`.
        call: as in `LayerEntry`.
        inputs: the operands in order.
        output_shape: from the file, else from the alignment; None if neither is known.
        options: axis, axes, normalize, as far as the operation has them.
        alignment: of the shapes; None if one is not known or they are incompatible.
        error: why the shapes are incompatible.
    """

    id: str
    name: str
    operation: str
    kind: Kind
    layer_class: str
    path: tuple[str, ...]
    call: int
    inputs: tuple[Operand, ...]
    output_shape: Shape | None = None
    options: dict[str, Any] = field(default_factory=dict)
    alignment: Alignment | None = None
    error: MergeError | None = None

    @property
    def input_shapes(self) -> tuple[Shape | None, ...]:
        """One for each operand."""
        return tuple(operand.shape for operand in self.inputs)

    @property
    def inbound(self) -> tuple[str, ...]:
        """Ids of the calls that compute the operands, each once."""
        return tuple(dict.fromkeys(operand.source for operand in self.inputs if operand.source))

    @property
    def stretched_axes(self) -> tuple[tuple[int, ...], ...]:
        """For each operand the axes of the result along which it is broadcast."""
        if self.alignment is None:
            return ((),) * len(self.inputs)
        output = self.alignment.output_shape
        return tuple(_stretched(entry.expanded_shape, entry.roles, output) for entry in self.alignment.inputs)

    @property
    def contracted(self) -> tuple[int, int] | None:
        """The axis of each operand that a Dot contracts; None for others, and where the shapes are not known."""
        return None if self.alignment is None else self.alignment.axes

    @property
    def stretches(self) -> bool:
        """Whether any operand is broadcast."""
        return any(self.stretched_axes)

    @property
    def attention_like(self) -> bool:
        """Whether one operand has a single channel and another has many, as an attention map and its features."""
        shapes = [shape for shape in self.input_shapes if shape]
        last = {shape[-1] for shape in shapes if len(shape) > 1}
        return self.operation == "Multiply" and 1 in last and len(last) > 1

    def align(self, shapes: tuple[Shape, ...]) -> Alignment:
        """The alignment of operands of these shapes, by the rule of a layer or of an operator.

        Raises:
            MergeError: they are incompatible.
        """
        return align_as_written(self.operation, self.kind, self.options, shapes)

    def aligned(self) -> MergeEntry:
        """The same entry with its alignment, or with the error."""
        shapes = tuple(shape for shape in self.input_shapes if shape is not None)
        if len(shapes) < len(self.inputs):
            return self
        try:
            alignment = self.align(shapes)
        except MergeError as error:
            return replace(self, error=error)
        return replace(self, alignment=alignment, output_shape=self.output_shape or alignment.output_shape)


@dataclass(frozen=True)
class ConstantEntry:
    """A call in the form of a merge that combines one tensor with constants, such as `x * 0.5`.

    Attributes:
        id: of the call.
        name: of the operation.
        operation: name in `core.MERGES`.
        constants: their values as text, or "array".
    """

    id: str
    name: str
    operation: str
    constants: tuple[str, ...]


@dataclass(frozen=True)
class JoinEntry:
    """A call in which tensors meet and that is none of the eight merges.

    Attributes:
        id: of the call.
        name: of the layer or operation.
        class_name: as saved, such as "TrueDivide".
        kind: "operation": of `keras.ops`, such as `x / y`; "layer": a layer of Keras that combines tensors inside, such
            as Attention; "code": a Lambda or a custom layer, whose code is not read.
        inputs: the operands in order.
        output_shape: None if it is not known.
        mode: of a Bidirectional, how it merges the two directions; otherwise empty.
    """

    id: str
    name: str
    class_name: str
    kind: JoinKind = "operation"
    inputs: tuple[Operand, ...] = ()
    output_shape: Shape | None = None
    mode: str = ""

    @property
    def input_shapes(self) -> tuple[Shape | None, ...]:
        """One for each operand."""
        return tuple(operand.shape for operand in self.inputs)


@dataclass(frozen=True)
class Refusal:
    """Why the model can be viewed but not run.

    Attributes:
        layer: name of the layer, with its path; empty if it is about the whole file.
        class_name: of the object that may not be created.
        reason: one sentence.
    """

    layer: str
    class_name: str
    reason: Sentence


def _stretched(expanded: Shape, roles: tuple[str, ...], output: Shape) -> tuple[int, ...]:
    wide = [axis for axis, role in enumerate(roles) if role in ("stretched", "inserted")]
    return tuple(axis for axis in wide if expanded[axis] == 1 and output[axis] != 1)
