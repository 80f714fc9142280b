"""Counts of what the child processes of this server have done, for monitoring."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Statistics:
    """One child process, now and since the server started.

    Attributes:
        module: that the child runs, with the label that tells processes of one module apart.
        ready: whether the child accepts calls.
        waiting: calls in the queue.
        working: calls that are being answered, 0 or 1.
        starts: children that were started; all but the first are restarts.
        answered: calls that were answered.
        seconds: that these took, in the child.
        failures: calls that failed, by `SandboxError.kind`.
    """

    module: str
    ready: bool
    waiting: int
    working: int
    starts: int
    answered: int
    seconds: float
    failures: dict[str, int]


class CallCounter:
    """Counts from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self._answered, self._seconds = 0, 0.0

    def answered(self, seconds: float) -> None:
        """A call was answered."""
        with self._lock:
            self._answered += 1
            self._seconds += seconds

    def failed(self, kind: str) -> None:
        """A call failed."""
        with self._lock:
            self._failures[kind] += 1

    def read(self) -> tuple[int, float, dict[str, int]]:
        """Answers, seconds, failures by kind."""
        with self._lock:
            return self._answered, self._seconds, dict(self._failures)
