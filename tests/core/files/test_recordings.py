"""Recordings: what is written is read; every fault of a file gets one sentence before anything is unpacked."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError
from core.files.recording_reader import is_recording, read_recording
from core.files.recordings import recording_bytes
from tests.core.files.recordings_corpus import BROKEN, FEATURES, GATE, content, good, packed, unpacked, with_list


def test_what_is_written_is_read():
    """The list and the values, bit for bit; a tensor that occurs twice is stored once."""
    index, arrays = good(steps=(0, 3, 7))
    opened = read_recording(recording_bytes(index, arrays))
    assert opened.index == index
    np.testing.assert_array_equal(opened.array(0), FEATURES)
    np.testing.assert_array_equal(opened.array(1), GATE)
    np.testing.assert_array_equal(opened.array(6), FEATURES * (GATE / 8))
    assert len(arrays) == 7


def test_equal_runs_give_equal_files():
    """Without a date."""
    assert content() == content()


def test_it_is_recognised_by_its_content():
    """Not by its name; a model and another npz are none."""
    assert is_recording(content())
    assert not is_recording(packed({"a.npy": b""}))
    assert not is_recording(packed({"config.json": b"{}"}))
    assert not is_recording(b"PK\x03\x04")
    assert not is_recording(b"")


def test_nothing_in_it_can_be_executed():
    """JSON and arrays of plain dtypes: NumPy opens it without pickles."""
    with np.load(__import__("io").BytesIO(content()), allow_pickle=False) as file:
        assert file["0"].dtype == np.float32
        assert json.loads(file["recording.json"])["format"] == "mergescope recording"


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_gets_its_sentence(name):
    file, sentence = BROKEN[name]
    with pytest.raises(MergeError) as caught:
        read_recording(file)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_large_file_is_rejected_by_its_size(monkeypatch):
    monkeypatch.setattr("core.files.recording_reader.MAX_RECORDING_BYTES", 1_000)
    with pytest.raises(MergeError, match=r"up to 0 are accepted\. Record fewer steps"):
        read_recording(content())


def test_control_characters_of_names_are_replaced():
    """A name is drawn in places that a line break would leave."""

    def change(found):
        found["model"] = "a\nb\u202ec"

    assert read_recording(with_list(change)).index.model == "a?b?c"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_any_value_in_any_place_is_accepted_or_named(data):
    """Another value anywhere in the list: a recording or one sentence, never another error."""
    members = unpacked(content())
    found = json.loads(members["recording.json"])
    node, path = found, []
    while isinstance(node, (dict, list)) and node and (not path or data.draw(st.booleans())):
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        path.append((node, key))
        node = node[key]
    owner, key = path[-1]
    owner[key] = data.draw(_JSON)
    try:
        read_recording(packed(members | {"recording.json": json.dumps(found)}))
    except MergeError as error:
        assert len(str(error)) > 10
