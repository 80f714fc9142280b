"""What the sandboxes of this server have done, as numbers for whoever watches it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """One sandbox, now and since the server started.

    Attributes:
        module: what its child runs.
        ready: whether its child takes calls.
        waiting: calls in the line.
        working: calls that are being answered, 0 or 1.
        starts: children that were started; all but the first are restarts.
        answered: calls that got their answer.
        seconds: that these took, in the child.
        failures: calls that got none, by `SandboxError.kind`.
    """

    module: str
    ready: bool
    waiting: int
    working: int
    starts: int
    answered: int
    seconds: float
    failures: dict[str, int]


class Tally:
    """Counts from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self._answered, self._seconds = 0, 0.0

    def answered(self, seconds: float) -> None:
        """A call got its answer."""
        with self._lock:
            self._answered += 1
            self._seconds += seconds

    def failed(self, kind: str) -> None:
        """A call got none."""
        with self._lock:
            self._failures[kind] += 1

    def read(self) -> tuple[int, float, dict[str, int]]:
        """Answers, seconds, failures by kind."""
        with self._lock:
            return self._answered, self._seconds, dict(self._failures)
