"""What a session knows of widgets goes with them."""

from streamlit.runtime.state import SessionState
from streamlit.testing.v1 import AppTest

from ui import streamlit_internals as internals


def changing_page():
    """A slider is another one after each change; the fragment draws a button of its own."""
    import streamlit as st

    end = st.session_state.setdefault("end", 5)
    st.slider("changing", 0, end, on_change=lambda: None)
    st.toggle("same", key="same")
    st.fragment(lambda: st.button("part", key="part"))()


def known_widgets(app):
    return app.session_state._state._state._new_widget_state.widget_metadata


def test_widgets_that_are_gone_are_forgotten(monkeypatch):
    """Streamlit keeps every one of them; those of a fragment stay when it is not drawn, and all keep their values."""
    monkeypatch.setattr(SessionState, "_remove_stale_widgets", SessionState._remove_stale_widgets)
    plain = AppTest.from_function(changing_page).run()
    for end in (7, 11, 13):
        plain.session_state["end"] = end
        plain.run()
    assert len(known_widgets(plain)) == 6
    internals.forget_stale_widgets()
    app = AppTest.from_function(changing_page).run()
    app.toggle[0].set_value(True).run()
    for end in (7, 11, 13):
        app.session_state["end"] = end
        app.slider[0].set_value(end - 3)
        app.run()
    assert len(known_widgets(app)) == 3
    assert app.toggle[0].value is True
    assert not app.exception


def page_with_component():
    import streamlit as st

    mine = st.components.v2.component("mine", html="<p></p>", js="export default function () {}")
    mine(key="first", default={"chosen": 2}, on_chosen_change=lambda: None, on_opened_change=lambda: None)
    st.session_state["seen"] = st.session_state["first"]


def test_the_events_of_a_component_stay_known(monkeypatch):
    """Streamlit counts the widget that gathers them as gone after each run."""
    monkeypatch.setattr(SessionState, "_remove_stale_widgets", SessionState._remove_stale_widgets)
    internals.forget_stale_widgets()
    app = AppTest.from_function(page_with_component).run()
    app.run()
    assert [name.rpartition("first")[2] for name in sorted(known_widgets(app))] == ["", "__events"]
    assert not app.exception


def page_of_many():
    """A component and a button with another key in each run, and a field that keeps its text while it is away."""
    import streamlit as st

    number = st.session_state.setdefault("number", 0)
    mine = st.components.v2.component("mine", html="<p></p>", js="export default function () {}")
    mine(key=f"view {number}", on_chosen_change=lambda: None)
    st.button("press", key=f"press {number}")
    if number % 3 == 0:
        st.text_input("text", key="text", persist_state="session")


def test_keys_go_with_their_widgets(monkeypatch):
    """However many there have been; what is to be kept is kept."""
    monkeypatch.setattr(SessionState, "_remove_stale_widgets", SessionState._remove_stale_widgets)
    internals.forget_stale_widgets()
    app = AppTest.from_function(page_of_many).run()
    app.text_input[0].set_value("typed").run()
    for number in range(1, 13):
        app.session_state["number"] = number
        app.run()
        assert not app.exception
        names = app.session_state._state._state._key_id_mapper
        assert len(names._key_id_mapping) == len(names._id_key_mapping) <= 4
        if number % 3 == 0:
            assert app.text_input[0].value == "typed"
