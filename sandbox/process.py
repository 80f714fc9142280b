"""A long-lived child process for jobs that must not run in the server, such as anything with TensorFlow.

The server's threads put calls into a queue; one thread of ours hands them to the child in turn. A child that hangs,
dies or takes too much memory is replaced, and only the call that it was busy with is lost.
"""

from __future__ import annotations

import atexit
import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sandbox import frames
from sandbox.failures import SandboxError
from sandbox.keeper import Keeper

_MAX_WAITING = 64  # calls in the queue


@dataclass(frozen=True)
class Reply:
    """What a job gave.

    Attributes:
        header: plain values.
        arrays: the arrays, in the order of the job.
    """

    header: dict[str, Any]
    arrays: list[frames.Array]


@dataclass(frozen=True)
class _Call:
    frame: frames.Frame
    future: Future[Reply]


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
            module: its `JOBS` are what can be called (`sandbox/serve.py`).
            memory_bytes: address space of the child.
            seconds_per_call: after which the child is killed.
            most_bytes: of all arrays in one request, and in one reply.
            environment: what the child gets besides the little that is handed on to every child.
        """
        self.seconds_per_call = seconds_per_call
        self._module, self._most_bytes = module, most_bytes
        self._keeper = Keeper(module, memory_bytes, most_bytes, environment)
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards what follows
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return self._keeper.pid

    def start(self) -> None:
        """Bring the child up in the background, so that the first call finds it ready. Returns at once."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name=f"sandbox {self._module}", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def submit(self, job: str, header: dict[str, Any], arrays: Sequence[frames.Array] = ()) -> Future[Reply]:
        """Put a call into the queue. Returns at once.

        Args:
            job: name in the `JOBS` of the module.
            header: plain values, for JSON.
            arrays: of numbers; must not be changed until the answer is there.

        Returns:
            A future that gives a `Reply` or raises `SandboxError`.
        """
        call = _Call(frames.Frame(b"", ()), Future())
        try:
            call = _Call(frames.encode({"job": job, "header": header}, arrays), call.future)
            if call.frame.array_bytes > self._most_bytes:
                raise SandboxError("too large", f"{call.frame.array_bytes:,} bytes of at most {self._most_bytes:,}")
            self.start()
            self._put(call)
        except frames.FrameError as error:
            call.future.set_exception(SandboxError("unsendable", str(error)))
        except SandboxError as error:
            call.future.set_exception(error)
        return call.future

    def close(self) -> None:
        """End the child; calls that wait are answered with "closed". No call is taken any more."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._calls.put(None)
        self._keeper.close()
        if thread and thread is not threading.current_thread():
            thread.join(10)
        atexit.unregister(self.close)

    def _put(self, call: _Call) -> None:
        with self._lock:
            if self._closed:
                raise SandboxError("closed")
            if self._calls.qsize() >= _MAX_WAITING:
                raise SandboxError("busy", f"{_MAX_WAITING} calls are waiting")
            self._calls.put(call)

    def _run(self) -> None:
        """Our thread: keep a child ready, hand it one call after the other."""
        while not self._closed:
            with suppress(Exception):  # the next call tries again and is told why
                self._keeper.ready()
            call = self._calls.get()
            if call is None:
                break
            if call.future.set_running_or_notify_cancel():
                self._answer(call)
            del call  # or its arrays would be held until the next one comes
        self._turn_away()

    def _answer(self, call: _Call) -> None:
        try:
            header, arrays = self._ask(call)
        except SandboxError as error:
            if error.kind in ("timeout", "gone", "died"):
                self._keeper.count_failure(error)
            call.future.set_exception(SandboxError("closed") if self._closed else error)
        except Exception as error:  # no memory, no more threads: this thread must outlive it, or nobody answers
            call.future.set_exception(SandboxError("failed", repr(error)))
        else:
            self._keeper.count_success()
            call.future.set_result(Reply(header, arrays))

    def _ask(self, call: _Call) -> frames.Message:
        try:
            return self._keeper.ready().ask(call.frame, self.seconds_per_call)
        except SandboxError as error:
            if error.kind != "gone":
                raise
            self._keeper.count_failure(error)  # killed while idle, and noticed only now
        return self._keeper.ready().ask(call.frame, self.seconds_per_call)

    def _turn_away(self) -> None:
        while not self._calls.empty():
            call = self._calls.get()
            if call is not None and call.future.set_running_or_notify_cancel():
                call.future.set_exception(SandboxError("closed"))
