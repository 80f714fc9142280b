"""What was lost on the way to a real browser comes again, without an act of the person."""

import json

import numpy as np
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.patience import PATIENCE_MS
from tests.ui.tensor_view.conftest import View
from tests.ui.tensor_view.demo import CASES

pytestmark = pytest.mark.browser


def losing(page, loses, *, asks=0):
    """Let the connection of a page take something out of each plan on its way; returns the plans as they were sent.

    Args:
        page: before it is opened.
        loses: takes something out of a plan, given its number.
        asks: so many requests for what is missing are lost as well.
    """
    plans, lost = [], []

    def through(frame, browser):
        message = ForwardMsg.FromString(frame)
        element = message.delta.new_element.bidi_component if message.WhichOneof("type") == "delta" else None
        data = json.loads(element.mixed.json) if element is not None and element.mixed.json else {}
        if "parts" in data.get("meta", {}):
            plans.append(json.loads(element.mixed.json)["meta"])
            loses(data["meta"], len(plans))
            element.mixed.json = json.dumps(data)
            frame = message.SerializeToString()
        browser.send(frame)

    def back(frame, server):
        if b"missing" in frame and len(lost) < asks:
            lost.append(frame)
        else:
            server.send(frame)

    def connect(browser):
        server = browser.connect_to_server()
        server.on_message(lambda frame: through(frame, browser))
        browser.on_message(lambda frame: back(frame, server))

    page.route_web_socket("**/_stcore/stream", connect)
    return plans


@pytest.mark.parametrize("lost", ["words", "colours", "orders"])
def test_a_part_of_the_plan_that_was_lost_is_asked_for(demo_address, open_tab, lost):
    """The first message loses it; the view appears all the same, and only that part has come again."""
    page = open_tab()
    page.set_default_timeout(PATIENCE_MS)
    plans = losing(page, lambda meta, count: meta["parts"][lost].pop("value") if count == 1 else None)
    page.goto(f"{demo_address}/?case=note")
    view = View(page, [])
    view.ready()
    assert page.locator("canvas.over").count() == 3
    again = {name for name, part in plans[1]["parts"].items() if "value" in part}
    assert again == {lost}
    assert all("value" in part for part in plans[0]["parts"].values())


def test_what_was_asked_for_in_vain_is_asked_for_again(demo_address, open_tab):
    """The words are lost on their way, and so is the first request for them."""
    page = open_tab()
    page.set_default_timeout(PATIENCE_MS)
    plans = losing(page, lambda meta, count: meta["parts"]["words"].pop("value") if count == 1 else None, asks=1)
    page.goto(f"{demo_address}/?case=note")
    View(page, []).ready()
    assert page.locator("canvas.over").count() == 3
    assert {name for name, part in plans[1]["parts"].items() if "value" in part} == {"words"}


@pytest.mark.parametrize("wrong", [False, True])
def test_random_tensors_are_drawn_in_the_browser(demo_address, open_tab, wrong):
    """No value crosses, and those on screen are NumPy's; where a sum differs, the values come instead."""
    page = open_tab()
    page.set_default_timeout(PATIENCE_MS)

    def spoil(meta, count):
        if wrong and count == 1:
            meta["tensors"][0]["stream"]["sums"][1] ^= 1

    plans = losing(page, spoil)
    page.goto(f"{demo_address}/?case=uniform")
    view = View(page, [])
    view.ready()
    assert ["stream" in tensor for tensor in plans[0]["tensors"]] == [True, True]
    assert plans[0]["computed"] is True
    if wrong:
        ways = [("stream" in tensor, tensor["at"]) for tensor in plans[1]["tensors"]]
        assert ways == [(False, 0), (False, None)], "the first as values, the second is there"
    first, second, result = (panel.value for panel in CASES["uniform"]().panels)
    view.point(2, 4, 3, 7, 5)
    numbers = [float(text) for text in view.sum.split(": ")[1].replace("=", "×").split("×")]
    at = (0, 4, 3, 0)
    np.testing.assert_allclose(numbers, [result[at], first[at], second[at]], rtol=1e-3)
