"""Sanitizes untrusted text: file names, array names, characters that XML allows."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 60
_TAKEN = frozenset({"file", "titles", "allow_pickle"})  # arguments of `np.savez`, and the array of titles
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2: Char


def file_name(title: str, ending: str) -> str:
    """Return a file name that is valid on every system: letters and digits of any script, and hyphens.

    Args:
        title: untrusted text.
        ending: file extension without the dot.
    """
    name = _letters(title, "-").lower()[:_LONGEST].strip("-")
    return f"{'mergescope' if not name or name in _RESERVED else f'mergescope-{name}'}.{ending}"


def array_names(titles: list[str]) -> list[str]:
    """Return a unique array name for each title, without slashes; a valid Python name if the title is Latin."""
    found: list[str] = []
    for number, title in enumerate(titles):
        name = _letters(title, "_")[:_LONGEST] or f"tensor_{number}"
        while name in found or name in _TAKEN:
            name += f"_{number}"
        found.append(name)
    return found


def _letters(text: str, between: str) -> str:
    """Keep letters and digits of any script; replace each run of other characters by one separator."""
    plain = unicodedata.normalize("NFC", text)
    kept = [letter if unicodedata.category(letter)[0] in "LN" else between for letter in plain]
    return re.sub(f"{between}+", between, "".join(kept)).strip(between)


def clean(text: str) -> str:
    """Replace the characters that XML does not allow; markup is escaped where the text is written."""
    return _NOT_XML.sub("\ufffd", text)
