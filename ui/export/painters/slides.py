"""A slide deck (PPTX, 16:9) for a talk: the panels at full width, images, all channels, alignment, code; with notes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial

from pptx import Presentation
from pptx.util import Emu

from core.merges.rows import alignment_rows
from ui.export.document import Document
from ui.export.drawing.compose import compose
from ui.export.drawing.heatmap import Heat, heat_of
from ui.export.drawing.layout import pile_of, place_names, plans_of
from ui.export.drawing.numbers import tuple_text, written
from ui.export.drawing.outlines import frames_of
from ui.export.drawing.panel import shape_parts
from ui.export.drawing.scene import Bar, Box, Picture, Scene, Swatch, Text
from ui.export.drawing.snapshot import Look
from ui.export.drawing.sums import explain
from ui.export.drawing.wall import wall_of, walls_worth_showing
from ui.export.illustration import Illustration
from ui.export.names import clean
from ui.export.painters.raster import draw_heat
from ui.export.painters.slide_parts import Area, Deck, picture_of, table_colour
from ui.export.progress import Progress, no_progress
from ui.views.alignment_table import ROLE_COLOURS

_WIDE, _HIGH = 12_192_000, 6_858_000  # EMU: 13.333 x 7.5 inches
_EDGE = 350_000
_INNER = _WIDE - 2 * _EDGE
_TOP = 1_150_000  # below the title and the indices of the slice
_HEAD = 620_000  # title and shape of a panel
_FOOT = 330_000  # colour bar and its ends
_SIGN = 520_000  # width of an operator
_SUM_TOP, _BOTTOM = 5_800_000, 6_380_000
_PX = 9_525  # EMU of a CSS pixel
_FINE = 4  # image pixels per CSS pixel
_CSS = 860  # CSS pixels of a scene with more panels than fit in one row
_LINES = 24  # lines of code on a slide
_LOADED = re.compile(r'np\.load\("input_(\d+)\.npy"\)(  # .*)?')


def to_pptx(document: Document, most: int = 0, progress: Progress = no_progress) -> bytes:
    """Return a deck.

    Args:
        document: the content.
        most: number of channels with a slide each, in the chosen order.
        progress: called before every slide.
    """
    deck = Deck(Presentation(), document)
    deck.file.slide_width, deck.file.slide_height = Emu(_WIDE), Emu(_HIGH)
    slides = _slides(deck, document.look(), document, most)
    for number, add in enumerate(slides):
        progress(number, len(slides))
        add()
    stream = io.BytesIO()
    deck.file.core_properties.title = clean(document.line)[:255]
    deck.file.core_properties.author = "Mergescope"
    deck.file.save(stream)
    return stream.getvalue()


def _slides(deck: Deck, look: Look, document: Document, most: int) -> list[Callable[[], None]]:
    """The slides in their order."""
    found: list[Callable[[], None]] = [partial(_view_slide, deck, look)]
    pictures = document.illustrations()
    if pictures:
        found.append(partial(_pictures_slide, deck, look, pictures))
    if walls_worth_showing(look):
        found.append(partial(_wall_slide, deck, look))
    if document.view.alignment:
        found.append(partial(_table_slide, deck, look))
    found += [partial(_view_slide, deck, look.moved(channel)) for channel in list(look.channel_order)[:most]]
    return [*found, *([partial(_code_slide, deck, look)] if document.code else [])]


def _begin(deck: Deck, look: Look, title: str) -> None:
    deck.slide(title, deck.document.public_address(look.chosen))


def _view_slide(deck: Deck, look: Look) -> None:
    """The panels as images, everything else as native text."""
    _begin(deck, look, deck.document.line)
    places = "    ".join(place_names(look))
    if places:
        deck.text(Area(_EDGE, 800_000, _INNER, 290_000), places, 14, colour=deck.theme.quiet)
    said, elements = explain(look)
    bottom = _SUM_TOP - 80_000 if said else _BOTTOM
    if not _row_of_panels(deck, look, bottom):
        _scene(deck, compose(look, deck.theme, bare=True, ratio=_FINE, width=_CSS), bottom)
    if said:
        deck.box(Area(_EDGE, _SUM_TOP, _INNER, _BOTTOM - _SUM_TOP), deck.theme.soft)
        inside = Area(_EDGE + 150_000, _SUM_TOP + 20_000, _INNER - 300_000, 330_000)
        deck.text(inside, said, 22 if len(said) < 70 else 14, bold=True, code=True)
        deck.text(Area(_EDGE + 150_000, _SUM_TOP + 330_000, _INNER - 300_000, 220_000), elements, 11, code=True,
                  colour=deck.theme.quiet)  # fmt: skip
    deck.notes(_view_notes(deck, look, places, said))


def _row_of_panels(deck: Deck, look: Look, bottom: int) -> bool:
    """Draw all panels side by side over the whole width; False, with nothing drawn, where they do not fit."""
    plans = plans_of(look)
    if len(plans) > 4 or None in plans:
        return False
    drawn = [plan for plan in plans if plan is not None]
    signs = sum(bool(panel["symbol"]) for panel in look.panels)
    rows, cols = max(plan.foot[0] for plan in drawn), sum(plan.foot[1] for plan in drawn)
    piled = 260_000 if any(pile_of(look, number) for number in range(len(plans))) else 0
    room = bottom - _TOP - _HEAD - _FOOT - piled
    gaps = signs * _SIGN + (len(plans) - 1 - signs) * 200_000
    cell = min(room / rows, (_INNER - gaps) / cols, 1_200_000)
    if cell * rows < room / 4:
        return False
    left = _EDGE + (_INNER - gaps - cell * cols) / 2
    frames = frames_of(look, plans)
    for number, plan in enumerate(drawn):
        symbol = look.panels[number]["symbol"]
        if symbol:
            spot = Area(round(left), round(_TOP + _HEAD + cell * rows / 2 - 350_000), _SIGN, 700_000)
            deck.text(spot, symbol, 16 if len(symbol) > 1 else 40, colour=deck.theme.quiet, align="middle")
        left += _SIGN if symbol else 200_000 if number else 0
        heat = heat_of(look, number, plan, plan.box(cell / _PX), _FINE)
        width, height = round(heat.width * _PX), round(heat.height * _PX)
        pixels = draw_heat(heat, _FINE, deck.theme.ground, tuple(frames[number]))
        _panel_head(deck, look, number, Area(round(left), _TOP, max(width, 900_000), _HEAD))
        name = f"{look.panels[number]['title']} {tuple_text(look.view.panels[number].value.shape)}"
        deck.picture(Area(round(left), _TOP + _HEAD, width, height), picture_of(pixels), name)
        _panel_foot(deck, heat, Area(round(left), _TOP + _HEAD + height + 50_000, width, 70_000), pile_of(look, number))
        left += cell * plan.foot[1]
    return True


def _panel_head(deck: Deck, look: Look, number: int, area: Area) -> None:
    panel = look.panels[number]
    size = 18 if len(panel["title"]) * 110_000 < area.width else 12
    deck.text(Area(area.left, area.top, area.width, 320_000), panel["title"], size, bold=True)
    deck.runs(Area(area.left, area.top + 300_000, area.width, 290_000), shape_parts(panel, deck.theme), 15)


def _panel_foot(deck: Deck, heat: Heat, area: Area, pile: str) -> None:
    """The colour bar with its ends; the axes along which the panel is broadcast out of sight."""
    scale = heat.scale
    deck.picture(area, table_colour(Bar(0, 0, 1, 1, scale.table)), "")
    for value, align in ((scale.low, "start"), (scale.high, "end")):
        deck.text(Area(area.left, area.top + 80_000, area.width, 190_000), written(value, 3), 11, code=True,
                  colour=deck.theme.quiet, align=align)  # fmt: skip
    if pile:
        deck.text(Area(area.left, area.top + 270_000, area.width, 250_000), pile, 13, colour=deck.theme.text_mark)


def _pictures_slide(deck: Deck, look: Look, pictures: tuple[Illustration, ...]) -> None:
    """The further images of the page, such as the map over the input image, as large as they fit."""
    _begin(deck, look, deck.document.line)
    gap, count = 250_000, len(pictures)
    for number, picture in enumerate(pictures):
        high, wide = picture.pixels.shape[:2]
        width = (_INNER - gap * (count - 1)) / count
        scale = min(width / wide, (_BOTTOM - _TOP - 420_000) / high)
        left = _EDGE + number * (width + gap) + (width - wide * scale) / 2
        deck.text(Area(round(left), _TOP - 40_000, round(max(width, wide * scale)), 400_000), picture.title,
                  18 if len(picture.title) * 115_000 < width else 12, bold=True)  # fmt: skip
        spot = Area(round(left), _TOP + 400_000, round(wide * scale), round(high * scale))
        deck.picture(spot, picture_of(picture.pixels), picture.description)
    deck.notes([deck.document.line, *(f"{one.title}: {one.description}" for one in pictures)])


def _wall_slide(deck: Deck, look: Look) -> None:
    """Every channel before and after, side by side, on the colour scale of the page."""
    _begin(deck, look, deck.document.line)
    numbers = walls_worth_showing(look)
    gap = 300_000
    width, room = (_INNER - gap * (len(numbers) - 1)) // len(numbers), _BOTTOM - _TOP - 380_000
    count = str(len(look.channel_order))
    for column, number in enumerate(numbers):
        pixels = wall_of(look, number, width / room, deck.theme.ground)
        scale = min(width / pixels.shape[1], room / pixels.shape[0])
        wide, high = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
        left = _EDGE + column * (width + gap) + (width - wide) // 2
        title = f"{look.panels[number]['title']} · {count} {deck.words['channels']}"
        deck.text(Area(left, _TOP - 40_000, wide, 360_000), title, 18, bold=True)
        deck.picture(Area(left, _TOP + 360_000, wide, high), picture_of(pixels), title)
    deck.notes([deck.document.line, f"{count} {deck.words['channels']}"])


def _scene(deck: Deck, scene: Scene, bottom: int) -> None:
    """A scene of several rows of panels, as large as it fits, in the middle."""
    scale = min(_INNER / scene.width, (bottom - _TOP) / scene.height)
    left, top = (_WIDE - scene.width * scale) / 2, _TOP + (bottom - _TOP - scene.height * scale) / 2

    def spot(x: float, y: float, width: float, height: float) -> Area:
        return Area(round(left + x * scale), round(top + y * scale), round(width * scale), round(height * scale))

    for item in scene.items:
        if isinstance(item, Text):
            _scene_text(deck, item, spot, scale / 12_700)
        elif isinstance(item, Box):
            deck.box(spot(item.x, item.y, item.width, item.height), item.colour, item.radius > 0)
        elif isinstance(item, Picture):
            pixels = draw_heat(item.heat, _FINE, deck.theme.ground, item.frames)
            name = tuple_text(item.heat.values.shape)
            deck.picture(spot(item.x, item.y, item.width, item.height), picture_of(pixels), name)
        elif isinstance(item, Bar | Swatch):
            deck.picture(spot(item.x, item.y, item.width, item.height), table_colour(item), "")


def _scene_text(deck: Deck, item: Text, spot: Callable[[float, float, float, float], Area], points: float) -> None:
    size, width = item.size * points, max(item.width * 1.25, 20)
    left = width / 2 if item.turned else {"start": 0.0, "middle": 0.5, "end": 1.0}[item.anchor] * width
    area = spot(item.x - left, item.y - item.size * 0.8, width, item.size * 1.6)
    deck.text(area, item.text, size, colour=item.colour, bold=item.bold, code=item.code, align=item.anchor,
              turned=item.turned)  # fmt: skip


def _view_notes(deck: Deck, look: Look, places: str, said: str) -> list[str]:
    """For the speaker: every tensor with its shape and colours, the slice, the calculation, the link."""
    words = deck.words
    lines = [deck.document.line, *([places] if places else []), *([said] if said else [])]
    for number, panel in enumerate(look.view.panels):
        shape = words["shapes"].format(title=panel.title, shape=panel.value.shape, dtype=panel.value.dtype)
        lines.append(f"{shape} {look.panels[number]['note']}".strip())
    for number, plan in enumerate(plans_of(look)):
        if plan is not None:
            scale = heat_of(look, number, plan, plan.box(20), _FINE).scale
            values = {"low": written(scale.low, 3), "high": written(scale.high, 3), "table": scale.table}
            lines.append(words["notes_colours"].format(title=look.panels[number]["title"], **values))
    return [*lines, *_link_note(deck, look)]


def _link_note(deck: Deck, look: Look) -> list[str]:
    address = deck.document.public_address(look.chosen)
    return [deck.words["notes_link"].format(link=address)] if address else []


def _table_slide(deck: Deck, look: Look) -> None:
    """The alignment as a native table in the colours of the page."""
    alignment = deck.document.view.alignment
    assert alignment is not None
    words, rows = deck.words, alignment_rows(alignment)
    _begin(deck, look, words["lines_up"])
    width = max(1, *(len(row) for row in rows))
    head = ["", *(words["axis"].format(axis=axis) for axis in range(width))]
    names = [panel.title for panel in look.view.panels]
    body = [
        [name, *(f"{cell.size} {words.get(cell.role, '')}".strip() for cell in row), *[""] * (width - len(row))]
        for name, row in zip(names, rows, strict=True)
    ]
    fills: list[list[tuple[int, int, int] | None]] = [[None] * (width + 1)]
    fills += [
        [
            None,
            *(_over(ROLE_COLOURS.get(cell.role, ""), deck.theme.ground) for cell in row),
            *[None] * (width - len(row)),
        ]
        for row in rows
    ]
    height = min(900_000 * (len(body) + 1), _BOTTOM - _TOP)
    deck.table(Area(_EDGE, _TOP, _INNER, height), [head, *body], fills, 24 if width < 5 else 18)
    lines = [f"{line[0]}: {', '.join(filter(None, line[1:]))}" for line in body]
    deck.notes([words["lines_up"], *lines, *_link_note(deck, look)])


def _over(rgba: str, ground: tuple[int, int, int]) -> tuple[int, int, int] | None:
    """A translucent CSS colour "r, g, b, a" on the background."""
    if not rgba:
        return None
    *colour, share = (float(part) for part in rgba.split(","))
    red, green, blue = (round(over * share + under * (1 - share)) for over, under in zip(colour, ground, strict=True))
    return red, green, blue


def _code_slide(deck: Deck, look: Look) -> None:
    """As many frameworks as fit, in one font size; the notes hold all of them."""
    _begin(deck, look, deck.words["code"])
    blocks = {name: runnable(text, look).rstrip() for name, text in deck.document.code.items()}
    lines: list[str] = []
    for name, text in blocks.items():
        block = [f"# {name}", *text.split("\n")]
        if lines and len(lines) + 1 + len(block) > _LINES:
            break
        lines += [*([""] if lines else []), *block]
    shown = lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "…"]
    longest = max(map(len, shown))
    size = min(16.0, 5_100_000 / 12_700 / 1.2 / len(shown), (_INNER - 400_000) / 12_700 / 0.6 / longest)
    deck.box(Area(_EDGE, _TOP - 100_000, _INNER, _BOTTOM - _TOP + 100_000), deck.theme.soft)
    deck.block(Area(_EDGE + 200_000, _TOP, _INNER - 400_000, _BOTTOM - _TOP - 100_000), shown, max(8.0, size))
    deck.notes([*(f"{name}\n{text}\n" for name, text in blocks.items()), *_link_note(deck, look)])


def runnable(text: str, look: Look) -> str:
    """Replace arrays loaded from files by random arrays of the same shape, so that the code runs as it is."""

    def made(found: re.Match[str]) -> str:
        shape = look.view.panels[int(found[1])].value.shape
        return f'np.random.default_rng({found[1]}).random({shape}, dtype="float32")  # any values'

    return _LOADED.sub(made, text)
