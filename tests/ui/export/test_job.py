"""Long exports beside the page: watched, stopped, failing, waiting for room."""

import threading

import pytest

from core.errors import invalid_request
from core.limits import MAX_EXPORTS
from tests.patience import PATIENCE
from ui.export import job as jobs
from ui.export.job import Job


def slow(gate, pieces=3):
    """Work that does a piece each time the gate opens."""

    def work(tell):
        for piece in range(pieces):
            tell(piece, pieces)
            assert gate.acquire(timeout=PATIENCE)
        return b"whole"

    return work


def until(condition):
    """Wait for something that another thread does."""
    for _ in range(600):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came")


def test_a_job_tells_how_far_it_is():
    """Piece by piece, and the bytes at the end."""
    gate = threading.Semaphore(0)
    job = Job(slow(gate), "x.gif").start()
    until(lambda: job.total == 3)
    assert (job.part, job.running, job.result) == (0, True, None)
    gate.release(2)
    until(lambda: job.done == 2)
    gate.release()
    job.wait(PATIENCE)
    assert (job.running, job.result, job.stopped, job.error) == (False, b"whole", False, None)


def test_a_stopped_job_leaves_nothing():
    """It ends before its next piece, without a result and without an error."""
    gate = threading.Semaphore(0)
    job = Job(slow(gate), "x.gif").start()
    until(lambda: job.total == 3)
    job.stop()
    gate.release(3)
    job.wait(PATIENCE)
    assert (job.running, job.result, job.stopped, job.error) == (False, None, True, None)
    assert job.done < 3


def test_errors_become_sentences(caplog):
    """A refusal says its own; an accident says where to look, and the log has it."""

    def refuse(tell):
        raise invalid_request("No.")

    def fail(tell):
        raise RuntimeError("inside")

    refused, failed = Job(refuse, "x").start(), Job(fail, "x").start()
    refused.wait(PATIENCE)
    failed.wait(PATIENCE)
    assert str(refused.error) == "No."
    assert str(failed.error) == "The export failed; see the server log."
    assert "inside" in caplog.text


def test_what_takes_too_long_is_given_up(monkeypatch):
    """No export can occupy the server for ever."""
    monkeypatch.setattr(jobs, "MAX_EXPORT_SECONDS", -1)
    job = Job(slow(threading.Semaphore(9)), "x").start()
    job.wait(PATIENCE)
    assert "exceeded -1 s" in str(job.error)
    assert job.result is None


def test_only_a_few_run_at_a_time():
    """One more waits; while it waits it can be stopped, and when there is room it runs."""
    gate = threading.Semaphore(0)
    running = [Job(slow(gate, 1), "x").start() for _ in range(MAX_EXPORTS)]
    until(lambda: all(job.total for job in running))
    waiting, given_up = Job(slow(threading.Semaphore(9)), "x").start(), Job(slow(gate), "x").start()
    given_up.stop()
    given_up.wait(PATIENCE)
    assert given_up.stopped
    assert waiting.total == 0
    gate.release(MAX_EXPORTS)
    waiting.wait(PATIENCE)
    assert waiting.result == b"whole"


@pytest.mark.parametrize("done", [0, 5])
def test_part(done):
    """A share of the whole; nothing before it is known how much there is."""
    job = Job(lambda tell: b"", "x")
    assert job.part == 0
    job.done, job.total = done, 10
    assert job.part == done / 10
