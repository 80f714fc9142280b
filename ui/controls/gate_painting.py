"""What was painted on a map, kept where Streamlit loses what the tensor view told: a page that draws itself anew."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.dtypes import Array
from ui.controls import state
from ui.text import t

_KEPT = "gate_painting"


def to_draw(key: str, weights: Array) -> Array:
    """The map to hand to the tensor view: as it is, or as painted before if the view has forgotten.

    Args:
        key: of the tensor view.
        weights: the map that would be drawn; another one than before ends the painting.
    """
    kept = state.get(_KEPT)
    if kept is None or kept[0] != key or not np.array_equal(kept[1], weights):
        state.put({_KEPT: None})
        return weights
    told = state.get(key)
    selection = told.get("selection") if told else None
    alive = isinstance(selection, dict) and selection.get("painted")
    return weights if alive and not kept[3] else kept[2]


def keep(key: str, weights: Array, drawn: Array, painted: Array | None) -> Array:
    """Remember a stroke; the map as it is now.

    Args:
        key: of the tensor view.
        weights: the map before all painting.
        drawn: the map that was handed to the view.
        painted: what the view gave back.
    """
    before = state.get(_KEPT)  # of this map, or `to_draw` has dropped it
    now = (drawn if before is None else before[2]) if painted is None else painted.astype(np.float32)
    changed = not np.array_equal(now, weights)
    again = drawn is not weights  # the view was given the painted map, so what it tells is painted on that
    state.put({_KEPT: (key, weights, now, again) if changed else None})
    if changed:
        st.caption(t("The map is painted; Undo takes a stroke back. A link does not hold what was painted."))
    if changed and again:
        st.button(t("Undo"), key="gate_unpaint", on_click=state.put, args=({_KEPT: None},))
    return now
