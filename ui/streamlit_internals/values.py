"""The values of a session by key, without the way that `st.session_state` takes to them: private names of Streamlit.

That way looks up the session, waits for its lock, asks whether the run is to stop, and words an error where there is no
value, for each value that is read. A run of a page reads up to a hundred, most of them its own. A run is stopped where
it draws something.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


class SessionValues(MutableMapping[Any, Any]):
    """`st.session_state`, which is written to as ever."""

    def __getitem__(self, key: str) -> Any:
        """The value of a key.

        Raises:
            KeyError: there is none.
        """
        context = get_script_run_ctx(suppress_warning=True)
        if context is None:
            return st.session_state[key]
        state = context.session_state._state
        name, widgets = state._get_widget_id(key), state._new_widget_state.states
        old, new = state._old_state, state._new_session_state
        if key in new or name in widgets or name in old or key in old:
            return state[key]
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value, before its widget is drawn or in a callback."""
        st.session_state[key] = value

    def __delitem__(self, key: str) -> None:
        """Drop a value."""
        del st.session_state[key]

    def __iter__(self) -> Iterator[Any]:
        """All keys."""
        return iter(st.session_state)

    def __len__(self) -> int:
        """How many values there are."""
        return len(st.session_state)
