"""Widgets whose values are written into the URL, so that a copied link gives the same picture on another machine.

Streamlit can bind a widget to the URL by itself, but a bound menu writes its label as it is on screen, and a link
made in one language would not work in the other. So ids are written here. A change of the URL from outside (a link,
the browser's Back) is read into the widgets; that makes Back an undo. What a session knows of its link is one
`LinkState`; this module connects it with Streamlit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast
from urllib.parse import urlencode

import streamlit as st

from core.errors import short
from ui import session, streamlit_internals
from ui.state import asked, history
from ui.state.link_state import EVERYWHERE, LinkState
from ui.text import plain, t

CONTENT = "content"  # key of the fragment of the content of a page
_KEY = "link_state"
_BESIDE: ContextVar[list[Callable[[], object]] | None] = ContextVar("beside", default=None)  # of a closed drawer
_FOUND = threading.local()  # the state of the session whose page this thread draws: each control asks for it
_ELSEWHERE: ContextVar[list[Callable[[], object]] | None] = ContextVar("elsewhere", default=None)  # of a sidebar
_IN_DRAWER: ContextVar[bool] = ContextVar("in_drawer", default=False)


def begin(page: str) -> None:
    """Read what another hand than `end` wrote into the URL. Every page begins with this."""
    _FOUND.run = None
    acted = session.acted() and not history.asked()
    _state().begin(page, st.query_params.to_dict(), session.sent_along(), session.VALUES, acted=acted)


def enter() -> None:
    """The page's fragment begins, in a run of the whole page: all controls so far are outside of it."""
    _state().enter()


def resume() -> None:
    """The page's fragment runs alone. Its controls are prepared again, those outside of it keep what they have."""
    _FOUND.run = None
    _state().resume(st.query_params.to_dict())


def end() -> None:
    """Write what differs from the defaults into the URL. Every page ends with this."""
    state, parameters = _state(), current_parameters()
    if (new := state.end(parameters)) is not None:
        st.query_params.from_dict(new)
    history.note(state.page or "", parameters, outside=state.outside)


def page() -> str:
    """The page that is drawn, as `begin` was passed it."""
    return _state().page or ""


def draw_again() -> None:
    """Draw the page again from within a fragment.

    The fragment was asked for with the URL of that moment. If the page has been drawn with another URL since, the
    one of the fragment is old; it does not mean that a person went back to it.
    """
    _state().again = True
    st.rerun()


def always(key: str) -> None:
    """Write a value into the URL even if it is the default, since another browser has another default."""
    _state().defaults[key] = None


def to_page(**parameters: str) -> dict[str, str]:
    """The parameters of a link to another page, in the same language and presentation."""
    kept = {key: value for key, value in current_parameters().items() if key in EVERYWHERE}
    return {**kept, **parameters}


def query() -> str:
    """The query of the page's address, after `end`: empty, or `?op=Add&s0=2,3`."""
    parameters = st.query_params.to_dict()
    return f"?{urlencode(parameters, safe=',')}" if parameters else ""


@contextmanager
def noting_part(key: str, *, alone: bool = False) -> Iterator[None]:
    """Controls of a part of the content are drawn here; when it is drawn alone, all others keep what they have.

    Args:
        key: of the part.
        alone: whether the content around it is not drawn.
    """
    state = _state()
    if alone:
        state.resume(st.query_params.to_dict(), part=key)
    before = dict(state.defaults)
    yield
    state.note_part(key, before)


def keep_part(key: str) -> None:
    """A part of the content stays as it is: its controls keep what they have.

    Args:
        key: of the part.
    """
    _state().keep_part(key)


@contextmanager
def controls_of_drawer(*, is_open: bool) -> Iterator[list[Callable[[], object]]]:
    """Controls on which the rest of the page depends are drawn here, if they are drawn at all.

    Args:
        is_open: whether they are.

    Yields:
        What is to be said beside the drawer, since it is closed: calls that draw it.
    """
    notes: list[Callable[[], object]] = []
    tokens = _BESIDE.set(None if is_open else notes), _IN_DRAWER.set(True)
    try:
        yield notes
    finally:
        _BESIDE.reset(tokens[0])
        _IN_DRAWER.reset(tokens[1])


