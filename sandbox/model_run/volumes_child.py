"""The job of a child that reads one TIFF, DICOM or NIfTI file. It is fenced before it looks at the first byte.

The libraries are optional (requirements-volumes.txt). Sizes are taken from the header before any pixel is decoded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core import MergeError, Sentence
from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS
from sandbox.model_run.volume_formats import READERS, Values
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
    pixels, notes = _shrunk(_scaled(found))
    sent = [
        {"template": note.template, "values": {k: str(v) for k, v in note.values.items()}}
        for note in (*found.notes, *notes)
    ]
    return {"refused": None, "least": found.least, "most": found.most, "notes": sent}, [np.ascontiguousarray(pixels)]


def _scaled(found: Values) -> Array:
    """Values with `least` at 0 and `most` at 1; what lies outside a window lies outside of 0 to 1."""
    width = found.most - found.least
    return (found.array.astype(np.float32) - np.float32(found.least)) / np.float32(width if width else 1.0)


def _shrunk(pixels: Array) -> tuple[Array, list[Sentence]]:
    """At most `MAX_ELEMENTS` values: means of blocks of equal size if there are more, which is said."""
    factor = 1
    while _count(pixels.shape, factor) > MAX_ELEMENTS:
        factor += 1
    if factor == 1:
        return pixels, []
    small = pixels
    for axis in range(pixels.ndim - 1):
        starts = np.arange(0, small.shape[axis], factor)
        lengths = np.diff([*starts, small.shape[axis]]).reshape([-1 if at == axis else 1 for at in range(small.ndim)])
        small = np.add.reduceat(small, starts, axis) / lengths.astype(np.float32)
    note = Sentence(
        "The file holds {shape}, more than {limit} values: means over {factor} positions along each axis are used.",
        shape=str(pixels.shape[:-1]), limit=f"{MAX_ELEMENTS:,}", factor=factor,
    )  # fmt: skip
    return small, [note]


def _count(shape: tuple[int, ...], factor: int) -> int:
    count = shape[-1]
    for size in shape[:-1]:
        count *= -(-size // factor)
    return count


restrict_system_calls()  # its files were restricted before the first import
JOBS: dict[str, Job] = {"read": read}
