"""An export as a plan: every text, box and heatmap with its place, in CSS pixels. Painters only carry it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ui.export.drawing.heatmap import Heat
from ui.export.drawing.outlines import Frame
from ui.export.drawing.theme import Rgb, Theme
from ui.export.names import clean

_LONGEST = 400  # characters that any line could hold
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Text:
    """One line of text.

    Attributes:
        x: CSS pixels; which end of the line, says `anchor`.
        y: of the middle of its capitals.
        text: plain.
        size: of the type, CSS pixels.
        colour: of the ink.
        anchor: what of the line stands at x.
        bold: whether it stands out.
        code: whether it is set in the type for code.
        turned: whether it runs upwards, around (x, y).
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
        """Titles come from anywhere; some characters no file and no font can hold."""
        object.__setattr__(self, "text", clean(self.text))

    @property
    def width(self) -> float:
        """About how wide it is."""
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
    """A heatmap at a place, with the frames on it."""

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


@dataclass(frozen=True)
class Bar:
    """The whole table of colours, from left to right."""

    x: float
    y: float
    width: float
    height: float
    table: str


@dataclass(frozen=True)
class Swatch:
    """The pattern of a mark, for the legend."""

    x: float
    y: float
    mark: int
    width: float = 18
    height: float = 12


Item = Text | Box | Picture | Bar | Swatch


@dataclass(frozen=True)
class Scene:
    """All of it, in the order of drawing.

    Attributes:
        width: CSS pixels.
        height: CSS pixels.
        theme: its colours.
        items: what is drawn.
        title: plain text that stands for the picture where it cannot be seen.
    """

    width: float
    height: float
    theme: Theme
    items: tuple[Item, ...]
    title: str = field(default="")


def text_width(text: str, size: float, code: bool = False) -> float:
    """About how wide a text is: no painter is asked, so that all of them put it in the same place."""
    part = 0.6 if code else 0.53
    return size * sum(1.0 if ord(letter) > 0x2E7F else part for letter in text)


def wrapped(text: str, size: float, width: float, code: bool = True) -> list[str]:
    """A text in lines that fit, broken at spaces where there are any."""
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
    """A text, shortened to what fits."""
    if len(text) < _LONGEST and text_width(text, size, code) <= width:
        return text
    text = text[:_LONGEST]
    while text and text_width(text + "…", size, code) > width:
        text = text[:-1]
    return text.rstrip() + "…"
