"""Main of the child: sets limits, imports the worker module, then runs one job after the other until the pipe closes.

A worker module has `JOBS`, a table of name -> function(header, arrays) -> (header, arrays).
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, BinaryIO

from sandbox.processes import messages
from sandbox.processes.messages import Message

Job = Callable[[dict[str, Any], list[messages.Array]], Message]

# Optional imports of Keras and TensorFlow, for their input formats and converters; no child uses those. On x86-64 with
# Python 3.11, TensorFlow 2.21 and Keras 3.15, the import of Keras takes 675 MB with both and 505 MB without.
_LEFT_OUT = {"pandas": None, "jax": "tensorflow"}  # package: the only backend that can do without it; None is any
_LIBRARIES = 2**30  # bytes of address space for libraries, which all children share, and for what is only reserved
_MOST_TEXT = 10_000  # characters of an error that are sent back
_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")  # the second is TensorFlow's


def main(module: str, memory_bytes: int, most_bytes: int) -> None:
    """Serve the jobs of a module on the standard pipes.

    Args:
        module: name of the worker module; its import may take seconds.
        memory_bytes: of private memory, for all that this process ever does.
        most_bytes: of arrays in one request.
    """
    requests, replies = _take_pipes()
    _limit(memory_bytes)
    _leave_out()
    try:
        jobs = _import_jobs(module)
    except Exception as error:
        messages.write(replies, _failure("start", error))
        return
    messages.write(replies, messages.encode({"reply": {}}))
    pending: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, pending, most_bytes), daemon=True).start()
    while True:
        request = pending.get()
        messages.write(replies, messages.encode({"reply": {}}))  # taken: from here on the call must not be repeated
        messages.write(replies, _answer(jobs, *request))
        del request  # or its arrays would stay in memory until the next request


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Reserve the pipes to the parent: what a library prints goes to standard error, what it reads is empty."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _limit(memory_bytes: int) -> None:
    """Set limits from inside: a hook before `exec` is not safe in a parent with threads."""
    if hasattr(os, "nice"):
        os.nice(5)  # the server has priority
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # Windows has none

    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_AS, memory_bytes + _LIBRARIES),
    )
    for kind, wanted in limits:
        hard = resource.getrlimit(kind)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError) as error:  # macOS limits neither of the two
            print(f"sandbox: no limit {kind}: {error}", file=sys.stderr)


def _leave_out() -> None:
    """Let these imports fail, as where the packages are not installed."""
    for package, backend in _LEFT_OUT.items():
        if backend in (None, os.environ.get("KERAS_BACKEND")):
            sys.modules.setdefault(package, None)  # type: ignore[arg-type]  # the documented way to block an import


def _import_jobs(module: str) -> dict[str, Job]:
    """The table of the jobs. What is imported stays, so no garbage is looked for in it: a quarter of Keras's import."""
    gc.disable()
    try:
        jobs: dict[str, Job] = importlib.import_module(module).JOBS
        gc.freeze()
    finally:
        gc.enable()
    return jobs


def _listen(requests: BinaryIO, pending: SimpleQueue[Message], most_bytes: int) -> None:
    """Read requests; at the end of the pipe the parent has ended, so end at once, even in the middle of a job."""
    try:
        while (message := messages.read(requests, most_bytes)) is not None:
            pending.put(message)
            del message  # or it would stay in memory until the next one
    finally:
        os._exit(0)


def _answer(jobs: dict[str, Job], request: dict[str, Any], arrays: list[messages.Array]) -> messages.Frame:
    try:
        header, results = jobs[request["job"]](request["header"], arrays)
        return messages.encode({"reply": header}, results)
    except Exception as error:
        return _failure("memory" if type(error).__name__ in _OUT_OF_MEMORY else "failed", error)


def _failure(kind: str, error: Exception) -> messages.Frame:
    return messages.encode({"failure": kind, "text": f"{type(error).__name__}: {error}"[:_MOST_TEXT]})
