"""Shapes as text: `5,1,5`, `(5, 1, 5)`, `[None 20 20]`, `()`."""

from __future__ import annotations

import re
from unicodedata import category

from ..errors import MergeError, Shape, invalid_request
from ..limits import MAX_RANK, MAX_SIZE

_SHOWN = 40  # characters of the text that an error repeats
# The minus signs of typography, the full-width characters of East Asian keyboards, and the ideographic comma. Not as
# Unicode's NFKC has it, which reads 10⁶ as 106.
_SAME = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u3001": ",", "\u3000": " ", "\u3010": "[", "\u3011": "]"}
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
)


def with_ascii_signs(text: str) -> str:
    """The text with full-width characters as ASCII, of the same length: `（2，3）` as `(2,3)`."""
    return text.translate(_SAME)


def parse_shape(text: str) -> Shape:
    """Read one shape.

    Args:
        text: integers or None, separated by commas or spaces, in brackets or not; `()` is a scalar. Full-width
            characters are read as ASCII.

    Returns:
        The shape, at most `MAX_RANK` axes of 0 to `MAX_SIZE`.

    Raises:
        MergeError: names the part that cannot be read and why.
    """
    bare = with_ascii_signs(text).strip()
    inside = re.sub(r"^\((.*)\)$|^\[(.*)\]$", lambda found: found[1] or found[2] or "", bare, flags=re.DOTALL).strip()
    if not inside:
        if bare:
            return ()
        raise invalid_request("Enter a shape, for example 5,1,5.")
    separator = "," if "," in inside else None
    parts = [part.strip() for part in inside.removesuffix(",").split(separator)]
    if len(parts) > MAX_RANK:
        raise invalid_request("Got {count} axes; at most {limit} are drawn.", count=len(parts), limit=MAX_RANK)
    return tuple(_parse_size(part) for part in parts)


def format_shape(shape: Shape) -> str:
    """The shortest text that `parse_shape` reads back: `5,1,5`, and `()` for a scalar."""
    return ",".join(str(size) for size in shape) or "()"


def _parse_size(part: str) -> int | None:
    seen = "".join(map(_visible, part[: _SHOWN + 1]))
    shown = seen if len(seen) <= _SHOWN else seen[:_SHOWN] + "…"
    if not part:
        raise invalid_request("A size is missing between two commas.")
    if part in ("None", "none", "?"):
        return None
    if re.fullmatch(r"[+-]?\d+\.\d*|[+-]?\d+[eE][+-]?\d+", part, flags=re.ASCII):
        raise invalid_request("Sizes must be integers; {part} is not an integer.", part=shown)
    if not re.fullmatch(r"[+-]?\d+", part, flags=re.ASCII):
        raise _not_a_number(part, shown)
    if part.startswith("-"):
        raise invalid_request("Sizes must be at least 0; got {part}.", part=shown)
    if len(part) > len(str(MAX_SIZE)) + 1 or int(part) > MAX_SIZE:
        raise invalid_request("Sizes are at most {limit}; {part} is larger.", part=shown, limit=f"{MAX_SIZE:,}")
    return int(part)


def _visible(sign: str) -> str:
    """Invisible characters (surrogates, text direction) as Python escapes."""
    return repr(sign)[1:-1] if category(sign) in ("Cf", "Cs") else sign


def _not_a_number(part: str, shown: str) -> MergeError:
    if any(sign.isdigit() and not sign.isascii() for sign in part):  # such as Arabic ones
        return invalid_request("Use the digits 0-9; {part} contains other digits.", part=shown)
    if re.fullmatch(r"\d+(\s*[×;:]\s*\d+)+", part, flags=re.ASCII):
        return invalid_request(
            "Separate sizes with commas, for example 5,1,5; {part} contains another character.", part=shown
        )
    return invalid_request("{part} is not an integer.", part=shown)
