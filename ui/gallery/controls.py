"""The controls of the Gate gallery: gates, their variants, the input features. Each value is in the link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.gates import GATES
from core.gates.pitfalls import Pitfall
from core.limits import check_features
from core.merges.shape_text import parse_shape
from ui import session
from ui.files.uploads import megabytes, read_file
from ui.state import asked, link, parts
from ui.state.seeds import pick_seed
from ui.text import plain, t
from ui.views.assets import SAMPLES

# Parameters of a link that belong to one gate.
_OF_A_GATE = {"part", "two", "other", "which_form", "other_form", "merge", "gstep", "trap", "qat"}
_TABLE = "all"  # the part that older links name for the table of all gates


@dataclass(frozen=True)
class GateChoice:
    """A gate and its variant: names in `core.gates.GATES` and in its `variants`."""

    name: str
    variant: str


@dataclass(frozen=True, eq=False)
class FeatureChoice:
    """The input features; one of the last three is given.

    Attributes:
        seed: of random features and of untrained weights.
        slice: number of a recorded image, from 0.
        shape: of random features, (n, H, W, C) or (n, D, H, W, C).
        array: uploaded features, likewise.
    """

    seed: int
    slice: int | None = None
    shape: tuple[int, ...] | None = None
    array: Array | None = None


@dataclass(frozen=True)
class Typed:
    """The input features as they are chosen in the controls.

    Attributes:
        kind: "trained", "random" or "file".
        number: of a recorded image, from 0.
        shape: as typed.
        seed: as in `FeatureChoice`.
    """

    kind: str
    number: int
    shape: str
    seed: int


def pick() -> tuple[GateChoice | None, GateChoice | None, Typed]:
    """The gate (None: the wall of all gates), the gate to compare with, and the features."""
    _read_older_links()
    gate = _pick_gate()
    second = _pick_second(gate) if gate else None
    image = asked.box(width=105)
    kind, typed, seed = parts.drawer(t("Features"), "gallery_features", _pick_features, icon=":material/tune:")
    with image:
        number = _pick_image() if kind == "trained" else 0
    return gate, second, Typed(kind, number, typed, seed)


def features_chosen(typed: Typed) -> FeatureChoice | None:
    """The features; None, with the reason in the current container, if they cannot be read."""
    if typed.kind == "trained":
        return FeatureChoice(typed.seed, slice=typed.number)
    try:
        if typed.kind == "random":
            return FeatureChoice(typed.seed, shape=_sizes(parse_shape(typed.shape)))
        array = _from_file()
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None
    return None if array is None else FeatureChoice(typed.seed, array=array)


def _pick_features() -> tuple[str, str, int]:
    """What is in the drawer: the kind of features, their shape as typed, the seed."""
    kind = _pick_kind()
    return kind, _pick_shape() if kind == "random" else "", pick_seed()


def _read_older_links() -> None:
    """A link that names no gate, but something of one, means the first gate; the table of all gates is on the wall."""
    arrived = set(link.arrived())
    if link.brought("part") == _TABLE:
        session.put({"which": ""})
    elif "which" not in arrived and arrived & _OF_A_GATE:
        session.put({"which": next(iter(GATES))})


def table_asked() -> bool:
    """Whether the link asks for the table of all gates; on the wall nothing else is a part."""
    asked = link.held("part") == _TABLE
    link.hold("part", _TABLE if asked else "")
    return asked


def open_gate(name: str) -> None:
    """Show one gate; for callbacks."""
    session.put({"which": name, "two": False, "part": "merges"})


def open_pair(first: str, second: str) -> None:
    """Show two gates side by side; for callbacks."""
    session.put({"which": first, "two": True, "other": second, "part": "both"})


def _pick_gate() -> GateChoice | None:
    titles = {"": t("All gates"), **{name: t(row.title) for name, row in GATES.items()}}
    name = link.menu(
        t("Gate"), list(titles), "which", "", format_func=titles.get, label_visibility="collapsed", width=198
    )
    return _pick_variant(name, t("Variant"), "which_form") if name else None


def _pick_second(first: GateChoice) -> GateChoice | None:
    """The gate to compare with, or None; a good opposite unless one is chosen."""
    if not link.toggle(t("Compare"), "two", on_change=_show_both):
        return None
    names = list(GATES)
    opposite = names[1 % len(names)] if first.name == names[0] else names[0]
    link.follow("other", opposite)
    label = t("Compare with")
    titles = {name: t(row.title) for name, row in GATES.items()}
    name = link.menu(label, names, "other", opposite, format_func=titles.get, label_visibility="collapsed", width=198)
    return _pick_variant(name, t("Variant of the other gate"), "other_form")


def _show_both() -> None:
    """Switching the comparison on shows it at once; switching it off shows the gate."""
    session.put({"part": "both" if session.get("two") else "merges"})


def _pick_variant(name: str, label: str, key: str) -> GateChoice:
    variants = GATES[name].variants
    first = next(iter(variants))
    if len(variants) == 1:
        return GateChoice(name, first)
    variant = link.menu(
        label, list(variants), key, first, format_func=lambda one: t(variants[one].title), label_visibility="collapsed",
        width=146,
    )  # fmt: skip
    return GateChoice(name, variant)


def _pick_kind() -> str:
    titles = {"trained": t("Trained network"), "random": t("Random"), "file": t("Upload…")}
    return str(link.segments(t("Features"), list(titles), "features", "trained", format_func=titles.get))


def _pick_image() -> int:
    titles = {number: t("Image {number}", number=number) for number in range(1, SAMPLES + 1)}
    chosen = link.menu(t("Image"), list(titles), "recorded", 1, format_func=titles.get, label_visibility="collapsed")
    return int(chosen) - 1


def _pick_shape() -> str:
    return link.text(
        t("Shape of the features"),
        "fshape",
        "1,20,20,64",
        max_chars=60,
        help=t(
            "Volumes have a depth before the rows. Of features too large to compute, only shapes and costs are shown."
        ),
    )


def pick_view(two: bool, merges: dict[str, str]) -> tuple[str, str]:
    """What is shown of the gate, or of the pair, and which merge of it; one line of buttons.

    Args:
        two: whether there is a pair.
        merges: titles by the names of their steps.
    """
    return parts.controls("view", _pick_view, two, merges)


def _pick_view(two: bool, merges: dict[str, str]) -> tuple[str, str]:
    with asked.box(horizontal=True, vertical_alignment="center", gap="xsmall"):
        section = pick_section(two)
        return section, pick_merge(list(merges), merges) if section == "merges" else ""


def pick_section(two: bool) -> str:
    """What is shown of the gate, or of the pair."""
    own = {
        "merges": t("Merges"),
        "steps": t("Step by step"),
        "maps": t("Gate values"),
        "kept": t("Energy retained"),
        "traps": t("Common mistakes"),
        "code": t("Code"),
    }
    titles = {"both": t("Side by side"), **own} if two else own
    first = next(iter(titles))
    chosen = link.segments(
        t("View"), list(titles), "part", first, format_func=titles.get, wrap=True, label_visibility="collapsed"
    )
    return str(chosen)


def pick_merge(names: Sequence[str], titles: dict[str, str]) -> str:
    """One of the merges of a gate, by the name of its step; the last one by default, where map and features meet."""
    if len(names) <= 1:
        return "".join(names)
    chosen = link.segments(
        t("Merge"), list(names), "merge", names[-1], format_func=titles.get, wrap=True, label_visibility="collapsed"
    )
    return str(chosen)


def pick_trap(traps: Sequence[Pitfall]) -> Pitfall:
    """One of the common mistakes when a gate is written by hand, and why it happens."""
    named = {trap.name: trap for trap in traps}
    chosen = link.menu(
        t("Common mistake"), list(named), "trap", traps[0].name, format_func=lambda name: t(named[name].title)
    )
    trap = named[str(chosen)]
    asked.show(st.markdown, t(trap.why))
    return trap


def _from_file() -> Array | None:
    file = st.file_uploader(
        t(
            "Features in a .npy file: (rows, columns, channels), or (batch, rows, columns, channels), or a batch of "
            "volumes"
        ),
        key="own_features",
        max_upload_size=megabytes(),
        type=["npy"],
        help=t("The file stays in memory and is not in the link."),
    )
    if file is None:
        st.info(t("Please upload features. Files are not stored in the link."))
        return None
    array: Array = next(iter(read_file(file.name, file.getvalue()).values()))
    array = np.expand_dims(array, 0) if array.ndim == 3 else array
    check_features(_sizes(array.shape))
    return array


def _sizes(shape: Shape) -> tuple[int, ...]:
    """A shape of features.

    Raises:
        MergeError: not four or five known sizes of at least 1.
    """
    sizes = tuple(size for size in shape if size)
    if len(shape) not in (4, 5) or len(sizes) != len(shape):
        raise invalid_request(
            "Features have four sizes (batch, rows, columns, channels), or five with a depth before the rows, each at "
            "least 1; got {shape}.",
            shape=shape,
        )
    return sizes
