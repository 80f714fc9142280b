"""Exports of the Attention gate page: the product on screen, and how the map was learned, moment by moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core import snippet
from core.gates import GateTrace
from ui.export import Moment, export_menu
from ui.gate_source import Case, moments, recorded_maps
from ui.gate_views import product_view
from ui.tensor_view import Selection, TensorView
from ui.text import t

Learned = Callable[[], Sequence[Moment]]


def learned(case: Case, trace: GateTrace) -> Learned:
    """Gives the product with the map of every recorded moment; they are made only when somebody wants them."""
    return partial(_moments, case, trace)


def export_product(view: TensorView, chosen: Selection, made: Learned) -> None:
    """The menu below features × map."""
    shapes = [panel.value.shape for panel in view.panels[:-1]]
    own = [f'np.load("input_{number}.npy")' for number in range(len(shapes))]
    dialects = {"Keras": "keras-layer", "NumPy": "numpy"}
    code = {title: snippet("Multiply", shapes, dialect, inputs=own) for title, dialect in dialects.items()}
    export_menu(view, chosen, title=t("Attention gate"), code=code, moments=made)


def _moments(case: Case, trace: GateTrace) -> list[Moment]:
    maps = recorded_maps(case)
    if maps is None:
        return []
    features = trace.step("x").value
    return [
        Moment(t("after {count} batches", count=step), product_view(features, maps[number : number + 1]))
        for number, step in enumerate(moments())
    ]
