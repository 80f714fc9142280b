"""Animations: GIF and WebP that step through the channels or through training.

WebP keeps every colour. A GIF frame has 256 colours, fewer than two colour tables, broadcast copies and antialiased
text need; then only every n-th entry of the tables is used, so that no colour is off by more than n / 2 entries.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from core.dtypes import Array
from ui.export.drawing.compose import compose
from ui.export.drawing.scene import Picture, Scene
from ui.export.drawing.snapshot import Look
from ui.export.drawing.theme import Theme
from ui.export.painters.raster import draw
from ui.export.pillow_internals import gif_frame, gif_header, streamed
from ui.export.progress import Progress, no_progress

WIDTH = 760  # CSS pixels for the panels: animations are large
COLOURS = 256  # of a frame of a GIF
_FOR_TEXT = 40  # of them, for antialiased text, lines and frames


def sweep(look: Look, most: int) -> list[Look]:
    """Return the first channels in the chosen order, at most so many."""
    return [look.moved(channel) for channel in list(look.channel_order)[:most]] or [look]


def scenes_of(looks: Sequence[Look], theme: Theme, titles: Sequence[str], ratio: float, coarse: int = 1) -> list[Scene]:
    """Return one scene per snapshot, all of one size."""
    found = [
        compose(look, theme, title=title, ratio=ratio, width=WIDTH, coarse=coarse)
        for look, title in zip(looks, titles, strict=True)
    ]
    width, height = max(scene.width for scene in found), max(scene.height for scene in found)
    return [replace(scene, width=width, height=height) for scene in found]


def coarseness(scene: Scene) -> int:
    """Return the smallest n such that a frame fits into a GIF if every n-th table entry is used."""
    tables: dict[str, int] = {}
    for item in scene.items:
        if isinstance(item, Picture):
            copied = item.heat.plan.row_copies * item.heat.plan.col_copies > 1
            for kind in (item.heat.scale.table, f"{item.heat.scale.table} pale")[: 1 + copied]:
                tables[kind] = tables.get(kind, 0) + item.heat.values.size
    for coarse in range(1, COLOURS):
        if sum(min(cells, -(-COLOURS // coarse)) for cells in tables.values()) <= COLOURS - _FOR_TEXT:
            return coarse
    return COLOURS


def pictures(scenes: Iterable[Scene], ratio: float) -> Iterator[Array]:
    """Draw each scene when it is requested."""
    for scene in scenes:
        yield draw(scene, ratio)


def to_webp(frames: Iterator[Array], count: int, milliseconds: int, progress: Progress = no_progress) -> bytes:
    """Return a lossless animated WebP that repeats without end.

    Args:
        frames: uint8, (height, width, 3), of equal size.
        count: of them.
        milliseconds: per frame.
        progress: called before every frame.
    """
    progress(0, count)
    stream = io.BytesIO()
    animation = streamed(map(Image.fromarray, frames), count, lambda number: progress(number, count))
    animation.save(stream, "WEBP", save_all=True, duration=milliseconds, loop=0, lossless=True, quality=20, method=1)
    return stream.getvalue()


def to_gif(frames: Iterator[Array], count: int, milliseconds: int, progress: Progress = no_progress) -> bytes:
    """Return a GIF that repeats without end; arguments as in `to_webp`. Frames are written one by one."""
    parts: list[bytes] = []
    before: Array | None = None
    for number, frame in enumerate(frames):
        progress(number, count)
        if before is None:
            first = to_palette(frame)
            parts += gif_header(first, milliseconds)
        left, top, right, bottom = changed(before, frame)
        parts += gif_frame(to_palette(frame[top:bottom, left:right]), (left, top), milliseconds)
        before = frame
    return b"".join([*parts, b";"])


def changed(before: Array | None, after: Array) -> tuple[int, int, int, int]:
    """Return the rectangle in which two frames differ; one pixel if they are equal, since a frame cannot be empty."""
    if before is None:
        return 0, 0, after.shape[1], after.shape[0]
    differs = (before != after).any(axis=2)
    rows, cols = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    return (0, 0, 1, 1) if not len(rows) else (int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1)


def to_palette(frame: Array) -> Image.Image:
    """Convert to a palette: exact up to 256 colours; beyond that the rarest are replaced by the nearest others."""
    packed = frame[..., 0].astype(np.uint32) << 16 | frame[..., 1].astype(np.uint32) << 8 | frame[..., 2]
    found, places, counts = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:COLOURS])
    palette = np.stack([found[kept] >> 16, found[kept] >> 8 & 255, found[kept] & 255], axis=1).astype(np.int32)
    every = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.int32)
    nearest = np.empty(len(found), np.uint8)
    for start in range(0, len(found), 1024):
        apart = ((every[start : start + 1024, None] - palette[None]) ** 2).sum(axis=2)
        nearest[start : start + 1024] = apart.argmin(axis=1)
    image = Image.fromarray(nearest[places].reshape(frame.shape[:2]), "P")
    image.putpalette(palette.astype(np.uint8).tobytes())
    return image
