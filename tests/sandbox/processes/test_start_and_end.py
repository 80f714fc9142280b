"""The process: how it comes up, how it ends, and that nothing of it is left."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox.processes.process import SandboxProcess
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX, MEMORY, MODULE, SECONDS, failure, gone, until, works

ROOT = Path(__file__).parents[3]


def test_calls_beyond_the_queue_are_refused_and_closing_answers_the_rest():
    """No future is left without an answer, and no process."""
    process = SandboxProcess(MODULE, MEMORY, 600)
    assert works(process)
    pid = process.pid
    futures = [process.submit("hang", {}) for _ in range(80)]
    kinds = [future.exception(0).kind for future in futures if future.done()]
    assert 10 <= len(kinds) <= 16
    assert set(kinds) == {"busy"}
    process.close()
    assert {future.exception(PATIENCE).kind for future in futures} == {"busy", "closed"}
    assert failure(process, "echo").kind == "closed"
    assert gone(pid)


def test_a_child_that_does_not_start_is_not_tried_without_end(monkeypatch):
    """After two failures the calls fail at once, without another process, until the pause is over."""
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr("sandbox.processes.child.time", clock)
    started = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(a) or real(*a, **k))
    process = SandboxProcess("tests.sandbox.there_is_no_such_module", MEMORY, SECONDS)
    first = failure(process, "echo")
    assert first.kind == "start"
    assert "there_is_no_such_module" in first.text
    kinds = [failure(process, "echo").kind for _ in range(50)]
    assert kinds[-1] == "resting"
    assert len(started) == 2
    clock.monotonic = lambda: 1.5
    assert until(lambda: failure(process, "echo").kind == "resting" and len(started) == 3)
    process.close()


def test_it_comes_up_in_the_background():
    """`start` returns at once; calling it again changes nothing."""
    process = SandboxProcess(MODULE, MEMORY, SECONDS)
    process.start()
    process.start()
    assert until(lambda: process.is_ready)
    assert process.statistics().starts == 1
    assert works(process)
    process.close()


@pytest.mark.skipif(not LINUX, reason="reads /proc")
@pytest.mark.parametrize("end", ["sys.exit()", "os.kill(os.getpid(), 9)"])
def test_no_orphan_is_left(end):
    """When the server ends, or is killed, in the middle of a call that hangs."""
    code = f"""
import os, sys
from sandbox.processes.process import SandboxProcess
process = SandboxProcess({MODULE!r}, {MEMORY}, 60)
print(process.submit("look", {{}}).result({PATIENCE}).header["pid"], flush=True)
process.submit("hang", {{}})
{end}
"""
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert gone(int(run.stdout))
    assert run.stderr == ""
