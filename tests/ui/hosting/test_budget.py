"""The budget for large merges: never more than the limit, in order, and given back whatever ends a run."""

import gc
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.hosting import budget
from ui.hosting.budget import Budget


def test_by_hand():
    """10 elements: 6 and 4 fit, 3 waits, then 8 behind it although 2 are free; one alone may be larger than all."""
    limit, tickets = Budget(10), [object() for _ in range(5)]
    assert limit.wait(tickets[0], 6, 0.0) == 0
    assert limit.wait(tickets[1], 4, 0.0) == 0
    assert limit.wait(tickets[2], 3, 0.0) == 1
    assert limit.wait(tickets[3], 8, 0.0) == 2
    limit.release(4)
    assert limit.wait(tickets[3], 8, 0.0) == 2, "first come, first served"
    assert limit.wait(tickets[2], 3, 0.0) == 0
    assert limit.wait(tickets[3], 8, 0.0) == 1
    limit.release(6)
    limit.release(3)
    assert limit.wait(tickets[3], 8, 0.0) == 0
    limit.release(8)
    assert limit.wait(tickets[4], 99, 0.0) == 0


def test_who_gives_up_makes_way():
    limit, first, second = Budget(10), object(), object()
    assert limit.wait(object(), 9, 0.0) == 0
    assert limit.wait(first, 5, 0.0) == 1
    assert limit.wait(second, 1, 0.0) == 2
    limit.leave(first)
    limit.leave(first)
    assert limit.wait(second, 1, 0.0) == 0


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=60))
def test_never_more_than_the_limit(acts):
    """And no merge waits while there is room for the first."""
    limit, held, waiting = Budget(10), [], []
    for elements, release in acts:
        if release and held:
            limit.release(held.pop(0))
        else:
            waiting.append((object(), elements))
        for ticket, wanted in list(waiting):
            if limit.wait(ticket, wanted, 0.0) == 0:
                assert (ticket, wanted) == waiting[0]
                waiting.pop(0)
                held.append(wanted)
        assert sum(held) <= 10 or len(held) == 1
        assert not waiting or (held and sum(held) + waiting[0][1] > 10)


@pytest.fixture
def one(monkeypatch):
    """A budget of 1,000,000 elements for all pages, and what they show."""
    found, shown = Budget(1_000_000), []
    monkeypatch.setattr(budget, "MAX_LARGE_ELEMENTS", 1_000_000)
    monkeypatch.setattr(budget, "_budget", lambda: found)

    class Place:
        def info(self, text):
            shown.append(text)

        def empty(self):
            shown.append("")

    monkeypatch.setattr(budget.st, "empty", Place)
    yield found, shown
    budget.end()


def test_a_run_gives_back_at_its_end(one):
    found, shown = one
    budget.reserve(900_000)
    assert found._reserved == 900_000
    budget.end()
    assert found._reserved == 0
    assert shown == []


def test_small_merges_are_not_counted(one):
    budget.reserve(budget.SMALL)
    assert one[0]._reserved == 0


def test_another_merge_on_the_same_page_replaces_the_first(one):
    """A page that shows several does not wait for itself."""
    budget.reserve(900_000)
    budget.reserve(800_000)
    assert one[0]._reserved == 800_000


def test_a_thread_that_ends_without_a_word_gives_back(one):
    """As where a page is closed in the middle of its run."""
    thread = threading.Thread(target=lambda: budget.reserve(900_000))
    thread.start()
    thread.join()
    gc.collect()
    assert one[0]._reserved == 0


def test_a_page_that_waits_says_so(one):
    """And goes on once there is room, without the sentence."""
    found, shown = one
    assert found.wait(object(), 900_000, 0.0) == 0
    done = threading.Event()

    def page():
        budget.reserve(800_000)
        done.set()

    thread = threading.Thread(target=page, daemon=True)
    thread.start()
    while not shown:
        assert not done.wait(0.01)
    assert "position 1 in the queue" in shown[0]
    found.release(900_000)
    assert done.wait(60)
    thread.join()
    assert shown[-1] == ""


def test_a_page_that_is_closed_while_it_waits_leaves_the_queue(one, monkeypatch):
    found, _ = one
    assert found.wait(object(), 900_000, 0.0) == 0

    class Closed:
        def info(self, text):
            raise StopIteration  # as Streamlit's StopException

    monkeypatch.setattr(budget.st, "empty", Closed)
    with pytest.raises(StopIteration):
        budget.reserve(800_000)
    assert len(found._queue) == 0
