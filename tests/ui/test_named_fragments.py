"""The fragments that the last message of a run names to the browser, which takes away from them what is old."""

import pytest
from streamlit.runtime.scriptrunner_utils.run_descriptor import RunDescriptor

from ui.streamlit_internals import fragments


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ({"is_complete": True}, ("content",)),
        ({"is_complete": True, "left": {(0, 2)}, "parts": ["b", "c"]}, ("b", "c")),
        ({"is_complete": True, "has_known": True, "parts": ["b"]}, ("b",)),
        ({"is_complete": True, "has_known": True}, ("nothing",)),
        ({"left": {(0, 2)}, "parts": ["b"]}, ("content",)),
        ({"has_known": True, "parts": ["b"]}, ("nothing",)),
        (None, ("content",)),
    ],
)
def test_what_was_not_sent_again_stays(run, expected):
    """Also where a run is stopped: without its containers, all that is in them would go."""
    token = fragments._RUN.set(fragments._Run("content", (0, 0), {}, **run) if run is not None else None)
    try:
        assert fragments.drawn_by(RunDescriptor("1", ("content",))).fragment_ids == expected
        assert fragments.drawn_by(RunDescriptor("1", ("other",))).fragment_ids == ("other",)
    finally:
        fragments._RUN.reset(token)
