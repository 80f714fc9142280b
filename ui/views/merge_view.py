"""The values of a merge on screen: inputs and output in the linked tensor view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core import MERGES, Alignment, Merged, gradients
from core.dtypes import Array
from core.gates import channels
from core.merges.links import links
from ui.tensor_view import WORDS, Order, Panel, Scale, Selection, TensorView, default_axes, frame_of, tensor_view
from ui.text import t
from ui.views.scales import shared_scale
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
    """Operands, their sign, and the result; pointing at a cell shows where it comes from."""
    sign = MERGES[alignment.operation].symbol
    panels = [
        Panel(t("input {number}", number=number), tensor, symbol=sign if number else "")
        for number, tensor in enumerate(tensors[:-1])
    ]
    panels.append(Panel(t("output"), tensors[-1], symbol="="))
    scale = Scale(range="channel" if tensors[-1].ndim < 4 else "tensor")
    orders = _orders(tensors) if tensors[-1].ndim > 2 else ()
    words = translated_words()
    panels = list(shared_scale(alignment.operation, panels))
    return TensorView(
        tuple(panels), alignment, normalize=normalize, scale=scale, orders=orders, words=words, gallery=gallery
    )


def _orders(tensors: Sequence[Array]) -> tuple[Order, ...]:
    """Of the channels of the result: by what they hold, and by how far they are from the first input."""
    result, first = tensors[-1], tensors[0]
    found = [Order("energy", t("by energy"), channels.order(channels.energy(result)))]
    if first.shape == result.shape:
        found.append(Order("change", t("by change"), channels.order(channels.change(first, result))))
    maps = [tensor for tensor in tensors[1:-1] if tensor.shape == (*result.shape[:-1], 1)]
    if maps:
        agreement = channels.agreement(first if first.shape == result.shape else result, maps[0])
        found.append(Order("agreement", t("by agreement with the map"), channels.order(agreement)))
    return tuple(found)


def translated_words() -> dict[str, str]:
    """The words of the tensor view in the chosen language."""
    return {name: t(text) for name, text in WORDS.items()}


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
    words = translated_words() | {"before": t("Gradient"), "after": t("upstream gradient")}
    whole = any(flow.shape == value.shape for flow in flows)  # else the gallery would show nothing but ones
    return TensorView((*panels, upstream), words=words, gallery=whole, compare="before")


def places_on_output(alignment: Alignment) -> list[tuple[int | None, ...]]:
    """For each input the axes of the output on which its own axes lie."""
    if alignment.axes is not None:
        return [tuple(link.output_axis for link in row) for row in links(alignment)]
    return [
        tuple(axis + (entry.inserted if axis else 0) for axis in range(len(entry.shape))) for entry in alignment.inputs
    ]
