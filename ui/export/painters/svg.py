"""Writes a scene as SVG: text stays text, cells are rectangles, nothing is loaded, untrusted text is escaped."""

from __future__ import annotations

import io
import math
from base64 import b64encode
from collections.abc import Iterator
from functools import singledispatch
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from PIL import Image

from core.dtypes import Array
from core.tensor_view.colours import colours
from ui.export.drawing.heatmap import DOTTED, PALE, SMALL, Heat
from ui.export.drawing.outlines import Frame
from ui.export.drawing.scale import BRIGHT, DARK, NOTHING, paint
from ui.export.drawing.scene import Bar, Box, Photo, Picture, Scene, Swatch, Text
from ui.export.drawing.theme import MARK, css
from ui.export.names import clean
from ui.export.painters.coverage import pattern
from ui.export.painters.raster import CAPITAL

_SANS = "Source Sans 3, Source Sans Pro, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_CODE = "Source Code Pro, Consolas, Menlo, DejaVu Sans Mono, Noto Sans Mono CJK SC, monospace"
_MOST_CELLS = 4_000  # cells of a heatmap drawn as rectangles; more are drawn as one image
_FINE = 4  # pattern pixels per CSS pixel


def to_svg(scene: Scene) -> bytes:
    """Return an SVG 1.1 file, UTF-8."""
    width, height = (_n(size) for size in (scene.width, scene.height))
    used = sorted({mark for item in scene.items if isinstance(item, Picture) for mark in item.heat.counts()})
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(clean(scene.title))}</title>",
        f"<style>text{{font-family:{_SANS}}}.c{{font-family:{_CODE};white-space:pre}}.b{{font-weight:600}}</style>",
        "<defs>",
        *(_pattern(mark) for mark in used),
        "</defs>",
        f'<rect width="{width}" height="{height}" fill="{css(scene.theme.ground)}"/>',
        *(line for item in scene.items for line in _drawn(item, scene)),
        "</svg>",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


@singledispatch
def _drawn(item: object, scene: Scene) -> Iterator[str]:
    raise TypeError(f"Nothing draws a {type(item).__name__}.")


@_drawn.register
def _(item: Text, scene: Scene) -> Iterator[str]:
    x, y = item.x, item.y + CAPITAL * item.size
    spot = f'transform="translate({_n(item.x + CAPITAL * item.size)} {_n(item.y)}) rotate(-90)"' if item.turned else (
        f'x="{_n(x)}" y="{_n(y)}"')  # fmt: skip
    kinds = " ".join(name for name, wanted in (("c", item.code), ("b", item.bold)) if wanted)
    named = f" class={quoteattr(kinds)}" if kinds else ""
    yield (
        f'<text {spot} font-size="{_n(item.size)}" fill="{css(item.colour)}" text-anchor="{item.anchor}"{named}>'
        f"{escape(item.text)}</text>"
    )


@_drawn.register
def _(item: Box, scene: Scene) -> Iterator[str]:
    yield _rect(
        item.x, item.y, item.width, item.height, css(item.colour), f' rx="{_n(item.radius)}"' * (item.radius > 0)
    )


@_drawn.register
def _(item: Bar, scene: Scene) -> Iterator[str]:
    picture = _embedded(colours(item.table)[None])
    yield _image(item.x, item.y, item.width, item.height, picture)


@_drawn.register
def _(item: Photo, scene: Scene) -> Iterator[str]:
    yield _image(item.x, item.y, item.width, item.height, _embedded(item.pixels), smooth=True)


@_drawn.register
def _(item: Swatch, scene: Scene) -> Iterator[str]:
    yield _rect(item.x, item.y, item.width, item.height, css(NOTHING))
    yield _rect(item.x, item.y, item.width, item.height, f"url(#mark{item.mark})")


@_drawn.register
def _(item: Picture, scene: Scene) -> Iterator[str]:
    heat = item.heat
    yield f'<g transform="translate({_n(item.x)} {_n(item.y)})">'
    yield from _copies(heat)
    yield from _cells(heat, scene)
    width, height = heat.cell
    for row, col in np.argwhere(heat.marks):
        yield _rect(col * width, row * height, width, height, f"url(#mark{heat.marks[row, col]})")
    if heat.has_grid:
        yield _grid(heat, css(scene.theme.ground))
    yield from _numbers(heat)
    for frame in item.frames:
        yield from _frame(frame, heat)
    yield "</g>"


