"""The few inputs that make a page: read and written by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.common import user_key_from_element_id

LANGUAGES = {"en": "English", "zh": "中文"}


def get(key: str, default: Any = None) -> Any:
    """What a widget holds, or the default before it has been drawn."""
    return st.session_state.get(key, default)


def put(values: Mapping[str, Any]) -> None:
    """Set widgets, before they are drawn or from a callback."""
    for key, value in values.items():
        st.session_state[key] = value


def language() -> str:
    """The chosen language, else that of the link, else the browser's."""
    for chosen in (st.session_state.get("lang"), st.query_params.get("lang")):
        if chosen in LANGUAGES:
            return str(chosen)
    return browser_language()


def browser_language() -> str:
    """The browser's language if the app speaks it, else English."""
    locale = (st.context.locale or "en").lower()
    return next((name for name in LANGUAGES if locale.startswith(name)), "en")


def session() -> str:
    """A name for this session, empty outside of one. Never shown or logged: whoever knows it can take the session over."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def sent_along() -> frozenset[str]:
    """Keys of the widgets whose values the browser sent with this run.

    In the first run of a session there are some only if the page was drawn by another server, which is gone: the
    browser then sends what its widgets hold, the latest change among it.
    """
    context = get_script_run_ctx(suppress_warning=True)
    widgets = context.session_state.get_widget_states() if context else []
    return frozenset(key for widget in widgets if (key := user_key_from_element_id(widget.id)))
