"""Two acts in quick succession: the second is sent before the URL of the first has reached the browser."""

import pytest

from tests.browser.slow_server import SlowServer
from tests.conftest import settle
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_the_second_act_does_not_undo_the_first(open_tab, app_address):
    """Fields of two shapes, filled in with the URL as it was: both count, on screen and in the URL."""
    page = open_tab()
    page.set_default_timeout(PATIENCE_MS)
    slow = SlowServer(page)
    page.goto(f"{app_address}/Merge_lab?op=Add&s0=5,1,5&s1=5,4,5")
    settle(page)
    first, second = (page.get_by_label(f"Shape of input {number}", exact=True) for number in (0, 1))
    slow.holds = True
    first.fill("5,7,5")
    first.press("Enter")
    while not slow.has_url():
        page.wait_for_timeout(20)  # handles what the server sends
    second.fill("5,7,1")
    second.press("Enter")
    slow.release()
    page.wait_for_function("decodeURIComponent(location.search).endsWith('s0=5,7,5&s1=5,7,1')")
    settle(page)
    assert (first.input_value(), second.input_value()) == ("5,7,5", "5,7,1")
