"""The linked tensors of the Attention gate page: features × α = gated features, with the map to paint on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.dtypes import Array
from core.gates import GateTrace
from core.gates.channels import channel_order
from ui.gate.controls import keep_frames
from ui.state import link
from ui.tensor_view import Reel, Selection, TensorView, default_axes, frame_of, tensor_view
from ui.text import t
from ui.views.cached import channel_figures
from ui.views.gate_view import largest_place, product_view
from ui.views.selection import read_look, write_look

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


# What `read_look` and `write_look` name, and how it is called in links to this page.
_NAMES = {"cell": "pin", "of": "pin_of", "at": "place", "plane": "sides", "order": "sort", "colours": "tint"}


def linked_place(first: Selection) -> Selection:
    """What the link asks to look at.

    Args:
        first: what is shown where it asks for nothing.
    """
    held = {name: _held(name, key) for name, key in _NAMES.items()}
    look = read_look(held)
    return replace(
        look,
        at=look.at or first.at,
        cell=look.cell if held["cell"] else first.cell,
        panel=first.panel if look.panel is None else look.panel,
        order=held["order"] or first.order,
    )


def keep_place(chosen: Selection, first: Selection, usual_sides: tuple[int | None, int | None]) -> None:
    """Put what the person looks at now into the link.

    Args:
        chosen: by the person.
        first: what is shown without a link.
        usual_sides: rows and columns without a link.
    """
    rows, columns = usual_sides
    usual = write_look(first if rows is None or columns is None else replace(first, axes=(rows, columns)))
    for name, told in write_look(chosen).items():
        link.hold(_NAMES[name], "" if told == usual[name] else told)


def _held(name: str, key: str) -> str:
    """What the link says under the name of this page, or under that of all pages, which exported files use."""
    told = link.held(key)
    if also := link.brought(name):
        link.hold(key, also)
    return also or told
