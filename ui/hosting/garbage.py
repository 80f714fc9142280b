"""When garbage is collected and free memory is given back: the one place that decides it, and the reason.

Streamlit collects all garbage after every run of every session (`runner.postScriptGC`). Each collection walks through
every object of the process: the modules, and the pages, widgets and messages of all live sessions. With 64 sessions
that was the largest part of a run. It is switched off (`.streamlit/config.toml`, `deploy/public.env`); a thread
collects instead, at most for a small share of the time:

- *New* objects only, a moment after a run: what has been made since the last collection. What survives is frozen
  (`gc.freeze`), so that the next collection does not walk through it again.
- *All* objects from time to time, frozen ones among them, and soon after a session has let go of what it held: this
  finds its cycles. The longer a collection takes, the longer it pauses, so that its cost for a run stays bounded
  however many sessions there are; while sessions go, a larger share of the time is allowed, since until then all that
  they held is kept. After the last run there is always one more, so nothing is kept for good.

In between Python itself collects the youngest objects, once for every 25,000 of them: by default (700) most of those
that it walks through are those of runs that have not ended. What a session holds is new again after each of its runs,
so new objects take about as long to walk through after 40 s as after 8 s.

glibc keeps freed memory in its arenas. `configure_memory` lets it give large blocks back at once; `malloc_trim` returns
the rest after a collection, every few seconds while pages are run, and after a large merge.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from ui import streamlit_internals

_NEW_EVERY, _NEW_SHARE = 40.0, 0.05  # seconds at least between two collections; share of the time at most
_ALL_EVERY, _ALL_SHARE = 120.0, 0.01  # it stops everything for 0.15 s
_AFTER_GONE, _GONE_SHARE = 5.0, 0.03  # from a session that has let go to a collection of all: others may follow
_YOUNG = (25_000, 10, 1_000)  # thresholds of `gc`; so the thread alone collects old objects
_TRIM_EVERY, _TRIM_SHARE = 2.0, 0.002  # with 64 sessions it takes 4 ms and returns 30 MB
_ARENAS, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # parameters of mallopt
_LARGE_BLOCK = 1_000_000  # bytes: such blocks are mapped, so that freeing one gives it back
_FREE_AT_END = 8_000_000  # bytes that stay at the end of the arena; else each run asks the system for them again

Kind = Literal["new", "all"]


class Schedule:
    """Decides when which garbage is collected. Knows no clock and collects nothing; all times are in seconds."""

    def __init__(self, now: float) -> None:
        """Nothing has run yet."""
        self._earliest: dict[Kind, float] = {"new": now, "all": now + _ALL_EVERY}
        self._all_again = now  # its share of the time allows no other before, even where a session has gone
        self._wanted: dict[Kind, bool] = {"new": False, "all": False}

    def run_ended(self) -> None:
        """A page has been run: there may be garbage."""
        self._wanted = {"new": True, "all": True}

    def session_gone(self, now: float) -> None:
        """A session has let go: most of what it held may be garbage."""
        self.run_ended()
        self._earliest["all"] = min(self._earliest["all"], max(self._all_again, now + _AFTER_GONE))

    def due(self, now: float) -> Kind | None:
        """What to collect now."""
        for kind in ("all", "new"):
            if self._wanted[kind] and now >= self._earliest[kind]:
                return kind
        return None

    def pause(self, now: float) -> float | None:
        """Seconds until something will be due; None where nothing has run since the last collection."""
        waits = [self._earliest[kind] - now for kind in self._earliest if self._wanted[kind]]
        return max(0.0, min(waits)) if waits else None

    def collected(self, kind: Kind, began: float, ended: float) -> None:
        """A collection is over; the more it cost, the later the next one."""
        self._wanted["new"] = False
        self._earliest["new"] = max(ended + _NEW_EVERY, ended + (ended - began) / _NEW_SHARE)
        if kind == "all":
            self._wanted["all"] = False
            self._all_again = ended + (ended - began) / _GONE_SHARE
            self._earliest["all"] = max(ended + _ALL_EVERY, ended + (ended - began) / _ALL_SHARE)


class Collector:
    """The thread that collects; started by the first run of a page."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is started yet."""
        self._clock = clock
        self._lock = threading.Lock()  # guards what follows
        self._schedule = Schedule(clock())
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._trim, self._next_trim = False, clock() + _TRIM_EVERY

    def run_ended(self, *, large: bool = False, gone: bool = False) -> None:
        """A run of a page has ended. Returns at once.

        Args:
            large: whether it held so much memory that it should be given back soon.
            gone: whether it is a session that has let go, not a run.
        """
        with self._lock:
            if gone:
                self._schedule.session_gone(self._clock())
            else:
                self._schedule.run_ended()
            self._trim = self._trim or large
            if self._thread is None:
                gc.set_threshold(*_YOUNG)
                self._thread = threading.Thread(target=self._collect_for_ever, name="garbage", daemon=True)
                self._thread.start()
        self._wake.set()

    def collect(self, kind: Kind) -> None:
        """Collect now, in this thread."""
        began = self._clock()
        if kind == "all":
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        with self._lock:
            self._schedule.collected(kind, began, self._clock())
            trim, self._trim = self._trim or kind == "all" or self._clock() >= self._next_trim, False
        if trim:
            self._give_back()

    def _give_back(self) -> None:
        began = self._clock()
        give_memory_back()
        ended = self._clock()
        self._next_trim = max(ended + _TRIM_EVERY, ended + (ended - began) / _TRIM_SHARE)

    def _collect_for_ever(self) -> None:
        while True:
            with self._lock:
                self._wake.clear()
                kind, pause = self._schedule.due(self._clock()), self._schedule.pause(self._clock())
            if kind is not None:
                self.collect(kind)
            elif pause is None:
                self._wake.wait()
            else:
                self._rest(pause)

    def _rest(self, pause: float) -> None:
        """Wait, at most until a collection is due; a run that ends meanwhile may want one before."""
        time.sleep(max(0.0, min(pause, self._next_trim - self._clock())))
        if self._clock() >= self._next_trim:
            self._give_back()


def run_ended(*, large: bool = False) -> None:
    """A run of a page has ended in this server. Returns at once; in tests without a server nothing is done."""
    if streamlit_internals.has_server():
        _COLLECTOR.run_ended(large=large)


def session_gone() -> None:
    """A session of this server has ended, or has let go of what can be made again; likewise."""
    if streamlit_internals.has_server():
        _COLLECTOR.run_ended(large=True, gone=True)


def configure_memory() -> bool:
    """Let glibc use one arena and return large blocks when they are freed; gives whether it did.

    Without this it raises the size of blocks that it maps to the largest that was freed, 32 MB at most, and keeps
    smaller ones in an arena for each thread: what one thread has freed, another does not use. Only few threads allocate
    at a time, so they do not wait for each other. Arenas that exist stay, so call it early.
    """
    library = _glibc()
    if library is None:
        return False
    settings = ((_ARENAS, 1), (_MMAP_THRESHOLD, _LARGE_BLOCK), (_TRIM_THRESHOLD, _FREE_AT_END))
    results = [library.mallopt(name, value) for name, value in settings]
    return results == [1, 1, 1]


def give_memory_back() -> bool:
    """Return free pages to the system; gives whether there were any."""
    library = _glibc()
    return bool(library and library.malloc_trim(0) == 1)


def _glibc() -> ctypes.CDLL | None:
    """The C library, where it is glibc."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL("libc.so.6")
            if library.malloc_trim and library.mallopt:
                return library
    return None


_COLLECTOR = Collector()
