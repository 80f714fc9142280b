"""The script that shows whether a test waits for what it looks at: `tests/slow_browser.js`."""

import pytest

from tests.conftest import slow_script

pytestmark = pytest.mark.browser
HOUR = 3_600_000
DRAW = "new Promise((done) => requestAnimationFrame(() => done('drawn')))"
LATER = "new Promise((done) => setTimeout(() => done('not yet'), 100))"


@pytest.mark.parametrize(("milliseconds", "seen"), [(1, "drawn"), (HOUR, "not yet")])
def test_a_frame_comes_late(open_tab, app_address, milliseconds, seen):
    """Late by a millisecond it is drawn, late by an hour it is not."""
    page = open_tab()
    page.add_init_script(slow_script(milliseconds))
    page.goto(f"{app_address}/_stcore/health")
    assert page.evaluate(DRAW if seen == "drawn" else f"Promise.race([{DRAW}, {LATER}])") == seen


def test_a_frame_can_be_called_off(open_tab, app_address):
    """Of two frames, the first is called off while it waits."""
    page = open_tab()
    page.add_init_script(slow_script(50))
    page.goto(f"{app_address}/_stcore/health")
    called = """new Promise((done) => {
        const first = requestAnimationFrame(() => done("first"));
        requestAnimationFrame(() => requestAnimationFrame(() => done("second")));
        cancelAnimationFrame(first);
    })"""
    assert page.evaluate(called) == "second"


@pytest.mark.parametrize("milliseconds", [1, HOUR])
def test_a_message_of_the_server_comes_late(open_tab, app_address, milliseconds):
    """The page has its title when it gets the messages, and not when they have only arrived."""
    page, frames = open_tab(), []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(bytes(frame))))
    page.add_init_script(slow_script(milliseconds))
    page.goto(app_address)
    if milliseconds == 1:
        page.locator("h1").first.wait_for()
        return
    while not any(b"stage" in frame for frame in frames):  # a component that every page has
        page.wait_for_timeout(20)
    page.evaluate(LATER)
    assert not page.locator("h1").count()
