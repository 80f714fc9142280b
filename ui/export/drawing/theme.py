"""The colours around the heatmaps, read from the app's `.streamlit/config.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Rgb = tuple[int, int, int]
_CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
_QUIET = 0.74  # share of the text colour in secondary text, as in browser/style.css
_TEXT_MARKS = {"light": "#b23a17", "dark": "#ff9b7a"}  # --tv-text-mark there
MARK: Rgb = (0xD4, 0x45, 0x1D)  # --tv-mark there


@dataclass(frozen=True)
class Theme:
    """The colours of an export.

    Attributes:
        name: "light" or "dark".
        ground: background.
        ink: text.
        quiet: secondary text.
        line: border of heatmaps.
        soft: background of the calculation.
        main: concatenated and contracted sizes.
        text_mark: broadcast sizes.
        radius: of corners, CSS.
    """

    name: str
    ground: Rgb
    ink: Rgb
    quiet: Rgb
    line: Rgb
    soft: Rgb
    main: Rgb
    text_mark: Rgb
    radius: str


@cache
def theme(name: str) -> Theme:
    """Return a theme of the app: "light" or "dark"; any other name means light."""
    name = name if name in _TEXT_MARKS else "light"
    options = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]
    part = {key: rgb(value) for key, value in options[name].items()}
    ground, ink = part["backgroundColor"], part["textColor"]
    red, green, blue = (round(_QUIET * over + (1 - _QUIET) * under) for over, under in zip(ink, ground, strict=True))
    return Theme(
        name, ground, ink, (red, green, blue), part["borderColor"], part["secondaryBackgroundColor"],
        part["primaryColor"], rgb(_TEXT_MARKS[name]), str(options["baseRadius"]),
    )  # fmt: skip


def rgb(text: str) -> Rgb:
    """#0b5394 -> (11, 83, 148)."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def css(colour: Rgb) -> str:
    """(11, 83, 148) -> #0b5394."""
    return "#" + bytes(colour).hex()
