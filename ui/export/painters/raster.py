"""Draws a scene as pixels, with Pillow: PNG, and the frames of an animation."""

from __future__ import annotations

import io
import math
from functools import singledispatch
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, PngImagePlugin

from core.dtypes import Array
from core.tensor_view.colours import colours
from ui.export.drawing.fonts import font_for
from ui.export.drawing.heatmap import DOTTED, SMALL, Heat, Number
from ui.export.drawing.outlines import Frame
from ui.export.drawing.scale import BRIGHT, DARK, NOTHING
from ui.export.drawing.scene import Bar, Box, Photo, Picture, Scene, Swatch, Text
from ui.export.drawing.theme import MARK, Rgb
from ui.export.names import clean
from ui.export.painters.coverage import blend, disc, fill, outline, pattern, rounded

CAPITAL = 0.35  # from the middle of capital letters to the baseline, in parts of the font size


def to_png(scene: Scene, ratio: float = 2) -> bytes:
    """Return a PNG file.

    Args:
        scene: to draw.
        ratio: image pixels per CSS pixel: 1, 2, 4.
    """
    note, stream = PngImagePlugin.PngInfo(), io.BytesIO()
    note.add_itxt("Title", clean(scene.title))
    Image.fromarray(draw(scene, ratio)).save(stream, "PNG", pnginfo=note, optimize=False)
    return stream.getvalue()


def draw(scene: Scene, ratio: float = 2) -> Array:
    """Draw a scene as uint8, (height, width, 3)."""
    size = (math.ceil(scene.height * ratio), math.ceil(scene.width * ratio), 3)
    pixels = np.empty(size, np.uint8)
    pixels[:] = scene.theme.ground
    level = [item for item in scene.items if isinstance(item, Text) and not item.turned]
    for item in scene.items:
        if not isinstance(item, Text) or item.turned:
            _draw(item, pixels, ratio, scene.theme.ground)
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    for text in level:  # last and together: nothing covers text, and each conversion to Pillow costs a copy
        _write(pen, text, ratio)
    return np.asarray(image)


def _write(pen: ImageDraw.ImageDraw, item: Text, ratio: float) -> None:
    font = font_for(item.text, item.size * ratio, code=item.code, bold=item.bold)
    if font is not None:
        position = (item.x * ratio, (item.y + CAPITAL * item.size) * ratio)
        pen.text(position, item.text, item.colour, font, {"start": "ls", "middle": "ms", "end": "rs"}[item.anchor])


@singledispatch
def _draw(item: object, pixels: Array, ratio: float, ground: Rgb) -> None:
    raise TypeError(f"Nothing draws a {type(item).__name__}.")


@_draw.register
def _(item: Text, pixels: Array, ratio: float, ground: Rgb) -> None:
    """Draw rotated text; horizontal texts are drawn together."""
    font = font_for(item.text, item.size * ratio, code=item.code, bold=item.bold)
    if font is None:
        return
    long, high = math.ceil(font.getlength(item.text)) + 4, math.ceil(2 * item.size * ratio)
    mask = Image.new("L", (long, high))
    ImageDraw.Draw(mask).text((long / 2, high / 2 + CAPITAL * item.size * ratio), item.text, 255, font, "ms")
    share = np.rot90(np.asarray(mask)) / 255
    row, col = round(item.y * ratio - long / 2), round(item.x * ratio - high / 2)
    share = share[max(0, -row) :, max(0, -col) :]
    blend(pixels, share, (max(0, row), max(0, col)), item.colour)


@_draw.register
def _(item: Box, pixels: Array, ratio: float, ground: Rgb) -> None:
    left, top = item.x * ratio, item.y * ratio
    right, bottom = left + item.width * ratio, top + item.height * ratio
    if not item.radius:
        fill(pixels, (left, top, right, bottom), item.colour)
        return
    row, col = math.floor(top), math.floor(left)
    size = math.ceil(right) - col, math.ceil(bottom) - row
    inside = (left - col, top - row, right - col - 0.25, bottom - row - 0.25)
    blend(pixels, rounded(size, inside, item.radius * ratio), (row, col), item.colour)


@_draw.register
def _(item: Bar, pixels: Array, ratio: float, ground: Rgb) -> None:
    row, col = round(item.y * ratio), round(item.x * ratio)
    width, height = round(item.width * ratio), max(1, round(item.height * ratio))
    entries = np.minimum((np.arange(width) + 0.5) / width * 256, 255).astype(int)
    part = pixels[row : row + height, col : col + width]
    part[...] = colours(item.table)[entries][: part.shape[1]]


@_draw.register
def _(item: Swatch, pixels: Array, ratio: float, ground: Rgb) -> None:
    row, col = round(item.y * ratio), round(item.x * ratio)
    part = pixels[row : row + round(item.height * ratio), col : col + round(item.width * ratio)]
    part[...] = NOTHING
    _hatch(part, (0, 0, part.shape[0], part.shape[1]), item.mark, ratio)


@_draw.register
def _(item: Photo, pixels: Array, ratio: float, ground: Rgb) -> None:
    row, col = round(item.y * ratio), round(item.x * ratio)
    size = max(1, round(item.width * ratio)), max(1, round(item.height * ratio))
    drawn = np.asarray(Image.fromarray(np.ascontiguousarray(item.pixels)).resize(size, Image.Resampling.LANCZOS))
    part = pixels[row : row + drawn.shape[0], col : col + drawn.shape[1]]
    part[...] = drawn[: part.shape[0], : part.shape[1]]


