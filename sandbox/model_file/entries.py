"""A Keras model as plain data: what stands in its file, before any of it is run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core import Alignment, MergeError, Sentence, align
from core.errors import Shape
from core.merges.keras_ops import align_operator

Kind = Literal["layer", "operator", "function"]


@dataclass(frozen=True)
class Operand:
    """One tensor that goes into a call.

    Attributes:
        source: id of the call that makes it; empty for a constant.
        index: which of that call's outputs.
        shape: None where the file does not say.
        dtype: name, or empty where the file does not say.
        constant: the number, or "array"; empty for a tensor.
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
        id: unique in the model: names from the outside in, joined by "/", each with "#2" for its second call.
        name: of the layer.
        class_name: of the layer, such as "Conv2D".
        path: the nested models that it stands in, from the outside in, as in the id.
        call: 0 for the first call of the layer, 1 for the second.
        inputs: the tensors that go in, constants left out.
        output_shapes: one for each output; None where the file does not say.
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
        """Ids of the calls whose outputs go in, each once."""
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
        output_shape: as the file says, else as the alignment says; None where neither does.
        options: axis, axes, normalize: those that the operation has.
        alignment: how the shapes line up; None where one is not known, or where they do not fit.
        error: why they do not fit.
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
        """Ids of the calls that make the operands, each once."""
        return tuple(dict.fromkeys(operand.source for operand in self.inputs if operand.source))

    @property
    def stretched_axes(self) -> tuple[tuple[int, ...], ...]:
        """For each operand the axes of the result along which it is stretched."""
        if self.alignment is None:
            return ((),) * len(self.inputs)
        output = self.alignment.output_shape
        return tuple(_stretched(entry.expanded_shape, entry.roles, output) for entry in self.alignment.inputs)

    @property
    def stretches(self) -> bool:
        """Whether any operand is stretched."""
        return any(self.stretched_axes)

    @property
    def attention_like(self) -> bool:
        """Whether one operand has a single channel and another has many: one map weighs them all."""
        shapes = [shape for shape in self.input_shapes if shape]
        last = {shape[-1] for shape in shapes if len(shape) > 1}
        return self.operation == "Multiply" and 1 in last and len(last) > 1

    def align(self, shapes: tuple[Shape, ...]) -> Alignment:
        """How operands of these shapes line up, by the rule of a layer or of an operator.

        Raises:
            MergeError: they do not.
        """
        if self.kind == "layer":
            return align(self.operation, shapes, **{k: v for k, v in self.options.items() if k in ("axis", "axes")})
        return align_operator(self.operation, shapes, axis=self.options.get("axis", 0))

    def aligned(self) -> MergeEntry:
        """The same entry with its alignment, or the reason why there is none."""
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
    """A call that has the form of a merge, but combines a tensor with a constant, such as `x * 0.5`.

    Attributes:
        id: of the call.
        name: of the operation.
        operation: name in `core.MERGES`.
        constants: the numbers, or "array".
    """

    id: str
    name: str
    operation: str
    constants: tuple[str, ...]


@dataclass(frozen=True)
class JoinEntry:
    """A call of `keras.ops` that joins tensors and is none of the eight merges, such as `x / y` or `x @ y`.

    Attributes:
        id: of the call.
        name: of the operation.
        class_name: as saved, such as "TrueDivide".
    """

    id: str
    name: str
    class_name: str


@dataclass(frozen=True)
class Refusal:
    """Why the model is shown but not run.

    Attributes:
        layer: name of the layer, with its path; empty where it is the file.
        class_name: of what is refused.
        reason: one sentence.
    """

    layer: str
    class_name: str
    reason: Sentence


def _stretched(expanded: Shape, roles: tuple[str, ...], output: Shape) -> tuple[int, ...]:
    wide = [axis for axis, role in enumerate(roles) if role in ("stretched", "inserted")]
    return tuple(axis for axis in wide if expanded[axis] == 1 and output[axis] != 1)
