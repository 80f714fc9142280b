"""Compares merges with the real Keras layer, in the background; recent verdicts are cached.

Each backend of Keras gets a process of its own when a merge is first compared on it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import cache
from importlib.util import find_spec
from typing import Any

from core import BACKENDS, Merged, MergeError
from core.limits import SANDBOX_MEMORY_BYTES, SANDBOX_SECONDS
from sandbox.processes.errors import Failure, SandboxError
from sandbox.processes.futures import FOREVER, FutureCache
from sandbox.processes.process import Answer, Reply, SandboxProcess
from sandbox.verification.question import Question, question
from sandbox.verification.verdict import Reason, Verdict

_CACHED = 64  # verdicts
_SECONDS_UNAVAILABLE = 10.0  # after which the layer is asked again where it gave no reply
_INSTALLED: set[str] = set()  # modules that were found
_log = logging.getLogger(__name__)


def verify(
    operation: str,
    inputs: Sequence[Any],
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    masks: Iterable[Any] | None = None,
    claimed: Merged | MergeError | None = None,
    client: str = "",
    backend: str = "tensorflow",
) -> Future[Verdict]:
    """Compare a merge with the real layer. Returns at once, raises nothing, and starts the child where there is none.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array for each input; must not be changed until the verdict is there.
        axis: of Concatenate.
        axes: of Dot.
        normalize: of Dot.
        masks: one for each input, or None.
        claimed: what `core.merge` returned or raised for the same arguments; without it, the engine runs here.
        client: name of the client that asks, so that one client cannot fill the queue.
        backend: that Keras runs on, a name in `core.BACKENDS`.

    Returns:
        A future whose result is a `Verdict`, never an error. Equal requests share one: do not cancel it.
    """
    options = {"axis": axis, "axes": axes, "normalize": normalize}
    try:
        asked = question(operation, inputs, options, None if masks is None else list(masks), claimed, backend)
    except SandboxError as error:
        return _unavailable(error.kind, backend)
    if missing_packages(backend):
        return _unavailable("not installed", backend)
    return the_verifier(backend).ask(asked, client)


def missing_packages(backend: str) -> tuple[str, ...]:
    """The modules that Keras needs on a backend, without those that are installed here. Imports none of them."""
    return tuple(name for name in ("keras", *BACKENDS[backend].packages) if not _is_installed(name))


def _is_installed(name: str) -> bool:
    """Whether a module is there; one that was there is not looked for again."""
    if name not in _INSTALLED and find_spec(name) is not None:
        _INSTALLED.add(name)
    return name in _INSTALLED


def the_verifier(backend: str = "tensorflow") -> Verifier:
    """The process-wide instance for a backend. `the_verifier().process.start()` starts its child ahead of need."""
    return _verifier(backend)


@cache  # by position: `the_verifier()` and `the_verifier("tensorflow")` are one
def _verifier(backend: str) -> Verifier:
    return Verifier(
        SandboxProcess(
            "sandbox.verification.worker",
            SANDBOX_MEMORY_BYTES,
            SANDBOX_SECONDS,
            environment={"KERAS_BACKEND": backend},
            label="" if backend == "tensorflow" else backend,
        )
    )


class Verifier:
    """Sends questions to one child that runs Keras; caches the last verdicts. Safe to use from any thread."""

    def __init__(self, process: SandboxProcess) -> None:
        """Use a process whose module has the job "merge" of `sandbox.verification.worker`."""
        self.process = process
        self._verdicts: FutureCache[Verdict] = FutureCache(_CACHED, lifetime=_lifetime)

    def ask(self, asked: Question, client: str = "") -> Future[Verdict]:
        """The verdict on a question: a cached one, one that is being made, or a new one."""
        try:
            key = asked.key()
        except SandboxError as error:
            return _unavailable(error.kind, asked.backend)
        return self._verdicts.get(key, lambda: self._send(asked, client))

    def queue_position(self, verdict: Future[Verdict]) -> int:
        """Position of a question in the queue: 1 for the next; 0 for one that is being answered or is done."""
        return self.process.queue_position(verdict)

    def _send(self, asked: Question, client: str) -> Future[Verdict]:
        reply = self.process.submit("merge", asked.header, asked.arrays, client=client)
        return Answer(reply, lambda done: _verdict(asked, done))


def _lifetime(verdict: Future[Verdict]) -> float:
    return _SECONDS_UNAVAILABLE if verdict.result().status == "unavailable" else FOREVER


def _verdict(asked: Question, done: Future[Reply]) -> Verdict:
    try:
        return asked.judge(done.result())
    except SandboxError as error:
        return Verdict("unavailable", error.kind, backend=asked.backend)
    except Exception:  # a bug: the page must not wait for ever, and the log must have it
        _log.exception("A reply of the child could not be compared.")
        return Verdict("unavailable", "failed", backend=asked.backend)


def _unavailable(reason: Reason | Failure, backend: str) -> Future[Verdict]:
    future: Future[Verdict] = Future()
    future.set_result(Verdict("unavailable", reason, backend=backend))
    return future
