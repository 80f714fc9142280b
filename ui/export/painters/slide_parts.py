"""Adds items to slides: native text, boxes, images, tables, notes, links. Text is never markup."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from core.dtypes import Array
from core.tensor_view.colours import colours
from ui.export.document import Document
from ui.export.drawing.scale import NOTHING
from ui.export.drawing.scene import Bar, Swatch
from ui.export.drawing.theme import Rgb, Theme, css
from ui.export.names import clean
from ui.export.painters.coverage import pattern

_TITLE_ONLY = 5  # a layout in the template of python-pptx
_ALIGN = {"start": PP_ALIGN.LEFT, "middle": PP_ALIGN.CENTER, "end": PP_ALIGN.RIGHT}
_LATIN = {False: "Calibri", True: "Consolas"}
_CHINESE = "Microsoft YaHei"
_LANGUAGES = {"zh-CN": "zh-CN", "en": "en-US"}


@dataclass(frozen=True)
class Area:
    """A rectangle on a slide, EMU."""

    left: int
    top: int
    width: int
    height: int

    def __iter__(self) -> Any:
        """As python-pptx takes it."""
        return iter(Emu(part) for part in (self.left, self.top, max(1, self.width), max(1, self.height)))


class Deck:
    """A presentation under construction."""

    def __init__(self, file: Any, document: Document) -> None:
        self.file, self.document = file, document
        self.theme: Theme = document.theme
        self.words = document.words
        self._slide: Any = None
        self._colour_links()

    def _colour_links(self) -> None:
        """Set the link colour of the file's theme, which overrides the colour of the text."""
        part = self.file.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
        colour = f'<a:hlink><a:srgbClr val="{css(self.theme.main)[1:].upper()}"/></a:hlink>'.encode()
        part._blob = re.sub(rb"<a:hlink>.*?</a:hlink>", colour, part.blob)

    def slide(self, title: str, address: str) -> None:
        """Start a slide: title at the top, link at the bottom."""
        self._slide = self.file.slides.add_slide(self.file.slide_layouts[_TITLE_ONLY])
        fill = self._slide.background.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor(*self.theme.ground)
        shape = self._slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = (
            Emu(part) for part in (350_000, 200_000, 11_492_000, 600_000)
        )
        self._write(shape.text_frame, [title], 28 if len(title) < 60 else 18, self.theme.ink, bold=True)
        if address:
            width = self.file.slide_width - 700_000
            self.text(
                Area(350_000, 6_480_000, width, 260_000), self.words["open"], 11, colour=self.theme.main, link=address
            )

    def text(self, area: Area, text: str, size: float, *, colour: Rgb | None = None, bold: bool = False,
             code: bool = False, align: str = "start", turned: bool = False, link: str = "") -> None:  # fmt: skip
        """Add one line of native text."""
        shape = self._slide.shapes.add_textbox(*area)
        self._write(
            shape.text_frame, [text], size, colour or self.theme.ink, bold=bold, code=code, align=align, link=link
        )
        shape.rotation = -90 if turned else 0

    def runs(self, area: Area, parts: list[tuple[str, Rgb, bool]], size: float) -> None:
        """Add one line of code in several colours: parts are (text, colour, bold)."""
        frame = self._slide.shapes.add_textbox(*area).text_frame
        self._write(frame, [""], size, self.theme.ink, code=True)
        for text, colour, bold in parts:
            self._run(frame.paragraphs[0], text, size, colour, bold=bold, code=True)

    def block(self, area: Area, lines: list[str], size: float) -> None:
        """Add lines of code."""
        frame = self._slide.shapes.add_textbox(*area).text_frame
        self._write(frame, lines, size, self.theme.ink, code=True)
        frame.vertical_anchor = MSO_ANCHOR.TOP

    def box(self, area: Area, colour: Rgb, round_corners: bool = True) -> None:
        """Add a filled rectangle."""
        kind = MSO_SHAPE.ROUNDED_RECTANGLE if round_corners else MSO_SHAPE.RECTANGLE
        shape = self._slide.shapes.add_shape(kind, *area)
        if round_corners:
            shape.adjustments[0] = 0.08
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor(*colour)
        shape.line.fill.background()
        shape._element.remove(shape._element.find(qn("p:style")))  # otherwise it gets the shadow of the file's theme

    def picture(self, area: Area, png: bytes, name: str) -> None:
        """Add an image with its text alternative."""
        shape = self._slide.shapes.add_picture(io.BytesIO(png), *area)
        shape._element.nvPicPr.cNvPr.set("descr", clean(name))

    def table(self, area: Area, rows: list[list[str]], fills: list[list[Rgb | None]], size: float) -> None:
        """Add a native table; the first row and the first column are headers.

        Args:
            area: of the table.
            rows: of texts.
            fills: background of each cell; None for the default.
            size: of the font, points.
        """
        table = self._slide.shapes.add_table(len(rows), len(rows[0]), *area).table
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                head, cell = number == 0 or column == 0, table.cell(number, column)
                cell.fill.solid()
                usual = self.theme.soft if number == 0 else self.theme.ground
                cell.fill.fore_color.rgb = RGBColor(*(fills[number][column] or usual))
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                self._write(cell.text_frame, [text], size, self.theme.ink, bold=head)
                cell.margin_left = Emu(120_000)

    def notes(self, lines: list[str]) -> None:
        """Set the speaker notes."""
        frame = self._slide.notes_slide.notes_text_frame
        frame.text = "\n".join(clean(line) for line in lines)

    def _write(self, frame: Any, lines: list[str], size: float, colour: Rgb, *, bold: bool = False, code: bool = False,
               align: str = "start", link: str = "") -> None:  # fmt: skip
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap, frame.auto_size, frame.vertical_anchor = False, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.MIDDLE
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment = _ALIGN[align]
            run = self._run(paragraph, line, size, colour, bold=bold, code=code)
            if link.startswith(("http://", "https://")):
                run.hyperlink.address = link

    def _run(self, paragraph: Any, text: str, size: float, colour: Rgb, *, bold: bool, code: bool) -> Any:
        run = paragraph.add_run()
        run.text = clean(text)
        run.font.size, run.font.bold, run.font.name = Pt(max(1, round(size, 1))), bold, _LATIN[code]
        run.font.color.rgb = RGBColor(*colour)
        self._chinese(run)
        return run

    def _chinese(self, run: Any) -> None:
        """Set a font with Chinese glyphs, and the language for the spelling checker."""
        properties = run._r.get_or_add_rPr()
        properties.set("lang", _LANGUAGES.get(self.document.language, "en-US"))
        latin = properties.find(qn("a:latin"))
        east = latin.makeelement(qn("a:ea"), {"typeface": _CHINESE})
        latin.addnext(east)


def picture_of(pixels: Array) -> bytes:
    """Encode pixels as PNG."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG")
    return stream.getvalue()


def table_colour(item: Bar | Swatch) -> bytes:
    """Draw the colour bar or pattern of a legend as PNG."""
    if isinstance(item, Bar):
        return picture_of(colours(item.table)[None].repeat(8, 0))
    colour, share = pattern(item.mark, 4)
    mixed = np.round(np.array(NOTHING) * (1 - share[..., None]) + colour * share[..., None]).astype(np.uint8)
    return picture_of(np.tile(mixed, (2, 3, 1)))
