"""Shapes as people type them: `5,1,5`, `(5, 1, 5)`, `[None 20 20]`, `()`."""

from __future__ import annotations

import re
from unicodedata import category

from core.errors import MergeError, Shape, invalid_request
from core.limits import MAX_RANK, MAX_SIZE

_SHOWN = 40  # characters of what was typed that an error repeats


def parse_shape(text: str) -> Shape:
    """Read one shape.

    Args:
        text: whole numbers or None between commas or blanks, in brackets or not; `()` is a scalar.

    Returns:
        The shape, at most `MAX_RANK` axes of 0 to `MAX_SIZE`.

    Raises:
        MergeError: says which part cannot be read and why.
    """
    bare = text.strip()
    inside = re.sub(r"^\((.*)\)$|^\[(.*)\]$", lambda found: found[1] or found[2] or "", bare, flags=re.DOTALL).strip()
    if not inside:
        if bare:
            return ()
        raise invalid_request("Please type a shape such as 5,1,5.")
    separator = "," if "," in inside else None
    parts = [part.strip() for part in inside.removesuffix(",").split(separator)]
    if len(parts) > MAX_RANK:
        raise invalid_request("{count} axes were typed; at most {limit} are drawn.", count=len(parts), limit=MAX_RANK)
    return tuple(_parse_size(part) for part in parts)


def format_shape(shape: Shape) -> str:
    """The shortest text that `parse_shape` reads back: `5,1,5`, and `()` for a scalar."""
    return ",".join(str(size) for size in shape) or "()"


def _parse_size(part: str) -> int | None:
    seen = "".join(map(_visible, part[: _SHOWN + 1]))
    shown = seen if len(seen) <= _SHOWN else seen[:_SHOWN] + "…"
    if not part:
        raise invalid_request("There is an empty place between two commas.")
    if part in ("None", "none", "?"):
        return None
    if re.fullmatch(r"[+-]?\d+\.\d*|[+-]?\d+[eE][+-]?\d+", part, flags=re.ASCII):
        raise invalid_request("Sizes are whole numbers; {part} is not.", part=shown)
    if not re.fullmatch(r"[+-]?\d+", part, flags=re.ASCII):
        raise _not_a_number(part, shown)
    if part.startswith("-"):
        raise invalid_request("Sizes are at least 0; {part} is not.", part=shown)
    if len(part) > len(str(MAX_SIZE)) + 1 or int(part) > MAX_SIZE:
        raise invalid_request("Sizes go up to {limit}; {part} is larger.", part=shown, limit=f"{MAX_SIZE:,}")
    return int(part)


def _visible(sign: str) -> str:
    """Half a sign, or one that turns the direction of the text, as Python writes it."""
    return repr(sign)[1:-1] if category(sign) in ("Cf", "Cs") else sign


def _not_a_number(part: str, shown: str) -> MergeError:
    if any(sign.isdigit() and not sign.isascii() for sign in part):  # full-width digits and their like
        return invalid_request("Please use the digits 0-9; {part} is written with others.", part=shown)
    if re.fullmatch(r"\d+(\s*[×，、；：]\s*\d+)+", part, flags=re.ASCII):
        return invalid_request(
            "Please separate sizes by commas, as in 5,1,5; in {part} something else stands.", part=shown
        )
    return invalid_request("{part} is not a whole number.", part=shown)
