"""Parts of a page that are drawn alone when something in them is used, and left alone while nothing in them changes.

The content of a page is a fragment (`ui/frame.py`). Within it a section, a folded table or a drawer is another. Drawn
with the page, a part returns what `draw` returns; drawn alone, it has the arguments of the last run of the content.

A run of the content draws what has changed (`stable`, `controls`): most of a page is the same after an act, and an
element takes a third of a millisecond on the server. A run of the whole page draws everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
import streamlit as st

from ui import counters, session, streamlit_internals
from ui.state import asked, history, link
from ui.text import set_language

P = ParamSpec("P")
R = TypeVar("R")
CONTROLS = "controls "  # how the keys of controls begin, which draw the content of the page
_CAN_REDO = "can_redo"  # as it was drawn
_NOTED = "drawers_noted"  # keys of the drawers beside which something is said
_DRAWN = "parts_drawn"  # by the last complete run of the content
MADE_AGAIN = (_DRAWN,)  # keys of what a session can do without while its browser is gone
_AT_END: list[Callable[[], None]] = []


@dataclass(frozen=True, eq=False)
class _Part:
    """A part as the browser has it.

    Attributes:
        place: in the page.
        source: what it was drawn from.
        draw: draws it alone, with the arguments of the last run of the content.
    """

    place: str
    source: object
    draw: Callable[[], Any]


@dataclass
class _Drawn:
    """What the browser has after a complete run of the content.

    Attributes:
        parts: by key.
        places: of what the content has drawn itself.
        drawers: draw the drawers among controls, by key, with the arguments of the last run of the content.
    """

    parts: dict[str, _Part] = field(default_factory=dict)
    places: streamlit_internals.Places = field(default_factory=dict)
    drawers: dict[str, Callable[[], Any]] = field(default_factory=dict)


@dataclass
class _Run:
    """A run of the content.

    Attributes:
        before: the parts that the browser has; none in a run of the whole page.
        now: those that have been drawn or left alone so far.
        drawers: as in `_Drawn`.
    """

    before: dict[str, _Part]
    now: dict[str, _Part] = field(default_factory=dict)
    drawers: dict[str, Callable[[], Any]] = field(default_factory=dict)


_RUN: ContextVar[_Run | None] = ContextVar("run", default=None)


@contextmanager
def content(title: str) -> Iterator[None]:
    """The content of a page is drawn here, with the whole page or alone.

    Args:
        title: of the page.
    """
    alone = streamlit_internals.is_fragment_run()
    last = _last() if streamlit_internals.is_only_content() else _Drawn()
    session.put({_DRAWN: _Drawn()})  # what the browser has is unknown if this run is stopped
    run = _Run(last.parts)
    token = _RUN.set(run)
    streamlit_internals.begin_content(last.places)
    try:
        if alone:
            _begin(title)
            link.resume()
        yield
        places = streamlit_internals.end_content()
        if places:  # none in the first run of a server, of whose messages nothing is noted
            session.put({_DRAWN: _Drawn(run.now, places, run.drawers)})
        if alone:
            _end()
    finally:
        _RUN.reset(token)


def _last() -> _Drawn:
    return cast(_Drawn, session.get(_DRAWN) or _Drawn())


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
    return _draw(key, lambda: draw(*args, **options))


def _draw(key: str, draw: Callable[[], R], fragment: str | None = None) -> R:
    drawn: R = streamlit_internals.fragment(_part, fragment)(key, draw)
    return drawn


def _part(key: str, draw: Callable[[], R]) -> R:
    if not is_alone():
        with link.noting_part(key):
            return draw()
    streamlit_internals.begin_part()
    _begin(link.page())
    with _drawn_again(key) as latest:
        with link.noting_part(key, alone=True):
            drawn: R = latest() if latest else draw()
        link.end()
    streamlit_internals.end_part()
    _end()
    return drawn


@contextmanager
def _drawn_again(key: str) -> Iterator[Callable[[], Any] | None]:
    """A part is drawn alone; the browser has it after a whole run. Yields what draws it with the latest arguments."""
    parts, drawers = _last().parts, _last().drawers
    found = parts.pop(key, None)
    yield found.draw if found else drawers.get(key)
    if found:
        parts[key] = found


def stable(key: str, draw: Callable[P, None], *args: P.args, **options: P.kwargs) -> None:
    """Draw a part of the content, unless the browser has it as it would be drawn.

    Args:
        key: unique on the page.
        draw: draws it, from nothing but its arguments, its own controls, and what makes the whole page be drawn again.
        *args: of `draw`; arrays are compared by identity.
        **options: likewise.
    """
    latest(key, (draw, args, tuple(sorted(options.items()))), lambda: draw(*args, **options))


def stable_controls(key: str, draw: Callable[P, None], *args: P.args, **options: P.kwargs) -> None:
    """Likewise; but what is used in it draws the content.

    Args:
        key: unique on the page.
        draw: as for `stable`.
        *args: of `draw`.
        **options: likewise.
    """
    latest(key, (draw, args, tuple(sorted(options.items()))), lambda: draw(*args, **options), CONTROLS + key)


def latest(key: str, source: object, draw: Callable[[], object], fragment: str | None = None) -> None:
    """Draw a part of the content, unless the browser has it from an equal source; alone, it is drawn as passed last.

    Args:
        key: unique on the page.
        source: compared as arguments of `stable`; a new object is equal to nothing.
        draw: draws the part.
        fragment: its key, if using something in it draws the content.
    """
    run = _content_run()
    now = _Part(streamlit_internals.next_place() if run else "", source, draw)
    if run and _stays(run, key, now):
        link.keep_part(key)
    else:
        _draw(key, draw, fragment)
    if run:
        run.now[key] = now


def _content_run() -> _Run | None:
    """The run, where the content itself draws now: what is drawn within a part belongs to that part."""
    return _RUN.get() if streamlit_internals.in_content() else None


def _stays(run: _Run, key: str, now: _Part) -> bool:
    """Leave a part as it is where that is the same."""
    before = run.before.get(key)
    if before is None or before.place != now.place or not same(before.source, now.source):
        return False
    streamlit_internals.leave_part()
    return True


def same(one: Any, other: Any) -> bool:
    """Whether the same would be drawn from two arguments; arrays are the same only if they are one object."""
    if one is other or type(one) is not type(other) or isinstance(one, np.ndarray):
        return one is other
    if isinstance(one, partial):
        return same((one.func, one.args, one.keywords), (other.func, other.args, other.keywords))
    if isinstance(one, dict):
        return same((*one.keys(), *one.values()), (*other.keys(), *other.values()))
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one) and not isinstance(one, type) and type(one).__eq__ is not object.__eq__:
        return all(same(getattr(one, row.name), getattr(other, row.name)) for row in fields(one) if row.compare)
    return bool(one == other)


def controls(key: str, draw: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """Draw controls on which the content depends, unless the browser has them so; using one of them draws the content.

    Args:
        key: unique on the page.
        draw: draws the controls, by functions of `link` and of this module. It is called without drawing first.
        *args: of `draw`.
        **options: likewise.

    Returns:
        What `draw` returns.
    """
    run, call = _content_run(), partial(draw, *args, **options)
    if run is None:
        return call()
    place = streamlit_internals.next_place()
    if key in run.before:
        with asked.asking(draws=False) as notes:
            found = call()
        if notes.is_known and _stays(run, key, now := _Part(place, notes.rows, call)):
            run.now[key] = now
            return found
    with asked.asking() as notes:
        drawn = _draw(key, call, CONTROLS + key)
    run.now[key] = _Part(place, notes.rows, call)
    return drawn


def is_alone() -> bool:
    """Whether a part is drawn without the content around it."""
    return streamlit_internals.is_fragment_run() and _RUN.get() is None


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
    run, name, call = _content_run(), f"drawer {key}", partial(_drawer, label, key, draw, icon)
    if around := _RUN.get():
        around.drawers[name] = call
    if asked.only():
        return _asked_drawer(label, key, draw, icon)
    noted, place = session.get(_NOTED, frozenset()), streamlit_internals.next_place() if run else ""
    if run and name in run.before and key not in noted:
        with asked.asking(draws=False) as rows:
            found = _asked_drawer(label, key, draw, icon)
        if rows.is_known and _stays(run, name, now := _Part(place, rows.rows, call)):
            run.now[name] = now
            return found
    opened = asked.asking() if run else nullcontext(None)
    with opened as shown:
        asked.ask("drawer", label, key, icon, bool(session.get(key)))
        with st.container(width="content"):
            drawn, beside = _draw(name, call)
    if run and shown:
        run.now[name] = _Part(place, shown.rows, call)
    for show in beside:
        show()
    session.put({_NOTED: noted | {key} if beside else noted - {key}})
    return drawn


def _asked_drawer(label: str, key: str, draw: Callable[[], R], icon: str) -> R:
    """What is chosen in a drawer, and what it would be drawn from."""
    is_open = bool(session.get(key))
    asked.ask("drawer", label, key, icon, is_open)
    if is_open:
        return draw()
    with link.controls_of_drawer(is_open=False) as beside:
        found = draw()
    if beside:
        asked.must_draw()
    return found


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