@contextmanager
def notes_elsewhere() -> Iterator[list[Callable[[], object]]]:
    """Controls are drawn here where they may be out of sight, such as in the sidebar.

    Yields:
        What is to be said of their values elsewhere: calls that draw it.
    """
    notes: list[Callable[[], object]] = []
    token = _ELSEWHERE.set(notes)
    try:
        yield notes
    finally:
        _ELSEWHERE.reset(token)


def _draws(kind: str, label: str, key: str, options: dict[str, Any], *choices: Any) -> bool:
    """Whether a control is drawn here."""
    if asked.is_asking() and _BESIDE.get() is None:
        given = {name: value for name, value in options.items() if name != "format_func"}
        known = not (asked.only() and streamlit_internals.is_set_by_code(key))
        asked.ask(kind, label, key, given, *choices, is_known=known)
    return drawn()


def button(label: str, key: str, act: Callable[..., None], *args: Any, **options: Any) -> None:
    """A button.

    Args:
        label: on it.
        key: of it.
        act: called with `args` when it is pressed.
        *args: of `act`.
        **options: of `st.button`.
    """
    asked.ask(st.button, label, key, act, args, options)
    if drawn():
        st.button(label, key=key, on_click=act, args=args, **options)


def passed_on(**options: Any) -> dict[str, Any]:
    """The options of a control; in a drawer, its change draws the content of the page, not the drawer alone."""
    own = options.get("on_change")
    if not _IN_DRAWER.get():
        return options

    def changed() -> None:
        if own is not None:
            own()
        if streamlit_internals.is_fragment_run():
            st.rerun(CONTENT)

    return {**options, "on_change": changed}


def drawn() -> bool:
    """Whether controls are drawn here: not so in a closed drawer, nor where the browser may have them."""
    return _BESIDE.get() is None and not asked.only()


def note(text: str, show: Callable[[str], object] = st.error) -> None:
    """Say something about a value where it is entered, or where a closed drawer or `notes_elsewhere` has it said.

    Args:
        text: Markdown.
        show: draws it, such as `st.warning`.
    """
    beside = _BESIDE.get()
    if beside is None:
        beside = _ELSEWHERE.get()
    if beside is not None:
        beside.append(lambda: show(text))
        return
    asked.ask(show, text)
    if not asked.only():
        show(text)


def text(label: str, key: str, default: str, **options: Any) -> str:
    """A line of text."""
    ready = _ready(key, default, str)
    if not _draws("text", label, key, options):
        return str(session.VALUES[ready])
    return str(st.text_input(label, key=ready, persist_state="session", **passed_on(**options)))


def area(label: str, key: str, **options: Any) -> str:
    """Several lines of text."""
    ready = _ready(key, "", str)
    if not _draws("area", label, key, options):
        return str(session.VALUES[ready])
    return str(st.text_area(label, key=ready, persist_state="session", **passed_on(**options)))


def toggle(label: str, key: str, **options: Any) -> bool:
    """A switch, off by default."""
    ready = _ready(key, False, lambda value: value.lower() in ("true", "1"))
    if not _draws("toggle", label, key, options):
        return bool(session.VALUES[ready])
    return st.toggle(label, key=ready, persist_state="session", **passed_on(**options))


def menu(label: str, choices: Sequence[Any], key: str, default: Any, **options: Any) -> Any:
    """One of many; the URL has the choice, not its label.

    Args:
        label: above it.
        choices: at least one.
        key: its name in the link.
        default: one of the choices.
        **options: of `st.selectbox`.
    """
    ready = _chosen(choices, key, default, options.get("format_func", str))
    if not _draws("menu", label, key, options, *_labelled(choices, options)):
        return session.VALUES[ready]
    return st.selectbox(label, choices, key=ready, persist_state="session", **passed_on(**options))


