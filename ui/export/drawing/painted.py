"""What a stroke of the brush has changed: the map, and the result of a live merge."""

from __future__ import annotations

from dataclasses import replace

from core import merge
from core.dtypes import Array
from ui.tensor_view import TensorView


def as_painted(view: TensorView, painted: Array) -> TensorView:
    """The view after a stroke: the first paintable panel, and the result of a live merge."""
    number = next((number for number, panel in enumerate(view.panels) if panel.paintable), None)
    if number is None or view.panels[number].value.shape != painted.shape:
        return view
    panels = list(view.panels)
    panels[number] = replace(panels[number], value=painted)
    if view.live and view.alignment is not None:
        merged = merge(view.alignment.operation, [panel.value for panel in panels[:-1]])
        panels[-1] = replace(panels[-1], value=merged.value)
    return replace(view, panels=tuple(panels))
