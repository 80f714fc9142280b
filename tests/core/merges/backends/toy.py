"""A backend of its own in one file: what a new row of the table needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.dtypes import Array
from core.errors import KerasText, MergeError, Shape
from core.merges.backends.row import Backend, Dtype, Note, promote_wide
from core.sentences import Sentence


def convert(array: Array) -> Array:
    """Every input as its tensor holds it; there is no uint16.

    Raises:
        MergeError: uint16.
    """
    if array.dtype == np.uint16:
        raise MergeError(KerasText("no uint16", "ToyError"), Sentence("The toy has no {dtype}.", dtype=array.dtype))
    return array


def quotient(dtype: Dtype) -> Dtype:
    """Every mean is float64."""
    return np.dtype(np.float64)


def _axis_text(axis: int, shapes: Sequence[Shape]) -> str:
    return KerasText(f"toy: no axis {axis}", "ToyError")


TOY = Backend(
    "toy",
    "Toy",
    "Toy 1.0",
    "toy.Tensor",
    "toy/numpy.py",
    (Note("mean", Sentence("The toy divides as float64.")),),
    concatenate_axis_text=_axis_text,
    concatenate_ranks_text=lambda shapes, other: f"toy: input {other} has another rank",
    reshape_text=lambda shapes, contracted: "",
    mask_text=lambda first, second: f"toy: {first} and {second}",
    packages=("a_module_that_is_not_installed",),
    requirements="requirements-toy.txt",
    convert=convert,
    promote=promote_wide,
    quotient=quotient,
    tie=0.25,
)
