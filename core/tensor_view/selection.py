"""Reading what the browser or a link asks for. Both may be old, wrong or hostile: the nearest valid place is taken."""

from __future__ import annotations

import math
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from .frame import frame_of
from .model import Array, Kind, Range, Selection, TensorView
from .numbers import digest_of, needs_doubles
from .payload import default_axes
from .reels import frame_names, read_frames


def read_selection(received: Mapping[str, Any], view: TensorView, meta: Mapping[str, Any]) -> Selection:
    """A selection that exists in these tensors.

    Args:
        received: by the browser or by a link.
        view: what is shown.
        meta: the plan that was sent with it, see `payload`.
    """
    sizes, rank = meta["sizes"], meta["outputRank"]
    axes = _axes(received.get("axes"), meta)
    channels = channel_axis(sizes, rank, axes)
    at = list(_index(received.get("at"), sizes) or (0,) * len(sizes))
    cell, panel = _index(received.get("cell"), sizes[:rank]), received.get("panel")
    if not isinstance(received.get("at"), (list, tuple)) and channels is not None:
        at[channels] = _clamp(received.get("channel"), sizes[channels])
    for axis in set(range(rank)) - set(axes if axes is not None else (rank - 1,)):
        at[axis] = at[axis] if cell is None else cell[axis]  # the slice that the pinned cell is in
    painted = painted_panel(received.get("painted"), view)
    return Selection(
        channel=0 if channels is None else at[channels],
        at=tuple(at),
        cell=cell,
        panel=None
        if cell is None
        else panel
        if isinstance(panel, int) and 0 <= panel < len(view.panels)
        else len(view.panels) - 1,
        axes=axes,
        order=next((order["name"] for order in meta["orders"] if order["name"] == received.get("order")), "index"),
        kind=received["kind"] if received.get("kind") in get_args(Kind) else None,
        range=received["range"] if received.get("range") in _ranges(meta) else None,
        painted=painted[0] if painted else None,
        frames=read_frames(received.get("frames"), frame_names(view)),
    )


def _ranges(meta: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in get_args(Range) if name != "fixed" or meta["scale"]["limits"])


def nearest(selection: Selection, view: TensorView) -> Selection:
    """What `tensor_view` gives back when it begins with a selection and is not touched."""
    frame = frame_of(view)
    orders = [{"name": name} for name in ("index", *(order.name for order in view.orders))]
    meta = {
        "sizes": frame.sizes,
        "outputRank": frame.rank,
        "axes": default_axes(view, frame),
        "orders": orders,
        "scale": {"limits": view.scale.limits},
    }
    return read_selection(selection.sent(), view, meta)


def channel_axis(sizes: Sequence[int], rank: int, axes: tuple[int, int] | None) -> int | None:
    """The axis whose slices the gallery shows; as `channelAxis` in the browser."""
    shown = axes if axes is not None else (rank - 1,)
    return next((axis for axis in reversed(range(rank)) if axis not in shown and sizes[axis] > 1), None)


def _axes(received: Any, meta: Mapping[str, Any]) -> tuple[int, int] | None:
    rows, columns = meta["axes"]
    if rows is None or columns is None:
        return None
    fits = (
        not meta.get("scene")  # which lies over rows and columns
        and isinstance(received, (list, tuple))
        and len(received) == 2
        and all(isinstance(axis, int) and 0 <= axis < meta["outputRank"] for axis in received)
    )
    return (received[0], received[1]) if fits and received[0] != received[1] else (rows, columns)


def _index(received: Any, sizes: Sequence[int]) -> tuple[int, ...] | None:
    if not isinstance(received, (list, tuple)):
        return None
    padded = [*received, *[0] * len(sizes)]
    return tuple(_clamp(at, size) for at, size in zip(padded, sizes, strict=False))


def _clamp(at: Any, size: int) -> int:
    number = at if isinstance(at, (int, float)) and not math.isnan(at) else 0
    return int(max(0, min(size - 1, number)))


def painted_panel(received: Any, view: TensorView) -> tuple[Array, int] | None:
    """The painted tensor and the number of its last stroke, if it was painted on the values that are shown now.

    Args:
        received: "painted" of what the browser sends.
        view: what is shown.
    """
    panel = next((panel for panel in view.panels if panel.paintable), None)
    if panel is None or not isinstance(received, Mapping) or received.get("digest") != digest_of(panel.value):
        return None
    dtype = "<f8" if needs_doubles(panel.value) else "<f4"
    try:
        flat = np.frombuffer(b64decode(str(received.get("values")), validate=True), dtype=dtype)
    except ValueError:
        return None
    if flat.size != panel.value.size:
        return None
    turn = received.get("turn")
    painted: Array = flat.reshape(panel.value.shape).astype(panel.value.dtype)
    return painted, turn if isinstance(turn, int) else 0
