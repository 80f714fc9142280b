"""Parts of a page that stay as they are: private names of Streamlit's fragments.

The last message of a run of a fragment names the fragments that were drawn. From those, the browser removes what the
run has not drawn again. A run of the content of a page that leaves some of its parts alone names the other parts only,
and removes itself what the content has drawn outside of its parts before, but not this time. Nor does it send the
containers again that the browser has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from streamlit.cursor import Cursor, SparseList
from streamlit.delta_generator import DeltaGenerator
from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.fragment import _fragment, _FragmentLifetime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, enqueue_message

Path = tuple[int, ...]
Places = Mapping[Path, str]  # what was drawn where: "container" with a hash, "fragment" or "element" with its id
_CONTAINER, _ELEMENT, _FRAGMENT = "container ", "element ", "fragment "
_PLAIN = ("flex_container", "column")  # containers without a state of their own
_NOTHING = ("nothing",)  # for the browser, no fragments at all would mean the whole page


@dataclass
class _Run:
    """What a run of the content of a page has drawn so far.

    Attributes:
        content: its fragment.
        around: place of the container that Streamlit makes for that.
        before: places after the last complete run.
        places: what the content itself has drawn, outside of the fragments in it, and where those are.
        parts: fragments in it that were drawn.
        left: places of the parts that were left alone.
        has_known: whether the browser has something that the content itself would draw, so that it was not sent.
        is_complete: whether the run has reached the end of the content.
    """

    content: str
    around: Path
    before: Places
    places: dict[Path, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    left: set[Path] = field(default_factory=set)
    has_known: bool = False
    is_complete: bool = False

    @property
    def names_parts(self) -> bool:
        """Whether its last message names the parts that were drawn, since the browser has more of the content."""
        return bool(self.left) or self.has_known


_RUN: ContextVar[_Run | None] = ContextVar("run", default=None)
_IDS: dict[str, str] = {}  # of elements that the browser may be sent by the hash of their message only
_MOST_IDS = 20_000


def fragment(draw: Callable[..., Any], key: str | None = None) -> Callable[..., Any]:
    """`st.fragment`; what is drawn can be asked for until the next run of the whole page.

    With `st.fragment`, a fragment within another is forgotten where the outer one has not drawn it again.

    Args:
        draw: draws the fragment.
        key: by which `direct_acts` knows it.
    """
    made: Callable[..., Any] = _fragment(draw, key=key, lifetime=_FragmentLifetime.FULL_APP_SCOPED)
    return made


def copy_once() -> None:
    """Let a fragment copy each container around it once; for all sessions of the process.

    For every fragment in a page Streamlit copies the stack of containers, for each of them its parents again, and
    their cursors by `copy.deepcopy`, which takes a quarter of a millisecond.
    """

    def copied(container: DeltaGenerator, memo: dict[int, Any]) -> DeltaGenerator:
        found = DeltaGenerator(
            root_container=container._root_container,
            cursor=deepcopy(container._cursor, memo),
            parent=deepcopy(container._parent, memo),
            block_type=container._block_type,
        )
        found._form_data = container._form_data  # a text
        found._creating_fragment_id = container._creating_fragment_id
        return found

    def copied_cursor(cursor: Cursor, memo: dict[int, Any]) -> Cursor:
        found, transient = object.__new__(type(cursor)), cursor._transient_elements
        found.__dict__.update(cursor.__dict__)
        found._transient_elements = deepcopy(transient, memo) if len(transient) else SparseList()
        return found

    DeltaGenerator.__deepcopy__ = copied  # type: ignore[method-assign, assignment]
    Cursor.__deepcopy__ = copied_cursor  # type: ignore[attr-defined]


def begin_page() -> None:
    """The whole page is drawn: at its top.

    After a run of a fragment Streamlit keeps the containers of that fragment. If the same thread draws the whole page
    next, since it was asked for meanwhile, the page would be drawn inside of the fragment.
    """
    context_dg_stack.set(get_default_dg_stack_value())


def begin_content(before: Places) -> None:
    """A run of the content begins; called within its fragment.

    Args:
        before: places after the last complete run, none in a run of the whole page.
    """
    cursor = context_dg_stack.get()[-1]._cursor
    _RUN.set(_Run(ThreadState.get().fragment_id or "", tuple(cursor.delta_path[:-1]) if cursor else (), before))


def begin_part() -> None:
    """A part is drawn alone; called within its fragment."""
    begin_content({})


def is_only_content() -> bool:
    """Whether this run was asked for the content alone: neither for the whole page nor for one of its parts as well."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.fragment_ids_this_run == [ThreadState.get().fragment_id]


