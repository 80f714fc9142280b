"""Fonts for raster exports, which no browser renders.

The page uses Source Sans and Source Code (SIL Open Font License), which Streamlit ships. They have no Chinese glyphs,
and a font that does is several megabytes large, so none is bundled: Chinese is drawn with a system font if there is
one. Text that no font here can draw is left out of PNG, GIF and WebP instead of being drawn as empty boxes; SVG,
slides, notebook and web page always contain it as text.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit
from PIL import ImageFont

_MEDIA = Path(streamlit.__file__).parent / "static" / "static" / "media"
_OWN = {False: "SourceSansVF-Upright*.woff2", True: "SourceCodeVF-Upright*.woff2"}
_SYSTEM = (  # with Chinese glyphs, by file name; Pillow searches the system's font folders
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "PingFang.ttc",
    "msyh.ttc", "wqy-microhei.ttc", "DejaVuSans.ttf",
)  # fmt: skip
_BOLD = {
    "NotoSansCJK-Regular.ttc": "NotoSansCJK-Bold.ttc",
    "msyh.ttc": "msyhbd.ttc",
    "DejaVuSans.ttf": "DejaVuSans-Bold.ttf",
}
_NO_CHARACTER = "\uffff"
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=512)
def font_for(text: str, size: float, *, code: bool = False, bold: bool = False) -> Font | None:
    """Return a font that has a glyph for every character of a text, or None.

    Args:
        text: to be drawn.
        size: in pixels.
        code: whether to use the monospaced font.
        bold: whether to use the bold weight.
    """
    for font in (_own(size, code, bold), *(_system(name, size, bold) for name in _SYSTEM)):
        if font is not None and all(_has(font, letter) for letter in set(text)):
            return font
    return None


@lru_cache(maxsize=128)
def _own(size: float, code: bool, bold: bool) -> Font | None:
    found = next(iter(sorted(_MEDIA.glob(_OWN[code]))), None)
    if found is None:  # another version of Streamlit stores them elsewhere
        return ImageFont.load_default(size)
    font = ImageFont.truetype(str(found), size)
    font.set_variation_by_axes([600 if bold else 400])
    return font


@lru_cache(maxsize=128)
def _system(name: str, size: float, bold: bool) -> Font | None:
    for file in (_BOLD.get(name, name), name) if bold else (name,):
        try:
            return ImageFont.truetype(file, size, index=2 if file.startswith("NotoSansCJK") else 0)  # 2: Simplified
        except OSError:
            continue
    return None


def _has(font: Font, letter: str) -> bool:
    """Whether the font has a glyph: a missing one is drawn like a character that does not exist."""
    return letter.isspace() or _glyph(font, letter) != _glyph(font, _NO_CHARACTER)


@lru_cache(maxsize=4096)
def _glyph(font: Font, letter: str) -> bytes:
    mask = font.getmask(letter, mode="L")
    return bytes(mask) + bytes(str(mask.size), "ascii")
