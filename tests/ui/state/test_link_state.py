"""The link of a session as data: what a URL, a browser and a page's widgets make of each other, without Streamlit."""

from hypothesis import given
from hypothesis import strategies as st

from ui.state.link_state import LinkState

SIZES = {"a": 2, "b": 3, "c": 5}  # the controls of a page with their defaults


def run(state, values, *, page="Lab", url=None, sent=None, controls=SIZES, acted=False):
    """One run of a page: begin, put every control in place, end. Gives the parameters of the page."""
    state.begin(page, dict(state.written or {}) if url is None else url, sent or {}, values, acted=acted)
    for key, default in controls.items():
        state.prepare(key, default, int, values)
    state.end(state.parameters(values))
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


def test_a_second_act_before_the_first_has_reached_the_url_keeps_both():
    """The second is sent with the URL from before the first; the browser's Back with the same URL takes both back."""
    state, values = LinkState(), {}
    run(state, values, url={"b": "7"})
    values["a"] = 13
    assert run(state, values, url={"b": "7"}, acted=True) == {"a": "13", "b": "7"}
    values["c"] = 17
    assert run(state, values, url={"b": "7"}, acted=True) == {"a": "13", "b": "7", "c": "17"}
    assert not state.outside
    assert run(state, values, url={"b": "7"}) == {"b": "7"}
    assert state.outside


def test_an_act_whose_run_is_stopped_counts_in_the_next():
    """Something without a value of its own, such as a picture that is drawn, asks for the run that ends."""
    state, values = LinkState(), {}
    run(state, values, url={})
    values["a"] = 13
    run(state, values, url={}, acted=True)
    values["b"] = 17
    state.begin("Lab", {}, {}, values, acted=True)
    assert run(state, values, url={}) == {"a": "13", "b": "17"}


class Browser:
    """A browser: its URL and its history; what the app has written arrives later, in order."""

    def __init__(self):
        self.state, self.values, self.expected = LinkState(), {}, dict(SIZES)
        self.history, self.on_the_way = [{}], []
        self.send(acted=False)

    def send(self, *, acted):
        """One run, asked for with the URL that the browser has now."""
        self.state.begin("Lab", dict(self.history[-1]), {}, self.values, acted=acted)
        for key, default in SIZES.items():
            self.state.prepare(key, default, int, self.values)
        new = self.state.end(self.state.parameters(self.values))
        if new is not None:
            self.on_the_way.append(dict(new))

    def act(self, key, value):
        if self.values[key] != value:
            self.values[key] = self.expected[key] = value
            self.send(acted=True)

    def receive(self):
        if self.on_the_way and (url := self.on_the_way.pop(0)) != self.history[-1]:
            self.history.append(url)

    def back(self):
        while self.on_the_way:
            self.receive()
        if len(self.history) > 1:
            self.history.pop()
            self.expected = SIZES | {key: int(text) for key, text in self.history[-1].items()}
            self.send(acted=False)


ACTS = st.tuples(st.sampled_from(sorted(SIZES)), st.sampled_from([2, 3, 5, 7]))


@given(st.lists(st.one_of(ACTS, st.just("receive"), st.just("back")), max_size=12))
def test_no_act_is_lost_however_late_a_url_arrives(steps):
    """Acts, arrivals and Back in any order: the values are those of the acts, and the URL says so in the end."""
    browser = Browser()
    for step in steps:
        if isinstance(step, tuple):
            browser.act(*step)
        else:
            getattr(browser, step)()
        assert browser.values == browser.expected
    while browser.on_the_way:
        browser.receive()
    assert browser.history[-1] == browser.state.parameters(browser.values)


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


def test_what_a_link_asked_in_vain_is_said_until_something_is_chosen():
    """Also when the page is drawn again by itself; another link, another page or another choice ends it."""
    choices = {name: name for name in ("Add", "Dot", "Average")}
    state, values = LinkState(), {}

    def draw(page="Lab", url=None):
        state.begin(page, dict(state.written or {}) if url is None else url, {}, values)
        found = state.choose("op", choices, choices, "Add", values)
        state.end(state.parameters(values))
        return found

    assert draw(url={"op": "Divide"}) == "Divide"
    assert draw() == "Divide"
    state.resume({})
    assert state.choose("op", choices, choices, "Add", values) == "Divide"
    values["op"] = "Dot"
    assert draw() is None
    values["op"] = "Add"
    assert draw() is None
    assert draw(url={"op": "Divide", "s0": "2,3"}) == "Divide"
    assert draw(url={"op": "Add", "s0": "2,3"}) is None
    assert draw(url={"op": "Quotient"}) == "Quotient"
    assert draw(page="Gate", url={}) is None
    assert draw(page="Lab", url={}) is None


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


def test_a_run_of_the_fragment_keeps_what_is_outside_of_it():
    """A control of the fragment that is not drawn any more leaves the URL; one outside of it stays there."""
    state, values = LinkState(), {}
    state.begin("Merge lab", {}, {}, values)
    state.prepare("lang", "en", str, values)
    state.enter()
    state.prepare("s2", "5,1,7", str, values)
    values |= {"lang": "zh", "s2": "5,3,7"}
    assert state.end(state.parameters(values)) == {"lang": "zh", "s2": "5,3,7"}
    state.resume({})  # the URL of the first run has not reached the browser
    state.prepare("op", "Multiply", str, values)
    values["op"] = "Add"
    assert state.end(state.parameters(values)) == {"lang": "zh", "op": "Add"}
    assert (state.arrived, state.outside) == ({}, False)


def test_a_part_of_the_page_that_is_drawn_alone_keeps_the_values_of_all_others():
    """The part has `b` at first and `c` then: the page has `a` and `c` in its link, and no more of `b`."""
    state, values = LinkState(), {}
    state.begin("Lab", {"a": "7", "b": "11"}, {}, values)
    state.prepare("a", 2, int, values)
    before = dict(state.defaults)
    state.prepare("b", 3, int, values)
    state.note_part("section", before)
    state.end(state.parameters(values))
    assert state.written == {"a": "7", "b": "11"}
    state.resume(state.written, part="section")
    before = dict(state.defaults)
    assert set(before) == {"a"}
    values["c"] = 13
    state.prepare("c", 5, int, values)
    state.note_part("section", before)
    assert state.end(state.parameters(values)) == {"a": "7", "c": "13"}


def test_a_part_that_is_left_alone_has_the_defaults_that_its_controls_have():
    """`later` has put another default for one of them, before the part was drawn or left alone."""
    state, values = LinkState(), {}
    for _ in range(2):
        state.begin("Inspector", {}, {}, values)
        state.prepare("mten", "", str, values)
        if not state.inner:
            before = dict(state.defaults)
            values["mten"] = "2"
            state.prepare("mten", "2", str, values)
            state.note_part("inputs", before)
        else:
            state.keep_part("inputs")
        state.end(state.parameters(values))
        assert state.written == {}