def next_place() -> str:
    """Where the next element of this container will be, as Streamlit writes it."""
    return str(context_dg_stack.get()[-1]._get_write_delta_path_str())


def in_content() -> bool:
    """Whether the content itself draws now, not one of its parts."""
    run = _RUN.get()
    return run is not None and ThreadState.get().fragment_id == run.content


def leave_part() -> None:
    """The part that would be drawn next stays as it is."""
    run, cursor = _RUN.get(), context_dg_stack.get()[-1]._cursor
    if run is not None and cursor is not None:
        run.left.add(tuple(cursor.delta_path))
        cursor.open_block()


def noted(message: Any) -> list[Any]:
    """A message of this run goes out; returns it, after what has to go out before it."""
    run, kind = _RUN.get(), message.WhichOneof("type")
    if run is None or kind not in ("delta", "ref_hash"):  # the second names an element that the browser has
        return [message]
    path, fragment = tuple(message.metadata.delta_path), ThreadState.get().fragment_id
    run.places.setdefault(run.around, _CONTAINER)
    before = run.before.get(path, "") if path not in run.places else ""
    if fragment == run.content:
        run.places[path] = _kind(message)
        if _is_known(run, path):
            run.has_known = True
            return []
    elif fragment and fragment not in run.parts:  # its first message is its own container
        run.parts.append(fragment)
        if path[:-1] in run.places:
            run.places[path] = _FRAGMENT + fragment
    now = run.places.get(path, before)
    if before.startswith(_FRAGMENT) and now.startswith(_CONTAINER):
        return [_emptied(path, run.content), message]  # else what was in the fragment would be in the container
    return [message]


def _is_known(run: _Run, path: Path) -> bool:
    """Whether the browser has this very container, in one that it has as well: it keeps what is in it."""
    now, around = run.places[path], path[:-1]
    is_plain = now.startswith(_CONTAINER) and now != _CONTAINER
    return is_plain and run.before.get(path) == now and run.before.get(around) == run.places.get(around)


def _kind(message: Any) -> str:
    """What a message draws, as `Places` has it."""
    if message.WhichOneof("type") == "ref_hash":
        return _IDS.get(message.ref_hash, "element")
    if message.delta.WhichOneof("type") == "add_block":
        return _CONTAINER + (message.hash if message.delta.add_block.WhichOneof("type") in _PLAIN else "")
    element = message.delta.new_element
    found = getattr(getattr(element, element.WhichOneof("type") or "", None), "id", "")
    kind = f"{_ELEMENT}{found}" if found else "element"
    if found and message.metadata.cacheable:
        if len(_IDS) >= _MOST_IDS:
            _IDS.clear()
        _IDS[message.hash] = kind
    return kind


def _emptied(path: Path, fragment: str) -> ForwardMsg:
    """The message that takes away what is at a place."""
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.new_element.empty.SetInParent()
    message.delta.fragment_id = fragment
    return message


def end_content() -> Places:
    """The content is drawn; returns the places now."""
    run = _RUN.get()
    if run is None:
        return {}
    run.is_complete = True
    now = run.places | {path: was for path, was in run.before.items() if _around(path) & run.left}
    if run.names_parts:
        for path in _gone(run.before, now):
            if run.before[path].startswith(_ELEMENT):  # else the browser would keep it out of sight, see `_lost`
                enqueue_message(_named(path, run.before[path].removeprefix(_ELEMENT)))
            enqueue_message(_emptied(path, run.content))
        for path, name in _lost(run.before, now):
            enqueue_message(_named(path, name))
            enqueue_message(_emptied(path, run.content))
    _let_go(run)
    return now


