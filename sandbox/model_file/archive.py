"""The outside of a .keras file: a zip of two or three known members. Nothing is unpacked before its size is known."""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from core import MergeError
from core.errors import invalid_request
from core.limits import MAX_MODEL_BYTES, MAX_MODEL_CONFIG_BYTES, MAX_MODEL_METADATA_BYTES, MAX_MODEL_NESTING

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_LIMITS = {CONFIG: MAX_MODEL_CONFIG_BYTES, METADATA: MAX_MODEL_METADATA_BYTES, WEIGHTS: MAX_MODEL_BYTES}
_ASSETS = "assets/"  # files of a layer's own, such as a vocabulary
_MAX_MEMBERS = 64
_MAX_RATIO = 200  # unpacked to packed; Keras packs nothing, and JSON shrinks to a thirtieth
_SHOWN = 60  # characters of a foreign name in an error
_NO_SIGNS = bytes(set(range(256)) - set(b'[]{}"'))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_QUOTE = ord('"')
_HALF_SIGN = re.compile(rb"\\u[dD][89a-fA-F]")  # half of a sign beyond 16 bits; alone it is no text that can be shown
_OTHERS = (  # how other files begin, and what they are
    (b"\x89HDF\r\n\x1a\n", "HDF5 (.h5)"),
    (b"\x80\x02", "pickle"), (b"\x80\x03", "pickle"), (b"\x80\x04", "pickle"), (b"\x80\x05", "pickle"),
    (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"\x93NUMPY", ".npy"), (b"TFL3", "TensorFlow Lite"),
    (b"\x1f\x8b", "gzip"), (b"GGUF", "GGUF"), (b"\x08", "protocol buffer (.pb, .onnx)"),
)  # fmt: skip


@dataclass(frozen=True)
class Archive:
    """What the members hold.

    Attributes:
        config: config.json, parsed.
        keras_version: from metadata.json, or empty.
        assets: names of the members that are files of a layer's own.
        stored: bytes of the weights; 0 where there are none.
    """

    config: dict[str, Any]
    keras_version: str
    assets: tuple[str, ...]
    stored: int


def read_archive(content: bytes) -> Archive:
    """Read config and metadata.

    Args:
        content: of the whole file.

    Raises:
        MergeError: one sentence on what is wrong with the file.
    """
    with _opened(content) as file:
        members = _checked(file, len(content))
        if CONFIG not in members:
            raise _foreign(list(members))
        config = parse_json(CONFIG, _read(file, members[CONFIG]))
        metadata = parse_json(METADATA, _read(file, members[METADATA])) if METADATA in members else {}
    stored = members[WEIGHTS].file_size if WEIGHTS in members else 0
    assets = tuple(name for name in members if name.startswith(_ASSETS))
    return Archive(config, str(metadata.get("keras_version", ""))[:_SHOWN], assets, stored)


def read_weights(content: bytes) -> bytes:
    """The weights of a file that `read_archive` has taken: HDF5, not checked yet; empty where there are none.

    Raises:
        MergeError: they cannot be unpacked.
    """
    with _opened(content) as file:
        members = _checked(file, len(content))
        return _read(file, members[WEIGHTS]) if WEIGHTS in members else b""


