"""Home: the note's example, a box for an error or two shapes, and a question that leads to each of the other pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core import MERGES, Merged, MergeError, merge
from core import Sentence as _  # marks text for the catalogues
from core.dtypes import Array
from ui import counters, frame, session
from ui.lab.paste import keep_notes, read_paste
from ui.lab.presets import link_to
from ui.state import asked, link
from ui.tensor_view import TensorView
from ui.text import plain, t
from ui.views import cached
from ui.views.assets import arrays
from ui.views.cached import remembered
from ui.views.merge_view import values_view
from ui.views.thumbnails import thumbnail

SHAPES = ((5, 1, 5), (5, 4, 5))
STARTS = (0, 50)  # a = np.arange(25).reshape(5, 1, 5), b = np.arange(50, 150).reshape(5, 4, 5)
_LAB = "pages/1_Merge_lab.py"
_BELOW = 178  # pixels of the window for the questions below the picture
_SIDE = 48  # pixels of a thumbnail
_MOST = 20_000  # characters of a traceback


def pick() -> str:
    """The operation of the example; beside it its code, and the box for an error."""
    operation = pick_operation()
    show_code(operation)
    paste_box()
    return operation


def pick_operation() -> str:
    """Multiply or Add, the two halves of the note."""
    names = ["Multiply", "Add"]
    return str(
        link.segments(
            t("Operation"), names, "op", "Multiply", format_func=lambda name: MERGES[name].symbol,
            label_visibility="collapsed",
        )
    )  # fmt: skip


def example(operation: str) -> tuple[TensorView, Merged]:
    """The note's example as a stage, int64.

    Args:
        operation: "Multiply" or "Add".
    """
    inputs = [
        cached.sample("counting", shape, number=number, seed=0, dtype="int64", first=first)
        for number, (shape, first) in enumerate(zip(SHAPES, STARTS, strict=True))
    ]
    merged = merge(operation, inputs)
    counters.merged(operation)
    view = values_view(merged.alignment, [*inputs, merged.value], gallery=False)
    a, b, output = view.panels
    panels = (
        replace(a, title="a", remark=t("axis 1 is broadcast: 1 → 4")),
        replace(b, title="b"),
        replace(output, title=f"a {MERGES[operation].symbol} b"),
    )
    return replace(view, panels=panels, layout="stage", below=_BELOW), merged


def show_code(operation: str) -> None:
    """The class and the function, which give the same result."""
    row = MERGES[operation]
    forms = t(
        "{as_class} or {as_function}", as_class=f"`{row.name}()([a, b])`", as_function=f"`{row.function}([a, b])`"
    )
    asked.show(st.markdown, forms, width="content")


def paste_box() -> None:
    """A line for an error of Keras or two shapes, which opens the Merge lab; what cannot be read stays in it."""
    asked.show(
        st.text_input,
        t("Your Keras error, or two shapes"),
        key="home_paste",
        max_chars=_MOST,
        label_visibility="collapsed",
        placeholder=t("Paste your Keras error, or two shapes"),
        icon=":material/content_paste:",
        width=320,
        on_change=_read_pasted,
    )
    text, reason = session.get("home_reason") or ("", None)
    if reason and text == session.get("home_paste"):
        link.note(plain(t(reason)))
    found = session.get("home_found")
    asked.ask("found", is_known=found is None)
    if asked.only() or found is None:
        return
    session.put({"home_found": None})
    keep_notes(found)
    st.switch_page(_LAB, query_params=link.to_page(**link_to(found.values)))


def _read_pasted() -> None:
    """The callback of the line: it is empty again once its text is read; a text that cannot be read stays in it."""
    text = str(session.get("home_paste") or "")
    session.put({"home_reason": None})
    if not text.strip():
        return
    try:
        found = read_paste(text, operation="Multiply")
    except MergeError as error:
        counters.refused("paste")
        session.put({"home_reason": (text, error.explanation)})
        return
    session.put({"home_found": found, "home_paste": ""})


@dataclass(frozen=True, eq=False)
class Question:
    """What a visitor may want, and the page that has it.

    Attributes:
        question: the link.
        about: one line on the page.
        picture: gives the plane of its thumbnail, (rows, columns).
    """

    question: str
    about: str
    picture: Callable[[], Array]


def _gated() -> Array:
    trace = arrays("trace_20")
    gated: Array = trace["x"][0, ..., 181].astype(np.float32) * trace["alpha"][0, ..., 0]
    return gated


def _wall() -> Array:
    x = arrays("trace_20")["x"][0].astype(np.float32)
    rows = [np.hstack([x[..., channel] / x[..., channel].max() for channel in row]) for row in ((181, 237), (123, 56))]
    return np.vstack(rows)


def _graph() -> Array:
    plane = np.zeros((20, 20))
    for row, col in ((2, 2), (2, 13), (14, 8)):
        plane[row : row + 4, col : col + 5] = 1
    plane[6:11, 4] = plane[6:11, 15] = plane[10, 4:16] = plane[10:14, 10] = 0.5
    return plane


def _maps() -> Array:
    alpha = arrays("trace_20")["alpha"][:4, ..., 0].astype(np.float32)
    return np.vstack([np.hstack(list(alpha[:2])), np.hstack(list(alpha[2:]))])


QUESTIONS = {  # by page
    _LAB: Question(
        _("Keras rejects my shapes. Why?"),
        _("Any merge on any shapes: the reason, and the fix as code."),
        lambda: np.arange(50, 70).reshape(4, 5) * np.arange(5),
    ),
    "pages/2_Attention_gate.py": Question(
        _("What does one map do to 256 channels?"),
        _("A trained network: paint on its attention map, see its prediction change."),
        _gated,
    ),
    "pages/3_Gate_gallery.py": Question(
        _("Which gates are there, and what does each broadcast?"),
        _("Gates from the literature on the same features, step by step."),
        _wall,
    ),
    "pages/4_Model_inspector.py": Question(
        _("What do the merges in my model do?"),
        _("Open a .keras file: every merge with its shapes and values."),
        _graph,
    ),
    "pages/5_Story.py": Question(
        _("Can I see it step by step?"),
        _("A guided tour and a quiz, made for talks."),
        lambda: np.tile(np.linspace(0, 1, 13), (5, 1)),
    ),
    "pages/6_Survey.py": Question(
        _("What do my gates do over 10,000 images?"),
        _("Dead, open or selective, on target or not, and the images that are odd."),
        _maps,
    ),
}


def show_questions() -> None:
    """A card for each other page: a thumbnail, the question, and one line."""
    pages = [file for file in frame.PAGES if file.startswith("pages/")]
    with frame.below():
        columns = st.columns(len(pages), gap="small")
    for column, file in zip(columns, pages, strict=True):
        with column, st.container(border=True, height="stretch", gap="xxsmall", key=f"question_{file[6]}"):
            row = QUESTIONS[file]
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.image(_picture(file), width=_SIDE, alt="")
                st.page_link(file, label=f"**{t(row.question)}**", width="stretch")
            st.caption(t(row.about))


@remembered
def _picture(file: str) -> str:
    return thumbnail(QUESTIONS[file].picture(), _SIDE)
