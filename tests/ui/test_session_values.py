"""Values of a session are what `st.session_state` says, wherever they are kept."""

import inspect
import textwrap

from streamlit.testing.v1 import AppTest

from ui.session import VALUES


def page():
    """Values from a widget, from code, from an earlier run, and none; each beside what Streamlit says."""
    import streamlit as st

    from ui.session import VALUES, get

    st.session_state.setdefault("runs", []).append(len(st.session_state))
    VALUES["set"] = 7
    before = {key: (get(key, "none"), st.session_state.get(key, "none"), key in VALUES) for key in KEYS}
    st.slider("Number", 0, 10, 3, key="number")
    st.text_input("Text", key="text")
    st.button("Button", key="button")
    after = {key: (get(key, "none"), st.session_state.get(key, "none"), key in VALUES) for key in KEYS}
    VALUES.pop("set")
    VALUES.pop("nothing", None)
    assert "set" not in VALUES
    assert sorted(map(str, VALUES)) == sorted(map(str, st.session_state))
    assert len(VALUES) == len(st.session_state)
    st.session_state["seen"] = [before, after]


KEYS = ("number", "text", "button", "set", "old", "nothing")


def test_every_value_is_that_of_streamlit():
    """In a first run, after an act, and of a value that an earlier run has left."""
    test = AppTest.from_string(f"KEYS = {KEYS!r}\n" + body())
    test.session_state["old"] = "left"
    test.run()
    check(test, number="none", then=3)
    test.slider(key="number").set_value(5).run()
    check(test, number=5, then=5)
    test.button(key="button").click().run()
    before, after = test.session_state["seen"]
    assert before["button"] == after["button"] == (True, True, True)


def check(test, *, number, then):
    """What both say before and after the widgets of a run."""
    assert not test.exception
    before, after = test.session_state["seen"]
    for found in (*before.values(), *after.values()):
        assert found[0] == found[1]
        assert found[2] == (found[0] != "none")
    assert (before["number"][0], after["number"][0]) == (number, then)
    assert (after["set"][0], after["old"][0], after["nothing"][0]) == (7, "left", "none")


def body():
    """The lines of the page as a script."""
    source = inspect.getsource(page).split("\n", 2)[2]
    return textwrap.dedent(source)


def test_there_are_values_outside_of_a_run_too():
    """As in a test of one function."""
    VALUES["outside"] = 1
    assert VALUES["outside"] == VALUES.get("outside") == 1
    del VALUES["outside"]
    assert "outside" not in VALUES
