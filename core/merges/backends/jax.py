"""Keras on JAX, with its default of 32 bits (keras/src/backend/jax/)."""

from __future__ import annotations

from collections.abc import Sequence

from ...dtypes import Array
from ...errors import Call, KerasText, MergeError, Shape
from ...sentences import Sentence
from ...sentences import Sentence as _
from ..operations import Operation
from .row import Backend, Note, merged_axes, narrowed, no_difference_of_bool

check_subtract = no_difference_of_bool(
    KerasText(
        "sub does not accept dtype bool at position 0. Accepted dtypes at position 0 are subtypes of integer, "
        "floating, complexfloating.",
        "TypeError",
    ),
    _("JAX does not subtract bool arrays; cast the inputs to float32 first."),
)


def check_normalize(row: Operation, arrays: Sequence[Array], call: Call) -> None:
    """Reject the normalization of integers, as JAX's square root does.

    Raises:
        MergeError: with JAX's text in Keras's frame.
    """
    whole = next((array.dtype for array in arrays if array.dtype.kind != "f"), None)
    if whole is not None:
        raise MergeError(
            KerasText(
                f"rsqrt does not accept dtype {'uint32' if whole.kind == 'u' else 'int32'}. Accepted dtypes are "
                "subtypes of floating, complexfloating.",
                "TypeError",
            ),
            Sentence("JAX does not normalize {dtype}; cast the inputs to float32 first.", dtype=whole),
            call=call,
        )


def _axis_text(axis: int, shapes: Sequence[Shape]) -> str:
    return f"axis {axis} is out of bounds for array of dimension {len(shapes[0])}"


def _ranks_text(shapes: Sequence[Shape], other: int) -> str:
    listed = ", ".join(map(str, shapes))
    return KerasText(f"Cannot concatenate arrays with different numbers of dimensions: got {listed}.", "TypeError")


def _reshape_text(shape: Shape, axis: int, number: int) -> str:
    blind = len(shape) > 3 and 0 in (shape[0], shape[axis])
    return KerasText("integer modulo by zero", "ZeroDivisionError") if blind else ""


def _mask_text(first: Shape, second: Shape) -> str:
    """Masks of equal rank are compared by another function, which raises another class."""
    if len(first) == len(second):
        return KerasText(f"or got incompatible shapes for broadcasting: {first}, {second}.", "TypeError")
    return f"Incompatible shapes for broadcasting: shapes=[{first}, {second}]"


JAX = Backend(
    "jax",
    "JAX",
    "Keras 3.15.1, JAX 0.10.2 (CPU)",
    "jnp.ndarray",
    "keras/src/backend/jax/numpy.py, core.py; jax/_src/dtypes.py",
    (
        Note("integers", _("Every int64 becomes int32 and every uint64 becomes uint32; larger values wrap around.")),
        Note("mean", _("Average of integers is float32.")),
        Note("subnormal", _("Subnormal values become 0 where they are computed with; casts and copies keep them.")),
        Note("normalize", _("Dot with normalize=True rejects integers.")),
        Note("ties", _("Equal operands of Maximum and Minimum each get half of the gradient.")),
        Note("bool", _("Subtract rejects bool.")),
        Note(
            "select",
            _("A float times a bool of the output's shape is 0 where the bool is False, even for inf and NaN."),
        ),
        Note("single", _("Concatenate of one input returns that very tensor, with its mask.")),
        Note("zero norm", _("The gradient of Dot with normalize=True is NaN where the norm is 0.")),
    ),
    concatenate_axis_text=_axis_text,
    concatenate_ranks_text=_ranks_text,
    reshape_text=merged_axes(_reshape_text),
    mask_text=_mask_text,
    packages=("jax",),
    requirements="requirements-jax.txt",
    scalar_text="axis 1 is out of bounds for array of dimension 1",
    convert=narrowed,
    check_dtypes=check_subtract,
    check_normalize=check_normalize,
    flushes=True,
    flushes_casts=False,
    selects=True,
    passes_single=True,
    zero_norm_gradient=float("nan"),
)
