"""Progress of a long export: reported before each step, and the point where it can be stopped."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in total) before each step; an exception that it raises ends the export."""


class StoppedError(Exception):
    """The user stopped the export. Nothing has been written."""


def no_progress(done: int, total: int) -> None:
    """Ignore progress."""
