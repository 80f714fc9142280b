"""Self-attention on the grid of the features: point at a position, see its weights on the grid, head beside head.

What is drawn of the weights crosses, not the weights: an entry of the table of colours for each, and the largest of
each position. At first those of the chosen position alone, a few kilobytes; the browser asks for all once it is pointed
at.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from core.digests import digest
from core.dtypes import Array
from core.gates import GateTrace, Step
from core.limits import MAX_SIZE
from core.tensor_view.colours import colours
from ui import session
from ui.gallery.cards import plane_of
from ui.state import link, parts
from ui.streamlit_internals import component_script, served_component
from ui.tensor_view import Panel, TensorView, tensor_view
from ui.text import plain, t
from ui.views.cached import remembered
from ui.views.folded import folded
from ui.views.merge_view import translated_words
from ui.views.thumbnails import limits_of, picture

_KEY, _WANTED = "position_weights", "position_weights_wanted"
_BROWSER = Path(__file__).parent / "browser"
_MOST = 4_000_000  # weights that are sent: 4 MB before they are deflated
_ENTRIES = 255  # of the table of colours, after the first
_DIGITS = 6  # more are no index
_LONGEST = 64  # letters of a digest
_RANK = 4  # axes of the weights: (n, heads, positions, positions)

_COMPONENT = served_component(
    "attention",
    html='<div class="attention">\n</div>',
    script=component_script(_BROWSER, "attention"),
    mount="attention.mount",
    style=(_BROWSER / "attention.css").read_text(encoding="utf-8"),
)


def weights_of(trace: GateTrace) -> Step | None:
    """The step that holds attention weights between positions, (n, heads, positions, positions)."""
    found = next((step for step in trace.steps if step.name == "weights"), None)
    return found if found is not None and found.value.ndim == _RANK else None


def looks_at_positions(trace: GateTrace) -> bool:
    """Whether a gate has attention weights between the positions of a grid of rows and columns."""
    return weights_of(trace) is not None and trace.step("x").value.ndim == _RANK


def show_matrices(trace: GateTrace, key: str, title: str = "", number: int = 0) -> None:
    """All attention weights of a gate, where it has some; drawn, and sent, only while they are open.

    Args:
        trace: a run of the gate.
        key: of the run.
        title: of the gate, where there are several.
        number: of the gate on the page, likewise.
    """
    if (step := weights_of(trace)) is not None:
        parts.stable(f"matrices {number}", _fold_matrices, step, f"matrices {number} {key}", title, number)


def _fold_matrices(step: Step, key: str, title: str, number: int) -> None:
    label = t("All attention weights, one matrix per head")
    folded(f"{plain(title)}: {label}" if title else label, f"gallery_matrices_{number}", partial(_draw, step, key))


def _draw(step: Step, key: str) -> None:
    panel = Panel(step.equation or step.symbol, step.value)
    tensor_view(TensorView((panel,), axes=(2, 3), words=translated_words()), key=key)


def show_positions(trace: GateTrace, channel: int) -> None:
    """Draw the features, and the weights of the position that is pointed at, for each head of the first sample.

    Args:
        trace: of a gate for which `looks_at_positions` holds.
        channel: of the features that is shown.
    """
    weights = trace.step("weights").value
    if weights[0].size > _MOST:
        st.info(t("The attention weights are too many to be sent to the browser."))
        return
    rows, columns = trace.step("x").value.shape[1:3]
    st.markdown(
        t(
            "Point at a position of the features: each head shows where this position looks, {count} weights that sum "
            "to 1.",
            count=rows * columns,
        )
    )
    whole = session.get(_WANTED) == digest(weights)
    data = payload(trace, weights, channel, chosen_position(rows, columns), whole=whole)
    _COMPONENT(key=_KEY, data=data, on_chosen_change=partial(_choose, _KEY), on_wanted_change=partial(_want, _KEY))


def payload(
    trace: GateTrace, weights: Array, channel: int, chosen: tuple[int, int], *, whole: bool = False
) -> dict[str, Any]:
    """The data that is sent to the browser.

    Args:
        trace: a run of the gate.
        weights: of it, (n, heads, positions, positions).
        channel: of the features that is shown.
        chosen: (row, column) of the position that is shown at first.
        whole: with what is drawn of all positions, not of the chosen one alone.
    """
    rows, columns = trace.step("x").value.shape[1:3]
    plane, number = plane_of(trace.step("x").value, channel), chosen[0] * columns + chosen[1]
    meta = {
        "grid": [rows, columns],
        "heads": weights.shape[1],
        "chosen": number,
        "whole": whole,
        "digest": digest(weights),
        "image": picture(plane, limits_of(np.zeros(1), plane)),
        "colours": b64encode(colours("viridis").tobytes()).decode(),
        "words": {
            "source": t("x, channel {channel}", channel=channel),
            "head": t("head {number}", number="{number}"),
            "point": t("Positions of the features; arrow keys move"),
            "position": t("position ({row}, {column})", row="{row}", column="{column}"),
            "largest": t("head {head}: largest {weight} at ({at})", head="{head}", weight="{weight}", at="{at}"),
        },
    }
    content, peaks = _all_drawn(weights) if whole else _drawn(weights[0, :, number : number + 1])
    return {"meta": meta, "levels": pa.table({"v": content.ravel()}), "peaks": pa.table({"v": peaks.ravel()})}


@remembered
def _all_drawn(weights: Array) -> tuple[Array, Array]:
    """What is drawn of all positions of the first sample; the entries deflated."""
    levels, peaks = zip(*(_drawn(head) for head in weights[0]), strict=True)
    return np.frombuffer(zlib.compress(np.stack(levels).tobytes(), 6), np.uint8), np.stack(peaks)


def _drawn(weights: Array) -> tuple[Array, Array]:
    """What is drawn of weights (..., positions), each row on a scale of its own from 0 to its largest.

    Returns:
        Entries of the table of colours, uint8 (..., positions); the largest weight and its number, float32 (..., 2).
    """
    finite = np.nan_to_num(weights.astype(np.float64))
    largest = finite.max(axis=-1, keepdims=True)
    levels = np.floor(finite * (_ENTRIES / np.where(largest > 0, largest, 1.0)) + 0.5).astype(np.uint8)
    peaks = np.concatenate([largest, finite.argmax(axis=-1, keepdims=True)], axis=-1)
    return levels, peaks.astype(np.float32)


def chosen_position(rows: int, columns: int) -> tuple[int, int]:
    """The position in the link as "row,column"; the middle of the grid if there is none."""
    row, _, column = link.held("qat").partition(",")
    if all(part.isascii() and part.isdigit() and len(part) < _DIGITS for part in (row, column)):
        at = (int(row), int(column))
        if at[0] < rows and at[1] < columns:
            return at
    return rows // 2, columns // 2


def _choose(key: str) -> None:
    chosen = getattr(session.get(key), "chosen", None)
    if not isinstance(chosen, list | tuple) or len(chosen) != len(("row", "column")):
        return  # anybody may send anything
    if all(isinstance(at, int) and 0 <= at < MAX_SIZE for at in chosen):
        link.hold("qat", ",".join(map(str, chosen)))


def _want(key: str) -> None:
    """The browser asks for all positions of weights, by their digest."""
    wanted = getattr(session.get(key), "wanted", None)
    if isinstance(wanted, str) and len(wanted) <= _LONGEST:
        session.put({_WANTED: wanted})
