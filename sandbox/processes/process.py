"""A long-lived child process for jobs that must not run in the server, such as anything with TensorFlow.

The server's threads put calls into a line; one thread of ours hands them to the child in turn. A child that hangs,
dies or takes too much memory is replaced, and only the call that it was busy with is lost.
"""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from core.limits import MAX_WAITING, MAX_WAITING_EACH
from sandbox.processes import messages
from sandbox.processes.child import Keeper
from sandbox.processes.errors import SandboxError
from sandbox.processes.queue import Call, Line
from sandbox.processes.statistics import Figures, Tally

_ALL: weakref.WeakSet[SandboxProcess] = weakref.WeakSet()


@dataclass(frozen=True)
class Reply:
    """What a job gave.

    Attributes:
        header: plain values.
        arrays: the arrays, in the order of the job.
    """

    header: dict[str, Any]
    arrays: list[messages.Array]


class SandboxProcess:
    """One child and the queue before it; safe to use from any thread."""

    def __init__(
        self,
        module: str,
        memory_bytes: int,
        seconds_per_call: float,
        *,
        most_bytes: int = 256_000_000,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is started yet.

        Args:
            module: its `JOBS` are what can be called (`sandbox/processes/child_main.py`).
            memory_bytes: address space of the child.
            seconds_per_call: after which the child is killed.
            most_bytes: of all arrays in one request, and in one reply.
            environment: what the child gets besides the little that is handed on to every child.
        """
        self.seconds_per_call = seconds_per_call
        self._module, self._most_bytes = module, most_bytes
        self._keeper = Keeper(module, memory_bytes, most_bytes, environment)
        self._line = Line(MAX_WAITING, MAX_WAITING_EACH)
        self._tally, self._working = Tally(), 0
        self._lock = threading.Lock()  # guards what follows
        self._thread: threading.Thread | None = None
        self._closed = False
        _ALL.add(self)

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return self._keeper.pid

    @property
    def is_ready(self) -> bool:
        """Whether a child waits for a call or works on one, so that nothing has to be imported first."""
        return self._keeper.is_ready

    def start(self) -> None:
        """Bring the child up in the background, so that the first call finds it ready. Returns at once."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name=f"sandbox {self._module}", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def submit(
        self, job: str, header: dict[str, Any], arrays: Sequence[messages.Array] = (), *, asker: str = ""
    ) -> Future[Reply]:
        """Put a call into the queue. Returns at once.

        Args:
            job: name in the `JOBS` of the module.
            header: plain values, for JSON.
            arrays: of numbers; must not be changed until the answer is there.
            asker: a name for whoever asks: one asker's newest calls stay in the line, what is too many leaves.

        Returns:
            A future that gives a `Reply` or raises `SandboxError`.
        """
        call = Call(messages.Frame(b"", ()), Future(), asker)
        try:
            call = Call(messages.encode({"job": job, "header": header}, arrays), call.future, asker)
            if call.frame.array_bytes > self._most_bytes:
                raise SandboxError("too large", f"{call.frame.array_bytes:,} bytes of at most {self._most_bytes:,}")
            self.start()
            overtaken = self._line.join(call)
            if overtaken:
                self._refuse(overtaken, SandboxError("busy", f"more than {MAX_WAITING_EACH} calls of one asker"))
        except messages.FrameError as error:
            self._refuse(call, SandboxError("unsendable", str(error)))
        except SandboxError as error:
            self._refuse(call, error)
        return call.future

    def place(self, future: Future[Reply]) -> int:
        """Of a call in the line: 1 for the next; 0 for one that is being answered or done."""
        return self._line.place(future)

    def figures(self) -> Figures:
        """What it does and has done."""
        ready, waiting, starts = self._keeper.is_ready, len(self._line), self._keeper.starts
        return Figures(self._module, ready, waiting, self._working, starts, *self._tally.read())

    def close(self) -> None:
        """End the child; calls that wait are answered with "closed". No call is taken any more."""
        with self._lock:
            self._closed = True
            thread = self._thread
        for call in self._line.close():
            self._refuse(call, SandboxError("closed"))
        self._keeper.close()
        if thread and thread is not threading.current_thread():
            thread.join(10)
        atexit.unregister(self.close)

    def _refuse(self, call: Call, error: SandboxError) -> None:
        """Answer with an error, unless whoever asked has given up."""
        self._tally.failed(error.kind)
        if call.future.set_running_or_notify_cancel():
            call.future.set_exception(error)

    def _run(self) -> None:
        """Our thread: keep a child ready, hand it one call after the other."""
        while not self._closed:
            with suppress(Exception):  # the next call tries again and is told why
                self._keeper.ready()
            call = self._line.first()
            if call is None:
                break
            if call.future.set_running_or_notify_cancel():
                self._working = 1
                self._answer(call)
                self._working = 0
            del call  # or its arrays would be held until the next one comes

    def _answer(self, call: Call) -> None:
        begin = time.monotonic()
        try:
            header, arrays = self._ask(call)
        except SandboxError as error:
            if error.kind in ("timeout", "gone", "died"):
                self._keeper.count_failure(error)
            self._fail(call, SandboxError("closed") if self._closed else error)
        except Exception as error:  # no memory, no more threads: this thread must outlive it, or nobody answers
            self._fail(call, SandboxError("failed", repr(error)))
        else:
            self._keeper.count_success()
            self._tally.answered(time.monotonic() - begin)
            call.future.set_result(Reply(header, arrays))

    def _fail(self, call: Call, error: SandboxError) -> None:
        self._tally.failed(error.kind)
        call.future.set_exception(error)

    def _ask(self, call: Call) -> messages.Message:
        try:
            return self._keeper.ready().ask(call.frame, self.seconds_per_call)
        except SandboxError as error:
            if error.kind != "gone":
                raise
            self._keeper.count_failure(error)  # killed while idle, and noticed only now
        return self._keeper.ready().ask(call.frame, self.seconds_per_call)


def all_figures() -> list[Figures]:
    """Of every sandbox of this server."""
    return sorted((process.figures() for process in list(_ALL)), key=lambda figures: figures.module)
