"""Self-attention on the grid of the features: point at a position, see its weights on the grid, head beside head."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import streamlit as st

from core.digests import digest
from core.dtypes import Array
from core.gates import GateTrace
from core.limits import MAX_SIZE
from core.tensor_view.colours import colours
from ui import session
from ui.gallery.cards import plane_of
from ui.state import link
from ui.streamlit_internals import served_component
from ui.text import t
from ui.views.thumbnails import limits_of, picture

_KEY = "position_weights"
_BROWSER = Path(__file__).parent / "browser"
_MOST = 4_000_000  # weights that are sent: 16 MB
_DIGITS = 6  # more are no index
_RANK = 4  # axes of the weights: (n, heads, positions, positions)

_COMPONENT = served_component(
    "attention",
    html='<div class="attention">\n</div>',
    script=(_BROWSER / "attention.js").read_text(encoding="utf-8").replace("export default function", "function"),
    mount="mount",
    style=(_BROWSER / "attention.css").read_text(encoding="utf-8"),
)


def looks_at_positions(trace: GateTrace) -> bool:
    """Whether a gate has attention weights between the positions of a grid of rows and columns."""
    weights = next((step.value for step in trace.steps if step.name == "weights"), None)
    return weights is not None and weights.ndim == _RANK and trace.step("x").value.ndim == _RANK


def show_positions(trace: GateTrace, channel: int) -> None:
    """Draw the features, and the weights of the position that is pointed at, for each head of the first sample.

    Args:
        trace: of a gate for which `looks_at_positions` holds.
        channel: of the features that is shown.
    """
    weights = trace.step("weights").value[0]
    if weights.size > _MOST:
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
    data = payload(trace, weights, channel, chosen_position(rows, columns))
    _COMPONENT(key=_KEY, data=data, on_chosen_change=partial(_choose, _KEY))


def payload(trace: GateTrace, weights: Array, channel: int, chosen: tuple[int, int]) -> dict[str, Any]:
    """The data that is sent to the browser.

    Args:
        trace: a run of the gate.
        weights: of its first sample, (heads, positions, positions).
        channel: of the features that is shown.
        chosen: (row, column) of the position that is shown at first.
    """
    rows, columns = trace.step("x").value.shape[1:3]
    plane = plane_of(trace.step("x").value, channel)
    meta = {
        "grid": [rows, columns],
        "heads": len(weights),
        "chosen": chosen[0] * columns + chosen[1],
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
    return {"meta": meta, "x": pa.table({"v": weights.ravel()})}


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
