"""The training history of a gate: its map at every recorded training step, and curves beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.dtypes import Array
from ui.gate.case import Case, moments, recorded_dice, recorded_maps
from ui.tensor_view import Panel, Scale, Selection, TensorView, tensor_view
from ui.text import t
from ui.views.cached import remembered
from ui.views.merge_view import translated_words

Curve = tuple[str, Array]


def show_learning(case: Case, moment: int | None) -> None:
    """The recorded maps as one tensor, with the training step as its last axis.

    Args:
        case: the image.
        moment: where to begin, an index into `moments()`; None for the end.
    """
    maps = recorded_maps(case)
    if maps is None:
        st.info(t("Training history exists for the example images only."))
        return
    words = {
        **translated_words(),
        "hint": t("Point at an element to read its value."),
        "all_channels": t("The map at all {count} training steps"),
        "order_index": t("in order of training"),
    }
    value = _over_steps(maps)
    panel = Panel(t("map α during training"), value)
    scale = Scale(kind="sequential", range="fixed", limits=(0, 1))
    view = TensorView((panel,), scale=scale, axes=(1, 2), axis_names=("", "", "", t("Position")), speed=6, words=words)
    last = value.shape[-1] - 1
    tensor_view(view, key="learning", selection=Selection(channel=last if moment is None else moment))
    steps = ", ".join(map(str, moments()))
    st.caption(t("Positions 0 to {last} are these training steps: {steps}.", last=last, steps=steps))


def learning_curves(case: Case) -> tuple[Sequence[int], list[Curve]] | None:
    """Training steps, and over them: mean of the map on the target and on the rest of the body, Dice of the network.

    None for an image that is no example.
    """
    maps, scores = recorded_maps(case), recorded_dice(case)
    if maps is None or scores is None or case.truth is None or case.body is None:
        return None
    target, rest = _means(case, maps)
    return moments(), [
        (t("Mean of α on the target"), target),
        (t("Mean of α on the rest of the body"), rest),
        (t("Dice of the network"), scores),
    ]


@remembered
def _over_steps(maps: Array) -> Array:
    """(moments, rows, cols, 1) with the moments as the last axis: (1, rows, cols, moments)."""
    value = np.ascontiguousarray(np.moveaxis(maps[..., 0], 0, -1))[None]
    value.flags.writeable = False
    return value


@remembered
def _means(case: Case, _maps: Array) -> tuple[Array, Array]:
    """Mean of the map at each moment on the target and on the rest of the body, (moments,) each."""
    assert case.truth is not None
    assert case.body is not None
    block = case.truth.shape[1] // _maps.shape[1]
    wide = _maps.repeat(block, axis=1).repeat(block, axis=2)
    target = case.truth[0] > 0
    rest = (case.body[0] > 0) & ~target
    return wide[:, target].mean(axis=1), wide[:, rest].mean(axis=1)
