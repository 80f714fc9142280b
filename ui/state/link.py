"""Widgets whose values stand in the URL, so that a copied link gives the same picture on another machine.

Streamlit can bind a widget to the URL by itself, but a bound menu writes the label as it stands on screen, and a link
made in one language would not work in the other. So ids are written here. A change of the URL from outside (a link,
the browser's Back) is taken over into the widgets; that makes Back an undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ui import session
from ui.state import history
from ui.text import plain, short, t

_WRITTEN, _DEFAULTS, _ARRIVED, _PAGE = "link_written", "link_defaults", "link_arrived", "link_page"
_OUTSIDE, _KEPT = "link_outside", "link_kept"
_AGAIN = "link_again"  # whether the app itself asked for this run
_FOLLOWED = "link_followed"  # the defaults of controls that follow them
_SENT = "link_sent"  # what widgets hold that is newer than the URL
EVERYWHERE = ("lang", "present")  # parameters that go along to other pages


def begin(page: str) -> None:
    """Take over what stands in the URL, if somebody else than `end` wrote it. Every page begins with this.

    Coming from another page by the menu, the URL is empty and the widgets of this page are as they were left.
    """
    arrived = st.query_params.to_dict()
    st.session_state[_SENT] = {} if _WRITTEN in st.session_state else session.sent_along()
    again = st.session_state.pop(_AGAIN, False)
    changed = arrived != st.session_state.get(_WRITTEN) and not again
    stayed = st.session_state.get(_PAGE) == page
    if not stayed:
        _turn_to(page)
    if changed and (arrived or stayed):
        for key in [key for key in st.session_state.get(_DEFAULTS, {}) if key not in arrived]:
            st.session_state.pop(key, None)
    st.session_state[_OUTSIDE] = changed
    st.session_state[_ARRIVED] = arrived if changed else {}
    st.session_state[_DEFAULTS] = {}


def _turn_to(page: str) -> None:
    """Put away what the page before held and take out what this one did: the same name may mean another thing there."""
    kept = st.session_state.setdefault(_KEPT, {})
    own = [key for key in st.session_state.get(_DEFAULTS, {}) if key not in EVERYWHERE]
    kept[st.session_state.get(_PAGE)] = {key: st.session_state.pop(key) for key in own if key in st.session_state}
    for key, value in kept.get(page, {}).items():
        st.session_state[key] = value
        st.session_state[_DEFAULTS][key] = None
    st.session_state[_PAGE] = page


def end() -> None:
    """Write what differs from the defaults into the URL. Every page ends with this."""
    told = current_parameters()
    if told != st.query_params.to_dict():
        st.query_params.from_dict(told)
    st.session_state[_WRITTEN] = told
    history.note(st.session_state[_PAGE], told, outside=st.session_state[_OUTSIDE])


def draw_again() -> None:
    """Run the page anew from within a fragment.

    The fragment was asked for with the URL of then. If the page has been drawn with another since, that URL is old,
    and nobody has gone back to it.
    """
    st.session_state[_AGAIN] = True
    st.rerun()


def always(key: str) -> None:
    """Write a value into the URL even where it is the default, since another browser has another default."""
    st.session_state[_DEFAULTS][key] = None


def to_page(**parameters: str) -> dict[str, str]:
    """The parameters of a link to another page, in the same language and form."""
    kept = {key: value for key, value in current_parameters().items() if key in EVERYWHERE}
    return {**kept, **parameters}


def query() -> str:
    """What stands behind the address of the page, after `end`: empty, or `?op=Add&s0=2,3`."""
    told = st.query_params.to_dict()
    return f"?{urlencode(told, safe=',')}" if told else ""


def text(label: str, key: str, default: str, **options: Any) -> str:
    """A line of text."""
    return str(st.text_input(label, key=_ready(key, default, str), persist_state="session", **options))


def area(label: str, key: str, **options: Any) -> str:
    """Several lines of text."""
    return str(st.text_area(label, key=_ready(key, "", str), persist_state="session", **options))


def toggle(label: str, key: str, **options: Any) -> bool:
    """A switch, off by default."""
    return st.toggle(
        label, key=_ready(key, False, lambda value: value.lower() in ("true", "1")), persist_state="session", **options
    )


def menu(label: str, choices: Sequence[Any], key: str, default: Any, **options: Any) -> Any:
    """One of many; the URL holds the choice, whatever its label."""
    ready = _chosen(choices, key, default, options.get("format_func", str))
    return st.selectbox(label, choices, key=ready, persist_state="session", **options)


def segments(label: str, choices: Sequence[Any], key: str, default: Any, **options: Any) -> Any:
    """One of a few, all visible."""
    ready = _chosen(choices, key, default, options.get("format_func", str))
    return st.segmented_control(label, choices, key=ready, required=True, persist_state="session", **options)


def reading(key: str, default: Any, read: Callable[[str], Any]) -> Any:
    """A value that a part of a component holds, such as the place of a slider; the link is told where it is nonsense.

    Args:
        key: its name in the link.
        default: to begin with.
        read: from the link to the value; None where it says nothing sensible.
    """
    told = st.session_state[_ARRIVED].get(key)
    if told is not None and read(told) is None:
        _complain(told)
    _ready(key, default, read)
    if (value := read(str(st.session_state[key]))) is None:
        value = default
    st.session_state[key] = value
    return value


def held(key: str) -> str:
    """A value that no widget holds, such as the cell that is looked at; empty where there is none."""
    return str(st.session_state[_ready(key, "", str)])


def brought(key: str) -> str:
    """What a link that has just been opened says, whoever wrote it; empty where it says nothing."""
    return str(st.session_state[_ARRIVED].get(key, ""))


def hold(key: str, value: str) -> None:
    """Set such a value."""
    st.session_state[key] = value


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
    known = st.session_state.setdefault(_FOLLOWED, {})
    newer = key in st.session_state[_ARRIVED] or key in st.session_state[_SENT]
    if known.get(key, default) != default and not newer:
        st.session_state.pop(key, None)
    known[key] = default


def arrived() -> tuple[str, ...]:
    """The keys that a link has just brought."""
    return tuple(st.session_state[_ARRIVED])


def current_parameters() -> dict[str, str]:
    """What the controls of this page hold, by parameter of the link, where it differs from the default."""
    defaults = st.session_state[_DEFAULTS]
    values = {key: str(st.session_state[key]) for key in defaults if key in st.session_state}
    return {key: value for key, value in values.items() if value != defaults[key]}


def _chosen(choices: Sequence[Any], key: str, default: Any, label: Callable[[Any], Any] = str) -> str:
    """The key of a widget that surely holds one of its choices."""
    named = {str(choice): choice for choice in choices}
    arrived = st.session_state[_ARRIVED].get(key)
    if arrived is not None and arrived not in named:
        _complain(arrived)
    sent = st.session_state[_SENT].pop(key, None)  # a label; it says nothing where it is none of these any more
    newer = [choice for choice in choices if str(label(choice)) == sent]
    ready = _ready(key, default, lambda value: named.get(value, default))
    if newer:
        st.session_state[key] = newer[0]
    if st.session_state[key] not in named.values():
        st.session_state[key] = default
    return ready


def _complain(arrived: str) -> None:
    st.warning(plain(t("The link asks for {value}, which is not one of the choices here.", value=short(arrived))))


def _ready(key: str, default: Any, read: Callable[[str], Any]) -> str:
    """The key, with its value in place before the widget is drawn."""
    st.session_state[_DEFAULTS][key] = str(default)
    arrived = st.session_state[_ARRIVED]
    if key in st.session_state[_SENT]:
        st.session_state[key] = st.session_state[_SENT][key]  # the URL would take back the change that was just made
    elif key in arrived:
        st.session_state[key] = read(arrived[key])
    elif key not in st.session_state:
        st.session_state[key] = default
    return key
