"""Sessions and settings of the server: private names of Streamlit, and of Starlette below it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from time import monotonic
from typing import Any

import streamlit.logger
from starlette.formparsers import MultiPartParser
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.runtime.state.session_state import Serialized, Value, WStates

Container = DeltaGenerator  # the type of what `st.container` returns, which has no public name
DESERIALIZER = "deserialize"  # functions of this name read what the browser sent for a widget
PAGE_ROOT = b'id="root"'  # in the HTML file that Streamlit sends for every page
UNPACKER = "unpack_widget_state_value"  # Streamlit's function that parses a message before a deserializer gets it


def session_id() -> str:
    """Name of the session of this run, empty outside of one. Secret: it is enough to take the session over."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def this_run() -> object | None:
    """What is the same in all of a run, and different in a run of another session; None outside of one."""
    return get_script_run_ctx(suppress_warning=True)


def is_fragment_run() -> bool:
    """Whether this run draws fragments only, not the whole page."""
    context = get_script_run_ctx(suppress_warning=True)
    return bool(context and context.fragment_ids_this_run)


def widget_messages() -> dict[str, Any]:
    """What the browser sent along with this run: for each widget that the page gave a key, its message (protobuf)."""
    context = get_script_run_ctx(suppress_warning=True)
    states = context.session_state.get_widget_states() if context else []
    found = {user_key_from_element_id(state.id): state for state in states}
    return {key: state for key, state in found.items() if key}


