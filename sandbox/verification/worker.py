"""The job of the child that runs Keras. Only `keras` is imported, so `KERAS_BACKEND` selects the backend."""

from __future__ import annotations

import os
import re
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its sums differ in the last bit
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the memory limit here is for the processor's memory
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras
import numpy as np

from core.merges.operations import MERGES
from sandbox.processes.keras_internals import mask_of, with_mask
from sandbox.processes.messages import Array, Message

keras.config.set_floatx("float32")  # what the engine promises, whatever this machine's keras.json says

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def merge(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Call a merge layer as a user would.

    Args:
        header: "operation", "options" of the layer, "inputs" (how many of the arrays), "masks": for each input the
            number of the array that is its mask, or None.
        arrays: inputs, then masks.

    Returns:
        "refused": Keras's text, or None; the arrays are then the value and, where there is one, the mask.
    """
    if header["operation"] not in MERGES:
        raise ValueError(f"There is no merge {header['operation']!r}.")
    try:
        results = _call(header, arrays)
    except MemoryError:
        raise
    except Exception as error:  # whatever it is, it is what Keras does
        if type(error).__name__ == "ResourceExhaustedError":
            raise
        return _about() | {"refused": _COLOURS.sub("", str(error))}, []
    return _about() | {"refused": None}, results


def _call(header: dict[str, Any], arrays: list[Array]) -> list[Array]:
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in header["options"].items()}
    layer = getattr(keras.layers, header["operation"])(**options)
    tensors = [keras.ops.convert_to_tensor(array) for array in arrays[: header["inputs"]]]
    for tensor, number in zip(tensors, header["masks"], strict=False):
        if number is not None and not isinstance(tensor, np.ndarray):  # an array of NumPy cannot hold a mask
            with_mask(tensor, keras.ops.convert_to_tensor(arrays[number]))
    result = layer(tensors)
    mask = mask_of(result)
    found = (result,) if mask is None else (result, mask)
    return [keras.ops.convert_to_numpy(tensor) for tensor in found]


def _about() -> dict[str, Any]:
    return {"versions": f"Keras {keras.__version__}", "backend": keras.backend.backend()}


JOBS = {"merge": merge}
