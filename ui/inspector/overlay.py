"""The attention maps of a model over its input image, side by side, with the prediction if it is a map."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from core.dtypes import Array
from core.errors import Shape
from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_run.gate_maps import (
    attention_map,
    first_plane,
    image_input,
    laid_over,
    prediction_map,
    resized_map,
)
from sandbox.model_run.results import MergeTensors
from ui.inspector.gate_detection import may_be_gate
from ui.inspector.rows import title
from ui.inspector.running import Ran, answer
from ui.state import link, parts
from ui.text import plain, t

_MOST = 8  # maps side by side
_SIDE = 512  # pixels of a picture, at least
_IN_LINE = 3


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """One spatial gate of a model.

    Attributes:
        entry: the merge in which it gates features.
        alpha: of the first sample, (h, w).
    """

    entry: MergeEntry
    alpha: Array


def possible(model: ModelFile, ran: Ran) -> bool:
    """Whether an input is an image and a merge has an operand that may be an attention map."""
    return _image_name(model, ran) is not None and bool(gate_entries(model, ran))


def gate_entries(model: ModelFile, ran: Ran) -> list[MergeEntry]:
    """The merges whose recorded statistics allow an attention map: factors in [0, 1] that have positions together."""
    found = []
    for entry in model.merges:
        record = ran.run.records.get(entry.id)
        inputs = record.inputs if record is not None else ()
        factors = [_last_shape(one.shape, ran) for one in inputs if may_be_gate(one)]
        if entry.operation == "Multiply" and factors and len({len(shape) for shape in factors}) == 1:
            joint = tuple(max(size or 1 for size in sizes) for sizes in zip(*factors, strict=True))
            found += [entry] if _has_positions(joint) else []
    return found


def _comes_first(ran: Ran) -> bool:
    """Whether axis 1 holds the channels, as in a recording of PyTorch."""
    return ran.recorded is not None and ran.recorded.recording.index.channels == "first"


def _channels_last(array: Array, ran: Ran) -> Array:
    """An input, operand or output with its channels as the last axis."""
    return np.moveaxis(array, 1, -1) if _comes_first(ran) and array.ndim > 2 else array


def _last_shape(shape: Shape, ran: Ran) -> Shape:
    return (shape[0], *shape[2:], shape[1]) if _comes_first(ran) and len(shape) > 2 else shape


def _has_positions(shape: Shape) -> bool:
    """(n, rows, columns, channels) or (n, depth, rows, columns, channels), with several rows and columns."""
    return len(shape) in (4, 5) and all((size or 1) > 1 for size in shape[-3:-1])


def show(model: ModelFile, ran: Ran, chosen: MergeEntry) -> None:
    """Draw every map over the image.

    Args:
        model: as read.
        ran: its run.
        chosen: the selected merge; if it has a map, that comes first.
    """
    name = _image_name(model, ran)
    if name is None:
        return
    entries = sorted(gate_entries(model, ran), key=lambda entry: entry.id != chosen.id)
    found = _fetch(ran, entries[:_MOST])
    if found is not None:
        parts.stable("overlay", _draw, name, ran, entries, found)


def _draw(name: str, ran: Ran, entries: Sequence[MergeEntry], found: Sequence[MergeTensors]) -> None:
    """Every map over the image, and how they are laid over it."""
    image, maps = first_plane(_channels_last(ran.feeds[name], ran)), _maps(ran, entries, found)
    opacity, contour = _pick()
    pictures = [(title(one.entry), laid_over(image, one.alpha, opacity=opacity, contour=contour)) for one in maps]
    captions = [f"{plain(name)} · {_range(one.alpha)}" for (name, _), one in zip(pictures, maps, strict=True)]
    predicted = prediction(ran)
    if predicted is not None:
        pictures.append((t("Prediction"), laid_over(image, predicted, opacity=opacity, contour=contour)))
        captions.append(t("Prediction"))
    for start in range(0, len(pictures), _IN_LINE):
        for column, at in zip(st.columns(_IN_LINE), range(start, len(pictures)), strict=False):
            column.image(_enlarged(pictures[at][1]), caption=captions[at], width="stretch")
    if len(entries) > _MOST:
        st.caption(t("and {count} more", count=len(entries) - _MOST))
    _show_downloads(image, maps, predicted, pictures)


def _fetch(ran: Ran, entries: Sequence[MergeEntry]) -> list[MergeTensors] | None:
    """The tensors of some merges; None, with the progress on screen, until all are there."""
    futures = [ran.session.tensors(ran.key, entry.id) for entry in entries]
    fetched = []
    for future in futures:
        found = answer(future, ran.session)
        if found is None:
            return None
        fetched.append(found)
    return fetched


def _maps(ran: Ran, entries: Sequence[MergeEntry], found: Sequence[MergeTensors]) -> list[AttentionMap]:
    """The map of each merge that has one."""
    maps = []
    for entry, one in zip(entries, found, strict=False):
        operands = [_channels_last(operand, ran) for operand in one.inputs]
        alpha = attention_map(entry.operation, operands, entry.contracted)
        if alpha is not None:
            maps.append(AttentionMap(entry, alpha))
    return maps


def _pick() -> tuple[float, bool]:
    """Opacity, and whether the contour is drawn."""
    with st.container(horizontal=True, vertical_alignment="center"):
        titles = {"30": "30 %", "60": "60 %", "90": "90 %"}
        chosen = link.segments(t("Opacity"), list(titles), "mlay", "60", format_func=titles.get)
        return int(chosen) / 100, not link.toggle(t("Without the contour of α = 0.5"), "mline")


def _image_name(model: ModelFile, ran: Ran) -> str | None:
    """The first input that is an image or a volume."""
    fed = {entry.name: ran.feeds[entry.name] for entry in model.inputs if entry.name in ran.feeds}
    return image_input({name: _channels_last(array, ran) for name, array in fed.items()})


def prediction(ran: Ran) -> Array | None:
    """The first output that is a map over the image, (H, W) from 0 to 1; None if there is none."""
    values = [_channels_last(one.value, ran) for one in ran.run.outputs if one.value is not None]
    return next((found for value in values if (found := prediction_map(value)) is not None), None)


def _range(alpha: Array) -> str:
    return t("α from {low} to {high}", low=f"{float(alpha.min()):.2f}", high=f"{float(alpha.max()):.2f}")


def _enlarged(picture: Array) -> Array:
    """Each pixel as a block, so that the browser does not blur it."""
    factor = max(1, -(-_SIDE // max(picture.shape[:2])))
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def _show_downloads(
    image: Array, maps: list[AttentionMap], found: Array | None, pictures: list[tuple[str, Array]]
) -> None:
    with st.container(horizontal=True):
        st.download_button(
            t("Overlays (.png)"), lambda: png(pictures), "attention.png", "image/png", on_click="ignore",
            icon=":material/image:",
        )  # fmt: skip
        st.download_button(
            t("Maps (.npz)"), lambda: npz(image, maps, found), "attention.npz", "application/octet-stream",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def png(pictures: list[tuple[str, Array]]) -> bytes:
    """All overlays side by side in one picture."""
    gap = np.full((pictures[0][1].shape[0], 4, 3), 255, np.uint8)
    parts = [part for _, picture in pictures for part in (picture, gap)][:-1]
    stream = io.BytesIO()
    Image.fromarray(_enlarged(np.concatenate(parts, axis=1))).save(stream, "PNG")
    return stream.getvalue()


def npz(image: Array, maps: list[AttentionMap], found: Array | None) -> bytes:
    """The image, every map as recorded ("map_0") and resized to the image ("resized_0"), the prediction."""
    size = (image.shape[0], image.shape[1])
    arrays: dict[str, Array] = {"image": image}
    arrays["names"] = np.array([one.entry.id for one in maps])
    for number, one in enumerate(maps):
        arrays[f"map_{number}"] = one.alpha
        arrays[f"resized_{number}"] = resized_map(one.alpha, size)
    if found is not None:
        arrays["prediction"] = found.astype(np.float32)
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # the stub takes names for options
    return stream.getvalue()
