"""The real Keras layer beside ours: asked in the background, compared, remembered for a while."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import cache
from typing import Any

from core import Merged, MergeError
from core.limits import SANDBOX_MEMORY_BYTES, SANDBOX_SECONDS
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import Reply, SandboxProcess
from sandbox.verification.question import Question, question
from sandbox.verification.verdict import Verdict

_REMEMBERED = 64  # verdicts
_SECONDS_UNAVAILABLE = 10.0  # after which the layer is asked again where it gave no answer
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
    asker: str = "",
) -> Future[Verdict]:
    """Ask the real layer about a merge. Returns at once, raises nothing, and starts the child where there is none.

    Args:
        operation: name of a merge, `core.MERGES`.
        inputs: one array for each input; must not be changed until the answer is there.
        axis: of Concatenate.
        axes: of Dot.
        normalize: of Dot.
        masks: one for each input, or None.
        claimed: what `core.merge` gave or raised for the same arguments; without it, the engine is asked here.
        asker: a name for whoever asks, so that nobody fills the line alone.

    Returns:
        A future whose result is a `Verdict`, never an error. Equal requests share one: do not cancel it.
    """
    options = {"axis": axis, "axes": axes, "normalize": normalize}
    try:
        asked = question(operation, inputs, options, None if masks is None else list(masks), claimed)
    except SandboxError as error:
        return _settled(Verdict("unavailable", error.kind))
    return the_verifier().ask(asked, asker)


@cache
def the_verifier() -> Verifier:
    """The one of this server. `the_verifier().process.start()` brings its child up ahead of need."""
    return Verifier(SandboxProcess("sandbox.verification.worker", SANDBOX_MEMORY_BYTES, SANDBOX_SECONDS))


class Verifier:
    """Questions to one child that holds Keras, and the last verdicts. Safe to use from any thread."""

    def __init__(self, process: SandboxProcess) -> None:
        """Take the process that is asked; its module has the job "merge" of `sandbox.verification.worker`."""
        self.process = process
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, _Remembered] = OrderedDict()

    def ask(self, asked: Question, asker: str = "") -> Future[Verdict]:
        """The verdict on a question: the one that is known or on its way, or a new one."""
        try:
            key = asked.key()
        except SandboxError as error:
            return _settled(Verdict("unavailable", error.kind))
        with self._lock:
            known = self._answers.get(key)
            if known and not known.stale:
                self._answers.move_to_end(key)
                return known.future
            entry = self._answers[key] = _Remembered()
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        reply = entry.reply = self.process.submit("merge", asked.header, asked.arrays, asker=asker)
        reply.add_done_callback(lambda done: entry.settle(_verdict(asked, done)))
        return entry.future

    def place(self, verdict: Future[Verdict]) -> int:
        """Where a question stands in the line: 1 for the next; 0 for one that is being answered or done."""
        with self._lock:
            replies = [entry.reply for entry in self._answers.values() if entry.future is verdict]
        return self.process.place(replies[0]) if replies and replies[0] else 0


class _Remembered:
    """A verdict, or its place; one that is unavailable counts for a short while only."""

    def __init__(self) -> None:
        self.future: Future[Verdict] = Future()
        self.reply: Future[Reply] | None = None
        self._stale_after = float("inf")

    @property
    def stale(self) -> bool:
        return time.monotonic() > self._stale_after

    def settle(self, verdict: Verdict) -> None:
        if verdict.status == "unavailable":
            self._stale_after = time.monotonic() + _SECONDS_UNAVAILABLE
        self.future.set_result(verdict)


def _verdict(asked: Question, done: Future[Reply]) -> Verdict:
    try:
        return asked.judge(done.result())
    except SandboxError as error:
        return Verdict("unavailable", error.kind)
    except Exception:  # an error of ours: the page must not wait for ever, and the log should know
        _log.exception("A reply of the child could not be judged.")
        return Verdict("unavailable", "failed")


def _settled(verdict: Verdict) -> Future[Verdict]:
    future: Future[Verdict] = Future()
    future.set_result(verdict)
    return future
