"""Pictures that move: GIF and animated WebP of a sweep through the channels, or of moments of training.

WebP holds every colour as it is. A GIF has 256 colours for each frame, which two tables, pale copies and soft letters
exceed; then every second, third, ... entry of the tables is used, evenly, so that none is off by more than half that.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from PIL import GifImagePlugin, Image

from core.dtypes import Array
from ui.export.drawing.compose import compose
from ui.export.drawing.scene import Picture, Scene
from ui.export.drawing.snapshot import Look
from ui.export.drawing.theme import Theme
from ui.export.painters.raster import draw
from ui.export.progress import Tell, nobody

WIDTH = 760  # CSS pixels for the panels: animations are large
COLOURS = 256  # of a frame of a GIF
_FOR_TEXT = 40  # of them, for soft letters, lines and frames


def sweep(look: Look, most: int) -> list[Look]:
    """The channels in the chosen order, from the first, at most so many."""
    return [look.moved(channel) for channel in list(look.channel_order)[:most]] or [look]


def scenes_of(looks: Sequence[Look], theme: Theme, titles: Sequence[str], ratio: float, coarse: int = 1) -> list[Scene]:
    """One scene for each, all of one size."""
    found = [
        compose(look, theme, title=title, ratio=ratio, width=WIDTH, coarse=coarse)
        for look, title in zip(looks, titles, strict=True)
    ]
    width, height = max(scene.width for scene in found), max(scene.height for scene in found)
    return [replace(scene, width=width, height=height) for scene in found]


def coarseness(scene: Scene) -> int:
    """Of how many entries of a table a GIF can use one, so that a frame's colours fit."""
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
    """Each drawn when it is asked for."""
    for scene in scenes:
        yield draw(scene, ratio)


def to_webp(frames: Iterator[Array], count: int, milliseconds: int, tell: Tell = nobody) -> bytes:
    """An animated WebP without loss that runs for ever.

    Args:
        frames: uint8, (height, width, 3), all alike.
        count: of them.
        milliseconds: for each.
        tell: hears of every frame.
    """
    tell(0, count)
    reel, stream = Image.fromarray(next(frames)), io.BytesIO()
    begun = [0]

    def seek(number: int) -> None:
        """The next frame takes the place of this one: only one is ever held. Pillow asks for each once, in order."""
        if number > begun[0]:
            tell(number, count)
            reel.im = Image.fromarray(next(frames)).im
            begun[0] = number

    reel.seek, reel.tell, reel.n_frames = seek, lambda: begun[0], count  # type: ignore[method-assign,attr-defined]
    reel.save(stream, "WEBP", save_all=True, duration=milliseconds, loop=0, lossless=True, quality=20, method=1)
    return stream.getvalue()


def to_gif(frames: Iterator[Array], count: int, milliseconds: int, tell: Tell = nobody) -> bytes:
    """A GIF that runs for ever; arguments as `to_webp`. Each frame is written as it comes."""
    parts: list[bytes] = []
    before: Array | None = None
    for number, frame in enumerate(frames):
        tell(number, count)
        if before is None:
            first = to_palette(frame)
            parts += GifImagePlugin.getheader(first, info={"loop": 0, "duration": milliseconds})[0]
        left, top, right, bottom = changed(before, frame)
        image = to_palette(frame[top:bottom, left:right])
        parts += GifImagePlugin.getdata(
            image, (left, top), duration=milliseconds, disposal=1, include_color_table=True, optimize=False
        )
        before = frame
    return b"".join([*parts, b";"])


def changed(before: Array | None, after: Array) -> tuple[int, int, int, int]:
    """The rectangle in which two frames differ; one pixel where they are the same, since a frame holds something."""
    if before is None:
        return 0, 0, after.shape[1], after.shape[0]
    differs = (before != after).any(axis=2)
    rows, cols = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    return (0, 0, 1, 1) if not len(rows) else (int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1)


def to_palette(frame: Array) -> Image.Image:
    """With a palette: exact up to 256 colours; beyond that the rarest become the nearest of the others."""
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
