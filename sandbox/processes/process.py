"""A long-lived child process for jobs that must not run in the server, such as anything with TensorFlow.

The server's threads add calls to a queue; one thread passes them to the child in turn. A child that hangs, dies or
takes too much memory is replaced, and only the call that it was answering is lost.
"""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from core.limits import MAX_WAITING, MAX_WAITING_EACH
from sandbox.processes import messages
from sandbox.processes.child import ChildSettings, Supervisor
from sandbox.processes.errors import SandboxError
from sandbox.processes.queue import Call, CallQueue
from sandbox.processes.statistics import CallCounter, Statistics

T = TypeVar("T")
_ALL: weakref.WeakSet[SandboxProcess] = weakref.WeakSet()


@dataclass(frozen=True)
class Reply:
    """The result of a job.

    Attributes:
        header: plain values.
        arrays: in the order of the job.
    """

    header: dict[str, Any]
    arrays: list[messages.Array]


class Answer(Future[T]):
    """The future of a value that is read from a reply. Once it has that value, it lets go of the reply.

    Attributes:
        reply: the future of that reply; None when it has been read.
    """

    def __init__(self, reply: Future[Reply], read: Callable[[Future[Reply]], T]) -> None:
        """Read the reply when it is done.

        Args:
            reply: of a call.
            read: from the future of the reply, which is done, to the value; what it raises is the answer's exception.
        """
        super().__init__()
        self.reply: Future[Reply] | None = reply
        self._read: Callable[[Future[Reply]], T] | None = read
        reply.add_done_callback(self._settle)

    def _settle(self, reply: Future[Reply]) -> None:
        read, self._read, self.reply = self._read, None, None  # both may hold large arrays
        if read is None:
            return
        try:
            value = read(reply)
        except Exception as error:  # whatever it is: a page that waits must get it
            self.set_exception(error)
        else:
            self.set_result(value)


