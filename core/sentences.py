"""Sentences for people: English here, translated on screen."""

from __future__ import annotations

from typing import Any


class Sentence(str):
    """An English sentence that keeps its template and values, so that a screen can translate it.

    Everywhere else it is a plain `str`.

    Attributes:
        template: the text with `{names}` in braces; the key of the catalogues in `ui/locales/`.
        values: what the names are replaced by.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Sentence:
        """Fill in the template; the result is an ordinary string."""
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template = template
        self.values = values
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:  # so that it can be pickled and copied
        """Rebuild it from its parts."""
        return (self.template,), self.values
