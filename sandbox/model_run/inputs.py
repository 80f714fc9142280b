"""Checks the arrays for the inputs of a model before they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

import numpy as np

from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.limits import MAX_ELEMENTS
from sandbox.model_file.file import InputEntry, ModelFile

MAX_FED = 4 * MAX_ELEMENTS  # elements of all inputs together
_DTYPES = frozenset(["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float16", "float64"])
_SHOWN = 60  # characters of a foreign name in an error


def checked_inputs(model: ModelFile, inputs: Mapping[str, Array]) -> list[Array]:
    """One array for each input of the model, in its order and dtype.

    Args:
        model: that takes them.
        inputs: by the name of the input, batch first, all of one batch.

    Raises:
        MergeError: one is missing, too large or of another shape; or all together are too large.
    """
    for name in inputs:
        if name not in {entry.name for entry in model.inputs}:
            raise invalid_request(
                "The model has no input {name}; it has {names}.",
                name=repr(name)[:_SHOWN],
                names=", ".join(entry.name for entry in model.inputs)[:_SHOWN],
            )
    arrays = [_checked(entry, inputs.get(entry.name)) for entry in model.inputs]
    check_sizes(array.shape for array in arrays)
    batches = sorted({array.shape[0] for array in arrays if array.ndim})
    if len(batches) > 1:
        raise invalid_request(
            "All inputs need the same number of samples; they have {sizes}.", sizes=", ".join(map(str, batches))
        )
    return arrays


def check_sizes(shapes: Iterable[Shape]) -> None:
    """Check that the inputs together are not too large, before they are created.

    Args:
        shapes: of each; None counts as 1.

    Raises:
        MergeError: names the count and the limit.
    """
    count = sum(prod(1 if size is None else size for size in shape) for shape in shapes)
    if count > MAX_FED:
        raise invalid_request(
            "The inputs together have {count} elements; at most {limit} are allowed.",
            count=f"{count:,}",
            limit=f"{MAX_FED:,}",
        )


def _checked(entry: InputEntry, array: Array | None) -> Array:
    name = entry.name[:_SHOWN]
    if array is None:
        raise invalid_request("The input {name} is missing.", name=name)
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise invalid_request("The input {name} takes numbers; this array holds {dtype}.", name=name, dtype=array.dtype)
    if entry.shape is not None and not _fits(array.shape, entry.shape):
        raise invalid_request(
            "The input {name} takes {expected}; this array has the shape {given}.",
            name=name,
            expected=entry.shape,
            given=array.shape,
        )
    if not 0 < array.size <= MAX_ELEMENTS:
        raise invalid_request(
            "The input {name} has {count} elements; between 1 and {limit} are allowed.",
            name=name,
            count=f"{array.size:,}",
            limit=f"{MAX_ELEMENTS:,}",
        )
    dtype = entry.dtype if entry.dtype in _DTYPES else "float32"
    with np.errstate(over="ignore", invalid="ignore"):
        return array.astype(dtype)


def _fits(given: Shape, expected: Shape) -> bool:
    pairs = zip(given, expected, strict=False)
    return len(given) == len(expected) and all(theirs in (None, ours) for ours, theirs in pairs)
