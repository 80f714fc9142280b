"""Where a person looks: which tensor, which cell, which axes. Bound to the URL."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import Alignment
from ui.controls import link, state
from ui.text import t

Index = tuple[int, ...]


def pick_layer() -> str:
    """Whether "values" or "gradients" are drawn."""
    titles = {"values": t("Values"), "gradients": t("Gradients")}
    chosen = link.segments(
        t("Layer"),
        list(titles),
        "layer",
        "values",
        format_func=titles.get,
        help=t("Gradients: what flows back to each input when ones flow into the output."),
    )
    return str(chosen)


def pick_plane(shape: Sequence[int]) -> tuple[int, int]:
    """The two axes of the output that are drawn as rows and columns; -1 where there is none."""
    rank = len(shape)
    if rank < 2:
        return -1, rank - 1
    channels_last = rank >= 4 or shape[-1] > 64
    start = (rank - 3, rank - 2) if channels_last and rank > 2 else (rank - 2, rank - 1)
    options = [f"{row},{column}" for row in range(rank) for column in range(rank) if row != column]
    chosen = link.menu(
        t("Rows and columns"),
        options,
        "plane",
        f"{start[0]},{start[1]}",
        format_func=lambda pair: t("axes {pair}", pair=pair),
    )
    row, column = chosen.split(",")
    return int(row), int(column)


def pick_cell(alignment: Alignment) -> tuple[int, Index]:
    """The tensor and the cell that are looked at; the output is number -1.

    A cell that does not exist (an old link, other shapes) becomes the first one.
    """
    places = [-1, *range(len(alignment.inputs))]
    of = link.menu(
        t("Follow a cell of"),
        places,
        "of",
        -1,
        format_func=lambda place: t("the output") if place < 0 else t("input {number}", number=place),
    )
    shape = _shape(alignment, of)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = ",".join("0" * len(shape))
        index = _read(link.text(t("Cell"), "cell", first, max_chars=40, width=140), shape)
        st.button("←", help=t("the cell before"), on_click=_step, args=(index, shape, -1), key="cell_back")
        st.button("→", help=t("the next cell"), on_click=_step, args=(index, shape, 1), key="cell_on")
    return of, index


def look_at(of: int, index: Index) -> None:
    """Turn to another cell; for callbacks."""
    state.put({"of": of, "cell": ",".join(map(str, index))})


def _shape(alignment: Alignment, of: int) -> tuple[int, ...]:
    shape = alignment.output_shape if of < 0 else alignment.inputs[of].shape
    return tuple(size or 0 for size in shape)


def _read(text: str, shape: tuple[int, ...]) -> Index:
    try:
        index = tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        index = ()
    fits = len(index) == len(shape) and all(0 <= at < size for at, size in zip(index, shape, strict=True))
    return index if fits else (0,) * len(shape)


def _step(index: Index, shape: tuple[int, ...], by: int) -> None:
    """The next cell in reading order, around the end."""
    flat = 0
    for at, size in zip(index, shape, strict=True):
        flat = flat * size + at
    moved: list[int] = []
    flat += by
    for size in reversed(shape):
        flat, at = divmod(flat, size)
        moved.append(at)
    state.put({"cell": ",".join(map(str, reversed(moved)))})
