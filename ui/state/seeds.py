"""Seeds as they are typed, or as a link has them."""

from __future__ import annotations

from core.errors import short
from ui.state import link
from ui.text import plain, t

MOST_SIGNS = 10  # digits of a seed that a field takes; a link may have more


def pick_seed() -> int:
    """A field for the seed of random values; 0 where what is typed is no seed, with the reason on screen."""
    return read_seed(link.text(t("Seed of random values"), "seed", "0", max_chars=MOST_SIGNS)) or 0


def read_seed(text: str, most: int = 10**MOST_SIGNS - 1) -> int | None:
    """The seed in a text; None, with the reason on screen, where there is none.

    Args:
        text: digits.
        most: the largest seed.
    """
    bare, limit = text.strip(), f"{most:,}"
    if not (bare.isascii() and bare.isdigit()) and most == 10**MOST_SIGNS - 1:
        link.note(plain(t("A seed is an integer from 0 up; got {text}.", text=repr(short(text)))))
    elif not (bare.isascii() and bare.isdigit()) or len(bare) > len(str(most)) or int(bare) > most:
        link.note(plain(t("A seed is an integer from 0 to {most}; got {text}.", most=limit, text=repr(short(text)))))
    else:
        return int(bare)
    return None
