"""The controls of the model inspector: model, merge, filters, view. Uploaded files are not in the link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core import MERGES
from core.limits import MAX_MODEL_BYTES
from ui import session
from ui.files import handed
from ui.files.uploads import megabytes
from ui.state import asked, link, parts
from ui.tensor_view import Selection
from ui.text import t
from ui.views.selection import keep_selection, linked_selection

STEP = "mstep"  # in the link: the recorded training step
LIST, GRAPH = "merges_list", "merges_graph"  # keys of the two components in which a merge is chosen
_LOOK = ("cell", "of", "at", "plane")  # the pinned element and plane, which mean nothing for another merge
_UPLOAD = "model_file"
_LATER = {
    "merge": "", "mfind": "", "mop": "all", "monly": "all", "mrun": "", "mpart": "values", "mout": "0", "munit": "",
    "mwith": "merge", "mother": "", "mten": "", "mseed": "0", "mbseed": "0", "mlay": "60", "mstep": "", "mthen": "",
}  # fmt: skip
_OF_AN_INPUT = re.compile(r"mb?\d{1,2}[bckns]")
_PARTS = ("values", "gradients", "compare", "overlay")


@dataclass(frozen=True)
class Choice:
    """A model as chosen.

    Attributes:
        kind: "shipped" or "own".
        name: of the file.
        key: identifies an upload without reading its content.
        content: of an uploaded file; empty for the built-in model.
    """

    kind: str
    name: str
    key: str
    content: bytes = b""


def remember() -> None:
    """Keep the parameters of controls that are drawn only after a model is opened or has run."""
    for key, default in _LATER.items():
        link.later(key, default)
    for key in ("mwhole", "mline"):
        link.later(key, False, lambda value: value.lower() in ("true", "1"))
    for key in link.arrived():
        if _OF_AN_INPUT.fullmatch(key):
            link.later(key, "")


def pick_kind() -> str:
    """Which model: "shipped" or "own"."""
    titles = {"shipped": t("Built-in Attention U-Net"), "own": t("Upload…")}
    chosen = link.segments(
        t("Model"), list(titles), "msrc", "shipped", format_func=titles.get, label_visibility="collapsed"
    )
    return str(chosen)


def chosen_model(kind: str) -> Choice | None:
    """The built-in model or the uploaded file; None if there is none."""
    if kind == "shipped":
        return Choice("shipped", "attention_unet.keras", "shipped")
    file = _file()
    return None if file is None else Choice("own", file.name, file.file_id, file.getvalue())


def ask_for_model() -> None:
    """What may be uploaded, where there is no file."""
    st.info(
        t(
            'Please upload a model saved by Keras, model.save("name.keras"), or a recording, '
            'mergescope.record(model, inputs, "run.msr.npz"). Files are not stored in the link.'
        )
    )


def _file() -> Any:
    return session.get(_UPLOAD) or handed.taken("model")


def pick_file(kind: str, *, is_open: bool) -> None:
    """The control to upload a file, at the end of the page: as long as it is drawn, its file is kept.

    It is drawn at one place for every file and for none. Where a file replaces another, the browser lets go of that one
    first, and the page is drawn without a file; a control at another place would not know of the file under way.

    Args:
        kind: of model.
        is_open: whether the control is unfolded, as where there is nothing else on the page.
    """
    if kind == "own":
        parts.stable_controls("file", _draw_file, is_open=is_open)


def _draw_file(*, is_open: bool) -> None:
    with st.expander(t("Model file"), icon=":material/upload_file:", expanded=is_open):
        st.file_uploader(
            t("A Keras model (.keras, or .h5 of Keras 2 or 3) or a recording (.msr.npz)"),
            key=_UPLOAD,
            max_upload_size=megabytes(MAX_MODEL_BYTES),
            help=t("Custom code is never run. The file is deleted when you close the page and is not in the link."),
        )


def pick_filters(operations: Sequence[str]) -> tuple[str, str, str]:
    """The search text, the operation ("all" or a name), and "all", "stretch" or "attention".

    Args:
        operations: of the model, in the order of `core.MERGES`.
    """
    text = link.text(t("Search"), "mfind", "", max_chars=60, placeholder=t("part of a name"))
    every = {"all": t("every operation")} | {name: f"{name}  {MERGES[name].symbol}" for name in operations}
    # all names are choices, or the link to another model's filter would be rejected
    names = ["all", *MERGES]
    operation = link.menu(t("Operation"), names, "mop", "all", format_func=lambda name: every.get(name, name))
    titles = {"all": t("all"), "stretch": t("broadcasting"), "attention": t("attention-like")}
    only = link.segments(
        t("Filter"),
        list(titles),
        "monly",
        "all",
        format_func=titles.get,
        help=t(
            "Broadcasting: an input is broadcast. "
            "Attention-like: a product in which a single-channel map scales many channels."
        ),
    )
    return text, str(operation), str(only)


def chosen_merge(ids: Sequence[str], usual: str) -> str:
    """Id of the chosen merge, or the usual one if there is none of that id.

    Args:
        ids: of all merges of the model.
        usual: the default.
    """
    held = link.held("merge")
    return held if held in ids else usual


def keep_merge() -> None:
    """The callback of list and graph: the choice goes into the link."""
    for key in (LIST, GRAPH):
        chosen = getattr(session.get(key), "chosen", None)
        if chosen:
            link.hold("merge", str(chosen))
            for name in _LOOK:
                link.hold(name, "")


def first_selection(usual: tuple[int, ...]) -> Selection:
    """What the link asks to look at, otherwise the usual element of the result."""
    selection = linked_selection(len(usual))
    return selection if link.held("cell") else replace(selection, cell=usual, at=selection.at or usual)


def keep_look(
    chosen: Selection, usual: tuple[int, ...], usual_axes: tuple[int | None, int | None], last_panel: int
) -> None:
    """Put the pinned element into the link, unless it is the usual one."""
    keep_selection(chosen, usual_axes, last_panel)
    if chosen.cell == usual and chosen.panel == last_panel:
        for name in ("cell", "of", "at"):
            link.hold(name, "")
    elif chosen.cell is not None and not any(chosen.cell):
        link.hold("cell", ",".join(map(str, chosen.cell)))


def pick_whole() -> bool:
    """Whether the whole model is drawn."""
    return link.toggle(t("Whole model"), "mwhole")


def pick_step(steps: Sequence[str]) -> str:
    """The recorded training step; the last one to begin with.

    Args:
        steps: their numbers.
    """
    return str(link.menu(t("Training step"), list(steps), STEP, steps[-1]))


def pick_other_step(steps: Sequence[str]) -> str:
    """The recorded training step to compare with; the first one to begin with.

    Args:
        steps: the numbers of the other steps.
    """
    return str(link.menu(t("The other training step"), list(steps), "mthen", steps[0]))


def pick_part(*, gates: bool, gradients: bool) -> str:
    """The view of the chosen merge: "values", "gradients", "compare", or "overlay" for the attention maps.

    Args:
        gates: whether there are attention maps and an input image to lay them over.
        gradients: whether gradients can be computed.
    """
    titles = {
        "values": t("Values"), "gradients": t("Gradients"), "compare": t("Compare"), "overlay": t("Attention maps"),
    }  # fmt: skip
    chosen = link.segments(
        t("View"),
        [part for part in _PARTS if (gates or part != "overlay") and (gradients or part != "gradients")],
        "mpart",
        "values",
        format_func=titles.get,
        help=t("Gradients: of one element of the model's output with respect to each input of this merge."),
        label_visibility="collapsed",
    )
    return str(chosen)


def pick_unit(outputs: Sequence[str], largest: Sequence[Sequence[int]]) -> tuple[int, str]:
    """Which output of the model, and the index of one element of it as typed.

    Args:
        outputs: their names.
        largest: the index of the largest element of each, the default.
    """
    number = 0
    asked.ask("columns")
    left, right = (nullcontext(), nullcontext()) if asked.only() else st.columns(2)
    if len(outputs) > 1:
        with left:
            names = [str(at) for at in range(len(outputs))]
            title = t("Output of the model")
            number = int(link.menu(title, names, "mout", "0", format_func=lambda at: outputs[int(at)]))
    with right if len(outputs) > 1 else left:
        typed = link.text(
            t("Index of one element"),
            "munit",
            "",
            max_chars=40,
            placeholder=", ".join(map(str, largest[number])),
            help=t("Batch first, as in 0, 3. Empty: the largest element."),
        )
    return number, typed


def pick_other(ids: Sequence[str], names: dict[str, str], *, recorded: bool = False) -> tuple[str, str]:
    """What to compare with: ("merge", id) or ("input", "").

    Args:
        ids: of the other merges, the most similar one first.
        names: of the merges, for display.
        recorded: whether the other input is another recorded step.
    """
    other = t("the same merge at another step") if recorded else t("the same merge on another input")
    titles = {"merge": t("another merge"), "input": other}
    with asked.box(horizontal=True, vertical_alignment="bottom"):
        kind = link.segments(
            t("Compare with"), list(titles), "mwith", "merge" if ids else "input", format_func=titles.get
        )
        if kind != "merge" or not ids:
            return str(kind), ""
        return "merge", str(link.menu(t("The other merge"), list(ids), "mother", ids[0], format_func=names.get))


def pick_tensor(names: Sequence[str]) -> int:
    """Which tensor of a merge is compared; by default the last, its output."""
    numbers = [str(at) for at in range(len(names))]
    return int(link.menu(t("Tensor"), numbers, "mten", numbers[-1], format_func=lambda at: names[int(at)]))
