"""After an upgrade of Streamlit: which of its private names has changed, in words that say what to do."""

import inspect
import logging
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import pytest
import streamlit.logger
from starlette.formparsers import MultiPartParser
from streamlit import config, file_util
from streamlit.components.v2.bidi_component import main as bidi_component
from streamlit.components.v2.bidi_component import serialization
from streamlit.components.v2.bidi_component.main import BidiComponentMixin
from streamlit.cursor import RunningCursor
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.widgets import button_group, select_slider, selectbox
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.fragment import MemoryFragmentStorage, _fragment
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import exec_code
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.run_descriptor import RunDescriptor
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext, ThreadState
from streamlit.runtime.state import SafeSessionState, SessionState, common, presentation
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, Serialized, WStates
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette import starlette_static_routes
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ui import streamlit_internals as internals


def source(thing):
    return inspect.getsource(thing)


KEPT = ("_new_session_state", "_new_widget_state", "_old_state")
NAMES = {  # what is used: whether it is there, for which function of ui/streamlit_internals
    "Runtime._session_mgr": (lambda: "self._session_mgr = " in source(Runtime.__init__), "active_sessions"),
    "WebsocketSessionManager.list_active_sessions": (
        lambda: callable(WebsocketSessionManager.list_active_sessions),
        "active_sessions",
    ),
    "WebsocketSessionManager._session_storage": (
        lambda: "self._session_storage = " in source(WebsocketSessionManager.__init__),
        "expire_sessions",
    ),
    "MemorySessionStorage._cache.expire": (
        lambda: MemorySessionStorage()._cache.expire() == [],
        "expire_sessions",
    ),
    "AppSession.shutdown, which removes uploads": (
        lambda: "remove_session_files" in source(AppSession.shutdown),
        "expire_sessions",
    ),
    "MemoryUploadedFileManager.file_storage": (
        lambda: isinstance(MemoryUploadedFileManager("/x").file_storage, dict),
        "upload_bytes",
    ),
    "ScriptRunContext.session_id and session_state": (
        lambda: {"session_id", "session_state"} <= set(inspect.signature(ScriptRunContext).parameters),
        "session_id, widget_messages",
    ),
    "ScriptRunContext.is_history_navigation": (
        lambda: "is_history_navigation" in inspect.signature(ScriptRunContext).parameters,
        "changed_widgets",
    ),
    "SafeSessionState._state": (lambda: "_state" in SafeSessionState.__annotations__, "changed_widgets"),
    "SessionState._widget_changed": (lambda: callable(SessionState._widget_changed), "changed_widgets"),
    "user_key_from_element_id": (
        lambda: common.user_key_from_element_id("$$ID-0a1b-op") == "op",
        "widget_messages",
    ),
    "ScriptRunContext.fragment_ids_this_run": (
        lambda: "fragment_ids_this_run" in source(ScriptRunContext),
        "is_fragment_run",
    ),
    "AppSession._call_soon_on_event_loop, through which all other events of a run go": (
        lambda: "self._call_soon_on_event_loop(" in source(AppSession._on_scriptrunner_event),
        "batch_messages",
    ),
    "AppSession._on_scriptrunner_event, which a run tells of each message": (
        lambda: (
            list(inspect.signature(AppSession._on_scriptrunner_event).parameters)[1:4]
            == ["sender", "event", "forward_msg"]
            and "event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG" in source(ScriptRunner._enqueue_forward_msg)
            and "sender is not self._scriptrunner" in source(AppSession._handle_scriptrunner_event_on_event_loop)
        ),
        "batch_messages",
    ),
    "AppSession._message_enqueued_callback": (
        lambda: "self._message_enqueued_callback()" in source(AppSession._enqueue_forward_msg),
        "batch_messages",
    ),
    "AppSession._browser_queue and ForwardMsgQueue._queue, a list": (
        lambda: (
            "self._browser_queue.enqueue(msg)" in source(AppSession._enqueue_forward_msg)
            and isinstance(ForwardMsgQueue()._queue, list)
        ),
        "batch_messages",
    ),
    "AppSession.flush_browser_queue, whose messages go to Runtime._send_message one by one": (
        lambda: (
            "for msg in msg_list" in source(Runtime._loop_coroutine)
            and "self._send_message(active_session_info, msg)" in source(Runtime._loop_coroutine)
            and callable(AppSession.flush_browser_queue)
        ),
        "send_together",
    ),
    "AppSession._clear_queue, by which a run that begins drops what was not sent": (
        lambda: "self._clear_queue(fragment_ids_this_run)" in source(AppSession),
        "keep_messages",
    ),
    "AppSession._create_new_session_message, and what in it is not the same for all runs of a session": (
        lambda: (
            list(inspect.signature(AppSession._create_new_session_message).parameters)
            == ["self", "page_script_hash", "run_descriptor", "pages"]
            and source(AppSession._create_new_session_message).count("self.") == 10
            and "_config_options = copy.deepcopy(" in source(config.get_config_options)
        ),
        "copy_starts",
    ),
    "SessionState._remove_stale_widgets, and WStates.widget_metadata, of which it drops nothing": (
        lambda: (
            list(inspect.signature(SessionState._remove_stale_widgets).parameters) == ["self", "active_widget_ids"]
            and "self._remove_stale_widgets(widget_ids_this_run)" in source(SessionState.on_script_finished)
            and {"states", "widget_metadata"} <= {field.name for field in fields(WStates)}
            and "widget_metadata =" not in source(WStates.remove_stale_widgets)
        ),
        "forget_stale_widgets",
    ),
    "how the widget that gathers the events of a component is called": (
        lambda: bidi_component._make_trigger_id("mine", "events") == f"{STREAMLIT_INTERNAL_KEY_PREFIX}_mine__events",
        "forget_stale_widgets",
    ),
    "what the loop of the server does for each session, so that it can be done for one": (
        lambda: (
            "msg_list = active_session_info.session.flush_browser_queue()" in source(Runtime._loop_coroutine)
            and "active_session_info.session.on_flushed_messages_sent()" in source(Runtime._loop_coroutine)
            and "except SessionClientDisconnectedError:" in source(Runtime._loop_coroutine)
            and {"session_id", "client"} <= set(inspect.signature(Runtime.disconnect_session).parameters)
        ),
        "batch_messages",
    ),
    "Runtime._enqueued_some_message, which sets need_send_data in the loop": (
        lambda: (
            "async_objs.eventloop.call_soon_threadsafe(async_objs.need_send_data.set)"
            in source(Runtime._enqueued_some_message)
        ),
        "send_together",
    ),
    "AppSession._handle_scriptrunner_event_on_event_loop, with the arguments of _on_scriptrunner_event": (
        lambda: (
            inspect.signature(AppSession._handle_scriptrunner_event_on_event_loop)
            == inspect.signature(AppSession._on_scriptrunner_event)
        ),
        "batch_messages",
    ),
    "WebSocketsSansIOProtocol.transport, to which each message is written": (
        lambda: (
            "self.transport = transport" in source(WebSocketsSansIOProtocol.connection_made)
            and "self.transport.write(" in source(WebSocketsSansIOProtocol.send)
        ),
        "write_together",
    ),
    "DeltaGenerator.__deepcopy__ and the cursors of containers": (
        lambda: (
            all(
                f"self.{name}" in source(DeltaGenerator)
                for name in ("_root_container", "_parent", "_block_type", "_form_data", "_creating_fragment_id")
            )
            and set(vars(RunningCursor(0)))
            == {"_root_container", "_parent_path", "_index", "_transient_index", "_transient_elements"}
        ),
        "copy_once",
    ),
    "a component with a key does not need the digests of its data": (
        lambda: (
            "key_as_main_identity=True" in source(BidiComponentMixin._bidi_component)
            and "**identity_kwargs" in source(BidiComponentMixin._bidi_component)
        ),
        "name_components_by_key",
    ),
    "make_bidi_component_presenter, whose result is called where there is one": (
        lambda: (
            "presenter = make_bidi_component_presenter(" in source(BidiComponentMixin._bidi_component)
            and "return presenter(base_value, session_state)" in source(presentation.apply_presenter)
        ),
        "keep_plain_values",
    ),
    "serialize_mixed_data, by which a component writes its data": (
        lambda: (
            "serialize_mixed_data(data, bidi_component_proto)" in source(BidiComponentMixin._bidi_component)
            and "processed_data[key] = {ARROW_REF_KEY: ref_id}" in source(serialization)
        ),
        "send_tables_directly",
    ),
    "AppSession.request_rerun, which ignores a fragment that the session does not have": (
        lambda: "not self.has_fragment(fragment_id)" in source(AppSession.request_rerun),
        "draw_page_for_unknown_fragments",
    ),
    "a run of a fragment ends with FRAGMENT_STOPPED_WITH_SUCCESS, and its descriptor names the fragments": (
        lambda: (
            [field.name for field in fields(RunDescriptor)] == ["script_run_id", "fragment_ids"]
            and "run_descriptor=run_descriptor" in source(ScriptRunner)
            and "self._create_script_finished_message(status, run_descriptor)" in source(AppSession)
        ),
        "drawn_by",
    ),
    "the browser takes away at the end of a run what is old in the fragments that its last message names": (
        lambda: any("clearStaleNodes(n.scriptRunId,n.fragmentIds)" in file.read_text() for file in BROWSER_FILES),
        "drawn_by",
    ),
    "the browser keeps an element with an id out of sight until the end of a run, unless it was drawn in that run": (
        lambda: any("retained-${" in file.read_text() for file in BROWSER_FILES),
        "noted",
    ),
    "_fragment with a lifetime": (
        lambda: {"key", "lifetime"} <= set(inspect.signature(_fragment).parameters),
        "fragment",
    ),
    "MemoryFragmentStorage._target_key_by_id and _ids_by_target_key": (
        lambda: {"_target_key_by_id", "_ids_by_target_key"} <= set(vars(MemoryFragmentStorage())),
        "direct_acts",
    ),
    "MemoryFragmentStorage._lifetime_by_id and has_ancestor_in": (
        lambda: "_lifetime_by_id" in vars(MemoryFragmentStorage()) and callable(MemoryFragmentStorage.has_ancestor_in),
        "end_content, end_part",
    ),
    "get_default_dg_stack_value, which exec_func_with_error_handling sets for a rerun only": (
        lambda: source(exec_code).count("context_dg_stack.set(get_default_dg_stack_value())") == 1,
        "begin_page, which may not be needed any more",
    ),
    "AppSession._fragment_storage": (
        lambda: "self._fragment_storage: FragmentStorage = MemoryFragmentStorage()" in source(AppSession.__init__),
        "direct_acts, empty_absent_sessions",
    ),
    "AppSession._session_state, _scriptrunner and _event_loop": (
        lambda: all(
            f"self.{name}" in source(AppSession.__init__) for name in ("_session_state", "_scriptrunner", "_event_loop")
        ),
        "empty_absent_sessions",
    ),
    "AppSession._scriptrunner, None where nothing runs": (
        lambda: "self._scriptrunner = None" in source(AppSession._handle_scriptrunner_event_on_event_loop),
        "empty_absent_sessions",
    ),
    "WebsocketSessionManager.disconnect_session, get_active_session_info and is_active_session": (
        lambda: all(
            callable(getattr(WebsocketSessionManager, name))
            for name in ("disconnect_session", "get_active_session_info", "is_active_session")
        ),
        "empty_absent_sessions",
    ),
    "SessionState._old_state": (
        lambda: "_old_state" in {field.name for field in fields(SessionState)},
        "empty_absent_sessions",
    ),
    "SessionState._new_session_state": (
        lambda: "_new_session_state" in {field.name for field in fields(SessionState)},
        "is_set_by_code",
    ),
    "DeltaGenerator._get_write_delta_path_str, and cursors with open_block": (
        lambda: callable(DeltaGenerator._get_write_delta_path_str) and callable(RunningCursor.open_block),
        "next_place, leave_part",
    ),
    "ThreadState.fragment_id": (
        lambda: "fragment_id" in source(inspect.getmodule(ThreadState).FragmentThreadState),
        "begin_content, in_content, is_only_content",
    ),
    "MediaFileManager.remove_orphaned_files, which each run calls at its end": (
        lambda: ".media_file_mgr.remove_orphaned_files()" in source(ScriptRunner._on_script_finished),
        "drop_files_later",
    ),
    "_populate_theme_msg": (
        lambda: list(inspect.signature(app_session._populate_theme_msg).parameters)[1:] == ["section"],
        "keep_theme",
    ),
    "SafeSessionState.filtered_state": (
        lambda: isinstance(SafeSessionState.filtered_state, property),
        "look_up_single_values",
    ),
    "SessionState._get_widget_id, and what it looks a key up in": (
        lambda: all(f"self.{name}[" in source(SessionState._getitem) for name in KEPT) and SessionState._get_widget_id,
        "SessionValues",
    ),
    "script_run_context.populate_hash_if_needed": (
        lambda: "populate_hash_if_needed(msg)" in source(ScriptRunContext.enqueue),
        "name_quickly",
    ),
    "MultiPartParser.spool_max_size": (
        lambda: isinstance(MultiPartParser.spool_max_size, int),
        "keep_uploads_in_memory",
    ),
    "Streamlit's page is sent by a subclass of StaticFiles that calls its super class": (
        lambda: "super().__call__(scope, receive, send)" in source(starlette_static_routes),
        "wrap_files",
    ),
    "the element of Streamlit's page in which it draws": (
        lambda: internals.PAGE_ROOT in Path(file_util.get_static_dir(), "index.html").read_bytes(),
        "PAGE_ROOT",
    ),
    "streamlit.logger.setup_formatter, init_uvicorn_logs, update_formatter": (
        lambda: all(callable(getattr(streamlit.logger, name, None)) for name in LOGGER),
        "use_log_handler",
    ),
    "deserializers called deserialize": (
        lambda: all(f"def {internals.DESERIALIZER}(" in source(one) for one in WIDGETS),
        "DESERIALIZER, which distinguishes a forged message from an error of the app",
    ),
    "unpack_widget_state_value": (
        lambda: callable(getattr(common, internals.UNPACKER, None)),
        "UNPACKER, which distinguishes a forged message from an error of the app",
    ),
    "WStates.states, widget_metadata, Serialized.value, Value": (
        lambda: (
            {"states", "widget_metadata"} <= {field.name for field in fields(WStates)}
            and fields(Serialized)[0].name == "value"
            and "metadata.deserializer(unpack_widget_state_value(wstate.value))" in source(WStates.__getitem__)
        ),
        "replace_forged_values",
    ),
    "WStates.get_serialized": (
        lambda: "value_type" in source(WStates.get_serialized),
        "replace_forged_values",
    ),
    "the setting logger.enableRich": (
        lambda: config.get_config_options()["logger.enableRich"].type is bool,
        "nothing there, but .streamlit/config.toml: the log would quote what a visitor sent",
    ),
    "the setting runner.postScriptGC": (
        lambda: config.get_config_options()["runner.postScriptGC"].type is bool,
        "nothing there, but .streamlit/config.toml: ui/hosting/garbage.py collects garbage instead",
    ),
}  # fmt: skip
BROWSER_FILES = sorted(Path(file_util.get_static_dir()).glob("static/js/index.*.js"))
WIDGETS = (button_group, select_slider, selectbox)
LOGGER = ("setup_formatter", "init_uvicorn_logs", "update_formatter")