@_draw.register
def _(item: Picture, pixels: Array, ratio: float, ground: Rgb) -> None:
    row, col = round(item.y * ratio), round(item.x * ratio)
    drawn = draw_heat(item.heat, ratio, ground, item.frames)
    part = pixels[row : row + drawn.shape[0], col : col + drawn.shape[1]]
    part[...] = drawn[: part.shape[0], : part.shape[1]]


def draw_heat(heat: Heat, ratio: float, ground: Rgb, frames: tuple[Frame, ...] = ()) -> Array:
    """Draw one heatmap like the browser's canvas: colours, patterns, lines, numbers, frames.

    Args:
        heat: to draw.
        ratio: image pixels per CSS pixel.
        ground: colour behind broadcast copies and between cells.
        frames: around cells.

    Returns:
        uint8, (height, width, 3).
    """
    pixels = heat.pixels(ratio, ground)
    high, wide = pixels.shape[0] / heat.plan.foot[0], pixels.shape[1] / heat.plan.foot[1]
    for row, col in np.argwhere(heat.marks):
        top, left = math.floor(row * high), math.floor(col * wide)
        _hatch(pixels, (top, left, top + math.ceil(high), left + math.ceil(wide)), int(heat.marks[row, col]), ratio)
    if heat.has_grid:
        _grid(pixels, heat, ratio, ground)
    _numbers(pixels, heat, ratio)
    for frame in frames:
        _frame(pixels, frame, (high, wide), ratio)
    return pixels


def _hatch(pixels: Array, box: tuple[int, int, int, int], mark: int, ratio: float) -> None:
    """Draw a pattern, aligned with the corner of the whole heatmap."""
    top, left, bottom, right = box
    colour, share = pattern(mark, ratio)
    part = pixels[top:bottom, left:right]
    at = np.ix_(np.arange(top, top + part.shape[0]) % len(share), np.arange(left, left + part.shape[1]) % len(share))
    part[...] = np.round(part + (colour[at] - part) * share[at][..., None]).astype(np.uint8)


def _grid(pixels: Array, heat: Heat, ratio: float, ground: Rgb) -> None:
    (rows, cols), (height, width) = heat.plan.foot, pixels.shape[:2]
    for col in range(1, cols):
        x = math.floor(col * width / cols + 0.5) - ratio / 2
        fill(pixels, (x, 0, x + ratio, height), ground)
    for row in range(1, rows):
        y = math.floor(row * height / rows + 0.5) - ratio / 2
        fill(pixels, (0, y, width, y + ratio), ground)


def _numbers(pixels: Array, heat: Heat, ratio: float) -> None:
    size, numbers = heat.numbers
    if not numbers:
        return
    for number in numbers:
        if number.plate:
            _plate(pixels, number, size, ratio)
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    for number in numbers:
        font = font_for(number.text, size * ratio, code=True)
        if font is not None:
            pen.text((number.x * ratio, (number.y + CAPITAL * size) * ratio), number.text, number.ink, font, "ms")
    pixels[...] = np.asarray(image)


def _plate(pixels: Array, number: Number, size: float, ratio: float) -> None:
    """Draw a plain background for a number on a pattern."""
    half = len(number.text) * size * 0.3 + 2
    box = (number.x - half, number.y - size * 0.62, number.x + half, number.y + size * 0.53)
    fill(pixels, (box[0] * ratio, box[1] * ratio, box[2] * ratio, box[3] * ratio), BRIGHT)


def _frame(pixels: Array, frame: Frame, cell: tuple[float, float], ratio: float) -> None:
    """Draw a light and a dark line side by side, visible on every colour of the scale."""
    top, bottom = (row * cell[0] for row in frame.rows)
    left, right = (col * cell[1] for col in frame.cols)
    small = min(right - left, bottom - top)
    inset = (2.5 if small >= SMALL * ratio else -2.5) * ratio
    high, wide = pixels.shape[:2]
    box = (max(0, left + inset), max(0, top + inset), min(wide, right - inset), min(high, bottom - inset))
    colour = DARK if frame.pinned else MARK
    if frame.dashed:
        _dashes(pixels, box, colour, ratio)
        return
    outline(pixels, box, 5 * ratio, BRIGHT, 0.92)
    outline(pixels, box, 2.5 * ratio, colour, 1)
    if frame.pinned and small >= DOTTED * ratio:
        disc(pixels, box[:2], 5.25 * ratio, BRIGHT)
        disc(pixels, box[:2], 3.75 * ratio, MARK)


def _dashes(pixels: Array, box: tuple[float, float, float, float], colour: Rgb, ratio: float) -> None:
    """Draw a dashed outline: four units of line, three of gap."""
    left, top, right, bottom = box
    half, on, step = 1.25 * ratio, 4 * ratio, 7 * ratio
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    done = 0.0
    for (x0, y0), (x1, y1) in pairwise(corners):
        length = abs(x1 - x0) + abs(y1 - y0)
        for start in np.arange(-(done % step), length, step):
            first, past = max(0.0, start), min(length, start + on)
            if past > first and length:
                ax, bx = (x0 + (x1 - x0) * part / length for part in (first, past))
                ay, by = (y0 + (y1 - y0) * part / length for part in (first, past))
                thick = (0, half) if y0 == y1 else (half, 0)
                fill(pixels, (min(ax, bx) - thick[0], min(ay, by) - thick[1], max(ax, bx) + thick[0],
                              max(ay, by) + thick[1]), colour)  # fmt: skip
        done += length
