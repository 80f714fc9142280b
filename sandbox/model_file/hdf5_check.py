"""Checks an HDF5 file before Keras reads it: links, sizes, kinds. In a fenced process only: HDF5 is C code.

A file may point at other files of the machine (external links and storage, virtual datasets), declare terabytes and
store nothing, or run in circles (soft links, groups within themselves): CVE-2026-0897, CVE-2026-1669, CVE-2026-12570.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from math import prod
from typing import Any

import h5py  # type: ignore[import-untyped]  # ships no types

from core import MergeError
from core.errors import invalid_request
from core.limits import MAX_MODEL_CONFIG_BYTES, MAX_MODEL_NUMBERS

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MAX_OBJECTS = 20_000  # groups and datasets; NASNetLarge has 3,000
_MAX_ATTRIBUTES = 64  # of one group or dataset
_MAX_ATTRIBUTE = 1_000_000  # elements of an attribute: names of weights
_MAX_DEEP = 64
_MAX_FACTOR = 8  # declared to stored; Keras does not compress
_FREE = 4_096  # bytes that may be declared and not stored: HDF5 leaves small datasets of zeros unwritten
_KINDS = "fiubV"  # V: bfloat16 is stored as two raw bytes
_OPTIMIZER = ("optimizer", "optimizer_weights")  # groups that are never loaded
_SHOWN = 60


def check_weights(content: bytes) -> int:
    """Check an HDF5 file.

    Args:
        content: of model.weights.h5, or of a whole .h5 file.

    Returns:
        How many values its weights declare, without the state of the optimizer.

    Raises:
        MergeError: one sentence on what is wrong with it.
    """
    if not content.startswith(SIGNATURE):
        raise invalid_request("The weights are not an HDF5 file.")
    try:
        with h5py.File(BytesIO(content), "r") as file:
            return _check_all(file)
    except MergeError:
        raise
    except Exception as error:  # h5py has many ways to say so
        print(f"weights: {error!r}")
        raise invalid_request("The weights are damaged or cut off.") from None


def model_config(content: bytes) -> tuple[bytes, str, int]:
    """Config (JSON, or empty), Keras version and bytes of the weights of a file that `check_weights` has taken.

    Raises:
        MergeError: the attributes are not text, or too large.
    """
    try:
        with h5py.File(BytesIO(content), "r") as file:
            stored = sum(x.id.get_storage_size() for x in _datasets(file.get("model_weights", file)))
            group = file.get("model_weights", file)
            version = _text(file, "keras_version") or _text(group, "keras_version")
            return _text(file, "model_config"), version.decode("utf-8", "replace"), stored
    except MergeError:
        raise
    except Exception as error:
        print(f"model config: {error!r}")
        raise invalid_request("The HDF5 file is damaged or cut off.") from None


def _text(group: h5py.Group, name: str) -> bytes:
    if name not in group.attrs:
        return b""
    value = group.attrs[name]
    text = value.encode("utf-8") if isinstance(value, str) else bytes(value)
    if len(text) > MAX_MODEL_CONFIG_BYTES:
        raise invalid_request(
            "{member} has {size} MB; the limit is {limit} MB.",
            member=name,
            size=len(text) // 1_000_000,
            limit=MAX_MODEL_CONFIG_BYTES // 1_000_000,
        )
    return text


def _datasets(group: Any) -> Iterator[h5py.Dataset]:
    for entry in group.values():
        if isinstance(entry, h5py.Group):
            yield from _datasets(entry)
        else:
            yield entry


def _check_all(file: h5py.File) -> int:
    total, seen, waiting = 0, 0, [("", file["/"], 0)]
    while waiting:
        path, group, depth = waiting.pop()
        _check_attributes(group, path or "/")
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
                numbers = _check_dataset(entry, f"{path}/{name}")
                total += 0 if f"{path}/{name}".split("/")[1] in _OPTIMIZER else numbers
            if total > MAX_MODEL_NUMBERS:
                raise _too_many(total)
    return total


def _check_attributes(entry: Any, name: str) -> None:
    """Sizes alone: text is read only where it is asked for."""
    if len(entry.attrs) > _MAX_ATTRIBUTES:
        raise invalid_request(
            "{name} has {count} attributes; up to {limit} are read.",
            name=name[-_SHOWN:],
            count=len(entry.attrs),
            limit=_MAX_ATTRIBUTES,
        )
    for key in entry.attrs:
        shape = entry.attrs.get_id(key).shape
        if shape is not None and prod(shape) > _MAX_ATTRIBUTE:
            raise invalid_request(
                "{name} has an attribute of {count} values.", name=name[-_SHOWN:], count=f"{prod(shape):,}"
            )


def _check_link(link: object, name: str) -> None:
    if isinstance(link, h5py.ExternalLink):
        raise invalid_request("The weights point at another file: {name}.", name=name[-_SHOWN:])
    if not isinstance(link, h5py.HardLink):
        raise invalid_request("The weights hold a link instead of numbers: {name}.", name=name[-_SHOWN:])


def _check_dataset(entry: object, name: str) -> int:
    """How many values a dataset declares."""
    shown = name[-_SHOWN:]
    if not isinstance(entry, h5py.Dataset) or entry.dtype.kind not in _KINDS or entry.dtype.fields:
        raise invalid_request("The weight {name} does not hold plain numbers.", name=shown)
    if entry.external or entry.is_virtual:
        raise invalid_request("The weights take numbers from another file: {name}.", name=shown)
    _check_attributes(entry, name)
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
