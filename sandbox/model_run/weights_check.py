"""Looks at a file of weights before Keras reads it: links, sizes, kinds. In the child only: HDF5 is C code.

A file may point at other files of the machine (external links and storage, virtual datasets), declare terabytes and
store nothing, or run in circles (soft links, groups within themselves): CVE-2026-0897, CVE-2026-1669, CVE-2026-12570.
"""

from __future__ import annotations

from io import BytesIO
from math import prod

import h5py  # type: ignore[import-untyped]  # ships no types

from core import MergeError
from core.errors import invalid_request
from core.limits import MAX_MODEL_NUMBERS

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MAX_OBJECTS = 20_000  # groups and datasets; NASNetLarge has 3,000
_MAX_DEEP = 64
_MAX_FACTOR = 8  # declared to stored; Keras packs nothing
_FREE = 4_096  # bytes that may be declared and not stored: HDF5 leaves tiny datasets of zeros unwritten
_KINDS = "fiubV"  # V: bfloat16 comes as two raw bytes
_SHOWN = 60


def check_weights(content: bytes) -> int:
    """Check a file of weights.

    Args:
        content: of model.weights.h5.

    Returns:
        How many numbers it declares.

    Raises:
        MergeError: one sentence on what is wrong with it.
    """
    if not content.startswith(_SIGNATURE):
        raise invalid_request("The weights are not an HDF5 file.")
    try:
        with h5py.File(BytesIO(content), "r") as file:
            return _check_all(file)
    except MergeError:
        raise
    except Exception as error:  # h5py has many ways to say so
        print(f"weights: {error!r}")
        raise invalid_request("The weights are damaged or cut off.") from None


def _check_all(file: h5py.File) -> int:
    total, seen, waiting = 0, 0, [("", file["/"], 0)]
    while waiting:
        path, group, depth = waiting.pop()
        for name in group:
            seen += 1
            if depth > _MAX_DEEP:
                raise invalid_request("The weights are nested too deeply, or in a circle.")
            if seen > _MAX_OBJECTS:
                raise invalid_request("The weights hold more than {limit} entries.", limit=f"{_MAX_OBJECTS:,}")
            _check_link(group.get(name, getlink=True), f"{path}/{name}")
            entry = group[name]
            if isinstance(entry, h5py.Group):
                waiting.append((f"{path}/{name}", entry, depth + 1))
            else:
                total += _check_dataset(entry, f"{path}/{name}")
            if total > MAX_MODEL_NUMBERS:
                raise _too_many(total)
    return total


def _check_link(link: object, name: str) -> None:
    if isinstance(link, h5py.ExternalLink):
        raise invalid_request("The weights point at another file: {name}.", name=name[-_SHOWN:])
    if not isinstance(link, h5py.HardLink):
        raise invalid_request("The weights hold a link instead of numbers: {name}.", name=name[-_SHOWN:])


def _check_dataset(entry: object, name: str) -> int:
    """How many numbers a dataset declares."""
    shown = name[-_SHOWN:]
    if not isinstance(entry, h5py.Dataset) or entry.dtype.kind not in _KINDS or entry.dtype.fields:
        raise invalid_request("The weight {name} does not hold plain numbers.", name=shown)
    if entry.external or entry.is_virtual:
        raise invalid_request("The weights take numbers from another file: {name}.", name=shown)
    numbers = prod(entry.shape or ())
    declared, stored = numbers * entry.dtype.itemsize, entry.id.get_storage_size()
    if declared > _FREE and declared > _MAX_FACTOR * stored:
        raise invalid_request(
            "The weight {name} declares {declared} MB and stores {stored} bytes.",
            name=shown,
            declared=f"{declared / 1e6:,.1f}",
            stored=f"{stored:,}",
        )
    return numbers


def _too_many(total: int) -> MergeError:
    return invalid_request(
        "The weights declare {count} numbers; models of up to {limit} are run here.",
        count=f"{total:,}",
        limit=f"{MAX_MODEL_NUMBERS:,}",
    )
