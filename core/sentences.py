"""Sentences for people: English here, any language on screen."""

from __future__ import annotations

from typing import Any


class Sentence(str):
    """An English sentence that remembers how it was made, so that a screen can say it in another language.

    It is a plain `str` for everyone who does not care.

    Attributes:
        template: the text with `{names}` in braces; the key of the catalogues in `ui/locales/`.
        values: what stands in for the names.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Sentence:
        """Fill in the template once; what is left is an ordinary string."""
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template = template
        self.values = values
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:  # so that it can be pickled and copied
        """Make it again from its parts."""
        return (self.template,), self.values
