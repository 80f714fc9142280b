"""The controls of the Attention gate page: slice, gate, moment, gating signal, change of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from core.gates import GATES
from core.gates.map_changes import WHAT_IFS, Amount, read_amount
from core.segmentation.slices import MAX_SEED, fit_slice
from ui.files.uploads import file_notes, megabytes, read_file
from ui.state import link
from ui.state.seeds import read_seed
from ui.text import plain, t
from ui.views.assets import GRIDS, SAMPLES

MOMENT = "moment"  # in links; the name of its reel


@dataclass(frozen=True, eq=False)
class SliceChoice:
    """Which slice.

    Attributes:
        sample: number of a recorded one.
        seed: of a generated one.
        image: one of the user's own, (160, 160, 1).
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
        name: of a row in `core.gates.map_changes.WHAT_IFS`.
        amounts: its numbers.
    """

    name: str
    amounts: dict[str, float]


def pick_slice() -> SliceChoice:
    """A recorded slice, a new one by its seed, or one of the user's own."""
    titles = {"sample": t("Recorded"), "seed": t("New, by seed"), "file": t("Your own")}
    source = link.segments(t("Slice"), list(titles), "slice", "sample", format_func=titles.get, wrap=True)
    if source == "seed":
        return SliceChoice(source, seed=_pick_seed())
    if source == "file":
        return SliceChoice(source, image=_pick_file())
    number = link.segments(
        t("Number of the slice"), list(range(1, SAMPLES + 1)), "number", 1, label_visibility="collapsed", wrap=True
    )
    return SliceChoice(source, sample=number - 1)


def pick_gate() -> int:
    """The gate, by its rows."""
    grid = link.segments(t("Gate"), list(GRIDS), "gate", 20, format_func=lambda rows: f"{rows}×{rows}", wrap=True)
    return int(grid)


def pick_moment(steps: Sequence[int], *, recorded: bool) -> int | None:
    """The moment of the training whose reel the tensor view holds; None for the end, and where none is recorded.

    Args:
        steps: batches after which the maps were recorded.
        recorded: whether they were for this slice.
    """
    if not recorded:
        st.caption(t("Maps from during the training are recorded for the recorded slices only."))
        return None
    known = {str(step): step for step in steps}
    step = link.reading(MOMENT, steps[-1], known.get)
    return None if step == steps[-1] else list(steps).index(step)


def pick_signal(own: int | None) -> int | None:
    """Whose gating signal decides: that of another recorded slice, or None for the slice's own.

    Args:
        own: number of the recorded slice that is shown, if it is one.
    """
    others = [number for number in range(1, SAMPLES + 1) if number - 1 != own]
    chosen = link.menu(
        t("Gating signal g"),
        [0, *others],
        "g",
        0,
        format_func=lambda number: t("of recorded slice {number}", number=number) if number else t("of this slice"),
        help=t("Swap g between slices: the features stay, and another slice tells where to look."),
    )
    return chosen - 1 if chosen else None


def pick_change() -> MapChange:
    """What is done to the map before it is multiplied; the reels of its amounts are in the tensor view."""
    name = link.menu(t("What if the map were …"), list(WHAT_IFS), "map", "none", format_func=_change_title)
    row = WHAT_IFS[name]
    st.caption(t(row.summary))
    amounts = {
        amount.name: link.reading(amount_key(amount), amount.default, partial(read_amount, amount))
        for amount in row.amounts
    }
    return MapChange(name, amounts)


def amount_key(amount: Amount) -> str:
    """The name of a number of a change in links, and of its reel."""
    return f"map_{amount.name}"


def written(value: float) -> str:
    """A number as it stands in links."""
    return str(int(value) if float(value).is_integer() else value)


def keep_frames(frames: Mapping[str, str]) -> None:
    """Put what the person has moved the reels of the map to in the place of what the link said.

    Args:
        frames: names of frames by those of their reels, which are the keys of the link.
    """
    for key, frame in frames.items():
        link.hold(key, frame)


def pick_section() -> str:
    """What is shown below the tensors."""
    titles = {
        "health": t("Health of the gate"),
        "steps": t("Step by step"),
        "learning": t("How it learned"),
        "code": t("Code"),
    }
    chosen = link.segments(t("More about this gate"), list(titles), "more", "health", format_func=titles.get, wrap=True)
    return str(chosen)


def pick_step(names: Sequence[str], titles: dict[str, str]) -> str | None:
    """One step of the gate, or None for all of them.

    Args:
        names: of the steps.
        titles: symbols by name.
    """
    shown = {"all": t("All steps"), **titles}
    step = link.segments(t("Step"), ["all", *names], "step", "all", format_func=shown.get, wrap=True)
    return None if step == "all" else str(step)


def pick_variant() -> str:
    """Which form of the gate is written as code."""
    variants = GATES["attention"].variants
    name = link.menu(t("Form"), list(variants), "variant", "paper", format_func=lambda name: t(variants[name]))
    return str(name)


def try_again() -> None:
    """A button that runs the page again."""
    st.button(t("Try again"), key="again", icon=":material/refresh:")


def _change_title(name: str) -> str:
    return t(WHAT_IFS[name].title)


def _pick_seed() -> int | None:
    return read_seed(link.text(t("Seed of the slice"), "slice_seed", "1000000", max_chars=12), MAX_SEED)


def _pick_file() -> Array | None:
    file = st.file_uploader(
        t("A picture, or an array in a .npy file"),
        key="own_slice",
        max_upload_size=megabytes(),
        help=t("It stays in memory and is not in the link."),
    )
    if file is None:
        st.info(t("Please upload a slice. A link does not hold it."))
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
        raise invalid_request("The archive holds {count} arrays; a slice is one.", count=len(arrays))
    return next(iter(arrays.values()))
