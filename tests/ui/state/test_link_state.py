"""The link of a session as data: what a URL, a browser and a page's widgets make of each other, without Streamlit."""

from hypothesis import given
from hypothesis import strategies as st

from ui.state.link_state import LinkState

SIZES = {"a": 2, "b": 3, "c": 5}  # the controls of a page with their defaults


def run(state, values, *, page="Lab", url=None, sent=None, controls=SIZES):
    """One run of a page: begin, put every control in place, end. Gives the parameters that it writes."""
    state.begin(page, dict(state.written or {}) if url is None else url, sent or {}, values)
    for key, default in controls.items():
        state.prepare(key, default, int, values)
    state.written = state.parameters(values)
    return state.written


def test_a_link_is_read_and_only_what_differs_is_written():
    state, values = LinkState(), {}
    assert run(state, values, url={"b": "7", "c": "5"}) == {"b": "7"}
    assert values == {"a": 2, "b": 7, "c": 5}
    assert state.outside
    assert run(state, values) == {"b": "7"}
    assert (state.outside, state.arrived) == (False, {})


def test_a_widget_that_was_changed_wins_over_the_url_that_the_app_wrote():
    state, values = LinkState(), {}
    run(state, values, url={"b": "7"})
    values["b"] = 11
    assert run(state, values) == {"b": "11"}


def test_back_in_the_browser_drops_what_the_older_url_does_not_have():
    state, values = LinkState(), {}
    run(state, values, url={})
    values["a"] = 13
    assert run(state, values) == {"a": "13"}
    assert run(state, values, url={}) == {}
    assert values["a"] == 2


def test_a_run_that_the_app_asked_for_ignores_an_old_url():
    """A fragment that looked again brings the URL of when it was made."""
    state, values = LinkState(), {}
    run(state, values, url={})
    values["a"] = 13
    run(state, values)
    state.again = True
    assert run(state, values, url={}) == {"a": "13"}
    assert run(state, values, url={}) == {}, "only once"


def test_what_the_browser_sends_to_a_new_server_wins_over_the_url():
    """The server before has ended: the last change is in the widgets, not in the URL yet."""
    state, values = LinkState(), {}
    assert run(state, values, url={"a": "7", "b": "11"}, sent={"a": 17}) == {"a": "17", "b": "11"}
    assert run(state, values, sent={"a": 19}) == {"a": "17", "b": "11"}, "in the first run only"


def test_each_page_keeps_its_own_values():
    """One key on two pages; the language goes along."""
    state, values = LinkState(), {}
    lab, gate = {"a": 2, "lang": 0}, {"a": 3, "d": 5}
    run(state, values, url={"a": "7"}, controls=lab)
    values["lang"] = 1
    run(state, values, controls=lab)
    assert run(state, values, page="Gate", url={}, controls=gate) == {}
    assert values == {"a": 3, "d": 5, "lang": 1}
    assert run(state, values, page="Lab", url={}, controls=lab) == {"a": "7", "lang": "1"}


def test_a_menu_holds_one_of_its_choices():
    """By id from the URL, by label from the browser; anything else is the default, and reported if the URL asked."""
    choices, labels = {"Add": "Add", "Dot": "Dot"}, {"addition": "Add", "dot product": "Dot"}

    def choose(url, sent=None, before=None):
        state, values = LinkState(), dict(before or {})
        state.begin("Lab", url, sent or {}, values)
        return state.choose("op", choices, labels, "Add", values), values["op"]

    assert choose({}) == (None, "Add")
    assert choose({"op": "Dot"}) == (None, "Dot")
    assert choose({"op": "Divide"}) == ("Divide", "Add")
    assert choose({"op": "Add"}, {"op": "dot product"}) == (None, "Dot")
    assert choose({"op": "Dot"}, {"op": "quotient"}) == (None, "Dot")
    assert choose({}, before={"op": "gone"}) == (None, "Add")


def test_a_control_that_follows_its_default():
    """Another default drops what was chosen, unless the link has just brought it."""
    state, values = LinkState(), {}
    state.begin("Lab", {}, {}, values)
    state.follow("shape", "2,3", values)
    values["shape"] = "2,5"
    state.follow("shape", "2,3", values)
    assert values["shape"] == "2,5"
    state.follow("shape", "2,7", values)
    assert "shape" not in values
    values["shape"] = "2,11"
    state.begin("Lab", {"shape": "2,11"}, {}, values)
    state.follow("shape", "2,13", values)
    assert values["shape"] == "2,11"


def test_two_states_share_nothing():
    one, other = LinkState(), LinkState()
    run(one, {}, url={"a": "7"})
    assert other == LinkState()


@given(st.dictionaries(st.sampled_from(sorted(SIZES)), st.integers(1, 40)), st.lists(st.integers(0, 2), max_size=6))
def test_a_link_gives_the_same_values_elsewhere(chosen, runs):
    """Whatever is chosen: its link, opened in a new session, gives the same values and the same link."""
    state, values = LinkState(), {}
    run(state, values, url={})
    values.update(chosen)
    for _ in runs:
        run(state, values)
    link = run(state, values)
    fresh, found = LinkState(), {}
    assert run(fresh, found, url=link) == link
    assert found == values
