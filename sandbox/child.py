"""The parent's end of one child process: start it, ask it, kill it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from core import settings
from sandbox import frames
from sandbox.failures import SandboxError
from sandbox.frames import Frame, Message

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).parent.parent
_BEGIN = (  # `-I` leaves the working directory off the path of imports, so it is put there by name
    "import sys; sys.path.insert(0, sys.argv[1]); from sandbox.serve import main; "
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
    """One process that runs `sandbox.serve`. Only one thread may `ask`; any thread may `kill`."""

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
            frames.write(cast(BinaryIO, self._process.stdin), frame)
            self._receive()
        except (OSError, _PipeEndError):
            raise _PipeEndError(taken=False) from None
        return self._receive()

    def _receive(self) -> Message:
        """The next message; a kill by the timer, too, is noticed here by the broken pipe."""
        try:
            message = frames.read(cast(BinaryIO, self._process.stdout), self._most_bytes)
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


def _opened(header: dict[str, Any], arrays: list[frames.Array]) -> Message:
    """The reply out of its envelope.

    Raises:
        SandboxError: the child reports a failure.
    """
    reply = header.get("reply")
    if isinstance(reply, dict):
        return reply, arrays
    kind = header.get("failure")
    raise SandboxError(kind if kind in ("start", "memory") else "failed", str(header.get("text", "")))
