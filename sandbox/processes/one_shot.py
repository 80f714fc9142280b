"""One question to a process that is started for it and ends with it: for files that only need to be read once."""

from __future__ import annotations

import tempfile
import threading
from typing import Any

import numpy as np

from core import MergeError, Sentence
from sandbox.processes.process import Reply, SandboxProcess

_EXTRA = 1_000  # bytes of a message beside the file
_ONE_AT_A_TIME = threading.Lock()  # so that the memory of all such processes has a limit


def ask_once(
    module: str, job: str, header: dict[str, Any], content: bytes, *, memory_bytes: int, seconds: float, most_bytes: int
) -> Reply:
    """Start the process of a module, ask one question about a file, and end it.

    Args:
        module: of the child; its job answers with "refused": None, or template and "values" of a sentence.
        job: name of the job.
        header: of the question.
        content: of the file.
        memory_bytes: private memory of the process.
        seconds: after which it is stopped.
        most_bytes: of arrays in one message.

    Raises:
        MergeError: the file was refused.
        SandboxError: the process could not be started or was stopped.
    """
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="mergescope-") as folder:
        here = dict.fromkeys(("TMPDIR", "TEMP", "HOME"), folder)
        process = SandboxProcess(
            module, memory_bytes, seconds, most_bytes=most_bytes + _EXTRA, environment=here, folder=folder
        )
        try:
            reply = process.submit(job, header, [np.frombuffer(content, np.uint8)]).result()
        finally:
            process.close()
    if reply.header["refused"] is not None:
        raise MergeError(Sentence(str(reply.header["refused"]), **reply.header["values"]))
    return reply


def refused(error: MergeError) -> dict[str, Any]:
    """The answer of a child to a file that it refuses."""
    text = error.keras_message
    values = {name: str(value) for name, value in getattr(text, "values", {}).items()}
    return {"refused": getattr(text, "template", str(text)), "values": values}
