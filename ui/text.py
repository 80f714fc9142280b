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

_LOCALES = Path(__file__).parent / "locales"
_SHOWN = 60  # characters of a foreign name that are repeated on screen
_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


def t(text: str, /, **values: Any) -> str:
    """A text in the chosen language, with its blanks filled in.

    Args:
        text: English; or a `Sentence` of the engine, which brings its own values.
        values: what stands in for the names in braces.
    """
    template, own = (text.template, text.values) if isinstance(text, Sentence) else (text, {})
    translated = _catalogue(_SPOKEN.get() or session.language()).gettext(template) if template else ""
    filled = {**own, **values}
    return translated.format(**filled) if filled else translated


def speak(language: str) -> None:
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


def plain(text: str) -> str:
    """A text from outside, or Keras's own, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>~$|]|:(?=[a-z]))", r"\\\1", text)


def short(name: str) -> str:
    """A foreign name, cut to what fits a line."""
    return name if len(name) <= _SHOWN else name[:_SHOWN] + "…"


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("mergescope", _LOCALES, [language], fallback=language == "en")
