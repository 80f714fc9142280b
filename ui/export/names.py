"""Names and texts from outside: what may stand in a file's name, and in XML at all."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 60
_TAKEN = frozenset({"file", "titles", "allow_pickle"})  # arguments of NumPy, and our own list
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2: Char


def file_name(title: str, ending: str) -> str:
    """A name that every system takes, on which nothing can be hung: letters and digits of any script, and hyphens.

    Args:
        title: from anywhere.
        ending: without its dot.
    """
    name = _letters(title, "-").lower()[:_LONGEST].strip("-")
    return f"{'mergescope' if not name or name in _RESERVED else f'mergescope-{name}'}.{ending}"


def array_names(titles: list[str]) -> list[str]:
    """For each title a name for an array in an archive: no two the same, no slashes, good as a Python name if Latin."""
    found: list[str] = []
    for place, title in enumerate(titles):
        name = _letters(title, "_")[:_LONGEST] or f"tensor_{place}"
        while name in found or name in _TAKEN:
            name += f"_{place}"
        found.append(name)
    return found


def _letters(text: str, between: str) -> str:
    """Letters and digits of any script, with one sign for whatever stands between them."""
    plain = unicodedata.normalize("NFC", text)
    kept = [letter if unicodedata.category(letter)[0] in "LN" else between for letter in plain]
    return re.sub(f"{between}+", between, "".join(kept)).strip(between)


def clean(text: str) -> str:
    """A text without the characters that XML cannot hold at all; markup in it is escaped where it is written."""
    return _NOT_XML.sub("\ufffd", text)
