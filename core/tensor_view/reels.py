"""Reels on their way to the browser, and what comes back of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .making import Frames, Made, digest_of_tensor, making_plans
from .model import Array, Reel, TensorView
from .numbers import frame_digests

Names = dict[str, frozenset[str]]
_MOST_MOVES = 2**53  # up to here the browser counts in integers


def reel_plans(
    view: TensorView, drawn: Sequence[bool], *, lazily: bool = False
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Array]]:
    """The plan of each reel, how frames are made, and the values by digest of the others, and of what they are made of.

    Args:
        view: what is shown.
        drawn: for each panel whether it is; the reels of one that is not are left out.
        lazily: whether the browser makes frames itself, when they are shown.

    Raises:
        ValueError: a reel is of no panel, or its frames do not fit it.
    """
    for reel in view.reels:
        _check(reel, view)
    plans: list[dict[str, Any]] = []
    tensors: dict[str, Array] = {}
    made: list[Made] = []
    for reel in view.reels:
        if not drawn[reel.panel]:
            continue
        digests, rows = _frames(reel, made if lazily else None)
        tensors |= dict(rows)
        plans.append(_plan(reel) | {"digests": digests})
    groups, sources = making_plans(made)
    return plans, groups, sources | tensors


def _frames(reel: Reel, made: list[Made] | None) -> tuple[list[str], Iterable[tuple[str, Array]]]:
    """The digest of each frame, and the frames that are sent.

    Args:
        reel: whose frames.
        made: takes those that the browser makes; None where it makes none.
    """
    values = reel.values
    if not isinstance(values, Frames):
        digests = frame_digests(values)
        return digests, zip(digests, values.astype(np.float32, copy=False), strict=True)
    digests = [digest_of_tensor(frame) for frame in values.tensors]
    kept = [made is not None and isinstance(frame, Made) and frame.in_browser for frame in values.tensors]
    if made is not None:
        made += [frame for frame, is_made in zip(values.tensors, kept, strict=True) if is_made]  # type: ignore[misc]
    return digests, [(digests[at], values[at]) for at, is_made in enumerate(kept) if not is_made]


def _plan(reel: Reel) -> dict[str, Any]:
    return {
        "name": reel.name, "title": reel.title, "panel": reel.panel, "frames": reel.frames, "labels": reel.labels,
        "at": reel.at, "hint": reel.hint, "playable": reel.playable,
    }  # fmt: skip


def _check(reel: Reel, view: TensorView) -> None:
    count = len(reel.frames)
    shape = view.panels[reel.panel].value.shape if 0 <= reel.panel < len(view.panels) else None
    fits = shape is not None and reel.values.shape == (count, *shape) and len(reel.labels) == count
    if not fits or len(set(reel.frames)) < count or not 0 <= reel.at < count:
        raise ValueError(
            f"The reel {reel.name} has frames of {reel.values.shape}, {count} names, {len(reel.labels)} labels and "
            f"begins at {reel.at}; panel {reel.panel} has the shape {shape}. Each frame needs that shape, a name of "
            "its own and a label."
        )


def frame_names(view: TensorView) -> Names:
    """What each reel calls its frames: small enough to be kept between two runs."""
    return {reel.name: frozenset(reel.frames) for reel in view.reels}


def read_frames(received: Any, names: Names) -> dict[str, str]:
    """Frames that exist, out of what the browser sent; what does not is left out."""
    if not isinstance(received, Mapping):
        return {}
    return {
        name: received[name]
        for name, known in names.items()
        if isinstance(received.get(name), str) and received[name] in known
    }


def read_moves(received: Any) -> int:
    """How often the person has moved a reel, as the browser counts."""
    number = isinstance(received, (int, float)) and not isinstance(received, bool)
    return int(received) if number and 0 <= received < _MOST_MOVES else 0
