"""Reels: what is sent of them, and what of the browser's word on them is believed."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tensor_view.numbers import digest_of
from core.tensor_view.payload import payload
from core.tensor_view.reels import frame_names, read_frames, read_moves
from core.tensor_view.selection import read_selection
from tests.ui.tensor_view.demo import counting
from ui.tensor_view import Panel, Reel, TensorView
from ui.tensor_view.face import _changed

SHAPE = (1, 3, 5, 1)
FRAMES = np.stack([counting(SHAPE, first) for first in (7, 0, 1, 7)])


def view(**changed):
    """Two panels, and a reel over the second, which shows frame 2."""
    told = {"values": FRAMES, "frames": ("a", "b", "c", "d"), "labels": ("A", "B", "C", "D"), "at": 2, "panel": 1}
    reel = Reel("pace", "Pace", **{**told, **changed})
    return TensorView((Panel("x", counting((2, 3))), Panel("map", FRAMES[2], paintable=True)), reels=(reel,))


def test_frames_are_sent_once_and_unchanged():
    """What the panel holds is not sent again, nor are equal frames; every digest finds its frame, bit for bit."""
    data = payload(view(), None)
    (plan,) = json.loads(json.dumps(data["meta"]["reels"]))
    values = data["numbers"]
    assert len(values) == 6 + 3 * 15
    starts = {tensor["digest"]: tensor["at"] for tensor in data["meta"]["tensors"]}
    for digest, frame in zip(plan["digests"], FRAMES, strict=True):
        start = starts[digest]
        np.testing.assert_array_equal(values[start : start + 15], frame.ravel())
        assert digest == digest_of(frame)
    assert plan["digests"][2] == data["meta"]["panels"][1]["digest"]
    assert (plan["frames"], plan["labels"], plan["at"]) == (["a", "b", "c", "d"], ["A", "B", "C", "D"], 2)


def test_without_reels_nothing_more_is_sent():
    """And a reel over what cannot be drawn is left out."""
    assert payload(TensorView((Panel("x", counting((2, 3))),)), None)["meta"]["reels"] == []
    empty = Reel("pace", "Pace", 0, np.zeros((2, 0, 3)), ("a", "b"), ("A", "B"), 0)
    data = payload(TensorView((Panel("x", np.zeros((0, 3))),), reels=(empty,)), None)
    assert data["meta"]["reels"] == []
    assert len(data["numbers"]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"panel": 2},
        {"panel": -1},
        {"at": 4},
        {"frames": ("a", "b", "c", "a")},
        {"labels": ("A",)},
        {"values": FRAMES[:3]},
    ],
)
def test_a_reel_must_fit(wrong):
    with pytest.raises(ValueError, match="Each frame needs that shape"):
        payload(view(**wrong), None)


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["pace", "x"]), inner)),
)


@given(told=ANY, moves=ANY)
def test_whatever_the_browser_says_only_frames_that_exist_are_taken(told, moves):
    names = frame_names(view())
    for name, frame in read_frames(told, names).items():
        assert frame in names[name]
    assert 0 <= read_moves(moves) <= 2**53
    meta = payload(view(), None)["meta"]
    assert read_selection({"frames": told}, view(), meta).frames == read_frames(told, names)


def test_a_move_is_told_once(monkeypatch):
    """The state of the component stays as it was; a stroke later must not move the reel again."""
    store, calls = {}, []
    monkeypatch.setattr("ui.tensor_view.face.session.get", lambda key, default=None: store.get(key, default))
    monkeypatch.setattr("ui.tensor_view.face.session.put", store.update)
    names = frame_names(view())

    def told(**selection):
        store["v"] = {"selection": selection}
        _changed("v", names, lambda: calls.append("changed"), lambda frames: calls.append(dict(frames)))

    told(frames={"pace": "a", "other": "z"}, moves=1)
    told(frames={"pace": "a"}, moves=1, channel=3)
    told(frames={"pace": "z"}, moves=2)
    told(frames={"pace": "d"}, moves=4)
    assert calls == [{"pace": "a"}, "changed", "changed", "changed", {"pace": "d"}, "changed"]
