"""The process: whatever its child does, the call ends with a clear error and the next call works."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from sandbox.processes.messages import SENDABLE
from sandbox.processes.process import SandboxProcess
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX, MEMORY, MODULE, SECONDS, ask, failure, gone, until, works


@pytest.fixture(scope="module")
def shared():
    """One process for the module; a test that breaks its child leaves it to be replaced."""
    process = SandboxProcess(MODULE, MEMORY, SECONDS, most_bytes=10_000_000)
    yield process
    process.close()


def test_every_kind_of_array_comes_back_as_it_was(shared):
    """All dtypes; no axes, no elements, strides, foreign byte order."""
    sent = [np.arange(2 * 3 * 5).reshape(2, 3, 5).astype(dtype) for dtype in sorted(SENDABLE)]
    sent += [np.float32(7), np.empty((2, 0, 3)), np.arange(30.0).reshape(5, 6).T[::2], np.arange(3, dtype=">i4")]
    header = {"text": "4×5 “é” \x1b", "none": None, "number": np.int64(3), "nested": [1, [2.5, True]]}
    reply = ask(shared, "echo", header, [np.asarray(array) for array in sent])
    assert reply.header == header
    for before, after in zip(sent, reply.arrays, strict=True):
        assert after.dtype == before.dtype.newbyteorder("=")
        np.testing.assert_array_equal(after, before)


def test_the_child_is_isolated_and_sees_no_secrets(shared, monkeypatch):
    """Only listed variables are passed on."""
    monkeypatch.setenv("A_PASSWORD", "secret")
    if shared.pid is not None:
        os.kill(shared.pid, signal.SIGKILL)
    seen = ask(shared, "look").header
    assert seen["isolated"] == 1
    assert "A_PASSWORD" not in seen["environment"]


@pytest.mark.parametrize(
    ("backend", "blocked"), [("tensorflow", {"jax", "pandas"}), ("jax", {"pandas"}), ("numpy", {"pandas"})]
)
def test_what_no_child_uses_is_not_imported(backend, blocked):
    """Keras and TensorFlow import pandas and JAX where they are installed; a backend keeps what it needs."""
    process = SandboxProcess(MODULE, MEMORY, SECONDS, environment={"KERAS_BACKEND": backend})
    assert {"jax", "pandas"} & set(ask(process, "look").header["blocked"]) == blocked
    process.close()


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_the_child_limits_itself(shared):
    """Private memory, address space and core files."""
    limits = Path(f"/proc/{ask(shared, 'look').header['pid']}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert rows["Max data size"] == [str(MEMORY)] * 2
    assert rows["Max address space"] == [str(MEMORY + 2**30)] * 2
    assert rows["Max core file size"] == ["0", "0"]


def test_what_a_job_prints_does_not_disturb_the_messages(shared):
    """Its standard output is reserved, its standard input is empty."""
    assert ask(shared, "talk").header == {"read": ""}
    assert works(shared)


def test_a_killed_child_is_replaced(shared):
    """Killed while idle, as by the system when memory runs out; the next call works."""
    for _ in range(5):
        assert works(shared)
        pid = shared.pid
        os.kill(pid, signal.SIGKILL)
        assert works(shared)
        assert shared.pid != pid
        assert gone(pid)


@pytest.mark.skipif(not LINUX, reason="a stopped process")
def test_a_call_that_was_not_taken_is_tried_again(shared):
    """The request is in the pipe, or not even there, when the child is killed; both end the same way."""
    assert works(shared)
    pid = shared.pid
    os.kill(pid, signal.SIGSTOP)
    future = shared.submit("echo", {"number": 7})
    until(lambda: shared.statistics().working)
    os.kill(pid, signal.SIGKILL)
    assert future.result(PATIENCE).header == {"number": 7}


def test_a_hang_is_cut_off(shared):
    """The child is killed at the time limit; the next call gets another child."""
    process = SandboxProcess(MODULE, MEMORY, 1.5)
    until(lambda: process.start() or process.is_ready)
    pid = process.pid
    error = failure(process, "hang")
    assert (error.kind, error.text) == ("timeout", "after 1.5 s")
    assert gone(pid)
    assert until(lambda: process.is_ready and process.pid != pid)
    process.close()


def test_too_much_memory_is_a_clear_error(shared):
    """The limit holds, the error says so, and the child continues."""
    assert works(shared)
    pid = shared.pid
    assert failure(shared, "allocate", {"bytes": 2 * MEMORY}).kind == "memory"
    assert works(shared)
    assert shared.pid == pid
    assert ask(shared, "allocate", {"bytes": MEMORY // 8}).arrays[0] == [1]


@pytest.mark.parametrize(
    ("job", "header", "kind"),
    [
        ("die", {}, "died"),
        ("fail", {}, "failed"),
        ("no such job", {}, "failed"),
        ("promise", {"bytes": 10_000_001}, "died"),
    ],
)
def test_other_ends_of_a_call(shared, job, header, kind):
    """A crash, a mistake, an unknown job, a reply that is too large."""
    assert works(shared)
    assert failure(shared, job, header).kind == kind
    assert works(shared)


def test_many_threads_get_their_own_answers(shared):
    """Two hundred calls from sixteen threads."""

    def call(number):
        reply = ask(shared, "echo", {"number": number}, [np.full((3, number % 7), number)])
        return reply.header["number"] == number and (reply.arrays[0] == number).all()

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(call, range(200)))


def test_what_cannot_be_sent_is_refused_before_a_child_is_started():
    """Too many bytes, arrays and headers that a message cannot hold."""
    process = SandboxProcess(MODULE, MEMORY, SECONDS, most_bytes=1_000)
    assert failure(process, "echo", {}, [np.zeros(126)]).kind == "too large"
    for array in (np.zeros(2, complex), np.array(["a"]), np.array([None]), np.zeros(2, "datetime64[s]")):
        assert failure(process, "echo", {}, [array]).kind == "unsendable"
    assert failure(process, "echo", {"an": object()}).kind == "unsendable"
    assert failure(process, "echo", {"long": "x" * 1_000_000}).kind == "unsendable"
    assert process.pid is None
