"""A user's own values for one input: a file or a pasted list."""

from __future__ import annotations

import streamlit as st

from core import MergeError
from core.dtypes import Array
from ui.files.uploads import READERS, file_notes, megabytes, read_file, read_list
from ui.state import link
from ui.text import plain, short, t


def pick_own_values(number: int, kind: str) -> Array | None:
    """The array in a file or in a pasted list; None, with the reason on screen, where there is none.

    Args:
        number: of the input.
        kind: "file" or "list".
    """
    try:
        array = _from_file(number) if kind == "file" else _from_list(number)
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None
    if array is not None:
        st.caption(t("shape {shape}, {dtype}", shape=array.shape, dtype=array.dtype))
    return array


def _from_file(number: int) -> Array | None:
    file = st.file_uploader(
        t("File for input {number}", number=number),
        key=f"u{number}",
        max_upload_size=megabytes(),
        help=t("NumPy .npy and .npz, .csv, or a PNG, JPEG or WebP picture. It stays in memory and is not in the link."),
    )
    if file is None:
        st.info(
            t(
                "Please upload a file: {endings}. A link does not hold it.",
                endings=", ".join(f".{name}" for name in READERS),
            )
        )
        return None
    arrays = read_file(file.name, file.getvalue())
    for note in file_notes(file.name, file.getvalue()):
        st.caption(t(note))
    names = list(arrays)
    if len(names) == 1:
        return arrays[names[0]]
    return arrays[st.selectbox(t("Array in the archive"), names, key=f"m{number}", format_func=short)]


def _from_list(number: int) -> Array | None:
    text = link.area(
        t("List for input {number}", number=number), f"v{number}", max_chars=4_000, placeholder="[[1, 2], [3, 4]]"
    )
    if not text.strip():
        st.info(t("Please paste a list such as [[1, 2], [3, 4]]."))
        return None
    return read_list(text)
