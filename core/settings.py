"""Settings from the environment, read only here. `docs/hosting.md` lists every name."""

from __future__ import annotations

import os

_PREFIX = "MERGESCOPE_"


def number(name: str, default: int, *, least: int = 1) -> int:
    """An integer, such as a limit.

    Args:
        name: without the prefix MERGESCOPE_.
        default: used if nothing is set.
        least: the smallest allowed value.

    Raises:
        ValueError: the value is no such integer. A server that guessed would run without the intended limit.
    """
    text = word(name, str(default))
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise ValueError(f"{_PREFIX}{name}={text!r}: expected an integer of at least {least}.")
    return value


def word(name: str, default: str = "") -> str:
    """A word, such as "on"; an empty one counts as not set.

    Args:
        name: without the prefix MERGESCOPE_.
        default: used if nothing is set.
    """
    return os.environ.get(_PREFIX + name, "").strip() or default


def streamlit(name: str, default: str) -> str:
    """A setting of Streamlit, which reads it by itself; an empty one counts as not set.

    Args:
        name: without the prefix STREAMLIT_.
        default: used if nothing is set.
    """
    return os.environ.get(f"STREAMLIT_{name}", "") or default


def environment(**changed: str) -> dict[str, str]:
    """The whole environment, for a child process that is another server of this app.

    Args:
        changed: variables by their full names.
    """
    return os.environ | changed


def handed_on() -> dict[str, str]:
    """All settings, for a child process. They contain limits, never secrets."""
    return {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}