def changed_widgets() -> tuple[str, ...]:
    """Keys of the widgets that the browser sent another value for than the last run had; "" for one without a key.

    The browser's Back and Forward send the values as they were, and say that they are Back and Forward.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or context.is_history_navigation:
        return ()
    changed = context.session_state._state._widget_changed
    found = [message.id for message in context.session_state.get_widget_states() if changed(message.id)]
    return tuple(user_key_from_element_id(one) or "" for one in found)


def replace_forged_values(found: Callable[[], None]) -> None:
    """Give a widget its default where the browser sent a value of another kind, or one that cannot be read.

    No browser does that. Streamlit would pass it on: the run fails, and so does every later one of that session. The
    two methods that read values are replaced on the class, for the whole process.

    Args:
        found: called for each such value.
    """
    read, serialize = WStates.__getitem__, WStates.get_serialized

    def checked(states: WStates, key: str) -> Any:
        state, metadata = states.states.get(key), states.widget_metadata.get(key)
        if not isinstance(state, Serialized) or metadata is None:
            return read(states, key)
        kind = state.value.WhichOneof("value")  # None where the visitor has cleared it
        if kind is None or metadata.value_type in (None, kind):
            with suppress(Exception):
                return read(states, key)
        found()
        states.states[key] = Value(metadata.deserializer(None))
        return read(states, key)

    def serialized(states: WStates, key: str) -> Any:
        try:
            return serialize(states, key)
        except (TypeError, ValueError, AttributeError):
            found()
            return None

    WStates.__getitem__ = checked  # type: ignore[method-assign]
    WStates.get_serialized = serialized  # type: ignore[method-assign, assignment]


def active_sessions() -> frozenset[str]:
    """Names of the sessions whose browser is connected; empty where there is no server, as in a test of a page."""
    manager = _session_manager()
    if manager is None:
        return frozenset()
    return frozenset(info.session.id for info in manager.list_active_sessions())


def count_sessions() -> int:
    """How many those are."""
    manager = _session_manager()
    return 0 if manager is None else len(manager.list_active_sessions())


def expire_sessions() -> int:
    """End the sessions whose browser has been gone for longer than `server.disconnectedSessionTTL`.

    Streamlit only does this when another session ends, and leaves the rest (uploads, pictures) to the garbage
    collection. Call it in the thread of the server's event loop.

    Returns:
        How many have ended.
    """
    manager = _session_manager()
    if manager is None:
        return 0
    expired = manager._session_storage._cache.expire()
    for _, info in expired:
        info.session.shutdown()
    return len(expired)


def upload_bytes() -> Counter[str]:
    """Bytes of uploaded files in memory, by session."""
    if not has_server():
        return Counter()
    storage: dict[str, dict[str, Any]] = runtime.get_instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return Counter(
        {name: sum(len(file.data) for file in list(files.values())) for name, files in list(storage.items())}
    )


def keep_uploads_in_memory(most_bytes: int) -> None:
    """Write no upload of up to so many bytes to a file on its way in; Starlette does from 1 MB on.

    Streamlit makes the parser itself, so the attribute is set on the class, for the whole process.
    """
    MultiPartParser.spool_max_size = most_bytes


def wrap_files(middleware: Callable[[ASGIApp], ASGIApp]) -> None:
    """Put a middleware around the part of the server that sends Streamlit's own files, its page among them.

    `streamlit run` takes no middleware, and its routes are made before the app's first line runs. The one of the files
    is a subclass of Starlette's `StaticFiles`, whose call is wrapped here for the whole process.
    """
    call = StaticFiles.__call__

    async def wrapped(files: StaticFiles, scope: Scope, receive: Receive, send: Send) -> None:
        await middleware(partial(call, files))(scope, receive, send)

    StaticFiles.__call__ = wrapped  # type: ignore[method-assign, assignment]


@cache
def draw_page_for_unknown_fragments() -> None:
    """Answer an act on a fragment that the session does not know by a run of the whole page; for all sessions.

    A server that took the place of another has the fragments of a page after its first whole run. Streamlit ignores an
    act that comes before. A fragment that asks by itself, by its clock, is still ignored: its page has changed.
    """
    request = AppSession.request_rerun

    def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
        acted = client_state and client_state.fragment_id and not client_state.is_auto_rerun
        if client_state and acted and not session.has_fragment(client_state.fragment_id):
            client_state.ClearField("fragment_id")
        request(session, client_state)

    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]


class _Looked(Mapping[str, Any]):
    """The values of a session by key; each is looked up when it is asked for."""

    def __init__(self, state: SafeSessionState, everything: Callable[[SafeSessionState], dict[str, Any]]) -> None:
        self._state, self._everything = state, everything

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._everything(self._state))

    def __len__(self) -> int:
        return len(self._everything(self._state))


def look_up_single_values() -> None:
    """Let menus and lines of text look up their own value only.

    Streamlit's `selectbox` and `text_input` make a dict of all values of the session, to see whether one is None.
    """
    everything = SafeSessionState.filtered_state.fget  # type: ignore[attr-defined]
    SafeSessionState.filtered_state = property(lambda state: _Looked(state, everything))  # type: ignore[method-assign, assignment]


def drop_files_later(every: float) -> None:
    """Look for files that no session shows any more, such as pictures and downloads, only so often.

    Streamlit looks after each run, at the files of all sessions.

    Args:
        every: seconds at least between two looks. What goes after the last look stays until the next run.
    """
    remove, seen = MediaFileManager.remove_orphaned_files, [-every]

    def remove_orphaned_files(files: MediaFileManager) -> None:
        now = monotonic()
        if now - seen[0] >= every:
            seen[0] = now
            remove(files)

    MediaFileManager.remove_orphaned_files = remove_orphaned_files  # type: ignore[method-assign, assignment]


def keep_theme() -> None:
    """Read the theme from the settings once; Streamlit reads its 200 settings again for each run."""
    read, kept = app_session._populate_theme_msg, {}

    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        if section not in kept:
            kept[section] = CustomThemeConfig()
            read(kept[section], section)
        if kept[section].ByteSize():  # an empty message would count as one that is there
            message.MergeFrom(kept[section])

    app_session._populate_theme_msg = populate  # type: ignore[assignment]


def use_log_handler(handler: logging.Handler) -> None:
    """Let Streamlit's loggers, those that exist and those that are made later, write to this handler only.

    Streamlit gives each of its loggers a handler of its own when it is made; no setting changes its format.
    """

    def set_handler(logger: logging.Logger) -> None:
        logger.handlers = [handler]
        logger.streamlit_console_handler = handler  # type: ignore[attr-defined]

    streamlit.logger.setup_formatter = set_handler
    streamlit.logger.init_uvicorn_logs()
    streamlit.logger.update_formatter()


def has_server() -> bool:
    """Whether this process is a server; a test of a page (`AppTest`) only has a mock of one."""
    return runtime.exists() and issubclass(type(runtime.get_instance()), runtime.Runtime)  # a mock claims its class


def _session_manager() -> Any:
    return runtime.get_instance()._session_mgr if has_server() else None
