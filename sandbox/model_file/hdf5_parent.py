"""Has an HDF5 file checked and read by a fenced process, without Keras. HDF5 is C code and never opened here."""

from __future__ import annotations

from core.errors import invalid_request
from core.limits import MAX_MODEL_BYTES
from sandbox.processes.errors import SandboxError
from sandbox.processes.one_shot import ask_once
from sandbox.processes.process import Reply

MEMORY_BYTES = 3 * MAX_MODEL_BYTES + 300_000_000  # private: three times the largest file, and what h5py takes
_SECONDS = 60.0
_NOT_THERE = ("start", "resting")  # kinds of failure if h5py is not installed


def check_stored(weights: bytes) -> None:
    """Reject weights that point at other files, or whose sizes are not what they declare.

    Without h5py nothing is rejected: then nothing can read them either.

    Args:
        weights: content of an HDF5 file; empty if there are none.

    Raises:
        MergeError: one sentence on what is wrong with them.
        SandboxError: the process that checked them was stopped.
    """
    if not weights:
        return
    try:
        _ask("check", weights)
    except SandboxError as error:
        if error.kind not in _NOT_THERE:
            raise


def read_hdf5(content: bytes) -> tuple[bytes, str, int]:
    """What an HDF5 file of Keras says about its model, after all of it has been checked.

    Args:
        content: of the whole file.

    Returns:
        The model's config as JSON (empty if there is none), the version of Keras that saved it, and the bytes of its
        weights.

    Raises:
        MergeError: one sentence on what is wrong with the file.
        SandboxError: the process that read it was stopped.
    """
    try:
        reply = _ask("config", content)
    except SandboxError as error:
        if error.kind in _NOT_THERE:
            raise invalid_request("HDF5 files are read only where h5py is installed.") from None
        raise
    return reply.arrays[0].tobytes(), str(reply.header["version"]), int(reply.header["stored"])


def _ask(job: str, content: bytes) -> Reply:
    return ask_once(
        "sandbox.model_file.hdf5_child", job, {}, content, memory_bytes=MEMORY_BYTES, seconds=_SECONDS,
        most_bytes=MAX_MODEL_BYTES,
    )  # fmt: skip
