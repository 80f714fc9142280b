"""Two acts in quick succession: the second is sent before the URL of the first has reached the browser."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.conftest import settle
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser


class Slow:
    """What the server sends over the websocket of a page: kept back while `holds`."""

    def __init__(self, page):
        self.holds, self.kept, self.route = False, [], None
        page.route_web_socket("**/_stcore/stream", self.connect)

    def connect(self, route):
        self.route, server = route, route.connect_to_server()
        server.on_message(lambda message: self.kept.append(message) if self.holds else route.send(message))

    def has_url(self):
        """Whether a new URL is among what is kept back, and the run that wrote it has ended."""
        kinds = [ForwardMsg.FromString(message).WhichOneof("type") for message in self.kept]
        return "page_info_changed" in kinds and "script_finished" in kinds[kinds.index("page_info_changed") :]

    def release(self):
        self.holds = False
        while self.kept:
            self.route.send(self.kept.pop(0))


def test_the_second_act_does_not_undo_the_first(open_tab, app_address):
    """Fields of two shapes, filled in with the URL as it was: both count, on screen and in the URL."""
    page = open_tab()
    page.set_default_timeout(PATIENCE_MS)
    slow = Slow(page)
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
