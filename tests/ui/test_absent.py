"""What a session lets go of while its browser is gone, and what it does when it comes back."""

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state import SessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from ui import streamlit_internals


class Loop:
    """An event loop whose calls wait until they are asked for."""

    def __init__(self):
        self.waiting = []

    def call_later(self, seconds, call):
        self.waiting.append((seconds, call))

    def go_on(self):
        self.waiting, due = [], self.waiting
        for _, call in due:
            call()


class Session:
    """What is looked at of an `AppSession`."""

    id = "a7"

    def __init__(self):
        self._event_loop, self._scriptrunner = Loop(), None
        self._session_state = SessionState()
        self._session_state._old_state.update({"made": "large", "typed": "5,1,7"})
        self._session_state._new_session_state.update({"made": "larger", "chosen": "Add"})
        self._fragment_storage = {"part": print}

    @property
    def values(self):
        return {**self._session_state._old_state, **self._session_state._new_session_state}


class Manager:
    """What is looked at of a `WebsocketSessionManager`."""

    def __init__(self, session):
        self.session, self.connected = session, True

    def get_active_session_info(self, _name):
        return self if self.connected else None

    def is_active_session(self, _name):
        return self.connected


@pytest.fixture
def asked(monkeypatch):
    """What reaches Streamlit; its two functions are replaced for this test."""
    found = []
    monkeypatch.setattr(WebsocketSessionManager, "disconnect_session", lambda one, _: setattr(one, "connected", False))
    monkeypatch.setattr(AppSession, "request_rerun", lambda _, state: found.append(state))
    streamlit_internals.empty_absent_sessions(("made",), after=7.0, then=lambda: found.append("emptied"))
    return found


def leave(session):
    manager = Manager(session)
    WebsocketSessionManager.disconnect_session(manager, session.id)
    return manager


def test_what_was_typed_and_chosen_stays(asked):
    session = Session()
    leave(session)
    assert session.values["made"] == "larger"
    assert [seconds for seconds, _ in session._event_loop.waiting] == [7.0]
    session._event_loop.go_on()
    assert session.values == {"typed": "5,1,7", "chosen": "Add"}
    assert not session._fragment_storage.contains("part")
    assert asked == ["emptied"]


def test_a_browser_that_is_back_finds_everything(asked):
    session = Session()
    leave(session).connected = True
    session._event_loop.go_on()
    assert session.values["made"] == "larger"
    AppSession.request_rerun(session, ClientState(fragment_id="part"))
    assert [state.fragment_id for state in asked] == ["part"]


def test_a_run_is_waited_for(asked):
    session = Session()
    session._scriptrunner = "runs"
    leave(session)
    session._event_loop.go_on()
    assert session.values["made"] == "larger"
    session._scriptrunner = None
    session._event_loop.go_on()
    assert "made" not in session.values
    assert asked == ["emptied"]


@pytest.mark.parametrize("by_itself", [False, True])
def test_the_first_run_after_that_draws_the_whole_page(asked, by_itself):
    """By an act, or by a part that looks again by itself."""
    session = Session()
    leave(session)
    session._event_loop.go_on()
    for _ in range(2):
        AppSession.request_rerun(session, ClientState(fragment_id="part", query_string="a=5", is_auto_rerun=by_itself))
    first, second = asked[1:]
    assert (first.fragment_id, first.query_string, first.is_auto_rerun) == ("", "a=5", False)
    assert second.fragment_id == "part"
