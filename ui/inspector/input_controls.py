"""The controls of one input of a model: an example, an image, an array or noise. Files are not in the link."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import Shape, short
from core.merges.shape_text import format_shape
from sandbox.model_file.entries import InputEntry
from sandbox.model_run.input_arrays import SCALINGS, default_scaling, takes_pictures
from ui import session
from ui.files import handed
from ui.files.uploads import megabytes
from ui.state import asked, link
from ui.text import plain, t
from ui.views.assets import SAMPLES

_RANKS = (4, 5)  # of inputs that take an image or a volume, with batch and channels


@dataclass(frozen=True)
class FeedChoice:
    """The choices for one input.

    Attributes:
        kind: "sample", "picture", "npy" or "noise".
        shape: as typed; empty for an image in its own size.
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
    pictures, files = takes_pictures(declared), len(declared) in _RANKS
    titles = {
        "sample": t("example image"),
        "picture": t("your image"),
        "npy": t("your .npy file"),
        "noise": t("noise"),
    }
    kinds = [*titles] if pictures else [*titles][1:] if files else [*titles][2:]
    usual = "sample" if pictures else "noise"
    link.follow(f"{key}k", usual)
    link.follow(f"{key}c", default_scaling(dtype, scaling))
    with st.container(border=True) if link.drawn() else nullcontext():
        if link.drawn():
            st.markdown(f"**{plain(short(name))}** {plain(str(declared))} {plain(dtype)}")
        left, right = _two_columns()
        with left:
            kind = str(link.menu(t("Values"), kinds, f"{key}k", usual, format_func=titles.get))
        with right:
            typed = _pick_shape(kind, key, declared, format_shape(usual_shape))
        rest = _details(kind, key, dtype, default_scaling(dtype, scaling))
        name_and_content = _file(kind, key, name, number) if kind in ("picture", "npy") else {}
        return FeedChoice(kind=kind, shape=typed, **rest, **name_and_content)


def _two_columns() -> Sequence[AbstractContextManager[Any]]:
    """Where controls are drawn; nowhere in a closed drawer."""
    return st.columns(2) if link.drawn() else (nullcontext(), nullcontext())


def _pick_shape(kind: str, key: str, declared: Shape, usual: str) -> str:
    """The shape as typed. Open axes have the size of an uploaded image unless something else is typed."""
    own = kind == "picture" and None in declared[1:]
    link.follow(f"{key}s", "" if own else usual)
    placeholder = t("size of the image") if own else None
    return link.text(
        t("Shape"), f"{key}s", "" if own else usual, max_chars=60, disabled=kind == "npy", placeholder=placeholder
    )


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
    left, right = _two_columns()
    with left:
        names = list(SCALINGS)
        title = t("Pixel scaling")
        found["scaling"] = link.menu(title, names, f"{key}c", scaling, format_func=lambda name: t(SCALINGS[name].title))
    if kind == "sample":
        with right:
            slices = [str(at + 1) for at in range(SAMPLES)]
            found["sample"] = int(link.menu(t("Image"), slices, f"{key}n", "1")) - 1
    return found


def _file(kind: str, key: str, name: str, number: int) -> dict[str, Any]:
    """The file; the field for it is drawn in a closed drawer, too."""
    field, own = f"{key}u{kind}", plain(short(name))
    file = session.get(field)
    if not asked.only():
        file = st.file_uploader(
            t("Image for {name}", name=own) if kind == "picture" else t("Array for {name}", name=own),
            key=field,
            max_upload_size=megabytes(),
            help=t("The file stays in memory and is not in the link.")
            if kind == "npy"
            else t("PNG, JPEG, WebP, TIFF, DICOM or NIfTI. The file stays in memory and is not in the link."),
            **link.passed_on(),
        )
    given = file or (handed.taken(f"input{number}") if kind == "npy" else None)
    return {} if given is None else {"name": given.name, "content": given.getvalue()}
