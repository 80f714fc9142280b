"""Waiting for a result: what is shown meanwhile, and what happens once it is there."""

from concurrent.futures import Future

import pytest

from ui.views import waiting


@pytest.fixture
def looks(monkeypatch):
    """The fragment as a plain function, which the test calls in place of the browser's clock."""
    begun = []

    def fragment(function, run_every):
        begun.append(run_every)
        return lambda *values: begun.append(lambda: function(*values)) or function(*values)

    monkeypatch.setattr(waiting.st, "fragment", fragment)
    return begun


def test_it_says_something_until_the_future_is_done(looks):
    future, seen = Future(), []
    waiting.wait_for(future, 0.4, lambda: seen.append("waits"), done=lambda: seen.append("done"))
    every, look = looks
    look()
    future.set_result(7)
    look()
    assert (every, seen) == (0.4, ["waits", "waits", "done"])


def test_a_failure_is_done_too(looks):
    future, seen = Future(), []
    future.set_exception(ValueError())
    waiting.wait_for(future, 0.4, lambda: seen.append("waits"), done=lambda: seen.append("done"))
    assert seen == ["done"]


def test_without_more_the_page_is_drawn_again(looks, monkeypatch):
    drawn, future = [], Future()
    monkeypatch.setattr(waiting.link, "draw_again", lambda: drawn.append(1))
    waiting.wait_for(future, 0.4)
    assert drawn == []
    future.set_result(7)
    looks[-1]()
    assert drawn == [1]
