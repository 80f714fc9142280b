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
    """A name for this session, empty outside of one. Never shown or logged: whoever knows it can take it over."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def sent_along() -> dict[str, Any]:
    """What the browser's widgets hold, by key, as it was sent with this run: texts, truth values, labels of choices.

    In the first run of a session there is something only if the page was drawn by another server, which is gone: the
    browser then sends all that its widgets hold, the latest change among it.
    """
    context = get_script_run_ctx(suppress_warning=True)
    widgets = context.session_state.get_widget_states() if context else []
    found = {user_key_from_element_id(widget.id): _sent(widget) for widget in widgets}
    return {key: value for key, value in found.items() if key and value is not None}


def _sent(widget: Any) -> str | bool | None:
    kind = widget.WhichOneof("value")
    if kind == "string_array_value" and len(widget.string_array_value.data) == 1:
        return str(widget.string_array_value.data[0])
    return getattr(widget, kind) if kind in ("string_value", "bool_value") else None
