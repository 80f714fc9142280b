"""One panel as items of a scene: title, shape, axis names, heatmap, legend; its origin is (0, 0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.export.drawing.heatmap import Heat
from ui.export.drawing.layout import LABEL, NOTE, axis_names, pile_of
from ui.export.drawing.numbers import written
from ui.export.drawing.outlines import Frame
from ui.export.drawing.scale import MARKS
from ui.export.drawing.scene import Bar, Box, Item, Picture, Swatch, Text, cut, text_width, wrapped
from ui.export.drawing.snapshot import Look
from ui.export.drawing.theme import Rgb, Theme

HEAD = 62  # title, shape and the name of the column axis
_TYPE = 13  # of the shape and of small text
_ROLES = {"stretched": "text_mark", "inserted": "text_mark", "joined": "main", "contracted": "main"}


def panel_items(look: Look, number: int, heat: Heat, frames: tuple[Frame, ...], theme: Theme) -> list[Item]:
    """Return the items of a panel that can be drawn."""
    pile = pile_of(look, number)
    items = _head(look, number, heat.width, theme)
    row_name, col_name = axis_names(look, number, heat.plan, (heat.width, heat.height))
    items.append(Text(LABEL + heat.width / 2, 52, col_name, 12, theme.quiet, "middle"))
    items.append(Text(11, HEAD + heat.height / 2, row_name, 12, theme.quiet, "middle", turned=True))
    items += _sheets(heat, theme, 2 if pile else 0)
    items.append(Picture(LABEL, HEAD, heat, frames))
    items += _legend(look, heat, theme, HEAD + heat.height + (18 if pile else 12), pile)
    return [item for item in items if not isinstance(item, Text) or item.text]


def note_items(look: Look, number: int, theme: Theme) -> tuple[list[Item], float, float]:
    """Return the items of a panel that cannot be drawn, with the reason, and their width and height."""
    lines = wrapped(look.panels[number]["note"], 14, NOTE - 58, code=False)
    height = 28 + 20 * len(lines)
    items = _head(look, number, NOTE - 22, theme)
    items.append(Box(LABEL, HEAD, NOTE - 22, height, theme.soft, 8))
    items += [Text(LABEL + 18, HEAD + 24 + 20 * position, line, 14, theme.ink) for position, line in enumerate(lines)]
    return items, LABEL + NOTE - 22, HEAD + height


def room_below(items: list[Item], bottom: float) -> float:
    """The height of what lies below the heatmap."""
    lowest = max((item.y + (item.size if isinstance(item, Text) else 8) for item in items if _is_low(item, bottom)),
                 default=bottom)  # fmt: skip
    return max(0.0, lowest - bottom)


def _is_low(item: Item, bottom: float) -> bool:
    return item.y > bottom


def _head(look: Look, number: int, width: float, theme: Theme) -> list[Item]:
    panel = look.panels[number]
    items: list[Item] = [Text(LABEL, 12, cut(panel["title"], 15, max(width, 150)), 15, theme.ink, bold=True)]
    x = float(LABEL)
    for text, colour, bold in shape_parts(panel, theme):
        items.append(Text(x, 34, text, _TYPE, colour, bold=bold, code=True))
        x += text_width(text, _TYPE, code=True)
    return items


def shape_parts(panel: Mapping[str, Any], theme: Theme) -> list[tuple[str, Rgb, bool]]:
    """Return the shape of a panel in parts (text, colour, bold): the size of each axis in the colour of its role."""
    words = _shape_words(panel["sizes"], panel["type"])
    return [(text, getattr(theme, _ROLES.get(role, "quiet")), role in _ROLES) for text, role in words]


def _shape_words(sizes: list[dict[str, object]], kind: str) -> list[tuple[str, str]]:
    words = [("(", "")]
    for position, size in enumerate(sizes):
        words += [(", ", "")] * (position > 0) + [(str(size["size"]), str(size["role"]))]
    words.append((",)" if len(sizes) == 1 else ")", ""))
    return [*words, (f"  {kind}", "")] if kind and kind != "float32" else words


def _sheets(heat: Heat, theme: Theme, count: int) -> list[Item]:
    """The edge of the heatmap, and the sheets behind it where it is broadcast along a hidden axis."""
    items: list[Item] = []
    for sheet in range(count, -1, -1):
        x, y = LABEL + 4 * sheet, HEAD + 4 * sheet
        items.append(Box(x - 1, y - 1, heat.width + 2, heat.height + 2, theme.line))
        if sheet:
            items.append(Box(x, y, heat.width, heat.height, theme.ground))
    return items


def _legend(look: Look, heat: Heat, theme: Theme, y: float, pile: str) -> list[Item]:
    scale, width = heat.scale, max(96.0, min(heat.width, 480.0))
    items: list[Item] = [Bar(LABEL, y, width, 8, scale.table)]
    ends = [(0.0, "start", written(scale.low, 3)), (width, "end", written(scale.high, 3))]
    ends += [(width / 2, "middle", "0")] if scale.diverging else []
    items += [Text(LABEL + x, y + 18, text, 12, theme.quiet, anchor, code=True) for x, anchor, text in ends]  # type: ignore[arg-type]
    x, y = float(LABEL), y + 36
    counts = heat.counts()
    for mark, word in MARKS.items():
        if mark in counts:
            text = f"{counts[mark]} {look.meta['words'][word]}"
            items += [Swatch(x, y - 6, mark), Text(x + 24, y, text, 12, theme.quiet)]
            x += 38 + text_width(text, 12)
    below = look.meta["words"]["not_here"] if heat.dim else pile
    return [*items, *([Text(LABEL, y + (20 if counts else 2), below, _TYPE, theme.quiet)] if below else [])]
