"""Reads a recording (`.msr.npz`), which may be damaged or hostile: every size is checked before it is unpacked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from ..dtypes import Array
from ..errors import MergeError, invalid_request, short
from ..limits import MAX_RECORDING_BYTES
from .npy import numbers_of, read_header
from .recording_list import MOST_ARRAYS, read_index
from .recordings import INDEX, Index
from .zip_members import ZipLimits, check_members, open_zip, opened_member, read_member

_MOST_INDEX = 32_000_000  # bytes of recording.json
_LIMITS = ZipLimits(MOST_ARRAYS + 1, 2 * MAX_RECORDING_BYTES, {INDEX: _MOST_INDEX}, ratio=1_000)
_ARRAY = re.compile(r"(0|[1-9]\d{0,5})\.npy", re.ASCII)


class Recording:
    """An open recording. Arrays are unpacked when they are asked for.

    Attributes:
        index: everything but the arrays.
    """

    def __init__(self, index: Index, content: bytes) -> None:
        self.index = index
        self._archive = open_zip(content)  # its list of members is read once, not for each of thousands of arrays

    def array(self, number: int) -> Array:
        """The array with this number.

        Raises:
            MergeError: its bytes are damaged.
        """
        content = read_member(self._archive, self._archive.getinfo(f"{number}.npy"))
        return numbers_of(content, read_header(BytesIO(content), len(content)))


def is_recording(content: bytes) -> bool:
    """Whether a file is an archive with the list of a recording, whatever its name."""
    if not content.startswith(b"PK"):
        return False
    try:
        with open_zip(content) as archive:
            return INDEX in archive.namelist()
    except MergeError:
        return False


def read_recording(content: bytes) -> Recording:
    """Open a recording.

    Args:
        content: of the whole file.

    Raises:
        MergeError: one sentence on what is wrong: too large, damaged, of another format, or a list that does not fit
            the arrays.
    """
    if not content:
        raise invalid_request("The file is empty.")
    if len(content) > MAX_RECORDING_BYTES:
        raise invalid_request(
            "The recording has {size} MB; up to {limit} are accepted. Record fewer steps or a smaller batch.",
            size=-(-len(content) // 1_000_000),
            limit=MAX_RECORDING_BYTES // 1_000_000,
        )
    with open_zip(content) as archive:
        members = check_members(archive, len(content), _LIMITS)
        if INDEX not in members:
            raise invalid_request("The archive holds no {member}, so it is no recording.", member=INDEX)
        foreign = next((name for name in members if name != INDEX and not _ARRAY.fullmatch(name)), None)
        if foreign is not None:
            raise invalid_request("{member} is not part of a recording.", member=short(foreign))
        index = read_index(read_member(archive, members[INDEX]))
        _check_arrays(archive, members, index)
    return Recording(index, content)


def _check_arrays(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], index: Index) -> None:
    """Every array that the list names is there and has the shape that it says."""
    for number, shape in _named(index):
        info = members.get(f"{number}.npy")
        if info is None:
            raise invalid_request("The list names the array {number}, which is not in the archive.", number=number)
        with opened_member(archive, info) as member:
            header = read_header(member, info.file_size)
        if header.dtype.kind not in "biuf" or header.dtype.itemsize > 8:
            raise invalid_request("{dtype} cannot be drawn; please save real numbers.", dtype=str(header.dtype)[:30])
        if shape is not None and header.shape != shape:
            raise invalid_request(
                "The array {number} has the shape {found}; the list says {expected}.",
                number=number,
                found=header.shape,
                expected=shape,
            )


def _named(index: Index) -> list[tuple[int, tuple[int, ...] | None]]:
    """The number of every array with the shape that it must have; a mask may have any."""
    tensors = [entry.tensor for entry in index.inputs]
    for step in index.steps:
        tensors += [one for row in step.tensors.values() for one in row]
        tensors += step.outputs
    found: dict[tuple[int, tuple[int, ...] | None], None] = {}
    for tensor in tensors:
        if tensor.array is not None:
            found[tensor.array, tensor.shape] = None
        if tensor.mask is not None:
            found[tensor.mask, None] = None
    return list(found)
