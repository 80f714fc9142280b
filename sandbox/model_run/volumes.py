"""TIFF, DICOM and NIfTI by their libraries, in a fenced process that is started for one file."""

from __future__ import annotations

from core import Sentence
from core.errors import invalid_request
from core.limits import MAX_UPLOAD_BYTES
from sandbox.model_run.input_arrays import Picture
from sandbox.processes.errors import SandboxError
from sandbox.processes.one_shot import ask_once

KINDS = {".tif": "tiff", ".tiff": "tiff", ".dcm": "dicom", ".nii": "nifti", ".nii.gz": "nifti"}
ENDINGS = tuple(KINDS)
_MEMORY = 900_000_000  # private
_SECONDS = 60.0


def read_volume(name: str, content: bytes) -> Picture:
    """A picture or volume of one of `ENDINGS`.

    Args:
        name: of the file; its ending says what it is.
        content: of the file.

    Returns:
        Pixels (rows, columns, channels) or (depth, rows, columns, 1) from 0 to 1 within the window or range of the
        file, which the notes say.

    Raises:
        MergeError: damaged, too large, of a kind that is not read, or its library is not installed.
        SandboxError: the process that read it was stopped.
    """
    kind = next(kind for ending, kind in KINDS.items() if name.lower().endswith(ending))
    try:
        reply = ask_once(
            "sandbox.model_run.volumes_child", "read", {"kind": kind}, content, memory_bytes=_MEMORY, seconds=_SECONDS,
            most_bytes=MAX_UPLOAD_BYTES,
        )  # fmt: skip
    except SandboxError as error:
        if error.kind not in ("start", "resting"):
            raise
        raise invalid_request("{kind} files cannot be read on this machine.", kind=kind) from None
    notes = tuple(Sentence(str(note["template"]), **note["values"]) for note in reply.header["notes"])
    return Picture(reply.arrays[0], float(reply.header["most"]), notes, float(reply.header["least"]))
