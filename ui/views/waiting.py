"""Waits for a result that is computed elsewhere, in a fragment that looks again by itself; the page never blocks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import streamlit as st

from ui.state import link


def wait_for(
    future: Future[Any], every: float, say: Callable[[], None] | None = None, *, done: Callable[[], None] | None = None
) -> None:
    """Show a message until a future is done; then draw the page again, or do something else.

    Args:
        future: of the result.
        every: seconds between two looks.
        say: draws what the visitor sees meanwhile; called at every look, so it can show a position in a queue. None for
            nothing.
        done: called once the future has a result or an exception; None draws the page again. The page must then find
            that very future, not begin the work anew: after a failure that would never end.
    """
    st.fragment(_look, run_every=every)(future, say, done)


def _look(future: Future[Any], say: Callable[[], None] | None, done: Callable[[], None] | None) -> None:
    if future.done():
        (done or link.draw_again)()
    elif say:
        say()
