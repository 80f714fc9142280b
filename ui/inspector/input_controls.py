"""The controls of one input of a model: an example, an image, an array or noise. Files are not in the link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import short
from core.merges.shape_text import format_shape
from sandbox.model_file.entries import InputEntry
from sandbox.model_run.input_arrays import SCALINGS, takes_pictures
from ui.files.uploads import megabytes
from ui.state import link
from ui.text import plain, t
from ui.views.assets import SAMPLES


@dataclass(frozen=True)
class FeedChoice:
    """The choices for one input.

    Attributes:
        kind: "sample", "picture", "npy" or "noise".
        shape: as typed.
        scaling: of pictures, one of `SCALINGS`.
        sample: number of the example image.
        below: upper bound of integer noise, exclusive; as typed.
        name: of the file.
        content: of the file; None if none is uploaded yet.
    """

    kind: str
    shape: str = ""
    scaling: str = "unit"
    sample: int = 0
    below: str = "2"
    name: str = ""
    content: bytes | None = None


def pick_feed(
    entry: InputEntry, usual_shape: tuple[int, ...], number: int, *, scaling: str, prefix: str = ""
) -> FeedChoice:
    """The controls of one input.

    Args:
        entry: the input; its name is untrusted text.
        usual_shape: the default.
        number: of the input.
        scaling: the default for images.
        prefix: of the parameters in the link, which distinguishes a second set of controls.
    """
    key = f"m{prefix}{number}"
    name, dtype, declared = entry.name, entry.dtype, entry.shape or ()
    pictures = takes_pictures(declared)
    titles = {
        "sample": t("example image"),
        "picture": t("your image"),
        "npy": t("your .npy file"),
        "noise": t("noise"),
    }
    kinds = [*titles] if pictures else ["npy", "noise"]
    usual, shape = "sample" if pictures else "noise", format_shape(usual_shape)
    for part, default in (("k", usual), ("s", shape), ("c", scaling)):
        link.follow(key + part, default)
    with st.container(border=True):
        st.markdown(f"**{plain(short(name))}** {plain(str(declared))} {plain(dtype)}")
        left, right = st.columns(2)
        with left:
            kind = str(link.menu(t("Values"), kinds, f"{key}k", usual, format_func=titles.get))
        with right:
            typed = link.text(t("Shape"), f"{key}s", shape, max_chars=60, disabled=kind == "npy")
        rest = _details(kind, key, dtype, scaling)
        name_and_content = _file(kind, key, name) if kind in ("picture", "npy") else {}
        return FeedChoice(kind=kind, shape=typed, **rest, **name_and_content)


def pick_seed(prefix: str = "") -> str:
    """The seed of the noise, as typed."""
    return link.text(t("Noise seed"), f"m{prefix}seed", "0", max_chars=10)


def _details(kind: str, key: str, dtype: str, scaling: str) -> dict[str, Any]:
    if kind == "noise" and not dtype.startswith(("float", "bfloat", "bool")):
        help_text = t("An embedding takes integers below its vocabulary size.")
        return {"below": link.text(t("Upper bound (exclusive)"), f"{key}b", "2", max_chars=9, help=help_text)}
    found: dict[str, Any] = {}
    if kind not in ("sample", "picture"):
        return found
    left, right = st.columns(2)
    with left:
        names = list(SCALINGS)
        title = t("Pixel scaling")
        found["scaling"] = link.menu(title, names, f"{key}c", scaling, format_func=lambda name: t(SCALINGS[name].title))
    if kind == "sample":
        with right:
            slices = [str(at + 1) for at in range(SAMPLES)]
            found["sample"] = int(link.menu(t("Image"), slices, f"{key}n", "1")) - 1
    return found


def _file(kind: str, key: str, name: str) -> dict[str, Any]:
    file = st.file_uploader(
        t("Image for {name}", name=plain(short(name)))
        if kind == "picture"
        else t("Array for {name}", name=plain(short(name))),
        key=f"{key}u{kind}",
        max_upload_size=megabytes(),
        help=t("The file stays in memory and is not in the link."),
    )
    return {} if file is None else {"name": file.name, "content": file.getvalue()}
