"""TIFF, DICOM and NIfTI by their libraries, in a fenced process that is started for one file."""

from __future__ import annotations

from core import Sentence
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS, MAX_UPLOAD_BYTES
from sandbox.model_run.input_arrays import Picture
from sandbox.processes.errors import SandboxError
from sandbox.processes.one_shot import ask_once

KINDS = {".tif": "tiff", ".tiff": "tiff", ".dcm": "dicom", ".nii": "nifti", ".nii.gz": "nifti"}
ENDINGS = tuple(KINDS)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two of files with 64-bit offsets
_NIFTI = (b"n+1\0", b"n+2\0")
_MEMORY = 900_000_000  # private
_SECONDS = 60.0
_MOST_BYTES = max(MAX_UPLOAD_BYTES, 4 * MAX_ELEMENTS)  # of the file, and of the values that come back


def volume_kind(name: str, content: bytes) -> str:
    """The format of a file: "tiff", "dicom" or "nifti"; empty for any other. Many DICOM files have no ending.

    Args:
        name: of the file.
        content: of the file, or its beginning.
    """
    if content[128:132] == b"DICM":
        return "dicom"
    if content.startswith(_TIFF):
        return "tiff"
    if content[344:348] in _NIFTI or content[4:8] in _NIFTI:
        return "nifti"
    return next((kind for ending, kind in KINDS.items() if name.lower().endswith(ending)), "")


def read_volume(name: str, content: bytes) -> Picture:
    """A picture or volume of one of the formats of `volume_kind`.

    Args:
        name: of the file.
        content: of the file.

    Returns:
        Pixels (rows, columns, channels) or (depth, rows, columns, channels), from 0 to 1 within the window or range of
        the file, which the notes say; values outside of a window lie outside of 0 to 1.

    Raises:
        MergeError: damaged, too large, of a kind that is not read, or its library is not installed.
        SandboxError: the process that read it was stopped.
    """
    kind = volume_kind(name, content)
    try:
        reply = ask_once(
            "sandbox.model_run.volumes_child", "read", {"kind": kind}, content, memory_bytes=_MEMORY, seconds=_SECONDS,
            most_bytes=_MOST_BYTES,
        )  # fmt: skip
    except SandboxError as error:
        if error.kind == "memory":
            raise invalid_request("The {kind} file needs more memory than is allowed here.", kind=kind) from None
        if error.kind not in ("start", "resting"):
            raise
        raise invalid_request("{kind} files cannot be read on this machine.", kind=kind) from None
    notes = tuple(Sentence(str(note["template"]), **note["values"]) for note in reply.header["notes"])
    return Picture(reply.arrays[0], float(reply.header["most"]), notes, float(reply.header["least"]))
