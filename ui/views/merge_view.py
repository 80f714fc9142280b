"""The values of a merge on screen: inputs and output in the linked tensor view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import streamlit as st

from core import Alignment, Merged, gradients
from core import tensor_view as tensor_views
from core.dtypes import Array
from core.merges.links import links
from ui.tensor_view import WORDS, Panel, Selection, TensorView, default_axes, frame_of, tensor_view
from ui.text import speaking, spoken, t
from ui.views.selection import keep_selection, linked_selection, pick_layer


def show_values(
    merged: Merged, inputs: Sequence[Array], *, normalize: bool = False
) -> tuple[TensorView, Selection] | None:
    """Draw inputs and output, or what flows back through them; gives back what is shown and where the person looks."""
    if merged.value.size == 0:
        st.info(t("The result holds no value: an axis has the size 0. The shapes above are all there is to see."))
        return None
    alignment, layer = merged.alignment, pick_layer()
    if layer == "values":
        view = values_view(alignment, [*inputs, merged.value], normalize=normalize)
    else:
        view = gradient_view(alignment, inputs, merged.value, normalize)
    chosen = tensor_view(view, key=layer, selection=linked_selection(merged.value.ndim))
    keep_selection(chosen, default_axes(view, frame_of(view)), last_panel=len(inputs))
    return view, chosen


def values_view(
    alignment: Alignment, tensors: Sequence[Array], *, normalize: bool = False, gallery: bool = True
) -> TensorView:
    """`core.tensor_view.values_view` in the chosen language."""
    return tensor_views.values_view(alignment, tensors, translate=t, normalize=normalize, gallery=gallery)


def translated_words() -> Mapping[str, str]:
    """The words of the tensor view in the chosen language."""
    return _translated_words(spoken())


@cache
def _translated_words(language: str) -> Mapping[str, str]:
    with speaking(language):
        return MappingProxyType({name: t(text) for name, text in WORDS.items()})


def gradient_view(alignment: Alignment, inputs: Sequence[Array], value: Array, normalize: bool) -> TensorView:
    """Ones flow into the output; each input shows what arrives."""
    options: dict[str, Any] = {"backend": alignment.backend}
    if alignment.axis is not None:
        options["axis"] = alignment.axis
    if alignment.axes is not None:
        options |= {"axes": alignment.axes, "normalize": normalize}
    flows = gradients(alignment.operation, inputs, **options)
    panels = [
        Panel(t("gradient of input {number}", number=number), flow, axes=places)
        for number, (flow, places) in enumerate(zip(flows, places_on_output(alignment), strict=True))
    ]
    upstream = Panel(t("upstream gradient"), np.ones(value.shape, dtype=np.float32), symbol="←")
    words = {**translated_words(), "before": t("Gradient"), "after": t("upstream gradient")}
    whole = any(flow.shape == value.shape for flow in flows)  # else the gallery would show nothing but ones
    return TensorView((*panels, upstream), words=words, gallery=whole, compare="before")


def places_on_output(alignment: Alignment) -> list[tuple[int | None, ...]]:
    """For each input the axes of the output on which its own axes lie."""
    if alignment.axes is not None:
        return [tuple(link.output_axis for link in row) for row in links(alignment)]
    return [
        tuple(axis + (entry.inserted if axis else 0) for axis in range(len(entry.shape))) for entry in alignment.inputs
    ]
