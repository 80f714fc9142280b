"""The line before a child: order, places, limits, and the figures that a host reads."""

import os
import signal
import time
from concurrent.futures import Future

import pytest

from sandbox.processes.errors import SandboxError
from sandbox.processes.messages import Frame
from sandbox.processes.process import SandboxProcess, all_figures
from sandbox.processes.queue import Call, Line
from tests.sandbox.calls import MEMORY, MODULE, PATIENCE, ask, failure, gone, works


def call(asker=""):
    return Call(Frame(b"", ()), Future(), asker)


def test_first_come_first_served_and_each_sees_its_place():
    line, calls = Line(7, 3), [call() for _ in range(5)]
    assert [line.join(one) for one in calls] == [None] * 5
    assert [line.place(one.future) for one in calls] == [1, 2, 3, 4, 5]
    assert line.first() is calls[0]
    assert [line.place(one.future) for one in calls] == [0, 1, 2, 3, 4]
    assert line.place(Future()) == 0
    assert len(line) == 4


def test_a_full_line_turns_away():
    line = Line(2, 3)
    line.join(call())
    line.join(call())
    with pytest.raises(SandboxError, match="busy"):
        line.join(call())


def test_one_asker_keeps_only_the_newest_calls():
    """Whoever asks too much overtakes himself; others stay where they are."""
    line, other = Line(9, 3), call("other")
    theirs = [call("one") for _ in range(5)]
    line.join(theirs[0])
    line.join(other)
    left = [line.join(one) for one in theirs[1:]]
    assert left == [None, None, theirs[0], theirs[1]]
    assert line.place(other.future) == 1
    assert [line.place(one.future) for one in theirs] == [0, 0, 2, 3, 4]


def test_an_asker_at_a_full_line_makes_room_for_himself():
    line = Line(3, 2)
    first = call("one")
    for each in (first, call("one"), call("other")):
        line.join(each)
    assert line.join(call("one")) is first


def test_a_closed_line_gives_back_who_waited():
    line, waiting = Line(5, 2), call()
    line.join(waiting)
    assert line.close() == [waiting]
    assert line.first() is None
    with pytest.raises(SandboxError, match="closed"):
        line.join(call())


def test_the_place_is_seen_while_a_child_is_busy():
    """A call that hangs holds up the others: each future can be asked for its place, and leaves at its end."""
    process = SandboxProcess(MODULE, MEMORY, 60)
    assert works(process)
    process.submit("hang", {})
    waiting = [process.submit("echo", {"number": number}, asker=f"asker {number}") for number in range(3)]
    while process.place(waiting[0]) != 1:  # until the hanging call has been taken
        time.sleep(0.01)
    assert [process.place(one) for one in waiting] == [1, 2, 3]
    seen = process.figures()
    assert (seen.ready, seen.waiting, seen.working, seen.starts, seen.answered) == (True, 3, 1, 1, 1)
    process.close()
    assert [one.exception(PATIENCE).kind for one in waiting] == ["closed"] * 3
    assert [process.place(one) for one in waiting] == [0, 0, 0]


def test_the_figures_tell_restarts_and_failures():
    process = SandboxProcess(MODULE, MEMORY, 60)
    assert works(process)
    pid = process.pid
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    assert works(process)
    assert failure(process, "fail").kind == "failed"
    assert failure(process, "echo", {"an": object()}).kind == "unsendable"
    ask(process, "echo")
    seen = process.figures()
    assert seen.starts == 2
    assert seen.answered == 3
    assert seen.seconds > 0
    assert seen.failures == {"failed": 1, "unsendable": 1}
    assert seen in all_figures()
    process.close()


def test_the_child_learns_the_limits_of_the_host(monkeypatch):
    """Limits are handed on, and nothing else of the environment that begins otherwise."""
    monkeypatch.setenv("MERGESCOPE_MAX_ELEMENTS", "1000")
    process = SandboxProcess(MODULE, MEMORY, 60)
    seen = ask(process, "look").header["environment"]
    process.close()
    assert "MERGESCOPE_MAX_ELEMENTS" in seen
