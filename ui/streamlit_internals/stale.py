"""What a session knows of widgets that its page no longer has: private names of Streamlit.

Streamlit drops the values of such widgets after each run, but not what it knows of the widgets themselves: their
callbacks, and by them the arguments of the parts of the page in which they were drawn. In a session of an hour, with
menus whose choices change, that is most of its memory.
"""

from __future__ import annotations

from streamlit.runtime.state import SessionState


def forget_stale_widgets() -> None:
    """Drop what is known of widgets together with their values; for the whole process."""
    remove = SessionState._remove_stale_widgets

    def remove_stale_widgets(state: SessionState, active_widget_ids: frozenset[str]) -> None:
        remove(state, active_widget_ids)
        widgets = state._new_widget_state
        for widget_id in widgets.widget_metadata.keys() - widgets.states.keys() - active_widget_ids:
            if widget_id not in state._old_state:
                del widgets.widget_metadata[widget_id]

    SessionState._remove_stale_widgets = remove_stale_widgets  # type: ignore[method-assign, assignment]
