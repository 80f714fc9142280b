"""The outside of a model file: a .keras zip of two or three known members, or HDF5.

Nothing is unpacked before its size is known, and HDF5 is opened by a fenced process only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import MergeError
from core import Sentence as _
from core.errors import invalid_request, short
from core.files.zip_members import ZipLimits, check_members, open_zip, read_member
from core.limits import MAX_MODEL_BYTES, MAX_MODEL_CONFIG_BYTES, MAX_MODEL_METADATA_BYTES, MAX_MODEL_NESTING
from sandbox.model_file.hdf5_parent import read_hdf5

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
HDF5 = b"\x89HDF\r\n\x1a\n"
_KNOWN = {CONFIG: MAX_MODEL_CONFIG_BYTES, METADATA: MAX_MODEL_METADATA_BYTES, WEIGHTS: MAX_MODEL_BYTES}
_LIMITS = ZipLimits(64, MAX_MODEL_BYTES, _KNOWN, ratio=200)  # Keras stores without packing; JSON shrinks to a thirtieth
_ASSETS = "assets/"  # files that belong to a layer, such as a vocabulary
_SHOWN = 60  # characters of a foreign name in an error
_OTHER_SIGNS = bytes(set(range(256)) - set(b'[]{}"'))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_QUOTE = ord('"')
_HALF_SIGN = re.compile(rb"\\u[dD][89a-fA-F]")  # half of a surrogate pair; alone it cannot be encoded
_OTHERS = (  # first bytes of other files, what these are, and whether models of other libraries are saved in them
    (b"\x80\x02", "pickle", True), (b"\x80\x03", "pickle", True), (b"\x80\x04", "pickle", True),
    (b"\x80\x05", "pickle", True), (b"\x89PNG", "PNG", False), (b"\xff\xd8\xff", "JPEG", False),
    (b"\x93NUMPY", ".npy", False), (b"TFL3", "TensorFlow Lite", True), (b"\x1f\x8b", "gzip", True),
    (b"GGUF", "GGUF", True), (b"\x08", "protocol buffer (.pb, .onnx)", True),
)  # fmt: skip
_LFS = b"version https://git-lfs.github.com/"

Hdf5Reader = Callable[[bytes], tuple[bytes, str, int]]  # content -> model config, Keras version, bytes of weights


class NoModelError(MergeError):
    """By its first bytes, the file is none in which a model is saved, by whatever library."""


@dataclass(frozen=True)
class Archive:
    """What a model file holds.

    Attributes:
        config: of the model, as Keras saved it.
        keras_version: that saved it, or empty.
        assets: names of the members that are files of a layer.
        stored: bytes of the weights; 0 if there are none.
        hdf5: whether the whole file is HDF5.
    """

    config: dict[str, Any]
    keras_version: str
    assets: tuple[str, ...]
    stored: int
    hdf5: bool = False

    @property
    def is_keras_2(self) -> bool:
        """Whether Keras 1 or 2 (also tf_keras) saved it; a file without a version counts if it is HDF5."""
        return self.keras_version.startswith(("1.", "2.")) or (self.hdf5 and not self.keras_version)


def read_archive(content: bytes, open_hdf5: Hdf5Reader = read_hdf5) -> Archive:
    """Read config and metadata.

    Args:
        content: of the whole file.
        open_hdf5: reads HDF5; by default in a fenced process.

    Raises:
        MergeError: one sentence on what is wrong with the file; `NoModelError` if it can hold no model at all.
        SandboxError: the process that read HDF5 was stopped.
    """
    _check_kind(content)
    if content.startswith(HDF5):
        text, version, stored = open_hdf5(content)
        return Archive(_hdf5_config(text, version), version[:_SHOWN], (), stored, hdf5=True)
    with open_zip(content) as file:
        members = check_members(file, len(content), _LIMITS)
        _check_names(list(members))
        config = parse_json(CONFIG, read_member(file, members[CONFIG]))
        metadata = parse_json(METADATA, read_member(file, members[METADATA])) if METADATA in members else {}
    stored = members[WEIGHTS].file_size if WEIGHTS in members else 0
    assets = tuple(name for name in members if name.startswith(_ASSETS))
    return Archive(config, str(metadata.get("keras_version", ""))[:_SHOWN], assets, stored)


def _hdf5_config(text: bytes, version: str) -> dict[str, Any]:
    if not text:
        raise invalid_request(
            "The HDF5 file holds weights alone. Load the model with Keras 3 and save all of it: "
            'model.save("model.keras").'
        )
    config = parse_json("model_config", text)
    if not isinstance(config.get("config"), (dict, list)):
        raise invalid_request(
            "The HDF5 file of Keras {version} holds no model. Load the model with Keras 3 and save all of it: "
            'model.save("model.keras").',
            version=version[:_SHOWN] or "?",
        )
    return config


def read_weights(content: bytes) -> bytes:
    """The weights of a file that `read_archive` has taken: HDF5, not checked yet; empty if there are none.

    Raises:
        MergeError: they cannot be unpacked.
    """
    if content.startswith(HDF5):
        return content
    with open_zip(content) as file:
        members = check_members(file, len(content), _LIMITS)
        return read_member(file, members[WEIGHTS]) if WEIGHTS in members else b""


def parse_json(name: str, text: bytes) -> dict[str, Any]:
    """Parse one JSON object.

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
            json.dumps(parsed, ensure_ascii=False).encode()  # fails if the other half is missing
    except (ValueError, RecursionError):  # also text that is not UTF-8, and integers of thousands of digits
        raise invalid_request("{member} is not valid JSON.", member=name) from None
    if not isinstance(parsed, dict):
        raise invalid_request("{member} holds no model.", member=name)
    return parsed


