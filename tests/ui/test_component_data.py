"""The data of a component, as it is written for the browser."""

import json

import numpy as np
import pyarrow as pa
from streamlit.components.v2.bidi_component import main as bidi_component
from streamlit.components.v2.bidi_component import serialization
from streamlit.components.v2.bidi_component.constants import ARROW_REF_KEY
from streamlit.proto.BidiComponent_pb2 import BidiComponent

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
