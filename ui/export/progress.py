"""Long work in pieces: it tells how far it is, and can be stopped between two pieces."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[int, int], None]
"""Called with (pieces done, pieces in all) before each piece; what it raises ends the work."""


class StoppedError(Exception):
    """Somebody wants no more of it. Nothing has been handed out."""


def nobody(done: int, total: int) -> None:
    """Tells nobody."""
