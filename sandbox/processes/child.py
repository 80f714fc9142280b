"""The parent's end of one child process: start it, send it a request, kill it, start another."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from core import settings as limits
from sandbox.processes import messages
from sandbox.processes.errors import SandboxError
from sandbox.processes.messages import Frame, Message

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[2]
_BOOTSTRAP = (  # `-I` leaves the working directory out of the import path, so it is added by name
    "import sys; root, module, memory, most, folder = sys.argv[1:]; sys.path.insert(0, root); "
    "from sandbox.processes.fence import restrict_files; folder and restrict_files(folder, module.partition('.')[0]); "
    "from sandbox.processes.child_main import main; main(module, int(memory), int(most))"
)
_PASSED_ON = (  # all else in the environment stays here, passwords first of all
    "HOME", "KERAS_BACKEND", "KERAS_HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMPDIR",
)  # fmt: skip
_FEW_THREADS = {  # each thread reserves address space: with one for each of many cores they would exceed the limit
    "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2", "TF_NUM_INTRAOP_THREADS": "2",
}  # fmt: skip
_SECONDS_TO_START = 120.0  # importing Keras takes 3 s; on a busy machine with one core ten times that
_LONGEST_PAUSE = 60.0  # seconds between two attempts to start


@dataclass(frozen=True)
class ChildSettings:
    """What a child is started with.

    Attributes:
        module: that it runs.
        memory_bytes: of private memory.
        most_bytes: of arrays in one message.
        environment: variables besides the few that every child gets.
        folder: the only one in which it may make files, from before its first import on; None for no restriction.
    """

    module: str
    memory_bytes: int
    most_bytes: int
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None


class _PipeEndError(Exception):
    """The pipe is at its end; `taken` says whether the child may have begun."""

    def __init__(self, *, taken: bool = True) -> None:
        super().__init__()
        self.taken = taken


class Child:
    """One process that runs `sandbox.processes.child_main`. Only one thread may `ask`; any thread may `kill`."""

    def __init__(self, settings: ChildSettings) -> None:
        self._most_bytes = settings.most_bytes
        arguments = [settings.module, str(settings.memory_bytes), str(settings.most_bytes), settings.folder or ""]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOTSTRAP, str(_ROOT), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, env=_environment(settings),
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which then closes the pipe
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> None:
        """Wait until its module is imported.

        Raises:
            SandboxError: "timeout" or "died", and the child has ended; or what the child reports.
        """
        self._with_deadline(seconds, self._receive)

    def ask(self, frame: Frame, seconds: float) -> Message:
        """Send a request and wait for the reply.

        Raises:
            SandboxError: "timeout", "gone" or "died", and the child has ended; or what the child reports.
        """
        return self._with_deadline(seconds, lambda: self._exchange(frame))

    def _with_deadline(self, seconds: float, talk: Callable[[], Message]) -> Message:
        """Exchange messages; kill the child after too long, which also ends the exchange."""
        late = threading.Event()
        timer = threading.Timer(seconds, self._kill_late, [late])
        timer.daemon = True
        timer.start()
        try:
            message = talk()
        except BaseException as error:
            self._discard()  # a reply that was read in part would be read as the start of the next
            if not isinstance(error, _PipeEndError):
                raise
            if late.is_set():
                raise SandboxError("timeout", f"after {seconds:g} s") from None
            raise SandboxError("died" if error.taken else "gone", f"code {self._process.returncode}") from None
        finally:
            timer.cancel()
        if late.is_set():  # the reply came at the last moment, but the child has been killed
            self._discard()
        return _unwrap(*message)

    def _exchange(self, frame: Frame) -> Message:
        """The first message that comes back only says that the child has taken the request."""
        try:
            messages.write(cast(BinaryIO, self._process.stdin), frame)
            self._receive()
        except (OSError, _PipeEndError):
            raise _PipeEndError(taken=False) from None
        return self._receive()

    def _receive(self) -> Message:
        """The next message; a kill by the timer shows here as a broken pipe."""
        try:
            message = messages.read(cast(BinaryIO, self._process.stdout), self._most_bytes)
        except (OSError, ValueError) as error:
            _log.warning("Process %d sent an invalid message: %s", self.pid, error)
            message = None
        if message is None:
            raise _PipeEndError
        return message

    def _kill_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def kill(self) -> None:
        """End it now; harmless when it has ended."""
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)

    def _discard(self) -> None:
        """Kill it and close the pipes."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast(BinaryIO, pipe).close()


def _unwrap(header: dict[str, Any], arrays: list[messages.Array]) -> Message:
    """The reply in a message.

    Raises:
        SandboxError: the child reports a failure.
    """
    reply = header.get("reply")
    if isinstance(reply, dict):
        return reply, arrays
    kind = header.get("failure")
    raise SandboxError(kind if kind in ("start", "memory") else "failed", str(header.get("text", "")))


def _environment(settings: ChildSettings) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | limits.handed_on() | _FEW_THREADS | dict(settings.environment)


class Supervisor:
    """Keeps one child running: starts it, counts its failures, and waits longer after each before it starts another.

    Only one thread may call `ready` and the two counters; any thread may `close`.

    Attributes:
        starts: children that were started.
    """

    def __init__(self, settings: ChildSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()  # guards the two that follow
        self._child: Child | None = None
        self._ready_child: Child | None = None  # the last that finished its start
        self._closed = False
        self._failures, self._pause_until = 0, 0.0
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """Number of the child's process; None where there is no child."""
        child = self._child
        return child.pid if child and child.alive else None

    @property
    def is_ready(self) -> bool:
        """Whether there is a child that accepts calls."""
        child = self._child
        return child is not None and child is self._ready_child and child.alive

    def ready(self) -> Child:
        """The child; started first where there is none.

        Raises:
            SandboxError: "start", "resting" or "closed".
        """
        if self._child and self._child.alive:
            return self._child
        if time.monotonic() < self._pause_until:
            raise SandboxError("resting", f"after {self._failures} failures in a row")
        try:
            child = self._new_child()
        except OSError as error:  # no memory or no handles left for another process
            self.count_failure(error)
            raise SandboxError("start", str(error)) from None
        try:
            child.wait(_SECONDS_TO_START)
        except SandboxError as error:
            child.kill()  # or it would count as alive until it has ended by itself
            self.count_failure(error)
            raise SandboxError("start", str(error)) from None
        self._ready_child = child
        return child

    def _new_child(self) -> Child:
        with self._lock:
            if self._closed:
                raise SandboxError("closed")
            self._child = Child(self._settings)
            self.starts += 1
            return self._child

    def count_success(self) -> None:
        """The child answered: earlier failures no longer count."""
        self._failures = 0

    def count_failure(self, error: Exception) -> None:
        """The child has ended. The first restart after a failure is immediate, the pause before later ones doubles."""
        if self._closed:
            return
        _log.warning("The process of %s has ended: %s", self._settings.module, error)
        self._failures += 1
        pause = 0.0 if self._failures == 1 else min(2.0 ** (self._failures - 2), _LONGEST_PAUSE)
        self._pause_until = time.monotonic() + pause

    def close(self) -> None:
        """End the child; no other is started."""
        with self._lock:
            self._closed = True
            child = self._child
        if child:
            child.kill()
