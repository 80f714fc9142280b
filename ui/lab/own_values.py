"""The user's own values of one input: an uploaded file, or an array typed or pasted as text."""

from __future__ import annotations

import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import short
from ui.files.uploads import READERS, file_notes, megabytes, read_file, read_list
from ui.state import asked, link
from ui.text import plain, t

OWN = ("file", "list")
"""Where own values come from, as in links."""


def pick_own_values(number: int, kind: str) -> Array | None:
    """Return the array of a file or a text; None, with the reason on screen, if there is none.

    Args:
        number: of the input.
        kind: one of `OWN`.
    """
    try:
        array = _from_file(number) if kind == "file" else _from_text(number)
    except MergeError as error:
        link.note(plain(t(error.explanation)))
        return None
    if array is not None:
        asked.show(
            st.caption, t("input {number}: shape {shape}, {dtype}", number=number, shape=array.shape, dtype=array.dtype)
        )
    return array


def _from_file(number: int) -> Array | None:
    file = link.file(
        t("File for input {number}", number=number),
        f"u{number}",
        max_upload_size=megabytes(),
        help=t("NumPy .npy and .npz, .csv, or a PNG, JPEG or WebP image. It stays in memory and is not in the link."),
    )
    if file is None:
        endings = ", ".join(f".{name}" for name in READERS)
        link.note(t("Upload a file: {endings}. Files are not stored in the link.", endings=endings), st.info)
        return None
    arrays = read_file(file.name, file.getvalue())
    for note in file_notes(file.name, file.getvalue()):
        asked.show(st.caption, t(note))
    names = list(arrays)
    if len(names) == 1:
        return arrays[names[0]]
    chosen = asked.value(st.selectbox, t("Array in the archive"), names, key=f"m{number}", format_func=short)
    return arrays[chosen if chosen in arrays else names[0]]


def _from_text(number: int) -> Array | None:
    text = link.area(
        t("Array for input {number}", number=number), f"v{number}", max_chars=4_000, placeholder="[[1, 2], [3, 4]]"
    )
    if not text.strip():
        example = t("Type or paste an array such as [[1, 2], [3, 4]] or np.arange(6).reshape(2, 3).")
        link.note(example, st.info)
        return None
    return read_list(text)
