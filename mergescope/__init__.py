"""Mergescope in a notebook or a training run: the linked view of a merge, and what a live model does with its tensors.

    import mergescope

    mergescope.show("Multiply", features, alpha)       # NumPy, PyTorch, JAX and TensorFlow arrays
    seen = mergescope.inspect(model, inputs)           # every call in which tensors meet
    mergescope.record(model, inputs, "run.msr.npz")    # for the model inspector of the app

No framework is imported before one is used, and Streamlit never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .engine import MergeError
from .inspecting import Inspection, Place, inspect
from .language import set_language
from .recording import record
from .showing import Mismatch, show

if TYPE_CHECKING:
    from .gate_recorder import GateRecorder

__all__ = ["GateRecorder", "Inspection", "MergeError", "Mismatch", "Place", "inspect", "record", "set_language", "show"]


def __getattr__(name: str) -> Any:
    """`GateRecorder` is a class of Keras, which is imported when it is used."""
    if name == "GateRecorder":
        from .gate_recorder import GateRecorder  # noqa: PLC0415  # imports Keras

        return GateRecorder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
