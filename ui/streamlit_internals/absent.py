"""What the server does not keep for a session whose browser is gone: private names of Streamlit.

Streamlit keeps such a session for a while (`server.disconnectedSessionTTL`), in case the connection comes back. Most of
its memory is what its fragments would be drawn from. That is made again by a run of the whole page; what the person has
typed and chosen stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

_EMPTIED = "_mergescope_emptied"  # whether the session has let go; it is an attribute of the session


def empty_absent_sessions(keys: Collection[str], *, after: float, then: Callable[[], None]) -> None:
    """Let sessions let go of what can be made again when their browser has been gone; for the whole process.

    Args:
        keys: of the values in the state of a session that can be made again, with its fragments.
        after: seconds for which the browser has to be gone: a short break costs nothing.
        then: called after each session that has let go.
    """
    disconnect, request = WebsocketSessionManager.disconnect_session, AppSession.request_rerun

    def disconnect_session(manager: WebsocketSessionManager, session_id: str) -> None:
        found = manager.get_active_session_info(session_id)
        disconnect(manager, session_id)
        if found is not None:
            look_later(manager, found.session)

    def look_later(manager: WebsocketSessionManager, session: Any) -> None:
        session._event_loop.call_later(after, partial(look, manager, session))

    def look(manager: WebsocketSessionManager, session: Any) -> None:
        if manager.is_active_session(session.id):
            return
        if session._scriptrunner is not None:  # it still runs
            look_later(manager, session)
            return
        _empty(session, keys)
        then()

    def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
        if session.__dict__.pop(_EMPTIED, False) and client_state:
            client_state.ClearField("fragment_id")
            client_state.is_auto_rerun = False  # a part that looks again by itself would be ignored for ever
        request(session, client_state)

    WebsocketSessionManager.disconnect_session = disconnect_session  # type: ignore[method-assign, assignment]
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]


def _empty(session: Any, keys: Collection[str]) -> None:
    """Forget values and fragments of a session that does not run; its next run draws the whole page."""
    state = session._session_state
    for values in (state._old_state, state._new_session_state):
        for key in keys:
            values.pop(key, None)
    session._fragment_storage = MemoryFragmentStorage()
    setattr(session, _EMPTIED, True)
