"""A slide deck (PPTX, 16:9): pictures with native text, how the axes line up, channels, code; notes and links."""

from __future__ import annotations

import io
from typing import Any

from pptx import Presentation
from pptx.util import Emu

from core.merges.rows import alignment_rows
from ui.export.document import Document
from ui.export.drawing.compose import compose
from ui.export.drawing.layout import place_names
from ui.export.drawing.numbers import tuple_text, written
from ui.export.drawing.scene import Bar, Box, Picture, Scene, Swatch, Text
from ui.export.drawing.snapshot import Look
from ui.export.drawing.sums import explain
from ui.export.names import clean
from ui.export.painters.raster import draw_heat
from ui.export.painters.slide_parts import Deck, Place, picture_of, table_colour
from ui.export.progress import Tell, nobody

_WIDE, _HIGH = 12_192_000, 6_858_000  # EMU: 13.333 x 7.5 inches
_EDGE = 500_000
_TOP, _BOTTOM = 1_250_000, 5_450_000  # of the picture
_FINE = 4  # pixels of a heatmap for a CSS pixel
_CSS = 860  # CSS pixels for the panels: less than on a page, so that letters are larger
_LINES = 26  # of code on a slide


def to_pptx(document: Document, most: int = 0, tell: Tell = nobody) -> bytes:
    """A deck.

    Args:
        document: what is exported.
        most: how many channels get a slide of their own, in the chosen order.
        tell: hears of every slide.
    """
    deck = Deck(Presentation(), document)
    deck.file.slide_width, deck.file.slide_height = Emu(_WIDE), Emu(_HIGH)
    look = document.look()
    channels = [look.moved(channel) for channel in list(look.channel_order)[:most]]
    steps: list[tuple[Any, ...]] = [(_view_slide, look), *([(_table_slide, look)] if document.view.alignment else [])]
    steps += [(_view_slide, one) for one in channels]
    steps += [(_code_slide, look, name, text) for name, text in document.code.items()]
    for number, (add, *arguments) in enumerate(steps):
        tell(number, len(steps))
        add(deck, *arguments)
    stream = io.BytesIO()
    deck.file.core_properties.title = clean(document.line)[:255]
    deck.file.core_properties.author = "Mergescope"
    deck.file.save(stream)
    return stream.getvalue()


def _view_slide(deck: Deck, look: Look) -> None:
    """What is on screen: heatmaps as pictures, everything else as text that can be edited."""
    deck.slide(deck.document.line, deck.document.address(look.chosen))
    places = "    ".join(place_names(look))
    if places:
        deck.text(Place(_EDGE, 880_000, _WIDE - 2 * _EDGE, 300_000), places, 14, colour=deck.theme.quiet)
    _scene(deck, compose(look, deck.theme, bare=True, ratio=_FINE, width=_CSS))
    said, cells = explain(look)
    if said:
        deck.box(Place(_EDGE, 5_600_000, _WIDE - 2 * _EDGE, 720_000), deck.theme.soft)
        deck.text(Place(_EDGE + 150_000, 5_640_000, _WIDE - 2 * _EDGE - 300_000, 380_000), said,
                  20 if len(said) < 80 else 14, bold=True, code=True)  # fmt: skip
        deck.text(Place(_EDGE + 150_000, 5_990_000, _WIDE - 2 * _EDGE - 300_000, 260_000), cells, 11, code=True,
                  colour=deck.theme.quiet)  # fmt: skip
    deck.notes(_view_notes(deck, look, places, said))


def _scene(deck: Deck, scene: Scene) -> None:
    """A scene, as large as fits, in the middle."""
    scale = min((_WIDE - 2 * _EDGE) / scene.width, (_BOTTOM - _TOP) / scene.height, 12_700)
    left = (_WIDE - scene.width * scale) / 2
    top = _TOP + (_BOTTOM - _TOP - scene.height * scale) / 2

    def place(x: float, y: float, width: float, height: float) -> Place:
        return Place(round(left + x * scale), round(top + y * scale), round(width * scale), round(height * scale))

    for item in scene.items:
        if isinstance(item, Text):
            _scene_text(deck, item, place, scale / 12_700)
        elif isinstance(item, Box):
            deck.box(place(item.x, item.y, item.width, item.height), item.colour, item.radius > 0)
        elif isinstance(item, Picture):
            pixels = draw_heat(item.heat, _FINE, deck.theme.ground, item.frames)
            name = tuple_text(item.heat.values.shape)
            deck.picture(place(item.x, item.y, item.width, item.height), picture_of(pixels), name)
        elif isinstance(item, Bar | Swatch):
            deck.picture(place(item.x, item.y, item.width, item.height), table_colour(item), "")


