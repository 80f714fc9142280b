"""What a fenced process can no longer do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.calls import LINUX

ROOT = Path(__file__).parents[3]
TRIES = """
import json, os, socket, subprocess, sys, tempfile, threading, urllib.request
import numpy
from sandbox.processes.fence import fence
import _socket
folder, secret = sys.argv[1:]
held = fence(folder)
def attempt(action):
    try:
        action()
        return "done"
    except Exception as error:
        return type(error).__name__
started = []
found = {
    "socket": attempt(lambda: socket.socket()),
    "below socket": attempt(lambda: _socket.socket(2, 1)),
    "address": attempt(lambda: urllib.request.urlopen("http://127.0.0.1:9/", timeout=2)),
    "program": attempt(lambda: subprocess.run([sys.executable, "-c", "1"])),
    "fork": attempt(os.fork),
    "signal": attempt(lambda: os.kill(os.getppid(), 0)),
    "read": attempt(lambda: open(secret).read()),
    "write": attempt(lambda: open(secret + ".new", "w")),
    "parent": attempt(lambda: open(f"/proc/{os.getppid()}/environ").read()),
    "own folder": attempt(lambda: open(folder + "/a", "w").write("a")),
    "thread": attempt(lambda: threading.Thread(target=started.append, args=[1]).start()),
    "import": attempt(lambda: __import__("email.mime.text")),
    "numbers": attempt(lambda: numpy.ones((99, 99)) @ numpy.ones((99, 99))),
}
print(json.dumps({"held": held, "found": found}))
"""


@pytest.fixture(scope="module")
def fenced(tmp_path_factory):
    """Everything is tried in one process."""
    folder, outside = tmp_path_factory.mktemp("inside"), tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("secret")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{TRIES}"
    command = [sys.executable, "-I", "-c", code, str(folder), str(outside / "secret")]
    run = subprocess.run(command, cwd=outside, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(run.stdout)


def test_what_must_still_work(fenced):
    """Its own folder, threads, imports, numbers."""
    for name in ("own folder", "thread", "import", "numbers"):
        assert fenced["found"][name] == "done", name


def test_python_has_no_sockets(fenced):
    """On every system."""
    assert fenced["found"]["socket"] == "PermissionError"
    assert fenced["found"]["address"] != "done"


@pytest.mark.skipif(not LINUX, reason="the kernel's filter")
def test_no_sockets_programs_or_signals(fenced):
    """By the kernel, for code below Python as well."""
    if not fenced["held"]["seccomp"]:
        pytest.skip("this kernel or machine has no filter")
    for name in ("below socket", "program", "fork", "signal"):
        assert fenced["found"][name] == "PermissionError", name


@pytest.mark.skipif(not LINUX, reason="the kernel's lock")
def test_no_files_but_its_own(fenced):
    """Neither what lies beside, nor what belongs to the parent."""
    if not fenced["held"]["landlock"]:
        pytest.skip("this kernel has no Landlock")
    for name in ("read", "write", "parent"):
        assert fenced["found"][name] == "PermissionError", name
