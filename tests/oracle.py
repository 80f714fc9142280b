"""The reference: the installed Keras, called as a user would call it."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pytest


class _Lazily:
    """The package `keras`, imported when something of it is first used; where it is not installed, the test is skipped.

    So the tests can be collected, and those that need no Keras be run, without TensorFlow.
    """

    def __getattr__(self, name: str) -> Any:
        pytest.importorskip("tensorflow")
        setattr(self, name, getattr(import_module("keras"), name))  # the next use finds it at once
        return getattr(self, name)


keras = _Lazily()


@dataclass(frozen=True)
class Answer:
    """What the layer said: a value and a mask, or the kind and text of an error."""

    value: np.ndarray | None = None
    mask: np.ndarray | None = None
    kind: str = ""
    text: str = ""


def ask(operation: str, inputs: list[np.ndarray], masks: list[Any] | None = None, **options: Any) -> Answer:
    """Call the real layer."""
    try:
        layer = getattr(keras.layers, operation)(**options)
        tensors = [keras.ops.convert_to_tensor(value) for value in inputs]
        for tensor, mask in zip(tensors, masks or [], strict=False):
            if mask is not None:
                tensor._keras_mask = keras.ops.convert_to_tensor(mask)
        result = layer(tensors)
    except Exception as error:  # whatever it is, it is the answer
        return Answer(kind=type(error).__name__, text=re.sub(r"\x1b\[[0-9;]*m", "", str(error)))
    mask = getattr(result, "_keras_mask", None)
    return Answer(value=np.asarray(result), mask=None if mask is None else np.asarray(mask))
