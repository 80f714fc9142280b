"""How the tests call a process, and how they see that one is gone."""

import os
import sys
import time
from pathlib import Path

import pytest

from sandbox.processes.errors import SandboxError

MODULE = "tests.sandbox.misbehaving"
MEMORY = 2**30
SECONDS = 3.0  # per call, and ten times what an echo takes on a busy machine
PATIENCE = 30.0  # for a future: longer than all limits, so that a hang fails the test instead of stopping it
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


def gone(pid, seconds=5.0):
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)
