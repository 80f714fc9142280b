"""What old links and the browser ask for: always the nearest that exists."""

import json
from base64 import b64encode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tensor_view.numbers import digest_of
from core.tensor_view.payload import payload
from core.tensor_view.selection import painted_panel, read_selection
from tests.ui.tensor_view.demo import CASES
from ui.tensor_view import Panel, TensorView

VIEWS = {name: CASES[name]() for name in ("note", "gate", "dot", "vector", "scalar", "zero")}
METAS = {name: json.loads(json.dumps(payload(view, None)["meta"])) for name, view in VIEWS.items()}
LISTS = st.lists(st.one_of(st.integers(), st.floats(), st.none(), st.text(max_size=2)), max_size=8)
JUNK = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    LISTS,
    st.dictionaries(st.text(max_size=2), st.integers()),
)


@pytest.mark.parametrize("name", ["note", "gate", "dot", "vector", "scalar", "zero"])
@given(told=st.dictionaries(st.sampled_from(["channel", "at", "cell", "panel", "axes", "order", "painted"]), JUNK))
@settings(max_examples=60, deadline=None)
def test_old_links_find_the_nearest(name, told):
    """Whatever is asked for, what comes back exists."""
    view = VIEWS[name]
    meta = METAS[name]
    selection = read_selection(told, view, meta)
    assert all(0 <= at < max(1, size) for at, size in zip(selection.at, meta["sizes"], strict=True))
    if selection.cell is not None:
        assert len(selection.cell) == meta["outputRank"]
        assert 0 <= selection.panel < len(view.panels)
    if selection.axes is not None:
        assert len(set(selection.axes)) == 2
        assert all(0 <= axis < meta["outputRank"] for axis in selection.axes)
    assert selection.order in {order["name"] for order in meta["orders"]}
    assert selection.painted is None


def test_painted_numbers_come_back_exactly():
    """To the bit, in the panel's own shape; a painting of other numbers is dropped."""
    view = VIEWS["gate"]
    painted = np.random.default_rng(5).random(view.panels[1].value.shape, np.float32)
    told = {
        "painted": {
            "panel": 1,
            "digest": digest_of(view.panels[1].value),
            "values": b64encode(painted.tobytes()).decode(),
        }
    }
    np.testing.assert_array_equal(read_selection(told, view, METAS["gate"]).painted, painted)
    whole = TensorView((Panel("t", np.array([2**53 - 1, 2**24 + 1]), paintable=True),))
    painted = np.array([2**40 + 1, 2**24 + 1])
    sent = b64encode(painted.astype("<f8").tobytes()).decode()
    told_whole = {"panel": 0, "digest": digest_of(whole.panels[0].value), "values": sent}
    assert painted_panel(told_whole, whole)[0].tolist() == painted.tolist()
    for wrong in ({"digest": "other"}, {"digest": None}, {"values": "AAAA"}, {"values": "\u00ff?"}, {"values": None}):
        assert read_selection({"painted": {**told["painted"], **wrong}}, view, METAS["gate"]).painted is None
