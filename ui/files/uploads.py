"""A user's own values: `.npy`, `.npz`, `.csv`, images, pasted lists. Sizes are checked before anything is unpacked."""

from __future__ import annotations

from collections.abc import Callable

from streamlit import get_option

from core import Sentence
from core.dtypes import Array
from core.errors import MergeError, invalid_request
from core.limits import MAX_MODEL_BYTES, MAX_UPLOAD_BYTES
from ui import counters
from ui.files.arrays import read_npy, read_npz
from ui.files.images import image_notes, read_image
from ui.files.pasted_tokens import without_prompts
from ui.files.text_numbers import read_csv, read_list
from ui.streamlit_internals import keep_uploads_in_memory

__all__ = ["READERS", "file_notes", "megabytes", "read_file", "read_list", "without_prompts"]

READERS: dict[str, Callable[[bytes], dict[str, Array]]] = {
    "npy": read_npy,
    "npz": read_npz,
    "csv": read_csv,
    "png": read_image,
    "jpg": read_image,
    "jpeg": read_image,
    "webp": read_image,
}

keep_uploads_in_memory(2 * max(MAX_UPLOAD_BYTES, MAX_MODEL_BYTES))  # as the page says


def megabytes(most: int = MAX_UPLOAD_BYTES) -> int:
    """What an uploader says that it takes: no more than the server does, which would refuse it with a bare 413.

    Args:
        most: bytes of a file of this kind.
    """
    return max(1, min(most // 1_000_000, int(get_option("server.maxUploadSize"))))


def read_file(name: str, content: bytes) -> dict[str, Array]:
    """The arrays in a file, by name.

    Args:
        name: of the file; its ending says what it holds.
        content: all of it.

    Raises:
        MergeError: one clear sentence on what is wrong with the file.
    """
    try:
        return _read(name, content)
    except MergeError:
        counters.refused("file")
        raise


def _read(name: str, content: bytes) -> dict[str, Array]:
    reader = READERS.get(_ending(name))
    if reader is None:
        raise invalid_request("Only {endings} are accepted.", endings=", ".join(f".{ending}" for ending in READERS))
    if not content:
        raise invalid_request("The file is empty.")
    if len(content) > MAX_UPLOAD_BYTES:
        raise invalid_request(
            "The file has {size} MB; up to {limit} are accepted.",
            size=-(-len(content) // 1_000_000),
            limit=MAX_UPLOAD_BYTES // 1_000_000,
        )
    return reader(content)


def file_notes(name: str, content: bytes) -> tuple[Sentence, ...]:
    """What reading changed, for a file that `read_file` has taken: scaled, turned upright, only one frame, ..."""
    return image_notes(content) if READERS[_ending(name)] is read_image else ()


def _ending(name: str) -> str:
    _, dot, ending = name.lower().rpartition(".")
    return ending if dot else ""
