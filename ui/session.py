"""The session: widget values by key, the language, and the name of the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import streamlit_internals

LANGUAGES = {"en": "English", "zh": "中文"}
VALUES = streamlit_internals.SessionValues()


def get(key: str, default: Any = None) -> Any:
    """The value of a widget, or the default before it has been drawn."""
    return VALUES.get(key, default)


def put(values: Mapping[str, Any]) -> None:
    """Set widgets, before they are drawn or in a callback."""
    for key, value in values.items():
        st.session_state[key] = value


def language() -> str:
    """The chosen language, else that of the link, else the browser's."""
    for chosen in (VALUES.get("lang"), st.query_params.get("lang")):
        if chosen in LANGUAGES:
            return str(chosen)
    return browser_language()


def browser_language() -> str:
    """The browser's language if the app has it, else English."""
    locale = (st.context.locale or "en").lower()
    return next((name for name in LANGUAGES if locale.startswith(name)), "en")


def session() -> str:
    """Name of this session, empty outside of one. Never shown or logged: it is enough to take the session over."""
    return streamlit_internals.session_id()


def sent_along() -> dict[str, str | bool]:
    """Values of the browser's widgets, by key, as they were sent with this run: texts, booleans, labels of choices.

    In the first run of a session there is something only if the page was drawn by another server that has ended: the
    browser then sends the values of all its widgets, the latest change among them.
    """
    found = {key: _value(message) for key, message in streamlit_internals.widget_messages().items()}
    return {key: value for key, value in found.items() if value is not None}


def acted() -> bool:
    """Whether a person used a widget in this run: not so for the Back of the browser or a link that was opened."""
    return bool(streamlit_internals.changed_widgets())


def acted_on(key: str) -> bool:
    """Whether a person used this widget; in its callback.

    A widget that the app has set keeps its older value in the browser until the new one has arrived. If another widget
    is used before, the browser sends that older value along, which looks like a choice.
    """
    return streamlit_internals.changed_widgets() == (key,)


def _value(message: Any) -> str | bool | None:
    kind = message.WhichOneof("value")
    if kind == "string_array_value" and len(message.string_array_value.data) == 1:
        return str(message.string_array_value.data[0])
    return getattr(message, kind) if kind in ("string_value", "bool_value") else None
