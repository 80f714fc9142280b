"""The job of a child that reads one TIFF, DICOM or NIfTI file. It is fenced before it looks at the first byte.

The libraries are optional (requirements-volumes.txt). Sizes are taken from the header before any pixel is decoded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_run.volume_formats import READERS, pixels_of
from sandbox.processes.child_main import Job
from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.messages import Message
from sandbox.processes.one_shot import refused


def read(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Read one file; "kind" is "tiff", "dicom" or "nifti".

    Returns:
        "refused"; "least", "most": the values that became 0 and 1; "notes". Arrays: pixels, channels last.
    """
    kind = str(header["kind"])
    try:
        found = READERS[kind](arrays[0].tobytes())
    except MergeError as error:
        return refused(error), []
    except MemoryError:
        raise
    except Exception as error:  # the libraries raise dozens of kinds of errors for a broken file
        print(f"{kind}: {error!r}")
        return refused(
            invalid_request("The {kind} file is damaged, cut off, or packed in a way that is not read.", kind=kind)
        ), []
    pixels, notes = pixels_of(found)
    sent = [
        {"template": note.template, "values": {k: str(v) for k, v in note.values.items()}}
        for note in (*found.notes, *notes)
    ]
    return {"refused": None, "least": found.least, "most": found.most, "notes": sent}, [np.ascontiguousarray(pixels)]


restrict_system_calls()  # its files were restricted before the first import
JOBS: dict[str, Job] = {"read": read}
