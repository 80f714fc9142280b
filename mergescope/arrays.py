"""Arrays and tensors of any framework as NumPy arrays. No framework is imported here: the caller has."""

from __future__ import annotations

from typing import Any

import numpy as np

from .engine import Array, invalid_request

_BACKENDS = {"tensorflow": "tensorflow", "torch": "torch", "jax": "jax", "jaxlib": "jax"}


def as_numpy(value: Any) -> Array:
    """The values of an array or a tensor.

    Args:
        value: of NumPy, PyTorch, JAX, TensorFlow or Keras, on any device, or a nested list.

    Returns:
        An array that may share its memory; bfloat16 and float8 become float32.

    Raises:
        MergeError: it has no values (a symbolic tensor), or they are no dense rectangular tensor.
    """
    plain = value
    if hasattr(plain, "detach"):  # PyTorch: values that require gradients have to be detached
        plain = plain.detach().cpu()
        plain = (
            plain.float() if "bfloat16" in str(plain.dtype) or "float8" in str(plain.dtype) else plain.resolve_conj()
        )
    elif type(plain).__module__.startswith("keras") and hasattr(plain, "value"):  # a variable
        plain = plain.value
    try:
        array = np.from_dlpack(plain) if _only_dlpack(plain) else np.asarray(plain)
    except Exception:  # each framework raises its own kind for tensors without values, sparse and ragged ones
        raise _no_values(value) from None
    if isinstance(plain, np.ma.MaskedArray) and np.ma.is_masked(plain):
        raise invalid_request("The array has masked elements. Fill them first, for example with NaN: x.filled(np.nan).")
    if array.dtype.kind == "O":
        raise _objects(value)
    return array if array.dtype.kind in "biufc" else _widened(array)


def _only_dlpack(value: Any) -> bool:
    return hasattr(value, "__dlpack__") and not hasattr(value, "__array__")


def _widened(array: Array) -> Array:
    """bfloat16 and float8 of ml_dtypes, which NumPy lists among its raw bytes; texts and dates are no numbers."""
    try:
        if array.dtype.kind == "V" and array.dtype.names is None:
            return array.astype(np.float32)
    except (TypeError, ValueError):  # raw bytes
        pass
    raise invalid_request("{dtype} is no dtype of numbers. Convert the array first.", dtype=str(array.dtype)[:40])


def _objects(value: Any) -> Exception:
    if not isinstance(value, np.ndarray) and not hasattr(value, "to_numpy"):
        return _no_values(value)
    return invalid_request(
        "{type} holds Python objects (dtype object), not numbers. If all of them are numbers, convert it first: "
        "{numpy}; a pandas table with missing values: {pandas}.",
        type=type(value).__name__,
        numpy='x.astype("float32")',
        pandas='x.to_numpy("float32", na_value=np.nan)',
    )


def _no_values(value: Any) -> Exception:
    return invalid_request(
        "{type} cannot be read as an array of numbers. Pass a dense tensor with values: NumPy, PyTorch, JAX or "
        "TensorFlow; a symbolic tensor has none.",
        type=type(value).__name__,
    )


def dtype_name(tensor: Any) -> str:
    """The dtype of a tensor in its framework, such as "bfloat16"."""
    dtype = getattr(tensor, "dtype", None)
    name = getattr(dtype, "name", None) or str(np.asarray(tensor).dtype if dtype is None else dtype)
    return str(name).removeprefix("torch.")


def backend_of(values: tuple[Any, ...]) -> str:
    """The backend of Keras that computes with such arrays; "tensorflow" for NumPy."""
    found = [_BACKENDS.get(type(value).__module__.partition(".")[0]) for value in values]
    return next((name for name in found if name), "tensorflow")
