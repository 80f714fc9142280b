"""The controls of the model inspector: which model, which merge, what to compare. The file is not in the link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core import MERGES
from core.limits import MAX_MODEL_BYTES
from ui import session
from ui.files.uploads import megabytes
from ui.state import link
from ui.tensor_view import Selection
from ui.text import t
from ui.views.selection import keep_selection, linked_selection

LIST, GRAPH = "merges_list", "merges_graph"  # keys of the two components that choose a merge
_PLACE = ("cell", "of", "at", "plane")  # where somebody looked, which is no place in another merge
_UPLOAD = "model_file"
_LATER = {
    "merge": "", "mfind": "", "mop": "all", "monly": "all", "mrun": "", "mpart": "values", "mout": "0", "munit": "",
    "mwith": "merge", "mother": "", "mten": "", "mseed": "0", "mbseed": "0",
}  # fmt: skip
_OF_AN_INPUT = re.compile(r"mb?\d{1,2}[bckns]")
_SHOWN = ("values", "gradients", "compare")


@dataclass(frozen=True)
class Choice:
    """A model as chosen.

    Attributes:
        kind: "shipped" or "own".
        name: of the file.
        key: tells one upload from another, without looking at a hundred megabytes.
        content: of an own file; empty for the shipped one.
    """

    kind: str
    name: str
    key: str
    content: bytes = b""


def remember() -> None:
    """Keep what the link says of controls that are drawn only once there is a model, or once it has run."""
    for key, default in _LATER.items():
        link.later(key, default)
    link.later("mwhole", False, lambda value: value.lower() == "true")
    for key in link.arrived():
        if _OF_AN_INPUT.fullmatch(key):
            link.later(key, "")


def pick_model() -> Choice | None:
    """The shipped network, or a file of one's own; None as long as there is none."""
    titles = {"shipped": t("The shipped Attention U-Net"), "own": t("A file of yours")}
    kind = link.segments(t("Model"), list(titles), "msrc", "shipped", format_func=titles.get)
    if kind == "shipped":
        return Choice("shipped", "attention_unet.keras", "shipped")
    file = st.file_uploader(
        t("A .keras file"),
        key=_UPLOAD,
        max_upload_size=megabytes(MAX_MODEL_BYTES),
        help=t("Reading it runs nothing; only Run does. It is gone with this session and is not in the link."),
    )
    if file is None:
        st.info(t('Please upload a model that Keras 3 saved: model.save("name.keras"). A link does not hold it.'))
        return None
    return Choice("own", file.name, file.file_id, file.getvalue())


def pick_filters(operations: Sequence[str]) -> tuple[str, str, str]:
    """What is searched for, the operation ("all" or a name), and "all", "stretch" or "attention".

    Args:
        operations: that the model has, in the order of `core.MERGES`.
    """
    left, right = st.columns(2)
    with left:
        text = link.text(t("Search"), "mfind", "", max_chars=60, placeholder=t("part of a name"))
    with right:
        every = {"all": t("every operation")} | {name: f"{name}  {MERGES[name].symbol}" for name in operations}
        # all names are choices, or the link to another model's filter would be called nonsense
        names = ["all", *MERGES]
        operation = link.menu(t("Operation"), names, "mop", "all", format_func=lambda name: every.get(name, name))
    titles = {"all": t("all"), "stretch": t("stretching"), "attention": t("attention-like")}
    only = link.segments(
        t("Filter"),
        list(titles),
        "monly",
        "all",
        format_func=titles.get,
        help=t("Stretching: an input is repeated to fit. Attention-like: a product in which one channel weighs many."),
    )
    return text, str(operation), str(only)


def chosen_merge(ids: Sequence[str], usual: str) -> str:
    """Id of the merge that is looked at; one that there is not gives the usual one.

    Args:
        ids: of all merges of the model.
        usual: taken as long as nobody chose.
    """
    held = link.held("merge")
    return held if held in ids else usual


def keep_merge() -> None:
    """The callback of list and graph: what was chosen there goes into the link."""
    for key in (LIST, GRAPH):
        chosen = getattr(session.get(key), "chosen", None)
        if chosen:
            link.hold("merge", str(chosen))
            for name in _PLACE:
                link.hold(name, "")


def first_selection(usual: tuple[int, ...]) -> Selection:
    """Where the link asks to look, and otherwise the usual cell of the result."""
    selection = linked_selection(len(usual))
    return selection if link.held("cell") else replace(selection, cell=usual)


def keep_place(
    chosen: Selection, usual: tuple[int, ...], usual_axes: tuple[int | None, int | None], last_panel: int
) -> None:
    """Put where the person looks into the link, unless it is the usual cell."""
    keep_selection(chosen, usual_axes, last_panel)
    if chosen.cell == usual and chosen.panel == last_panel:
        for name in ("cell", "of", "at"):
            link.hold(name, "")
    elif chosen.cell is not None and not any(chosen.cell):
        link.hold("cell", ",".join(map(str, chosen.cell)))


def pick_whole() -> bool:
    """Whether the whole model is drawn."""
    return link.toggle(t("Show the whole model"), "mwhole")


def pick_layer() -> str:
    """What is drawn of the chosen merge: "values", "gradients" or "compare"."""
    titles = {"values": t("Values"), "gradients": t("Gradients"), "compare": t("Compare")}
    chosen = link.segments(
        t("Show of this merge"),
        list(_SHOWN),
        "mpart",
        "values",
        format_func=titles.get,
        help=t("Gradients: what one number of the model's output would change by, for each number that goes in here."),
    )
    return str(chosen)


def pick_unit(outputs: Sequence[str], largest: Sequence[Sequence[int]]) -> tuple[int, str]:
    """Which output of the model, and the index of one number in it as it was typed.

    Args:
        outputs: their names.
        largest: the index of the largest number of each, which is looked at unless somebody chooses.
    """
    number = 0
    left, right = st.columns(2)
    if len(outputs) > 1:
        with left:
            names = [str(at) for at in range(len(outputs))]
            title = t("Output of the model")
            number = int(link.menu(title, names, "mout", "0", format_func=lambda at: outputs[int(at)]))
    with right if len(outputs) > 1 else left:
        typed = link.text(
            t("Index of one number in it"),
            "munit",
            "",
            max_chars=40,
            placeholder=", ".join(map(str, largest[number])),
            help=t("Batch first, as in 0, 3. Empty: the largest number."),
        )
    return number, typed


def pick_other(ids: Sequence[str], names: dict[str, str]) -> tuple[str, str]:
    """What to compare with: ("merge", id) or ("input", "").

    Args:
        ids: of the other merges.
        names: of the merges, for people.
    """
    titles = {"merge": t("another merge"), "input": t("the same merge on another input")}
    kind = link.segments(t("Compare with"), list(titles), "mwith", "merge" if ids else "input", format_func=titles.get)
    if kind != "merge" or not ids:
        return str(kind), ""
    return "merge", str(link.menu(t("The other merge"), list(ids), "mother", ids[0], format_func=names.get))


def pick_tensor(names: Sequence[str]) -> int:
    """Which tensor of a merge is compared; the last, its output, unless somebody chooses."""
    numbers = [str(at) for at in range(len(names))]
    return int(link.menu(t("Tensor"), numbers, "mten", numbers[-1], format_func=lambda at: names[int(at)]))
