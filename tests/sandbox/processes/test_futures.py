"""The cache of futures: equal requests share one, the least recently used is dropped, failures are asked for again."""

import gc
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.processes.futures import FutureCache
from sandbox.processes.process import Answer


class Work:
    """Begins work and remembers for which keys; the test ends it."""

    def __init__(self):
        self.begun = []

    def begin(self, key):
        def make():
            self.begun.append((key, Future()))
            return self.begun[-1][1]

        return make

    @property
    def keys(self):
        return [key for key, _ in self.begun]


def until_it_failed(future):
    return 0.0 if future.exception() else float("inf")


def test_by_hand():
    """Room for two: the third key drops the one that was used longest ago, not the oldest."""
    cache, work = FutureCache(2), Work()
    first = cache.get("a", work.begin("a"))
    assert cache.get("a", work.begin("a")) is first
    cache.get("b", work.begin("b"))
    assert cache.get("a", work.begin("a")) is first
    cache.get("c", work.begin("c"))
    assert cache.get("a", work.begin("a")) is first
    cache.get("b", work.begin("b"))
    assert work.keys == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_a_failure_is_asked_for_again_and_a_result_is_not():
    cache, work = FutureCache(3, lifetime=until_it_failed), Work()
    first = cache.get("a", work.begin("a"))
    first.set_exception(ValueError())
    second = cache.get("a", work.begin("a"))
    assert second is not first
    second.set_result(7)
    assert cache.get("a", work.begin("a")) is second


def test_a_lifetime_counts_from_when_the_future_was_done():
    now = [100.0]
    cache, work = FutureCache(3, lifetime=lambda _: 10.0, clock=lambda: now[0]), Work()
    first = cache.get("a", work.begin("a"))
    now[0] = 150.0
    assert cache.get("a", work.begin("a")) is first, "not done yet"
    first.set_result(7)
    now[0] = 159.0
    assert cache.get("a", work.begin("a")) is first
    now[0] = 160.0
    assert cache.get("a", work.begin("a")) is not first


def test_what_cannot_be_begun_is_not_kept():
    cache, work = FutureCache(3), Work()

    def fail():
        raise ValueError("busy")

    with pytest.raises(ValueError, match="busy"):
        cache.get("a", fail)
    assert len(cache) == 0
    assert cache.get("a", work.begin("a")) is work.begun[0][1]


def test_a_future_that_is_done_at_once():
    """As for a request that is rejected while it is made."""
    done = Future()
    done.set_result(7)
    cache = FutureCache(3, lifetime=lambda _: 0.0, clock=lambda: 0.0)
    assert cache.get("a", lambda: done) is done
    assert cache.get("a", Future) is not done


def test_many_threads_begin_each_work_once():
    cache, work, ready = FutureCache(32), Work(), threading.Barrier(8)

    def ask(_):
        ready.wait()
        return [cache.get(key, work.begin(key)) for key in range(32)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert sorted(work.keys) == list(range(32))
    assert all(one == found[0] for one in found)


@given(
    st.integers(1, 5), st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["wait", "done", "fail"])), max_size=80)
)
def test_against_a_list(limit, acts):
    """The last `limit` keys that were asked for and have not failed are never begun again."""
    cache, recent = FutureCache(limit, lifetime=until_it_failed), []
    for key, end in acts:
        made = []
        future = cache.get(key, lambda made=made: made.append(Future()) or made[0])
        known = [one for one, kept in recent if one == key and not (kept.done() and kept.exception())]
        assert bool(made) == (not known)
        recent = [(one, kept) for one, kept in recent if one != key][-(limit - 1) :] if limit > 1 else []
        recent.append((key, future))
        if end != "wait" and not future.done():
            future.set_result(1) if end == "done" else future.set_exception(ValueError())


def test_an_answer_lets_go_of_its_reply():
    """What was sent and received may be large; a cache keeps the answer only."""

    class Large:
        pass

    sent, received, reply = Large(), Large(), Future()
    ends = [weakref.ref(sent), weakref.ref(received)]
    answer = Answer(reply, lambda done, sent=sent: (sent is not None, done.result() is not None))
    assert answer.reply is reply
    reply.set_result(received)
    del sent, received, reply
    gc.collect()
    assert answer.result(0) == (True, True)
    assert [end() for end in ends] == [None, None]
