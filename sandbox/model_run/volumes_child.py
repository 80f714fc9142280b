"""The job of a child that reads one TIFF, DICOM or NIfTI file. It is fenced before it looks at the first byte.

The libraries are optional (requirements-volumes.txt). Sizes are taken from the header before any pixel is decoded.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from math import prod
from typing import Any

import numpy as np

from core import MergeError, Sentence
from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS
from sandbox.processes.child_main import Job
from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.messages import Message
from sandbox.processes.one_shot import refused


def _optional(name: str) -> Any:
    """An optional package; None where it is not installed."""
    with suppress(ImportError):
        return import_module(name)
    return None


tifffile, pydicom, nibabel = _optional("tifffile"), _optional("pydicom"), _optional("nibabel")
_optional("pydicom.pixels")  # a part of pydicom that is not imported with it

Read = tuple[Array, float, float, list[Sentence]]  # values, those that become 0 and 1, notes


def read(header: dict[str, Any], arrays: list[Array]) -> Message:
    """Read one file; "kind" is "tiff", "dicom" or "nifti".

    Returns:
        "refused"; "least", "most": the values that became 0 and 1; "notes". Arrays: pixels, channels last.
    """
    kind = str(header["kind"])
    try:
        values, least, most, notes = _READERS[kind](arrays[0].tobytes())
    except MergeError as error:
        return refused(error), []
    except Exception as error:  # the libraries raise dozens of kinds of errors for a broken file
        print(f"{kind}: {error!r}")
        return refused(
            invalid_request("The {kind} file is damaged, cut off, or packed in a way that is not read.", kind=kind)
        ), []
    width = most - least if most > least else 1.0
    pixels = ((values.astype(np.float32) - np.float32(least)) / np.float32(width)).clip(0, 1)
    sent = [{"template": note.template, "values": {k: str(v) for k, v in note.values.items()}} for note in notes]
    return {"refused": None, "least": least, "most": most, "notes": sent}, [np.ascontiguousarray(pixels)]


def _tiff(content: bytes) -> Read:
    _require(tifffile, "tifffile")
    with tifffile.TiffFile(BytesIO(content)) as file:
        series = file.series[0]
        _check(series.shape)
        values = np.asarray(series.asarray())
        axes = str(series.axes)
    if axes.endswith("S") or (values.ndim == 3 and values.shape[-1] in (3, 4)):
        pass
    else:
        values = values[..., None]
    return _in_range(values, [])


def _dicom(content: bytes) -> Read:
    _require(pydicom, "pydicom")
    data = pydicom.dcmread(BytesIO(content))
    _check((int(getattr(data, "NumberOfFrames", 1) or 1), int(data.Rows), int(data.Columns), int(data.SamplesPerPixel)))
    values = pydicom.pixels.apply_rescale(data.pixel_array, data).astype(np.float32)
    if int(data.SamplesPerPixel) == 1:
        values = values[..., None]
    centre, width = getattr(data, "WindowCenter", None), getattr(data, "WindowWidth", None)
    if centre is None or width is None:
        return _in_range(values, [])
    middle, span = (
        float(x[0] if isinstance(x, (list, tuple, pydicom.multival.MultiValue)) else x) for x in (centre, width)
    )
    note = Sentence("The window of the file is used: centre {centre}, width {width}.", centre=middle, width=span)
    return values, middle - span / 2, middle + span / 2, [note]


def _nifti(content: bytes) -> Read:
    _require(nibabel, "nibabel")
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(BytesIO(content)) as stream:
            content = stream.read(8 * MAX_ELEMENTS + 100_000)
    image = nibabel.Nifti1Image.from_bytes(content)
    _check(image.shape)
    values = np.asarray(image.dataobj, dtype=np.float32)
    if values.ndim > 3:
        values = values[..., 0]
    turned = values.transpose()[..., None]  # the file has columns first
    note = Sentence("The axes of the file (x, y, z) are read as (depth, rows, columns).")
    return _in_range(turned, [note])


def _in_range(values: Array, notes: list[Sentence]) -> Read:
    """Scaled by the range of the type for 8 bits, otherwise by that of the values, which is said."""
    if values.dtype == np.uint8:
        return values, 0.0, 255.0, notes
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    note = Sentence("Values from {least} to {most} are scaled to 0 to 1.", least=f"{least:g}", most=f"{most:g}")
    return values, least, most, [*notes, note]


def _check(shape: tuple[int, ...]) -> None:
    count = prod(int(size) for size in shape)
    if not 0 < count <= MAX_ELEMENTS:
        raise invalid_request(
            "The file holds {count} values; up to {limit} are read.", count=f"{count:,}", limit=f"{MAX_ELEMENTS:,}"
        )


def _require(library: Any, name: str) -> None:
    if library is None:
        raise invalid_request(
            "To read this file, install {library}: pip install -r requirements-volumes.txt", library=name
        )


_READERS: dict[str, Callable[[bytes], Read]] = {"tiff": _tiff, "dicom": _dicom, "nifti": _nifti}
restrict_system_calls()  # its files were restricted before the first import
JOBS: dict[str, Job] = {"read": read}