def file(label: str, key: str, **options: Any) -> Any:
    """A file of the person, which no link has; None where there is none.

    Args:
        label: above it.
        key: of the field.
        **options: of `st.file_uploader`.
    """
    return asked.value(st.file_uploader, label, key=key, **options)


def segments(label: str, choices: Sequence[Any], key: str, default: Any, **options: Any) -> Any:
    """One of a few, all visible."""
    ready = _chosen(choices, key, default, options.get("format_func", str))
    if not _draws("segments", label, key, options, *_labelled(choices, options)):
        return session.VALUES[ready]
    return st.segmented_control(
        label, choices, key=ready, required=True, persist_state="session", **passed_on(**options)
    )


def reading(key: str, default: Any, read: Callable[[str], Any], *, why: Callable[[str], str] | None = None) -> Any:
    """A value that a part of a component holds, such as the position of a slider; warns if the link's is invalid.

    Args:
        key: its name in the link.
        default: to begin with.
        read: from the link to the value; None for an invalid text.
        why: from an invalid text to the reason, translated; empty where it only is not one of the choices.
    """
    _ready(key, default, read)
    if (value := read(str(session.VALUES[key]))) is None:
        value = default
    invalid = _state().refusal(key, valid=lambda text: read(text) is not None, chosen=value != default)
    if invalid is not None:
        _warn(invalid, why(invalid) if why else "")
    session.VALUES[key] = value
    return value


def held(key: str) -> str:
    """A value that no widget holds, such as the selected element; empty where there is none."""
    return str(session.VALUES[_ready(key, "", str)])


def brought(key: str) -> str:
    """The parameter in a link that has just been opened; empty where there is none."""
    return _state().arrived.get(key, "")


def hold(key: str, value: str) -> None:
    """Set such a value."""
    session.VALUES[key] = value


def later(key: str, default: Any, read: Callable[[str], Any] = str) -> None:
    """Keep what the link says of a control that is not drawn yet, such as one that needs an upload or a run first.

    Args:
        key: of the control; its choices are texts.
        default: as the control has it.
        read: from the link to the value of the control.
    """
    _ready(key, default, read)


def follow(key: str, default: Any) -> None:
    """Drop what was chosen while the default was another, such as the shape for an input of the last model.

    Args:
        key: of a control that is drawn after this.
        default: as the control has it now.
    """
    _state().follow(key, default, session.VALUES)


def arrived() -> tuple[str, ...]:
    """The keys that a link has just brought."""
    return tuple(_state().arrived)


def current_parameters() -> dict[str, str]:
    """The values of this page's controls that differ from their defaults, by parameter of the link."""
    return _state().parameters(session.VALUES)


def _labelled(choices: Sequence[Any], options: dict[str, Any]) -> list[tuple[Any, str]]:
    """The choices with their labels, where they are noted."""
    label = options.get("format_func", str)
    return [(choice, str(label(choice))) for choice in choices] if asked.is_asking() else []


def _chosen(choices: Sequence[Any], key: str, default: Any, label: Callable[[Any], Any] = str) -> str:
    """The key of a widget that surely holds one of its choices."""
    named = {str(choice): choice for choice in choices}
    labels = {str(label(choice)): choice for choice in choices}
    unknown = _state().choose(key, named, labels, default, session.VALUES)
    if unknown is not None:
        _warn(unknown)
    return key


def _warn(text: str, reason: str = "") -> None:
    unknown = t("The link asks for {value}, which is not one of the choices here.", value=short(text))
    note(plain(reason or unknown), st.warning)


def _ready(key: str, default: Any, read: Callable[[str], Any]) -> str:
    """The key, with its value in place before the widget is drawn."""
    _state().prepare(key, default, read, session.VALUES)
    return key


def _state() -> LinkState:
    run = streamlit_internals.this_run()
    if run is None or getattr(_FOUND, "run", None) is not run:
        found = session.VALUES.get(_KEY)
        if found is None:
            found = session.VALUES[_KEY] = LinkState()
        _FOUND.run, _FOUND.state = run, found
    return cast(LinkState, _FOUND.state)
