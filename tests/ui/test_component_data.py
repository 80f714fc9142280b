"""The data of a component, as it is written for the browser; and its state, as the browser writes it."""

import json
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from streamlit.components.v2.bidi_component import main as bidi_component
from streamlit.components.v2.bidi_component import serialization
from streamlit.components.v2.bidi_component.constants import ARROW_REF_KEY
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.session_state import Value

from ui import streamlit_internals as internals


def test_data_of_a_component_is_written_as_streamlit_reads_it(monkeypatch):
    """The texts and the tables are those that Streamlit itself would send."""
    monkeypatch.setattr(bidi_component, "serialize_mixed_data", serialization.serialize_mixed_data)
    internals.send_tables_directly()
    table = pa.table({"v": np.float32([2, 3, 5])})
    for data in ({"meta": {"words": ["×", 1.5]}, "x": table, "packed": table}, {"meta": [1]}, [1, 2]):
        found, usual = BidiComponent(), BidiComponent()
        bidi_component.serialize_mixed_data(data, found)
        serialization.serialize_mixed_data(data, usual)
        assert values(found) == values(usual)


def values(message):
    """The data of a component, with each table in the place of its name."""
    if message.WhichOneof("data") == "json":
        return json.loads(message.json)
    tables = {name: pa.ipc.open_stream(blob.data).read_all() for name, blob in message.mixed.arrow_blobs.items()}
    data = json.loads(message.mixed.json)
    return {
        name: tables[one[ARROW_REF_KEY]].to_pydict() if isinstance(one, dict) and ARROW_REF_KEY in one else one
        for name, one in data.items()
    }


@pytest.mark.parametrize(
    ("events", "seen"),
    [
        (None, {"chosen": 2}),
        ([], {"chosen": 2}),
        ([{"event": "opened", "value": [3, 5]}], {"opened": [3, 5], "chosen": 2}),
        ({"event": "opened", "value": 7}, {"opened": 7, "chosen": 2}),
        ([{"event": "chosen", "value": 7}], {"chosen": 2}),
        ([7, {"event": []}, {"value": 3}, {"event": "opened"}], {"opened": None, "chosen": 2}),
    ],
)
def test_the_state_of_a_component_has_its_events(monkeypatch, events, seen):
    """As Streamlit shows it, whatever the browser sends; of one class, and equal to what it was before."""
    usual = bidi_component.make_bidi_component_presenter
    monkeypatch.setattr(bidi_component, "make_bidi_component_presenter", usual)
    internals.keep_plain_values()
    state = SessionState()
    metadata = SimpleNamespace(value_type="json_trigger_value", deserializer=lambda value: value)
    state._new_widget_state.widget_metadata["mine"] = metadata
    state._new_widget_state.states["mine"] = Value(events)
    found = bidi_component.make_bidi_component_presenter("mine", "component", None)({"chosen": 2}, state)
    assert found == seen
    assert found.chosen == 2
    if not isinstance(events, list) or all(isinstance(one, dict) and one.get("event", "") for one in events):
        assert usual("mine")({"chosen": 2}, state) == seen
    assert bidi_component.make_bidi_component_presenter("other")({"chosen": 2}, state) == {"chosen": 2}
    assert bidi_component.make_bidi_component_presenter("mine")(3, state) == 3
