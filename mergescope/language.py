"""The language of texts: English, or Chinese from the catalogue of the app."""

from __future__ import annotations

import gettext
import locale
from functools import lru_cache
from typing import Any

from .engine import LOCALES, Sentence, invalid_request

LANGUAGES = ("en", "zh")
_CHOSEN: list[str] = []


def set_language(language: str) -> None:
    """Choose the language of all texts that are shown from now on.

    Args:
        language: "en" or "zh".

    Raises:
        MergeError: there is no such language.
    """
    if language not in LANGUAGES:
        raise invalid_request(
            "There is no language {name}; choose one of {names}.", name=repr(language)[:40], names=", ".join(LANGUAGES)
        )
    _CHOSEN[:] = [language]


def chosen_language() -> str:
    """What `set_language` chose, else the language of the system if there is a catalogue for it, else English."""
    if _CHOSEN:
        return _CHOSEN[0]
    system = (locale.getlocale()[0] or "").lower()
    return "zh" if system.startswith(("zh", "chinese")) else "en"


def translated(text: str, /, **values: Any) -> str:
    """A text in the chosen language, with its blanks filled in.

    Args:
        text: English; or a `Sentence` of the engine, which brings its own values.
        values: what replaces the names in braces.
    """
    template, own = (text.template, text.values) if isinstance(text, Sentence) else (text, {})
    found = _catalogue(chosen_language()).gettext(template) if template else ""
    filled = {**own, **values}
    return found.format(**filled) if filled else found


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("mergescope", LOCALES, [language], fallback=True)
