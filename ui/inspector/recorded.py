"""The tensors that a run recorded of one merge, as they enter the arithmetic that is written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core import AlignedInput, Alignment, Merged, MergeError, Sentence
from core.dtypes import Array
from core.errors import Shape, invalid_request, short
from sandbox.model_file.file import MergeEntry
from ui.text import t

_DIGITS = {"float16": 3, "bfloat16": 2}  # significant decimal digits
_BATCHED = ("Dot", "Concatenate")  # operations that need equal batches even when a model runs
_MASKED = ("Multiply", "Maximum", "Minimum")  # operations in which a mask changes the result


@dataclass(frozen=True)
class Tensors:
    """What one run recorded of a merge. Asked for again, it holds the same arrays.

    Attributes:
        entry: the merge.
        inputs: its operands.
        output: its result.
        masks: one for each operand, of its shape without the last axis; None for one without a mask. Empty if no
            operand has one.
        dtype: of the result in the model; arrays of bfloat16 are recorded as float32.
        dtypes: of the operands in the model; empty if they are those of the arrays.
        gradients: one for each operand, if they were asked for.
    """

    entry: MergeEntry
    inputs: tuple[Array, ...]
    output: Array
    masks: tuple[Array | None, ...] = ()
    dtype: str = ""
    gradients: tuple[Array, ...] = ()
    dtypes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """For display: the number of each operand and the layer that computes it, and the output."""
        return tensor_names(self.entry, len(self.inputs))

    @property
    def all(self) -> tuple[Array, ...]:
        """Inputs, then the output."""
        return (*self.inputs, self.output)

    @property
    def normalize(self) -> bool:
        """Whether it is a Dot of normalized inputs."""
        return bool(self.entry.options.get("normalize", False))

    @property
    def masked(self) -> bool:
        """Whether a mask changes the result."""
        return (
            self.entry.operation in _MASKED
            and self.entry.kind == "layer"
            and any(mask is not None and not mask.all() for mask in self.masks)
        )

    @property
    def computed_dtype(self) -> str:
        """The dtype of 16 bits in which the merge computes; empty for any other."""
        return self.dtype if self.dtype in _DIGITS else ""

    @property
    def shown_dtypes(self) -> tuple[str, ...]:
        """Of the operands and the result, as they are computed with; an empty name for that of the array."""
        own = self.dtypes or ("",) * len(self.inputs)
        cast = [self.computed_dtype if part.dtype.kind == "f" else "" for part in self.inputs]
        return (*(one or known for one, known in zip(cast, own, strict=True)), self.dtype)

    def alignment(self) -> Alignment:
        """The alignment of the recorded shapes. Inside a built model, a batch of 1 is broadcast, as by an operator.

        Raises:
            MergeError: they are incompatible by the rules of the engine, or the result has another shape.
        """
        found = aligned(self.entry, tuple(tensor.shape for tensor in self.inputs))
        if found.output_shape != self.output.shape:
            raise invalid_request(
                "The result has the shape {found}; by the rules of the engine it is {expected}.",
                found=self.output.shape,
                expected=found.output_shape,
            )
        return found


def aligned(entry: MergeEntry, shapes: tuple[Shape, ...]) -> Alignment:
    """The alignment of a merge that has run on operands of these shapes.

    Raises:
        MergeError: they are incompatible by the rules of the engine.
    """
    batches = {shape[:1] for shape in shapes}
    whole = max(batches)
    if entry.kind != "layer" or entry.operation in _BATCHED or batches != {(1,), whole}:
        return entry.align(shapes)
    alignment = entry.align(tuple(whole + shape[1:] for shape in shapes))
    pairs = zip(alignment.inputs, shapes, strict=True)
    return replace(alignment, inputs=tuple(_one_sample(one) if shape[0] == 1 else one for one, shape in pairs))


def _one_sample(entry: AlignedInput) -> AlignedInput:
    """The operand with a batch of 1, which is broadcast."""
    return replace(
        entry,
        shape=(1, *entry.shape[1:]),
        expanded_shape=(1, *entry.expanded_shape[1:]),
        roles=("stretched", *entry.roles[1:]),
        read_shape=(1, *entry.read_shape[1:]),
    )


def tensor_names(entry: MergeEntry, count: int) -> list[str]:
    """Names of so many operands and of the output."""
    return [*(operand_name(entry, number) for number in range(count)), t("output")]


def operand_name(entry: MergeEntry, number: int) -> str:
    """Number and origin of an operand, as plain text."""
    operand = entry.inputs[number] if number < len(entry.inputs) else None
    origin = (operand.source or operand.constant) if operand else ""
    name = t("input {number}", number=number)
    return f"{name} · {short(origin.split('/')[-1])}" if origin else name


def computed_inputs(tensors: Tensors, alignment: Alignment) -> tuple[Array, ...]:
    """The operands as the arithmetic takes them: cast, and masked values replaced, so that it gives the result.

    Multiply takes 1 for a masked value, and the result is 0 where every input is masked. Maximum and Minimum skip a
    masked value; where every input is masked, they return that of the first (keras/src/layers/merging).
    """
    tensors = replace(tensors, inputs=tuple(rounded_to(part, tensors.computed_dtype) for part in tensors.inputs))
    if not tensors.masked:
        return tensors.inputs
    counted = [_counted(mask, part, entry.inserted) for mask, part, entry in
               zip(tensors.masks, tensors.inputs, alignment.inputs, strict=True)]  # fmt: skip
    multiply = tensors.entry.operation == "Multiply"
    neutral = 1.0 if multiply else -np.inf if tensors.entry.operation == "Maximum" else np.inf
    replaced = []
    for part, one in zip(tensors.inputs, counted, strict=True):
        wide = part if multiply or part.dtype.kind == "f" else part.astype(np.float32)
        replaced.append(wide if one is None else np.where(one, wide, np.asarray(neutral, wide.dtype)))
    nowhere = _masked_everywhere(counted, tensors, alignment)
    if nowhere is not None:
        first = np.zeros((), replaced[0].dtype) if multiply else tensors.inputs[0]
        _put_where_masked(replaced, nowhere, first)
    return tuple(replaced)


def rounded_to(part: Array, dtype: str) -> Array:
    """Floats rounded to 16 bits, those of bfloat16 as an array of float32; other arrays as they are."""
    if not dtype or part.dtype.kind != "f":
        return part
    with np.errstate(over="ignore"):
        if dtype == "float16":
            return part.astype(np.float16)
        wide = np.ascontiguousarray(part, dtype=np.float32)
    bits = wide.view(np.uint32)
    even = (bits >> 16) & 1  # half-way values go to the even neighbour
    rounded = ((bits + (0x7FFF + even)) & np.uint32(0xFFFF0000)).view(np.float32)
    return np.where(np.isfinite(wide), rounded, wide)


def _put_where_masked(replaced: list[Array], nowhere: Array, value: Array) -> None:
    """Put the result at masked positions into the first operand that has a value of its own at each of them."""
    for number, part in enumerate(replaced):
        wide = tuple(axis for axis, size in enumerate(part.shape) if size != nowhere.shape[axis])
        alike = nowhere.all(axis=wide, keepdims=True)
        if np.array_equal(np.broadcast_to(alike, nowhere.shape), nowhere) and (number == 0 or not wide):
            own = np.broadcast_to(value, part.shape if number == 0 else nowhere.shape)
            replaced[number] = np.where(alike, own, part).astype(part.dtype)
            return


def _counted(mask: Array | None, part: Array, inserted: int) -> Array | None:
    """Where an operand counts, in its own shape; None if it counts everywhere. Keras loses masks of expanded inputs."""
    return None if mask is None or inserted else np.broadcast_to(mask[..., None].astype(np.bool_), part.shape)


def _masked_everywhere(counted: Sequence[Array | None], tensors: Tensors, alignment: Alignment) -> Array | None:
    """Where every input is masked, in the shape of the output; None if that cannot be."""
    if any(one is None for one in counted):
        return None
    anywhere = np.zeros(tensors.output.shape, dtype=np.bool_)
    for one, entry in zip(counted, alignment.inputs, strict=True):
        assert one is not None
        anywhere |= np.broadcast_to(one.reshape(tuple(size or 1 for size in entry.expanded_shape)), anywhere.shape)
    return ~anywhere


def notes(tensors: Tensors) -> list[str]:
    """Why a result may differ from the plain formula: masks, rounding, integers that wrap around."""
    found: list[str | Sentence] = []
    if tensors.masked and tensors.entry.operation == "Multiply":
        found.append(t("Masked values count as 1; where every input is masked, the result is 0."))
    elif tensors.masked:
        found.append(t("Masked values are skipped (shown as infinite)."))
    dtype = tensors.dtype or str(tensors.output.dtype)
    if dtype in _DIGITS:
        found.append(
            t("Computed in {dtype}: rounded to about {count} significant digits.", dtype=dtype, count=_DIGITS[dtype])
        )
    elif tensors.output.dtype.kind in "iu":
        try:
            dtypes = tuple(tensor.dtype for tensor in tensors.inputs)
            found += Merged(tensors.output, None, tensors.alignment(), dtypes).warnings
        except (MergeError, ValueError):
            pass
    return [t(note) if isinstance(note, Sentence) else note for note in found]
