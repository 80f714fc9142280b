"""The job of a child that looks at weights and loads nothing: for whoever only wants the list of merges, without Keras.

Fenced in before the first byte is looked at, as HDF5 is C code.
"""

from __future__ import annotations

from typing import Any

from core import MergeError
from sandbox.model_run.weights_check import check_weights
from sandbox.processes.child_main import Job
from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.messages import Array, Message


def check(_header: dict[str, Any], arrays: list[Array]) -> Message:
    """Check the bytes of model.weights.h5.

    Returns:
        "refused": what is wrong with them, as template and values, or None.
    """
    try:
        check_weights(arrays[0].tobytes())
    except MergeError as error:
        text = error.keras_message
        values = {name: str(value) for name, value in getattr(text, "values", {}).items()}
        return {"refused": getattr(text, "template", str(text)), "values": values}, []
    return {"refused": None}, []


restrict_system_calls()  # its files were restricted before the first import
JOBS: dict[str, Job] = {"check": check}
