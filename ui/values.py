"""The values of a merge on screen: inputs and output side by side, and the cells that belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core import MERGES, Alignment, Merged, gradients, reach, sources
from core.arithmetic import arithmetic, number
from core.dtypes import Array
from core.links import links
from figures.heatmap import Slice, heatmaps
from ui.controls.state import get
from ui.controls.view import Index, look_at, pick_cell, pick_layer, pick_plane
from ui.text import plain, t

_NAMED = 12  # cells that are listed by index


def show_values(merged: Merged, inputs: Sequence[Array], *, normalize: bool = False) -> None:
    """Draw inputs and output, the chosen cell, what made it or what it reaches, and the arithmetic."""
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
        heatmaps(slices),
        key="values",
        on_select=lambda: _follow(slices, alignment, plane, output),
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
    alignment: Alignment, tensors: Sequence[Array], plane: tuple[int, int], output: Index, marked: list[list[Index]]
) -> list[Slice]:
    symbols = ["", *[MERGES[alignment.operation].symbol] * (len(tensors) - 2), "="]
    titles = [t("input {number}", number=number) for number in range(len(tensors) - 1)] + [t("output")]
    places = [*_input_planes(alignment, plane, output), (plane, output)]
    return [
        _slice(tensor, own_plane, at, cells, f"{title} {tensor.shape}", symbol)
        for tensor, (own_plane, at), cells, title, symbol in zip(tensors, places, marked, titles, symbols, strict=True)
    ]


def _input_planes(alignment: Alignment, plane: tuple[int, int], output: Index) -> list[tuple[tuple[int, int], Index]]:
    """For each input, its own two axes that lie on the drawn ones, and the cell through which the picture is cut."""
    found = []
    for row, shape, cells in zip(links(alignment), alignment.shapes, sources(alignment, output), strict=True):
        own = {link.output_axis: axis for axis, link in enumerate(row) if link.output_axis is not None}
        summed = next((axis for axis, link in enumerate(row) if link.summed), -1)
        rows, columns = (own.get(axis, -1) for axis in plane)
        rows = summed if rows < 0 <= summed != columns else rows
        columns = summed if columns < 0 <= summed != rows else columns
        found.append(((rows, columns), cells[0] if cells else (0,) * len(shape)))
    return found


def _slice(tensor: Array, plane: tuple[int, int], at: Index, cells: list[Index], title: str, symbol: str) -> Slice:
    where = tuple(slice(None) if axis in plane else place for axis, place in enumerate(at))
    values = np.asarray(tensor[where])
    if plane[0] > plane[1] >= 0:
        values = values.T
    values = values.reshape(tensor.shape[plane[0]] if plane[0] >= 0 else 1, -1)
    inside = tuple(
        (cell[plane[0]] if plane[0] >= 0 else 0, cell[plane[1]] if plane[1] >= 0 else 0)
        for cell in cells
        if all(axis in plane or place == at[axis] for axis, place in enumerate(cell))
    )
    names = [t("axis {axis}", axis=axis) if axis >= 0 else "" for axis in plane]
    return Slice(title, values, *names, marked=inside[:500], symbol=symbol)


def _follow(slices: Sequence[Slice], alignment: Alignment, plane: tuple[int, int], output: Index) -> None:
    """A click on a cell turns the view to it."""
    points = get("values", {}).get("selection", {}).get("points", [])
    if not points or "customdata" not in points[0]:
        return
    tensor, row, column = points[0]["customdata"]
    last = tensor == len(slices) - 1
    own_plane, at = (plane, output) if last else _input_planes(alignment, plane, output)[tensor]
    index = list(at)
    for axis, place in zip(own_plane, (row, column), strict=True):
        if axis >= 0:
            index[axis] = place
    look_at(-1 if last else tensor, tuple(index))


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
