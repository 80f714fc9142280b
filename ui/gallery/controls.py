"""The controls of the Gate gallery: gates, their forms, the features that go in. Each value stands in the link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.gates import GATES
from core.gates.pitfalls import Trap
from core.limits import check_features
from core.merges.shape_text import parse_shape
from ui.files.uploads import megabytes, read_file
from ui.lab.controls import pick_seed
from ui.state import link
from ui.text import plain, t
from ui.views.assets import SAMPLES


@dataclass(frozen=True)
class GateChoice:
    """A gate and its form: names of `core.gates.GATES` and of its variants."""

    name: str
    variant: str


@dataclass(frozen=True, eq=False)
class FeatureChoice:
    """What goes into the gates; one of the three is given.

    Attributes:
        seed: of random features and of weights that nobody trained.
        slice: number of a recorded slice, from 0.
        shape: of random features, (n, H, W, C).
        array: the user's own, (n, H, W, C).
    """

    seed: int
    slice: int | None = None
    shape: tuple[int, ...] | None = None
    array: Array | None = None


def pick_gate() -> GateChoice:
    """The gate that is shown."""
    return _pick(t("Gate"), t("Form"), "which", next(iter(GATES)))


def pick_second() -> GateChoice | None:
    """A second gate to hold beside it, or None."""
    if not link.toggle(t("Hold another gate beside it"), "two"):
        return None
    return _pick(t("Other gate"), t("Form of the other"), "other", list(GATES)[1 % len(GATES)])


def pick_features() -> FeatureChoice | None:
    """The features; None, with the reason on screen, where they cannot be read."""
    titles = {"trained": t("Trained network"), "random": t("Random"), "file": t("Your own")}
    kind = link.segments(t("Features"), list(titles), "features", "trained", format_func=titles.get, wrap=True)
    if kind == "trained":
        count = list(range(1, SAMPLES + 1))
        chosen = link.segments(t("Slice"), count, "recorded", 1, wrap=True)
        return FeatureChoice(pick_seed(), slice=chosen - 1)
    try:
        if kind == "random":
            shape = _checked(parse_shape(link.text(t("Shape of the features"), "fshape", "1,20,20,64", max_chars=60)))
            return FeatureChoice(pick_seed(), shape=shape)
        array = _from_file()
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None
    return None if array is None else FeatureChoice(pick_seed(), array=array)


def pick_section(two: bool) -> str:
    """What is shown of the gate, or of the pair."""
    own = {
        "merges": t("Merges"),
        "steps": t("Step by step"),
        "maps": t("Map of weights"),
        "kept": t("What it keeps"),
        "traps": t("Traps"),
        "code": t("Code"),
        "all": t("All gates"),
    }
    titles = {"both": t("Side by side"), **own} if two else own
    label, first = t("What is shown"), next(iter(titles))
    chosen = link.segments(label, list(titles), "part", first, format_func=titles.get, wrap=True)
    return str(chosen)


def pick_merge(names: Sequence[str], titles: dict[str, str]) -> str:
    """One of the merges of a gate, by the name of its step; the last, where map and features meet, at first."""
    if len(names) == 1:
        return names[0]
    return str(link.segments(t("Merge"), list(names), "merge", names[-1], format_func=titles.get, wrap=True))


def pick_step(names: Sequence[str], titles: dict[str, str]) -> str | None:
    """One step of a gate, or None for all of them."""
    shown = {"all": t("All steps"), **titles}
    step = link.segments(t("Step"), ["all", *names], "gstep", "all", format_func=shown.get, wrap=True)
    return None if step == "all" else str(step)


def pick_trap(traps: Sequence[Trap]) -> Trap:
    """One of the things that go wrong when a gate is built by hand."""
    named = {trap.name: trap for trap in traps}
    chosen = link.menu(t("Trap"), list(named), "trap", traps[0].name, format_func=lambda name: t(named[name].title))
    return named[str(chosen)]


def _pick(label: str, form: str, key: str, default: str) -> GateChoice:
    name = link.menu(label, list(GATES), key, default, format_func=lambda name: t(GATES[name].title))
    variants = GATES[name].variants
    first = next(iter(variants))
    if len(variants) == 1:
        return GateChoice(name, first)
    variant = link.menu(form, list(variants), f"{key}_form", first, format_func=lambda one: t(variants[one]))
    return GateChoice(name, variant)


def _from_file() -> Array | None:
    file = st.file_uploader(
        t("Features in a .npy file, (rows, columns, channels) or with a batch before them"),
        key="own_features",
        max_upload_size=megabytes(),
        type=["npy"],
        help=t("It stays in memory and is not in the link."),
    )
    if file is None:
        st.info(t("Please upload features. A link does not hold them."))
        return None
    array: Any = next(iter(read_file(file.name, file.getvalue()).values()))
    array = array[None] if array.ndim == 3 else array
    _checked(array.shape)
    return array


def _checked(shape: Shape) -> tuple[int, ...]:
    """A shape of features that a gate can take.

    Raises:
        MergeError: not four known sizes of at least 1, or more than the limits.
    """
    sizes = tuple(size for size in shape if size)
    if len(shape) != 4 or len(sizes) != 4:
        raise invalid_request(
            "Features have four sizes: batch, rows, columns, channels, each at least 1; not {shape}.", shape=shape
        )
    check_features(sizes)
    return sizes
