"""Scripts of components: Streamlit serves those of an installed package as files, and sends an app's with each element.

The components here belong to the app, so their scripts are written into a folder of this process, which is registered
as such a package.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, lru_cache, partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pyarrow as pa
import streamlit as st
from streamlit.components.v2.bidi_component import main as bidi_component
from streamlit.components.v2.bidi_component import serialization
from streamlit.components.v2.bidi_component.constants import ARROW_REF_KEY
from streamlit.components.v2.bidi_component.main import BidiComponentMixin
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.runtime.state import SessionState
from streamlit.util import AttributeDictionary

_PACKAGE = "mergescope"
_WRITING = pa.ipc.IpcWriteOptions()

# The style sheet goes with the script: as a file of its own the browser would load it after the first picture.
_STYLED = """
const sheet = new CSSStyleSheet();
sheet.replaceSync({style});
export default function ({{ parentElement, ...others }}) {{
  const tree = parentElement.getRootNode();
  if (!tree.adoptedStyleSheets.includes(sheet)) tree.adoptedStyleSheets = [...tree.adoptedStyleSheets, sheet];
  return {mount}({{ parentElement, ...others }});
}}
"""


def served_component(name: str, *, html: str, script: str, mount: str, style: str = "") -> Callable[..., Any]:
    """A component whose script the browser loads once from a file; mounted as one of `st.components.v2.component`.

    Args:
        name: of the component, letters and underscores.
        html: its first content.
        script: an ES module without a default export and without imports.
        mount: what in the script is called at each change of the data, as Streamlit calls a default export.
        style: its style sheet.
    """
    text = script + _STYLED.format(style=json.dumps(style), mount=mount)
    file = f"{name}-{sha256(text.encode()).hexdigest()[:16]}.js"  # another text, another address: nothing old is kept
    mounts: WeakKeyDictionary[Any, Callable[..., Any]] = WeakKeyDictionary()

    def mounted(**options: Any) -> Any:
        manager = get_bidi_component_manager()  # each server has one, and so has each test of a page
        if manager not in mounts:
            try:
                (_folder() / file).write_text(text, encoding="utf-8")
                config = ComponentConfig(name=name, asset_dir="assets")
                manager.register_from_manifest(ComponentManifest(_PACKAGE, "1", [config]), _folder().parent)
                mounts[manager] = st.components.v2.component(f"{_PACKAGE}.{name}", html=html, js=file)
            except OSError:  # a full disk: the script goes along with every picture instead
                mounts[manager] = st.components.v2.component(name, html=html, js=text)
        return mounts[manager](**options)

    return mounted


@cache
def _folder() -> Path:
    """The folder of the scripts; it goes with the process."""
    root = Path(tempfile.mkdtemp(prefix="mergescope-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    assets = root / "assets"
    assets.mkdir()
    return assets


def name_components_by_key() -> None:
    """Do not digest the data of components for their ids; for all sessions of the process.

    A component with a key is known by that alone, but Streamlit reads and writes the data of each as JSON once more
    first. All components here have a key.
    """
    BidiComponentMixin._build_bidi_identity_kwargs = lambda *_, **__: {}  # type: ignore[method-assign]


def keep_plain_values() -> None:
    """Read the state of components as plain dictionaries, with their events; for all sessions of the process.

    Streamlit wraps the state of each component that a session has ever had, in each run, into a dictionary of a class
    that it makes for this one, so that a script can write to it. Here only the browser writes.
    """

    def make_presenter(events_id: str, *_: Any) -> Callable[[Any, SessionState], Any]:
        return partial(_with_events, events_id)

    bidi_component.make_bidi_component_presenter = make_presenter  # type: ignore[attr-defined, assignment]


def _with_events(events_id: str, value: Any, state: SessionState) -> Any:
    """The state of a component together with the events of this run, by name."""
    widgets = state._new_widget_state
    if not isinstance(value, dict) or events_id not in widgets.widget_metadata:
        return value
    try:
        found = widgets[events_id]
    except KeyError:
        found = None
    events = [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]
    named = {one["event"]: one.get("value") for one in events if isinstance(one.get("event"), str)}
    return AttributeDictionary(named | value)


def send_tables_directly() -> None:
    """Write the data of a component once: texts as JSON, and tables as Arrow; for all sessions of the process.

    Streamlit asks of each value whether it is one of some twenty kinds of tables, and copies the bytes of all twice.
    """

    def serialize_mixed_data(data: Any, message: BidiComponent) -> None:
        tables = {name: one for name, one in data.items() if isinstance(one, pa.Table)} if type(data) is dict else {}
        if not tables:
            serialization.serialize_mixed_data(data, message)
            return
        written = {name: _written(one) if one.num_rows else _written_empty(one.schema) for name, one in tables.items()}
        names = {name: blake2b(content, digest_size=16).hexdigest() for name, content in written.items()}
        texts = data | {name: {ARROW_REF_KEY: digest} for name, digest in names.items()}
        message.mixed.json = json.dumps(texts, separators=(",", ":"))
        for name, content in written.items():
            message.mixed.arrow_blobs[names[name]].data = content

    bidi_component.serialize_mixed_data = serialize_mixed_data  # type: ignore[attr-defined, assignment]


@lru_cache(16)
def _written_empty(schema: pa.Schema) -> bytes:
    return _written(schema.empty_table())


def _written(table: pa.Table) -> bytes:
    """A table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_WRITING) as stream:
        stream.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