def _scene_text(deck: Deck, item: Text, place: Any, points: float) -> None:
    size, width = item.size * points, max(item.width * 1.25, 20)
    left = {"start": 0.0, "middle": 0.5, "end": 1.0}[item.anchor]
    if item.turned:
        spot = place(item.x - width / 2, item.y - item.size * 0.8, width, item.size * 1.6)
    else:
        spot = place(item.x - left * width, item.y - item.size * 0.8, width, item.size * 1.6)
    deck.text(spot, item.text, size, colour=item.colour, bold=item.bold, code=item.code, align=item.anchor,
              turned=item.turned)  # fmt: skip


def _view_notes(deck: Deck, look: Look, places: str, said: str) -> list[str]:
    """For the speaker: every tensor with its shape and colours, the place, the sum, the link."""
    words = deck.words
    lines = [deck.document.line, *([places] if places else []), *([said] if said else [])]
    for number, panel in enumerate(look.view.panels):
        shape = words["shapes"].format(title=panel.title, shape=panel.value.shape, dtype=panel.value.dtype)
        lines.append(f"{shape} {look.panels[number]['note']}".strip())
    scene = compose(look, deck.theme, bare=True, width=_CSS)
    drawn = [number for number in range(len(look.panels)) if look.is_drawable(number)]
    pictures = [item for item in scene.items if isinstance(item, Picture)]
    for number, item in zip(drawn, pictures, strict=True):
        scale = item.heat.scale
        values = {"low": written(scale.low, 3), "high": written(scale.high, 3), "table": scale.table}
        lines.append(words["notes_colours"].format(title=look.panels[number]["title"], **values))
    address = deck.document.address(look.chosen)
    return [*lines, *([words["notes_link"].format(link=address)] if address else [])]


def _table_slide(deck: Deck, look: Look) -> None:
    """The alignment as a native table."""
    alignment = deck.document.view.alignment
    assert alignment is not None
    words, rows = deck.words, alignment_rows(alignment)
    deck.slide(words["lines_up"], deck.document.address(look.chosen))
    width = max(1, *(len(row) for row in rows))
    head = ["", *(words["axis"].format(axis=axis) for axis in range(width))]
    names = [panel.title for panel in look.view.panels]
    body = [
        [name, *(f"{cell.size} {words.get(cell.role, '')}".strip() for cell in row), *[""] * (width - len(row))]
        for name, row in zip(names, rows, strict=True)
    ]
    deck.table(Place(_EDGE, 1_300_000, _WIDE - 2 * _EDGE, 480_000 * (len(body) + 1)), [head, *body])
    lines = [f"{line[0]}: {', '.join(filter(None, line[1:]))}" for line in body]
    address = deck.document.address(look.chosen)
    deck.notes([words["lines_up"], *lines, *([words["notes_link"].format(link=address)] if address else [])])


def _code_slide(deck: Deck, look: Look, name: str, text: str) -> None:
    """Code that can be selected; what does not fit is in the notes."""
    address = deck.document.address(look.chosen)
    deck.slide(f"{deck.words['code']}: {name}", address)
    lines = text.rstrip().split("\n")
    shown = lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "…"]
    size = 16.0 if len(shown) < 16 and max(map(len, shown)) < 90 else 11.0
    deck.box(Place(_EDGE, 1_150_000, _WIDE - 2 * _EDGE, 5_100_000), deck.theme.soft)
    deck.block(Place(_EDGE + 200_000, 1_250_000, _WIDE - 2 * _EDGE - 400_000, 4_900_000), shown, size)
    deck.notes([text.rstrip(), *([deck.words["notes_link"].format(link=address)] if address else [])])
