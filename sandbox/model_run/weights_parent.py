"""Has the weights of a file looked at by a process of its own, without Keras."""

from __future__ import annotations

import tempfile

import numpy as np

from core import MergeError, Sentence
from core.limits import MAX_MODEL_BYTES
from sandbox.model_file.archive import read_weights
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import SandboxProcess

_MEMORY = 2**31  # of address space: three times the largest file, and what h5py takes
_SECONDS = 60.0


def check_stored(content: bytes) -> None:
    """Refuse a file whose weights point at other files, or are not what they claim.

    Where h5py is not installed nothing is refused: then nobody can read them either.

    Args:
        content: of a .keras file that `read_model` has taken.

    Raises:
        MergeError: one sentence on what is wrong with its weights.
        SandboxError: the process that looked at them was stopped.
    """
    weights = read_weights(content)
    if not weights:
        return
    with tempfile.TemporaryDirectory(prefix="mergescope-") as folder:
        here = dict.fromkeys(("TMPDIR", "TEMP", "HOME"), folder)
        process = SandboxProcess(
            "sandbox.model_run.weights_child", _MEMORY, _SECONDS, most_bytes=MAX_MODEL_BYTES + 1_000, environment=here,
            folder=folder,
        )  # fmt: skip
        try:
            told = process.submit("check", {}, [np.frombuffer(weights, np.uint8)]).result().header
        except SandboxError as error:
            if error.kind in ("start", "resting"):
                return
            raise
        finally:
            process.close()
    if told["refused"] is not None:
        raise MergeError(Sentence(str(told["refused"]), **told["values"]))
