"""Checks the members of a zip archive before any of them is unpacked: names, sizes, packing, overlaps.

One set of rules for `.keras` and `.npz` files. Nothing is written to disk, and a member is never read beyond its
declared size.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO

from ..errors import MergeError, invalid_request, short

_RATIO_FROM = 1_000_000  # bytes; smaller members may be packed as tightly as they like
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those of `model.save` and `np.savez`
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, IndexError, NotImplementedError,
    RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class ZipLimits:
    """What an archive may hold.

    Attributes:
        members: number of files.
        total_bytes: of all members unpacked.
        member_bytes: of single members, by name.
        ratio: unpacked to packed size of a member; 0 for no limit.
    """

    members: int
    total_bytes: int
    member_bytes: Mapping[str, int] = field(default_factory=dict)
    ratio: int = 0


def open_zip(content: bytes) -> zipfile.ZipFile:
    """Open an archive in memory.

    Args:
        content: of the whole file.

    Raises:
        MergeError: it is no zip archive, damaged or cut off.
    """
    try:
        return zipfile.ZipFile(BytesIO(content))
    except _DAMAGE:
        raise damaged() from None


def check_members(file: zipfile.ZipFile, size: int, limits: ZipLimits) -> dict[str, zipfile.ZipInfo]:
    """The members by name, folders left out.

    Args:
        file: the open archive.
        size: bytes of the whole file.
        limits: what it may hold.

    Raises:
        MergeError: too many members, a name twice or leading out of the archive, encrypted, packed by another method,
            too large, or overlapping as in a zip bomb.
    """
    infos = [info for info in file.infolist() if not info.filename.endswith("/")]
    if len(infos) > limits.members:
        raise invalid_request(
            "The archive holds {count} files; up to {limit} are read.", count=len(infos), limit=limits.members
        )
    names: set[str] = set()
    for info in infos:
        _check_member(info, names, limits)
        names.add(info.filename)
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise _too_large("The archive", total, limits.total_bytes)
    if sum(info.compress_size for info in infos) > size:
        raise invalid_request("The files in the archive overlap, as in a zip bomb.")
    return {info.filename: info for info in infos}


def read_member(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The content of a member, never more than its declared size.

    Raises:
        MergeError: damaged, or of another size than declared.
    """
    try:
        with file.open(info) as member:
            content = member.read(info.file_size + 1)
    except _DAMAGE:
        raise damaged() from None
    if len(content) != info.file_size:
        raise damaged()
    return content


@contextmanager
def opened_member(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """A member to be read in part.

    Raises:
        MergeError: damaged.
    """
    try:
        with file.open(info) as member:
            yield member
    except MergeError:
        raise
    except _DAMAGE:
        raise damaged() from None


def damaged() -> MergeError:
    """The error for an archive that cannot be read to its end."""
    return invalid_request("The archive is damaged or cut off.")


def _check_member(info: zipfile.ZipInfo, names: set[str], limits: ZipLimits) -> None:
    name = short(info.filename)
    if not name:
        raise damaged()
    if info.filename in names:
        raise invalid_request("{member} appears twice in the archive.", member=name)
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or "" in parts or ":" in info.filename or "\x00" in info.orig_filename:
        raise invalid_request("The path of {member} leads out of the archive.", member=name)
    if info.flag_bits & 0x1:
        raise invalid_request("{member} is encrypted. Save it without a password.", member=name)
    if info.compress_type not in _PACKINGS:
        raise invalid_request("{member} uses a compression method other than deflate.", member=name)
    limit = limits.member_bytes.get(info.filename, limits.total_bytes)
    if info.file_size > limit:
        raise _too_large(name, info.file_size, limit)
    packed = max(info.compress_size, 1)
    if limits.ratio and info.file_size > max(limits.ratio * packed, _RATIO_FROM):
        raise invalid_request(
            "{member} would unpack to {factor} times its size, as a zip bomb does.",
            member=name,
            factor=info.file_size // packed,
        )


def _too_large(name: str, size: int, limit: int) -> MergeError:
    return invalid_request(
        "{member} would unpack to {size} MB; the limit is {limit} MB.",
        member=name,
        size=f"{-(-size // 1_000_000):,}",
        limit=max(1, limit // 1_000_000),
    )
