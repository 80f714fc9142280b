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


@pytest.mark.parametrize(("milliseconds", "seen"), [(1, "ok"), (HOUR, "")])
def test_a_message_of_the_server_comes_late(open_tab, app_address, milliseconds, seen):
    """The page of the app has its title as soon as messages arrive, and no sooner."""
    page = open_tab()
    page.add_init_script(slow_script(milliseconds))
    page.goto(app_address)
    if seen:
        page.locator("h1").first.wait_for()
    else:
        page.locator("[data-testid=stApp]").wait_for()
        page.wait_for_function("performance.getEntriesByType('resource').length > 10")
        assert not page.locator("h1").count()