def _too_deep(text: bytes) -> bool:
    """Whether brackets are nested too deeply, not counting brackets in strings.

    One pass without a list of the strings, which matters if the text is nothing but quotes.
    """
    signs = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _OTHER_SIGNS)
    depth, inside = 0, False
    for sign in signs.replace(b'""', b""):  # opens and closes a string, or closes one and opens the next
        if sign == _QUOTE:
            inside = not inside
        elif not inside:
            depth += _STEPS[sign]
            if depth > MAX_MODEL_NESTING:
                return True
    return False


def _constant(text: str) -> float:
    """Keras writes Infinity, for instance to exclude a position from attention; it never writes NaN."""
    if text == "NaN":
        raise ValueError(text)
    return float(text)


def _check_kind(content: bytes) -> None:
    """Raise the error that fits a file that is no model file of Keras."""
    if not content:
        raise NoModelError(_("The file is empty."))
    if len(content) > MAX_MODEL_BYTES:
        raise too_large(len(content))
    if content.startswith(_LFS):
        raise NoModelError(_("This is a Git LFS pointer, not the model itself. Fetch the file with: git lfs pull"))
    for start, what, holds_models in _OTHERS:
        if content.startswith(start):
            raise _other_kind(what) if holds_models else NoModelError(_other_kind(what).keras_message)
    if not content.startswith((HDF5, b"PK")):
        raise NoModelError(_("This is not a .keras archive."))


def _other_kind(what: str) -> MergeError:
    return invalid_request(
        'Only .keras and .h5 files are read; this is {what}. Save the model with Keras 3: model.save("model.keras").',
        what=what,
    )


def too_large(size: int) -> MergeError:
    """The error for a file over the limit, with the usual cause."""
    return invalid_request(
        "The file has {size} MB; up to {limit} are accepted. The optimizer state often makes up two thirds of it: set "
        "model.optimizer = None before saving.",
        size=-(-size // 1_000_000),
        limit=MAX_MODEL_BYTES // 1_000_000,
    )


def read_file(path: Path) -> bytes:
    """The whole model file, after a check of its size.

    Raises:
        MergeError: it cannot be read, or is too large.
    """
    try:
        size = path.stat().st_size
        if size > MAX_MODEL_BYTES:
            raise too_large(size)
        if path.is_dir():
            raise invalid_request(
                "{file} is a folder, such as a SavedModel; only .keras and .h5 files are read.", file=path.name[:60]
            )
        if not path.is_file():  # a pipe or a device may have no end
            raise invalid_request("{file} cannot be read: {reason}.", file=path.name[:60], reason="it is not a file")
        return path.read_bytes()
    except OSError as error:
        raise invalid_request("{file} cannot be read: {reason}.", file=path.name[:60], reason=error.strerror) from None


def _check_names(names: list[str]) -> None:
    """Refuse an archive that is not one of Keras.

    Raises:
        MergeError: what it is, as far as its names show.
    """
    listed = set(names)
    other = next((name for name in sorted(names) if name not in _KNOWN and not name.startswith(_ASSETS)), None)
    if CONFIG in listed and other is None:
        return
    if any(name.replace("\\", "/").endswith(("saved_model.pb", "keras_metadata.pb")) for name in names):
        raise invalid_request(
            "Only .keras files are read; this is a SavedModel, which can hold program code. Save the model with "
            'model.save("model.keras").'
        )
    if any(name.endswith("data.pkl") for name in names):
        raise invalid_request("Only .keras files are read; this is a PyTorch file, which can hold program code.")
    inner = next((name for name in sorted(names) if name.lower().endswith((".zip", ".keras", ".tar", ".gz"))), None)
    if inner:
        raise invalid_request("{member} is an archive within the archive; a .keras file has none.", member=short(inner))
    if other and CONFIG in listed:
        raise invalid_request("{member} is not part of a .keras file.", member=short(other))
    raise invalid_request("This is not a .keras archive: it has no config.json.")
