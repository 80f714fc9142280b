"""The jobs of a child that checks and reads HDF5 and loads no model. It has no Keras.

It is restricted before it looks at the first byte, as HDF5 is C code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core import MergeError
from sandbox.model_file.hdf5_check import check_weights, model_config
from sandbox.processes.child_main import Job
from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.messages import Array, Message
from sandbox.processes.one_shot import refused


def check(_header: dict[str, Any], arrays: list[Array]) -> Message:
    """Check the bytes of model.weights.h5.

    Returns:
        "refused": what is wrong with them, as template and values, or None.
    """
    try:
        check_weights(arrays[0].tobytes())
    except MergeError as error:
        return refused(error), []
    return {"refused": None}, []


def config(_header: dict[str, Any], arrays: list[Array]) -> Message:
    """Check the bytes of an HDF5 file and read what it says about its model.

    Returns:
        "refused" as above; "version" of Keras; "stored": bytes of weights. Arrays: the config as JSON.
    """
    content = arrays[0].tobytes()
    try:
        check_weights(content)
        text, version, stored = model_config(content)
    except MergeError as error:
        return refused(error), []
    return {"refused": None, "version": version, "stored": stored}, [np.frombuffer(text, np.uint8)]


restrict_system_calls()  # its files were restricted before the first import
JOBS: dict[str, Job] = {"check": check, "config": config}
