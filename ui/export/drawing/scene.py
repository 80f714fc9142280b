"""An export as a list of texts, boxes and heatmaps with positions in CSS pixels, which painters draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.dtypes import Array
from ui.export.drawing.heatmap import Heat
from ui.export.drawing.outlines import Frame
from ui.export.drawing.theme import Rgb, Theme
from ui.export.names import clean

_LONGEST = 400  # more characters than any line can hold
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Text:
    """One line of text.

    Attributes:
        x: CSS pixels, of the end that `anchor` names.
        y: of the middle of the capital letters.
        text: plain text.
        size: font size, CSS pixels.
        colour: of the text.
        anchor: which part of the line lies at x.
        bold: whether the weight is bold.
        code: whether the font is monospaced.
        turned: whether it is rotated to run upwards, around (x, y).
    """

    x: float
    y: float
    text: str
    size: float
    colour: Rgb
    anchor: Anchor = "start"
    bold: bool = False
    code: bool = False
    turned: bool = False

    def __post_init__(self) -> None:
        """Titles are untrusted: remove the characters that no file may hold."""
        object.__setattr__(self, "text", clean(self.text))

    @property
    def width(self) -> float:
        """Its approximate width."""
        return text_width(self.text, self.size, self.code)


@dataclass(frozen=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: Rgb
    radius: float = 0


@dataclass(frozen=True)
class Picture:
    """A heatmap at a position, with its frames."""

    x: float
    y: float
    heat: Heat
    frames: tuple[Frame, ...] = ()

    @property
    def width(self) -> float:
        """CSS pixels."""
        return self.heat.width

    @property
    def height(self) -> float:
        """CSS pixels."""
        return self.heat.height


@dataclass(frozen=True, eq=False)
class Photo:
    """A finished image at a position.

    Attributes:
        x: CSS pixels.
        y: CSS pixels.
        width: CSS pixels.
        height: CSS pixels.
        pixels: uint8, (rows, columns, 3), of any resolution.
        description: text alternative.
    """

    x: float
    y: float
    width: float
    height: float
    pixels: Array
    description: str = ""


@dataclass(frozen=True)
class Bar:
    """The complete colour table, from left to right."""

    x: float
    y: float
    width: float
    height: float
    table: str


@dataclass(frozen=True)
class Swatch:
    """The pattern of a marked value, for the legend."""

    x: float
    y: float
    mark: int
    width: float = 18
    height: float = 12


Item = Text | Box | Picture | Photo | Bar | Swatch


@dataclass(frozen=True)
class Scene:
    """All items, in drawing order.

    Attributes:
        width: CSS pixels.
        height: CSS pixels.
        theme: its colours.
        items: to draw.
        title: plain text alternative of the image.
    """

    width: float
    height: float
    theme: Theme
    items: tuple[Item, ...]
    title: str = field(default="")


def text_width(text: str, size: float, code: bool = False) -> float:
    """Estimate the width of a text, the same for all painters, so that all of them use the same layout."""
    part = 0.6 if code else 0.53
    return size * sum(1.0 if ord(letter) > 0x2E7F else part for letter in text)


def wrapped(text: str, size: float, width: float, code: bool = True) -> list[str]:
    """Break a text at spaces into lines that fit."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, code) <= width or not line:
            line = longer
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line else lines


def cut(text: str, size: float, width: float, code: bool = False) -> str:
    """Shorten a text to what fits."""
    if len(text) < _LONGEST and text_width(text, size, code) <= width:
        return text
    text = text[:_LONGEST]
    while text and text_width(text + "…", size, code) > width:
        text = text[:-1]
    return text.rstrip() + "…"
