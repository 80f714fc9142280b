"""The stage of the Attention gate page: features × α = gated features, all channels, the scan and the prediction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.dtypes import Array
from core.gates import GateTrace
from core.gates.channels import channel_order
from ui.gate.controls import keep_frames
from ui.state import link
from ui.tensor_view import Reel, Scene, Selection, TensorView, default_axes, frame_of, painting, tensor_view
from ui.views.cached import gated_figures, remembered
from ui.views.gate_view import largest_place, product_view
from ui.views.selection import read_look, write_look

_FIRST_ORDER = "cover"
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


def show_product(
    trace: GateTrace,
    weights: Array,
    key: str,
    reels: tuple[Reel, ...],
    scene: Callable[[Array, bool], Scene],
    remark: str = "",
) -> Shown:
    """Draw features, map and product with their scene.

    Args:
        trace: of the gate; its own map orders the channels.
        weights: the map that is chosen, (1, grid, grid, 1).
        key: unique to these features and this map; each begins with its own selection.
        reels: sliders that show other maps; exported files have none.
        scene: makes the scene for the map on screen; is also passed whether that has been painted.
        remark: a few words beside the map.
    """
    view = replace(product_view(trace.step("x").value, weights, reference=trace.alpha), layout="stage")
    key = f"product {key}"
    painted = painting(view, key)
    now = weights if painted is None else painted.astype(np.float32)
    x, alpha, product = view.panels
    view = replace(view, panels=(x, replace(alpha, remark=remark), product), scene=scene(now, painted is not None))
    first = first_place(trace)
    chosen = tensor_view(replace(view, reels=reels), key=key, selection=linked_place(first), on_frames=keep_frames)
    keep_place(chosen, first, default_axes(view, frame_of(view)))
    return Shown(now, view, chosen)


@remembered
def first_place(trace: GateTrace) -> Selection:
    """The first selection: the channel that shows the gate best, where most of it passes."""
    features = trace.step("x").value
    channel = channel_order(gated_figures(features, trace.alpha), _FIRST_ORDER)[0]
    at = (*largest_place(trace.output[..., channel]), channel)
    return Selection(channel=channel, at=at, cell=at, panel=_RESULT, order=_FIRST_ORDER)


# What `read_look` and `write_look` name, and what it is called in links to this page.
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
    for name, text in write_look(chosen).items():
        link.hold(_NAMES[name], "" if text == usual[name] else text)


def _held(name: str, key: str) -> str:
    """What the link says under the name of this page, or under that of all pages, which exported files use."""
    own = link.held(key)
    if also := link.brought(name):
        link.hold(key, also)
    return also or own
