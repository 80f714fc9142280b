"""The values of a merge on screen: inputs and output side by side, and the cells that belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from core import MERGES, Alignment, Merged, gradients, reach, sources
from core.arithmetic import arithmetic, number
from core.dtypes import Array
from core.provenance import Index
from core.slices import Plane, Slice, cut, planes
from ui.controls.state import get
from ui.controls.view import look_at, pick_cell, pick_layer, pick_plane
from ui.text import plain, t

_NAMED = 12  # cells that are listed by index


def show_values(
    merged: Merged,
    inputs: Sequence[Array],
    draw: Callable[[Sequence[Slice]], object],
    *,
    normalize: bool = False,
) -> None:
    """Draw inputs and output, the chosen cell, what made it or what it reaches, and the arithmetic.

    `draw` turns slices into a figure; figures/ and ui/ do not know each other, so the page brings it.
    """
    alignment = merged.alignment
    if merged.value.size == 0:
        st.info(
            t("The result holds no value: one of its axes has the size 0. The shapes above are all there is to see.")
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = pick_layer()
        plane = pick_plane(merged.value.shape)
        of, index = pick_cell(alignment)
    output = index if of < 0 else reach(alignment, of, index)[0]
    marked = _marked(alignment, of, index)
    tensors = [*inputs, merged.value]
    if layer == "gradients":
        axes = {} if alignment.axes is None else {"axes": alignment.axes, "normalize": normalize}
        axis = {} if alignment.axis is None else {"axis": alignment.axis}
        tensors = [
            *gradients(alignment.operation, inputs, **axis, **axes),
            np.ones_like(merged.value, dtype=np.float32),
        ]
    slices = _slices(alignment, tensors, plane, output, marked)
    st.plotly_chart(
        draw(slices),
        key="values",
        on_select=lambda: _follow(slices),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=t("Inputs and output as heatmaps"),
    )
    _explain(merged, inputs, of, index, marked)


def _marked(alignment: Alignment, of: int, index: Index) -> list[list[Index]]:
    """For each tensor, the output last, the cells that belong to the chosen one."""
    if of < 0:
        return [*sources(alignment, index), [index]]
    own: list[list[Index]] = [[] for _ in alignment.inputs]
    own[of] = [index]
    return [*own, reach(alignment, of, index)]


def _slices(
    alignment: Alignment, tensors: Sequence[Array], plane: Plane, output: Index, marked: list[list[Index]]
) -> list[Slice]:
    symbols = ["", *[MERGES[alignment.operation].symbol] * (len(tensors) - 2), "="]
    titles = [t("input {number}", number=number) for number in range(len(tensors) - 1)] + [t("output")]
    places = [*planes(alignment, plane, output), (plane, output)]
    return [
        cut(tensor, own, at, cells, title=f"{title} {tensor.shape}", symbol=symbol, **_axis_names(own))
        for tensor, (own, at), cells, title, symbol in zip(tensors, places, marked, titles, symbols, strict=True)
    ]


def _axis_names(plane: Plane) -> dict[str, str]:
    rows, columns = (t("axis {axis}", axis=axis) if axis >= 0 else "" for axis in plane)
    return {"rows": rows, "columns": columns}


def _follow(slices: Sequence[Slice]) -> None:
    """A click on a cell turns the view to it."""
    points = get("values", {}).get("selection", {}).get("points", [])
    if not points or "customdata" not in points[0]:
        return
    tensor, *spot = points[0]["customdata"]
    index = list(slices[tensor].at)
    for axis, place in zip(slices[tensor].plane, spot, strict=True):
        if axis >= 0:
            index[axis] = place
    look_at(-1 if tensor == len(slices) - 1 else tensor, tuple(index))


def _explain(merged: Merged, inputs: Sequence[Array], of: int, index: Index, marked: list[list[Index]]) -> None:
    if of < 0:
        st.markdown(f"**{plain(str(index))}**: {plain(arithmetic(merged, inputs, index))}")
        listed = [f"{t('input {number}', number=n)}: {_list(cells)}" for n, cells in enumerate(marked[:-1])]
        st.caption(plain(t("made of") + " " + "; ".join(listed)))
        return
    value = number(inputs[of][index])
    st.markdown(f"**{t('input {number}', number=of)} {plain(str(index))}** = {plain(value)}")
    cells = marked[-1]
    st.caption(plain(t("reaches {count} cells of the output: {cells}", count=f"{len(cells):,}", cells=_list(cells))))


def _list(cells: list[Index]) -> str:
    shown = ", ".join(map(str, cells[:_NAMED])) or "–"
    return shown + (", …" if len(cells) > _NAMED else "")
