"""Type for pictures of pixels, where no browser sets it.

The app's own: Streamlit ships Source Sans and Source Code, both under the SIL Open Font License, and they are what the
page is set in. They hold no Chinese, and a font that does is megabytes large, so none is shipped: Chinese is drawn with
a font of the system where there is one. A text that no font here can draw is left out of PNG, GIF and WebP rather than
shown as empty boxes; SVG, slides, notebook and web page always hold it, as text.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit
from PIL import ImageFont

_MEDIA = Path(streamlit.__file__).parent / "static" / "static" / "media"
_OWN = {False: "SourceSansVF-Upright*.woff2", True: "SourceCodeVF-Upright*.woff2"}
_SYSTEM = (  # with Chinese, by what names systems have them; Pillow looks in the system's folders
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
    """A font that has a glyph for every character of a text; None if there is none here.

    Args:
        text: what will be drawn.
        size: of the type, in pixels.
        code: whether the type for code is wanted.
        bold: whether it stands out.
    """
    for font in (_own(size, code, bold), *(_system(name, size, bold) for name in _SYSTEM)):
        if font is not None and all(_has(font, letter) for letter in set(text)):
            return font
    return None


@lru_cache(maxsize=128)
def _own(size: float, code: bool, bold: bool) -> Font | None:
    found = next(iter(sorted(_MEDIA.glob(_OWN[code]))), None)
    if found is None:  # another Streamlit keeps them elsewhere
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
    """Whether it has a glyph: for any that it lacks it draws what it draws for a character that does not exist."""
    return letter.isspace() or _glyph(font, letter) != _glyph(font, _NO_CHARACTER)


@lru_cache(maxsize=4096)
def _glyph(font: Font, letter: str) -> bytes:
    mask = font.getmask(letter, mode="L")
    return bytes(mask) + bytes(str(mask.size), "ascii")
