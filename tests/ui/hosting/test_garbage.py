"""When garbage is collected: at a bounded share of the time, and all of it in the end."""

import gc
import sys
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.calls import until
from ui.hosting import garbage
from ui.hosting.garbage import Collector, Schedule


class Node:
    """One of a cycle."""


def cycle():
    node = Node()
    node.itself = node
    return weakref.ref(node)


@pytest.fixture(autouse=True, scope="module")
def as_before():
    """No garbage of these tests is kept for good; what else has been frozen (tests/conftest.py) is frozen again."""
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def test_the_schedule_by_hand():
    """New objects at once, then every 40 s; all objects after 120 s; nothing where nothing has run."""
    schedule = Schedule(0.0)
    assert (schedule.due(0.0), schedule.pause(0.0)) == (None, None)
    schedule.run_ended()
    assert schedule.due(0.0) == "new"
    schedule.collected("new", 0.0, 0.01)
    assert schedule.due(5.0) is None, "nothing has run since"
    assert schedule.pause(5.0) == 115.0, "but all objects will be looked at once more"
    schedule.run_ended()
    assert schedule.due(39.9) is None
    assert schedule.pause(1.0) == pytest.approx(39.01)
    assert schedule.due(40.1) == "new"
    schedule.collected("new", 40.1, 42.6)
    schedule.run_ended()
    assert schedule.due(92.5) is None, "it took 2.5 s, so for 50 s there is no other"
    assert schedule.due(92.7) == "new"
    assert schedule.due(120.0) == "all"
    schedule.collected("all", 120.0, 120.4)
    assert (schedule.due(150.0), schedule.pause(150.0)) == (None, None)


def test_all_objects_are_looked_at_soon_after_a_session_has_gone():
    """After 5 s, in which others may go; not before the share of the last collection allows it."""
    schedule = Schedule(0.0)
    schedule.session_gone(10.0)
    schedule.collected("new", 10.0, 10.1)
    assert (schedule.due(14.9), schedule.due(15.1)) == (None, "all")
    schedule.collected("all", 15.1, 15.3)
    schedule.session_gone(16.0)
    assert schedule.due(21.9) is None, "0.2 s is 3 % of 6.7 s"
    assert schedule.due(22.0) == "all"
    schedule.collected("all", 22.0, 22.1)
    schedule.run_ended()
    assert schedule.due(142.0) == "new"
    assert schedule.due(142.2) == "all"


@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.floats(0.001, 0.5)), min_size=1, max_size=200))
def test_its_share_of_the_time_is_bounded_and_it_always_ends(runs):
    """However many runs there are, and however long each collection takes."""
    schedule, now, spent, all_spent = Schedule(0.0), 0.0, 0.0, 0.0
    costs = [cost for _, cost in runs]
    for gap, cost in runs:
        now += gap
        if gap < 0.5:
            schedule.session_gone(now)
        schedule.run_ended()
        kind = schedule.due(now)
        if kind:
            schedule.collected(kind, now, now + cost)
            now, spent, all_spent = now + cost, spent + cost, all_spent + (cost if kind == "all" else 0)
    assert spent <= 0.09 * now + 2 * max(costs)
    assert all_spent <= 0.03 * now + 2 * max(costs)
    for _ in range(3):
        pause = schedule.pause(now)
        if pause is None:
            break
        now += pause
        schedule.collected(schedule.due(now), now, now + 0.01)
    assert schedule.pause(now) is None


def test_new_garbage_is_collected_and_frozen_garbage_later():
    """A cycle that was frozen while it was in use is found by the collection of all objects."""
    collector = Collector()
    gone, kept = cycle(), Node()
    kept.itself, reference = kept, weakref.ref(kept)
    frozen_before = gc.get_freeze_count()
    collector.collect("new")
    assert gone() is None
    assert gc.get_freeze_count() > frozen_before
    del kept
    collector.collect("new")
    assert reference() is not None, "frozen: not looked at"
    collector.collect("all")
    assert reference() is None


def test_the_thread_collects_without_being_asked_again(monkeypatch):
    """After one run: new objects first, and in the end all of them, though nothing runs any more."""
    monkeypatch.setattr(garbage, "_ALL_EVERY", 0.2)
    kinds, collector = [], Collector()
    monkeypatch.setattr(collector, "collect", collect_of(collector, kinds))
    collector.run_ended()
    assert until(lambda: "all" in kinds)
    assert kinds.count("all") == 1
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "garbage"] != [False]


def collect_of(collector, kinds):
    def collect(kind):
        kinds.append(kind)
        collector._schedule.collected(kind, 0.0, 0.0)

    return collect


def test_memory_is_given_back_after_all_and_after_large_merges(monkeypatch):
    given_back = []
    monkeypatch.setattr(garbage, "give_memory_back", lambda: given_back.append(1))
    collector = Collector()
    collector.collect("new")
    assert len(given_back) == 0
    collector.collect("all")
    assert len(given_back) == 1
    collector._trim = True
    collector.collect("new")
    collector.collect("new")
    assert len(given_back) == 2


def test_memory_is_given_back_every_few_seconds(monkeypatch):
    """Less often where it takes long."""
    now, given_back = [0.0], []

    def give_back():
        given_back.append(now[0])
        now[0] += 0.1

    monkeypatch.setattr(garbage, "give_memory_back", give_back)
    collector = Collector(lambda: now[0])
    for second in range(0, 120, 2):
        now[0] = float(second)
        collector.collect("new")
    assert given_back == [2.0, 54.0, 106.0]


def test_memory_is_given_back_between_two_collections(monkeypatch):
    """The thread does not sleep until the next collection, which may be a minute away."""
    given_back = []
    monkeypatch.setattr(garbage, "give_memory_back", lambda: given_back.append(1))
    now = [0.0]
    collector = Collector(lambda: now[0])
    monkeypatch.setattr(garbage.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    collector._rest(40.0)
    assert now == [garbage._TRIM_EVERY]
    assert len(given_back) == 1
    collector._rest(0.5)
    assert now == [garbage._TRIM_EVERY + 0.5]
    assert len(given_back) == 1


def test_without_a_server_nothing_is_started():
    """As in tests of pages."""
    garbage.run_ended()
    assert garbage._COLLECTOR._thread is None


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_large_blocks_go_back_at_once():
    """In a process of its own, since the settings of the C library hold for all of it."""
    import subprocess

    code = (
        "import numpy as np; from ui.hosting.garbage import configure_memory, give_memory_back\n"
        "def mb(): return int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6\n"
        "held = configure_memory(); before = mb()\n"
        "for _ in range(3):\n"
        "    arrays = [np.ones(2_000_000, 'float32') for _ in range(10)]; del arrays\n"
        "print(held, mb() - before < 20)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    if run.stdout.startswith("False"):
        pytest.skip("another C library")
    assert run.stdout.split() == ["True", "True"]
