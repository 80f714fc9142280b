"""The tensors that a run recorded of one merge, as they enter the arithmetic that is written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core import Alignment, Merged, MergeError, Sentence
from core.dtypes import Array
from core.errors import short
from sandbox.model_file.file import MergeEntry
from ui.text import t

_DIGITS = {"float16": 3, "bfloat16": 2}  # significant decimal digits
_MASKED = ("Multiply", "Maximum", "Minimum")  # operations in which a mask changes the result


@dataclass(frozen=True, eq=False)
class Tensors:
    """What one run recorded of a merge.

    Attributes:
        entry: the merge.
        inputs: its operands.
        output: its result.
        masks: one for each operand, of its shape without the last axis; None for one without a mask. Empty if no
            operand has one.
        dtype: of the result in the model; arrays of bfloat16 are recorded as float32.
        gradients: one for each operand, if they were asked for.
    """

    entry: MergeEntry
    inputs: tuple[Array, ...]
    output: Array
    masks: tuple[Array | None, ...] = ()
    dtype: str = ""
    gradients: tuple[Array, ...] = ()

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

    def alignment(self) -> Alignment:
        """The alignment of the recorded shapes.

        Raises:
            MergeError: they are incompatible by the rules of the engine.
        """
        return self.entry.align(tuple(tensor.shape for tensor in self.inputs))


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
    """The operands as the arithmetic takes them: masked values replaced, so that what is written gives the result.

    Multiply takes 1 for a masked value, and the result is 0 where every input is masked. Maximum and Minimum skip a
    masked value; where every input is masked, they return that of the first (keras/src/layers/merging).
    """
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
