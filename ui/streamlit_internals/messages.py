"""Messages on their way to the browser, with fewer wake-ups and writes: private names of Streamlit and uvicorn.

Everything here is for all sessions of the process, from the next connection on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import blake2b
from typing import Any

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState, _set_run_identity
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ui.streamlit_internals import fragments

_LATER = 0.05  # seconds for which messages wait for others of the same run
_TOGETHER = 64  # messages that are sent before other sessions have their turn; the queue of a client holds 500
_START = "_mergescope_start"  # the message of the start of a run, and what it was made from: an attribute of a session
_WAIT = (ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, ScriptRunnerEvent.SCRIPT_STARTED)


def batch_messages() -> None:
    """Hand the messages of a run over to the event loop many at a time.

    Streamlit wakes its event loop for each message of a script, and each time the script waits for the other thread.
    Here the messages of a run, that of its start among them, wait for each other until it stops or ends, or for a
    twentieth of a second.
    """
    lock, on_event, call_soon = threading.Lock(), AppSession._on_scriptrunner_event, AppSession._call_soon_on_event_loop

    def wait(session: AppSession, item: tuple[Any, Any]) -> bool:
        """Add to what waits; whether it is the first."""
        with lock:
            waiting = session.__dict__.setdefault("_mergescope_waiting", [])
            waiting.append(item)
            return len(waiting) == 1

    def take(session: AppSession) -> None:
        with lock:
            waiting = session.__dict__.pop("_mergescope_waiting", ())
        if waiting:
            _handle(session, waiting)

    def take_later(session: AppSession) -> None:
        session._event_loop.call_later(_LATER, take, session)

    def add_message(session: AppSession, sender: Any, event: Any, forward_msg: Any = None, **others: Any) -> None:
        if event in _WAIT:
            for item in _items(session, sender, event, forward_msg, **others):
                if wait(session, item):
                    call_soon(session, partial(take_later, session))
            return
        if event is ScriptRunnerEvent.FRAGMENT_STOPPED_WITH_SUCCESS:
            others["run_descriptor"] = fragments.drawn_by(others["run_descriptor"])
        on_event(session, sender, event, forward_msg, **others)

    def add_callback(session: AppSession, callback: Callable[[], None]) -> None:
        wait(session, (None, callback))
        call_soon(session, partial(take, session))

    AppSession._on_scriptrunner_event = add_message  # type: ignore[method-assign, assignment]
    AppSession._call_soon_on_event_loop = add_callback  # type: ignore[method-assign, assignment]


def keep_messages() -> None:
    """Send what a run has drawn even if a run of a fragment begins before it was sent.

    Streamlit drops it then, since the next run draws the fragment again. Here that leaves alone what has not changed
    (`ui/state/parts.py`), and names tensors that have been sent before.
    """
    clear = AppSession._clear_queue

    def clear_queue(session: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
        if not fragment_ids_this_run:
            clear(session, fragment_ids_this_run)

    AppSession._clear_queue = clear_queue  # type: ignore[method-assign, assignment]


def name_quickly() -> None:
    """Name what a message draws by a hash of that alone.

    Streamlit takes the metadata out of each message, copies it, hashes the rest and puts it back.
    """
    module: Any = script_run_context  # which imports the function that it calls
    name, least = module.populate_hash_if_needed, int(config.get_option("global.minCachedMessageSize"))

    def populate(message: ForwardMsg) -> None:
        if message.hash or message.WhichOneof("type") != "delta":
            name(message)
            return
        content = message.delta.SerializeToString(deterministic=True)
        message.hash = blake2b(content, digest_size=16).hexdigest()
        message.metadata.cacheable = len(content) >= least and message.delta.WhichOneof("type") == "new_element"

    module.populate_hash_if_needed = populate


def copy_starts() -> None:
    """Make the message with which a run starts from that of the run before.

    It has the pages, the theme and the configuration, which Streamlit writes anew each time; only a changed file of
    the configuration or a new page in the menu changes them.
    """
    create = AppSession._create_new_session_message

    def create_message(session: AppSession, page_script_hash: str, run_descriptor: Any, pages: Any = None) -> Any:
        options, listed = config.get_config_options(), pages or session._pages_manager.get_pages()
        made_from, message = session.__dict__.get(_START, ((None, None), None))
        if made_from[0] is not options or made_from[1] != listed:
            message = create(session, page_script_hash, run_descriptor, pages)
            message.metadata.run.Clear()
            setattr(session, _START, ((options, dict(listed)), message))
        start = ForwardMsg()
        start.CopyFrom(message)
        _set_run_identity(start, run_descriptor)
        start.new_session.page_script_hash = page_script_hash
        once = start.new_session.initialize
        once.session_status.run_on_save = session._run_on_save
        once.session_status.script_is_running = session._state == AppSessionState.APP_IS_RUNNING
        if once.recommend_skills_install:  # until they are installed
            once.recommend_skills_install, once.skills_nudge_suppressed_reason = session._compute_skills_nudge_state()
        return start

    AppSession._create_new_session_message = create_message  # type: ignore[method-assign, assignment]


def _items(session: AppSession, sender: Any, event: Any, message: Any, **others: Any) -> list[tuple[Any, Any]]:
    """What `_handle` is given for the start of a run, or for a message of it."""
    if event is ScriptRunnerEvent.ENQUEUE_FORWARD_MSG:
        return [(sender, one) for one in fragments.noted(message)]
    started = partial(session._handle_scriptrunner_event_on_event_loop, sender, event, message, **others)
    return [(None, started)]


def _handle(session: AppSession, waiting: Iterable[tuple[Any, Any]]) -> None:
    """Handle messages (their sender, the message) and callbacks (None, the callback) in their order."""
    notify = session._message_enqueued_callback
    session._message_enqueued_callback = None  # once for all of them, at the end
    for sender, item in waiting:
        try:
            if sender is None:
                item()
            elif sender is session._scriptrunner:  # one that was replaced has nothing to say any more
                session._browser_queue._queue.append(item)
        except Exception as error:  # as the event loop treats a callback: the others still follow
            session._event_loop.call_exception_handler({"message": "Error in a callback", "exception": error})
    session._message_enqueued_callback = notify
    if notify and not _send(session):
        notify()


def _send(session: AppSession) -> bool:
    """Send what waits for the browser of a session; gives whether all of it was sent.

    Streamlit's loop, which sends the rest, looks at all sessions each time, and rests for five milliseconds.
    """
    server = Runtime.instance() if Runtime.exists() else None
    found = server._session_mgr.get_active_session_info(session.id) if server else None
    if server is None or found is None:
        return False
    messages = session._browser_queue.flush()
    messages, session._browser_queue._queue = messages[:_TOGETHER], messages[_TOGETHER:]
    try:
        for message in messages:
            server._send_message(found, message)
    except SessionClientDisconnectedError:
        server.disconnect_session(session.id, client=found.client)
        return True
    session.on_flushed_messages_sent()
    return not session._browser_queue._queue


def send_together() -> None:
    """Send the messages of a run without a pause between them.

    Streamlit lets its event loop go round three times for each: to take it, to pass it to the client, to send it; and
    wakes the loop through a pair of sockets even where the loop itself has something to send.
    """
    flush, send, wake = AppSession.flush_browser_queue, Runtime._send_message, Runtime._enqueued_some_message

    def in_pieces(session: AppSession) -> list[Any]:
        messages = flush(session)
        return [messages[at : at + _TOGETHER] for at in range(0, len(messages), _TOGETHER)]

    def send_piece(server: Runtime, client: Any, messages: Any) -> None:
        for message in messages if isinstance(messages, list) else [messages]:  # `_send` has one
            send(server, client, message)

    def wake_up(server: Runtime) -> None:
        objects = server._get_async_objs()
        if asyncio._get_running_loop() is objects.eventloop:
            objects.need_send_data.set()
        else:
            wake(server)

    AppSession.flush_browser_queue = in_pieces  # type: ignore[method-assign, assignment]
    Runtime._send_message = send_piece  # type: ignore[method-assign, assignment]
    Runtime._enqueued_some_message = wake_up  # type: ignore[method-assign, assignment]


class _Gathering:
    """A transport whose writes within one round of the event loop go out as one."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, content: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(content)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        content = b"".join(self._waiting)
        self._waiting.clear()
        if content and not self._transport.is_closing():
            self._transport.write(content)


def write_together() -> None:
    """Write the messages of a run to their socket at once: uvicorn makes a system call for each."""
    connected = WebSocketsSansIOProtocol.connection_made

    def connection_made(protocol: Any, transport: Any) -> None:
        connected(protocol, transport)
        protocol.transport = _Gathering(transport, protocol.loop)

    WebSocketsSansIOProtocol.connection_made = connection_made  # type: ignore[method-assign, assignment]
