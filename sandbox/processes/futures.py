"""A cache of futures: equal requests share one answer, and the answers used longest ago are dropped."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")
FOREVER = float("inf")


class FutureCache(Generic[T]):
    """The last futures by key, least recently used first. Safe to use from any thread."""

    def __init__(
        self,
        limit: int,
        *,
        lifetime: Callable[[Future[T]], float] = lambda _: FOREVER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """An empty cache.

        Args:
            limit: futures that are kept.
            lifetime: seconds for which a future that is done counts, from the moment it was done; 0.0 for an answer
                that must be asked for again. A future that is not done always counts.
            clock: seconds; for tests.
        """
        self._limit, self._lifetime, self._clock = limit, lifetime, clock
        self._lock = threading.RLock()  # a future that is done at once calls `_Entry.settle` in the same thread
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()

    def __len__(self) -> int:
        """Futures that are kept."""
        return len(self._entries)

    def get(self, key: Hashable, make: Callable[[], Future[T]]) -> Future[T]:
        """The future of a key, made where there is none that counts.

        Args:
            key: equal for equal requests.
            make: begins the work and returns its future at once; what it raises is raised, and nothing is kept.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or self._has_expired(entry):
                entry = self._entries[key] = _Entry(make(), self._clock)
            self._entries.move_to_end(key)
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)
            return entry.future

    def discard(self, outdated: Callable[[Any], bool]) -> None:
        """Forget the futures of some keys; the work itself goes on.

        Args:
            outdated: whether a key is one of them.
        """
        with self._lock:
            for key in [key for key in self._entries if outdated(key)]:
                del self._entries[key]

    def _has_expired(self, entry: _Entry[T]) -> bool:
        if not entry.future.done():
            return False
        if entry.done_at is None:  # done this moment: threads that wait go on before the callbacks run
            entry.done_at = self._clock()
        return self._clock() - entry.done_at >= self._lifetime(entry.future)


class _Entry(Generic[T]):
    """A future and the time at which it was done."""

    def __init__(self, future: Future[T], clock: Callable[[], float]) -> None:
        self.future, self._clock = future, clock
        self.done_at: float | None = None
        future.add_done_callback(self._settle)

    def _settle(self, _future: Future[Any]) -> None:
        self.done_at = self._clock()
