"""Calls to a process for the tests, and waiting for what it does."""

import os
import sys
import time
from pathlib import Path

import pytest

from sandbox.processes.errors import SandboxError
from tests.patience import PATIENCE

MODULE = "tests.sandbox.misbehaving"
MEMORY = 2**30
SECONDS = 20.0  # per call: a call that hangs ends after it; an echo takes a thousandth of it
LINUX = sys.platform == "linux"


def ask(process, job, header=None, arrays=()):
    return process.submit(job, header or {}, arrays).result(PATIENCE)


def failure(process, job, header=None, arrays=()):
    with pytest.raises(SandboxError) as caught:
        ask(process, job, header, arrays)
    return caught.value


def works(process):
    return ask(process, "echo", {"still": "here"}).header == {"still": "here"}


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] if LINUX else True


def until(condition, seconds=PATIENCE):
    """Wait until a condition holds; whether it does."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def gone(pid, seconds=PATIENCE):
    """Wait until a process has ended; whether it has."""
    return until(lambda: not alive(pid), seconds)
