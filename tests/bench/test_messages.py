"""What a visitor of the measure keeps of the messages that came."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.load_messages import Messages
from tests.conftest import settle


def message(name, fragment=""):
    made = ForwardMsg(hash=name)
    made.metadata.cacheable = True
    made.delta.new_element.text.body = name
    made.delta.fragment_id = fragment
    return made


def reference(name):
    made = ForwardMsg(ref_hash=name)
    made.metadata.delta_path.extend([0, 7])
    return made


def begin(age=2):
    made = ForwardMsg()
    made.new_session.config.max_cached_message_age = age
    return made


def end(*fragments):
    made = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    made.metadata.run.fragment_ids.extend(fragments)
    return made


def test_a_reference_gives_the_message_at_its_new_place():
    messages = Messages()
    messages.take(message("a"))
    found = messages.take(reference("a"))
    assert found.delta.new_element.text.body == "a"
    assert list(found.metadata.delta_path) == [0, 7]


def test_what_the_server_does_not_let_it_keep_is_not_kept():
    messages, one = Messages(), message("a")
    one.metadata.cacheable = False
    messages.take(one)
    assert messages.hashes() == []


def test_what_two_more_runs_have_not_used_is_dropped():
    messages = Messages()
    for one in (begin(), message("a"), message("b"), end()):
        messages.take(one)
    for run in range(2):
        assert messages.hashes() == ["a", "b"], run
        messages.take(reference("b"))
        messages.take(end())
    assert messages.hashes() == ["b"]


def test_the_server_says_how_old_they_may_be():
    messages = Messages()
    for one in (begin(age=5), message("a"), *[end()] * 5):
        messages.take(one)
    assert messages.hashes() == ["a"]
    messages.take(end())
    assert messages.hashes() == []


def test_a_fragment_drops_only_its_own():
    messages = Messages()
    messages.take(begin())
    for name, fragment in (("page", ""), ("one", "1"), ("two", "2")):
        messages.take(message(name, fragment))
    for _ in range(4):
        messages.take(end("1"))
    assert messages.hashes() == ["page", "two"]
    messages.take(end())
    assert messages.hashes() == []


def test_a_run_that_begins_again_does_not_count():
    messages, again = Messages(), ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN)
    for one in (begin(), message("a"), *[again] * 4):
        messages.take(one)
    assert messages.hashes() == ["a"]


def test_what_a_request_has_named_stays_until_its_run():
    """The run before it may end in between; the server may refer to all that the request has named."""
    messages = Messages()
    for one in (begin(), message("a"), end(), end()):
        messages.take(one)
    messages.requested()
    messages.take(end())
    assert messages.hashes() == ["a"]
    messages.take(begin())
    messages.take(end())
    assert messages.hashes() == []


@pytest.mark.slow  # a request that is sent as a run ends is seen in another order than in Chromium
@pytest.mark.browser
def test_a_browser_names_the_same_messages_in_each_request(open_tab, app_address):
    """Frames are read as Chromium receives and sends them; what each of its requests names is compared."""
    messages, named = Messages(), []

    def sent(frame):
        request = BackMsg.FromString(frame)
        if request.WhichOneof("type") == "rerun_script":
            named.append((sorted(request.rerun_script.cached_message_hashes), sorted(messages.hashes())))
            messages.requested()

    def listen(socket):
        socket.on("framereceived", lambda frame: messages.take(ForwardMsg.FromString(frame)))
        socket.on("framesent", sent)

    page = open_tab()
    page.on("websocket", listen)
    page.goto(f"{app_address}/Merge_lab?s0=2,3,5&s1=2,3,5")
    settle(page)
    for shape in ("2,1,5", "2,3,1", "2,1,1", "2,3", "1,3,5", "5", "1", "2,3,7", "3,3,5", "2,3,5"):
        field = page.get_by_label("Shape of input 1")
        field.fill(shape)
        field.press("Enter")
        settle(page)
    for browser, ours in named:
        assert browser == ours
    assert 0 < len(named[-1][0]) < len({name for browser, _ in named for name in browser})  # some were dropped
