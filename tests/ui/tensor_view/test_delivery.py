"""What is sent once for a session, and what happens when it was lost on the way or belongs to another session."""

import json

import numpy as np
import pytest

from core.tensor_view.payload import payload
from tests.ui.tensor_view.demo import CASES
from ui.tensor_view import delivery


@pytest.fixture
def state(monkeypatch):
    """The state of a session that has just begun."""
    held = {}
    monkeypatch.setattr(delivery.session, "get", lambda key, default=None: held.get(key, default))
    monkeypatch.setattr(delivery.session, "put", held.update)
    return held


def sent(view, key="view"):
    """What goes to the browser of this session."""
    known = delivery.received(key)
    data = payload(view, None, received=known)
    plan, sizes = delivery.named_parts(data["meta"], known)
    delivery.note_sent(delivery.sizes_of(data["meta"]) | sizes)
    return data["meta"], plan


def whole(*plans):
    """The last plan as the browser completes it from all that it has received."""
    kept = {one["digest"]: one["value"] for plan in plans for one in plan["parts"].values() if "value" in one}
    return {**plans[-1], **{name: kept[one["digest"]] for name, one in plans[-1]["parts"].items()}}


def test_the_words_of_a_view_cross_once(state):
    """The second time they are named; with what the first brought, the plan is as it was."""
    view = CASES["gate"]()
    _, first = sent(view)
    meta, second = sent(view)
    named = json.loads(json.dumps(second))
    assert not {"words", "colours", "orders"} & named.keys()
    assert all("value" not in part for part in named["parts"].values())
    assert len(json.dumps(second)) < 0.4 * len(json.dumps(meta))
    completed = whole(first, second)
    assert {name: completed[name] for name in meta} == meta


def test_parts_of_another_view_that_are_the_same_are_not_sent_again(state):
    """The words of one language are those of every view; an order of channels is not."""
    _, first = sent(CASES["gate"]())
    _, other = sent(CASES["note"](), key="another")
    assert "value" in other["parts"]["orders"]
    assert "value" not in other["parts"]["words"]
    assert whole(first, other)["words"]["play"] == "Play"


def test_another_session_gets_everything(state):
    """Such as one on the server that took the place of another."""
    view = CASES["note"]()
    sent(view)
    state.clear()
    meta, plan = sent(view)
    completed = whole(plan)
    assert {name: completed[name] for name in meta} == meta


def test_what_the_browser_misses_is_sent_again_once(state):
    """It names a part and a tensor; the rest stays named."""
    view = CASES["note"]()
    meta, plan = sent(view)
    words, tensor = plan["parts"]["words"]["digest"], meta["tensors"][0]["digest"]
    state["view"] = {"missing": {"digests": [words, tensor, 5], "turn": 7.0}}
    meta, again = sent(view)
    assert again["parts"]["words"]["value"] == meta["words"]
    assert "value" not in again["parts"]["colours"]
    assert [one["at"] is not None for one in meta["tensors"]] == [True, *[False] * (len(meta["tensors"]) - 1)]
    meta, later = sent(view)  # the same complaint is still in the state of the component
    assert "value" not in later["parts"]["words"]
    assert meta["tensors"][0]["at"] is None


def test_what_was_not_used_for_long_is_forgotten_first(state, monkeypatch):
    """The sizes of tensors and of parts count together."""
    monkeypatch.setattr(delivery, "_MOST", 100)
    delivery.note_sent({"a": 50, "b": 40})
    delivery.note_sent({"a": 50})
    delivery.note_sent({"c": 30})
    assert delivery.received("view") == {"a", "c"}


@pytest.mark.parametrize("forged", [None, 5, "x", {"digests": "x"}, {"digests": 7}, {"turn": 1}])
def test_a_forged_complaint_changes_nothing(state, forged):
    """A browser may send anything."""
    view = CASES["note"]()
    sent(view)
    state["view"] = {"missing": forged}
    _, plan = sent(view)
    assert not any("value" in part for part in plan["parts"].values())
    assert np.all([one["at"] is None for one in sent(view)[0]["tensors"]])
