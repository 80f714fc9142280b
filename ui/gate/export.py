"""Exports of the Attention gate page: what is on screen, and the map at every recorded training step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from core.dtypes import Array
from ui.export import Moment, export_menu
from ui.gate.case import Case, moments, recorded_maps
from ui.gate.product import Shown
from ui.tensor_view import Panel, TensorView
from ui.text import t
from ui.views.loaded_code import loaded_code


def show_export(case: Case, shown: Shown) -> None:
    """The menu of files.

    Args:
        case: the image.
        shown: its tensors as they are on screen.
    """
    shapes = [panel.value.shape for panel in shown.view.panels[:-1]]
    title = t("Attention gate {rows}×{rows}", rows=case.grid)
    then = () if case.sample is None else partial(_moments, case, shown.view)
    export_menu(shown.view, shown.chosen, title=title, code=partial(loaded_code, "Multiply", shapes), moments=then)


def _moments(case: Case, view: TensorView) -> list[Moment]:
    maps = recorded_maps(case)
    return [] if maps is None else moments_of(view, maps)


def moments_of(view: TensorView, maps: Array) -> list[Moment]:
    """The tensors with the map of each training step; made on request."""
    weights = view.panels[1]
    return [
        Moment(t("training step {step}", step=step), _with_map(view, replace(weights, value=maps[number : number + 1])))
        for number, step in enumerate(moments())
    ]


def _with_map(view: TensorView, weights: Panel) -> TensorView:
    features, _, product = view.panels
    panels = (features, weights, replace(product, value=np.multiply(features.value, weights.value)))
    return replace(view, panels=panels)
