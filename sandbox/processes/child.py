"""The parent's end of one child process: start it, ask it, kill it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from core import settings
from sandbox.processes import messages
from sandbox.processes.errors import SandboxError
from sandbox.processes.messages import Frame, Message

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[2]
_BEGIN = (  # `-I` leaves the working directory off the path of imports, so it is put there by name
    "import sys; sys.path.insert(0, sys.argv[1]); from sandbox.processes.child_main import main; "
    "main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))"
)
_HANDED_ON = (  # all else in the environment stays here, passwords first of all
    "HOME", "KERAS_BACKEND", "KERAS_HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMPDIR",
)  # fmt: skip
_FEW_THREADS = {  # each thread reserves address space: on a machine of many cores they alone would break the limit
    "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2", "TF_NUM_INTRAOP_THREADS": "2",
}  # fmt: skip


class _PipeEndError(Exception):
    """The pipe is at its end; `taken` says whether the child may have begun."""

    def __init__(self, *, taken: bool = True) -> None:
        super().__init__()
        self.taken = taken


class Child:
    """One process that runs `sandbox.processes.child_main`. Only one thread may `ask`; any thread may `kill`."""

    def __init__(
        self, module: str, memory_bytes: int, most_bytes: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._most_bytes = most_bytes
        handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ} | settings.handed_on()
        handed_on |= _FEW_THREADS | dict(environment or {})
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BEGIN, str(_ROOT), module, str(memory_bytes), str(most_bytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, env=handed_on,
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which then closes the pipe
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> None:
        """Wait until its module is imported.

        Raises:
            SandboxError: "timeout" or "died", and the child is no more; or what the child reports.
        """
        self._within(seconds, self._receive)

    def ask(self, frame: Frame, seconds: float) -> Message:
        """Send a request and wait for the reply.

        Raises:
            SandboxError: "timeout", "gone" or "died", and the child is no more; or what the child reports.
        """
        return self._within(seconds, lambda: self._exchange(frame))

    def _within(self, seconds: float, talk: Callable[[], Message]) -> Message:
        """Talk; kill the child when that takes too long, by which the talk ends too."""
        late = threading.Event()
        timer = threading.Timer(seconds, self._kill_late, [late])
        timer.daemon = True
        timer.start()
        try:
            message = talk()
        except BaseException as error:
            self._bury()  # a reply that was read in part would be taken for the start of the next
            if not isinstance(error, _PipeEndError):
                raise
            if late.is_set():
                raise SandboxError("timeout", f"after {seconds:g} s") from None
            raise SandboxError("died" if error.taken else "gone", f"code {self._process.returncode}") from None
        finally:
            timer.cancel()
        if late.is_set():  # the reply came in the last moment, but the child is gone all the same
            self._bury()
        return _opened(*message)

    def _exchange(self, frame: Frame) -> Message:
        """The first message that comes back only says that the request was taken."""
        try:
            messages.write(cast(BinaryIO, self._process.stdin), frame)
            self._receive()
        except (OSError, _PipeEndError):
            raise _PipeEndError(taken=False) from None
        return self._receive()

    def _receive(self) -> Message:
        """The next message; a kill by the timer, too, is noticed here by the broken pipe."""
        try:
            message = messages.read(cast(BinaryIO, self._process.stdout), self._most_bytes)
        except (OSError, ValueError) as error:
            _log.warning("Process %d sent nonsense: %s", self.pid, error)
            message = None
        if message is None:
            raise _PipeEndError
        return message

    def _kill_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def kill(self) -> None:
        """End it now and leave nothing behind; harmless when it has ended."""
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)

    def _bury(self) -> None:
        """Kill it and close the pipes; what is left in them has no reader."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast(BinaryIO, pipe).close()


def _opened(header: dict[str, Any], arrays: list[messages.Array]) -> Message:
    """The reply out of its envelope.

    Raises:
        SandboxError: the child reports a failure.
    """
    reply = header.get("reply")
    if isinstance(reply, dict):
        return reply, arrays
    kind = header.get("failure")
    raise SandboxError(kind if kind in ("start", "memory") else "failed", str(header.get("text", "")))


_SECONDS_TO_START = 120.0  # importing Keras takes 3 s; on a busy machine of one core ten times that
_LONGEST_REST = 60.0  # seconds between two attempts to start
_log = logging.getLogger(__name__)


class Keeper:
    """Only one thread may call `ready` and the two counters; any thread may `close`."""

    def __init__(
        self, module: str, memory_bytes: int, most_bytes: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._settings = (module, memory_bytes, most_bytes, environment)
        self._lock = threading.Lock()  # guards the two that follow
        self._child: Child | None = None
        self._up: Child | None = None  # the last that has come up
        self._closed = False
        self._failures, self._rest_until = 0, 0.0
        self.starts = 0  # children that were started

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        child = self._child
        return child.pid if child and child.alive else None

    @property
    def is_ready(self) -> bool:
        """Whether there is a child that takes calls."""
        child = self._child
        return child is not None and child is self._up and child.alive

    def ready(self) -> Child:
        """The child, started and waited for where there is none.

        Raises:
            SandboxError: "start", "resting" or "closed".
        """
        if self._child and self._child.alive:
            return self._child
        if time.monotonic() < self._rest_until:
            raise SandboxError("resting", f"after {self._failures} failures in a row")
        try:
            child = self._new_child()
        except OSError as error:  # no memory or no handles left for another process
            self.count_failure(error)
            raise SandboxError("start", str(error)) from None
        try:
            child.wait(_SECONDS_TO_START)
        except SandboxError as error:
            child.kill()  # or it would pass for alive until it has ended by itself
            self.count_failure(error)
            raise SandboxError("start", str(error)) from None
        self._up = child
        return child

    def _new_child(self) -> Child:
        with self._lock:
            if self._closed:
                raise SandboxError("closed")
            self._child = Child(*self._settings)
            self.starts += 1
            return self._child

    def count_success(self) -> None:
        """The child answered, so what went wrong before is over."""
        self._failures = 0

    def count_failure(self, error: Exception) -> None:
        """The child is lost. The first start after a failure is at once, those after it wait longer and longer."""
        if self._closed:
            return
        _log.warning("The process of %s is lost: %s", self._settings[0], error)
        self._failures += 1
        rest = 0.0 if self._failures == 1 else min(2.0 ** (self._failures - 2), _LONGEST_REST)
        self._rest_until = time.monotonic() + rest

    def close(self) -> None:
        """End the child for good."""
        with self._lock:
            self._closed = True
            child = self._child
        if child:
            child.kill()