def end_part() -> None:
    """A part is drawn alone."""
    run = _RUN.get()
    if run is not None:
        _let_go(run)


def _let_go(run: _Run) -> None:
    """Let Streamlit forget the fragments in this one that are gone from the page: some look again by themselves."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not context.fragment_ids_this_run:
        return
    storage: Any = context.fragment_storage
    places = [was for path, was in run.before.items() if _around(path) & run.left]
    left = {was.removeprefix(_FRAGMENT) for was in places if was.startswith(_FRAGMENT)}
    for one in list(storage._lifetime_by_id):
        gone = one not in left and one not in run.parts and storage.has_ancestor_in(one, {run.content})
        if gone and not storage.has_ancestor_in(one, left):
            storage._lifetime_by_id[one] = _FragmentLifetime.PARENT_SCOPED


def _lost(before: Places, now: Places) -> list[tuple[Path, str]]:
    """Elements with an id that are gone, each with a free place in its container.

    Where another element takes the place of such a one, the browser keeps it out of sight, in case it follows elsewhere
    in the container, until the end of a run that names the fragment around it. It forgets it as well where an element
    with that id is drawn and then replaced in the same run.
    """
    found, held = list[tuple[Path, str]](), {was for was in now.values() if was.startswith(_ELEMENT)}
    for path, was in before.items():
        if was.startswith(_ELEMENT) and was not in held and now.get(path[:-1], "").startswith(_CONTAINER):
            beside = [other[-1] for other in (*before, *now) if other[:-1] == path[:-1]]
            found.append(((*path[:-1], 1 + max(beside)), was.removeprefix(_ELEMENT)))
    return found


def _named(path: Path, name: str) -> ForwardMsg:
    """The message that draws an element with an id."""
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.new_element.button.id = name
    return message


def _around(path: Path) -> set[Path]:
    """A place, and all containers around it."""
    return {path[:end] for end in range(1, len(path) + 1)}


def _gone(before: Places, now: Places) -> list[Path]:
    """What is still in the browser and was not drawn again: outermost containers, and elements."""
    gone = {path for path in before if path not in now}

    def within(path: Path) -> bool:
        """Whether something around it goes too, or is an element or a fragment now."""
        around = (path[:end] for end in range(1, len(path)))
        return any(one in gone or not now.get(one, _CONTAINER).startswith(_CONTAINER) for one in around)

    return sorted(path for path in gone if not within(path))


def drawn_by(descriptor: Any) -> Any:
    """The fragments that a run names to the browser at its end.

    Args:
        descriptor: `RunDescriptor` of it.
    """
    run = _RUN.get()
    if run is None or not run.names_parts or descriptor.fragment_ids != (run.content,):
        return descriptor
    if not run.is_complete:  # the next run draws everything; until then what was not sent again stays as well
        return replace(descriptor, fragment_ids=_NOTHING) if run.has_known else descriptor
    return replace(descriptor, fragment_ids=tuple(run.parts) or _NOTHING)


@cache
def direct_acts(content: str, controls: str) -> None:
    """Answer an act on controls of the content by a run of the content; for all sessions of the process.

    Args:
        content: key of the fragment of the content.
        controls: how the keys of the fragments of its controls begin.
    """
    request = AppSession.request_rerun

    def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
        if client_state and client_state.fragment_id:
            storage: Any = session._fragment_storage
            found = list(storage._ids_by_target_key.get(content, ()))
            if found and str(storage._target_key_by_id.get(client_state.fragment_id)).startswith(controls):
                client_state.fragment_id = found[0]
        request(session, client_state)

    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]


def is_set_by_code(key: str) -> bool:
    """Whether a widget has a value that the browser does not know yet, since code has set it in this run."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is None or key in context.session_state._state._new_session_state
