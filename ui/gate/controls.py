"""The controls of the Attention gate page: image, gate, training step, gating signal, change of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from core.gates import GATES
from core.gates.map_changes import MAP_CHANGES, Amount, read_amount
from core.segmentation.slices import MAX_SEED, fit_slice
from ui.files.uploads import file_notes, megabytes, read_file
from ui.state import asked, link
from ui.state.seeds import read_seed
from ui.text import plain, t
from ui.views.assets import DEFAULT_GRID, GRIDS, SAMPLES

MOMENT = "moment"  # in links; the name of its reel
STEP = "step"  # in links: the step of the gate that is shown
_SMALL: dict[str, Any] = {"label_visibility": "collapsed"}  # in one line, where the choice itself says what it is


@dataclass(frozen=True, eq=False)
class SliceChoice:
    """Which image.

    Attributes:
        sample: number of an example.
        seed: of a generated one.
        image: the user's own, (160, 160, 1).
        source: "sample", "seed" or "file"; all three above are None where it cannot be read.
    """

    source: str
    sample: int | None = None
    seed: int | None = None
    image: Array | None = None


@dataclass(frozen=True)
class MapChange:
    """What is done to the map.

    Attributes:
        name: of a row in `core.gates.map_changes.MAP_CHANGES`.
        amounts: its numbers.
    """

    name: str
    amounts: dict[str, float]


def pick() -> tuple[SliceChoice, int, MapChange, int | None]:
    """The image, the gate, what replaces its map, and whose gating signal is used; one line of menus."""
    choice, grid, change = pick_slice(), pick_gate(), pick_change()
    return choice, grid, change, pick_signal(choice.sample)


def pick_slice() -> SliceChoice:
    """An example, an image by its seed, or the user's own; one line of menus."""
    titles = {"sample": t("Examples"), "seed": t("Random"), "file": t("Upload…")}
    source = link.menu(t("Image"), list(titles), "slice", "sample", format_func=titles.get, **_SMALL, width=108)
    if source == "seed":
        return SliceChoice(source, seed=_pick_seed())
    if source == "file":
        asked.must_draw()
        if asked.only():
            return SliceChoice(source)
        with st.popover(t("File"), icon=":material/upload:"):
            return SliceChoice(source, image=_pick_file())
    numbers = list(range(1, SAMPLES + 1))
    number = link.menu(t("Number of the image"), numbers, "number", 1, format_func=_image_title, **_SMALL, width=100)
    return SliceChoice(source, sample=number - 1)


def pick_gate() -> int:
    """The gate, by its rows."""
    return int(link.menu(t("Gate"), list(GRIDS), "gate", DEFAULT_GRID, format_func=_gate_title, **_SMALL, width=132))


def pick_moment(steps: Sequence[int], *, recorded: bool) -> int | None:
    """The moment of the training that the reel of the tensor view shows; None for its end, and without a record.

    Args:
        steps: training steps after which the maps were recorded.
        recorded: whether they were for this image.
    """
    if not recorded:
        return None
    known = {str(step): step for step in steps}
    step = link.reading(MOMENT, steps[-1], known.get)
    return None if step == steps[-1] else list(steps).index(step)


def pick_signal(own: int | None) -> int | None:
    """The example whose gating signal is used, or None for the image's own.

    Args:
        own: number of the example that is shown, if it is one.
    """
    others = [number for number in range(1, SAMPLES + 1) if number - 1 != own]
    chosen = link.menu(
        t("Gating signal g"), [0, *others], "g", 0, format_func=_signal_title, **_SMALL, width=120
    )  # fmt: skip
    return chosen - 1 if chosen else None


def pick_change() -> MapChange:
    """What replaces the map before it is multiplied; the reels of its amounts are in the tensor view."""
    name = link.menu(
        t("Replace α by"), list(MAP_CHANGES), "map", "none", format_func=_change_title, **_SMALL, width=132
    )
    row = MAP_CHANGES[name]
    amounts = {
        amount.name: link.reading(amount_key(amount), amount.default, partial(read_amount, amount))
        for amount in row.amounts
    }
    return MapChange(name, amounts)


def amount_key(amount: Amount) -> str:
    """The name of a number of a change in links, and of its reel."""
    return f"map_{amount.name}"


def written(value: float) -> str:
    """A number as it is written in links."""
    return str(int(value) if float(value).is_integer() else value)


def keep_frames(frames: Mapping[str, str]) -> None:
    """Put the frames to which the reels of the map were moved into the link.

    Args:
        frames: names of frames by those of their reels, which are the keys of the link.
    """
    for key, frame in frames.items():
        link.hold(key, frame)


def pick_section() -> str:
    """What is shown below the tensors."""
    titles = {
        "health": t("Gate statistics"),
        "steps": t("Step by step"),
        "learning": t("Training history"),
        "code": t("Code"),
    }
    chosen = link.segments(t("More about this gate"), list(titles), "more", "health", format_func=titles.get, wrap=True)
    return str(chosen)


def pick_variant() -> str:
    """Which variant of the gate is written as code."""
    variants = GATES["attention"].variants
    name = link.menu(t("Variant"), list(variants), "variant", "paper", format_func=lambda name: t(variants[name].title))
    return str(name)


def try_again() -> None:
    """A button that runs the page again."""
    st.button(t("Try again"), key="again", icon=":material/refresh:")


def _change_title(name: str) -> str:
    return t("α: original") if name == "none" else f"α: {t(MAP_CHANGES[name].title)}"


def _image_title(number: int) -> str:
    return t("image {number}", number=number)


def _gate_title(rows: int) -> str:
    return t("gate {rows}×{rows}", rows=rows)


def _signal_title(number: int) -> str:
    return t("g of image {number}", number=number) if number else t("g: original")


def _pick_seed() -> int | None:
    return read_seed(
        link.text(t("Seed of the image"), "slice_seed", "1000000", max_chars=12, **_SMALL, width=118), MAX_SEED
    )


def _pick_file() -> Array | None:
    file = st.file_uploader(
        t("An image, or an array in a .npy file"),
        key="own_slice",
        max_upload_size=megabytes(),
        help=t("It is kept in memory only and not stored in the link."),
    )
    if file is None:
        st.info(t("Choose an image. Files are not stored in the link."))
        return None
    try:
        fitted = fit_slice(_only(read_file(file.name, file.getvalue())))
        for note in (*file_notes(file.name, file.getvalue()), *fitted.notes):
            st.caption(plain(t(note)))
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None
    return fitted.image


def _only(arrays: dict[str, Array]) -> Array:
    if len(arrays) > 1:
        raise invalid_request("The archive contains {count} arrays; an image is one array.", count=len(arrays))
    return next(iter(arrays.values()))
