"""Large tensors that wait to be fetched: names, the time that they wait, and the route that sends them."""

import weakref

import numpy as np
import pytest

from tests.asynchronous import run_async
from ui.hosting import middleware
from ui.hosting.middleware import Tensors
from ui.tensor_view.outbox import LARGE, PATH, Outbox


class Share:
    """Something that is kept with a tensor, such as a share of the budget."""


@pytest.fixture
def waiting(monkeypatch):
    """An open outbox whose clock stands still, and the time that it shows."""
    now = [0.0]
    found = Outbox(lambda: now[0])
    found.open(Share)
    monkeypatch.setattr(middleware, "OUTBOX", found)
    return found, now


def values(count=LARGE):
    return np.arange(count, dtype=np.float32)


def test_without_a_route_nothing_is_offered():
    assert Outbox().offer(values()) is None


def test_small_tensors_go_along_with_the_message(waiting):
    assert waiting[0].offer(values(LARGE - 1)) is None


def test_each_offer_has_a_name_of_its_own(waiting):
    found, _ = waiting
    first, second = found.offer(values()), found.offer(values())
    assert first != second
    assert first.startswith(PATH)
    assert len(first) >= len(PATH) + 32
    assert found.find("x" * 32) is None


def test_what_is_not_fetched_is_dropped_with_all_that_is_kept_with_it(waiting):
    found, now = waiting
    name = found.offer(values()).removeprefix(PATH)
    kept = weakref.ref(found._parcels[name].kept)
    now[0] = 59.0
    assert found.find(name) is not None
    assert kept() is not None
    now[0] = 61.0
    assert found.expire() == 1
    assert found.find(name) is None
    assert kept() is None


def answer(path, app=None):
    """(status, headers, pieces) of a request to the route."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    run_async(Tensors(app)(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"]), [message["body"] for message in sent[1:]]


def test_the_route_sends_it_in_pieces_and_once(waiting):
    found, _ = waiting
    offered = values(LARGE + 3)
    path = "/" + found.offer(offered)
    status, headers, pieces = answer(path)
    assert status == 200
    assert headers[b"content-length"] == str(offered.nbytes).encode()
    assert max(map(len, pieces)) <= 262_144
    np.testing.assert_array_equal(np.frombuffer(b"".join(pieces), np.float32), offered)
    assert answer(path)[0] == 404


def test_a_fetch_that_breaks_off_can_be_tried_again(waiting):
    found, _ = waiting
    path = "/" + found.offer(values())

    async def broken(message):
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 -- the server logs it
        run_async(Tensors(None)({"type": "http", "method": "GET", "path": path, "headers": []}, None, broken))
    assert answer(path)[0] == 200


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_mergescope/tensors/", "/_mergescope/tensors/short"])
def test_other_paths_are_passed_on(waiting, path):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})

    assert answer(path, app)[0] == 204
