"""Lays out a view as a scene: rows of panels with operators, titles and legends, and the calculation below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ui.export.drawing.heatmap import heat_of
from ui.export.drawing.layout import LABEL, SIGN, Plan, arrange, place_names, plans_of
from ui.export.drawing.outlines import frames_of
from ui.export.drawing.panel import HEAD, note_items, panel_items, room_below
from ui.export.drawing.scene import Box as Ground
from ui.export.drawing.scene import Item, Photo, Scene, Text, cut, wrapped
from ui.export.drawing.snapshot import Look
from ui.export.drawing.sums import explain
from ui.export.drawing.theme import Theme
from ui.export.illustration import Illustration

WIDTH = 1100  # CSS pixels for the panels, similar to the page
MARGIN = 32
_LEAST = 560  # width, so that title and calculation fit
_GAP = 24  # between rows of panels
_PHOTO = 320  # width of a further image


@dataclass
class _Pen:
    """The position of the next item."""

    x: float = MARGIN
    y: float = MARGIN
    right: float = 0.0


def compose(look: Look, theme: Theme, *, title: str = "", ratio: float = 2, width: float = WIDTH, coarse: int = 1,
            bare: bool = False, pictures: Sequence[Illustration] = ()) -> Scene:  # fmt: skip
    """Return the view as a scene.

    Args:
        look: the view and the selection.
        theme: the colours around the panels.
        title: of the image; none if empty.
        ratio: image pixels per CSS pixel.
        width: CSS pixels available for the panels.
        coarse: see `scale.paint`.
        bare: leave out title, slice and calculation, for a slide that has its own.
        pictures: further images, below the calculation.
    """
    plans = plans_of(look)
    line, cell = arrange(plans, width)
    pen, items = _Pen(y=8 if bare else MARGIN), []
    body = _panels(look, plans, line, cell, theme, ratio, coarse)
    wide = max(_LEAST, max((item_right(item) for item in body), default=0)) if not bare else _right(body)
    if not bare:
        items += _head(look, theme, title, wide, pen)
    items += [_shift(item, pen.x, pen.y) for item in body]
    pen.y += max((item_bottom(item) for item in body), default=0)
    if not bare:
        items += _sum(look, theme, wide, pen)
        items += _photos(pictures, theme, wide, pen)
    return Scene(wide + 2 * MARGIN, pen.y + (8 if bare else MARGIN), theme, tuple(items), title)


def _right(items: list[Item]) -> float:
    return max((item_right(item) for item in items), default=1)


def _head(look: Look, theme: Theme, title: str, width: float, pen: _Pen) -> list[Item]:
    items: list[Item] = []
    if title:
        items.append(Text(pen.x, pen.y + 12, cut(title, 22, width), 22, theme.ink, bold=True))
        pen.y += 34
    places = "    ".join(place_names(look))
    if places:
        items.append(Text(pen.x, pen.y + 9, cut(places, 14, width), 14, theme.quiet))
        pen.y += 26
    pen.y += 6 if items else 0
    return items


def _sum(look: Look, theme: Theme, width: float, pen: _Pen) -> list[Item]:
    said, cells = explain(look)
    if not said:
        return []
    lines = [(text, 20.0, theme.ink, True) for text in wrapped(said, 20, width - 32)]
    lines += [(text, 13.0, theme.quiet, False) for text in wrapped(cells, 13, width - 32)]
    height = sum(1.5 * size for _, size, _, _ in lines) + 22
    pen.y += _GAP
    items: list[Item] = [Ground(pen.x, pen.y, width, height, theme.soft, 8)]
    y = pen.y + 11
    for text, size, colour, bold in lines:
        items.append(Text(pen.x + 16, y + 0.75 * size, text, size, colour, bold=bold, code=True))
        y += 1.5 * size
    pen.y += height
    return items


def _photos(pictures: Sequence[Illustration], theme: Theme, width: float, pen: _Pen) -> list[Item]:
    """A row of images of equal width, each below its title."""
    if not pictures:
        return []
    gap = 20
    side = min(_PHOTO, (width - gap * (len(pictures) - 1)) / len(pictures))
    items: list[Item] = []
    pen.y += _GAP
    for number, picture in enumerate(pictures):
        x, (rows, cols) = pen.x + number * (side + gap), picture.pixels.shape[:2]
        items.append(Text(x, pen.y + 8, cut(picture.title, 14, side), 14, theme.ink, bold=True))
        items.append(Photo(x, pen.y + 22, side, side * rows / cols, picture.pixels, picture.description))
    pen.y += 22 + max(side * one.pixels.shape[0] / one.pixels.shape[1] for one in pictures)
    return items


def _panels(
    look: Look, plans: list[Plan | None], line: int, cell: float, theme: Theme, ratio: float, coarse: int
) -> list[Item]:
    """All panels, with the origin at (0, 0)."""
    frames = frames_of(look, plans)
    items: list[Item] = []
    heights = [plan.box(cell)[1] if plan else 60.0 for plan in plans]
    piled = line == 1 and len(plans) > 1
    x, y, below = 0.0, 0.0, 0.0
    for number, plan in enumerate(plans):
        if number and number % line == 0:
            x, y, below = 0.0, y + below + (12 if piled else _GAP), 0.0
        symbol = look.panels[number]["symbol"]
        if symbol and piled:
            items.append(_sign(symbol, LABEL, y + 14, theme, "start"))
            y += 36
        elif symbol:
            middle = y + HEAD + min(heights[max(0, number - 1) : number + 1]) / 2
            items.append(_sign(symbol, x + LABEL + (SIGN - LABEL) / 2, middle, theme, "middle"))
            x += SIGN
        if plan is None:
            part, wide, high = note_items(look, number, theme)
        else:
            heat = heat_of(look, number, plan, plan.box(cell), ratio, coarse)
            part, wide = panel_items(look, number, heat, tuple(frames[number]), theme), LABEL + heat.width
            high = HEAD + heat.height + room_below(part, HEAD + heat.height)
        items += [_shift(item, x, y) for item in part]
        x += wide
        below = max(below, high)
    return items


def _sign(symbol: str, x: float, y: float, theme: Theme, anchor: str) -> Text:
    word = len(symbol) > 1
    size = 13.0 if word else 56.0 if symbol == "·" else 30.0
    return Text(x, y, symbol, size, theme.quiet, "start" if anchor == "start" else "middle", bold=word)


def _shift(item: Item, x: float, y: float) -> Item:
    return replace(item, x=item.x + x, y=item.y + y)


def item_right(item: Item) -> float:
    """The right edge of an item."""
    if isinstance(item, Text):
        part = {"start": 1.0, "middle": 0.5, "end": 0.0}[item.anchor]
        return item.x + (item.size / 2 if item.turned else part * item.width)
    return item.x + item.width


def item_bottom(item: Item) -> float:
    """The bottom edge of an item."""
    if isinstance(item, Text):
        return item.y + (item.width / 2 if item.turned else 0.7 * item.size)
    return item.y + item.height
