"""What crosses to the browser: a small `meta`, and all numbers once, as one row of float32.

Integers that float32 would round cross as doubles, two floats of the row each (`core/tensor_view/numbers.py`).
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Container, Mapping
from functools import cache
from typing import Any

import numpy as np

from ..limits import MAX_ELEMENTS, MAX_RANK
from ..merges.plan import Alignment
from .colours import colours
from .frame import Frame, frame_of
from .model import Array, Panel, Scale, TensorView
from .numbers import EXACT_DOUBLE, digest_of, largest, needs_doubles, row_of, row_size
from .packing import Packed
from .recipes import FEWER, Recipe
from .reels import reel_plans
from .scene import scene_plan
from .words import WORDS

_COMPUTED = {"Add": np.add, "Subtract": np.subtract, "Multiply": np.multiply}  # as browser/live.js does in float32
_DERIVED = range(
    1_024, 1_000_001
)  # elements of a result that is not live: fewer gain little, more take memory to check
_MANY = 64  # channels on a last axis that is not drawn as columns by default


def payload(
    view: TensorView,
    asked: dict[str, Any] | None,
    *,
    whole: bool = False,
    received: Container[str] = (),
    offer: Callable[[str, Array], str | None] | None = None,
    packing: Callable[[str, Array], Packed | None] | None = None,
    stream: Callable[[str, Array], dict[str, Any] | None] | None = None,
    recipe: Callable[[str], Recipe | None] | None = None,
) -> dict[str, Any]:
    """The data of a view for the browser. Equal views give equal data.

    It has "meta" for JSON, "numbers" (n,) float32, and "packed", the bytes of the tensors that were packed, (m,) uint8.

    Args:
        view: what is shown.
        asked: `Selection.sent()` to begin with, or None.
        whole: with the result, even if a browser could compute it.
        received: digests of tensors that the browser has already; they are named, not sent.
        offer: (digest, one row of float32) -> an address from which the browser fetches it, None to send it along.
        packing: (digest, one row of float32) -> the tensor with fewer bytes, None to send it as it is.
        stream: (digest, one row of float32) -> how the browser draws it (`streams.py`), None to send it.
        recipe: digest -> what the browser makes it of (`recipes.py`), None to send it. With it, the
            browser makes the frames of reels as well (`making.py`).
    """
    frame, words = frame_of(view), {**WORDS, **view.words}
    notes = [_note(panel, words) for panel in view.panels]
    meta = _meta(view, frame, notes, words, asked, computed=not whole and _is_computed(view, notes))
    tensors = {
        sent["digest"]: panel.value
        for panel, sent in zip(view.panels, meta["panels"], strict=True)
        if sent["start"] is not None
    }
    drawn = [panel["start"] is not None for panel in meta["panels"]]
    meta["reels"], meta["made"], frames = reel_plans(view, drawn, lazily=recipe is not None)
    meta["scene"], picture = scene_plan(view.scene)
    tensors |= frames | picture
    sources = _Sources(tensors, received, recipe or _no_recipe)
    for digest, values in tensors.items():
        sources.add(digest, values)
    meta["tensors"], rows, pieces = _sent(
        sources.found, received, sources.recipes, stream or _nothing, offer or _nothing, packing or _nothing
    )
    return {
        "meta": meta,
        "numbers": np.concatenate(rows) if rows else np.zeros(0, np.float32),
        "packed": np.frombuffer(b"".join(pieces), np.uint8),
    }


def _nothing(digest: str, row: Array) -> None:
    """No address, nothing packed, nothing to draw."""


def _no_recipe(digest: str) -> None:
    """Nothing is made."""


class _Sources:
    """Collects tensors, each after what it is made of, and the recipes.

    It is no set of local functions that call each other: these are a cycle, which would keep all of that for a while.

    Attributes:
        found: all tensors by digest.
        recipes: of those that the browser makes.
    """

    def __init__(
        self, tensors: Mapping[str, Array], received: Container[str], recipe: Callable[[str], Recipe | None]
    ) -> None:
        self.found = dict[str, Array]()
        self.recipes = dict[str, Recipe]()
        self._tensors, self._received, self._recipe = tensors, received, cache(recipe)

    def add(self, digest: str, values: Array, above: frozenset[str] = frozenset()) -> None:
        """Add a tensor; before it, if it is better made than sent, what it is made of."""
        if digest not in self.found and digest not in self._received and (made := self._recipe(digest)):
            within = above | {digest}
            pays = not made.only_known or FEWER * self._lacking(made, within) <= row_of(values).size
            if pays and within.isdisjoint(map(digest_of, made.sources)):
                self.recipes[digest] = made
                for source in made.sources:
                    self.add(digest_of(source), source, within)
        self.found.setdefault(digest, values)

    def _lacking(self, made: Recipe, above: frozenset[str]) -> int:
        heavy = made.sources[: len(made.sources) - made.light]
        return sum(self._missing(digest_of(source), source.size, above) for source in heavy)

    def _missing(self, digest: str, count: int, above: frozenset[str]) -> int:
        """Values of a tensor that the browser neither has, nor gets, nor can make."""
        if digest in self._received or digest in self._tensors:
            return 0
        made = None if digest in above else self._recipe(digest)
        return self._lacking(made, above | {digest}) if made else count


def _sent(
    tensors: dict[str, Array],
    received: Container[str],
    recipes: Mapping[str, Recipe],
    stream: Callable[[str, Array], dict[str, Any] | None],
    offer: Callable[[str, Array], str | None],
    packing: Callable[[str, Array], Packed | None],
) -> tuple[list[dict[str, Any]], list[Array], list[bytes]]:
    """Every tensor by its digest, with its start among values or packed bytes, its address, or how it is made.

    None of these if it is known.
    """
    plan: list[dict[str, Any]] = []
    rows, pieces = list[Array](), list[bytes]()
    start = filled = 0
    for digest, values in tensors.items():
        one: dict[str, Any] = {"digest": digest, "count": row_size(values), "at": None}
        plan.append(one)
        if digest in received:
            continue
        row = row_of(values)
        if made := recipes.get(digest):
            sources = [{"digest": digest_of(source), "shape": source.shape} for source in made.sources]
            one["made"] = {"how": made.how, "of": sources} | ({"amounts": made.amounts} if made.amounts else {})
        elif drawn := stream(digest, row):
            one["stream"] = drawn
        elif url := offer(digest, row):
            one["url"] = url
        elif packed := packing(digest, row):
            size = len(packed.content)
            one["packed"] = {"at": filled, "size": size, "width": packed.width, "sparse": packed.sparse}
            pieces.append(packed.content)
            filled += len(packed.content)
        else:
            one["at"] = start
            rows.append(row)
            start += row.size
    return plan, rows, pieces


def _meta(
    view: TensorView,
    frame: Frame,
    notes: list[str],
    words: dict[str, str],
    asked: dict[str, Any] | None,
    *,
    computed: bool,
) -> dict[str, Any]:
    panels, start = [], 0
    for number, (panel, note) in enumerate(zip(view.panels, notes, strict=True)):
        left_out = bool(note) or (computed and number == len(notes) - 1)
        panels.append(_panel(view, frame, number, words) | {"note": note, "start": None if left_out else start})
        start += 0 if left_out else panel.value.size
    return {
        "computed": computed,
        "panels": panels, "sizes": frame.sizes, "outputRank": frame.rank, "axes": default_axes(view, frame),
        "aligned": view.alignment is not None, "stretches": _stretches(view.alignment), "live": view.live,
        "operation": view.alignment.operation if view.alignment else None, "normalize": view.normalize,
        "orders": _orders(view, words), "scale": _scale(view.scale),
        "colours": {"sequential": _table(view.scale.sequential), "diverging": _table("diverging")},
        "axisNames": view.axis_names, "speed": view.speed, "gallery": view.gallery, "compare": view.compare,
        "words": words, "selection": asked, "layout": view.layout, "below": view.below,
        "share": view.share,
    }  # fmt: skip


def _is_computed(view: TensorView, notes: list[str]) -> bool:
    """Whether the browser can make the result itself, to the bit: it is not sent then, a third of what a gate sends."""
    floats = all(panel.value.dtype == np.float32 for panel in view.panels)
    operation = view.alignment.operation if view.alignment else None
    if not floats or any(notes) or operation not in _COMPUTED:
        return False
    return view.live or (view.derived and view.panels[-1].value.size in _DERIVED and _comes_out_the_same(view))


def _comes_out_the_same(view: TensorView) -> bool:
    """Whether the result is, bit for bit, the inputs combined one after another; backends have their own ways."""
    assert view.alignment is not None
    step = _COMPUTED[view.alignment.operation]
    entries = zip(view.panels[:-1], view.alignment.inputs, strict=True)
    first, *others = (panel.value.reshape([size or 0 for size in entry.expanded_shape]) for panel, entry in entries)
    with np.errstate(all="ignore"):
        total = first
        for other in others:
            total = step(total, other)
    result = view.panels[-1].value
    return total.shape == result.shape and np.array_equal(total.view(np.uint32), result.view(np.uint32))


def _panel(view: TensorView, frame: Frame, number: int, words: dict[str, str]) -> dict[str, Any]:
    panel = view.panels[number]
    rounded = panel.value.dtype.kind in "iu" and largest(panel.value) > EXACT_DOUBLE
    kind = (panel.dtype or str(panel.value.dtype)) + (f" · {words['rounded']}" if rounded else "")
    return {
        "title": panel.title, "symbol": panel.symbol, "shape": panel.value.shape, "axes": frame.axes[number],
        "links": [(link.output_axis, link.offset, link.summed) for link in frame.links[number]],
        "sizes": _sizes(view, frame, number), "type": kind, "whole": panel.value.dtype.kind in "biu",
        "doubles": needs_doubles(panel.value),
        "paintable": panel.paintable, "paint": panel.paint, "like": panel.like,
        "digest": digest_of(panel.value) if panel.value.dtype.kind in "biuf" else "",
        "limits": panel.limits, "remark": panel.remark,
        "ownNames": view.alignment is None or view.alignment.axes is not None,
    }  # fmt: skip


def _sizes(view: TensorView, frame: Frame, number: int) -> list[dict[str, Any]]:
    """The shape with what each axis does: as Keras expands it, where it does."""
    own = [
        {"size": size, "role": "", "shared": axis}
        for size, axis in zip(view.panels[number].value.shape, frame.axes[number], strict=True)
    ]
    if view.alignment is None or number == len(view.panels) - 1:
        return own
    entry = view.alignment.inputs[number]
    if entry.read_shape == entry.expanded_shape and len(entry.roles) == frame.rank and view.alignment.axes is None:
        return [
            {"size": size, "role": role, "shared": axis}
            for axis, (size, role) in enumerate(zip(entry.expanded_shape, entry.roles, strict=True))
        ]
    if len(entry.roles) == len(own):
        return [{**size, "role": role} for size, role in zip(own, entry.roles, strict=True)]
    return own


def default_axes(view: TensorView, frame: Frame) -> tuple[int | None, int | None]:
    """Rows and columns: the last two axes; with four axes or many channels the two before the last."""
    rank = frame.rank
    if view.axes is not None and rank > 1 and len({axis % rank for axis in view.axes}) == 2:
        return view.axes[0] % rank, view.axes[1] % rank
    if rank < 2:
        return None, (0 if rank else None)
    channels = rank >= 4 or (rank == 3 and frame.sizes[2] > _MANY)
    plain = frame.sizes[rank - 3 : rank - 1] == (1, 1)
    return (rank - 3, rank - 2) if channels and not plain else (rank - 2, rank - 1)


def _scale(scale: Scale) -> dict[str, Any]:
    """Limits that are none, or the wrong way round, are left out."""
    limits = scale.limits
    usable = limits is not None and all(map(math.isfinite, limits)) and limits[0] < limits[1]
    extent = "tensor" if scale.range == "fixed" and not usable else scale.range
    return {"kind": scale.kind, "range": extent, "limits": limits if usable else None}


def _stretches(alignment: Alignment | None) -> bool:
    return alignment is None or (alignment.axis is None and alignment.axes is None)


def _orders(view: TensorView, words: dict[str, str]) -> list[dict[str, Any]]:
    size = view.panels[-1].value.shape[-1] if view.panels[-1].value.ndim else 0
    index = {"name": "index", "title": words["order_index"], "channels": list(range(size))}
    named = [
        {"name": order.name, "title": order.title, "channels": [int(channel) for channel in order.channels]}
        for order in view.orders
        if sorted(order.channels) == index["channels"]
    ]
    return [index, *named]


def _note(panel: Panel, words: dict[str, str]) -> str:
    """Why a panel cannot be drawn; empty where it can."""
    value = panel.value
    if value.dtype.kind not in "biuf":
        return words["not_real"].format(type=value.dtype)
    if value.ndim > MAX_RANK:
        return words["too_deep"].format(rank=value.ndim, limit=MAX_RANK)
    if value.size > MAX_ELEMENTS:
        return words["too_large"].format(count=f"{value.size:,}", limit=f"{MAX_ELEMENTS:,}")
    return "" if value.size else words["empty"]


@cache
def _table(name: str) -> str:
    return b64encode(colours(name).tobytes()).decode()
