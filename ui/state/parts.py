"""Parts of a page that are drawn alone when something in them is used; the rest of the page stays as it is.

The content of a page is one (`ui/frame.py`). Within it a section, a folded table or a drawer is another: a fragment in
the fragment of the content. Drawn with the page, a part returns what `draw` returns; drawn alone, it has the arguments
of the last run of the content. A control on which the rest of the page depends, as all those of a drawer, asks for the
content instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

import streamlit as st

from ui import counters, session, streamlit_internals
from ui.state import history, link
from ui.text import set_language

P = ParamSpec("P")
R = TypeVar("R")
_CAN_REDO = "can_redo"  # as it was drawn
_NOTED = "drawers_noted"  # keys of the drawers beside which something is said
_AT_END: list[Callable[[], None]] = []
_WITH_CONTENT: ContextVar[bool] = ContextVar("with_content", default=False)


@contextmanager
def content(title: str) -> Iterator[bool]:
    """The content of a page is drawn here, with the whole page or alone.

    Args:
        title: of the page.

    Yields:
        Whether it is drawn alone.
    """
    alone = streamlit_internals.is_fragment_run()
    token = _WITH_CONTENT.set(True)
    try:
        if alone:
            _begin(title)
            link.resume()
        yield alone
        if alone:
            _end()
    finally:
        _WITH_CONTENT.reset(token)


def part(key: str, draw: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """Draw a part of the content of a page.

    Args:
        key: unique on the page.
        draw: draws it in the current container, from its arguments and from its own controls.
        *args: of `draw`.
        **options: likewise.

    Returns:
        What `draw` returns.
    """
    drawn: R = st.fragment(_part)(key, lambda: draw(*args, **options))
    return drawn


def _part(key: str, draw: Callable[[], R]) -> R:
    if not is_alone():
        with link.noting_part(key):
            return draw()
    _begin(link.page())
    with link.noting_part(key, alone=True):
        drawn = draw()
    link.end()
    _end()
    return drawn


def is_alone() -> bool:
    """Whether a part is drawn without the content around it."""
    return streamlit_internals.is_fragment_run() and not _WITH_CONTENT.get()


def drawer(label: str, key: str, draw: Callable[[], R], *, icon: str) -> R:
    """A popover whose controls are drawn only while it is open; each of them has its value in any case.

    A run of the Merge lab with a closed drawer sends 20 elements less. Opening it draws it alone, using a control in it
    draws the content of the page. A field for a file has to be drawn in any case, since its file goes with it. What
    `link.note` says while the drawer is closed stands after its button.

    Args:
        label: of its button.
        key: unique on the page.
        draw: draws the controls, by functions of `link`; `link.drawn` tells whether the drawer is open.
        icon: of its button.

    Returns:
        What `draw` returns.
    """
    with st.container(width="content"):
        drawn, notes = part(f"drawer {key}", _drawer, label, key, draw, icon)
    for show in notes:
        show()
    noted = session.get(_NOTED, frozenset())
    session.put({_NOTED: noted | {key} if notes else noted - {key}})
    return drawn


def _drawer(label: str, key: str, draw: Callable[[], R], icon: str) -> tuple[R, list[Callable[[], object]]]:
    popover = st.popover(label, icon=icon, key=key, on_change="rerun")
    with popover, link.controls_of_drawer(is_open=bool(popover.open)) as notes:
        drawn = draw()
    if is_alone() and (notes or key in session.get(_NOTED, frozenset())):
        link.draw_again()  # the notes beside it are outside of this part
    return drawn, notes


def note_redo() -> None:
    """Remember whether there is something to redo, as the button of it is drawn now."""
    session.put({_CAN_REDO: history.can(1)})


def _begin(title: str) -> None:
    counters.begin(title)
    set_language(session.language())


def _end() -> None:
    if history.can(1) != session.get(_CAN_REDO):
        link.draw_again()  # a change after an undo: the button is in no part
    run_ended()


def at_end(*calls: Callable[[], None]) -> None:
    """What is to be called at the end of each run, in its thread; for the whole process."""
    _AT_END[:] = calls


def run_ended() -> None:
    """A run has reached the end of what it draws."""
    counters.end()
    for call in _AT_END:
        call()
