"""What a session knows of widgets that its page no longer has: private names of Streamlit.

Streamlit drops the values of such widgets after each run, but not what it knows of the widgets themselves: their keys,
the events of components, and their callbacks, and by them the arguments of the parts of the page in which they were
drawn. They pile up wherever a menu whose choices change, or a picture of another tensor, is another widget.
"""

from __future__ import annotations

from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX


def forget_stale_widgets() -> None:
    """Drop what is known of widgets together with their values; for the whole process."""
    remove = SessionState._remove_stale_widgets

    def remove_stale_widgets(state: SessionState, active_widget_ids: frozenset[str]) -> None:
        remove(state, active_widget_ids)
        widgets = state._new_widget_state
        known, held = widgets.widget_metadata, widgets.states
        for widget_id in [one for one in known if one not in held and one not in active_widget_ids]:
            owner = _owner(widget_id)
            if not (owner in held or owner in active_widget_ids or owner in state._old_state):
                del known[widget_id]
                _forget_names(state, widget_id)

    SessionState._remove_stale_widgets = remove_stale_widgets  # type: ignore[method-assign, assignment]


def _forget_names(state: SessionState, widget_id: str) -> None:
    """Drop the events of a component that is gone, and the key of a widget whose value is kept nowhere."""
    if widget_id.startswith(STREAMLIT_INTERNAL_KEY_PREFIX):
        state._old_state.pop(widget_id, None)
    names = state._key_id_mapper
    key = names.id_key_mapping.get(widget_id)
    if key is not None and not (key in state._old_state or key in state._new_session_state):
        names.id_key_mapping.pop(widget_id)
        if names.get_id_from_key(key) == widget_id:  # else the key is that of another widget now
            del names._key_id_mapping[key]


def _owner(widget_id: str) -> str:
    """The component whose events a widget gathers, which Streamlit counts as gone in each run; else the widget."""
    component, separator, _ = widget_id.removeprefix(f"{STREAMLIT_INTERNAL_KEY_PREFIX}_").rpartition(EVENT_DELIM)
    return component if separator and widget_id.startswith(STREAMLIT_INTERNAL_KEY_PREFIX) else widget_id
