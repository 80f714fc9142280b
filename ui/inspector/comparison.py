"""Two merges, or one merge on two inputs, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.dtypes import Array
from core.limits import MAX_ELEMENTS
from ui.inspector import controls
from ui.inspector.recorded import Tensors
from ui.inspector.summary_table import figures_of, figures_table
from ui.inspector.values import show_health, side_by_side
from ui.tensor_view import tensor_view
from ui.text import t

_MOST = MAX_ELEMENTS // 3  # elements of each of three panels


def show_merges(first: Tensors, second: Tensors) -> None:
    """The outputs of two merges; their difference if they have the same shape."""
    for tensors in (first, second):
        show_health(tensors)
    names = [first.entry.id, second.entry.id]
    _show_pair(names, first.output, second.output, "merges")


def show_inputs(first: Tensors, second: Tensors) -> None:
    """One merge on two inputs: its output, or one of its operands such as the attention map."""
    names = first.names
    number = controls.pick_tensor(names)
    titles = [t("{tensor}, first input", tensor=names[number]), t("{tensor}, second input", tensor=names[number])]
    _show_pair(titles, first.all[number], second.all[number], "inputs")


def _show_pair(names: Sequence[str], first: Array, second: Array, key: str) -> None:
    """Both tensors, and their difference if they have the same shape."""
    one, other = _drawn(first), _drawn(second)
    if first.shape != second.shape:
        for column, number, tensor in zip(st.columns(2), (0, 1), (one, other), strict=True):
            with column:
                tensor_view(side_by_side(names[number : number + 1], [tensor]), key=f"{key}_{number}")
    else:
        difference = np.asarray(one, dtype=np.float32) - np.asarray(other, dtype=np.float32)
        largest = float(np.nanmax(np.abs(difference))) if difference.size else 0.0
        view = side_by_side([*names, t("difference")], [one, other, difference], ["", "−", "="])
        one_scale = (view.panels[0], replace(view.panels[1], like=0), view.panels[2])
        tensor_view(replace(view, panels=one_scale), key=key)
        st.caption(t("Largest absolute difference: {largest}", largest=f"{largest:.4g}"))
    figures_table(names, [figures_of(first), figures_of(second)])


def _drawn(tensor: Array) -> Array:
    """The first sample if all are too many; as many channels as can be drawn."""
    shown = tensor[:1] if tensor.size > _MOST and tensor.ndim > 1 else tensor
    if shown.size > _MOST and shown.ndim > 1:
        count = max(1, shown.shape[-1] * _MOST // shown.size)
        st.caption(
            ":material/content_cut: "
            + t(
                "Too large to draw: the first {drawn} of {whole} channels are shown.",
                drawn=count,
                whole=shown.shape[-1],
            )
        )
        shown = shown[..., :count]
    return shown