def _cells(heat: Heat, scene: Scene) -> Iterator[str]:
    """Draw each run of equal cells as one rectangle; very many cells as an image."""
    shade = f' opacity="{PALE:.3f}"' if heat.dim else ""
    rows, cols = heat.values.shape
    (width, height), painted = heat.cell, paint(heat.values, heat.scale)[0]
    if heat.values.size > _MOST_CELLS:
        scale = max(1, math.ceil(2 * heat.width / max(1, cols * heat.plan.col_copies)))
        large = painted.repeat(scale, 0).repeat(scale, 1) if heat.values.size * scale**2 < 4e6 else painted
        yield _image(0, 0, cols * width, rows * height, _embedded(large), shade)
        return
    yield f'<g shape-rendering="crispEdges"{shade}>'
    for row in range(rows):
        ends = [*np.flatnonzero((painted[row, 1:] != painted[row, :-1]).any(axis=1)) + 1, cols]
        for first, past in zip([0, *ends], ends, strict=False):
            yield _rect(first * width, row * height, (past - first) * width, height, css(tuple(painted[row, first])))
    yield "</g>"


def _copies(heat: Heat) -> Iterator[str]:
    """Draw the broadcast copies, pale."""
    plan, (width, height) = heat.plan, heat.cell
    if plan.row_copies == plan.col_copies == 1:
        return
    painted = paint(heat.values, heat.scale)[0]
    yield f'<g shape-rendering="crispEdges" opacity="{PALE:.3f}">'
    if plan.row_copies > 1 and plan.col_copies > 1:
        yield _rect(0, 0, heat.width, heat.height, css(tuple(painted[0, 0])))
    elif plan.row_copies > 1:
        for col in range(plan.cols):
            yield _rect(col * width, height, width, heat.height - height, css(tuple(painted[0, col])))
    else:
        for row in range(plan.rows):
            yield _rect(width, row * height, heat.width - width, height, css(tuple(painted[row, 0])))
    yield "</g>"


def _grid(heat: Heat, colour: str) -> str:
    (rows, cols), (width, height) = heat.plan.foot, heat.cell
    down = "".join(f"M{_n(col * width)} 0V{_n(heat.height)}" for col in range(1, cols))
    across = "".join(f"M0 {_n(row * height)}H{_n(heat.width)}" for row in range(1, rows))
    return f'<path d="{down}{across}" stroke="{colour}" stroke-width="1" fill="none"/>'


def _numbers(heat: Heat) -> Iterator[str]:
    size, numbers = heat.numbers
    for number in numbers:
        if number.plate:
            half = len(number.text) * size * 0.3 + 2
            yield _rect(number.x - half, number.y - size * 0.62, 2 * half, size * 1.15, css(BRIGHT))
        yield (
            f'<text class="c" x="{_n(number.x)}" y="{_n(number.y + CAPITAL * size)}" font-size="{_n(size)}" '
            f'fill="{css(number.ink)}" text-anchor="middle">{escape(number.text)}</text>'
        )


def _frame(frame: Frame, heat: Heat) -> Iterator[str]:
    width, height = heat.cell
    x, y = frame.cols[0] * width, frame.rows[0] * height
    wide, high = frame.cols[1] * width - x, frame.rows[1] * height - y
    inset = 2.5 if min(wide, high) >= SMALL else -2.5
    position = f'x="{_n(x + inset)}" y="{_n(y + inset)}" width="{_n(wide - 2 * inset)}" ' \
            f'height="{_n(high - 2 * inset)}" fill="none"'  # fmt: skip
    colour = css(DARK if frame.pinned else MARK)
    if frame.dashed:
        yield f'<rect {position} stroke="{colour}" stroke-width="2.5" stroke-dasharray="4 3"/>'
        return
    yield f'<rect {position} stroke="{css(BRIGHT)}" stroke-opacity="0.92" stroke-width="5"/>'
    yield f'<rect {position} stroke="{colour}" stroke-width="2.5"/>'
    if frame.pinned and min(wide, high) >= DOTTED:
        yield (
            f'<circle cx="{_n(x + inset)}" cy="{_n(y + inset)}" r="4.5" fill="{css(MARK)}" stroke="{css(BRIGHT)}" '
            'stroke-width="1.5"/>'
        )


def _pattern(mark: int) -> str:
    """Define a pattern as a small repeated image, the same as in a PNG."""
    colour, share = pattern(mark, _FINE)
    tile = np.dstack([colour, share * 255]).round().astype(np.uint8)
    return (
        f'<pattern id="mark{mark}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f"{_image(0, 0, 6, 6, _embedded(tile))}</pattern>"
    )


def _embedded(pixels: Array) -> str:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG")
    return "data:image/png;base64," + b64encode(stream.getvalue()).decode()


def _image(
    x: float, y: float, width: float, height: float, source: str, more: str = "", *, smooth: bool = False
) -> str:
    style = "" if smooth else 'style="image-rendering:pixelated" '
    return (
        f'<image x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" preserveAspectRatio="none" '
        f'{style}xlink:href="{source}"{more}/>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"{more}/>'


def _n(value: float) -> str:
    """Format a number without trailing zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
