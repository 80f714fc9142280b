"""What a host may set, read from the environment in this one place. `docs/hosting.md` lists every name."""

from __future__ import annotations

import os

_PREFIX = "MERGESCOPE_"


def number(name: str, default: int, *, least: int = 1) -> int:
    """A whole number, such as a limit.

    Args:
        name: without the prefix MERGESCOPE_.
        default: where nothing is set.
        least: the smallest that makes sense.

    Raises:
        ValueError: what is set is no such number. A server that guessed would run without the limit that was meant.
    """
    text = word(name, str(default))
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise ValueError(f"{_PREFIX}{name}={text!r}: a whole number of at least {least} is expected.")
    return value


def word(name: str, default: str = "") -> str:
    """A word, such as "on"; an empty one counts as not set.

    Args:
        name: without the prefix MERGESCOPE_.
        default: where nothing is set.
    """
    return os.environ.get(_PREFIX + name, "").strip() or default


def handed_on() -> dict[str, str]:
    """All of them, for a child process. They hold limits, never secrets."""
    return {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}