class SandboxProcess:
    """One child and the queue of its calls; safe to use from any thread.

    Attributes:
        seconds_per_call: after which the child is killed.
        memory_bytes: private memory of the child.
    """

    def __init__(
        self,
        module: str,
        memory_bytes: int,
        seconds_per_call: float,
        *,
        most_bytes: int = 256_000_000,
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
        label: str = "",
    ) -> None:
        """Nothing is started yet.

        Args:
            module: its `JOBS` are what can be called (`sandbox/processes/child_main.py`).
            memory_bytes: private memory of the child; it also has the libraries, which all children share.
            seconds_per_call: after which the child is killed.
            most_bytes: of all arrays in one request, and in one reply.
            environment: variables for the child besides the few that every child gets.
            folder: the only one in which the child may make files, from before its first import on
                (`sandbox/processes/fence.py`); None for a child that reads nothing untrusted but arrays.
            label: tells processes of one module apart in the statistics.
        """
        self.seconds_per_call, self.memory_bytes = seconds_per_call, memory_bytes
        self._name, self._most_bytes = f"{module} ({label})" if label else module, most_bytes
        self._supervisor = Supervisor(ChildSettings(module, memory_bytes, most_bytes, environment or {}, folder))
        self._queue = CallQueue(MAX_WAITING, MAX_WAITING_EACH)
        self._counter, self._working = CallCounter(), 0
        self._lock = threading.Lock()  # guards what follows
        self._thread: threading.Thread | None = None
        self._closed = False
        _ALL.add(self)

    @property
    def pid(self) -> int | None:
        """Number of the child's process; None where there is no child."""
        return self._supervisor.pid

    @property
    def is_ready(self) -> bool:
        """Whether a child waits for a call or answers one, so that nothing has to be imported first."""
        return self._supervisor.is_ready

    def start(self) -> None:
        """Start the child in the background, so that the first call finds it ready. Returns at once."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name=f"sandbox {self._name}", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def submit(
        self, job: str, header: dict[str, Any], arrays: Sequence[messages.Array] = (), *, client: str = ""
    ) -> Future[Reply]:
        """Add a call to the queue. Returns at once.

        Args:
            job: name in the `JOBS` of the module.
            header: plain values, for JSON.
            arrays: of numbers; must not be changed until the call is done.
            client: name of the client that asks: only its newest calls stay in the queue, older ones are dropped.

        Returns:
            A future that gives a `Reply` or raises `SandboxError`.
        """
        call = Call(messages.Frame(b"", ()), Future(), client)
        try:
            call = Call(messages.encode({"job": job, "header": header}, arrays), call.future, client)
            if call.frame.array_bytes > self._most_bytes:
                raise SandboxError("too large", f"{call.frame.array_bytes:,} bytes of at most {self._most_bytes:,}")
            self.start()
            dropped = self._queue.add(call)
            if dropped:
                self._reject(dropped, SandboxError("busy", f"more than {MAX_WAITING_EACH} calls of one client"))
        except messages.FrameError as error:
            self._reject(call, SandboxError("unsendable", str(error)))
        except SandboxError as error:
            self._reject(call, error)
        return call.future

    def queue_position(self, future: Future[Any]) -> int:
        """Of a call or an `Answer`: 1 for the next call; 0 for one that is being answered or is done."""
        asked = future.reply if isinstance(future, Answer) else future
        return 0 if asked is None else self._queue.position(asked)

    def statistics(self) -> Statistics:
        """The state of the child and counts since the start of the server."""
        ready, waiting, starts = self._supervisor.is_ready, len(self._queue), self._supervisor.starts
        return Statistics(self._name, ready, waiting, self._working, starts, *self._counter.read())

    def close(self) -> None:
        """End the child; calls that wait fail with "closed", and so does every later call."""
        with self._lock:
            self._closed = True
            thread = self._thread
        for call in self._queue.close():
            self._reject(call, SandboxError("closed"))
        self._supervisor.close()
        if thread and thread is not threading.current_thread():
            thread.join(10)
        atexit.unregister(self.close)

    def _reject(self, call: Call, error: SandboxError) -> None:
        """Let a call fail that was not sent, unless it was cancelled."""
        self._counter.failed(error.kind)
        if call.future.set_running_or_notify_cancel():
            call.future.set_exception(error)

    def _run(self) -> None:
        """The thread: keep a child ready, pass it one call after the other."""
        while not self._closed:
            with suppress(Exception):  # the next call tries again and gets the reason
                self._supervisor.ready()
            call = self._queue.take()
            if call is None:
                break
            if call.future.set_running_or_notify_cancel():
                self._working = 1
                self._answer(call)
                self._working = 0
            del call  # or its arrays would stay in memory until the next call

    def _answer(self, call: Call) -> None:
        begin = time.monotonic()
        try:
            header, arrays = self._ask(call)
        except SandboxError as error:
            if error.kind in ("timeout", "gone", "died"):
                self._supervisor.count_failure(error)
            self._fail(call, SandboxError("closed") if self._closed else error)
        except Exception as error:  # no memory, no more threads: this thread must survive, or no call is answered
            self._fail(call, SandboxError("failed", repr(error)))
        else:
            self._supervisor.count_success()
            self._counter.answered(time.monotonic() - begin)
            call.future.set_result(Reply(header, arrays))

    def _fail(self, call: Call, error: SandboxError) -> None:
        self._counter.failed(error.kind)
        call.future.set_exception(error)

    def _ask(self, call: Call) -> messages.Message:
        try:
            return self._supervisor.ready().ask(call.frame, self.seconds_per_call)
        except SandboxError as error:
            if error.kind != "gone":
                raise
            self._supervisor.count_failure(error)  # killed while idle, and noticed only now
        return self._supervisor.ready().ask(call.frame, self.seconds_per_call)


def all_statistics() -> list[Statistics]:
    """Of every sandbox of this server."""
    return sorted((process.statistics() for process in list(_ALL)), key=lambda statistics: statistics.module)