def looked_up(found) -> str:
    """What is wrong with a name; empty if it is what it was."""
    try:
        return "" if found() else "it is another"
    except (AttributeError, KeyError, OSError, TypeError) as error:
        return f"{type(error).__name__}: {error}"


WRONG = {name: looked_up(found) for name, (found, _) in NAMES.items()}  # before a test lets the app replace one


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_still_there(name):
    used_by = NAMES[name][1]
    assert not WRONG[name], (
        f"Streamlit {version('streamlit')}, Starlette {version('starlette')}: {name} is not what it was: "
        f"{WRONG[name]}. It is used by ui/streamlit_internals ({used_by}). Look it up in the new version and change "
        "that file."
    )


def test_without_a_server_there_is_nothing():
    """As in the tests of the pages."""
    assert internals.session_id() == ""
    assert internals.widget_messages() == {}
    assert internals.changed_widgets() == ()
    assert internals.active_sessions() == frozenset()
    assert internals.upload_bytes() == {}
    assert internals.expire_sessions() == 0


def test_new_loggers_use_the_handler(monkeypatch):
    """Those that are made later, too. The whole process is changed, so it is put back."""
    for name in LOGGER:
        monkeypatch.setattr(streamlit.logger, name, getattr(streamlit.logger, name))
    known = {name: list(logger.handlers) for name, logger in streamlit.logger._loggers.items()}
    handler = logging.NullHandler()
    internals.use_log_handler(handler)
    assert streamlit.logger.get_logger("streamlit.made_later").handlers == [handler]
    monkeypatch.undo()
    for name, handlers in known.items():
        streamlit.logger._loggers[name].handlers = handlers


def test_no_upload_is_written_to_a_file():
    """`ui.files.uploads` has set the size; the parser that Streamlit makes uses it."""
    import ui.files.uploads
    from core.limits import MAX_MODEL_BYTES

    assert ui.files.uploads.READERS
    assert MultiPartParser.spool_max_size >= MAX_MODEL_BYTES
    assert "spool_max_size" in source(MultiPartParser)
