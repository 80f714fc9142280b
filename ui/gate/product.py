"""The linked tensors of the Attention gate page: features × α = gated features, with the map to paint on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.dtypes import Array
from core.gates import GateTrace
from core.gates.channels import channel_order
from ui.gate.controls import keep_frames
from ui.gate.place import keep_place, linked_place
from ui.tensor_view import Reel, Selection, TensorView, tensor_view
from ui.tensor_view.frame import frame_of
from ui.tensor_view.payload import default_axes
from ui.text import t
from ui.views.cached import channel_figures
from ui.views.gate_view import largest_place, product_view

_FIRST_ORDER = "agreement"
_RESULT = 2  # number of the panel


@dataclass(frozen=True, eq=False)
class Shown:
    """The tensors on screen.

    Attributes:
        weights: the map as it is now: painted, or as it was given.
        view: as it was drawn, not painted.
        chosen: where the person looks.
    """

    weights: Array
    view: TensorView
    chosen: Selection


def show_product(trace: GateTrace, weights: Array, key: str, reels: tuple[Reel, ...] = ()) -> Shown:
    """Draw features, map and product.

    Args:
        trace: of the gate; its own map orders the channels.
        weights: the map that is chosen, (1, grid, grid, 1).
        key: tells these features and this map from all others: each has a place of its own where one looks first.
        reels: sliders that show other maps; files of what is on screen go without them.
    """
    view = product_view(trace.step("x").value, weights, reference=trace.alpha)
    first = first_place(trace)
    chosen = tensor_view(
        replace(view, reels=reels), key=f"product {key}", selection=linked_place(first), on_frames=keep_frames
    )
    keep_place(chosen, first, default_axes(view, frame_of(view)))
    if chosen.painted is None:
        return Shown(weights, view, chosen)
    st.caption(t("The map is painted; Undo takes a stroke back. A link does not hold what was painted."))
    return Shown(chosen.painted.astype(np.float32), view, chosen)


def first_place(trace: GateTrace) -> Selection:
    """Where to look first: the channel that agrees most with the map, where most of it passes."""
    features = trace.step("x").value
    channel = channel_order(channel_figures(features, trace.output, trace.alpha), _FIRST_ORDER)[0]
    at = (*largest_place(trace.output[..., channel]), channel)
    return Selection(channel=channel, at=at, cell=at, panel=_RESULT, order=_FIRST_ORDER)
