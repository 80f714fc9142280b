"""One tab without a browser: it speaks Streamlit's own protocol and remembers what a browser would.

As in the browser, values of widgets go along with every run, messages that it still has come as references to their
hash, an act in a fragment asks for that fragment alone (the server may draw the one around it instead, or only
some parts of that), and fragments that look again by themselves are requested again while the visitor thinks.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlparse
from urllib.request import Request, urlopen
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bench.load_messages import Messages
from bench.load_tree import Node, Path, Tree, node_of
from bench.load_widgets import Widget, drawer_of, put, widget_of, words_of

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE = 120.0  # seconds for one run
_DONE, _FRAGMENT_DONE, _BROKEN = 0, 3, 1  # ForwardMsg.ScriptFinishedStatus


@dataclass
class Run:
    """One run of a page as it came back.

    Attributes:
        seconds: from the request to the end of the run.
        words: what stands on the page, one element each.
        alerts: those of them that are warnings, errors and notes.
        faults: exceptions on screen; there should be none.
        size: bytes received.
        drawn: those of the words that the run has drawn; the others stay as they were.
    """

    seconds: float = 0.0
    words: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    size: int = 0
    drawn: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words."""
        return "\n".join(self.words)


class Visitor:
    """One tab.

    Attributes:
        session: name of the session, once a run has begun.
        widgets: on the page now, by the key that the page gave them.
        tree: all elements on the page now.
        pages: of the app, as (URL path, hash).
        query: of the address, after the question mark.
    """

    def __init__(self, socket: ClientConnection, address: str, headers: dict[str, str] | None = None) -> None:
        self.session, self.query = "", ""
        self.widgets: dict[str, Widget] = {}
        self.tree = Tree()
        self.pages: list[tuple[str, str]] = []
        self._socket, self._address, self._headers = socket, address, headers or {}
        self._states: dict[str, Any] = {}
        self._messages = Messages()
        self._page = ""
        self._looking: dict[str, float] = {}  # fragments that look again by themselves: seconds between two looks
        self._running = ""  # name of the run
        self._offered: list[str] = []  # addresses of large tensors that a browser would fetch now

    async def open(self, page: str = "", query: str = "") -> Run:
        """Come by a link; `page` is the path in the URL."""
        self.query, self._states, self._page = query, {}, ""
        return await self._run(self._asked(page_name=page))

    async def turn(self, page_hash: str) -> Run:
        """Go to another page by the menu."""
        self.query, self._page = "", page_hash
        return await self._run(self._asked())

    async def change(self, **values: Any) -> Run:
        """Set widgets by their keys, all in one run; a button takes True, a component the object of its state.

        Raises:
            KeyError: there is no such widget on the page.
        """
        for key, value in values.items():
            widget = self.widgets[key]
            put(self._states.setdefault(widget.id, widget.empty()), widget, value)
        fragments = {self.widgets[key].fragment for key in values}
        alone = fragments.pop() if len(fragments) == 1 else ""
        run = await self._run(self._asked(fragment_id=alone))
        for key in values:
            if key in self.widgets and self.widgets[key].kind in ("button", "download_button"):
                self._states.pop(self.widgets[key].id, None)
        return run

    @property
    def is_waiting(self) -> bool:
        """Whether the page looks again by itself, say for a result."""
        return bool(self._looking)

    async def refresh(self) -> Run:
        """Ask for the whole page, as after a lost connection."""
        return await self._run(self._asked())

    async def send(self, raw: bytes | str) -> None:
        """Send whatever it is; only for those who attack."""
        await self._socket.send(raw)

    async def give(self, key: str, name: str, content: bytes, post: Any) -> Run:
        """Put a file into an uploader.

        Args:
            key: of the uploader.
            name: of the file.
            content: of the file.
            post: `post(path, name, content)` uploads to a path of the server and gives the status of its answer.
        """
        file_id = str(uuid.uuid4())
        path = f"/_stcore/upload_file/{self.session}/{file_id}"
        status = await asyncio.to_thread(post, path, name, content)
        if status not in (200, 204):
            return Run(words=[f"HTTP {status}"], alerts=[f"HTTP {status}"])
        return await self.change(**{key: {"name": name, "size": len(content), "id": file_id, "path": path}})

    async def think(self, seconds: float) -> int:
        """Stay for a while and, as the browser does, let fragments look again; gives the number of such looks."""
        end, looks = perf_counter() + seconds, 0
        while (left := end - perf_counter()) > 0:
            await asyncio.sleep(min(left, *self._looking.values()) if self._looking else left)
            for fragment in list(self._looking):
                if fragment in self._looking and perf_counter() < end:
                    await self._run(self._asked(fragment_id=fragment, is_auto_rerun=True))
                    looks += 1
        return looks

    def _asked(self, **fields: Any) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self._page
        state.widget_states.widgets.extend(self._states.values())
        state.cached_message_hashes.extend(self._messages.hashes())
        state.context_info.locale, state.context_info.timezone = "en-US", "UTC"
        for name, value in fields.items():
            setattr(state, name, value)
        return message

    async def _run(self, message: BackMsg) -> Run:
        run, begun = Run(), perf_counter()
        await self._socket.send(message.SerializeToString())
        self._messages.requested()
        async with asyncio.timeout(_PATIENCE):
            while not await self._take(run):
                pass
            run.size += sum([await asyncio.to_thread(self._fetch, url) for url in self._offered])
        self._offered = []
        run.seconds = perf_counter() - begun
        self._read(run)
        found = (_widget(node, path) for path, node in self.tree.elements())
        self.widgets = {one.key: one for one in found if one}  # what is not on the page any more is forgotten
        kept = {widget.id for widget in self.widgets.values()}
        self._states = {name: state for name, state in self._states.items() if name in kept}
        return run

    async def _take(self, run: Run) -> bool:
        """One message; True at the end of the run."""
        raw = await self._socket.recv()
        run.size += len(raw)
        message = ForwardMsg.FromString(raw)
        return self._understood(self._messages.take(message), run)

    def _understood(self, message: ForwardMsg, run: Run) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
            self._running = message.metadata.run.script_run_id
            if not message.metadata.run.fragment_ids:
                self._looking.clear()
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
            self.pages = [(page.url_pathname, page.page_script_hash) for page in message.navigation.app_pages]
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._looking[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._looking.pop(fragment, None)
        elif kind == "delta":
            self.tree.add(tuple(message.metadata.delta_path), message.delta, self._running)
            run.drawn += [text for _, text in [words_of(message.delta.new_element)] if text]
            self._drawn(message.delta)
        elif kind == "script_finished" and message.script_finished in (_DONE, _FRAGMENT_DONE):
            self.tree.end(message.metadata.run.script_run_id, tuple(message.metadata.run.fragment_ids))
        return kind == "script_finished" and message.script_finished in (_DONE, _FRAGMENT_DONE, _BROKEN)

    def _fetch(self, url: str) -> int:
        """Read a tensor piece by piece; its bytes."""
        size = 0
        request = Request(f"{self._address}/{url}", headers=self._headers)  # noqa: S310  # our own address
        with urlopen(request, timeout=_PATIENCE) as response:  # noqa: S310
            while piece := response.read(1 << 18):
                size += len(piece)
        return size

    def _drawn(self, delta: Any) -> None:
        element = delta.new_element
        if element.WhichOneof("type") == "bidi_component" and element.bidi_component.mixed.json:
            tensors = json.loads(element.bidi_component.mixed.json).get("meta", {}).get("tensors", [])
            self._offered += [tensor["url"] for tensor in tensors if "url" in tensor]
        widget = _widget(node_of(delta))
        if widget is None or (widget.id in self._states and not widget.fresh):
            return
        if widget.value is not None:
            put(self._states.setdefault(widget.id, widget.empty()), widget, widget.value)
        elif widget.fresh:  # a menu in which nothing is chosen any more
            self._states[widget.id] = widget.empty()

    def _read(self, run: Run) -> None:
        """Note what is on the page now, whichever run has drawn it."""
        for _, node in self.tree.elements():
            kind, text = words_of(node.drawn) if node.drawn is not None and node.children is None else ("", "")
            if text:
                run.words.append(text)
            if kind == "alert":
                run.alerts.append(text)
            if kind == "exception":
                run.faults.append(text)


def _widget(node: Node, path: Path = ()) -> Widget | None:
    """The widget at a place of the page; None for all else."""
    if node.drawn is None:
        return None
    read = widget_of if node.children is None else drawer_of
    return read(node.drawn, node.fragment, path)


@contextlib.asynccontextmanager
async def visiting(address: str) -> AsyncIterator[Visitor]:
    """A tab at an app on this machine, closed at the end.

    Args:
        address: such as `http://127.0.0.1:8501`.

    Raises:
        ValueError: the address is not one of this machine; this is no tool against other people's servers.
    """
    if urlparse(address).hostname not in _LOOPBACK:
        raise ValueError(f"{address} is not on this machine.")
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    headers = {"Cookie": f"mergescope_replica={uuid4().hex}"}  # as nginx gives one to a browser
    async with connect(
        stream,
        compression=None,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(address),
        max_size=None,
        open_timeout=60,
        proxy=None,
        additional_headers=headers,
    ) as socket:
        yield Visitor(socket, address, headers)


def selection(**looked: Any) -> str:
    """The state of a tensor view in which a channel or an element is selected."""
    return json.dumps({"selection": looked})
