"""Every word on screen, in the chosen language. The English text is the key of the catalogues in `locales/`."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import Sentence
from ui import session

_JOINER = "\u2060"  # invisible, of no width
_REPLACED = re.compile(  # positions at which a joiner breaks what the browser would replace
    r"(?i)(?<=:)(?=//)"  # https://
    r"|(?<=\bwww)(?=\.)"
    r"|(?=@)"  # a@b
    r"|(?<=:)(?=[\w+-][^\s:]*:|material/)"  # :smile: and :material/home:, of which the start is enough
    r"|(?m:^(?= {4}|\t))"  # code by indentation
    r"|(?:(?<=^[<>~-])|(?<=\s[<>~-]))(?=[->=]+(?:\s|$))"  # -> <- -- >= <= ~= between blanks
)
_MARKUP = re.compile(r"([\\`_\[\]<>~$|#!&{}^]|:(?=[A-Za-z]))")
_LIST_ITEM = re.compile(
    r"(?m)^(\s*(?:\d+(?=[.)](?:\s|$)))?)([-+.)](?=\s|$)|=+(?=\s*$))"
)  # "- ", "+ ", "1. " at the start of a line, and ===, which makes a heading of the line above
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_RULER = re.compile(r"^\s*([-=*_+])(\s*\1)*\s*$")  # a ruler, an empty list, or what makes a heading of the line above
_BULLET = re.compile(r"^(?:[-*]|(\d+)\.)\s+")
_LOCALES = Path(__file__).parent / "locales"
_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


def t(text: str, /, **values: Any) -> str:
    """A text in the chosen language, with its blanks filled in.

    Args:
        text: English; or a `Sentence` of the engine, which brings its own values.
        values: what replaces the names in braces.
    """
    template, own = (text.template, text.values) if isinstance(text, Sentence) else (text, {})
    translated = _catalogue(spoken()).gettext(template) if template else ""
    filled = {**own, **values}
    return translated.format(**filled) if filled else translated


def spoken() -> str:
    """The language that `t` speaks now."""
    return _SPOKEN.get() or session.language()


def set_language(language: str) -> None:
    """Speak this language for the rest of this run: looking up what was chosen for every text takes a tenth of it."""
    _SPOKEN.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language, whatever was chosen: for a file that is made on a thread without a session."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def plain(text: str, *, emphasis: bool = False) -> str:
    """Escape a foreign text, so that Markdown shows it as it was typed; the one escaper for names and stories.

    Backslashes keep punctuation from being markup. GFM makes links of bare addresses, and Streamlit makes icons, emoji
    and arrows of `:name:` and ` -> ` even where they are escaped, so an invisible character (U+2060, word joiner)
    interrupts these.

    Args:
        text: from a file, a link, or Keras.
        emphasis: whether `*` and `**` still make italic and bold.
    """
    broken = _REPLACED.sub(_JOINER, text)
    escaped = _MARKUP.sub(r"\\\1", broken)
    return _LIST_ITEM.sub(r"\1\\\2", escaped if emphasis else escaped.replace("*", r"\*"))


def safe_markdown(text: str) -> str:
    """Return foreign paragraphs as Markdown in which only bold, italic, code and lists work; the rest is as typed."""
    return "\n".join(_safe_line(line) for line in text.split("\n"))


def _safe_line(line: str) -> str:
    bare = line.strip()
    if _RULER.match(bare):
        return plain(bare)
    bullet = _BULLET.match(bare)
    head = "" if bullet is None else f"{bullet[1]}. " if bullet[1] else "- "
    parts = _CODE.split(bare[bullet.end() :] if bullet else bare)  # outside, inside, outside, ...
    return head + "".join(
        f"`{part}`" if number % 2 else plain(part, emphasis=True) for number, part in enumerate(parts)
    )


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("mergescope", _LOCALES, [language], fallback=language == "en")