def parse_json(name: str, text: bytes) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        MergeError: not UTF-8, not JSON, nested too deeply, not an object.
    """
    if _too_deep(text):
        raise invalid_request(
            "{member} is nested too deeply: more than {limit} levels.", member=name, limit=MAX_MODEL_NESTING
        )
    try:
        parsed = json.loads(text.decode("utf-8"), parse_constant=_constant)
        if _HALF_SIGN.search(text):
            json.dumps(parsed, ensure_ascii=False).encode()  # fails where the other half is missing
    except (ValueError, RecursionError):  # also what is not UTF-8, and whole numbers of thousands of digits
        raise invalid_request("{member} is not valid JSON.", member=name) from None
    if not isinstance(parsed, dict):
        raise invalid_request("{member} holds no model.", member=name)
    return parsed


def _too_deep(text: bytes) -> bool:
    """Whether brackets stand within too many others, those in strings left out.

    In one pass, and without a list of the strings: both count where the text is nothing but quotes.
    """
    signs = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NO_SIGNS)
    depth, inside = 0, False
    for sign in signs.replace(b'""', b""):  # which opens and closes a string, or closes one and opens the next
        if sign == _QUOTE:
            inside = not inside
        elif not inside:
            depth += _STEPS[sign]
            if depth > MAX_MODEL_NESTING:
                return True
    return False


def _constant(text: str) -> float:
    """Keras writes Infinity, for instance to hide a place from attention; NaN stands nowhere."""
    if text == "NaN":
        raise ValueError(text)
    return float(text)


def _opened(content: bytes) -> zipfile.ZipFile:
    if not content:
        raise invalid_request("The file is empty.")
    if len(content) > MAX_MODEL_BYTES:
        raise invalid_request(
            "The file has {size} MB; up to {limit} are accepted.",
            size=-(-len(content) // 1_000_000),
            limit=MAX_MODEL_BYTES // 1_000_000,
        )
    other = next((what for start, what in _OTHERS if content.startswith(start)), None)
    if other:
        raise invalid_request(
            'Only .keras files are read; this is {what}. Save the model with model.save("model.keras").', what=other
        )
    try:
        return zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError, struct.error):
        if content.startswith(b"PK\x03\x04"):
            raise invalid_request("The .keras archive is damaged or cut off.") from None
        raise invalid_request("This is not a .keras archive.") from None


def _checked(file: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The members by name; sizes as the archive declares them, which `_read` holds it to."""
    infos = [info for info in file.infolist() if not info.filename.endswith("/")]
    if len(infos) > _MAX_MEMBERS:
        raise invalid_request(
            "The archive holds {count} files; up to {limit} are read.", count=len(infos), limit=_MAX_MEMBERS
        )
    names = [info.filename for info in infos]
    for info in infos:
        _check_member(info, names)
    if sum(info.compress_size for info in infos) > size:
        raise invalid_request("The files in the archive overlap, as in a zip bomb.")
    return dict(zip(names, infos, strict=True))


def _check_member(info: zipfile.ZipInfo, names: list[str]) -> None:
    name = _short(info.filename)
    if not name:
        raise invalid_request("The .keras archive is damaged or cut off.")
    if names.count(info.filename) > 1:
        raise invalid_request("{member} stands in the archive twice.", member=name)
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or "" in parts or ":" in info.filename or "\x00" in info.orig_filename:
        raise invalid_request("The path of {member} leads out of the archive.", member=name)
    if info.flag_bits & 0x1:
        raise invalid_request("{member} is encrypted; save the model without a password.", member=name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise invalid_request("{member} is packed in a way that .keras files do not use.", member=name)
    if info.filename not in _LIMITS and not info.filename.startswith(_ASSETS):
        raise _foreign(names)
    _check_size(info, name)


def _check_size(info: zipfile.ZipInfo, name: str) -> None:
    limit = _LIMITS.get(info.filename, MAX_MODEL_BYTES)
    if info.file_size > limit:
        raise invalid_request(
            "{member} would unpack to {size} MB; the limit is {limit} MB.",
            member=name,
            size=-(-info.file_size // 1_000_000),
            limit=max(1, limit // 1_000_000),
        )
    if info.file_size > _MAX_RATIO * max(info.compress_size, 1) and info.file_size > 1_000_000:
        raise invalid_request(
            "{member} would unpack to {factor} times its size, as a zip bomb does.",
            member=name,
            factor=info.file_size // max(info.compress_size, 1),
        )


def _read(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """What the member holds, but never more than it declares."""
    try:
        with file.open(info) as member:
            content = member.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise invalid_request("The .keras archive is damaged or cut off.") from None
    if len(content) != info.file_size:
        raise invalid_request("The .keras archive is damaged or cut off.")
    return content


def _foreign(names: list[str]) -> MergeError:
    """The archive is another kind of zip."""
    listed = {name.replace("\\", "/") for name in names}
    if any(name.endswith(("saved_model.pb", "keras_metadata.pb")) for name in listed):
        return invalid_request(
            "Only .keras files are read; this is a SavedModel, which can hold program code. Save the model with "
            'model.save("model.keras").'
        )
    if any(name.endswith("data.pkl") for name in listed):
        return invalid_request("Only .keras files are read; this is a PyTorch file, which can hold program code.")
    inner = next((name for name in sorted(listed) if name.lower().endswith((".zip", ".keras", ".tar", ".gz"))), None)
    if inner:
        return invalid_request(
            "{member} is an archive within the archive; a .keras file has none.", member=_short(inner)
        )
    other = next((name for name in sorted(listed) if name not in _LIMITS and not name.startswith(_ASSETS)), None)
    if other and CONFIG in listed:
        return invalid_request("{member} has no place in a .keras file.", member=_short(other))
    return invalid_request("This is not a .keras archive: it has no config.json.")


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
