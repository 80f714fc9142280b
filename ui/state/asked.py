"""What controls are drawn from, noted while they are drawn or without drawing them: equal notes, equal controls.

A run of the content of a page asks its controls first, without drawing, and draws only those that are not as they were
(`parts.controls`). The values of widgets are not noted, since the browser has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui import session, streamlit_internals

_ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


@dataclass
class Asked:
    """What controls ask for: all that they are drawn from, but for their values, which the browser has.

    Attributes:
        draws: whether they are drawn, too.
        rows: one for each control.
        is_known: whether the browser has the value of each of them, and nothing else is to be drawn.
    """

    draws: bool
    rows: list[Any] = field(default_factory=list)
    is_known: bool = True


@contextmanager
def asking(*, draws: bool = True) -> Iterator[Asked]:
    """Controls are asked for here.

    Args:
        draws: whether they are drawn; else their values are looked up only.

    Yields:
        What they ask for, complete at the end.
    """
    asked = Asked(draws)
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def only() -> bool:
    """Whether nothing is to be drawn now, since the browser may have it."""
    asked = _ASKED.get()
    return asked is not None and not asked.draws


def is_asking() -> bool:
    """Whether controls are noted here."""
    return _ASKED.get() is not None


def ask(*row: Any, is_known: bool = True) -> None:
    """Note what a control, or something beside it, is drawn from.

    Args:
        *row: all of it.
        is_known: False where it has to be drawn in any case.
    """
    asked = _ASKED.get()
    if asked is not None:
        asked.rows.append(row)
        asked.is_known &= is_known


def must_draw() -> None:
    """Something here cannot be noted: all that is asked for has to be drawn."""
    asked = _ASKED.get()
    if asked is not None:
        asked.is_known = False


def show(draw: Callable[..., object], *args: Any, **options: Any) -> None:
    """Draw something beside controls, or a control whose value is read elsewhere.

    Args:
        draw: such as `st.caption`.
        *args: of it.
        **options: likewise.
    """
    key = options.get("key")
    ask(draw, args, options, is_known=not (only() and key and streamlit_internals.is_set_by_code(key)))
    if not only():
        draw(*args, **options)


def value(draw: Callable[..., Any], *args: Any, key: str, **options: Any) -> Any:
    """The value of a control, drawn or as the browser has it.

    Args:
        draw: such as `st.selectbox`.
        *args: of it.
        key: likewise.
        **options: likewise.
    """
    ask(draw, args, key, options, is_known=not (only() and streamlit_internals.is_set_by_code(key)))
    return session.get(key) if only() else draw(*args, key=key, **options)


def box(**options: Any) -> AbstractContextManager[object]:
    """A container for controls, as `st.container` makes it."""
    ask(st.container, options)
    return nullcontext() if only() else st.container(**options)
