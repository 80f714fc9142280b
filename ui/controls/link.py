"""Widgets whose values stand in the URL, so that a copied link gives the same picture on another machine.

Streamlit can bind a widget to the URL by itself, but a bound menu writes the label as it stands on screen, and a link
made in one language would not work in the other. So ids are written here. A change of the URL from outside (a link,
the browser's Back) is taken over into the widgets; that makes Back an undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui.controls import state
from ui.text import plain, short, t

_WRITTEN, _DEFAULTS, _ARRIVED, _PAGE = "link_written", "link_defaults", "link_arrived", "link_page"
_SENT = "link_sent"  # what widgets hold that is newer than the URL


def begin(page: str) -> None:
    """Take over what stands in the URL, if somebody else than `end` wrote it. Every page begins with this.

    Coming from another page by the menu, the URL is empty and the widgets of this page are as they were left.
    """
    arrived = st.query_params.to_dict()
    st.session_state[_SENT] = {} if _WRITTEN in st.session_state else state.sent_along()
    changed = arrived != st.session_state.get(_WRITTEN)
    stayed = st.session_state.get(_PAGE) == page
    st.session_state[_PAGE] = page
    if changed and (arrived or stayed):
        for key in [key for key in st.session_state.get(_DEFAULTS, {}) if key not in arrived]:
            st.session_state.pop(key, None)
    st.session_state[_ARRIVED] = arrived if changed else {}
    st.session_state[_DEFAULTS] = {}


def end() -> None:
    """Write what differs from the defaults into the URL. Every page ends with this."""
    defaults = st.session_state[_DEFAULTS]
    values = {key: str(st.session_state[key]) for key in defaults if key in st.session_state}
    told = {key: value for key, value in values.items() if value != defaults[key]}
    if told != st.query_params.to_dict():
        st.query_params.from_dict(told)
    st.session_state[_WRITTEN] = told


def text(label: str, key: str, default: str, **options: Any) -> str:
    """A line of text."""
    return str(st.text_input(label, key=_ready(key, default, str), persist_state="session", **options))


def area(label: str, key: str, **options: Any) -> str:
    """Several lines of text."""
    return str(st.text_area(label, key=_ready(key, "", str), persist_state="session", **options))


def toggle(label: str, key: str, **options: Any) -> bool:
    """A switch, off by default."""
    return st.toggle(
        label, key=_ready(key, False, lambda value: value.lower() == "true"), persist_state="session", **options
    )


def menu(label: str, choices: Sequence[Any], key: str, default: Any, **options: Any) -> Any:
    """One of many; the URL holds the choice, whatever its label."""
    ready = _chosen(choices, key, default, options.get("format_func", str))
    return st.selectbox(label, choices, key=ready, persist_state="session", **options)


def segments(label: str, choices: Sequence[Any], key: str, default: Any, **options: Any) -> Any:
    """One of a few, all visible."""
    ready = _chosen(choices, key, default, options.get("format_func", str))
    return st.segmented_control(label, choices, key=ready, required=True, persist_state="session", **options)


def held(key: str) -> str:
    """A value that no widget holds, such as the cell that is looked at; empty where there is none."""
    return str(st.session_state[_ready(key, "", str)])


def hold(key: str, value: str) -> None:
    """Set such a value."""
    st.session_state[key] = value


def _chosen(choices: Sequence[Any], key: str, default: Any, label: Callable[[Any], Any] = str) -> str:
    """The key of a widget that surely holds one of its choices."""
    named = {str(choice): choice for choice in choices}
    arrived = st.session_state[_ARRIVED].get(key)
    if arrived is not None and arrived not in named:
        st.warning(plain(t("The link asks for {value}, which is not one of the choices here.", value=short(arrived))))
    sent = st.session_state[_SENT].pop(key, None)  # a label; it says nothing where it is none of these any more
    newer = [choice for choice in choices if str(label(choice)) == sent]
    ready = _ready(key, default, lambda value: named.get(value, default))
    if newer:
        st.session_state[key] = newer[0]
    if st.session_state[key] not in named.values():
        st.session_state[key] = default
    return ready


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
