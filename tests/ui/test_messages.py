"""Messages of a run: that of its start is made from that of the run before, and what was drawn is sent."""

from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.scriptrunner_utils.run_descriptor import RunDescriptor
from streamlit.runtime.session_manager import SessionClientDisconnectedError

from ui import streamlit_internals as internals
from ui.streamlit_internals.messages import _handle


@pytest.fixture
def starting(monkeypatch):
    """A session of which a run begins, and the function that makes the message of that as Streamlit does."""
    plain = AppSession._create_new_session_message
    monkeypatch.setattr(AppSession, "_create_new_session_message", plain)
    internals.copy_starts()
    session = SimpleNamespace(
        id="mine",
        _script_data=SimpleNamespace(name="app", is_hello=False, main_script_path="app.py"),
        _pages_manager=SimpleNamespace(
            main_script_path="app.py", main_script_hash="2f", get_pages=lambda: {"a": {"page_name": "A", "icon": ""}}
        ),
        _run_on_save=False,
        _state=AppSessionState.APP_NOT_RUNNING,
        _compute_skills_nudge_state=lambda: (True, ""),
    )
    session._populate_app_pages = lambda *args: AppSession._populate_app_pages(session, *args)
    return session, lambda *args: plain(session, *args)


def test_the_message_of_a_start_is_as_that_of_streamlit(starting):
    """Also of another page, of a fragment, with other pages in the menu, another theme, and after an installation."""
    session, plain = starting

    def check(*args):
        assert AppSession._create_new_session_message(session, *args) == plain(*args)

    check("a", RunDescriptor("first"))
    session._state, session._run_on_save = AppSessionState.APP_IS_RUNNING, True
    check("b", RunDescriptor("second", fragment_ids=("content", "part")))
    check("b", RunDescriptor("third"))
    session._compute_skills_nudge_state = lambda: (False, "installed")
    check("b", RunDescriptor("fourth"))
    check("c", RunDescriptor("fifth"), {"c": {"page_name": "Another_one", "icon": "i"}})
    config.get_config_options(force_reparse=True, options_from_flags={"theme.primaryColor": "#123456"})
    check("c", RunDescriptor("sixth"))
    assert plain("c", RunDescriptor("sixth")).new_session.custom_theme.primary_color == "#123456"
    config.get_config_options(force_reparse=True, options_from_flags={})
    check("c", RunDescriptor("seventh"))


def drawn(text, *, path=(0, 1), script="a"):
    """The message of a text."""
    message = ForwardMsg()
    message.metadata.delta_path[:], message.metadata.active_script_hash = path, script
    message.delta.new_element.markdown.body = text
    return message


def test_messages_are_named_by_what_they_draw(monkeypatch):
    """Equal names for equal content only, wherever it is; long elements are kept by the browser, containers are not."""
    plain = script_run_context.populate_hash_if_needed
    monkeypatch.setattr(script_run_context, "populate_hash_if_needed", plain)
    internals.name_quickly()
    container, start = ForwardMsg(), ForwardMsg()
    container.delta.add_block.flex_container.border = True
    start.new_session.name = "app"
    most = int(config.get_option("global.minCachedMessageSize"))
    messages = [drawn("a"), drawn("b"), drawn("a", path=(3,), script="b"), drawn("c" * most), container, start]
    names = []
    for message in messages:
        others = [ForwardMsg.FromString(message.SerializeToString()) for _ in range(2)]
        script_run_context.populate_hash_if_needed(others[0])
        plain(others[1])
        names.append(others[0].hash)
        others[0].hash = others[1].hash = ""
        assert others[0] == others[1], "all but the name is as Streamlit has it"
        named = drawn("a")
        named.hash = "own"
        script_run_context.populate_hash_if_needed(named)
        assert named.hash == "own"
    assert names[0] == names[2]
    assert len(set(names)) == 5
    assert all(names)


def test_what_was_drawn_is_sent_although_a_fragment_is_run_next(monkeypatch):
    """A run of the whole page still drops it, since it draws everything."""
    monkeypatch.setattr(AppSession, "_clear_queue", AppSession._clear_queue)
    internals.keep_messages()
    session = SimpleNamespace(_browser_queue=ForwardMsgQueue())
    message = ForwardMsg()
    message.delta.fragment_id = "content"
    message.delta.new_element.text.body = "drawn"
    session._browser_queue.enqueue(message)
    AppSession._clear_queue(session, ["content"])
    assert [one.delta.new_element.text.body for one in session._browser_queue._queue] == ["drawn"]
    AppSession._clear_queue(session)
    assert session._browser_queue.is_empty()


class Client:
    """A browser that takes so many messages, and then is gone."""

    def __init__(self, most=1_000):
        self.taken, self.most = [], most

    def write_forward_msg(self, message):
        if len(self.taken) == self.most:
            raise SessionClientDisconnectedError
        self.taken.append(message.script_finished)


@pytest.fixture
def sending(monkeypatch):
    """Sends so many messages of a session to a client; returns what has happened."""

    def sent(count, client, *, connected=True):
        seen = []
        info = SimpleNamespace(client=client, script_run_count=0)
        server = SimpleNamespace(
            _session_mgr=SimpleNamespace(get_active_session_info=lambda _: info if connected else None),
            _send_message=lambda found, message: found.client.write_forward_msg(message),
            disconnect_session=lambda name, client: seen.append(f"disconnected {name}"),
        )
        monkeypatch.setattr(Runtime, "_instance", server)
        session = SimpleNamespace(
            id="mine",
            _browser_queue=ForwardMsgQueue(),
            _message_enqueued_callback=lambda: seen.append("loop"),
            _scriptrunner="runner",
            on_flushed_messages_sent=lambda: seen.append("sent"),
        )
        _handle(session, [("runner", ForwardMsg(script_finished=number % 5)) for number in range(count)])
        return seen, len(session._browser_queue._queue)

    return sent


def test_messages_are_sent_at_once(sending):
    """In their order; the loop of the server is not asked."""
    client = Client()
    assert sending(7, client) == (["sent"], 0)
    assert client.taken == [0, 1, 2, 3, 4, 0, 1]


def test_many_messages_are_sent_by_the_loop(sending):
    """Those beyond what other sessions can wait for, and what a client takes at once."""
    client = Client()
    assert sending(71, client) == (["sent", "loop"], 7)
    assert len(client.taken) == 64


def test_a_browser_that_is_gone_is_let_go(sending):
    assert sending(7, Client(most=3)) == (["disconnected mine"], 0)
    assert sending(7, Client(), connected=False) == (["loop"], 7)
