"""The queue before a child: order, positions, limits, and the statistics for monitoring."""

import os
import signal
from concurrent.futures import Future

import pytest

from sandbox.processes.errors import SandboxError
from sandbox.processes.messages import Frame
from sandbox.processes.process import SandboxProcess, all_statistics
from sandbox.processes.queue import Call, CallQueue
from tests.patience import PATIENCE
from tests.sandbox.calls import MEMORY, MODULE, ask, failure, gone, until, works


def call(client=""):
    return Call(Frame(b"", ()), Future(), client)


def test_first_in_first_out_and_each_call_sees_its_position():
    queue, calls = CallQueue(7, 3), [call() for _ in range(5)]
    assert [queue.add(one) for one in calls] == [None] * 5
    assert [queue.position(one.future) for one in calls] == [1, 2, 3, 4, 5]
    assert queue.take() is calls[0]
    assert [queue.position(one.future) for one in calls] == [0, 1, 2, 3, 4]
    assert queue.position(Future()) == 0
    assert len(queue) == 4


def test_a_full_queue_rejects():
    queue = CallQueue(2, 3)
    queue.add(call())
    queue.add(call())
    with pytest.raises(SandboxError, match="busy"):
        queue.add(call())


def test_a_client_keeps_only_its_newest_calls():
    """A client with too many calls loses its oldest; those of others keep their positions."""
    queue, other = CallQueue(9, 3), call("other")
    own = [call("one") for _ in range(5)]
    queue.add(own[0])
    queue.add(other)
    dropped = [queue.add(one) for one in own[1:]]
    assert dropped == [None, None, own[0], own[1]]
    assert queue.position(other.future) == 1
    assert [queue.position(one.future) for one in own] == [0, 0, 2, 3, 4]


def test_a_client_replaces_its_oldest_call_in_a_full_queue():
    queue = CallQueue(3, 2)
    first = call("one")
    for each in (first, call("one"), call("other")):
        queue.add(each)
    assert queue.add(call("one")) is first


def test_a_closed_queue_gives_back_the_calls_that_waited():
    queue, waiting = CallQueue(5, 2), call()
    queue.add(waiting)
    assert queue.close() == [waiting]
    assert queue.take() is None
    with pytest.raises(SandboxError, match="closed"):
        queue.add(call())


def test_positions_while_a_child_is_busy():
    """The calls behind one that hangs have positions; after the end they have none."""
    process = SandboxProcess(MODULE, MEMORY, 60)
    assert works(process)
    process.submit("hang", {})
    waiting = [process.submit("echo", {"number": number}, client=f"client {number}") for number in range(3)]
    until(lambda: process.queue_position(waiting[0]) == 1)  # the hanging call has been taken
    assert [process.queue_position(one) for one in waiting] == [1, 2, 3]
    seen = process.statistics()
    assert (seen.ready, seen.waiting, seen.working, seen.starts, seen.answered) == (True, 3, 1, 1, 1)
    process.close()
    assert [one.exception(PATIENCE).kind for one in waiting] == ["closed"] * 3
    assert [process.queue_position(one) for one in waiting] == [0, 0, 0]


def test_the_statistics_count_restarts_and_failures():
    process = SandboxProcess(MODULE, MEMORY, 60)
    assert works(process)
    pid = process.pid
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    assert works(process)
    assert failure(process, "fail").kind == "failed"
    assert failure(process, "echo", {"an": object()}).kind == "unsendable"
    ask(process, "echo")
    seen = process.statistics()
    assert seen.starts == 2
    assert seen.answered == 3
    assert seen.seconds > 0
    assert seen.failures == {"failed": 1, "unsendable": 1}
    assert seen in all_statistics()
    process.close()


def test_the_child_gets_the_limits_of_the_host(monkeypatch):
    """They are in its environment."""
    monkeypatch.setenv("MERGESCOPE_MAX_ELEMENTS", "1000")
    process = SandboxProcess(MODULE, MEMORY, 60)
    seen = ask(process, "look").header["environment"]
    process.close()
    assert "MERGESCOPE_MAX_ELEMENTS" in seen
